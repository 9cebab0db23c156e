"""Downloads are cached, resumed, retried and checked; against broken servers nothing is kept."""

import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLCertVerificationError
from threading import Thread
from urllib.error import URLError

import pytest
from invented_icb import BOARD
from official_cases import TODAY, Official
from official_server import Fault

from llrgeo.errors import InputError
from llrgeo.inputs.official import deprivation, eric, nomis, ods, transport
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.answers import check_pbf, check_zip
from llrgeo.inputs.official.downloader import NotFetchedError, Patience
from llrgeo.inputs.official.kinds import fetch_kind
from llrgeo.inputs.official.place import Place, find_boards, read_outlines
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import read_sources
from llrgeo.inputs.official.transport import ExchangeError, Transport, check_address


@pytest.fixture
def official(server, tmp_path):
    server.faults, server.requests, server.ranges = [], [], []
    server.nomis_rows, server.arcgis_rows = 25_000, 2_000
    return Official(server, tmp_path)


def codes(official):
    return list(official.server.place.ours.index)


def ask_streets(official, **options):
    source = official.sources["streets"]
    address = f"{source.url}europe/united-kingdom/england/invented-shire-latest.osm.pbf"
    query = Query(source, address, "shire.osm.pbf", check_pbf, md5_address=f"{address}.md5")
    return official.downloader(**options).get(query)


def ask_layer(official, **options):
    downloader, source = official.downloader(**options), official.sources["lookup"]
    return geography.read_layer(downloader, source, "ICB26CD IN ('E54990001')")


def ask_boundaries(official, **options):
    source = official.sources["boundaries"]
    return geography.read_boundaries(official.downloader(**options), source, codes(official))


def ask_centroids(official, **options):
    source = official.sources["centroids"]
    return geography.read_centroids(official.downloader(**options), source, codes(official))


def ask_census(official, **options):
    lads = ["E07990001", "E06990002"]
    source = official.sources["census_cars"]
    return nomis.read_table(official.downloader(**options), source, lads, codes(official))


def ask_deprivation(official, **options):
    sources = official.sources
    return deprivation.read_deprivation(official.downloader(**options), sources, codes(official))


def ask_practices(official, **options):
    return ods.read_report(official.downloader(**options), official.sources["practices"])


def ask_returns(official, **options):
    return eric.read_returns(official.downloader(**options), official.sources["returns"])


def ask_boards(official, **options):
    return find_boards(official.downloader(**options), official.sources, [BOARD])


def ask_outlines(official, **options):
    place = Place(official.server.place.ours)
    return read_outlines(official.downloader(**options), official.sources, place)


def ask_kind(kind):
    def ask(official, **options):
        place = Place(official.server.place.ours)
        fetch_kind(kind, official.downloader(**options), official.sources, place)

    return ask


ask_index = ask_kind("osm")
ask_postcodes = ask_kind("postcodes")
ask_timetables = ask_kind("timetables")
ask_projections = ask_kind("projections")
ask_workbook = ask_kind("workbook")

