"""Time sections: the milliseconds of each direction in each period, with delays at its end."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.arrays import Floats
from llrgeo.roads.network import PERIODS
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.sections import Sections
from llrgeo.roads.speeds import MPH_IN_KPH, delays, free_flow_mph, multipliers
from llrgeo.roads.urban import town_shares

_TOWN_LIMIT_MPH: Final = 30.5
_OPEN_LIMIT_MPH: Final = 49.5
_KPH_IN_M_PER_S: Final = 1 / 3.6
# Columns of an edge that depend on its direction, with the section's columns ahead and back.
_DIRECTED: Final = (
    ("level", "forward", "backward"),
    ("delay_s", "forward_s", "backward_s"),
    ("limit_mph", "limit_forward_mph", "limit_backward_mph"),
    ("from_place", "from_place", "to_place"),
    ("to_place", "to_place", "from_place"),
)


def time_sections(sections: Sections, streets: pd.DataFrame, mode: str) -> pd.DataFrame:
    """Turn sections into directed edges with whole milliseconds.

    Parameters
    ----------
    sections
        The sections.
    streets
        The ways that they are part of.
    mode
        The travel mode; only cars are slowed by periods and delays.

    Returns
    -------
    pandas.DataFrame
        One row a section and open direction: `section`, `ahead` (along the way's nodes),
        `from_place`, `to_place`, `level`, `way_id`, `length_m`, `ms_<period>`, `road_class`,
        `road_name`, `snappable`, `limit_key`, `oneway`, `roundabout`.
    """
    table = sections.table.drop(columns=["first", "last"]).reset_index(names="section")
    table = table.join(streets.drop(columns=["ref", "bridge", "layer"]), on="way")
    table["town_share"] = town_shares(sections, table["highway"])
    table["oneway"] = (table["forward"] == Level.CLOSED) | (table["backward"] == Level.CLOSED)
    # Each section has two rows in turn, ahead along it and back; of these the open ones are edges.
    level = table[["forward", "backward"]].to_numpy().ravel()
    row = np.flatnonzero(level > Level.CLOSED)
    section, ahead = row // 2, row % 2 == 0
    directed = {
        name: np.where(ahead, table[along].to_numpy()[section], table[against].to_numpy()[section])
        for name, along, against in _DIRECTED
    }
    sides = [side for _, *both in _DIRECTED for side in both]
    edges = table.drop(columns=sides).iloc[section].reset_index(drop=True)
    edges = edges.assign(ahead=ahead, **directed)
    most = np.where(edges["gated"], int(Level.DESTINATION), int(Level.OPEN))
    edges["level"] = np.minimum(edges["level"], most)
    return _described(_timed(edges, mode))


def _timed(edges: pd.DataFrame, mode: str) -> pd.DataFrame:
    """Add the milliseconds of every period: driving slowed by the period, and delays."""
    if mode == "car":
        mph = free_flow_mph(edges, _town_share(edges))
        slower = multipliers(edges["speed_class"])
    else:
        mph = edges["kph"].to_numpy() / MPH_IN_KPH
        slower = pd.DataFrame(1.0, edges.index, list(PERIODS))
    # Traffic slows the drive, not the waits at signals and gates.
    moving_s = edges["length_m"].to_numpy() / (mph * MPH_IN_KPH * _KPH_IN_M_PER_S)
    still_s = edges["delay_s"].to_numpy() + _waits_s(edges, mode)
    moving_s, still_s = _ferries(edges, moving_s, still_s)
    columns = {
        f"ms_{period}": np.rint((moving_s * slower[period] + still_s) * 1_000).astype(np.int64)
        for period in PERIODS
    }
    return edges.assign(**columns)


def _town_share(edges: pd.DataFrame) -> Floats:
    """Return the share of each stretch in a town: by its own limit where that is telling."""
    limit = edges["limit_mph"].to_numpy(float)
    known = [limit < _TOWN_LIMIT_MPH, limit > _OPEN_LIMIT_MPH]
    return np.select(known, [1.0, 0.0], default=edges["town_share"].to_numpy())


def _waits_s(edges: pd.DataFrame, mode: str) -> Floats:
    """Return the seconds a car waits to enter a roundabout, or where traffic alternates."""
    if mode != "car":
        return np.zeros(len(edges))
    rings = set(edges.loc[edges["roundabout"], "to_place"])
    enters = ~edges["roundabout"] & edges["to_place"].isin(rings)
    waits = np.where(enters, delays()["roundabout"], 0.0)
    return waits + np.where(edges["alternating"], delays()["alternating"], 0.0)


def _ferries(edges: pd.DataFrame, moving_s: Floats, still_s: Floats) -> tuple[Floats, Floats]:
    """Return the times with those of ferries by stated duration, shared by the parts of a way."""
    ferry = (edges["speed_class"] == "ferry").to_numpy()
    if not ferry.any():
        return moving_s, still_s
    # Boarding takes time where the ferry meets a road, once for all the parts of a crossing.
    ports = np.unique(edges.loc[~ferry, ["from_place", "to_place"]])
    boards = ferry & edges["from_place"].isin(ports).to_numpy()
    whole_m = edges.groupby(["way_id", "ahead"])["length_m"].transform("sum").to_numpy()
    share = np.divide(edges["length_m"], whole_m, out=np.zeros(len(edges)), where=whole_m > 0)
    stated_s = edges["duration_s"].to_numpy() * share
    moving_s = np.where(ferry & ~np.isnan(stated_s), stated_s, moving_s)
    return moving_s, still_s + np.where(boards, delays()["ferry"], 0.0)


def _described(edges: pd.DataFrame) -> pd.DataFrame:
    named = edges.rename(columns={"highway": "road_class", "name": "road_name"})
    columns = [
        "section", "ahead", "from_place", "to_place", "level", "way_id", "length_m",
        *(f"ms_{period}" for period in PERIODS),
        "road_class", "road_name", "snappable", "limit_key", "oneway", "roundabout",
    ]  # fmt: skip
    return named[columns]
