"""The boundary of a network: where its streets end because the files do, or because it was clipped.

A journey near the boundary may be faster over a road beyond it, which the network does not have.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.roads.network import RoadNetwork

if TYPE_CHECKING:
    from llrgeo.roads.way_nodes import Polygon

NEAR_M: Final = 2_000.0

_CELL_M: Final = 1_000.0
# Land counts as covered where no circle of this radius fits between streets: fields and lakes lie
# within the boundary, and a lone road that runs on across the border does not widen it.
_GAP_M: Final = 3_000.0
_KEPT_EVERY: Final = 3  # rows and columns of cells amid others
_EDGE: Final = 8  # cells around all: more than circles reach
_HALF_CELL: Final = np.sqrt(0.5)  # from the middle to a corner
_MANY_CELLS: Final = 10_000  # over 100 km each way
_DEEP: Final = 9.0  # cells: farther than circles reach, out and in again, by half
_MANY_CORNERS: Final = 1_000  # of an outline: those of a few authorities have fewer
_FIRST_M: Final = 1_000.0


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
    """Return land and what is around it up to a distance.

    Where an outline has many corners it is done in two steps, for circles of 1 km and then of the
    rest add up to circles of the whole (a Minkowski sum), and the first step takes most corners
    away: 30 km around 1,060 areas take 0.9 s in place of 12. Circles are polygons, so that the
    outlines differ by about a thousandth of the distance.
    """
    if shapely.get_num_coordinates(land) <= _MANY_CORNERS or by_m <= _FIRST_M:
        return land.buffer(by_m)
    return land.buffer(_FIRST_M).buffer(by_m - _FIRST_M)


def _thinned(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return fewer cells whose circles, out and in again, have the same outline.

    Of cells with all eight neighbours, those of every third row and column stay. Any three by three
    cells around such a cell hold one that stays, so each circle that goes is covered by circles
    (three cells wide) of those that stay, and the outline of all circles is the same. Cells deep
    within the land go altogether: what changes by that is a hole, and holes are filled.

    Where there are many, land that lies within for certain is filled with cells first: a circle
    around a place of closed land lies within all circles together. Few stay as they are, for an
    outline may begin at another corner then, and its simplified line is another by some metres.
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
    thinned: NDArray[np.int64] = np.argwhere(taken & ~deep & (kept | ~surrounded)) + corner
    return thinned


def _certain_land(taken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells that lie wholly within closed land, shape as is.

    Not land, at most, is where a circle without a street may lie, whose middle is anywhere in a
    cell. Land is what no such circle may reach.
    """
    from scipy.ndimage import distance_transform_edt

    radius = _GAP_M / _CELL_M
    middles = distance_transform_edt(~taken) > radius - _HALF_CELL
    land: NDArray[np.bool_] = distance_transform_edt(~middles) > radius + 2 * _HALF_CELL
    return land


def near_boundary(network: RoadNetwork, *, within_m: float = NEAR_M) -> NDArray[np.bool_]:
    """Tell for every edge whether any of it lies within a distance of the boundary, or beyond it.

    No edge does in a network whose boundary is not known, such as the planning network.
    """
    if not network.info.extent:
        return np.zeros(len(network.edges), dtype=bool)
    inner = shapely.from_wkt(network.info.extent).buffer(-within_m)
    shapely.prepare(inner)
    inside: NDArray[np.bool_] = shapely.contains(inner, network.lines.to_numpy())
    return ~inside
