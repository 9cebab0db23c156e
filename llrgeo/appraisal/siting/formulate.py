"""From travel times, demand and what is asked for to the model in numbers."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.constraints import Draft
from llrgeo.appraisal.siting.model import Catchments, Mask, Matrix, Model, Tally, Vector
from llrgeo.appraisal.siting.problem import HIGHER_IS_BETTER, SitingProblem
from llrgeo.errors import InfeasibleError
from llrgeo.schema import name_some, raise_faults
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class Case:
    """A siting problem with its numbers.

    Attributes
    ----------
    problem
        What is asked for.
    minutes
        Areas by candidate sites, in order of site id; unreachable pairs as long as the problem
        says.
    reachable
        Where a journey is possible.
    demand
        Contacts of each area.
    model
        The model; for `p-centre` its objective is left open.
    """

    problem: SitingProblem
    minutes: pd.DataFrame
    reachable: Mask
    demand: Vector
    model: Model

    @property
    def weights(self) -> Vector:
        """The share of demand in each area."""
        shares: Vector = self.demand / self.demand.sum()
        return shares

    def value(self, cost: float) -> float:
        """Turn what the model counts into the value of the objective."""
        if self.problem.objective == "kolm-pollak":
            return float(-np.log(cost) / self.problem.kappa)
        return 1.0 - cost if self.problem.objective in HIGHER_IS_BETTER else cost

    def cost(self, value: float) -> float:
        """Turn a value of the objective into what the model counts."""
        if self.problem.objective == "kolm-pollak":
            return float(np.exp(-self.problem.kappa * value))
        return 1.0 - value if self.problem.objective in HIGHER_IS_BETTER else value

    def allowance(self, cost: float, gap: float) -> float:
        """Return the difference in cost that a relative gap in value comes to."""
        value = self.value(cost)
        better = 1 if self.problem.objective in HIGHER_IS_BETTER else -1
        return cost - self.cost(value + better * gap * abs(value))


def build_case(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> Case:
    """Put a siting problem into numbers.

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
    return Case(problem, draft.minutes, reachable, weights, _model(draft, weights, problem))


def _demand_faults(demand: pd.Series) -> list[str]:
    faults = []
    missing = demand.index[demand.isna() | (demand < 0)]
    if len(missing):
        faults.append(f"demand is missing or negative in areas {name_some(missing)}")
    if not demand.sum() > 0:
        faults.append("there is no demand")
    return faults


def _model(draft: Draft, demand: Vector, problem: SitingProblem) -> Model:
    sites = draft.minutes.shape[1]
    covering = problem.objective in {"lscp", "lscp-b"}
    model = Model(
        objective=Tally(_costs(draft, demand, problem)),
        opening=np.full(sites, 1.0 if covering else 0.0),
        keep=draft.keep,
        close=draft.close,
        least=1 if problem.p is None else problem.p,
        most=sites if problem.p is None else problem.p,
        rows=tuple(draft.rows),
        limits=tuple(draft.limits),
        covered=np.zeros(0, dtype=np.int64),
        cover=np.zeros((0, sites), dtype=bool),
        catchments=_catchments(draft, demand),
    )
    if not covering:
        return model
    within = draft.reachable & (draft.minutes.to_numpy() <= problem.standard_min)
    return with_cover(model, demand, within, draft.minutes.index)


def with_cover(model: Model, demand: Vector, within: Mask, area_ids: pd.Index) -> Model:
    """Return the model with every area that has demand to be covered.

    Raises
    ------
    InfeasibleError
        If no candidate covers an area.
    """
    covered = np.flatnonzero(demand > 0)
    bare = covered[~within[covered].any(axis=1)]
    if len(bare):
        msg = (
            f"no candidate site is within the standard of {len(bare)} areas "
            f"({name_some(area_ids[bare])}); add candidates or allow more minutes"
        )
        raise InfeasibleError(msg)
    return replace(model, covered=covered, cover=within[covered])


def _costs(draft: Draft, demand: Vector, problem: SitingProblem) -> Matrix:
    """Return what each pair costs; areas without demand count nothing."""
    minutes = draft.minutes.to_numpy()
    weights = (demand / demand.sum())[:, None]
    beyond = ~draft.reachable | (minutes > problem.standard_min)
    parts: dict[str, Matrix] = {
        "p-median": minutes,
        "mclp": beyond.astype(float),
        "kolm-pollak": np.exp(-problem.kappa * minutes),
    }
    mix = {str(name): weight for name, weight in problem.mix.items()}
    costs = np.zeros_like(minutes)
    for name, weight in (mix or {problem.objective: 1.0}).items():
        if name in parts:
            costs += weight * weights * parts[name]
    return costs


def _catchments(draft: Draft, demand: Vector) -> Catchments | None:
    if draft.minimum <= 0 and not np.isfinite(draft.capacity).any():
        return None
    minutes = np.where(draft.reachable, draft.minutes.to_numpy(), np.inf)
    order = np.argsort(minutes, axis=1, kind="stable")
    preference = np.empty_like(order)
    np.put_along_axis(preference, order, np.arange(order.shape[1])[None, :], axis=1)
    least = np.full(minutes.shape[1], draft.minimum) if draft.minimum > 0 else None
    return Catchments(demand[:, None] * draft.reachable, draft.capacity, least, preference)
