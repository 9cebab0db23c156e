"""Maximal covering: areas of like sites as one, and multipliers from the linear relaxation.

A pair of area and site costs nothing or all of the area's demand. So areas that the same sites
cover count as one, and the linear relaxation is small: its prices are the best multipliers there
are, without a climb (they are the strongest Benders cuts of Cordeau, Furini and Ljubic 2019, who
take out the same columns one by one).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from llrgeo.appraisal.siting.formulate import Formulation
from llrgeo.appraisal.siting.milp import Programme
from llrgeo.appraisal.siting.model import AssignmentSum, Model, Vector
from llrgeo.appraisal.siting.set_covering import is_plain_covering
from llrgeo.appraisal.siting.subgradient import LagrangianBound, bound_at, lagrangian_bound

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
    model: Model, upper: float, *, ends: float, start: LagrangianBound | None = None
) -> LagrangianBound:
    """Bound a maximal covering from below, as `lagrangian_bound` does, by the linear relaxation."""
    del ends  # it takes seconds
    prices = relaxed_prices(model) if start is None else start.multipliers
    return bound_at(model, prices, upper)


def relaxed_prices(model: Model) -> Vector:
    """Return the price of each area where sites may open in part, shape (areas,).

    Least sum of weight x uncovered, with uncovered + open sites that cover >= 1 in each area: the
    prices are of these rows.
    """
    costs = model.objective.costs
    weights = costs.max(axis=1)
    programme = Programme()
    sites = programme.add_columns(len(model.keep), lower=model.keep, upper=~model.close)
    bare = programme.add_columns(len(costs))
    programme.charge(bare, weights)
    area, site = np.nonzero(costs == 0)
    entries = [(area, sites[site], 1.0), (np.arange(len(costs)), bare, 1.0)]
    programme.add_rows(len(costs), entries, low=1.0)
    programme.add_rows(1, [(0, sites, 1.0)], low=model.min_sites, high=model.max_sites)
    prices: Vector = np.clip(programme.row_prices()[: len(costs)], 0.0, weights)
    return prices
