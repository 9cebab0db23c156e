"""Timetables of public transport: GTFS feeds read for the day that a study asks about.

The format is that of https://gtfs.org/documentation/schedule/reference. What decides when one can
travel is read; routes, fares, shapes and names are not.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.errors import InputError
from llrgeo.inputs.feeds import (
    Tables,
    calendar_faults,
    date_range,
    read_feed,
    row_faults,
    services_on,
)
from llrgeo.schema import (
    BNG,
    LAT_RANGE,
    LON_RANGE,
    WGS84,
    Column,
    Schema,
    raise_faults,
    table_faults,
)

_DAY_S: Final = 24 * 3_600
HORIZON_S: Final = _DAY_S + _DAY_S // 2  # a journey of the day may end at noon of the next
_MAX_CALLS: Final = 50_000_000  # of all trips that run every so often; a region has a few million

_STOPS: Final = Schema(
    "stop_id",
    (
        Column("stop_lat", "number", minimum=LAT_RANGE[0], maximum=LAT_RANGE[1]),
        Column("stop_lon", "number", minimum=LON_RANGE[0], maximum=LON_RANGE[1]),
    ),
)
_TRIPS: Final = Schema("trip_id", (Column("service_id", "text"),))
_CALLS: Final = "stop_times"
_HEADWAYS: Final = "frequencies"
_CALL_COLUMNS: Final = ("trip", "stop", "arrival_s", "departure_s", "boards", "alights")
_NOT_AVAILABLE: Final = "1"  # as pickup_type and drop_off_type
_TIMED, _TAKES, _IMPOSSIBLE = "1", "2", "3"  # kinds of transfer


@dataclass(frozen=True, slots=True)
class Timetable:
    """All trips of one day, with those of the days before and after that run into it.

    Attributes
    ----------
    date
        The day; its midnight is second 0.
    stops
        Points in EPSG:27700 of the stops that are served, numbered from 0.
    calls
        One row a call of a trip at a stop, in the order of the trip: `trip` (a number), `stop`,
        `arrival_s`, `departure_s` (seconds after midnight, 24:00 and later included), `boards`
        and `alights` (whether one may get on and off).
    transfers
        What the feed says about changing: `from_stop`, `to_stop` and the `seconds` between
        getting off and on again, infinite where one cannot change.
    """

    date: dt.date
    stops: gpd.GeoSeries
    calls: pd.DataFrame
    transfers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Feed:
    """What a feed says of the day, its stops and trips still known by their ids."""

    stops: pd.DataFrame
    calls: pd.DataFrame
    transfers: pd.DataFrame


def read_timetable(paths: Sequence[Path], date: dt.date) -> Timetable:
    """Read GTFS feeds (.zip) as the timetable of one day.

    Trips of `frequencies.txt` are taken to run at its start time and every headway after. Calls
    without times are spread evenly between those that have them.

    Raises
    ------
    InputError
        If a feed cannot be read, lacks a file or column, has no service on the day, or has
        faults in what runs on it; the message lists every fault of the feed.
    """
    feeds = [_read_day(path, date) for path in paths]
    stops, calls, transfers = (
        pd.concat([getattr(feed, part) for feed in feeds], keys=range(len(feeds)), names=["feed"])
        for part in ("stops", "calls", "transfers")
    )
    points = gpd.points_from_xy(stops["stop_lon"], stops["stop_lat"], crs=WGS84)
    numbered = _numbered(calls).assign(stop=lambda one: _positions(one, "stop_id", stops))
    pairs = pd.DataFrame(
        {
            "from_stop": _positions(transfers, "from_stop_id", stops),
            "to_stop": _positions(transfers, "to_stop_id", stops),
            "seconds": transfers["seconds"].to_numpy(),
        }
    )
    return Timetable(date, gpd.GeoSeries(points).to_crs(BNG), numbered[list(_CALL_COLUMNS)], pairs)


def _read_day(path: Path, date: dt.date) -> _Feed:
    """Read what runs on a day, the trips of the days before and after moved to its clock."""
    tables = read_feed(path)
    trips = tables["trips"]
    faults = [*_of_file("trips", table_faults(trips, _TRIPS)), *calendar_faults(tables)]
    raise_faults(faults, source=path.name)
    running = {
        shift: trips.loc[trips["service_id"].isin(services_on(tables, date + shift)), "trip_id"]
        for shift in (dt.timedelta(days) for days in (-1, 0, 1))
    }
    if running[dt.timedelta()].empty:
        first, last = date_range(tables)
        msg = (
            f"{path.name}: no service on {date:%A} {date}; its calendar runs from {first} to {last}"
        )
        raise InputError(msg)
    calls, faults = _read_calls(tables, pd.concat(list(running.values())).unique())
    stops = tables["stops"][tables["stops"]["stop_id"].isin(calls["stop_id"])]
    faults += _of_file("stops", table_faults(stops, _STOPS))
    headways, headway_faults = _read_headways(tables["frequencies"], calls)
    transfers, transfer_faults = _read_transfers(tables["transfers"], stops["stop_id"])
    raise_faults([*faults, *headway_faults, *transfer_faults], source=path.name)
    runs = _repeated(calls, headways)
    days = [
        _moved(runs[runs["trip_id"].isin(trip_ids)], shift) for shift, trip_ids in running.items()
    ]
    places = stops.set_index("stop_id")[["stop_lat", "stop_lon"]].astype(float)
    return _Feed(places, pd.concat(days, ignore_index=True), transfers)


def _read_calls(tables: Tables, trip_ids: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the calls of some trips in their order, with times in seconds, and their faults."""
    table = tables["stop_times"]
    table = table[table["trip_id"].isin(trip_ids)]
    calls = pd.DataFrame(
        {
            "trip_id": table["trip_id"],
            "sequence": pd.to_numeric(table["stop_sequence"], errors="coerce"),
            "stop_id": table["stop_id"],
            "arrival_s": seconds_of(table["arrival_time"]),
            "departure_s": seconds_of(table["departure_time"]),
            "boards": table["pickup_type"] != _NOT_AVAILABLE,
            "alights": table["drop_off_type"] != _NOT_AVAILABLE,
        }
    )
    calls = calls.join(table[["arrival_time", "departure_time"]].notna())
    calls = calls.sort_values(["trip_id", "sequence"], kind="stable", ignore_index=True)
    faults = _call_faults(calls, tables["stops"]["stop_id"])
    if not faults:
        calls = calls.assign(**_filled(calls["arrival_s"], calls["departure_s"]))
        backwards = (calls["departure_s"] < calls["arrival_s"]) | (
            (calls["arrival_s"] < calls["departure_s"].shift())
            & (calls["trip_id"] == calls["trip_id"].shift())
        )
        faults = row_faults(_CALLS, "times go backwards", calls[backwards])
    return calls.drop(columns=["arrival_time", "departure_time"]), faults


