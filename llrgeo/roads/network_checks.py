"""What is wrong with the tables of a road network: values that no road has."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.schema import name_some

_SLACK_M: Final = 5.0  # lengths and coordinates are both rounded
_SLACK: Final = 0.9  # of the straight line: maps of one place differ by so much in scale
_LONGEST_MS: Final = 7 * 24 * 3_600_000  # a week: no edge, ferry or not, takes longer
_MOST_ENDS_S: Final = 3_600.0
_LONGEST_M: Final = 1_000_000.0
_FASTEST_KPH: Final = 400.0  # roads allow 113; times and lengths of short edges are rounded
_SHORT_KM: Final = 0.05
_MS_AN_HOUR: Final = 3_600_000


def network_faults(
    nodes: pd.DataFrame, edges: pd.DataFrame, periods: Sequence[str], ends_s: float
) -> list[str]:
    """Return what is wrong with a network's tables, with the first bad rows by number.

    Coordinates and lengths must be numbers, milliseconds from 0 to a week, nodes of edges rows of
    `nodes`.
    """
    faults = [] if 0 <= ends_s <= _MOST_ENDS_S else [f"ends_s is {ends_s}, not 0 to 3,600 seconds"]
    wrong: dict[str, NDArray[np.bool_]] = {}
    xy = _floats(nodes, ["x", "y"])
    wrong["nodes: 'x' or 'y' is not a number"] = ~np.all(np.isfinite(xy), axis=1)
    ends = _floats(edges, ["from_node", "to_node"])
    known = np.all((ends >= 0) & (ends < len(nodes)) & (ends % 1 == 0), axis=1)
    wrong["edges: 'from_node' or 'to_node' names nodes that it does not have"] = ~known
    length = _floats(edges, ["length_m"])[:, 0]
    wrong["edges: 'length_m' is not a number of at least 0"] = ~(
        np.isfinite(length) & (length >= 0)
    )
    for period in periods:
        ms = _floats(edges, [f"ms_{period}"])[:, 0]
        wrong[f"edges: 'ms_{period}' is not 0 to a week"] = ~((ms >= 0) & (ms <= _LONGEST_MS))
    return faults + _named(wrong)


def info_faults(info: Mapping[str, Any]) -> list[str]:
    """Return which values of a network's description are not of their kind."""
    faults = [
        f"'{name}' is not text"
        for name in ("mode", "source", "licence", "data_date", "error", "rim", "clock")
        if not isinstance(info.get(name, ""), str)
    ]
    for name in ("ends_s", "error_min"):
        value = info.get(name, 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            faults.append(f"'{name}' is not a number")
    periods = info.get("periods")
    named = isinstance(periods, list) and all(isinstance(name, str) for name in periods)
    if not named or not periods:
        faults.append("'periods' is not a list of names")
    return faults


def length_faults(nodes: pd.DataFrame, edges: pd.DataFrame) -> list[str]:
    """Return which edges are shorter than the straight line between their nodes."""
    xy = nodes[["x", "y"]].to_numpy(np.float64)
    step = xy[edges["from_node"].to_numpy()] - xy[edges["to_node"].to_numpy()]
    straight = np.hypot(step[:, 0], step[:, 1])
    short = edges["length_m"].to_numpy() < straight * _SLACK - _SLACK_M
    wrong = {"edges: 'length_m' is less than the straight line between its nodes": short}
    wrong["edges: 'length_m' is above 1,000 km"] = edges["length_m"].to_numpy() > _LONGEST_M
    return _named(wrong)


def speed_faults(edges: pd.DataFrame, periods: Sequence[str]) -> list[str]:
    """Return which edges are passed faster than any vehicle goes by road."""
    # Compared as products, so that an edge of no time needs no
    # division; short edges are all rounding.
    km = edges["length_m"].to_numpy(np.float64) / 1_000
    wrong = {
        f"edges: 'ms_{period}' is a speed above {_FASTEST_KPH:g} km/h": (
            km * _MS_AN_HOUR > edges[f"ms_{period}"].to_numpy(np.float64) * _FASTEST_KPH
        )
        & (km > _SHORT_KM)
        for period in periods
    }
    return _named(wrong)


def use_faults(edges: pd.DataFrame, uses: Sequence[str]) -> list[str]:
    """Return which edges have a use, or a `snappable`, of no known kind."""
    wrong = {
        f"edges: 'use' is not one of {', '.join(uses)}": ~edges["use"].isin(uses).to_numpy(),
        "edges: 'snappable' is not true or false": ~edges["snappable"]
        .isin([True, False])
        .to_numpy(),
    }
    return _named(wrong)


def _named(wrong: Mapping[str, NDArray[np.bool_]]) -> list[str]:
    """Say in how many rows each fault is, with the first few by number."""
    return [
        f"{what} in {int(rows.sum()):,} of {len(rows):,} rows ({name_some(np.flatnonzero(rows))})"
        for what, rows in wrong.items()
        if rows.any()
    ]


def _floats(table: pd.DataFrame, names: list[str]) -> NDArray[np.float64]:
    """Return columns as numbers, NaN for what is none."""
    columns = [pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64) for name in names]
    return np.column_stack(columns)
