"""The rim of a network: where its streets end because the files do, or because it was clipped.

A journey near the rim may be faster over a road beyond it, which the network does not have.
"""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.roads.network import RoadNetwork

NEAR_M: Final = 2_000.0

_CELL_M: Final = 1_000.0
# Land counts as covered where no circle of this radius fits between streets: fields and lakes lie
# within the rim, and a lone road that runs on across the border does not widen it.
_GAP_M: Final = 3_000.0


def covered_land(path: pd.DataFrame) -> str:
    """Return the land that streets cover, without holes: WKT in EPSG:27700.

    Parameters
    ----------
    path
        `x`, `y` of the nodes of all streets.
    """
    # Closing (out, then back in by the same radius) joins cells across gaps and fills bays and
    # holes, without moving the outer rim.
    cells = np.unique(np.floor(path[["x", "y"]].to_numpy() / _CELL_M), axis=0)
    middles = shapely.multipoints((cells + 0.5) * _CELL_M)
    closed = shapely.buffer(shapely.buffer(middles, _GAP_M), -_GAP_M)
    outer = [
        shapely.polygons(shapely.get_exterior_ring(part)) for part in shapely.get_parts(closed)
    ]
    land = shapely.simplify(shapely.union_all(outer), _CELL_M / 10)
    return str(shapely.to_wkt(land, rounding_precision=0))


def near_rim(network: RoadNetwork, *, within_m: float = NEAR_M) -> NDArray[np.bool_]:
    """Tell for every edge whether any of it lies within a distance of the rim, or beyond it.

    No edge does in a network whose rim is not known, such as the planning network.
    """
    if not network.info.rim:
        return np.zeros(len(network.edges), dtype=bool)
    inner = shapely.from_wkt(network.info.rim).buffer(-within_m)
    shapely.prepare(inner)
    inside: NDArray[np.bool_] = shapely.contains(inner, network.lines.to_numpy())
    return ~inside
