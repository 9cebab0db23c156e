"""Ids of OpenStreetMap looked up among many."""

import numpy as np

from llrgeo.arrays import Bools, Ints


def is_among(ids: Ints, known: Ints) -> Bools:
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
    found: Bools = known[at] == ids
    return found
