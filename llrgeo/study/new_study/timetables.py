"""Timetables of a new study: the day to read them for, and a check that they are of its areas."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.feeds import Tables, date_range, read_feed, services_on
from llrgeo.schema import BNG, WGS84, to_numbers

NEAR_M: Final = 2_000.0
"""Timetables without a stop within this distance of a centroid are not of the study's areas."""

_TUESDAY: Final = 1
_WEEK_DAYS: Final = 7
_WEEKS: Final = 10


@dataclass(frozen=True, slots=True)
class FittedTimetables:
    """The day that timetables are read for, and a note on it; blank for none."""

    day: dt.date
    note: str = ""


def fit_timetables(
    feeds: Sequence[Path], centroids: gpd.GeoSeries, today: dt.date
) -> FittedTimetables:
    """Return the day that the feeds of a study are read for: the next Tuesday on which all run.

    If there is none, because feeds are old, it is the last Tuesday on which all ran, and the note
    says so.

    Parameters
    ----------
    feeds
        Files of timetables, checked when they were fetched.
    centroids
        Of the study's areas, EPSG:27700.
    today
        The day of the study.

    Raises
    ------
    InputError
        If no stop of any feed is near an area, or there is no Tuesday on which all feeds run.
    """
    tables = [read_feed(feed) for feed in feeds]
    if not any(_has_stops_near(timetable, centroids) for timetable in tables):
        msg = (
            f"no stop within {NEAR_M / 1_000:g} km of any area: these are timetables of elsewhere "
            f"({', '.join(feed.name for feed in feeds)}), and are left out"
        )
        raise InputError(msg)
    ranges = [date_range(timetable) for timetable in tables]
    first, last = max(start for start, _ in ranges), min(end for _, end in ranges)
    ahead = _tuesdays(max(first, today), 1)
    if running := _running(tables, ahead):
        return FittedTimetables(running[0])
    # Cached downloads become old: a past day is better than none.
    if running := _running(tables, _tuesdays(min(last, today), -1)):
        note = f"no Tuesday from {today} on: read for {running[0]}, when all last ran"
        anew = "delete their folder in downloads and fetch them anew"
        return FittedTimetables(running[0], f"the timetables have {note}; {anew}")
    msg = f"the timetables have no Tuesday on which all of them run, from {first} to {last}"
    raise InputError(msg)


def _tuesdays(start: dt.date, direction: int) -> list[dt.date]:
    """Return ten Tuesdays from a day forwards (`direction` 1) or backwards (-1), nearest first."""
    off = (_TUESDAY - start.weekday()) * direction % _WEEK_DAYS
    return [start + dt.timedelta(direction * (off + _WEEK_DAYS * week)) for week in range(_WEEKS)]


def _running(tables: Sequence[Tables], days: Sequence[dt.date]) -> list[dt.date]:
    return [day for day in days if all(services_on(timetable, day) for timetable in tables)]


def _has_stops_near(timetable: Tables, centroids: gpd.GeoSeries) -> bool:
    """Return whether a stop of a feed lies near an area; stops without coordinates do not."""
    places = {name: to_numbers(timetable["stops"][f"stop_{name}"]) for name in ("lat", "lon")}
    stops = pd.DataFrame(places).dropna()
    stops = stops[stops["lat"].between(-90, 90) & stops["lon"].between(-180, 180)]
    points = gpd.points_from_xy(stops["lon"], stops["lat"], crs=WGS84).to_crs(BNG)
    points = points[np.isfinite(points.x)]
    if not len(points):
        return False
    found, _ = points.sindex.nearest(centroids.to_numpy(), max_distance=NEAR_M)
    return len(found) > 0
