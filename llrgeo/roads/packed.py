"""A network packed small enough for a page, which searches it where it is read.

Everything that decides a travel time is kept to the millisecond and the decimetre, and places to
the millimetre, as streets built from OpenStreetMap have them; what another number tells already is
left out. So a node is written as a step from the one before it on a
curve through all of them, a street once for both directions, its length as what it exceeds a
usual detour by, its time as what the pace of a street nearby does not tell, and the times of other
periods as what the factor of its class does not tell. What is left is mostly zeros, which gzip
takes away.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.errors import NetworkError
from llrgeo.roads.network import EdgeUse, RoadNetwork
from llrgeo.roads.snap import MAX_SNAP_M, TIE_M, WALK_M_PER_S, Role, Snapper, Trees, snapper

DETOUR: Final = 1.2  # a street is expected to be longer than the straight line by this factor
BOTH_WAYS: Final = 1
_ROLE_BITS: Final[dict[Role, tuple[int, int]]] = {"origin": (2, 8), "destination": (4, 16)}
_USE_BITS: Final[dict[EdgeUse, int]] = {"through": 0, "start": 32, "end": 64}
_HILBERT_ORDER: Final = 16
_DM_PER_M: Final = 10
_MM_PER_M: Final = 1_000
_MM_PER_DM: Final = 100

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PackedNetwork:
    """A network as plain values and one run of bytes.

    Attributes
    ----------
    header
        How many nodes and streets, the periods, classes, factors and units: all that a reader of
        the bytes needs. Plain values, fit for JSON.
    streams
        The numbers, each stream as variable-length integers (LEB128, the lowest bit the sign),
        one after the other in the order of `header["streams"]`.
    fingerprint
        That of the network.
    """

    header: dict[str, Any]
    streams: bytes
    fingerprint: str


def why_not_packed(network: RoadNetwork) -> str:
    """Say in words why a network cannot be packed; empty if it can.

    Places finer than a millimetre are not packed: pages of such networks do without new places.
    Lengths may be finer than a decimetre, for journeys add them up in whole decimetres.
    """
    if network.edges.empty:
        return "it has no streets"
    for what, metres in (
        ("places of its nodes", network.nodes[["x", "y"]].to_numpy(np.float64)),
        ("bends of its streets", shapely.get_coordinates(_bent_lines(network))),
    ):
        if (np.rint(metres * _MM_PER_M) / _MM_PER_M != metres).any():
            return f"the {what} are finer than a millimetre"
    return ""


def pack_network(network: RoadNetwork, snapping: Snapper | None = None) -> PackedNetwork:
    """Pack a network; `snapping` is its `snapper`, where there is one already.

    Raises
    ------
    NetworkError
        If it cannot be packed without a loss (`why_not_packed`).
    """
    reason = why_not_packed(network)
    if reason:
        msg = f"the network cannot be packed into a page: {reason}"
        raise NetworkError(msg)
    # Neighbours along a Hilbert curve are neighbours on the ground: differences of numbers are
    # small, and small numbers take one byte.
    xy_mm = np.rint(network.nodes[["x", "y"]].to_numpy() * _MM_PER_M).astype(np.int64)
    order = _hilbert_order(xy_mm)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    trees = (snapping or snapper(network)).trees
    streets, periods = _streets(network, place, trees), network.info.periods
    classes = sorted(streets["road_class"].unique())
    names = ["", *sorted(set(streets["road_name"].unique()) - {""})]
    streets["class"] = streets["road_class"].map({name: n for n, name in enumerate(classes)})
    streets["name"] = streets["road_name"].map({name: n for n, name in enumerate(names)})
    # What can be expected is left out of the stream: a time from the class's usual factor, a length
    # from the straight line. Only the difference is written.
    factors = _factors(streets, len(classes), periods)
    unit_ms = int(np.gcd.reduce(streets[[f"ms_{p}" for p in periods]].to_numpy().ravel())) or 1
    unit_mm, shapes = _shape_streams(xy_mm[order], streets)
    streams = {**shapes, **_time_streams(streets, factors, periods, unit_ms)}
    header = {
        "nodes": len(xy_mm),
        "streets": len(streets),
        "unit_mm": unit_mm,
        "unit_ms": unit_ms,
        "detour": DETOUR,
        "periods": list(periods),
        "mode": network.info.mode,
        "classes": classes,
        "names": names,
        "factors": [row.tolist() for row in factors],
        "ends_s": network.info.ends_s,
        "walk_m_per_s": WALK_M_PER_S,
        "tie_m": TIE_M,
        "max_snap_m": MAX_SNAP_M,
        "streams": list(streams),
    }
    return PackedNetwork(header, _varints(streams.values()), network.fingerprint)


def _shape_streams(xy_mm: Ints, streets: pd.DataFrame) -> tuple[int, dict[str, Ints]]:
    """Return the unit of places in millimetres, and the streams of nodes, streets and bends."""
    # Whole millimetres, in the largest unit that divides all of them.
    shapes = streets["shape"].to_numpy()
    bent = np.flatnonzero(shapes != b"")  # most streets of a planning network are straight
    bends = [_bend_steps_mm(shape) for shape in shapes[bent]]
    bend_count = np.zeros(len(streets), dtype=np.int64)
    bend_count[bent] = [len(steps) for steps in bends]
    bend_mm = np.concatenate([np.zeros((0, 2), dtype=np.int64), *bends])
    unit_mm = int(np.gcd.reduce(np.concatenate([xy_mm, bend_mm]).ravel())) or 1
    start, end = streets["start"].to_numpy(), streets["end"].to_numpy()
    return unit_mm, {
        "x": np.diff(xy_mm[:, 0] // unit_mm, prepend=0),
        "y": np.diff(xy_mm[:, 1] // unit_mm, prepend=0),
        "start": np.diff(start, prepend=0),
        "end": end - start,
        "class": streets["class"].to_numpy(np.int64),
        "flags": streets["flags"].to_numpy(np.int64),
        "name": streets["name"].to_numpy(np.int64),
        "length": streets["dm"].to_numpy() - _expected_dm(xy_mm, start, end),
        "bends": bend_count,
        "bend_x": bend_mm[:, 0] // unit_mm,
        "bend_y": bend_mm[:, 1] // unit_mm,
    }


def _time_streams(
    streets: pd.DataFrame, factors: list[NDArray[np.float64]], periods: tuple[str, ...], unit: int
) -> dict[str, Ints]:
    """Return a stream a period: what paces nearby, or the factor of the class, do not tell."""
    first_ms = streets[f"ms_{periods[0]}"].to_numpy()
    code = streets["class"].to_numpy(np.int64)
    streams = {"ms_0": _pace_residuals(streets, first_ms // unit)}
    for number, period in enumerate(periods[1:], start=1):
        told = np.rint(first_ms * factors[number][code] / unit).astype(np.int64)
        streams[f"ms_{number}"] = streets[f"ms_{period}"].to_numpy() // unit - told
    return streams


def _streets(network: RoadNetwork, place: Ints, trees: Trees) -> pd.DataFrame:
    """Return one row a street, sorted by its ends: both directions in one where they are equal.

    Columns: `start` and `end` (nodes by their place on the curve), `dm`, `flags` (BOTH_WAYS, who
    may be joined to it in each direction, and which legs of a journey may pass), and those of the
    edges.
    """
    edges = network.edges
    times = [f"ms_{period}" for period in network.info.periods]
    table = edges[["road_class", "road_name", "use", *times]].assign(
        start=place[edges["from_node"].to_numpy()],
        end=place[edges["to_node"].to_numpy()],
        dm=np.rint(edges["length_m"].to_numpy() * _DM_PER_M).astype(np.int64),
    )
    table["shape"] = _shapes(network, (table["start"] > table["end"]).to_numpy())
    for role in _ROLE_BITS:
        joined = np.zeros(len(edges), dtype=np.int64)
        joined[trees[role][1]] = 1
        table[role] = joined
    # Two directions are one street where all that is written of them is equal: one number stands
    # for all of it, in its order, for whole numbers are joined and sorted much faster.
    same = ["road_class", "road_name", "use", "dm", "shape", *times]
    table["alike"] = table.groupby(same).ngroup()
    joined_ways = _both_ways(table)
    forth, reverse = (joined_ways[row].notna() for row in ("row", "row_back"))
    rows = joined_ways["row"].fillna(joined_ways["row_back"]).to_numpy(np.int64)
    found = table.iloc[rows].reset_index(drop=True)
    found["flags"] = _flags(table, joined_ways, forth.to_numpy(), reverse.to_numpy())
    turned = (found["start"] > found["end"]) & (found["shape"] != b"")
    found.loc[turned, "shape"] = [
        shapely.to_wkb(shapely.reverse(shapely.from_wkb(shape)))
        for shape in found.loc[turned, "shape"]
    ]
    order = ["start", "end", *(same if turned.any() else ["alike"])]
    return found.sort_values(order, ignore_index=True)[[*same, "start", "end", "flags"]]


def _both_ways(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a street's two directions, `row` up and `row_back`; NaN where missing."""
    ends = table[["start", "end"]].to_numpy()
    table = table[["start", "end", "alike"]].assign(
        row=np.arange(len(table)), low=ends.min(axis=1), high=ends.max(axis=1)
    )
    upwards = table["start"] < table["end"]
    # Copies of a street are told apart by their number among equal ones: each finds its own.
    keyed = [
        part.assign(copy=part.groupby(["start", "end", "alike"]).cumcount())
        for part in (table[upwards], table[~upwards])
    ]
    keys = ["low", "high", "alike", "copy"]
    up, back = (part[[*keys, "row"]] for part in keyed)
    return up.merge(back, on=keys, how="outer", suffixes=("", "_back"))