def _call_faults(calls: pd.DataFrame, stop_ids: pd.Series) -> list[str]:
    trip = calls["trip_id"]
    untimed = calls["arrival_s"].isna() & calls["departure_s"].isna()
    at_end = (trip != trip.shift()) | (trip != trip.shift(-1))
    unknown = ~calls["stop_id"].isin(stop_ids)
    wrong = {
        "column 'stop_sequence' is not a number": calls["sequence"].isna(),
        "column 'stop_sequence' has a number twice": calls.duplicated(["trip_id", "sequence"]),
        "column 'arrival_time' is no time": calls["arrival_time"] & calls["arrival_s"].isna(),
        "column 'departure_time' is no time": calls["departure_time"] & calls["departure_s"].isna(),
        "a trip's first or last call has no time": untimed & at_end,
    }
    faults = [one for what, rows in wrong.items() for one in row_faults(_CALLS, what, calls[rows])]
    what = "column 'stop_id' names stops that stops.txt does not have"
    return faults + row_faults(_CALLS, what, calls.loc[unknown, ["stop_id"]])


def _filled(arrival_s: pd.Series, departure_s: pd.Series) -> dict[str, pd.Series]:
    """Give calls without times even shares of the time between those that have them."""
    arrival_s = arrival_s.fillna(departure_s)
    departure_s = departure_s.fillna(arrival_s)
    gone, ahead = departure_s.ffill(), arrival_s.bfill()
    blank = arrival_s.isna()
    stretch = (~blank).cumsum()
    place = blank.groupby(stretch).cumsum()
    count = blank.groupby(stretch).transform("sum") + 1
    between = (gone + (ahead - gone) * place / count).round()
    return {
        "arrival_s": arrival_s.fillna(between).astype(np.int64),
        "departure_s": departure_s.fillna(between).astype(np.int64),
    }


