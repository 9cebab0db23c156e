"""The p-centre: the plan whose longest journey is the least."""

import numpy as np

from llrgeo.appraisal.siting.centre_search import CentreSearch
from llrgeo.appraisal.siting.exact import BoundedPlan, solve_exactly
from llrgeo.appraisal.siting.formulate import Formulation, with_cover
from llrgeo.appraisal.siting.set_covering import is_plain_covering


def least_longest(case: Formulation, gap: float, deadline: float, seed: int) -> BoundedPlan:
    """Find the least number of minutes within which a plan has all demand, by bisection.

    The longest journey is one of the minutes of the matrix. Whether a plan has all demand within
    some minutes is a set covering problem, so the range of these radii is halved until one is left
    (Minieka 1970).

    Parameters
    ----------
    case
        The problem in numbers.
    gap
        Relative gap at which to stop.
    deadline
        When to stop, by `time.perf_counter`.
    seed
        Of the solver's choices.
    """
    if is_plain_covering(case.model):
        return CentreSearch.of(case, seed).solve(gap, deadline)
    minutes = case.pairs.minutes[case.pairs.shares > 0][:, ~case.model.close]
    radii = np.unique(minutes)
    # Every area has a nearest candidate: no plan has a shorter longest journey than the longest
    # of these. Invariant: the least radius is radii[low] or above, and a plan with all demand
    # within radii[high + 1] is known.
    low, high = int(np.searchsorted(radii, minutes.min(axis=1).max())), len(radii) - 1
    best = BoundedPlan(None, np.inf, np.inf)
    middle = high  # first any plan at all, then the middle of what is left
    while low <= high and (best.plan is None or best.cost - radii[low] > gap * best.cost):
        found = _within(case, float(radii[middle]), deadline, seed)
        if found.plan is not None:
            best = found
            # The plan found may do better than asked: the next radius to
            # try is below what it takes.
            high = int(np.searchsorted(radii, found.cost)) - 1
        elif np.isposinf(found.bound):
            low = middle + 1
        else:
            break  # out of time
        middle = (low + high) // 2
    bound = float(radii[low]) if low < len(radii) else np.inf
    return BoundedPlan(best.plan, min(bound, best.cost), best.cost)


def _within(case: Formulation, longest: float, deadline: float, seed: int) -> BoundedPlan:
    """Find a plan with all demand within some minutes, and how long its journeys are."""
    minutes = case.pairs.minutes
    model = with_cover(case, minutes <= longest)
    found = solve_exactly(model, gap=np.inf, deadline=deadline, seed=seed)
    if found.plan is None or case.model.catchments is not None:
        return BoundedPlan(found.plan, found.bound, longest)
    taken = minutes[case.pairs.shares > 0][:, found.plan].min(axis=1).max()
    return BoundedPlan(found.plan, found.bound, float(taken))