# Who is asked, where and how it fails, and what is said of it.
REFUSED = [
    (ask_streets, r"osm\.pbf$", "cut", "tried 4 times"),
    (ask_streets, r"osm\.pbf$", "429", "answered 429"),
    (ask_streets, r"osm\.pbf$", "429 for an hour", r"asks to wait 3,600 s"),
    (ask_streets, r"osm\.pbf$", "500", "answered 500"),
    (ask_streets, r"osm\.pbf$", "403", "answered 403"),
    (ask_streets, r"osm\.pbf$", "404", "answered 404"),
    (ask_streets, r"osm\.pbf$", "html", "web page"),
    (ask_streets, r"osm\.pbf$", "empty", "checksum differs"),
    (ask_streets, r"pbf\.md5", "md5 of another", "checksum differs"),
    (ask_streets, r"pbf\.md5", "md5 that is none", "not an MD5"),
    (ask_streets, r"pbf\.md5", "md5 too long", "not an MD5"),
    (ask_streets, r"pbf\.md5", "empty", "not an MD5"),
    (ask_streets, r"pbf\.md5", "404", "answered 404"),
    (ask_streets, r"pbf\.md5", "html", "not an MD5"),
    (ask_streets, r"osm\.pbf$", "other bytes", "checksum differs"),
    (ask_streets, r"osm\.pbf$", "half", "checksum differs"),
    (ask_streets, r"osm\.pbf$", "garbage", "could not be asked"),
    (ask_streets, r"osm\.pbf$", "bad chunks", "broke off"),
    (ask_streets, r"osm\.pbf$", "length abc", "length of 'abc'"),
    (ask_streets, r"osm\.pbf$", "length -5", "length of '-5'"),
    (ask_streets, r"osm\.pbf$", "length too large", "over 2,000,000,000"),
    (ask_streets, r"osm\.pbf$", "packed", "packed"),
    (ask_streets, r"osm\.pbf$", "away", "evil.example' is not one"),
    (ask_streets, r"osm\.pbf$", "to a file", "only https"),
    (ask_streets, r"osm\.pbf$", "to ftp", "only https"),
    (ask_streets, r"osm\.pbf$", "to a lookalike", "only https"),
    (ask_streets, r"osm\.pbf$", "loop", "redirected more than 5"),
    (ask_streets, r"osm\.pbf$", "206 of the whole", "not asked for"),
    (ask_streets, r"osm\.pbf$", "416", "not asked for"),
    (ask_layer, "query", "cut", "of [0-9,]+ bytes"),
    (ask_layer, "query", "html", "web page"),
    (ask_layer, "query", "html called csv", "web page"),
    (ask_layer, "query", "empty", "sent nothing"),
    (ask_layer, "query", "error", r"400: Invalid query 'where' is invalid"),
    (ask_layer, "query", "busy error", "503: Service busy"),
    (ask_layer, "query", "error that is text", "no such layer"),
    (ask_layer, "query", "list", "not a JSON object"),
    (ask_layer, "query", "deep", "not JSON"),
    (ask_layer, "query", "cut without length", "not JSON"),
    (ask_layer, "outFields", "silent limit", r"\d+ of 60 rows came"),
    (ask_layer, "outFields", "changed field", "no field LSOA21CD; there are"),
    (ask_layer, "outFields", "wrong type", "neither text nor a number"),
    (ask_layer, "outFields", "duplicate", r"repeated or blank \(E01990001\)"),
    (ask_layer, "outFields", "null", "no field LSOA21CD"),
    (ask_layer, "outFields", "no features", "no features"),
    (ask_boundaries, "query", "silent limit", r"\d+ of 60 rows came"),
    (ask_boundaries, "query", "missing", r"1 areas are missing \(E01990060\).*E01999999"),
    (ask_boundaries, "query", "duplicate", "repeated"),
    (ask_boundaries, "query", "no shape", "no polygon"),
    (ask_boundaries, "query", "error", "Invalid query"),
    (ask_centroids, "query", "missing", "E01990060"),
    (ask_centroids, "query", "no shape", "no point"),
    (ask_census, "NM_2063_1", "silent limit", r"108 of 110 rows came for E06990002"),
    (ask_census, "NM_2063_1", "changed field", "no column OBS_VALUE"),
    (ask_census, "NM_2063_1", "wrong type", "not a number"),
    (ask_census, "NM_2063_1", "duplicate", "twice"),
    (ask_census, "NM_2063_1", "missing", "E0"),
    (ask_census, "NM_2063_1", "html called csv", "web page"),
    (ask_census, "NM_2063_1", "empty", "sent nothing"),
    (ask_census, "NM_2063_1", "cut without length", "no length"),
    (ask_deprivation, "IoD2025", "silent limit", "instead of the 33,755"),
    (ask_deprivation, "IoD2025", "changed field", "not a file of all ranks"),
    (ask_deprivation, "IoD2025", "wrong type", "not a number"),
    (ask_deprivation, "IoD2025", "duplicate", "repeated"),
    (ask_deprivation, "IoD2025", "2011", "LSOAs of 2011"),
    (ask_deprivation, "IoD2025", "other bytes", "not a readable table"),
    (ask_practices, "epraccur", "one column more", "not a readable table"),
    (ask_practices, "epraccur", "header after all", "columns are not those of a report"),
    (ask_practices, "epraccur", "silent limit", "rows where at least 5,000"),
    (ask_practices, "epraccur", "duplicate", "repeated"),
    (ask_practices, "epraccur", "html called csv", "web page"),
    (ask_returns, "ERIC", "changed field", "no column Site Code"),
    (ask_returns, "ERIC", "duplicate", "repeated"),
    (ask_postcodes, "CodePointOpen/downloads", "list", "no download in CSV"),
    (ask_postcodes, "CodePointOpen/downloads", "error", "Invalid query"),
    (ask_postcodes, "codepo_gb", "half", "checksum differs"),
    (ask_index, "index-v1", "no features", "not an index"),
    (ask_index, "index-v1", "stale", "answered 404.*fetched again|answered 404"),
    (ask_timetables, "gtfs-file", "half", "not a whole zip"),
    (ask_timetables, "gtfs-file", "html", "web page"),
    (ask_projections, "projections", "half", "not a whole zip"),
    (ask_workbook, "sapelsoasyoa", "other bytes", "not a whole zip"),
    (ask_layer, "query", "hang up", "could not be asked"),
    (ask_layer, "CountOnly", "count as text", "no count of rows but '60'"),
    (ask_centroids, "query", "no number", "not in England, or in other coordinates"),
    (ask_centroids, "query", "in degrees", "in other coordinates than EPSG:27700"),
    (ask_boundaries, "query", "in metres", r"than EPSG:4326: E01990001"),
    (ask_census, "NM_2063_1", "too large", "not a number from 0 up: 1e300"),
    (ask_deprivation, "IoD2025", "other deciles", "deciles are not those of the ranks"),
    (ask_index, "index-v1", "elsewhere", "evil.example' is not one"),
    (ask_postcodes, "CodePointOpen/downloads", "elsewhere", "evil.example' is not one"),
    (ask_timetables, "gtfs-file", "bomb", r"no stops\.txt"),
    (ask_census, "NM_2063_1", "in UTF-16", "not a readable table"),
    (ask_census, "NM_2063_1", "mark amid rows", r"not every category for 1 areas \(E01990005"),
    (ask_census, "NM_2063_1", "column twice", r"there twice \(OBS_VALUE\)"),
    (ask_census, "NM_2063_1", "column twice in small letters", r"there twice \(obs_value\)"),
    (ask_practices, "epraccur", "gzip, cut", "packed .gzip., which was not asked"),
    (ask_practices, "epraccur", "dates of the US", r"column 10 has 04/01/1974; column 11"),
    (ask_deprivation, "IoD2025", "other scores", "scores do not fall with the ranks"),
    (ask_boards, "1%3D1&returnCountOnly", "one row fewer", "65 rows in all instead of the 66"),
    (ask_boards, "1%3D1&returnCountOnly", "one row more", "67 rows in all instead of the 66"),
    (ask_outlines, "PopCentroids", "swapped", r"60 of 60 areas have their centroid elsewhere"),
    (ask_outlines, "Boundaries", "shapes of others", r"centroid elsewhere \(E01990001"),
    (ask_workbook, "sapelsoasyoa", "header twice", r"there twice \(F0\)"),
    (ask_workbook, "sapelsoasyoa", "merged header", "row 4: no column LSOA 2021 Code, F0"),
    (ask_workbook, "sapelsoasyoa", "area twice", r"repeated or blank \(E01990001\)"),
    (ask_projections, "projections", "file outside the zip", r"outside of it \(../../evil.csv"),
    (ask_timetables, "gtfs-file", "file outside the zip", r"outside of it \(../../evil.csv"),
    (ask_streets, r"osm\.pbf$", "chunks ended early", r"broke off .*tried 4 times"),
    (ask_streets, r"osm\.pbf$", "headers without end", "more than 100 headers"),
    (ask_streets, r"osm\.pbf$", "header too long", "more than 65536 bytes"),
    (ask_streets, r"osm\.pbf$", "204", "answered 204 No Content"),
    (ask_streets, r"osm\.pbf$", "302 to nowhere", "answered 302"),
    (ask_streets, r"osm\.pbf$", "302 to http", "only https"),
    (ask_streets, r"osm\.pbf$", "lengths that differ", "checksum differs"),
    (ask_streets, r"pbf\.md5", "sha256 for md5", "not an MD5"),
    (ask_layer, "outFields", "gzip, whole", "packed .gzip., which was not asked for"),
    (ask_layer, "outFields", "two values", "not JSON"),
    (ask_layer, "outFields", "NaN codes", "not codes as .*: nan"),
    (ask_layer, "outFields", "features in features", "no features"),
    (ask_layer, "query", "401", "answered 401"),
    (ask_boards, "1%3D1&returnCountOnly", "count NaN", r"lookup-count-\S+\.json: no count .* nan"),
    (ask_centroids, "query", "NaN", "not in England"),
    (ask_centroids, "query", "infinite", "not in England"),
    (ask_centroids, "query", "x null", "no point"),
    (ask_boundaries, "query", "ring left open", "a ring is not closed"),
    (ask_boundaries, "query", "corners null", "no polygon"),
    (ask_boundaries, "query", "no corners", "not polygons: E01990060"),
    (ask_boundaries, "query", "collection", "not polygons: E01990060"),
    (ask_boundaries, "query", "degrees swapped", "not in England"),
    (ask_census, "NM_2063_1", "gzip, whole", "packed .gzip., which was not asked for"),
    (ask_census, "NM_2063_1", "with thousands", "not a number from 0 up: 1,"),
    (ask_census, "NM_2063_1", "suppressed", r"not a number from 0 up: \.\."),
    (ask_census, "NM_2063_1", "below nought", "not a number from 0 up: -"),
    (ask_census, "NM_2063_1", "semicolons", "no column GEOGRAPHY_CODE"),
    (ask_census, "NM_2063_1", "total at the end", "RECORD_COUNT' is not a number"),
    (ask_census, "NM_2063_1", "counts that differ", r"different numbers of rows in all \(1\d\d"),
    (ask_deprivation, "IoD2025", "comma for point", r"-11-25\.csv: column .* not a number"),
    (ask_practices, "epraccur", "semicolons", "1 columns instead of 27"),
    (ask_timetables, "gtfs-file", "zip in a zip", r"no \.txt in the zip; it holds inner\.zip"),
    (ask_timetables, "gtfs-file", "encrypted", "is encrypted, password required"),
    (ask_timetables, "gtfs-file", "sizes understated", "in the zip is damaged"),
    (ask_timetables, "gtfs-file", "other zip after it", "holds evil.txt"),
    (ask_timetables, "gtfs-file", "days with dashes", "no date as 2026"),
    (ask_timetables, "gtfs-file", "days of the US", "no date as 2026"),
    (ask_projections, "projections", "encrypted", "is encrypted, password required"),
]


