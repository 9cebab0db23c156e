"""The p-centre: the plan whose longest journey is the least."""

import numpy as np

from llrgeo.appraisal.siting.exact import Answer, solve_exactly
from llrgeo.appraisal.siting.formulate import Case, with_cover


def least_longest(case: Case, gap: float, ends: float, seed: int) -> Answer:
    """Halve the range of the longest journey, by whether a plan has all demand within it.

    Parameters
    ----------
    case
        The problem in numbers.
    gap
        Relative gap at which to stop.
    ends
        When to stop, by `time.perf_counter`.
    seed
        Of the solver's choices.
    """
    minutes = case.minutes.to_numpy()[case.demand > 0][:, ~case.model.close]
    radii = np.unique(minutes)
    low, high = int(np.searchsorted(radii, minutes.min(axis=1).max())), len(radii) - 1
    best = Answer(None, np.inf, np.inf)
    middle = high  # first any plan at all, then the middle of what is left
    while low <= high and (best.plan is None or best.cost - radii[low] > gap * best.cost):
        found = _within(case, float(radii[middle]), ends, seed)
        if found.plan is not None:
            best = found
            high = int(np.searchsorted(radii, found.cost)) - 1
        elif np.isposinf(found.bound):
            low = middle + 1
        else:
            break  # out of time
        middle = (low + high) // 2
    bound = float(radii[low]) if low < len(radii) else np.inf
    return Answer(best.plan, min(bound, best.cost), best.cost)


def _within(case: Case, longest: float, ends: float, seed: int) -> Answer:
    """Find a plan with all demand within some minutes, and how long its journeys are."""
    minutes = case.minutes.to_numpy()
    model = with_cover(case.model, case.demand, minutes <= longest, case.minutes.index)
    found = solve_exactly(model, gap=np.inf, ends=ends, seed=seed)
    if found.plan is None or case.model.catchments is not None:
        return Answer(found.plan, found.bound, longest)
    taken = minutes[case.demand > 0][:, found.plan].min(axis=1).max()
    return Answer(found.plan, found.bound, float(taken))
