"""Ids of OpenStreetMap looked up among many."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def is_among(ids: Ints, known: Ints) -> NDArray[np.bool_]:
    """Return whether each id is in a sorted list, in the shape of `ids`.

    By binary search: numpy's own `isin` sorts or hashes both, which takes many times as long for
    millions.

    Parameters
    ----------
    ids
        Ids in any order.
    known
        The list, ascending.
    """
    if not len(known):
        return np.zeros(len(ids), dtype=bool)
    at = np.searchsorted(known, ids).clip(max=len(known) - 1)
    found: NDArray[np.bool_] = known[at] == ids
    return found
