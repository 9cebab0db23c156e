"""A local search for plans that cover everyone, by areas that weigh more the longer they are left.

A plan of a given number of sites gives up the site that is missed least and takes one that covers
an area left bare. Areas that stay bare gain weight, so that the search leaves every plan from which
no swap helps (row weighting local search, Gao, Weise and Li 2015).
"""

import numpy as np
from numpy.typing import NDArray

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
    rng = np.random.default_rng(seed)
    by_site = np.ascontiguousarray(cover.T, dtype=np.float32)
    plan, covered = start.copy(), by_site[start].sum(axis=0)
    mine, weights = by_site[plan], np.ones(len(cover), dtype=np.float32)
    since = np.zeros(cover.shape[1], dtype=np.int64)  # the step at which a site last moved
    for step in range(1, steps + 1):
        if covered.all():
            return np.sort(plan)
        # Out goes the site whose loss weighs least, of equals the one that came first; the site
        # that has just come stays.
        lost = mine @ np.where(covered == 1, weights, np.float32(0))
        lost[since[plan] == step - 1] = np.inf
        at = _first_moved(lost, since[plan])
        out = plan[at]
        covered -= by_site[out]
        # In comes the site that covers most weight, among those that cover a bare area drawn.
        bare = np.flatnonzero(covered == 0)
        if len(bare):
            sites = np.flatnonzero(cover[bare[rng.integers(len(bare))]])
            sites = sites[sites != out] if len(sites) > 1 else sites
            gained = by_site[np.ix_(sites, bare)] @ weights[bare]
            into = sites[_first_moved(-gained, since[sites])]
        else:
            into = out  # it was not needed at all
        plan[at], mine[at], since[[out, into]] = into, by_site[into], step
        covered += by_site[into]
        weights[covered == 0] += 1
    return None


def _first_moved(cost: NDArray[np.float32], since: Positions) -> int:
    """Return where the least cost is; of equal ones the one that has not moved for longest."""
    least = np.flatnonzero(cost == cost.min())
    return int(least[since[least].argmin()])
