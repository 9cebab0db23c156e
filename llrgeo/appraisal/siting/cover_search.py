"""A local search for plans that cover everyone, by areas that weigh more the longer they are left.

A plan of a given number of sites gives up the site that is missed least and takes one that covers
an area left bare. Areas that stay bare gain weight, so that the search leaves every plan from which
no swap helps (row weighting local search, Gao, Weise and Li 2015).
"""

import time
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import Positions
from llrgeo.arrays import Bools

_AT_ONCE: Final = 1_000  # swaps between looks at the clock: tenths of a second of large coverings


def greedy_cover(cover: Bools) -> Positions:
    """Return a plan that covers every area: each time the site that covers most of those left."""
    left, plan = cover, []
    while len(left):
        plan.append(int(left.sum(axis=0).argmax()))
        left = left[~left[:, plan[-1]]]
    return np.array(plan, dtype=np.int64)


def search_cover(
    cover: Bools, start: Positions, *, steps: int, seed: int, deadline: float = np.inf
) -> Positions | None:
    """Look for a plan that covers every area with as many sites as the one to start from.

    Parameters
    ----------
    cover
        Shape (areas, sites): which site covers which area; each area has at least one.
    start
        The sites to start from.
    steps
        Swaps to try.
    seed
        Of the choice among areas left bare.
    deadline
        When to stop, by `time.perf_counter`.

    Returns
    -------
    Positions, or None
        None where no plan was found; there may be one.
    """
    from llrgeo.appraisal.siting.cover_swaps import CoverLists, SearchState, swap_until_covered

    plan, draws = start.copy(), np.random.default_rng(seed).random(steps)
    lists = CoverLists.of(cover)
    now = SearchState.of(lists, plan)
    for first in range(0, max(steps, 1), _AT_ONCE):
        if time.perf_counter() >= deadline:
            break
        if swap_until_covered(lists, now, plan, draws[first : first + _AT_ONCE], first):
            return np.sort(plan)
    return None
