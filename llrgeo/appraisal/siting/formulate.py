"""Formulate a siting problem: from travel times, demand and what is asked for to a model."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.draft import Draft
from llrgeo.appraisal.siting.model import AssignmentSum, Catchments, Mask, Model, Positions, Vector
from llrgeo.appraisal.siting.objectives import Pairs
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.errors import InfeasibleError
from llrgeo.schema import name_some, raise_faults
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class Formulation:
    """A siting problem with its numbers.

    Attributes
    ----------
    problem
        What is asked for.
    area_ids, site_ids
        Of the rows and columns of all matrices; sites in order of id.
    pairs
        Minutes, reachable pairs and shares of demand; journeys that are not there count as the
        ceiling of the problem.
    model
        What is to be least, and the limits. The cost of `p-centre` is left open.
    """

    problem: SitingProblem
    area_ids: pd.Index
    site_ids: pd.Index
    pairs: Pairs
    model: Model

    def value(self, cost: float) -> float:
        """Return the value of the objective that a cost of the model stands for."""
        return self.problem.definition.value(cost, self.problem.parameters)

    def cost(self, value: float) -> float:
        """Return the cost in the model that a value of the objective stands for."""
        return self.problem.definition.cost(value, self.problem.parameters)

    def allowance(self, cost: float, gap: float) -> float:
        """Return the difference in cost that a relative gap in value comes to."""
        return self.problem.definition.allowance(cost, gap, self.problem.parameters)

    def plan_value(self, plan: Positions) -> float:
        """Return the value of a plan by the objective's definition, everyone at the nearest."""
        opened = Pairs(
            self.pairs.minutes[:, plan], self.pairs.reachable[:, plan], self.pairs.shares
        )
        return self.problem.definition.plan_value(opened, self.problem.parameters)


def formulate(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> Formulation:
    """Put a siting problem into numbers.

    Parameters
    ----------
    times
        Minutes from areas to candidate sites; +inf where there is no journey.
    demand
        People or contacts a year, on `area_id`.
    problem
        What is asked for.

    Raises
    ------
    InputError
        If the demand, the problem or a constraint has faults; the message lists them.
    InfeasibleError
        If areas must be covered that no candidate covers.
    """
    raw = times.minutes[sorted(times.minutes.columns)]
    aligned = demand.reindex(raw.index)
    faults = [*problem.faults(), *_demand_faults(aligned)]
    minutes = raw.to_numpy()
    reachable = np.isfinite(minutes)
    longest = minutes[reachable].max(initial=0.0)
    if longest > problem.unreachable_min:
        faults.append(
            f"the longest journey takes {longest:.0f} minutes, more than the "
            f"{problem.unreachable_min:g} of someone who can reach no site"
        )
    capped = pd.DataFrame(np.minimum(minutes, problem.unreachable_min), raw.index, raw.columns)
    draft = Draft(capped, reachable, problem.unreachable_min)
    for constraint in problem.constraints:
        constraint.write(draft)
    raise_faults([*faults, *draft.faults], source="siting problem")
    weights = aligned.to_numpy(float)
    pairs = Pairs(capped.to_numpy(), reachable, weights / weights.sum())
    model = _model(draft, pairs, _catchments(draft, weights), problem)
    case = Formulation(problem, raw.index, raw.columns, pairs, model)
    if not problem.definition.covers_all:
        return case
    return replace(case, model=with_cover(case, ~pairs.beyond(problem.standard_min)))


def _demand_faults(demand: pd.Series) -> list[str]:
    faults = []
    missing = demand.index[demand.isna() | (demand < 0)]
    if len(missing):
        faults.append(f"demand is missing or negative in areas {name_some(missing)}")
    if not demand.sum() > 0:
        faults.append("there is no demand")
    return faults


def _model(
    draft: Draft, pairs: Pairs, catchments: Catchments | None, problem: SitingProblem
) -> Model:
    """Return the model, as yet without areas that must be covered."""
    sites = pairs.minutes.shape[1]
    definition = problem.definition
    unit_costs = definition.pair_costs(pairs, problem.parameters)
    return Model(
        objective=AssignmentSum(pairs.shares[:, None] * unit_costs),
        site_costs=np.full(sites, definition.site_cost),
        keep=draft.keep,
        close=draft.close,
        min_sites=1 if problem.p is None else problem.p,
        max_sites=sites if problem.p is None else problem.p,
        rows=tuple(draft.rows),
        limits=tuple(draft.limits),
        covered=np.zeros(0, dtype=np.int64),
        cover=np.zeros((0, sites), dtype=bool),
        catchments=catchments,
    )


def with_cover(case: Formulation, within: Mask) -> Model:
    """Return the model in which every area with demand needs an open site that is `within`.

    Raises
    ------
    InfeasibleError
        If no candidate covers an area.
    """
    covered = np.flatnonzero(case.pairs.shares > 0)
    bare = covered[~within[covered].any(axis=1)]
    if len(bare):
        msg = (
            f"no candidate site is within the standard of {len(bare)} areas "
            f"({name_some(case.area_ids[bare])}); add candidates or allow more minutes"
        )
        raise InfeasibleError(msg)
    return replace(case.model, covered=covered, cover=within[covered])


def _catchments(draft: Draft, demand: Vector) -> Catchments | None:
    """Return the limits on what sites do; None where the constraints set none."""
    if draft.minimum <= 0 and not np.isfinite(draft.capacity).any():
        return None
    # Rank the sites of each area by minutes; a stable sort gives a tie to the lowest site id.
    minutes = np.where(draft.reachable, draft.minutes.to_numpy(), np.inf)
    order = np.argsort(minutes, axis=1, kind="stable")
    preference = np.empty_like(order)
    np.put_along_axis(preference, order, np.arange(order.shape[1])[None, :], axis=1)
    minimum = np.full(minutes.shape[1], draft.minimum) if draft.minimum > 0 else None
    return Catchments(demand[:, None] * draft.reachable, draft.capacity, minimum, preference)