def _flags(
    table: pd.DataFrame,
    joined_ways: pd.DataFrame,
    forth: NDArray[np.bool_],
    reverse: NDArray[np.bool_],
) -> Ints:
    """Return the bits of each street: its ways, who may be joined to it, which legs may pass."""
    # A direction that is not there has row 0, and no bit.
    ahead, back = (joined_ways[row].fillna(0).to_numpy(np.int64) for row in ("row", "row_back"))
    use = table["use"].map(_USE_BITS).to_numpy(np.int64)
    flags: Ints = np.where(forth & reverse, BOTH_WAYS, 0) | use[np.where(forth, ahead, back)]
    for role, (bit_forth, bit_back) in _ROLE_BITS.items():
        joined = table[role].to_numpy() > 0
        ahead_bit, back_bit = joined[ahead] & forth, joined[back] & reverse
        # A street that leads back alone is written from its own start, so its bit is the first.
        alone = ~forth
        flags |= np.where(ahead_bit | (alone & back_bit), bit_forth, 0)
        flags |= np.where(~alone & back_bit, bit_back, 0)
    return flags


def _bent_lines(network: RoadNetwork) -> NDArray[np.object_]:
    """Return the lines of streets that are not straight."""
    lines: NDArray[np.object_] = network.lines.to_numpy()[
        network.edges["geometry"].notna().to_numpy()
    ]
    return lines


