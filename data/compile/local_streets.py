"""Model local streets as a Gabriel graph over thinned unit postcodes.

Two postcodes are joined when no third lies in the circle that has them as its diameter
(Gabriel and Sokal, 1969). Such graphs come close to real street networks in degree and detour,
are always connected, and need nothing but the postcodes.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import Delaunay, KDTree

SPACING_M = 180.0  # no two nodes are nearer to each other
DENSITY_RADIUS_M = 500.0
CIRCUITY = 1.2  # street length over straight line between neighbouring postcodes


def delivery_points(postcodes: pd.DataFrame) -> NDArray[np.float64]:
    """Return the distinct points (n, 2) of the postcodes, in metres, sorted.

    Hundreds of large-user postcodes can share the point of one delivery office, so a point
    counts once.
    """
    return np.unique(postcodes[["easting", "northing"]].to_numpy(dtype=float), axis=0)


def thin(points: NDArray[np.float64], spacing_m: float = SPACING_M) -> NDArray[np.float64]:
    """Keep a subset of the points (n, 2): none nearer than `spacing_m`, none missed by more."""
    neighbours = KDTree(points).query_ball_point(points, spacing_m)
    covered = np.zeros(len(points), dtype=bool)
    kept = []
    for point, near in enumerate(neighbours):
        if not covered[point]:
            kept.append(point)
            covered[near] = True
    return points[kept]


def density_per_km2(
    places: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Count delivery points for each square kilometre within 500 m of each place (n, 2)."""
    count = KDTree(points).query_ball_point(places, DENSITY_RADIUS_M, return_length=True)
    return np.asarray(count) / (np.pi * (DENSITY_RADIUS_M / 1000) ** 2)


def gabriel_pairs(nodes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the Gabriel graph of the nodes (n, 2) as sorted pairs (m, 2) of positions.

    It is a subset of the Delaunay triangulation: those edges whose diametral circle is empty.
    """
    corners = Delaunay(nodes).simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    pairs = np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)
    start, end = nodes[pairs[:, 0]], nodes[pairs[:, 1]]
    radius = np.hypot(*(end - start).T) / 2
    nearest, _ = KDTree(nodes).query((start + end) / 2)
    empty: NDArray[np.int64] = pairs[nearest >= radius * (1 - 1e-9)]
    return empty


def street_edges(
    nodes: NDArray[np.float64], pairs: NDArray[np.int64], points: NDArray[np.float64]
) -> pd.DataFrame:
    """Describe streets between pairs of nodes: ends, length in metres, density around."""
    start, end = nodes[pairs[:, 0]], nodes[pairs[:, 1]]
    return pd.DataFrame(
        {
            "from_node": pairs[:, 0],
            "to_node": pairs[:, 1],
            "length_m": np.hypot(*(end - start).T) * CIRCUITY,
            "density": density_per_km2((start + end) / 2, points),
        }
    )
