"""Pack a network small enough for a web page, whose script searches it for routes.

Everything that determines a travel time is kept to the millisecond and the decimetre, and
coordinates to the millimetre, as streets built from OpenStreetMap have them. Only differences from
predictions are stored. A node is the step from the one before it on a Hilbert curve. A street is
stored once for both directions: its length as the difference from a usual detour, its time as the
difference from the pace of a street nearby, and the times of other periods as the differences from
the factor of its class. Most of these are zeros, which gzip removes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Floats, Ints
from llrgeo.errors import NetworkError
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.packed_streets import bent_lines, gather_streets
from llrgeo.roads.snap import MAX_SNAP_M, TIE_M, WALK_M_PER_S, Snapper, snapper

DETOUR: Final = 1.2  # a street is expected to be longer than the straight line by this factor
_HILBERT_ORDER: Final = 16
_MM_PER_M: Final = 1_000
_MM_PER_DM: Final = 100
_PACED: Final = ("start", "end", "class", "dm")


@dataclass(frozen=True, slots=True)
class PackedNetwork:
    """A network as plain values and bytes.

    Attributes
    ----------
    header
        Numbers of nodes and streets, the periods, classes, factors and units: all that a reader of
        the bytes needs. Plain values for JSON.
    streams
        The numbers, each stream as variable-length integers (LEB128, the lowest bit is the sign),
        one after the other in the order of `header["streams"]`.
    fingerprint
        The fingerprint of the network.
    """

    header: dict[str, Any]
    streams: bytes
    fingerprint: str


def why_not_packed(network: RoadNetwork) -> str:
    """Return in words why a network cannot be packed; empty if it can.

    Coordinates finer than a millimetre are not packed: pages of such networks have no routes to new
    places. Lengths may be finer than a decimetre, because journeys sum them in whole decimetres.
    """
    if network.edges.empty:
        return "it has no streets"
    for what, metres in (
        ("places of its nodes", network.nodes[["x", "y"]].to_numpy(np.float64)),
        ("bends of its streets", shapely.get_coordinates(bent_lines(network))),
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
    indexes = (snapping or snapper(network)).indexes
    streets, periods = gather_streets(network, place, indexes), network.info.periods
    table, classes = streets.table, streets.classes
    # Streams have only differences from expected values: times from the class's usual factor,
    # lengths from the straight line.
    factors = _factors(table, len(classes), periods)
    unit_ms = int(np.gcd.reduce(table[[f"ms_{p}" for p in periods]].to_numpy().ravel())) or 1
    unit_mm, shapes = _shape_streams(xy_mm[order], table)
    streams = {**shapes, **_time_streams(table, factors, periods, unit_ms)}
    header = {
        "nodes": len(xy_mm),
        "streets": len(table),
        "unit_mm": unit_mm,
        "unit_ms": unit_ms,
        "detour": DETOUR,
        "periods": list(periods),
        "mode": network.info.mode,
        "classes": classes,
        "names": streets.names,
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
    streets: pd.DataFrame, factors: list[Floats], periods: tuple[str, ...], unit: int
) -> dict[str, Ints]:
    """Return for each period the differences from times expected by nearby paces or by class."""
    first_ms = streets[f"ms_{periods[0]}"].to_numpy()
    code = streets["class"].to_numpy(np.int64)
    streams = {"ms_0": _pace_residuals(streets, first_ms // unit)}
    for number, period in enumerate(periods[1:], start=1):
        expected = np.rint(first_ms * factors[number][code] / unit).astype(np.int64)
        streams[f"ms_{number}"] = streets[f"ms_{period}"].to_numpy() // unit - expected
    return streams


def _bend_steps_mm(shape: bytes) -> Ints:
    """Return the steps from a bent street's start to its first bend and from bend to bend."""
    xy_mm = np.rint(shapely.get_coordinates(shapely.from_wkb(shape)) * _MM_PER_M).astype(np.int64)
    return np.diff(xy_mm, axis=0)[:-1]


def _factors(streets: pd.DataFrame, classes: int, periods: tuple[str, ...]) -> list[Floats]:
    """Return for each period the usual factor of every class on the first period's times."""
    code = streets["class"].to_numpy(np.int64)
    first = streets[f"ms_{periods[0]}"].to_numpy(np.float64)
    rows = []
    for period in periods:
        # The factor of a class is the ratio of its sums.
        ms = streets[f"ms_{period}"].to_numpy(np.float64)
        mine, usual = (np.bincount(code, part, minlength=classes) for part in (ms, first))
        factors = np.divide(mine, usual, out=np.ones(classes), where=usual > 0)
        rows.append(factors.round(4))
    return rows


def _expected_dm(xy_mm: Ints, start: Ints, end: Ints) -> Ints:
    """Return the expected lengths of streets: the straight line times `DETOUR`, in decimetres."""
    # In floats, one operation at a time, so that JavaScript rounds each of them alike.
    dx, dy = (xy_mm[end] - xy_mm[start]).T.astype(np.float64)
    straight_mm = np.sqrt(dx * dx + dy * dy)
    expected: Ints = np.rint(straight_mm * DETOUR / _MM_PER_DM).astype(np.int64)
    return expected


def _pace_residuals(streets: pd.DataFrame, units: Ints) -> Ints:
    """Return the differences of times from those expected by the pace of an earlier street.

    That is the latest street of the class at the same start, else at its end, else anywhere. A
    reader of the stream has decoded all of them at that point.
    """
    start, end, kind, dm = (streets[name].to_numpy(np.int64) for name in _PACED)
    nodes = int(max(start.max(), end.max())) + 1
    both = np.concatenate([kind * nodes + start, kind * nodes + end])
    at_start, at_end = _latest(both, np.tile(np.arange(len(kind)), 2)).reshape(2, -1)
    earlier = np.where(at_start < 0, at_end, at_start)
    earlier = np.where(earlier < 0, _latest(kind, np.arange(len(kind))), earlier)
    # Without an earlier street to go by, the expected time is 0.
    spent, driven = np.where(earlier < 0, 0, units[earlier]), np.maximum(dm[earlier], 1)
    # Rounded half up by floor: the same in every language.
    expected: Ints = np.floor(dm * spent / driven + 0.5).astype(np.int64)
    return units - expected


def _latest(places: Ints, streets: Ints) -> Ints:
    """Return for each row the latest street before its own at the same place; -1 for none."""
    order = np.lexsort((streets, places))
    place, street = places[order], streets[order]
    fresh = np.diff(place, prepend=-1) != 0
    # A street that begins where it ends has two rows here: both follow the same earlier street.
    again = ~fresh & (np.diff(street, prepend=-1) == 0)
    before = np.where(fresh, -1, np.roll(street, 1))
    before[again] = before[np.flatnonzero(again) - 1]
    latest = np.empty_like(before)
    latest[order] = before
    return latest


def _varints(streams: Iterable[Ints]) -> bytes:
    """Write whole numbers with seven bits a byte, the lowest first; the lowest bit is the sign."""
    parts = []
    for numbers in streams:
        # Zigzag: the sign goes into the lowest bit, so that small numbers of either sign are short.
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
    # The curve fills a square of 65,536 steps a side that contains all nodes.
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