@pytest.mark.parametrize(("ask", "where", "how", "said"), REFUSED)
def test_a_bad_server_is_refused_in_one_line_and_nothing_of_it_is_kept(
    official, ask, where, how, said
):
    official.server.faults = [Fault(where, how)]
    with pytest.raises(InputError, match=said) as refused:
        ask(official)
    assert "\n" not in str(refused.value)
    # What was wrong is not in the cache: offline the answer is missing, and once the server is
    # mended, the same question is answered.
    with pytest.raises(NotFetchedError):
        ask(official, offline=True)
    begun = list(official.folder.rglob("*.part"))
    assert all(path.with_name(f"{path.name}.json").exists() for path in begun)
    official.server.faults = []
    ask(official)
    ask(official, offline=True)


@pytest.mark.parametrize(
    ("ask", "where", "how"),
    [
        (ask_streets, r"osm\.pbf$", "slow"),
        (ask_layer, "query", "slow"),
        (ask_streets, r"osm\.pbf$", "endless"),
    ],
)
def test_a_server_that_drips_or_never_ends_is_given_up_in_time(official, ask, where, how):
    official.server.faults = [Fault(where, how)]
    limits = {"tries": 1, "total_s": 0.6}
    with pytest.raises(InputError, match=r"took too long in all|given up"):
        ask(official, **limits)


