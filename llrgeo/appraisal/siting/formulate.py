"""Formulate a siting problem: travel times, demand, objective and constraints as one model."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.draft import Draft
from llrgeo.appraisal.siting.model import AssignmentSum, Catchments, Model, Positions
from llrgeo.appraisal.siting.objectives import Pairs
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.arrays import Bools, Floats
from llrgeo.errors import InfeasibleError
from llrgeo.schema import name_some, raise_faults, type_faults
from llrgeo.travel.times import TravelTimes

_FARTHEST_APART: Final = 1e14  # costs of kolm-pollak, of which the least is 1
_EXACT: Final = 2.0**31  # whole numbers below are exact in floating point, and so are their sums


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
    left_out
        Shape (areas,): areas with demand that no candidate reaches under any plan. They are in no
        objective, and are counted beside it.
    model
        What is to be least, and the limits. The cost of `p-centre` is left open.
    step
        The costs of all plans are multiples of this; 0 where no such step is known. Where demand
        and the costs of pairs are whole numbers, a bound less than a step below a plan proves it.
    """

    problem: SitingProblem
    area_ids: pd.Index
    site_ids: pd.Index
    pairs: Pairs
    left_out: Bools
    model: Model
    step: float = 0.0

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
        opened = replace(
            self.pairs,
            minutes=self.pairs.minutes[:, plan],
            reachable=self.pairs.reachable[:, plan],
            counted=self.pairs.counted[plan],
        )
        return self.problem.definition.plan_value(opened, self.problem.parameters)

    def value_of_sites(self, minutes: pd.DataFrame) -> float:
        """Return the value of sites that need not be candidates, such as those of today.

        `minutes` are those of all areas to the sites, +inf where there is no journey. Demand that
        no candidate reaches is left out as it is for plans, so that both can be compared.
        """
        rows = minutes.loc[self.area_ids].to_numpy()
        opened = Pairs(
            minutes=np.minimum(rows, self.problem.ceiling_min),
            reachable=np.isfinite(rows),
            shares=self.pairs.shares,
            counted=~minutes.columns.isin(list(self.problem.beside)),
        )
        return self.problem.definition.plan_value(opened, self.problem.parameters)

    def unreached(self, plan: Positions) -> Bools:
        """Return which areas of the objective have no journey under a plan, shape (areas,)."""
        cut_off: Bools = ~self.pairs.reachable[:, plan].any(axis=1) & (self.pairs.shares > 0)
        return cut_off


