"""Ids of OpenStreetMap looked up among many."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def is_among(ids: Ints, known: Ints) -> NDArray[np.bool_]:
    """Tell of each id whether it is one of some others, shape of `ids`.

    By halving: numpy's own `isin` sorts or hashes both, which for millions takes many times as
    long.

    Parameters
    ----------
    ids
        Ids in any order.
    known
        The others, ascending.
    """
    if not len(known):
        return np.zeros(len(ids), dtype=bool)
    at = np.searchsorted(known, ids).clip(max=len(known) - 1)
    found: NDArray[np.bool_] = known[at] == ids
    return found