# Faults that pass: the second or third attempt is answered rightly.
RECOVERED = [
    (ask_streets, r"osm\.pbf$", "cut", 1),
    (ask_streets, r"osm\.pbf$", "500", 2),
    (ask_streets, r"pbf\.md5", "500", 1),
    (ask_streets, r"osm\.pbf$", "garbage", 1),
    (ask_streets, r"osm\.pbf$", "bad chunks", 1),
    (ask_streets, r"osm\.pbf$", "206 of the whole", 1),
    (ask_streets, r"osm\.pbf$", "longer than said", 1),
    (ask_layer, "query", "429", 2),
    (ask_layer, "query", "busy error", 2),
    (ask_layer, "query", "503 until a date", 1),
    (ask_census, "NM_2063_1", "cut", 2),
    (ask_index, "index-v1", "stale", 1),
    (ask_postcodes, "CodePointOpen/downloads", "elsewhere", 1),
    (ask_layer, "query", "hang up", 2),
    (ask_layer, "query", "429 soon", 1),
    (ask_practices, "epraccur", "of Windows", 1),
    (ask_returns, "ERIC", "in UTF-8", 1),
    (ask_streets, r"osm\.pbf$", "chunk cut", 1),
    (ask_streets, r"pbf\.md5", "md5 of BSD", 1),
    (ask_streets, r"pbf\.md5", "md5 in capitals", 1),
    (ask_streets, r"pbf\.md5", "mark before it", 1),
    (ask_layer, "query", "503 for -5 s", 1),
    (ask_layer, "outFields", "hard spaces", 1),
    (ask_layer, "outFields", "more for ever", 1),
    (ask_centroids, "query", "figures as text", 1),
    (ask_boundaries, "query", "ring crossed", 1),
    (ask_boundaries, "query", "slivers", 1),
    (ask_census, "NM_2063_1", "mark twice", 1),
    (ask_census, "NM_2063_1", "ends of lines mixed", 1),
    (ask_practices, "epraccur", "ends of lines mixed", 1),
    (ask_timetables, "gtfs-file", "in a folder", 1),
    (ask_timetables, "gtfs-file", "stray bytes after it", 1),
]