def _shapes(network: RoadNetwork, turned: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return the line of each bent street as WKB, from its lower end; empty where it is straight.

    `turned` tells which edges lead to their lower end.
    """
    shapes = np.full(len(network.edges), b"", dtype=object)
    bent = network.edges["geometry"].notna().to_numpy()
    lines = np.where(turned[bent], shapely.reverse(_bent_lines(network)), _bent_lines(network))
    shapes[bent] = shapely.to_wkb(lines)
    return shapes


def _bend_steps_mm(shape: bytes) -> Ints:
    """Return the steps from a bent street's start to its first bend and from bend to bend."""
    xy_mm = np.rint(shapely.get_coordinates(shapely.from_wkb(shape)) * _MM_PER_M).astype(np.int64)
    return np.diff(xy_mm, axis=0)[:-1]


def _factors(
    streets: pd.DataFrame, classes: int, periods: tuple[str, ...]
) -> list[NDArray[np.float64]]:
    """Return for each period the usual factor of every class on the first period's times."""
    code = streets["class"].to_numpy(np.int64)
    first = streets[f"ms_{periods[0]}"].to_numpy(np.float64)
    rows = []
    for period in periods:
        # The factor of a class is the ratio of its sums: what most streets of the class go by.
        ms = streets[f"ms_{period}"].to_numpy(np.float64)
        mine, usual = (np.bincount(code, part, minlength=classes) for part in (ms, first))
        factors = np.divide(mine, usual, out=np.ones(classes), where=usual > 0)
        rows.append(factors.round(4))
    return rows


def _expected_dm(xy_mm: Ints, start: Ints, end: Ints) -> Ints:
    """Return the lengths that streets are expected to have: the straight line with a detour."""
    # In floats, step by step: another language rounds each of them alike.
    dx, dy = (xy_mm[end] - xy_mm[start]).T.astype(np.float64)
    straight_mm = np.sqrt(dx * dx + dy * dy)
    expected: Ints = np.rint(straight_mm * DETOUR / _MM_PER_DM).astype(np.int64)
    return expected


def _pace_residuals(streets: pd.DataFrame, units: Ints) -> Ints:
    """Return what the pace of a street at either end does not tell of each street's time.

    The pace is that of the latest street of the class at its start, else at its end, else of the
    latest of the class anywhere. The reader of the stream knows all of them at that point.
    """
    kinds = streets["class"].to_numpy()
    # Of each class the latest street at a node, and (at -1) anywhere.
    known: list[dict[int, tuple[int, int]]] = [{} for _ in range(int(kinds.max()) + 1)]
    residuals = []
    columns = [streets[name].tolist() for name in ("start", "end", "class", "dm")]
    for a, b, kind, length, unit in zip(*columns, units.tolist(), strict=True):
        latest = known[kind]
        spent, driven = latest.get(a) or latest.get(b) or latest.get(-1) or (0, 1)
        # Rounded half up by floor: the same in every language.
        residuals.append(unit - math.floor(length * spent / driven + 0.5))
        latest[a] = latest[b] = latest[-1] = (unit, max(length, 1))
    return np.array(residuals, dtype=units.dtype)


def _varints(streams: Iterable[Ints]) -> bytes:
    """Write whole numbers with seven bits a byte, the lowest first; the lowest bit is the sign."""
    parts = []
    for numbers in streams:
        # Zigzag: the sign goes into the lowest bit, so that small
        # numbers of either sign stay short.
        rest = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers).astype(np.int64)
        digits, present = [], [np.ones(len(rest), dtype=bool)]
        while present[-1].any():
            further = rest >> 7
            digits.append((rest & 127) | np.where(further > 0, 128, 0))
            present.append(present[-1] & (further > 0))
            rest = further
        if digits:
            written = np.stack(digits, axis=1)[np.stack(present[:-1], axis=1)]
            parts.append(written.astype(np.uint8).tobytes())
    return b"".join(parts)


def _hilbert_order(xy_mm: Ints) -> Ints:
    """Return the nodes in their order along a Hilbert curve (Hilbert 1891), ties by x and y.

    Neighbours on the ground are near on the curve, so steps from node to node are small.
    """
    # The curve is drawn over a square of 65,536 steps a side that holds all nodes.
    low, span = xy_mm.min(axis=0), max(int(np.ptp(xy_mm, axis=0).max()), 1)
    side = 1 << _HILBERT_ORDER
    x, y = ((xy_mm - low) * (side - 1) // span).T.copy()
    distance = np.zeros(len(xy_mm), dtype=np.int64)
    step = side // 2
    # From the largest quarters to the smallest: which quarter, and how the curve turns within it.
    while step:
        right, upper = (x & step) > 0, (y & step) > 0
        distance += step * step * ((3 * right) ^ upper.astype(np.int64))
        turned, flipped = ~upper, ~upper & right
        x, y = np.where(flipped, side - 1 - x, x), np.where(flipped, side - 1 - y, y)
        x, y = np.where(turned, y, x), np.where(turned, x, y)
        step //= 2
    return np.lexsort((xy_mm[:, 1], xy_mm[:, 0], distance))
