"""Maximal covering: areas of like sites as one, and multipliers from the linear relaxation.

A pair of area and site costs nothing or all of the area's demand. So areas that the same sites
cover count as one, and the linear relaxation is small: its prices are the best multipliers there
are, without a climb (they are the strongest Benders cuts of Cordeau, Furini and Ljubic 2019, who
take out the same columns one by one).
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from llrgeo.appraisal.siting.covering_swaps import cover_most
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.formulate import Formulation
from llrgeo.appraisal.siting.linear_branch import branch_on_relaxation
from llrgeo.appraisal.siting.milp import Programme
from llrgeo.appraisal.siting.model import AssignmentSum, Model, Positions
from llrgeo.appraisal.siting.set_covering import is_plain_covering
from llrgeo.appraisal.siting.subgradient import LagrangianBound, bound_at, lagrangian_bound
from llrgeo.arrays import Floats, Ints

Bounding: TypeAlias = Callable[..., LagrangianBound]
"""A bound on a sum over areas, with the arguments of `lagrangian_bound`."""


def how_to_bound(case: Formulation) -> tuple[Formulation, Bounding]:
    """Return a problem with as few areas as it needs, and how its sum is bounded from below.

    Only where pairs cost all or nothing, and nothing but fixed sites and their number limits plans,
    it is changed; plans and what they cost stay the same.
    """
    if case.problem.definition.has_two_costs and is_plain_covering(case.model):
        return replace(case, model=merge_areas(case.model)), relaxed_bound
    return case, lagrangian_bound


def merge_areas(model: Model) -> Model:
    """Return a model of maximal covering with areas that cost alike at every site as one.

    Each costs 0 or its own demand. Demand that no site covers stays, as an area of its own.
    """
    costs = model.objective.costs
    beyond = costs > 0
    _, first, same = np.unique(
        np.packbits(beyond, axis=1), axis=0, return_index=True, return_inverse=True
    )
    weights = np.bincount(same.ravel(), weights=costs.max(axis=1))
    merged = np.where(beyond[first], weights[:, None], 0.0)
    return replace(model, objective=AssignmentSum(merged))


def relaxed_bound(
    model: Model, upper: float, *, deadline: float, start: LagrangianBound | None = None
) -> LagrangianBound:
    """Bound a maximal covering from below, as `lagrangian_bound` does, by the linear relaxation."""
    prices = relaxed_prices(model, deadline) if start is None else start.multipliers
    return bound_at(model, prices, upper)


def relaxed_prices(model: Model, deadline: float = np.inf) -> Floats:
    """Return the price of each area where sites may open in part, shape (areas,).

    Least sum of weight x uncovered, with uncovered + open sites that cover >= 1 in each area: the
    prices are of these rows. At the deadline (by `time.perf_counter`) they may be any others that
    bound less.
    """
    demand = model.objective.costs.max(axis=1)
    if time.perf_counter() >= deadline:
        return np.zeros(len(demand))
    programme, _ = relaxed_covering(model)
    # Any prices bound the plans; the best to within rounding are enough.
    found = programme.row_prices(deadline)[: len(demand)]
    prices: Floats = np.clip(np.nan_to_num(found), 0.0, demand)
    return prices


def relaxed_covering(model: Model, unit: float = 1.0) -> tuple[Programme, Ints]:
    """Return the linear relaxation of a maximal covering, and the column of each site.

    The first rows are of the areas; costs are in multiples of `unit`.
    """
    costs = model.objective.costs
    programme = Programme()
    sites = programme.add_columns(len(model.keep), lower=model.keep, upper=~model.close)
    bare = programme.add_columns(len(costs))
    programme.charge(bare, costs.max(axis=1) / unit)
    area, site = np.nonzero(costs == 0)
    entries = [(area, sites[site], 1.0), (np.arange(len(costs)), bare, 1.0)]
    programme.add_rows(len(costs), entries, low=1.0)
    programme.add_rows(1, [(0, sites, 1.0)], low=model.min_sites, high=model.max_sites)
    return programme, sites


def prove_most_covered(
    model: Model, prices: Floats, known: BoundedPlan, *, gap: float, deadline: float, seed: int
) -> BoundedPlan:
    """Look for a plan that covers more, and prove the best, to an absolute gap.

    Parameters
    ----------
    model
        A maximal covering that nothing limits but fixed sites and their number.
    prices
        Of the linear relaxation, shape (areas,).
    known
        A feasible plan.
    gap
        Absolute difference of cost and bound at which to stop, above 0.
    deadline
        When to stop, by `time.perf_counter`.
    seed
        Of the search.
    """
    plan = _search(model, known, seed, deadline)
    if model.cost(plan) < known.cost:
        known = BoundedPlan(plan, -np.inf, model.cost(plan))
    found = bound_at(model, prices, known.cost)
    known = replace(known, bound=found.value)
    if known.cost - found.value <= gap or time.perf_counter() >= deadline:
        return known
    # Sites that no better plan opens go, and areas that only they told apart become one.
    narrow = found.narrow(model)
    costs = model.objective.costs
    shut = np.where(narrow.close, costs.max(axis=1)[:, None], costs)
    narrow = merge_areas(replace(narrow, objective=AssignmentSum(shut)))
    relaxed = relaxed_covering(narrow, gap)
    return branch_on_relaxation(narrow, relaxed, known, unit=gap, deadline=deadline)


def _search(model: Model, known: BoundedPlan, seed: int, deadline: float) -> Positions:
    """Look for a plan of as many sites, those that are fixed among them, that covers more."""
    if known.plan is None:
        msg = "there is no plan to start from"
        raise ValueError(msg)
    kept, free = np.flatnonzero(model.keep), np.flatnonzero(~model.keep & ~model.close)
    costs = model.objective.costs
    left = ~(costs[:, kept] == 0).any(axis=1)
    start = np.searchsorted(free, known.plan[~model.keep[known.plan]])
    cover = costs[np.ix_(left, free)] == 0
    more = cover_most(cover, costs[left].max(axis=1), start, seed=seed, deadline=deadline)
    return np.sort(np.concatenate([kept, free[more]]))
