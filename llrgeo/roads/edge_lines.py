"""The lines of a network's edges, their points and their bounding boxes, for all edges or some."""

from typing import Final, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.roads.network_checks import lines_of

Rows: TypeAlias = NDArray[np.intp] | slice

_STRAIGHT_POINTS: Final = 2  # of a straight line, which is not stored


def edge_lines(nodes: pd.DataFrame, edges: pd.DataFrame, rows: Rows) -> NDArray[np.object_]:
    """Return the lines of some edges, shape (rows,), EPSG:27700: stored ones, and straight ones.

    Parameters
    ----------
    nodes, edges
        The tables of a network: `x`, `y`; `from_node`, `to_node`, `geometry`.
    rows
        Positions of the edges.

    Raises
    ------
    NetworkError
        If a stored geometry is no line.
    """
    ends, stored, bent = _ends_and_stored(nodes, edges, rows)
    lines = np.empty(len(bent), dtype=object)
    lines[~bent] = shapely.linestrings(ends[~bent])
    lines[bent] = stored
    return lines


def edge_points(nodes: pd.DataFrame, edges: pd.DataFrame, rows: Rows) -> tuple[Floats, Ints]:
    """Return the points of the lines of some edges, and the number of points of each line.

    Parameters and errors are those of `edge_lines`. Points have shape (points, 2), line after line;
    numbers have shape (rows,).
    """
    ends, stored, bent = _ends_and_stored(nodes, edges, rows)
    count = np.full(len(bent), _STRAIGHT_POINTS)
    count[bent] = shapely.get_num_coordinates(stored)
    curved = np.repeat(bent, count)
    xy = np.empty((len(curved), 2))
    xy[~curved] = ends[~bent].reshape(-1, 2)
    xy[curved] = shapely.get_coordinates(stored)
    return xy, count


def edge_boxes(nodes: pd.DataFrame, edges: pd.DataFrame) -> Floats:
    """Return the least x and y and the greatest x and y of each edge's line, shape (4, edges).

    Parameters and errors are those of `edge_lines`.
    """
    tail, head = edges["from_node"].to_numpy(), edges["to_node"].to_numpy()
    boxes = np.empty((4, len(edges)))
    for axis, name in enumerate(("x", "y")):
        at = nodes[name].to_numpy(np.float64)
        boxes[axis] = np.minimum(at[tail], at[head])
        boxes[axis + 2] = np.maximum(at[tail], at[head])
    bent = edges["geometry"].notna().to_numpy()
    boxes[:, bent] = shapely.bounds(lines_of(edges["geometry"][bent])).T
    return boxes


def within(boxes: Floats, land: Floats) -> Bools:
    """Return which boxes, shape (4, boxes), touch a piece of land, itself a box of shape (4,)."""
    low_x, low_y, high_x, high_y = boxes
    across = (low_x <= land[2]) & (high_x >= land[0])
    touches: Bools = across & (low_y <= land[3]) & (high_y >= land[1])
    return touches


def _ends_and_stored(
    nodes: pd.DataFrame, edges: pd.DataFrame, rows: Rows
) -> tuple[Floats, NDArray[np.object_], Bools]:
    """Return both ends of some edges, shape (rows, 2, 2), stored lines, and which have one."""
    xy = nodes[["x", "y"]].to_numpy(np.float64)
    ends = np.stack([edges[end].to_numpy()[rows] for end in ("from_node", "to_node")], axis=1)
    geometry = edges["geometry"].iloc[rows]
    bent = geometry.notna().to_numpy()
    return xy[ends], lines_of(geometry[bent]), bent