def formulate(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> Formulation:
    """Formulate a siting problem as arrays.

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
        If areas must be covered that no candidate covers, or none can be reached at all.
    """
    raise_faults(_type_faults(times, demand, problem), source="siting problem")
    # Sites in order of id: of equally near sites the first in the alphabet is taken (docs/methods).
    raw = times.minutes[sorted(times.minutes.columns)]
    faults = [*problem.faults(), *_demand_faults(demand, raw.index)]
    minutes = raw.to_numpy()
    reachable = np.isfinite(minutes)
    longest = minutes[reachable].max(initial=0.0)
    if longest > problem.ceiling_min:
        faults.append(
            f"the longest journey takes {longest:.0f} minutes, more than the "
            f"{problem.ceiling_min:g} of someone who can reach no site"
        )
    # Nobody gains by being cut off: a journey that is not there counts as the ceiling.
    capped = pd.DataFrame(np.minimum(minutes, problem.ceiling_min), raw.index, raw.columns)
    # Each constraint writes itself into the draft; one error names the faults of all.
    draft = Draft(capped, reachable, problem.ceiling_min)
    beside = draft.mask(problem.beside, "sites that stay open")
    draft.keep |= beside
    for constraint in problem.constraints:
        constraint.write(draft)
    raise_faults([*faults, *draft.faults], source="siting problem")
    # Demand that no plan can serve would add the same to every plan; it is counted beside.
    weights = demand.reindex(raw.index).to_numpy(float)
    left_out = _never_reached(draft) & (weights > 0)
    counted = np.where(left_out, 0.0, weights)
    if not counted.any():
        msg = "no candidate site can be reached from any area with demand"
        raise InfeasibleError(msg)
    pairs = Pairs(capped.to_numpy(), reachable, counted / counted.sum(), ~beside)
    model = _model(draft, pairs, _catchments(draft, weights, beside), problem)
    unit_costs = problem.definition.pair_costs(pairs, problem.parameters)
    if model.catchments is not None:
        raise_faults(_scale_faults(unit_costs[:, ~draft.close]), source="siting problem")
    step = _cost_step(counted, unit_costs)
    case = Formulation(problem, raw.index, raw.columns, pairs, left_out, model, step)
    if not problem.definition.covers_all:
        return case
    return replace(case, model=with_cover(case, ~pairs.beyond(problem.standard_min)))


def _type_faults(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> list[str]:
    return [
        *type_faults({"times": times}, TravelTimes),
        *type_faults({"demand": demand}, pd.Series),
        *(type_faults({"problem": problem}, SitingProblem) or problem.type_faults()),
    ]


def _demand_faults(demand: pd.Series, area_ids: pd.Index) -> list[str]:
    """Return what is wrong with a demand: nobody's is dropped, doubled or made up."""
    twice = demand.index[demand.index.duplicated()]
    if len(twice):
        return [f"areas have their demand twice: {name_some(twice)}"]
    faults = []
    unknown = demand.index.difference(area_ids)
    if len(unknown):
        faults.append(
            f"there are no minutes for {len(unknown)} areas with demand ({name_some(unknown)}); "
            "leave them out or compute their travel times"
        )
    demand = demand.reindex(area_ids)
    missing = demand.index[demand.isna() | (demand < 0)]
    if len(missing):
        faults.append(f"demand is missing or negative in areas {name_some(missing)}")
    if not demand.sum() > 0:
        faults.append("there is no demand")
    return faults


def _scale_faults(unit_costs: Floats) -> list[str]:
    """Return a fault where the costs of journeys are too far apart for shares of areas.

    A solver takes shares below some 1e-7 for 0, and sums of costs lose what is 1e16 times less.
    """
    largest = unit_costs.max(initial=0.0)
    if largest <= _FARTHEST_APART:
        return []
    msg = (
        f"a journey costs up to {largest:.0e}; with capacities or a least activity plans can be "
        f"told apart up to {_FARTHEST_APART:.0e}; take a kappa nearer to 0, or a lower ceiling_min"
    )
    return [msg]


def _never_reached(draft: Draft) -> Bools:
    """Return the areas that no site reaches which may be open."""
    usable = ~draft.close if not draft.close.all() else np.ones_like(draft.close)
    return np.asarray(~draft.reachable[:, usable].any(axis=1), dtype=bool)


def _cost_step(demand: Floats, unit_costs: Floats) -> float:
    """Return the greatest number of which every sum of demand times cost is a multiple.

    In units of the model, whose demand is a share of all. It is the product of the greatest common
    divisors, where both demand and costs are whole numbers, else 0.
    """
    # Divisors are of whole numbers alone, and only of areas with
    # demand, for the others add nothing.
    used = unit_costs[demand > 0]
    largest = max(demand.max(), np.abs(used).max(initial=0.0))
    whole = np.array_equal(demand, np.rint(demand)) and np.array_equal(used, np.rint(used))
    if not whole or not largest < _EXACT:
        return 0.0
    divisors = (np.gcd.reduce(part.astype(np.int64), axis=None) for part in (demand, used))
    return float(np.prod([float(divisor) for divisor in divisors]) / demand.sum())


def _model(
    draft: Draft, pairs: Pairs, catchments: Catchments | None, problem: SitingProblem
) -> Model:
    """Return the model, as yet without areas that must be covered."""
    sites = pairs.minutes.shape[1]
    # Neighbours' sites stay open but are none of the p: the number of open sites is p and theirs.
    beside = int((~pairs.counted).sum())
    definition = problem.definition
    unit_costs = definition.pair_costs(pairs, problem.parameters)
    return Model(
        objective=AssignmentSum(pairs.shares[:, None] * unit_costs),
        site_costs=np.where(pairs.counted, definition.site_cost, 0.0),
        keep=draft.keep,
        close=draft.close,
        min_sites=1 if problem.p is None else problem.p + beside,
        max_sites=sites if problem.p is None else problem.p + beside,
        rows=tuple(draft.rows),
        limits=tuple(draft.limits),
        covered=np.zeros(0, dtype=np.int64),
        cover=np.zeros((0, sites), dtype=bool),
        catchments=catchments,
    )


def with_cover(case: Formulation, within: Bools) -> Model:
    """Return the model in which every area with demand needs an open site that is `within`.

    Raises
    ------
    InfeasibleError
        If no candidate covers an area.
    """
    # Areas without demand need no site. An area with demand that
    # none can cover leaves no plan at all.
    covered = np.flatnonzero(case.pairs.shares > 0)
    bare = covered[~within[covered].any(axis=1)]
    if len(bare):
        msg = (
            f"no candidate site is within the standard of {len(bare)} areas "
            f"({name_some(case.area_ids[bare])}); add candidates or allow more minutes"
        )
        raise InfeasibleError(msg)
    return replace(case.model, covered=covered, cover=within[covered])


def _catchments(draft: Draft, demand: Floats, beside: Bools) -> Catchments | None:
    """Return the limits on what sites do; None where the constraints set none."""
    if draft.minimum <= 0 and not np.isfinite(draft.capacity).any():
        return None
    # Rank the sites of each area by minutes; a stable sort gives a tie to the lowest site id.
    minutes = np.where(draft.reachable, draft.minutes.to_numpy(), np.inf)
    order = np.argsort(minutes, axis=1, kind="stable")
    preference = np.empty_like(order)
    np.put_along_axis(preference, order, np.arange(order.shape[1])[None, :], axis=1)
    # What a neighbour's site needs is not ours to ask: it serves others too.
    minimum = np.where(beside, 0.0, draft.minimum) if draft.minimum > 0 else None
    return Catchments(demand[:, None] * draft.reachable, draft.capacity, minimum, preference)
