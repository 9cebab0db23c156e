"""Rings and polygons around the nodes of a grid that are inside, for marching squares."""

from typing import Final

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, depth_first_order

from llrgeo.arrays import Bools, Floats, Ints

_ALL_CORNERS: Final = 15  # of a square: the bits of its four corners

# Sides of a square, counter-clockwise from its lower left corner: bottom, right, top, left. For
# each set of corners inside (bits 1, 2, 4, 8 in the same order) the sides by which the border
# enters and leaves the square, with the inside on its left.
_SIDES: Final[dict[int, tuple[tuple[int, int], ...]]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}


def border(nodes: Bools) -> tuple[Ints, Ints]:
    """Return the sides of squares that the border crosses, and which side comes next after each.

    Parameters
    ----------
    nodes
        Whether each node of the grid is inside; nodes at the margin are not, so that every ring
        closes.

    Returns
    -------
    tuple of numpy.ndarray
        Numbers of the sides, ascending, and for each the row of the side that the border, with the
        inside on its left, crosses next. The number of a horizontal side is that of its left node;
        the number of a vertical one is that of its lower node plus the number of all nodes.
    """
    corners = nodes.astype(np.int8)
    code = corners[:-1, :-1] + 2 * corners[:-1, 1:] + 4 * corners[1:, 1:] + 8 * corners[1:, :-1]
    rows, columns = np.nonzero((code > 0) & (code < _ALL_CORNERS))
    kinds = code[rows, columns]
    lower_left = rows * nodes.shape[1] + columns
    come, go = [], []
    for kind, pairs in _SIDES.items():
        node = lower_left[kinds == kind]
        sides = (node, node + 1 + nodes.size, node + nodes.shape[1], node + nodes.size)
        for first, last in pairs:
            come.append(sides[first])
            go.append(sides[last])
    from_, to = np.concatenate(come), np.concatenate(go)
    order = np.argsort(from_)
    return from_[order], np.searchsorted(from_[order], to[order])


def ends_of_sides(sides: Ints, nodes: Bools) -> tuple[Ints, Ints]:
    """Return the node numbers at the inner and at the outer end of each side."""
    first = sides % nodes.size
    last = first + np.where(sides >= nodes.size, nodes.shape[1], 1)
    inside = nodes.ravel()[first]
    return np.where(inside, first, last), np.where(inside, last, first)


def polygons_within(
    places: Floats, onward: Ints, bends: tuple[Ints, Floats], piece: Ints
) -> shapely.Geometry:
    """Return the polygons within a border.

    Parameters
    ----------
    places, onward
        Where the border crosses the sides of squares, shape (sides, 2), and the row of the side
        that comes next.
    bends
        Rows of sides after which the border bends, and where, shape (bends, 2).
    piece
        For each side, the number of the connected piece of the inside at its inner end.

    Returns
    -------
    shapely.Geometry
        A valid polygon or several.
    """
    order, ring = _in_rings(onward)
    # A bend comes right after its side. `after` has its row among places and bends, 0 for no bend.
    rows, bent = bends
    after = np.zeros(len(places), dtype=np.int64)
    after[rows] = np.arange(len(rows)) + len(places)
    numbers = np.column_stack([order, after[order]])
    chosen = np.column_stack([np.ones(len(order), dtype=bool), after[order] > 0])
    of_ring = np.repeat(ring, 2)[chosen.ravel()]
    rings = shapely.linearrings(np.concatenate([places, bent])[numbers[chosen]], indices=of_ring)
    # Of the rings around each piece the largest is its outline, and the others are holes in it.
    piece_of_ring = piece[order[np.searchsorted(ring, np.arange(len(rings)))]]
    by_piece = np.lexsort((-shapely.area(shapely.polygons(rings)), piece_of_ring))
    _, number = np.unique(piece_of_ring[by_piece], return_inverse=True)
    found = shapely.polygons(rings[by_piece], indices=number)
    area: shapely.Geometry = found[0] if len(found) == 1 else shapely.multipolygons(found)
    # Bends may make lines cross.
    return area if shapely.is_valid(area) else shapely.make_valid(area, method="structure")


def _in_rings(onward: Ints) -> tuple[Ints, Ints]:
    """Return rows ring by ring, each followed from its first row, and the ring of each."""
    ring = connected_components(_chain(onward), directed=False)[1]
    # Each ring is opened at its end and joined to the next ring, so that all are one chain.
    first = np.unique(ring, return_index=True)[1]
    last = np.argsort(onward)[first]
    chain = onward.copy()
    chain[last] = np.append(first[1:], last[-1])
    order = depth_first_order(_chain(chain), 0, return_predecessors=False).astype(np.int64)
    return order, ring[order].astype(np.int64)


def _chain(onward: Ints) -> csr_array:
    """Return the graph in which one arc leads from each row to another."""
    rows = len(onward)
    parts = (
        np.ones(rows, dtype=np.int8),
        onward.astype(np.int32),
        np.arange(rows + 1, dtype=np.int32),
    )
    return csr_array(parts, shape=(rows, rows))
