"""Which stops and trips can be used without steps, by a feed's own fields.

The fields are `wheelchair_boarding` of stops.txt, `wheelchair_accessible` of trips.txt, and the
ways within a station of pathways.txt (https://gtfs.org/documentation/schedule/reference). Much of
what feeds leave blank is step-free in fact, so what is not known is told apart from what is not so.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.inputs.feeds import Tables

STEP_FREE, UNKNOWN, STEPS = 1, 0, -1

_Ways: TypeAlias = dict[str, set[str]]

_STATED: Final = {"1": STEP_FREE, "2": STEPS}
_STEPPED_WAYS: Final = ("2", "4")  # stairs and escalators, as pathway_mode
_ENTRANCE: Final = "2"  # as location_type
_PART_OF_PLATFORM: Final = "4"


def step_free_trips(trips: pd.DataFrame) -> pd.Series:
    """Return for each trip, on `trip_id`, whether it can be used without steps (1, 0 or -1)."""
    return _stated(trips.set_index("trip_id")["wheelchair_accessible"])


def step_free_stops(tables: Tables) -> pd.Series:
    """Return for each stop, on `stop_id`, whether it can be used without steps (1, 0 or -1).

    A platform that says nothing is as its station. Where pathways are given for the station, what
    counts is whether one of its entrances and the platform are joined both ways without stairs
    or escalators, unless the platform itself is stated to have steps.
    """
    stops = tables["stops"].set_index("stop_id")
    own = _stated(stops["wheelchair_boarding"])
    of_station = own.reindex(stops["parent_station"]).fillna(UNKNOWN).astype(np.int8).to_numpy()
    found = own.where(own != UNKNOWN, of_station)
    # One search from all entrances along the ways (in), and one against them (out).
    ways = _ways_without_steps(tables["pathways"], stops)
    back: _Ways = defaultdict(set)
    for start, ends in ways.items():
        for end in ends:
            back[end].add(start)
    mapped = stops["parent_station"].isin(_stations(tables["pathways"], stops))
    entrances = stops.index[mapped & (stops["location_type"] == _ENTRANCE)]
    inward = _reached(ways, entrances)
    outward = _reached(back, entrances)
    for stop_id in stops.index[mapped & (own != STEPS)]:
        both = stop_id in inward and stop_id in outward
        found[stop_id] = STEP_FREE if both else STEPS
    return found


def _stated(column: pd.Series) -> pd.Series:
    return column.map(_STATED).fillna(UNKNOWN).astype(np.int8)


def _stations(pathways: pd.DataFrame, stops: pd.DataFrame) -> set[str]:
    """Return the stations that pathways are given for."""
    ends = [*pathways["from_stop_id"], *pathways["to_stop_id"]]
    return set(stops["parent_station"].reindex(ends).dropna())


def _ways_without_steps(pathways: pd.DataFrame, stops: pd.DataFrame) -> _Ways:
    """Return the ways that have no steps; part of a platform is joined to the platform."""
    level = pathways[~pathways["pathway_mode"].isin(_STEPPED_WAYS)]
    both = level[level["is_bidirectional"] == "1"]
    parts = stops.loc[stops["location_type"] == _PART_OF_PLATFORM, "parent_station"].dropna()
    ways: _Ways = defaultdict(set)
    for starts, ends in (
        (level["from_stop_id"], level["to_stop_id"]),
        (both["to_stop_id"], both["from_stop_id"]),
        (parts.index, parts),
        (parts, parts.index),
    ):
        for start, end in zip(starts, ends, strict=True):
            ways[start].add(end)
    return ways


def _reached(ways: _Ways, starts: Iterable[str]) -> set[str]:
    """Return all that can be reached from some places, and these."""
    found, ahead = set(starts), list(starts)
    while ahead:
        new = ways.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found
