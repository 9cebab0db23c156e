"""Checks of the tables and the description of a road network, each a list of faults in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from llrgeo.arrays import Bools, Floats
from llrgeo.errors import NetworkError
from llrgeo.schema import name_some

_SLACK_M: Final = 5.0  # lengths and coordinates are both rounded
_SLACK: Final = 0.9  # of the straight line: maps of one place differ in scale by up to a tenth
_LONGEST_MS: Final = 7 * 24 * 3_600_000  # a week: no edge, ferry or not, takes longer
_MOST_ENDS_S: Final = 3_600.0
_LONGEST_M: Final = 1_000_000.0
_FASTEST_KPH: Final = 400.0  # the limit on roads is 113; times and lengths are rounded
_SHORT_KM: Final = 0.05  # shorter edges are not checked: rounding decides their speed
_MS_AN_HOUR: Final = 3_600_000
_TEXTS: Final = (
    "mode", "source", "licence", "data_date", "error", "rim", "measured_in", "clock",
)  # fmt: skip


def network_faults(
    nodes: pd.DataFrame, edges: pd.DataFrame, periods: Sequence[str], ends_s: float
) -> list[str]:
    """Return the faults of a network's tables, with the first bad rows by number.

    Coordinates and lengths must be numbers, milliseconds whole numbers from 0 to a week, and the
    nodes of edges rows of `nodes`.
    """
    faults = [] if 0 <= ends_s <= _MOST_ENDS_S else [f"ends_s is {ends_s}, not 0 to 3,600 seconds"]
    faults += _kind_faults(nodes, edges, periods)
    wrong: dict[str, Bools] = {}
    # Comparisons are written so that NaN fails each of them.
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
    return faults + _in_rows(wrong)


def info_faults(info: Mapping[str, Any]) -> list[str]:
    """Return which values of a network's description are not of their kind."""
    faults = [f"'{name}' is not text" for name in _TEXTS if not isinstance(info.get(name, ""), str)]
    if not _is_number(info.get("ends_s", 0.0)):
        faults.append("'ends_s' is not a number")
    error_min = info.get("error_min")
    if error_min is not None and not (_is_number(error_min) and 0 <= error_min < np.inf):
        faults.append("'error_min' is not a number of minutes, at least 0")
    if not isinstance(info.get("modelled", False), bool):
        faults.append("'modelled' is not true or false")
    periods = info.get("periods")
    named = isinstance(periods, list) and all(isinstance(name, str) for name in periods)
    if not named or not periods or len(set(periods)) < len(periods):
        faults.append("'periods' is not a list of names, each once")
    if not isinstance(info.get("counts", {}), dict):
        faults.append("'counts' is not names with numbers")
    faults += _accuracy_faults(info.get("accuracy", {}))
    lands = ((name, info.get(name, "")) for name in ("rim", "measured_in"))
    return faults + [f"'{name}' is no land, as WKT" for name, text in lands if not _is_land(text)]


def length_faults(nodes: pd.DataFrame, edges: pd.DataFrame) -> list[str]:
    """Return which edges are shorter than the straight line between their nodes."""
    xy = nodes[["x", "y"]].to_numpy(np.float64)
    step = xy[edges["from_node"].to_numpy()] - xy[edges["to_node"].to_numpy()]
    straight = np.hypot(step[:, 0], step[:, 1])
    short = edges["length_m"].to_numpy() < straight * _SLACK - _SLACK_M
    wrong = {"edges: 'length_m' is less than the straight line between its nodes": short}
    wrong["edges: 'length_m' is above 1,000 km"] = edges["length_m"].to_numpy() > _LONGEST_M
    return _in_rows(wrong)


def speed_faults(edges: pd.DataFrame, periods: Sequence[str]) -> list[str]:
    """Return which edges are passed faster than any vehicle goes by road."""
    # Compared as products, so that an edge of no time needs no division.
    km = edges["length_m"].to_numpy(np.float64) / 1_000
    wrong = {
        f"edges: 'ms_{period}' is a speed above {_FASTEST_KPH:g} km/h": (
            km * _MS_AN_HOUR > edges[f"ms_{period}"].to_numpy(np.float64) * _FASTEST_KPH
        )
        & (km > _SHORT_KM)
        for period in periods
    }
    return _in_rows(wrong)


