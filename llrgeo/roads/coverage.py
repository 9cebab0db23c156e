"""The boundary of a network: where its streets end because the files do, or because it was clipped.

A journey near the boundary may be faster over a road beyond it, which the network does not have.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Bools, Ints
from llrgeo.roads.network import RoadNetwork

if TYPE_CHECKING:
    from llrgeo.roads.way_nodes import Polygon

NEAR_M: Final = 2_000.0

_CELL_M: Final = 1_000.0
# Land counts as covered where no circle of this radius fits between streets: fields and lakes lie
# within the boundary, and a single road across the border does not extend it.
_GAP_M: Final = 3_000.0
_KEPT_EVERY: Final = 3  # of rows and columns of cells that are surrounded by others
_EDGE: Final = 8  # cells of margin around all: more than the circles reach
_HALF_CELL: Final = np.sqrt(0.5)  # cells: from the middle of a cell to its corner
_MANY_CELLS: Final = 10_000  # over 100 km in each direction
_DEEP: Final = 9.0  # cells: one and a half times as far as the circles reach, out and back
_MANY_CORNERS: Final = 1_000  # of an outline: those of a few authorities have fewer
_FIRST_STEP_M: Final = 1_000.0


def covered_land(path: pd.DataFrame) -> str:
    """Return the land that streets cover, without holes: WKT in EPSG:27700.

    Parameters
    ----------
    path
        `x`, `y` of the nodes of all streets.
    """
    # Closing (out, then back in by the same radius) joins cells across gaps and fills bays and
    # holes, without moving the outer boundary.
    rows = pd.DataFrame(np.floor(path[["x", "y"]].to_numpy() / _CELL_M).astype(np.int64))
    cells = rows.drop_duplicates().to_numpy()
    middles = shapely.multipoints((_thinned(cells) + 0.5) * _CELL_M)
    closed = shapely.buffer(shapely.buffer(middles, _GAP_M), -_GAP_M)
    outer = [
        shapely.polygons(shapely.get_exterior_ring(part)) for part in shapely.get_parts(closed)
    ]
    land = shapely.simplify(shapely.union_all(outer), _CELL_M / 10)
    return str(shapely.to_wkt(land, rounding_precision=0))


def widened(land: "Polygon", by_m: float) -> "Polygon":
    """Return land with a buffer around it.

    An outline with many corners is buffered in two steps: buffers of 1 km and then of the rest add
    up to the whole (a Minkowski sum), and the first step removes most corners. 30 km around 1,060
    areas take 0.9 s instead of 12. Circles are drawn as polygons, so the outlines of one and of two
    steps differ by about a thousandth of the distance.
    """
    if shapely.get_num_coordinates(land) <= _MANY_CORNERS or by_m <= _FIRST_STEP_M:
        return land.buffer(by_m)
    return land.buffer(_FIRST_STEP_M).buffer(by_m - _FIRST_STEP_M)


def _thinned(cells: Ints) -> Ints:
    """Return fewer cells whose closing (see `covered_land`) has the same outline.

    Of cells with all eight neighbours, those of every third row and column are kept. Any three by
    three cells around such a cell include one that is kept, so each circle removed is covered by
    circles (three cells wide) of those that are kept, and the outline of all circles is the same.
    Cells deep within the land are all removed: this makes holes, and holes are filled.

    Where there are many cells, those that certainly lie within the closing are added first, which
    does not change it but surrounds more cells. This is not done for few cells: the outline could
    then begin at another corner, and its simplified line would differ by some metres.
    """
    from scipy.ndimage import binary_fill_holes, distance_transform_edt, minimum_filter

    corner = cells.min(axis=0) - _EDGE
    rows, columns = (cells - corner).T
    taken = np.zeros((rows.max() + _EDGE + 1, columns.max() + _EDGE + 1), dtype=bool)
    taken[rows, columns] = True
    land = _certain_land(taken)
    if len(cells) > _MANY_CELLS:
        taken |= land
    surrounded = minimum_filter(taken, size=3)
    deep = distance_transform_edt(binary_fill_holes(land, np.ones((3, 3), dtype=bool))) > _DEEP
    rows, columns = (
        np.arange(size) + start for size, start in zip(taken.shape, corner, strict=True)
    )
    kept = (rows[:, None] % _KEPT_EVERY == 0) & (columns % _KEPT_EVERY == 0)
    thinned: Ints = np.argwhere(taken & ~deep & (kept | ~surrounded)) + corner
    return thinned


def _certain_land(taken: Bools) -> Bools:
    """Return the cells that certainly lie within the closing, in the shape of `taken`.

    Outside is at most what circles without a street cover; the middle of such a circle may be
    anywhere in a cell, so both distances allow for half a cell's diagonal.
    """
    from scipy.ndimage import distance_transform_edt

    radius = _GAP_M / _CELL_M
    middles = distance_transform_edt(~taken) > radius - _HALF_CELL
    land: Bools = distance_transform_edt(~middles) > radius + 2 * _HALF_CELL
    return land


def near_boundary(network: RoadNetwork, *, within_m: float = NEAR_M) -> Bools:
    """Return which edges lie, at least in part, within a distance of the boundary or beyond it.

    None does in a network whose boundary is not known, such as the planning network.
    """
    if not network.info.extent:
        return np.zeros(len(network.edges), dtype=bool)
    inner = shapely.from_wkt(network.info.extent).buffer(-within_m)
    shapely.prepare(inner)
    inside: Bools = shapely.contains(inner, network.lines.to_numpy())
    return ~inside
