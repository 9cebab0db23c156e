"""Timetables of public transport: GTFS feeds read for the day that a study asks about.

The format is that of https://gtfs.org/documentation/schedule/reference. What decides when one can
travel is read, with the names of routes and stops; fares and shapes are not. Faults of a feed are
left out one by one and named in the timetable's notes.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.execution.free_memory import free_memory_given_back
from llrgeo.files import StrPath, as_paths
from llrgeo.inputs.feeds import (
    Omission,
    Tables,
    calendar_faults,
    date_range,
    known_services,
    left_out,
    read_feed,
    services_on,
    sound_calendars,
)
from llrgeo.inputs.headways import HEADWAYS, read_headways, repeat_trips
from llrgeo.inputs.step_free import step_free_stops, step_free_trips
from llrgeo.inputs.stop_times import read_calls, seconds_of, with_places_of_parents
from llrgeo.inputs.transfers import boarding_stops, read_transfers, run_on
from llrgeo.schema import BNG, WGS84, list_faults, raise_faults, type_faults

_DAY_S: Final = 24 * 3_600
_NOON: Final = dt.time(12, tzinfo=ZoneInfo("Europe/London"))
HORIZON_S: Final = _DAY_S + _DAY_S // 2  # a journey of the day may end at noon of the next
_MAX_DAYS: Final = 7  # a coach may have set out so many days ago

# What a feed may lose to faults: a hundredth of its calls, or so many in a small one.
_MAX_LOST_SHARE: Final = 0.01
_MAX_LOST_CALLS: Final = 10

_CALL_TYPES: Final = {
    "trip": np.int32,
    "stop": np.int32,
    "arrival_s": np.int32,
    "departure_s": np.int32,
    "boards": np.bool_,
    "alights": np.bool_,
    "route": np.int32,
    "step_free": np.int8,
}


@dataclass(frozen=True, slots=True)
class Timetable:
    """All trips of one day, with those of the days before and after that run into it.

    Attributes
    ----------
    date
        The day; its midnight is second 0.
    stops
        `name` and point (EPSG:27700) of the stops that are served, numbered from 0. A stop stands
        several times where the feed states transfers for some of its trips alone, once for each
        kind of trip.
    routes
        Names of the routes, numbered from 0.
    calls
        One row a call of a trip at a stop, in the order of the trip: `trip` (a number), `stop`,
        `arrival_s`, `departure_s` (seconds after midnight, 24:00 and later included), `boards`
        and `alights` (whether one may get on and off), `route`, `step_free` (1: vehicle and stop
        can be used without steps, 0: not known, -1: they cannot). Trips that one may stay on board
        of from one to the next are one trip.
    transfers
        What the feed says about changing: `from_stop`, `to_stop` and the `seconds` between
        getting off and on again, infinite where one cannot change.
    notes
        What was left out of each feed, in words.
    """

    date: dt.date
    stops: gpd.GeoDataFrame
    routes: pd.Series
    calls: pd.DataFrame
    transfers: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Feed:
    """The services of one feed on the day: as `Timetable`, `stops` with `stop_lat`, `stop_lon`."""

    stops: pd.DataFrame
    routes: pd.Series
    calls: pd.DataFrame
    transfers: pd.DataFrame
    notes: list[str]


@free_memory_given_back()
def read_timetable(paths: Sequence[StrPath], date: dt.date) -> Timetable:
    """Read GTFS feeds (.zip) as the timetable of one day.

    Trips of `frequencies.txt` are taken to run at its start time and every headway after. Calls
    without times are spread evenly between those that have them. Stops, trips and calls with faults
    are left out, as are demand-responsive trips and calls beyond Great Britain; the notes
    count and name them.

    Raises
    ------
    InputError
        If the day is no date; or a feed cannot be read, lacks a file or column, has no service on
        the day, or has faults in more than a hundredth of its calls (and more than ten): the
        message lists every fault of the feed.

    Examples
    --------
    >>> import datetime as dt
    >>> try:
    ...     llrgeo.read_timetable([folder / "areas.csv"], dt.date(2026, 11, 24))
    ... except llrgeo.InputError as error:  # it is no zip
    ...     print("areas.csv" in str(error))
    True
    """
    if type_faults({"day": date}, dt.date) or str(date) == str(pd.NaT):  # NaT is a date by type
        msg = f"the day is {date!r}; give a date, such as datetime.date(2026, 11, 24)"
        raise InputError(msg)
    feeds = [_read_day(path, date) for path in as_paths(paths, what="feeds")]
    # Ids of two feeds may be alike: each feed's numbers begin where those of the last end.
    trips = _offsets([int(feed.calls["trip"].max()) + 1 for feed in feeds])
    stops = _offsets([len(feed.stops) for feed in feeds])
    routes = _offsets([len(feed.routes) for feed in feeds])
    calls = [
        feed.calls.assign(
            trip=feed.calls["trip"] + trips[i],
            stop=feed.calls["stop"] + stops[i],
            route=feed.calls["route"] + routes[i],
        )
        for i, feed in enumerate(feeds)
    ]
    transfers = [
        feed.transfers.assign(
            from_stop=feed.transfers["from_stop"] + stops[i],
            to_stop=feed.transfers["to_stop"] + stops[i],
        )
        for i, feed in enumerate(feeds)
    ]
    places = pd.concat([feed.stops for feed in feeds], ignore_index=True)
    points = gpd.points_from_xy(places["stop_lon"], places["stop_lat"], crs=WGS84)
    return Timetable(
        date,
        gpd.GeoDataFrame(places[["name"]], geometry=points).to_crs(BNG),
        pd.concat([feed.routes for feed in feeds], ignore_index=True),
        pd.concat(calls, ignore_index=True).astype(_CALL_TYPES),
        pd.concat(transfers, ignore_index=True),
        tuple(note for feed in feeds for note in feed.notes),
    )


def _offsets(counts: Sequence[int]) -> list[int]:
    return [0, *itertools.accumulate(counts)]


def _read_day(path: Path, date: dt.date) -> _Feed:
    """Read what runs on a day, the trips of the days before and after moved to its clock."""
    tables, omissions = _sound_tables(read_feed(path))
    # A trip that set out yesterday may still run today, by a clock that goes on past 24 hours.
    shifts = range(-_days_before(tables), 2)
    running = {
        days: tables["trips"].loc[_runs_on(tables, date + dt.timedelta(days)), "trip_id"]
        for days in shifts
    }
    trip_ids = pd.concat(list(running.values())).unique()
    calls, more = read_calls(tables, trip_ids)
    headways, headway_faults = read_headways(tables[HEADWAYS], calls, path.name)
    calls = calls[~calls["trip_id"].isin(headways.loc[headways["runs"].isna(), "trip_id"])]
    transfers, transfer_faults = read_transfers(tables)
    omissions += [*more, *headway_faults, *transfer_faults]
    _check_losses(omissions, tables["stop_times"]["trip_id"].isin(trip_ids).sum(), path.name)
    if not calls["trip_id"].isin(running[0]).any():
        raise InputError(_no_service(path.name, date, tables, omissions))
    del tables["stop_times"]  # it is large, and what follows needs room
    stops = tables["stops"].set_index("stop_id")
    places = boarding_stops(transfers, _described(calls, tables), stops["parent_station"])
    compact, stop_ids, between = _compact(places.calls), places.stop_ids, places.transfers
    del calls, places  # likewise
    numbered = _numbered(_of_days(repeat_trips(compact, headways), running, date))
    joined = run_on(numbered, transfers, stops["parent_station"])
    at = stops.loc[stop_ids]
    return _Feed(
        pd.DataFrame(
            {
                "name": at["stop_name"].fillna("").to_numpy(),
                "stop_lat": at["stop_lat"].to_numpy(float),
                "stop_lon": at["stop_lon"].to_numpy(float),
            }
        ),
        _route_names(tables),
        joined.rename(columns={"place": "stop"})[list(_CALL_TYPES)].astype(_CALL_TYPES),
        between.rename(columns={"from_place": "from_stop", "to_place": "to_stop"}),
        [f"{path.name}: left out: {omission.text}" for omission in omissions],
    )


def _sound_tables(tables: Tables) -> tuple[Tables, list[Omission]]:
    """Leave out rows that cannot be told apart or that nothing joins; count those."""
    tables, omissions = sound_calendars(tables)
    for file, name in (("stops", "stop_id"), ("trips", "trip_id"), ("routes", "route_id")):
        ids = tables[file][name]
        for what, rows in (("is blank", ids.isna()), ("is duplicated", ids.duplicated())):
            bad = tables[file][rows.reindex(tables[file].index)]
            omissions += left_out(file, f"column '{name}' {what}", bad, calls=0)
            tables[file] = tables[file].drop(index=bad.index)
    tables["stops"] = with_places_of_parents(tables["stops"])
    trips, calls = tables["trips"], tables["stop_times"]
    # Rows that nothing joins are no loss of a journey; calls without a trip are.
    named = calls["trip_id"].isin(trips["trip_id"])
    unknown = ~trips["service_id"].isin(known_services(tables))
    uncalled = ~trips["trip_id"].isin(set(calls["trip_id"].unique()))
    lost = "column 'trip_id' names trips that trips.txt does not have"
    return tables, [
        *omissions,
        *left_out("stop_times", lost, calls[~named]),
        *(
            left_out("trips", what, trips.loc[rows, ["trip_id"]], calls=0)[0]
            for what, rows in (
                ("a service that no calendar knows", unknown),
                ("no calls in stop_times.txt", uncalled),
            )
            if rows.any()
        ),
    ]


def _days_before(tables: Tables) -> int:
    """Return how many days before the day trips may have set out that still run on it."""
    last = seconds_of(pd.Series(tables["stop_times"]["departure_time"].dropna().unique())).max()
    return 1 if np.isnan(last) else int(np.clip(last // _DAY_S, 1, _MAX_DAYS))


def _runs_on(tables: Tables, date: dt.date) -> pd.Series:
    return tables["trips"]["service_id"].isin(services_on(tables, date))


def _check_losses(omissions: Iterable[Omission], calls: int, source: str) -> None:
    """Refuse a feed that loses too much to its faults."""
    listed = list(omissions)
    lost = sum(omission.calls for omission in listed)
    if lost > max(_MAX_LOST_CALLS, _MAX_LOST_SHARE * calls):
        total = f"faults cost {lost:,} of {calls:,} calls at stops, over {_MAX_LOST_SHARE:.0%}"
        raise_faults([total, *(omission.text for omission in listed)], source=source)


def _no_service(source: str, date: dt.date, tables: Tables, omissions: Sequence[Omission]) -> str:
    """Return the message that nothing runs on the day, with the other faults of the feed."""
    faults = calendar_faults(tables)
    if not faults:
        first, last = date_range(tables)
        faults = [f"no service on {date:%A} {date}; its calendar runs from {first} to {last}"]
    return list_faults([*faults, *(omission.text for omission in omissions)], source=source)


def _described(calls: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Add to calls their trip's route (its id and row) and block, and if they are step-free."""
    trips = tables["trips"].set_index("trip_id")
    rows = trips.index.get_indexer(pd.Index(calls["trip_id"]))
    route_ids = trips["route_id"].to_numpy()[rows]
    # A call can be used without steps only if both its vehicle and its stop can.
    vehicles = step_free_trips(tables["trips"]).to_numpy()[rows]
    stops = step_free_stops(tables).reindex(calls["stop_id"]).to_numpy()
    return calls.assign(
        route_id=route_ids,
        route=pd.Index(_routes(tables)["route_id"]).get_indexer(pd.Index(route_ids)),
        block_id=trips["block_id"].to_numpy()[rows],
        step_free=np.minimum(vehicles, stops).astype(np.int8),
    )


