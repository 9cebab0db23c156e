"""Every plan, valued in turn: the quickest proof where there are few."""

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.exact import Answer
from llrgeo.appraisal.siting.model import Mask, Model, Plan, Tally, Vector, tally_excess

MOST_STEPS: Final = 20_000_000
"""Costs looked at (areas x plans x sites in a plan) up to which this is quicker than a search."""

_AT_ONCE: Final = 500  # plans: few enough for their costs to stay near the processor


def has_few_plans(model: Model) -> bool:
    """Return whether every plan of a sum over areas can be valued quicker than searched for."""
    kept, free = int(model.keep.sum()), int((~model.keep & ~model.close).sum())
    opened = sum(count * comb(free, count - kept) for count in _counts(model))
    # Who goes where is a choice of its own where sites have limits.
    return model.catchments is None and opened * len(model.objective.costs) <= MOST_STEPS


def best_of_all(model: Model) -> Answer:
    """Value every plan of a sum over areas; no plan in the answer means that there is none."""
    best = Answer(None, np.inf, np.inf)
    for plans in _plans(model):
        costs = np.where(_is_feasible(model, plans), _totals(model.objective, plans), np.inf)
        first = int(costs.argmin())
        if costs[first] < best.cost:
            best = Answer(plans[first], float(costs[first]), float(costs[first]))
    return best


def _counts(model: Model) -> range:
    """Return how many sites a plan may have."""
    return range(max(model.least, int(model.keep.sum()), 1), model.most + 1)


def _plans(model: Model) -> Iterator[Plan]:
    """Yield the plans, one a row, some at a time."""
    kept = np.flatnonzero(model.keep)
    free = np.flatnonzero(~model.keep & ~model.close).tolist()
    for count in _counts(model):
        chosen = combinations(free, count - len(kept))
        while some := list(islice(chosen, _AT_ONCE)):
            both = [np.tile(kept, (len(some), 1)), np.array(some, dtype=np.int64)]
            yield np.sort(np.hstack(both), axis=1)


def _is_feasible(model: Model, plans: Plan) -> Mask:
    excess = np.zeros(len(plans))
    for row in model.rows:
        excess += row.excess(row.coefficients[plans].sum(axis=1))
    for limit in model.limits:
        excess += tally_excess(limit, _totals(limit, plans))
    feasible: Mask = excess == 0
    return feasible


def _totals(tally: Tally, plans: Plan) -> Vector:
    """Return the sum of a tally under each of some plans."""
    by_site = tally.costs.T
    cheapest = by_site[plans[:, 0]]
    for sites in plans.T[1:]:
        np.minimum(cheapest, by_site[sites], out=cheapest)
    totals: Vector = cheapest.sum(axis=1)
    return totals