@pytest.mark.parametrize(("ask", "where", "how", "times"), RECOVERED)
def test_a_fault_that_passes_is_recovered_from(official, ask, where, how, times):
    official.server.faults = [Fault(where, how, times)]
    ask(official)
    asked = len(official.server.requests)
    ask(official)
    assert len(official.server.requests) == asked  # all of it is in the cache


def test_waits_double_with_jitter_from_the_seed_and_are_as_long_as_asked():
    patience = Patience(print, first_s=2.0, longest_s=30.0, seed=4)
    waits = [patience.wait(attempt, None) for attempt in range(1, 7)]
    for wait, most in zip(waits, [2, 4, 8, 16, 30, 30], strict=True):
        assert most / 2 <= wait <= most
    assert waits == [patience.wait(attempt, None) for attempt in range(1, 7)]
    assert waits != [
        Patience(print, first_s=2.0, longest_s=30.0).wait(k, None) for k in range(1, 7)
    ]
    assert patience.wait(1, 21.5) == 21.5


def test_the_server_is_given_the_time_that_it_asks_for(official):
    official.server.faults = [
        Fault(r"osm\.pbf$", "429", 1),
        Fault(r"osm\.pbf$", "503 until a date", 1),
    ]
    ask_streets(official)
    assert official.waits == [7.0, 9.0]


def test_a_cut_download_goes_on_where_it_stopped_also_in_another_run(official):
    whole = official.server.files.get("streets")
    official.server.faults = [Fault(r"osm\.pbf$", "cut", 4)]
    with pytest.raises(InputError, match="run the command again to go on"):
        ask_streets(official)
    assert official.server.ranges[0] == ""
    half = len(whole) // 2
    assert official.server.ranges[1] == f"bytes={half}-"
    official.server.ranges.clear()
    assert ask_streets(official).read_bytes() == whole
    assert official.server.ranges == [f"bytes={half}-", ""]  # the rest, and the checksum


def test_a_download_does_not_go_on_with_another_edition(official):
    official.server.faults = [Fault(r"osm\.pbf$", "cut", 4)]
    with pytest.raises(InputError):
        ask_streets(official)
    note = next((official.folder / "cache" / "streets").glob("*.part.json"))
    record = json.loads(note.read_text())
    note.write_text(json.dumps({**record, "validator": '"an older edition"'}))
    part = note.with_suffix("")
    part.write_bytes(b"z" * part.stat().st_size)
    assert ask_streets(official).read_bytes() == official.server.files.get("streets")


def test_a_server_that_goes_on_elsewhere_is_asked_for_the_whole(official):
    official.server.faults = [
        Fault(r"osm\.pbf$", "cut", 1),
        Fault(r"osm\.pbf$", "206 of elsewhere", 1),
    ]
    assert ask_streets(official).read_bytes() == official.server.files.get("streets")
    assert [bool(asked) for asked in official.server.ranges] == [False, True, False, False]


def test_bytes_that_nothing_is_known_of_are_not_gone_on_with(official):
    path = ask_streets(official)
    whole = path.read_bytes()
    path.with_name(f"{path.name}.json").unlink()
    path.rename(path.with_name(f"{path.name}.part"))
    official.server.ranges.clear()
    assert ask_streets(official).read_bytes() == whole
    assert official.server.ranges[0] == ""


