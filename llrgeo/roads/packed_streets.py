"""The streets of a packed network: both directions of a road in one row, with coded texts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Ints
from llrgeo.roads.edge_lines import edge_lines
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import Indexes, Role

BOTH_WAYS: Final = 1
_ROLE_BITS: Final[dict[Role, tuple[int, int]]] = {"origin": (2, 8), "destination": (4, 16)}
_USE_BITS: Final = {"through": 0, "start": 32, "end": 64}
_DM_PER_M: Final = 10
_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Streets:
    """The streets of a network.

    Attributes
    ----------
    table
        One row a street, sorted by its ends: `start` and `end` (nodes by their place), `class` and
        `name` (numbers of `classes` and `names`), `dm`, `ms_<period>`, `shape` (WKB from start to
        end; empty where it is straight) and `flags`: `BOTH_WAYS`, the roles that may be joined to
        it in each direction, and the use of the road.
    classes, names
        Classes and names of roads, sorted; the first name is empty.
    """

    table: pd.DataFrame
    classes: list[str]
    names: list[str]


def gather_streets(network: RoadNetwork, place: Ints, indexes: Indexes) -> Streets:
    """Return the streets of a network: both directions in one row where they are equal.

    `place` is the number of each node in the packed order, `indexes` are those of its `Snapper`.
    """
    edges = network.edges
    classes, class_code = _coded(edges["road_class"])
    names, name_code = _coded(edges["road_name"], "")
    uses, use_code = _coded(edges["use"])
    times = [f"ms_{period}" for period in network.info.periods]
    start, end = (place[edges[name].to_numpy()] for name in ("from_node", "to_node"))
    table = pd.DataFrame(
        {
            "class": class_code,
            "name": name_code,
            "use": use_code,
            "dm": np.rint(edges["length_m"].to_numpy() * _DM_PER_M).astype(np.int64),
            "shape": _shapes(network, start > end),
            **{name: edges[name].to_numpy(np.int64) for name in times},
        }
    )
    # Two directions are one street where all columns are equal. `alike` numbers equal rows in the
    # order of the columns: comparing and sorting whole numbers is much faster.
    alike = table.groupby(list(table.columns)).ngroup().to_numpy().astype(np.int64)
    ahead, back = _both_ways(start, end, alike)
    use_bits = np.array([_USE_BITS[name] for name in uses])
    flags = _flags(use_bits[use_code], indexes, ahead, back)
    rows = np.where(ahead == _NONE, back, ahead)
    found = table.iloc[rows].assign(start=start[rows], end=end[rows], flags=flags)
    found["alike"] = alike[rows]
    turned = (found["start"] > found["end"]).to_numpy() & (found["shape"] != b"").to_numpy()
    found.loc[turned, "shape"] = [
        shapely.to_wkb(shapely.reverse(shapely.from_wkb(shape)))
        for shape in found.loc[turned, "shape"]
    ]
    order = ["start", "end", *(table.columns if turned.any() else ["alike"])]
    found = found.sort_values(order, ignore_index=True)
    return Streets(found.drop(columns=["use", "alike"]), classes, names)


def bent_lines(network: RoadNetwork) -> NDArray[np.object_]:
    """Return the lines of streets that are not straight."""
    bent = np.flatnonzero(network.edges["geometry"].notna().to_numpy())
    return edge_lines(network.nodes, network.edges, bent)


def _coded(words: pd.Series, *known: str) -> tuple[list[str], Ints]:
    """Return the sorted words of a column and of `known`, and the number of each row's word."""
    code, found = pd.factorize(words)
    listed = sorted({*known, *found})
    number = {word: n for n, word in enumerate(listed)}
    return listed, np.array([number[word] for word in found], dtype=np.int64)[code]


def _both_ways(start: Ints, end: Ints, alike: Ints) -> tuple[Ints, Ints]:
    """Return the rows of each street's two directions, the one to its higher end first; or -1.

    Streets are sorted by their lower end, their higher end and by `alike`, which is equal for both
    directions of a street.
    """
    low, high = np.minimum(start, end), np.maximum(start, end)
    ends = low * (int(high.max()) + 1) + high
    order = np.lexsort((alike, ends))
    fresh = (np.diff(ends[order], prepend=-1) != 0) | (np.diff(alike[order], prepend=-1) != 0)
    street, upwards = np.cumsum(fresh), (start < end)[order]
    # Equal copies of a street are numbered, and copies of one number are paired.
    numbers = []
    for side in (upwards, ~upwards):
        of = street[side]
        copy = np.arange(len(of)) - np.searchsorted(of, of)
        numbers.append(of * len(order) + copy)
    streets = np.sort(np.concatenate(numbers))
    streets = streets[np.diff(streets, prepend=-1) > 0]
    ahead, back = np.full((2, len(streets)), _NONE)
    ahead[np.searchsorted(streets, numbers[0])] = order[upwards]
    back[np.searchsorted(streets, numbers[1])] = order[~upwards]
    return ahead, back


def _flags(use_bits: Ints, indexes: Indexes, ahead: Ints, back: Ints) -> Ints:
    """Return the flags of each street: its directions, the roles joined to it, and its use.

    `use_bits` are those of each edge; `ahead` and `back` are the rows of a street's directions.
    """
    forth, reverse = ahead != _NONE, back != _NONE
    flags: Ints = np.where(forth & reverse, BOTH_WAYS, 0) | use_bits[np.where(forth, ahead, back)]
    for role, (bit_forth, bit_back) in _ROLE_BITS.items():
        joined = np.zeros(len(use_bits), dtype=bool)
        joined[indexes[role].edges] = True
        ahead_bit, back_bit = joined[ahead] & forth, joined[back] & reverse
        # A street with only the back direction is stored from its own start: it has the first bit.
        flags |= np.where(ahead_bit | (~forth & back_bit), bit_forth, 0)
        flags |= np.where(forth & back_bit, bit_back, 0)
    return flags


def _shapes(network: RoadNetwork, turned: Bools) -> NDArray[np.object_]:
    """Return the line of each bent edge as WKB, from its lower end; empty where it is straight.

    `turned` tells which edges lead to their lower end.
    """
    shapes = np.full(len(network.edges), b"", dtype=object)
    bent = network.edges["geometry"].notna().to_numpy()
    lines = bent_lines(network)
    shapes[bent] = shapely.to_wkb(np.where(turned[bent], shapely.reverse(lines), lines))
    return shapes
