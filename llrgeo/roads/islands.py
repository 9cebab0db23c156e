"""Islands: roads far from all others that people drive among themselves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Floats

APART_M: Final = 3_200.0  # twice the farthest that a place may be from its road


def on_islands(xy: Floats, label: NDArray[np.int32], main: Bools, joined: Bools) -> Bools:
    """Return which nodes are on an island: journeys within it are possible, none to or from it.

    An island is a strongly connected component of two nodes or more that no road joins to the main
    component, and that has no node within `APART_M` of it. So bits of road that a map fails to
    join to the street beside them are none: a place beside them is on that street.

    Parameters
    ----------
    xy
        Places of nodes in metres, shape (nodes, 2).
    label
        The strongly connected component of each node, shape (nodes,), numbered from 0.
    main
        Whether a node is in the main component, shape (nodes,).
    joined
        Whether a node leads to the main component or is reached from it, shape (nodes,).

    Returns
    -------
    numpy.ndarray
        Shape (nodes,).
    """
    apart = ~joined & (np.bincount(label)[label] > 1)
    if not apart.any():
        return apart
    from scipy.spatial import KDTree  # only a map with islands needs it

    # Of the main component only what lies about the others is searched.
    low, high = xy[apart].min(axis=0) - APART_M, xy[apart].max(axis=0) + APART_M
    about = main & (xy >= low).all(axis=1) & (xy <= high).all(axis=1)
    if about.any():
        gap_m, _ = KDTree(xy[about]).query(xy[apart], distance_upper_bound=APART_M)
        near = np.bincount(label[apart], np.isfinite(gap_m), minlength=label.max() + 1) > 0
        apart &= ~near[label]
    return apart