def test_an_answer_is_kept_with_address_date_and_checksum(official):
    path = ask_streets(official)
    record = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert re.fullmatch(r"shire-[0-9a-f]{12}-2026-11-25\.osm\.pbf", path.name)
    assert record["date"] == "2026-11-25"
    assert record["address"].endswith("/england/invented-shire-latest.osm.pbf")
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert record["size"] == path.stat().st_size


def test_an_answer_that_was_changed_is_fetched_again(official):
    path = ask_streets(official)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert ask_streets(official).read_bytes() == whole
    path.with_name(f"{path.name}.json").write_bytes(b"\xff")
    assert ask_streets(official).read_bytes() == whole


def test_an_answer_that_is_too_old_is_fetched_again_but_is_good_enough_offline(official):
    ask_deprivation(official)
    asked = len(official.server.requests)
    ask_deprivation(official, today=TODAY + dt.timedelta(90))
    assert len(official.server.requests) == asked
    ask_deprivation(official, today=TODAY + dt.timedelta(91))
    assert len(official.server.requests) == asked + 1
    ask_deprivation(official, today=TODAY + dt.timedelta(900), offline=True)
    assert len(official.server.requests) == asked + 1


def test_an_answer_that_a_wrong_clock_dated_is_fetched_again_but_is_good_enough_offline(official):
    ask_deprivation(official, today=TODAY + dt.timedelta(9_000))
    asked = len(official.server.requests)
    ask_deprivation(official, offline=True)
    assert len(official.server.requests) == asked
    ask_deprivation(official)
    assert len(official.server.requests) == asked + 1


def test_a_damaged_answer_is_told_from_one_that_is_not_there(official):
    path = ask_streets(official)
    with pytest.raises(NotFetchedError, match=r"Boundaries.* not in .*cache and offline"):
        ask_boundaries(official, offline=True)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NotFetchedError, match=r"osm\.pbf: damaged in .*cache and offline"):
        ask_streets(official, offline=True)


def test_two_commands_that_fetch_into_one_cache_take_turns(official):
    official.server.faults = [Fault(r"osm\.pbf$", "late")]
    with ThreadPoolExecutor(2) as both:
        paths = [both.submit(ask_streets, official) for _ in range(2)]
        first, second = (path.result() for path in paths)
    assert first == second
    assert first.read_bytes() == official.server.files.get("streets")
    assert len(official.server.requests) == 2  # the file and its checksum, once
    assert official.kept("streets") == [".lock", first.name, f"{first.name}.json"]


def test_a_lock_that_nobody_holds_any_more_stops_nobody(official):
    folder = official.folder / "cache" / "streets"
    folder.mkdir(parents=True)
    holder = "import sys, pathlib; from llrgeo.inputs.official.lock import locked\n"
    holder += "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); input()"
    held = subprocess.Popen([sys.executable, "-c", holder, str(folder)], stdin=-1, stdout=-1)
    assert held.stdout.readline() == b"held\n"
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(ask_streets, official)
        assert wait_for([waiting], timeout=0.3).not_done
        held.kill()  # as kill -9: it cannot give the lock back, the system does
        held.communicate()
        assert waiting.result(timeout=30).exists()


def test_a_server_that_sends_the_first_page_again_and_again_is_refused(official):
    official.server.arcgis_rows = 7
    official.server.faults = [Fault("resultOffset", "offset ignored")]
    with pytest.raises(InputError, match=r"63 of 60 rows came"):
        ask_layer(official)
    official.server.arcgis_rows = 20  # three pages of 20 are as many rows as there should be
    with pytest.raises(InputError, match="codes are repeated or blank"):
        ask_layer(official)
    official.server.faults = []
    assert len(ask_layer(official)) == 60


def test_a_zip_that_unpacks_beyond_its_limit_is_refused_unopened(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 5_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match=r"unpacks to 5,000,000 bytes, over 4,000,000"):
        check_zip(path, ending=".csv", most_bytes=4_000_000)


def test_names_in_the_letters_of_windows_are_read(official):
    official.server.faults = [Fault("epraccur", "of Windows")]
    assert ask_practices(official).loc["Z99001", "address"] == "1 CAFÉ ROAD, INVENTED TOWN"


def test_offline_asks_nothing(official):
    with pytest.raises(NotFetchedError, match="offline; fetch it once"):
        ask_layer(official, offline=True)
    assert official.server.requests == []