def _routes(tables: Tables) -> pd.DataFrame:
    """Return the routes, those that only trips.txt names too; the last is of no route."""
    routes = tables["routes"]
    others = pd.Index(tables["trips"]["route_id"].dropna().unique()).difference(routes["route_id"])
    rest = pd.DataFrame({"route_id": [*others, np.nan]}, dtype=object)
    return pd.concat([routes, rest], ignore_index=True)


def _route_names(tables: Tables) -> pd.Series:
    """Return what each route is called: its short name, else the long one, else its id."""
    routes = _routes(tables)
    names = routes["route_short_name"].fillna(routes["route_long_name"])
    return names.fillna(routes["route_id"]).fillna("").astype(str)


def _compact(calls: pd.DataFrame) -> pd.DataFrame:
    """Return calls in the smallest types that hold them, without what is not needed any more."""
    compact = calls.drop(columns="route_id").astype(
        dict.fromkeys(("trip_id", "stop_id", "block_id"), "category")
    )
    return compact.astype({"route": np.int32, "place": np.int32}).assign(
        sequence=pd.to_numeric(compact["sequence"], downcast="integer")
    )


def _of_days(runs: pd.DataFrame, running: Mapping[int, pd.Series], date: dt.date) -> pd.DataFrame:
    """Return the calls of the trips of several days, by the clock of the one asked for."""
    days = [_moved(runs[runs["trip_id"].isin(ids)], shift, date) for shift, ids in running.items()]
    return pd.concat(days, ignore_index=True)


