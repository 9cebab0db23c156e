"""Each publisher is asked with the parameters it knows, and its figures are read rightly."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from invented_icb import BOARD, DISABILITY
from official_cases import TODAY, Official
from official_files import IMD_HEADER, ods_row, text_of, zipped
from official_server import STORAGE
from shapely.geometry import Point, box

from llrgeo.errors import InputError
from llrgeo.inputs.official import (
    KIND_NAMES,
    bods,
    deprivation,
    eric,
    nomis,
    ods,
    postcodes,
    projections,
    small_area_estimates,
)
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.arcgis import is_in, page_address
from llrgeo.inputs.official.geofabrik import RegionExtract, choose_extracts
from llrgeo.inputs.official.kinds import CENSUS, KINDS, REPORTS, fetch_kind
from llrgeo.inputs.official.place import find_around, find_boards
from llrgeo.inputs.official.sources import read_sources
from llrgeo.schema import BNG

ARCGIS = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/"
NOMIS = "https://www.nomisweb.co.uk/api/v01/dataset/"
LADS = ["E06990002", "E07990001"]


@pytest.fixture
def official(server, tmp_path):
    server.faults, server.requests = [], []
    server.nomis_rows, server.arcgis_rows = 25_000, 2_000
    return Official(server, tmp_path)


@pytest.fixture
def ours(server):
    return server.place.ours


def parameters(address):
    return {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}


# --- What is asked -------------------------------------------------------------------------------


def test_layers_have_the_names_that_the_ons_gives_them():
    sources = read_sources()
    names = {
        "lookup": "LSOA21_SICBL26_ICB26_CAL26_LAD26_EN_LU",
        "wards": "LSOA21_WD24_LAD24_EW_LU",
        "rural_urban": "LSOA21_RUC21_EW_LU",
        "centroids": "LSOA_PopCentroids_EW_2021_V4",
        "boundaries": "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BSC_V4",
        "boundaries_generalised": (
            "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5"
        ),
    }
    for source, name in names.items():
        assert sources[source].url == f"{ARCGIS}{name}/FeatureServer/0/query"


def test_a_page_of_a_layer_is_asked_for_with_the_parameters_of_arcgis():
    source = read_sources()["lookup"]
    asked = {"returnGeometry": "false", "f": "json"}
    found = parameters(page_address(source, "ICB26CD IN ('E54000015')", asked, 4_000))
    assert found == {
        "where": "ICB26CD IN ('E54000015')",
        "outFields": "LSOA21CD,LSOA21NM,SICBL26CD,ICB26CD,ICB26NM,LAD26CD,LAD26NM",
        "returnGeometry": "false",
        "orderByFields": "LSOA21CD",
        "resultOffset": "4000",
        "resultRecordCount": "2000",
        "f": "json",
    }


def test_centroids_are_asked_for_in_metres_and_boundaries_in_degrees(official, ours):
    codes = list(ours.index)
    geography.read_centroids(official.downloader(), official.sources["centroids"], codes)
    geography.read_boundaries(official.downloader(), official.sources["boundaries"], codes)
    points, polygons = map(parameters, official.server.requests)
    assert (points["returnGeometry"], points["outSR"], points["f"]) == ("true", "27700", "json")
    assert (polygons["returnGeometry"], polygons["outSR"], polygons["f"]) == (
        "true", "4326", "geojson",
    )  # fmt: skip
    assert points["where"] == f"LSOA21CD IN ({','.join(repr(code) for code in codes)})"


def test_a_quote_in_a_name_is_doubled():
    assert is_in("NAME", ["King's Lynn", "B"]) == "NAME IN ('King''s Lynn','B')"


def test_census_tables_have_the_numbers_and_parameters_of_nomis():
    sources = read_sources()
    numbers = dict(
        zip(
            CENSUS,
            (f"NM_{number}_1" for number in (2021, 2020, 2056, 2055, 2063, 2041, 2043)),
            strict=True,
        )
    )
    assert re.fullmatch(r".*TS001", sources["census_residents"].vintage)
    for source, number in {**numbers, "estimates": "NM_2014_1"}.items():
        assert sources[source].url == f"{NOMIS}{number}.data.csv"
    found = parameters(nomis.page_address(sources["census_age"], "E07000130", 25_000))
    assert found == {
        "date": "latest",
        "geography": "E07000130TYPE151",
        "measures": "20100",
        "select": "geography_code,c2021_age_19,c2021_age_19_name,obs_value,record_count",
        "recordoffset": "25000",
    }
    teens = parameters(nomis.page_address(sources["estimates"], "E07000130", 0))
    assert (teens["gender"], teens["c_age"]) == ("0", "116,117,118,119,120")


def test_other_addresses_are_those_of_the_publishers():
    sources = read_sources()
    reports = dict(zip(REPORTS, ["epraccur", "ebranchs", "ets", "etr", "epcn"], strict=True))
    for source, report in reports.items():
        address = f"https://www.odsdatasearchandexport.nhs.uk/api/getReport?report={report}"
        assert sources[source].url == address
    assert sources["postcodes"].url == (
        "https://api.os.uk/downloads/v1/products/CodePointOpen/downloads"
    )
    assert sources["street_index"].url == "https://download.geofabrik.de/index-v1.json"
    assert bods.address(sources["timetables"], "east_midlands") == (
        "https://data.bus-data.dft.gov.uk/timetable/download/gtfs-file/east_midlands/"
    )
    assert sources["deprivation"].options["rows"] == 33_755
    assert sources["estimates_workbook"].options["sheet"] == "Mid-2024 LSOA 2021"


def test_every_source_is_asked_for_at_a_host_of_the_list_and_says_whose_it_is():
    sources = read_sources()
    for source in sources.by_id.values():
        assert urlsplit(source.url).scheme == "https"
        assert urlsplit(source.url).hostname in sources.hosts
        assert source.licence
        assert source.cited("2026-11-25").startswith(source.credit)
        assert source.max_bytes > source.about_mb * 1_000_000
    kinds = {source.kind for source in sources.by_id.values()}
    assert list(KINDS) == list(KIND_NAMES)
    assert kinds == {kind for one in KINDS.values() for kind in one.sources}


@pytest.fixture(scope="module")
def asked(server, tmp_path_factory):
    """Fetch every kind once, and areas given by codes of 2011; tests look at what was asked."""
    server.faults, server.requests = [], []
    official = Official(server, tmp_path_factory.mktemp("all_kinds"))
    downloader = official.downloader()
    place = find_boards(downloader, official.sources, [BOARD])
    made = {}
    for kind in KINDS:
        before = len(server.requests)
        fetch_kind(kind, downloader, official.sources, place)
        made[kind] = len(server.requests) - before
    return official, downloader, made, list(server.requests)


def test_requests_of_each_kind_are_few_and_none_is_made_again_offline(asked):
    official, downloader, made, requests = asked
    # Boards 1, rows 1, lookup 2; two authorities, seven tables of the census, one of estimates.
    assert made == {
        "areas": 21, "lookup": 0, "centroids": 0, "boundaries": 2, "census": 0, "population": 0,
        "workbook": 1, "projections": 1, "deprivation": 0, "sites": 5, "estate": 1,
        "postcodes": 3, "osm": 3, "timetables": 1,
    }  # fmt: skip
    assert len(requests) == 42
    assert downloader.tally.requests == 41  # a redirect is one exchange
    official.server.requests = []
    offline = official.downloader(offline=True)
    for kind in KINDS:
        again = find_boards(offline, official.sources, [BOARD])
        fetch_kind(kind, offline, official.sources, again)
    assert official.server.requests == []
    assert offline.tally.requests == 0


def shaped(request):
    """Return an address without its server, and its parameters: codes and offsets as patterns."""
    parts = urlsplit(request)
    host, _, path = parts.path.removeprefix("/").partition("/")
    found = parse_qs(parts.query, keep_blank_values=True)
    assert all(len(values) == 1 for values in found.values())
    simple = {
        name: re.sub(r"E0[1679]\d{6}", "CODE", value[0]).replace(",'CODE'", "")
        for name, value in found.items()
    }
    return f"https://{host}/{path}", simple


def layer(name, fields, key="", **more):
    """Return what a page of a layer is asked for by, as the ArcGIS REST API documents it."""
    key = key or fields.split(",")[0]
    return (
        f"{ARCGIS}{name}/FeatureServer/0/query",
        {
            "where": f"{key} IN ('CODE')",
            "outFields": fields,
            "returnGeometry": "false",
            "f": "json",
            "orderByFields": fields.split(",")[0],
            "resultOffset": "0",
            "resultRecordCount": "2000",
            **more,
        },
    )


def census(number, dimension, **more):
    """Return what a table of Nomis is asked for by."""
    return (
        f"{NOMIS}NM_{number}_1.data.csv",
        {
            "date": "latest",
            "geography": "CODETYPE151",
            "measures": "20100",
            "select": f"geography_code,{dimension},{dimension}_name,obs_value,record_count",
            "recordoffset": "0",
            **more,
        },
    )


BOARDS = "LSOA21_SICBL26_ICB26_CAL26_LAD26_EN_LU"
OF_BOARD = "ICB26CD IN ('E54990001')"
ODS = "https://www.odsdatasearchandexport.nhs.uk/api/getReport"
GOV = "https://assets.publishing.service.gov.uk/media/691ded56d140bbbaa59a2a7d"
GEOFABRIK = "https://download.geofabrik.de/"
OUTLINES = "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW"
POLYGONS = {"returnGeometry": "true", "outSR": "4326", "f": "geojson"}
# What a real server must be asked, written out by hand; nothing else may be asked.
RIGHTLY = [
    layer(BOARDS, "ICB26CD,ICB26NM", where="1=1", returnDistinctValues="true"),
    *(
        (
            f"{ARCGIS}{BOARDS}/FeatureServer/0/query",
            {"where": where, "returnCountOnly": "true", "f": "json"},
        )
        for where in ("1=1", OF_BOARD)
    ),
    layer(BOARDS, "LSOA21CD,LSOA21NM,SICBL26CD,ICB26CD,ICB26NM,LAD26CD,LAD26NM", where=OF_BOARD),
    layer("LSOA21_WD24_LAD24_EW_LU", "LSOA21CD,WD24NM,LAD24CD,LAD24NM"),
    layer("LSOA21_RUC21_EW_LU", "LSOA21CD,RUC21CD,RUC21NM"),
    layer("LAD24_RGN24_EN_LU", "LAD24CD,LAD24NM,RGN24CD,RGN24NM"),
    layer("LSOA_PopCentroids_EW_2021_V4", "LSOA21CD", returnGeometry="true", outSR="27700"),
    layer(f"{OUTLINES}_BSC_V4", "LSOA21CD,LSOA21NM", **POLYGONS),
    layer(f"{OUTLINES}_BGC_V5", "LSOA21CD,LSOA21NM", **POLYGONS),
    census(2021, "c2021_restype_3"),
    census(2020, "c2021_age_19"),
    census(2056, "c2021_disability_5"),
    census(2055, "c2021_health_6"),
    census(2063, "c2021_cars_5"),
    census(2041, "c2021_eth_20"),
    census(2043, "c2021_mlang_94"),
    census(2014, "c_age", gender="0", c_age="116,117,118,119,120"),
    *((ODS, {"report": name}) for name in ("epraccur", "ebranchs", "ets", "etr", "epcn")),
    ("https://api.os.uk/downloads/v1/products/CodePointOpen/downloads", {}),
    (f"{GEOFABRIK}index-v1.json", {}),
    *(
        (f"{GEOFABRIK}europe/united-kingdom/england/invented-shire-latest.osm.pbf{end}", {})
        for end in ("", ".md5")
    ),
    ("https://data.bus-data.dft.gov.uk/timetable/download/gtfs-file/east_midlands/", {}),
    (
        f"{GOV}/File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv",
        {},
    ),
]
# Addresses that hold a path of the publisher's own, or that the list of downloads gives.
BY_HOST = {"files.digital.nhs.uk", "www.ons.gov.uk", "api.os.uk", STORAGE}


def test_every_request_has_the_address_and_the_parameters_of_the_publishers(asked):
    found = [shaped(request) for request in asked[3]]
    unknown = [one for one in found if one not in RIGHTLY]
    assert {urlsplit(address).hostname for address, _ in unknown} == BY_HOST
    assert len(unknown) == 5  # returns; projections and workbook; a postcode file and where it is
    assert [one for one in RIGHTLY if one not in found] == []


def test_no_address_is_longer_than_servers_take(asked):
    assert max(map(len, asked[3])) < 2_000


# --- What is read --------------------------------------------------------------------------------


def test_a_layer_is_read_page_by_page(official, ours):
    official.server.arcgis_rows = 7
    source = official.sources["lookup"]
    rows = geography.read_layer(official.downloader(), source, "ICB26CD IN ('E54990001')")
    assert list(rows["area_id"]) == sorted(ours.index)
    offsets = [parameters(one).get("resultOffset") for one in official.server.requests]
    assert offsets == [None, *(str(7 * page) for page in range(9))]
    shapes = geography.read_boundaries(
        official.downloader(), official.sources["boundaries"], list(ours.index)
    )
    assert len(shapes) == 60


def test_a_census_table_is_read_page_by_page_past_the_silence(official, ours):
    whole = nomis.read_table(
        official.downloader(), official.sources["census_age"], LADS, list(ours.index)
    )
    assert dict(whole.sum()) == {
        **dict(official.server.place.counts["NM_2020_1"].loc[ours.index].sum()),
        "Total": ours["residents"].sum(),
    }
    official.server.nomis_rows = 100
    official.server.requests.clear()
    paged = nomis.read_table(
        official.downloader(today=pd.Timestamp("2027-06-01").date()),
        official.sources["census_age"],
        LADS,
        list(ours.index),
    )
    assert paged.equals(whole)
    offsets = [int(parameters(one)["recordoffset"]) for one in official.server.requests]
    assert offsets == [*range(0, 418, 100), *range(0, 722, 100)]  # 22 and 38 areas x 19


def test_categories_are_chosen_by_their_names(official, ours):
    table = nomis.read_table(
        official.downloader(), official.sources["census_disability"], LADS, list(ours.index)
    )
    limited = nomis.choose(table, ".*limited a (lot|little)", source="census_disability")
    counts = official.server.place.counts["NM_2056_1"].loc[ours.index]
    assert list(limited) == list(counts[list(DISABILITY[:2])].sum(axis=1))
    with pytest.raises(InputError, match="no category 'Over 100'; there are Disabled under"):
        nomis.choose(table, "Over 100", source="census_disability")


def test_boards_are_found_by_short_names_and_unknown_ones_are_refused_with_the_nearest(official):
    downloader = official.downloader()
    place = find_boards(downloader, official.sources, ["invented  vale and haven"])
    assert len(place.areas) == 60
    assert set(place.areas["authority"]) == {"Invented Vale", "Invented Haven"}
    both = find_boards(downloader, official.sources, [BOARD, "Invented Moor"])
    assert len(both.areas) == 66
    for name in ("Invented Vale & Haven", "NHS INVENTED VALE, AND HAVEN ICB", "E54990001"):
        assert find_boards(downloader, official.sources, [name]).codes == place.codes
    nearest = (
        r"no integrated care board 'IVH' in April 2026; nearest are {board}\. no [^']*'{other}"
    )
    nearest = nearest.format(
        board=BOARD, other="Moor'.*are NHS Invented Moor Integrated Care Board$"
    )
    with pytest.raises(InputError, match=nearest):
        find_boards(downloader, official.sources, ["IVH", "Invented Moor", "Moor"])
    with pytest.raises(InputError, match=r"'Q99' in .*'Q98' in April 2026\. There are Inv"):
        find_boards(downloader, official.sources, ["Q99", "Q98"])
    by_itself = 'name each board by itself: --icb "Invented Vale and Haven" --icb "Invented Moor"$'
    with pytest.raises(InputError, match=by_itself):
        find_boards(downloader, official.sources, ["Invented Moor, Invented Vale & Haven"])


def test_a_mistyped_code_is_named_whichever_year_the_others_are_of(official):
    for others in ("E01990009", "E01890001"):  # of 2021; of 2011 alone
        with pytest.raises(InputError, match=r"^1 of 2 codes are of no LSOA .* \(E01000009\)"):
            find_around(official.downloader(), official.sources, ["E01000009", others])


def test_codes_of_2011_are_brought_over_by_the_official_lookup(official):
    downloader = official.downloader()
    place = find_around(downloader, official.sources, ["E01890001", "E01890012", "E01990009"])
    assert place.codes == ["E01990001", "E01990002", "E01990003", "E01990009"]
    assert "2 of 3 codes are no longer in use, such as E01890001" in place.note
    assert find_around(downloader, official.sources, ["E01990009"]).note == ""
    with pytest.raises(InputError, match=r"no LSOA of 2021 or 2011 \(E01777777\); correct"):
        find_around(downloader, official.sources, ["E01777777"])
    with pytest.raises(InputError, match="not codes of LSOAs of England: W01000001"):
        find_around(downloader, official.sources, ["W01000001", "E01990009"])


def test_older_indices_are_recognised_and_brought_over_or_refused(official, tmp_path):
    path = tmp_path / "imd2019.csv"
    head = ",".join(f'"{name}"' for name in (
        "LSOA code (2011)", "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
    ))  # fmt: skip
    path.write_text(f"{head}\nE01890001,41.5,3021,1\nE01990009,7.25,29876,9\nE01890011,3,1,1\n")
    table = deprivation.read_indices(path)
    assert table.index.name == "lsoa_2011"
    lookup = geography.find_rows(
        official.downloader(),
        official.sources["lsoa_2011"],
        ["E01890001", "E01890011", "E01890012", "E01990009"],
    )
    newer = ["E01990009", "E01990002", "E01990001"]
    brought = deprivation.bring_over(table, lookup, newer)
    assert list(brought["imd_score"]) == [7.25, 41.5, 41.5]  # both halves have the whole's
    assert list(brought.index) == newer
    with pytest.raises(InputError, match=r"merged or redrawn have no older figure.*E01990003"):
        deprivation.bring_over(table, lookup, [*newer, "E01990003"])


def test_older_indices_of_a_table_of_sources_are_fetched_and_brought_over(official, monkeypatch):
    head = ",".join(IMD_HEADER).replace("2021", "2011").replace("2024", "2019")
    rows = ["E01890001,a,b,c,41.5,2,4", "E01990009,a,b,c,7.25,6,10", "E01990010,a,b,c,55,1,2"]
    older = "\n".join([head, *rows, *(f"E0188000{k},a,b,c,9,{k},{2 * k - 1}" for k in (3, 4, 5))])
    monkeypatch.setitem(official.server.files._made, "deprivation", older.encode())
    path = official.folder / "sources.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("rows = 33755", "rows = 6, areas = 2011"), encoding="utf-8")
    sources = read_sources(path)
    areas = ["E01990010", "E01990002", "E01990009"]
    found = deprivation.read_deprivation(official.downloader(), sources, areas)
    assert list(found["imd_score"]) == [55, 41.5, 7.25]
    with pytest.raises(InputError, match=r"merged or redrawn have no older figure.*E01990003"):
        deprivation.read_deprivation(official.downloader(), sources, [*areas, "E01990003"])


@pytest.mark.parametrize("change", ["M", "X"])
def test_an_area_that_was_redrawn_has_no_older_figure(change):
    table = pd.DataFrame({"imd_score": [41.5]}, index=["E01890001"])
    lookup = pd.DataFrame([("E01890001", "E01990001", change)], columns=[
        "area_2011", "area_id", "change",
    ])  # fmt: skip
    with pytest.raises(InputError, match="merged or redrawn"):
        deprivation.bring_over(table, lookup, ["E01990001"])


def test_deprivation_is_that_of_the_areas_asked_for(official, ours):
    codes = list(ours.index[::-7])
    found = deprivation.read_deprivation(official.downloader(), official.sources, codes)
    assert list(found.index) == codes
    assert list(found["imd_rank"]) == list(ours.loc[codes, "imd_rank"])
    assert list(found["imd_decile"]) == [-(-rank * 10 // 33_755) for rank in found["imd_rank"]]


def test_practices_are_gps_and_closed_ones_are_marked(official):
    practices = ods.read_report(official.downloader(), official.sources["practices"])
    ours = practices[practices.index.str.startswith("Z99")]
    assert list(ours.index) == ["Z99001", "Z99002", "Z99003", "Z99004"]  # a hospice is none
    assert list(ours["status"]) == ["open", "open", "open", "closed"]
    assert set(ours["closes"]) == set(ours["dates_note"]) == {""}  # 2024 needs no word
    assert ours.loc["Z99001", "address"] == "1 INVENTED ROAD, INVENTED TOWN"
    assert ours.loc["Z99001", "parent"] == "ZP1"
    branches = ods.read_report(official.downloader(), official.sources["branches"])
    assert branches.loc["Z99001001", "parent"] == "Z99001"


def organisation(code, status, closes="", opens="19740401"):
    row = ods_row(code, "INVENTED\r\nCLINIC\x1b", "ZZ1 1AA", closes, "ZT1", "")
    row[10], row[12] = opens, status
    return row


def test_a_site_that_will_close_is_open_until_its_last_day_and_that_is_told(tmp_path):
    path = tmp_path / "ets.csv"
    rows = [
        organisation("ZT111", "A", "20261124"),
        organisation("ZT112", "A", "20261125"),
        organisation("ZT113", "A", "20270331"),
        organisation("ZT114", "C", "20270331"),
        organisation("ZT115", "A", "03/31/2027"),
        organisation("ZT116", "A", opens="20270104"),
        organisation("ZT117", "P", opens=""),
        organisation("ZT118", "D"),
        *(organisation(f"ZT2{number:02d}", "A", "20010331") for number in range(30)),
    ]
    path.write_bytes(text_of(rows))
    source = read_sources()["branches"]
    found = ods.read_organisations(path, source, TODAY)
    assert set(found["name"]) == {"INVENTED CLINIC"}
    assert dict(found["status"].iloc[:8]) == {
        "ZT111": "closed", "ZT112": "open", "ZT113": "open", "ZT114": "closed",
        "ZT115": "closed", "ZT116": "proposed", "ZT117": "proposed", "ZT118": "closed",
    }  # fmt: skip
    assert dict(found.loc[found["closes"] != "", "closes"]) == {
        "ZT112": "2026-11-25", "ZT113": "2027-03-31",
    }  # fmt: skip
    assert dict(found.loc[found["dates_note"] != "", "dates_note"]) == {
        "ZT112": "open on 2026-11-25, and its last day is 2026-11-25",
        "ZT113": "open on 2026-11-25, and its last day is 2027-03-31",
        "ZT114": "closed by its status, but its last day is 2027-03-31",
        "ZT115": "closing date '03/31/2027' cannot be read: taken as closed",
        "ZT116": "in the list as still to open from 2027-01-04",
        "ZT117": "in the list as still to open",
    }
    # The day after, what was open until then is closed: the list is the same, the day is not.
    later = ods.read_organisations(path, source, TODAY + dt.timedelta(1))
    assert later.loc["ZT112", "status"] == "closed"
    path.write_bytes(text_of([*rows, *(organisation(f"Z3{k}", "A", "06/30/2019") for k in "ABC")]))
    with pytest.raises(InputError, match=r"column 11 has 03/31/2027, 06/30/2019"):
        ods.read_organisations(path, source, TODAY)


def test_returns_keep_their_columns_and_not_applicable_is_missing(official):
    returns = eric.read_returns(official.downloader(), official.sources["returns"])
    assert returns.loc["ZT101", "Gross internal floor area (m²)"] == "61400"
    assert returns["Parking spaces available (No.)"].isna().all()
    assert "ZT105" not in returns.index
    assert len(returns) == 8  # the small sites together have no code


def test_postcodes_are_points_without_those_that_have_no_place(official):
    points = postcodes.read_postcode_points(
        official.downloader(), official.sources["postcodes"], ["ZZ", "QQ"]
    )
    sites = official.server.place.sites
    assert len(points) == len(sites) + 4 * len(official.server.place.areas)
    assert "ZZ9 9ZZ" not in points.index
    one = sites.loc["ZT102"]
    assert points.loc[one["postcode"], "easting"] == round(one["x"])
    assert points.loc[one["postcode"], "authority_code"] == "E06990002"
    for row, said in {
        "LE15WW,10,1,2,E,,,,E07,E05\r\nLE1,1,1,1,1,1,1,1,1,1,1,1\r\n": "not a readable table",
        "LE15WW,10,1,2,E,,,,E07,E05\r\n,10,3,4,E,,,,E07,E05\r\n": "1 rows without a postcode",
        "LE15WW,10,one,2,E,,,,E07,E05\r\n": "not a number",
        "LE15WW,10\r\n": "2 columns instead of 10",
    }.items():
        path = official.folder / "bad.zip"
        path.write_bytes(zipped({"Data/CSV/le.csv": row.encode()}))
        with pytest.raises(InputError, match=said):
            postcodes.read_points(path, ["LE"])
    assert postcodes.postcode_areas(["LE1 5WW", "B15 2TH", ""]) == {"LE", "B"}


def test_projections_are_summed_to_bands_and_add_up(official):
    found = projections.fetch_projections(
        official.downloader(), official.sources["projections"], LADS
    )
    assert list(found.columns) == ["authority_code", "year", "sex", "age_from", "people"]
    assert len(found) == 2 * 11 * 2 * 19
    one = found[(found["authority_code"] == LADS[0]) & (found["year"] == 2024)]
    people = official.server.place.areas.query("lad == @LADS[0]")["residents"].sum()
    share = np.linspace(1.6, 0.4, 91) / 91
    assert one["people"].sum() == pytest.approx(people * 1.004**2 * share.sum(), abs=0.1)
    baby_girls = one.query("sex == 'female' and age_from == 0")["people"].item()
    assert baby_girls == pytest.approx(people * 0.51 * 1.004**2 * share[:5].sum(), abs=0.01)


def test_projections_that_do_not_add_up_are_refused():
    rows = pd.DataFrame(
        [("E06990002", sex, str(age) if age < 90 else "90 and over", "10")
         for sex in ("females", "males") for age in range(91)],
        columns=["AREA_CODE", "SEX", "AGE_GROUP", "2030"],
    )  # fmt: skip
    total = pd.DataFrame(
        {"AREA_CODE": "E06990002", "SEX": ["females", "males"], "AGE_GROUP": "All ages",
         "2030": ["910", "1010"]}
    )  # fmt: skip
    with pytest.raises(InputError, match="do not add up"):
        projections.bands(pd.concat([rows, total]), source="projections")
    with pytest.raises(InputError, match="not every age"):
        projections.bands(pd.concat([rows[:-1], total]), source="projections")


def test_a_workbook_is_read_by_sheet_row_and_column_names(official, ours):
    source = official.sources["estimates_workbook"]
    found = small_area_estimates.read_estimates(official.downloader(), source, list(ours.index))
    assert list(found.columns[:2]) == ["F0", "F1"]
    first = ours.iloc[0]["residents"]
    assert found.iloc[0]["F0"] == int(first * 1.4 / 182)
    assert found.iloc[0]["M90"] == int(first * 0.6 / 182)
    path = next((official.folder / "cache" / source.id).glob("*.xlsx"))
    with pytest.raises(InputError, match="no sheet 'Mid-2031'; there are Contents"):
        small_area_estimates.read_workbook(path, "Mid-2031")
    with pytest.raises(InputError, match="row 4: no column LSOA 2021 Code"):
        small_area_estimates.read_workbook(path, "Contents")


# --- Extracts of streets -------------------------------------------------------------------------


def test_the_smallest_extracts_that_cover_the_places_and_30_km_are_chosen():
    west, east = box(0, 0, 100_000, 100_000), box(100_000, 0, 200_000, 100_000)
    both = west.union(east)
    far = box(300_000, 0, 400_000, 100_000)
    extracts = [
        RegionExtract("both", "england", "b", both),
        RegionExtract("east", "england", "e", east),
        RegionExtract("far", "england", "f", far),
        RegionExtract("west", "england", "w", west),
    ]

    def chosen(*points):
        series = gpd.GeoSeries([Point(one) for one in points], crs=BNG)
        return [one.id for one in choose_extracts(extracts, series)]

    assert chosen((40_000, 50_000)) == ["west"]
    assert chosen((69_000, 50_000)) == ["west"]
    assert chosen((71_000, 50_000)) == ["east", "west"]  # 30 km reach over the border by 1 km
    assert chosen((2_000, 50_000)) == ["west"]  # the sea beyond is in no extract
    with pytest.raises(InputError, match="no extract for 0"):
        chosen((250_000, 50_000))


# --- The table of sources ------------------------------------------------------------------------


def test_a_table_of_sources_with_faults_tells_all_of_them(tmp_path):
    path = tmp_path / "sources.toml"
    path.write_text('[sources.x]\nkind = "osm"\nadress = "https://x"\n')
    with pytest.raises(InputError) as refused:
        read_sources(path)
    for said in ("x: 'url' is missing", "x: 'adress' is not a key", "'hosts' is missing"):
        assert said in str(refused.value)
    path.write_text('hosts = ["a.example"]\n')
    with pytest.raises(InputError, match="there are no sources"):
        read_sources(path)
    with pytest.raises(InputError, match="has no 'moon'; it has icb_names"):
        read_sources()["moon"]


def test_regions_without_timetables_are_refused(official):
    with pytest.raises(InputError, match="no timetables of Wales"):
        bods.fetch_timetables(official.downloader(), official.sources["timetables"], ["Wales"])