def test_a_folder_where_a_file_should_be_is_an_error(official):
    path = ask_streets(official)
    path.with_name(f"{path.name}.json").unlink()
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="this is a folder"):
        ask_streets(official)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1.evil.example/x",
        "http://127.0.0.1@evil.example/x",
        "https://www.ons.gov.uk@evil.example/x",
        "https://www.ons.gov.uk.evil.example/x",
        "https://evil.example/https://www.ons.gov.uk/",
        "http://www.ons.gov.uk/x",
        "http://localhost/x",
        "https://ons.gov.uk/x",
        "file:///etc/passwd",
        "ftp://www.ons.gov.uk/x",
        "//www.ons.gov.uk/x",
        "https://www.ons.gov.uk:port/x",
        "https://[::1/x",
        "",
    ],
)
def test_only_https_to_exactly_the_hosts_of_the_table_is_allowed(address):
    hosts = read_sources().hosts
    with pytest.raises(InputError):
        check_address(address, hosts)
    check_address("https://www.ons.gov.uk/file?uri=/x", hosts)
    check_address("https://WWW.ONS.GOV.UK/x", hosts)  # capitals are the same host


def test_an_exchange_that_fails_can_be_told_from_one_that_is_wrong():
    assert issubclass(ExchangeError, InputError)
    assert issubclass(InputError, ValueError)


def test_extracts_are_checked_block_by_block(official, tmp_path):
    whole = official.server.files.get("streets")
    for name, content in {
        "cut": whole[:-7],
        "cut in a header": whole[:9],
        "not one": b"PK\x03\x04" + whole,
        "a header alone that says 4 GB": b"\xff\xff\xff\xff",
        "numbers without an end": b"\x00\x00\x80\x00" + b"\x18" + b"\xff" * 32_767,
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError):
            check_pbf(path)
    (tmp_path / "whole").write_bytes(whole)
    check_pbf(tmp_path / "whole")


@pytest.fixture(params=[[]])
def proxy(request, monkeypatch):
    """Stand between here and all servers, and want a password; return what is asked of it."""
    asked, answers = [], request.param

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self):
            asked.append(self.path)
            if answers:
                self.wfile.write(answers[0])
                if self.connection.recv(1):  # the client believes that it speaks to the host
                    self.wfile.write(b"<html>Sign in to the guest network</html>")
            else:
                self.send_error(407)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_port}")
        for name in ("https_proxy", "NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield asked
        server.shutdown()


def ask_the_ons(official):
    downloader, sources = official.downloader(), read_sources()
    downloader = replace(downloader, transport=Transport(sources.hosts, time.monotonic))
    return eric.read_returns(downloader, sources["returns"])


def test_a_proxy_that_wants_a_password_is_told_at_once(official, proxy):
    with pytest.raises(InputError, match=r"407 .*Set HTTPS_PROXY to http://user:password@proxy"):
        ask_the_ons(official)
    assert proxy == ["files.digital.nhs.uk:443"]
    assert official.waits == []


TO_LOGIN = b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


@pytest.mark.parametrize("proxy", [[TO_LOGIN], [PAGE]], indirect=True)
def test_a_proxy_that_shows_its_login_page_is_told_at_once(official, proxy):
    with pytest.raises(InputError, match=r"302 Found\). Set HTTPS|speak https .*Sign in"):
        ask_the_ons(official)
    assert len(proxy) == 1
    assert official.waits == []


@pytest.mark.parametrize(("why", "clock"), [("not yet valid", True), ("self-signed", False)])
def test_a_certificate_of_another_time_asks_for_the_clock(official, monkeypatch, why, clock):
    class Distrustful:
        def open(self, *_, **__):
            raise URLError(SSLCertVerificationError(f"certificate is {why}"))

    monkeypatch.setattr(transport, "_opener", lambda *_: Distrustful())
    with pytest.raises(InputError, match=why) as refused:
        ask_the_ons(official)
    assert ("Is this machine's clock right?" in str(refused.value)) == clock


def test_a_certificate_of_a_network_of_its_own_is_told_at_once(official, monkeypatch):
    class Distrustful:
        def open(self, *_, **__):
            raise URLError(SSLCertVerificationError("self-signed certificate in certificate chain"))

    monkeypatch.setattr(transport, "_opener", lambda *_: Distrustful())
    with pytest.raises(InputError, match=r"self-signed .*set SSL_CERT_FILE to its own"):
        ask_the_ons(official)
    assert official.waits == []