def use_faults(edges: pd.DataFrame, uses: Sequence[str]) -> list[str]:
    """Return which edges have a use, a `snappable` or a name of no known kind."""
    if edges.empty:
        return ["edges: there are none"]
    wrong = {
        f"edges: '{name}' is not text": ~edges[name]
        .map(lambda text: isinstance(text, str))
        .to_numpy(bool)
        for name in ("road_class", "road_name")
        if edges[name].dtype != "str" or edges[name].hasnans
    }
    wrong |= {
        f"edges: 'use' is not one of {', '.join(uses)}": ~edges["use"].isin(uses).to_numpy(),
        "edges: 'snappable' is not true or false": ~edges["snappable"]
        .isin([True, False])
        .to_numpy(),
    }
    return _in_rows(wrong)


def lines_of(stored: pd.Series) -> NDArray[np.object_]:
    """Return the lines that edges have stored as WKB.

    Raises
    ------
    NetworkError
        If one is no WKB, or no line.
    """
    try:
        lines: NDArray[np.object_] = shapely.from_wkb(stored.to_numpy())
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        msg = "edges: 'geometry' is not WKB in every row. Build the network again."
        raise NetworkError(msg) from error
    wrong = shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING
    if wrong.any():
        msg = f"edges: 'geometry' is no line in {int(wrong.sum()):,} of {len(lines):,} rows"
        raise NetworkError(msg)
    return lines


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_land(text: object) -> bool:
    """Return whether a text is a polygon, or several, in WKT; empty text is valid."""
    if not text or not isinstance(text, str):  # another kind of value is a fault of its own
        return True
    try:
        land = shapely.from_wkt(text)
    except (shapely.errors.GEOSException, ValueError):
        return False
    return land.geom_type in {"Polygon", "MultiPolygon"} and bool(land.is_valid)


def _accuracy_faults(accuracy: object) -> list[str]:
    """Return the faults of measured errors, whose values must be finite numbers or texts."""
    if not isinstance(accuracy, dict):
        return ["'accuracy' is not names with values"]
    rows = [accuracy.get("journeys", []), accuracy.get("differences", [])]
    listed = all(isinstance(part, list) and all(isinstance(r, dict) for r in part) for part in rows)
    if not listed:
        return ["'accuracy': journeys and differences are not lists of rows"]
    values = [value for part in rows for row in part for value in row.values()]
    values.append(accuracy.get("mean_min", 0.0))
    if not all(
        isinstance(value, str) or (_is_number(value) and abs(value) < np.inf) for value in values
    ):
        return ["'accuracy' has values that are not numbers"]
    return []


def _kind_faults(nodes: pd.DataFrame, edges: pd.DataFrame, periods: Sequence[str]) -> list[str]:
    """Return which columns are text, or fractions where whole numbers are needed."""
    whole = ("from_node", "to_node", *(f"ms_{period}" for period in periods))
    faults = [
        f"{name}: '{column}' is not numbers"
        for name, table, columns in (("nodes", nodes, ("x", "y")), ("edges", edges, ("length_m",)))
        for column in columns
        if not is_numeric_dtype(table[column]) or is_bool_dtype(table[column])
    ]
    return faults + [
        f"edges: '{column}' is not whole numbers"
        for column in whole
        if not is_integer_dtype(edges[column])
    ]


def _in_rows(wrong: Mapping[str, Bools]) -> list[str]:
    """Return a sentence for each fault found: how many rows have it, and the first by number."""
    return [
        f"{what} in {int(rows.sum()):,} of {len(rows):,} rows ({name_some(np.flatnonzero(rows))})"
        for what, rows in wrong.items()
        if rows.any()
    ]


def _floats(table: pd.DataFrame, names: list[str]) -> Floats:
    """Return columns as floats, shape (rows, columns); NaN for what is no number."""
    columns = [pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64) for name in names]
    return np.column_stack(columns)