def _moved(calls: pd.DataFrame, days: int, date: dt.date) -> pd.DataFrame:
    """Return the calls of another day by this day's clock; those far from the day go."""
    # The times of a day count from twelve hours before its noon, and between two noons there is an
    # hour more or less where the clocks are changed (reference, Field Types: Time).
    noon, other = (dt.datetime.combine(day, _NOON) for day in (date, date + dt.timedelta(days)))
    seconds = round(other.timestamp() - noon.timestamp())
    # Only calls between midnight and noon of the next day can be part of a journey of the day.
    near = (calls["departure_s"] >= -seconds) & (calls["arrival_s"] <= HORIZON_S - seconds)
    moved = calls[near]
    return moved.assign(
        day=np.int8(days),
        arrival_s=moved["arrival_s"] + np.int32(seconds),
        departure_s=moved["departure_s"] + np.int32(seconds),
    )


def _numbered(calls: pd.DataFrame) -> pd.DataFrame:
    """Sort calls into the order of their trips, and number these."""
    trip_ids = calls["trip_id"].cat.codes
    # The last key decides first. pandas' own sort takes three times the memory of the calls.
    order = np.lexsort([calls["sequence"], calls["run"], trip_ids, calls["day"]])
    calls = calls.take(order)
    keys = (calls["day"], calls["trip_id"].cat.codes, calls["run"])
    # A trip begins where any of its keys differs from those of the row above.
    begins = np.zeros(len(calls), dtype=bool)
    for key in keys:
        begins[1:] |= key.to_numpy()[1:] != key.to_numpy()[:-1]
    return calls.reset_index(drop=True).assign(trip=np.cumsum(begins, dtype=np.int32))
