"""Enumeration of all plans: the quickest proof where there are few."""

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.model import AssignmentSum, Model, Positions
from llrgeo.arrays import Bools, Floats

MOST_STEPS: Final = 20_000_000
"""Costs looked at (areas x plans x sites in a plan) up to which this is quicker than a search."""

_AT_ONCE: Final = 500  # plans: few enough for their costs to stay in the processor's cache


def has_few_plans(model: Model) -> bool:
    """Return whether every plan of a sum over areas can be valued quicker than searched for."""
    kept, free = int(model.keep.sum()), int((~model.keep & ~model.close).sum())
    opened = sum(count * comb(free, count - kept) for count in _counts(model))
    # Who goes where is a choice of its own where sites have limits.
    return model.catchments is None and opened * len(model.objective.costs) <= MOST_STEPS


def best_of_all(model: Model) -> BoundedPlan:
    """Value every plan of a sum over areas; no plan in the answer means that there is none.

    Of plans that cost the same, the first in order of the sites' positions is taken.
    """
    best = BoundedPlan(None, np.inf, np.inf)
    for plans in all_plans(model):
        costs = np.where(_is_feasible(model, plans), plan_totals(model.objective, plans), np.inf)
        # Strictly less: of equal plans the first in order of the candidates stands.
        first = int(costs.argmin())
        if costs[first] < best.cost:
            best = BoundedPlan(plans[first], float(costs[first]), float(costs[first]))
    return best


def _counts(model: Model) -> range:
    """Return how many sites a plan may have."""
    return range(max(model.min_sites, int(model.keep.sum()), 1), model.max_sites + 1)


def all_plans(model: Model) -> Iterator[Positions]:
    """Yield the plans, shape (plans, sites of a plan), `_AT_ONCE` at a time."""
    kept = np.flatnonzero(model.keep)
    free = np.flatnonzero(~model.keep & ~model.close).tolist()
    for count in _counts(model):
        chosen = combinations(free, count - len(kept))
        while some := list(islice(chosen, _AT_ONCE)):
            both = [np.tile(kept, (len(some), 1)), np.array(some, dtype=np.int64)]
            yield np.sort(np.hstack(both), axis=1)


def _is_feasible(model: Model, plans: Positions) -> Bools:
    excess = np.zeros(len(plans))
    for row in model.rows:
        excess += row.excess(row.coefficients[plans].sum(axis=1))
    for limit in model.limits:
        excess += limit.excess(plan_totals(limit, plans))
    feasible: Bools = excess == 0
    return feasible


def plan_totals(assigned: AssignmentSum, plans: Positions) -> Floats:
    """Return the sum under each of some plans of equal size."""
    by_site = assigned.costs.T  # a row a site: what is read lies together in memory
    # Invariant: `cheapest`, shape (plans, areas), is the minimum over the columns seen so far.
    cheapest = by_site[plans[:, 0]]
    for sites in plans.T[1:]:
        np.minimum(cheapest, by_site[sites], out=cheapest)
    totals: Floats = cheapest.sum(axis=1)
    return totals