def _read_headways(table: pd.DataFrame, calls: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return, of trips that run every so often, when runs begin and end and how often they go."""
    table = table[table["trip_id"].isin(calls["trip_id"])]
    headways = pd.DataFrame(
        {
            "trip_id": table["trip_id"],
            "start_s": seconds_of(table["start_time"]),
            "end_s": seconds_of(table["end_time"]),
            "headway_s": pd.to_numeric(table["headway_secs"], errors="coerce"),
        }
    )
    wrong = {
        "column 'start_time' is no time": headways["start_s"].isna(),
        "column 'end_time' is no time": headways["end_s"].isna(),
        "column 'headway_secs' is no number of seconds": ~(headways["headway_s"] >= 1),
    }
    faults = [
        one for what, rows in wrong.items() for one in row_faults(_HEADWAYS, what, headways[rows])
    ]
    if not faults:
        spans = (headways["end_s"] - headways["start_s"]).clip(lower=0)
        headways["runs"] = np.ceil(spans / headways["headway_s"]).astype(np.int64)
        lengths = calls.groupby("trip_id").size().reindex(headways["trip_id"]).to_numpy()
        made = int((headways["runs"] * lengths).sum())
        if made > _MAX_CALLS:
            faults = [f"{_HEADWAYS}.txt: {made:,} calls at stops, over {_MAX_CALLS:,}"]
    return headways, faults


def _repeated(calls: pd.DataFrame, headways: pd.DataFrame) -> pd.DataFrame:
    """Put in place of each trip that runs every so often its runs, told apart by `run`."""
    runs = headways.loc[headways.index.repeat(headways["runs"])]
    earlier = runs.groupby(level=0).cumcount()
    runs = runs.assign(start_s=runs["start_s"] + runs["headway_s"] * earlier, run=range(len(runs)))
    first_s = calls.groupby("trip_id")["departure_s"].transform("first")
    repeated = calls["trip_id"].isin(headways["trip_id"])
    made = calls.assign(first_s=first_s)[repeated].merge(runs, on="trip_id")
    later_s = made["start_s"].astype(np.int64) - made["first_s"]
    for name in ("arrival_s", "departure_s"):
        made[name] += later_s
    return pd.concat([calls[~repeated].assign(run=-1), made[[*calls.columns, "run"]]])


def _moved(calls: pd.DataFrame, shift: dt.timedelta) -> pd.DataFrame:
    """Return the calls of another day by this day's clock; those far from the day go."""
    seconds = int(shift.total_seconds())
    moved = calls.assign(
        day=shift.days,
        arrival_s=calls["arrival_s"] + seconds,
        departure_s=calls["departure_s"] + seconds,
    )
    return moved[(moved["departure_s"] >= 0) & (moved["arrival_s"] <= HORIZON_S)]


def _numbered(calls: pd.DataFrame) -> pd.DataFrame:
    """Sort calls into the order of their trips, and number these."""
    names = ["feed", "day", "trip_id", "run"]
    calls = calls.reset_index("feed").sort_values([*names, "sequence"], ignore_index=True)
    return calls.assign(trip=calls.groupby(names).ngroup())


def _positions(table: pd.DataFrame, name: str, stops: pd.DataFrame) -> NDArray[np.intp]:
    """Return the places, among the stops of all feeds, of those that a column names."""
    feeds = table.reset_index()["feed"]
    return stops.index.get_indexer(pd.MultiIndex.from_arrays([feeds, table[name]]))


def _read_transfers(table: pd.DataFrame, stop_ids: pd.Series) -> tuple[pd.DataFrame, list[str]]:
    """Return the transfers between served stops; those of single routes and trips are left out."""
    ends = table["from_stop_id"].isin(stop_ids) & table["to_stop_id"].isin(stop_ids)
    special = [name for name in table.columns if name.endswith(("_route_id", "_trip_id"))]
    table = table[ends & table[special].isna().all(axis=1)]
    table = table[table["transfer_type"].isin([_TIMED, _TAKES, _IMPOSSIBLE])]
    takes = table["transfer_type"] == _TAKES
    stated = pd.to_numeric(table["min_transfer_time"], errors="coerce")
    wrong = takes & ~(stated >= 0)
    faults = row_faults("transfers", "column 'min_transfer_time' is no number", table[wrong])
    seconds = stated.where(takes, table["transfer_type"].map({_TIMED: 0.0, _IMPOSSIBLE: np.inf}))
    pairs = table[["from_stop_id", "to_stop_id"]].assign(seconds=seconds)
    return pairs.drop_duplicates(["from_stop_id", "to_stop_id"]), faults


def seconds_of(times: pd.Series) -> pd.Series:
    """Return times of day such as 9:05:00 and 25:10:00 in seconds; NaN where they are none."""
    column = times.astype("category")
    parts = (
        column.cat.categories.astype(str)
        .str.strip()
        .str.extract(r"^(\d{1,3}):([0-5]\d):([0-5]\d)$")
    )
    seconds = parts.astype(float).to_numpy() @ [3_600.0, 60.0, 1.0]
    return pd.Series(np.append(seconds, np.nan)[column.cat.codes], times.index)


def _of_file(file: str, faults: list[str]) -> list[str]:
    return [f"{file}.txt: {fault}" for fault in faults]
