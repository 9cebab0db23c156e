"""Files that are small and grow when they are read: refused before they have grown."""

import bz2
import datetime as dt
import gzip
import zipfile

import pandas as pd
import pytest
from timetables import write_feed

from llrgeo.errors import InputError, NetworkError
from llrgeo.inputs.feeds import read_feed
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.inputs.tables import read_toml
from llrgeo.roads.osm_files.osm_file import read_file

NODE = b'<node id="1" lat="52.6" lon="-1.1" version="1"/>\n'


@pytest.mark.parametrize(("ending", "packed"), [("gz", gzip.compress), ("bz2", bz2.compress)])
def test_a_packed_map_that_grows_without_end_is_refused(tmp_path, ending, packed):
    path = tmp_path / f"map.osm.{ending}"
    path.write_bytes(packed(b'<osm version="0.6">') + packed(NODE * 20_000) * 80)
    assert path.stat().st_size < 500_000
    with pytest.raises(NetworkError, match="unpacks to over 100 times its size"):
        read_file(path)


def test_a_feed_of_the_same_rows_over_and_over_is_refused(tmp_path):
    path = tmp_path / "feed.zip"
    row = "t,08:00:00,08:00:00,s,1\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", "stop_id,stop_lat,stop_lon\ns,52.6,-1.1\n")
        archive.writestr("trips.txt", "trip_id,service_id\nt,w\n")
        with archive.open("stop_times.txt", "w") as file:
            file.write(b"trip_id,arrival_time,departure_time,stop_id,stop_sequence\n")
            for _ in range(30):
                file.write(row.encode() * 100_000)
    with pytest.raises(InputError, match="as the same rows over and over are"):
        read_feed(path)


def test_a_feed_of_more_trips_than_any_region_has_is_refused(tmp_path, monkeypatch):
    write_feed(tmp_path / "bus.zip")
    assert len(read_feed(tmp_path / "bus.zip")["trips"]) == 7
    monkeypatch.setattr("llrgeo.inputs.feeds._MAX_TRIPS_BYTES", 100)
    with pytest.raises(InputError, match=r"trips\.txt: 1\d\d bytes, over 100; take the feed of"):
        read_feed(tmp_path / "bus.zip")


def test_a_feed_of_more_calls_than_any_region_has_is_refused(tmp_path, monkeypatch):
    write_feed(tmp_path / "bus.zip")
    day = dt.date(2026, 11, 24)
    assert len(read_timetable([tmp_path / "bus.zip"], day).calls) == 56
    monkeypatch.setattr("llrgeo.inputs.stop_times._MAX_CALLS", 11)
    with pytest.raises(InputError, match=r"12 calls at stops near one day, over 11; take the feed"):
        read_timetable([tmp_path / "bus.zip"], day)


def test_calls_are_read_in_pieces_and_each_text_is_kept_once(tmp_path, monkeypatch):
    write_feed(tmp_path / "bus.zip")
    whole = read_feed(tmp_path / "bus.zip")
    monkeypatch.setattr("llrgeo.inputs.feeds._PIECE_ROWS", 3)
    pieces = read_feed(tmp_path / "bus.zip")
    for name, table in whole.items():
        pd.testing.assert_frame_equal(pieces[name], table)
    calls = pieces["stop_times"]
    assert calls["trip_id"].astype(object).tolist()[:3] == ["1a", "1a", "1b"]
    # A byte for each of the numbers of a row's values: none of the columns has 128 of them.
    assert calls.memory_usage(index=False).sum() < calls.size + 8 * sum(
        len(calls[name].cat.categories) for name in calls
    ) + 400 * len(calls.columns)


def test_a_study_file_larger_than_any_is_refused(tmp_path):
    (tmp_path / "study.toml").write_text("# " + "x" * (5 << 20))
    with pytest.raises(InputError, match="larger than 4 MB"):
        read_toml(tmp_path / "study.toml")
