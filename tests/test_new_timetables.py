"""Timetables of a new study are of its areas, and read for a day on which they run."""

import datetime as dt
import io
import re
import zipfile

import geopandas as gpd
import pytest
from invented_icb import small
from official_files import Files, zipped

from llrgeo.errors import InputError
from llrgeo.schema import BNG
from llrgeo.study.new_study.timetables import fit_timetables

TODAY = dt.date(2026, 11, 25)  # a Wednesday


@pytest.fixture(scope="module")
def place():
    return small()


@pytest.fixture(scope="module")
def centroids(place):
    return gpd.GeoSeries.from_xy(place.ours["x"], place.ours["y"], crs=BNG)


@pytest.fixture(scope="module")
def feed(place, tmp_path_factory):
    """Write the invented feed, which runs on weekdays, with its texts changed."""
    content = Files(place).get("timetables")
    folder = tmp_path_factory.mktemp("feeds")

    def write(name, **changes):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {one: archive.read(one) for one in archive.namelist()}
        for table, (pattern, other) in changes.items():
            members[f"{table}.txt"] = re.sub(pattern, other, members[f"{table}.txt"])
        path = folder / name
        path.write_bytes(zipped(members))
        return path

    return write


def runs(first, last):
    return {"calendar": (rb"20261102,20270131", f"{first},{last}".encode())}


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [
        ("20261102", "20270131", dt.date(2026, 12, 1)),
        ("20261203", "20270131", dt.date(2026, 12, 8)),  # begins later than today
        ("20260902", "20261123", dt.date(2026, 11, 17)),  # ended on a Monday
        ("20200902", "20201124", dt.date(2020, 11, 24)),  # ended on a Tuesday, years ago
    ],
)
def test_the_day_is_the_next_tuesday_or_the_last_one_that_there_was(
    feed, centroids, first, last, day
):
    found = fit_timetables([feed("one.zip", **runs(first, last))], centroids, TODAY)
    assert found.day == day
    told = f"no Tuesday from 2026-11-25 on: read for {day}, when all last ran"
    assert (told in found.note) == (day < TODAY)


def test_two_feeds_run_on_one_day(feed, centroids):
    feeds = [feed("one.zip"), feed("two.zip", **runs("20261209", "20261231"))]
    assert fit_timetables(feeds, centroids, TODAY).day == dt.date(2026, 12, 15)
    feeds = [feed("one.zip", **runs("20200902", "20201124")), feed("two.zip")]
    with pytest.raises(InputError, match="no Tuesday on which all of them run"):
        fit_timetables(feeds, centroids, TODAY)


def test_timetables_of_elsewhere_are_left_out(feed, centroids):
    away = feed("away.zip", stops=(rb",5[0-9]\.", b",50."))
    nowhere = feed("nowhere.zip", stops=(rb",5[0-9]\.\d+,-?\d\.\d+", b",n/a,"))
    for feeds in ([away], [nowhere], [away, nowhere]):
        with pytest.raises(InputError, match=r"no stop within 2 km of any area.*\.zip"):
            fit_timetables(feeds, centroids, TODAY)
    assert fit_timetables([away, feed("one.zip")], centroids, TODAY).note == ""
