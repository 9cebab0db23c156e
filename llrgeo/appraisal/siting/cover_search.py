"""A local search for plans that cover everyone, by areas that weigh more the longer they are left.

A plan of a given number of sites gives up the site that is missed least and takes one that covers
an area left bare. Areas that stay bare gain weight, so that the search leaves every plan from which
no swap helps (row weighting local search, Gao, Weise and Li 2015).
"""

import numpy as np

from llrgeo.appraisal.siting.model import Mask, Positions


def greedy_cover(cover: Mask) -> Positions:
    """Return a plan that covers every area: each time the site that covers most of those left."""
    left, plan = cover, []
    while len(left):
        plan.append(int(left.sum(axis=0).argmax()))
        left = left[~left[:, plan[-1]]]
    return np.array(plan, dtype=np.int64)


def search_cover(cover: Mask, start: Positions, *, steps: int, seed: int) -> Positions | None:
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

    Returns
    -------
    Positions, or None
        None where no plan was found; there may be one.
    """
    from llrgeo.appraisal.siting.cover_swaps import CoverLists, swap_until_covered

    plan, draws = start.copy(), np.random.default_rng(seed).random(steps)
    return np.sort(plan) if swap_until_covered(CoverLists.of(cover), plan, draws) else None
