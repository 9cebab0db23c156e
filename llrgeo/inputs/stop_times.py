"""The calls of a feed's trips at stops: which of them can be relied on, and their times.

Third-party timetables have faults. A call or trip that cannot be relied on is left out and
counted, and the others stay: so do OpenTripPlanner and MobilityData's validator, whose rules on
order of times and unknown stops these are (https://gtfs-validator.mobilitydata.org/rules.html).
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.inputs.feeds import Omission, Tables, left_out
from llrgeo.schema import LAT_RANGE, LON_RANGE, raise_faults

_FILE: Final = "stop_times"
_MAX_CALLS: Final = 6_000_000  # of the days around one; all buses of London make some 4 million
_NOT_AVAILABLE: Final = "1"  # as pickup_type and drop_off_type
_FLEXIBLE: Final = ("location_id", "location_group_id", "start_pickup_drop_off_window")

# Where a stop may be: Great Britain; and, of stops that are in their place but far off, Europe.
_BRITAIN: Final = {"stop_lat": LAT_RANGE, "stop_lon": LON_RANGE}
_EUROPE: Final = {"stop_lat": (34.0, 72.0), "stop_lon": (-25.0, 45.0)}


def read_calls(tables: Tables, trip_ids: Iterable[str]) -> tuple[pd.DataFrame, list[Omission]]:
    """Return the calls of some trips in their order, and what was left out.

    Calls without times are spread evenly between those that have them. Demand-responsive calls
    (of a zone, or within a window) keep to no timetable and are left out; that is no fault.

    Returns
    -------
    pandas.DataFrame
        `trip_id`, `sequence`, `stop_id`, `arrival_s`, `departure_s` (int32 seconds after
        midnight), `boards`, `alights`; every trip has two calls at least.
    list of Omission
        What was left out.

    Raises
    ------
    InputError
        If there are more calls than a region has.
    """
    table = tables[_FILE]
    table = table[table["trip_id"].isin(trip_ids)]
    if len(table) > _MAX_CALLS:
        fault = f"{len(table):,} calls at stops near one day, over {_MAX_CALLS:,}"
        raise_faults([f"{fault}; take the feed of your region"], source=f"{_FILE}.txt")
    table = table.astype({"trip_id": object, "stop_id": object})
    flexible = table[list(_FLEXIBLE)].notna().any(axis=1)
    what = "demand-responsive calls, which keep to no timetable,"
    omissions = left_out(_FILE, what, table[flexible], calls=0)
    table = table[~flexible]
    # Nobody can travel by a trip that calls once.
    alone = table.loc[~table["trip_id"].duplicated(keep=False), ["trip_id"]]
    omissions += left_out(_FILE, "trips that call at one stop alone", alone, calls=0)
    placed, more = _at_known_stops(table, tables["stops"])
    calls, faults = _in_order(placed)
    del table, placed  # they are large, and what follows needs room
    timed, untimed = _timed(calls)
    del calls
    onward, backward = _forwards(timed)
    long = onward.groupby("trip_id")["stop_id"].transform("size") > 1
    names = ["trip_id", "sequence", "stop_id", "arrival_s", "departure_s", "boards", "alights"]
    return onward.loc[long, names].reset_index(drop=True), [
        *omissions,
        *more,
        *faults,
        *untimed,
        *backward,
    ]


def with_places_of_parents(stops: pd.DataFrame) -> pd.DataFrame:
    """Return stops without a place of their own where their parents are.

    A part of a platform need have none, and its parent is the platform, whose parent is the
    station.
    """
    ends = ["stop_lat", "stop_lon"]
    placed = stops.set_index("stop_id")[[*ends, "parent_station"]]
    for _ in range(2):
        above = placed[ends].reindex(placed["parent_station"]).set_axis(placed.index)
        nowhere = placed[ends].isna().all(axis=1)
        placed[ends] = placed[ends].mask(nowhere, above)
    return stops.assign(**{name: placed[name].to_numpy() for name in ends})


def seconds_of(times: pd.Series) -> pd.Series:
    """Return times of day such as 9:05:00, 9:05, 25:10:00 in seconds; NaN where they are none."""
    column = times.astype("category")
    parts = (
        column.cat.categories.astype(str)
        .str.strip()
        .str.extract(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$")
    )
    # The last value stands for code -1, which a blank has.
    numbers = parts.astype(float).fillna({2: 0.0}).to_numpy()
    seconds = numbers @ [3_600.0, 60.0, 1.0]
    return pd.Series(np.append(seconds, np.nan)[column.cat.codes], times.index)


def _numbers(texts: pd.Series) -> pd.Series:
    """Return texts as numbers, each different one read once; NaN where they are none."""
    column = texts.astype("category")
    known = pd.Series(column.cat.categories.astype(str))
    values = pd.to_numeric(known, errors="coerce").to_numpy(float)
    return pd.Series(np.append(values, np.nan)[column.cat.codes], texts.index)


def _at_known_stops(
    table: pd.DataFrame, stops: pd.DataFrame
) -> tuple[pd.DataFrame, list[Omission]]:
    """Leave out calls at stops that stops.txt does not have, or has in no possible place."""
    stop = table["stop_id"]
    britain, europe = (_within(stops, bounds) for bounds in (_BRITAIN, _EUROPE))
    unknown = ~stop.isin(stops["stop_id"])
    nowhere = stop.isin(stops.loc[~britain & ~europe, "stop_id"])
    abroad = stop.isin(stops.loc[~britain & europe, "stop_id"])
    named = table[["stop_id"]]
    omissions = [
        *left_out(
            _FILE, "column 'stop_id' names stops that stops.txt does not have", named[unknown]
        ),
        *left_out(
            _FILE,
            "column 'stop_id' names stops whose place in stops.txt (stop_lat, stop_lon) is "
            "blank or impossible",
            named[nowhere],
        ),
        *left_out(_FILE, "stops beyond Great Britain are called at", named[abroad], calls=0),
    ]
    return table[~(unknown | nowhere | abroad)], omissions


def _within(stops: pd.DataFrame, bounds: dict[str, tuple[float, float]]) -> pd.Series:
    inside = [
        pd.to_numeric(stops[name], errors="coerce").between(*ends) for name, ends in bounds.items()
    ]
    return inside[0] & inside[1]


def _in_order(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Omission]]:
    """Put calls into the order of their trips; leave out those without a place in it or no time."""
    calls = pd.DataFrame(
        {
            "trip_id": table["trip_id"],
            "sequence": _numbers(table["stop_sequence"]),
            "stop_id": table["stop_id"],
            "arrival_s": seconds_of(table["arrival_time"]),
            "departure_s": seconds_of(table["departure_time"]),
            "boards": table["pickup_type"] != _NOT_AVAILABLE,
            "alights": table["drop_off_type"] != _NOT_AVAILABLE,
        }
    )
    duplicates = calls.duplicated(["trip_id", "sequence"]) & calls["sequence"].notna()
    wrong = {
        "column 'stop_sequence' is not a number": calls["sequence"].isna(),
        "column 'stop_sequence' has a number twice": duplicates,
        **{
            f"column '{name}' is no time": table[name].notna() & calls[f"{name[:-5]}_s"].isna()
            for name in ("arrival_time", "departure_time")
        },
    }
    omissions = [
        omission for what, rows in wrong.items() for omission in left_out(_FILE, what, calls[rows])
    ]
    sound = calls[~pd.concat(list(wrong.values()), axis=1).any(axis=1)]
    return sound.sort_values(["trip_id", "sequence"], kind="stable", ignore_index=True), omissions


def _timed(calls: pd.DataFrame) -> tuple[pd.DataFrame, list[Omission]]:
    """Give calls without times even shares of the time between those that have them.

    A call without times beside one with times at the same stop says nothing and goes. One before
    the first or after the last that has times cannot be timed.
    """
    trip, stop = calls["trip_id"], calls["stop_id"]
    timed = calls["arrival_s"].notna() | calls["departure_s"].notna()
    # Runs of calls at one stop: a stop listed twice, once with its times, is one call.
    run = ((stop != stop.shift()) | (trip != trip.shift())).cumsum()
    calls = calls[timed | ~timed.groupby(run).transform("any")]
    known = calls["arrival_s"].fillna(calls["departure_s"]).groupby(calls["trip_id"])
    at_end = known.ffill().isna() | known.bfill().isna()
    what = "a trip's first or last call has no time"
    omissions = left_out(_FILE, what, calls[at_end])
    calls = calls[~at_end]
    return calls.assign(**_filled(calls["arrival_s"], calls["departure_s"])), omissions


def _filled(arrival_s: pd.Series, departure_s: pd.Series) -> dict[str, pd.Series]:
    """Fill in times; the first and last call of every trip have theirs."""
    arrival_s = arrival_s.fillna(departure_s)
    departure_s = departure_s.fillna(arrival_s)
    # Linear between the last departure and the next arrival that are known: `place` counts the
    # blank calls of a stretch so far, `count` its intervals.
    gone, ahead = departure_s.ffill(), arrival_s.bfill()
    blank = arrival_s.isna()
    stretch = (~blank).cumsum()
    place = blank.groupby(stretch).cumsum()
    count = blank.groupby(stretch).transform("sum") + 1
    between = (gone + (ahead - gone) * place / count).round()
    return {
        "arrival_s": arrival_s.fillna(between).astype(np.int32),
        "departure_s": departure_s.fillna(between).astype(np.int32),
    }


def _forwards(calls: pd.DataFrame) -> tuple[pd.DataFrame, list[Omission]]:
    """Leave out whole trips whose times go backwards: which of them is wrong, nobody can tell."""
    earlier = (calls["arrival_s"] < calls["departure_s"].shift()) & (
        calls["trip_id"] == calls["trip_id"].shift()
    )
    backwards = calls[(calls["departure_s"] < calls["arrival_s"]) | earlier]
    lost = calls["trip_id"].isin(backwards["trip_id"])
    omissions = left_out(_FILE, "times go backwards", backwards, calls=int(lost.sum()))
    return calls[~lost], omissions
