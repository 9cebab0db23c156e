"""Regret: what a plan loses if the future is not the one it was made for, and the plan of least.

The regret of a plan in a scenario is what its value there falls short of the best value there. It
is below 0 where the plan passes a limit on minutes or people which the best keeps to.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.constraints import NoGroupWorse
from llrgeo.appraisal.siting.exact import BoundedPlan, solve_exactly
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.interchange import descend, search
from llrgeo.appraisal.siting.locate import DEFAULT_SECONDS, SiteSelection, locate_sites
from llrgeo.appraisal.siting.model import AssignmentSum, Model, Positions
from llrgeo.appraisal.siting.near_best import NearBest, is_free_choice
from llrgeo.appraisal.siting.objectives import LINEAR
from llrgeo.appraisal.siting.plans import plan_value
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.subgradient import lagrangian_bound
from llrgeo.errors import InfeasibleError, InputError
from llrgeo.travel.times import TravelTimes

_STARTS: Final = 20
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A future: how long journeys take and where demand is.

    Attributes
    ----------
    label
        What a reader sees; unique.
    times, demand
        As for `locate_sites`.
    time_factor
        What `times` are of those of today: journeys of today, which `NoGroupWorse` compares with,
        take as much longer in that future.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> llrgeo.Scenario("ten years on", times, demand * 1.3).demand.tolist()
    [390.0, 156.0, 104.0]
    """

    label: str
    times: TravelTimes
    demand: pd.Series
    time_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class LeastRegret:
    """The plan whose worst regret is the least.

    Attributes
    ----------
    sites
        The open sites.
    regret
        Its worst regret, in units of the objective.
    bound
        No plan has a smaller worst regret.
    regrets
        Its regret by scenario.
    best
        The best plan of each scenario.
    """

    sites: tuple[str, ...]
    regret: float
    bound: float
    regrets: pd.Series
    best: Mapping[str, SiteSelection]


def regret_table(
    plans: Mapping[str, Collection[str]],
    scenarios: Sequence[Scenario],
    problem: SitingProblem,
    *,
    seconds: float = DEFAULT_SECONDS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the regret of each plan (row) in each scenario (column), and the `worst` of them.

    `seconds` limits the search for the best plan of each scenario.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> futures = [llrgeo.Scenario("now", times, demand)]
    >>> plans = {"one": ["A"], "other": ["B"]}
    >>> table = llrgeo.regret_table(plans, futures, llrgeo.SitingProblem(p=1))
    >>> table["worst"].round(2).tolist()  # minutes more than the best plan
    [0.0, 6.84]
    """
    table = pd.DataFrame(index=pd.Index(plans, name="plan"))
    for scenario in scenarios:
        times, demand = scenario.times, scenario.demand
        best = _best_in(scenario, problem, seconds=seconds, seed=seed).value
        table[scenario.label] = [
            problem.definition.shortfall(plan_value(times, demand, problem, sites), than=best)
            for sites in plans.values()
        ]
    table["worst"] = table.max(axis=1)
    return table


def compare_regrets(
    plans: Sequence[SiteSelection],
    scenarios: Sequence[Scenario],
    problem: SitingProblem,
    *,
    seconds: float,
    seed: int,
) -> pd.DataFrame:
    """Return the regret of each plan, and of the plan whose worst regret is the least."""
    least = least_regret(scenarios, problem, seconds=seconds, seed=seed)
    named = {f"plan {number}": plan.sites for number, plan in enumerate(plans, start=1)}
    named["least regret"] = least.sites
    table = regret_table(named, scenarios, problem, seconds=seconds, seed=seed)
    return table.assign(sites=[";".join(sites) for sites in named.values()])


def least_regret(
    scenarios: Sequence[Scenario],
    problem: SitingProblem,
    *,
    seconds: float = DEFAULT_SECONDS,
    seed: int = 0,
) -> LeastRegret:
    """Find the plan whose worst regret over some scenarios is the least.

    Constraints that depend on minutes or demand are those of the first scenario. The regret is
    stated against the best plan of each scenario, found with a gap of 0.

    Raises
    ------
    InputError
        If the objective is not `p-median`, `mclp` or `mix`, a constraint limits what sites do, or
        there is no scenario.
    InfeasibleError
        If no plan meets the constraints.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> later = pd.Series([100.0, 120.0, 310.0], index=demand.index)
    >>> futures = [llrgeo.Scenario("now", times, demand), llrgeo.Scenario("later", times, later)]
    >>> llrgeo.least_regret(futures, llrgeo.SitingProblem(p=1)).sites
    ('B',)
    """
    _check_question(scenarios, problem)
    # The least sum of each scenario must be proved (gap 0): regrets are measured from it.
    best = {
        scenario.label: _best_in(scenario, problem, seconds=seconds, seed=seed)
        for scenario in scenarios
    }
    cases = [formulate(scenario.times, scenario.demand, problem) for scenario in scenarios]
    if cases[0].model.catchments is not None:
        msg = "regret is found without capacity and minimum activity"
        raise InputError(msg)
    # The regret of a plan in a scenario is its sum there less the least sum there.
    totals = tuple(
        AssignmentSum(case.model.objective.costs, case.cost(best[scenario.label].value))
        for case, scenario in zip(cases, scenarios, strict=True)
    )
    deadline = time.perf_counter() + seconds
    nothing = AssignmentSum(np.zeros_like(cases[0].model.objective.costs))
    # One column stands for the worst regret; pressed down, it finds the plan of the least.
    model = replace(cases[0].model, objective=nothing, worst_of=totals)
    starts = [np.flatnonzero(cases[0].site_ids.isin(plan.sites)) for plan in best.values()]
    answer = _solve(model, starts, deadline, seed)
    if answer.plan is None:
        msg = "no set of sites meets the constraints, or none was found in the time given"
        raise InfeasibleError(msg)
    regrets = {
        scenario.label: total.total(answer.plan) - total.limit
        for scenario, total in zip(scenarios, totals, strict=True)
    }
    return LeastRegret(
        sites=tuple(cases[0].site_ids[answer.plan]),
        regret=answer.cost,
        bound=answer.bound,
        regrets=pd.Series(regrets, name="regret"),
        best=best,
    )


def _check_question(scenarios: Sequence[Scenario], problem: SitingProblem) -> None:
    """Refuse an objective that is no sum over areas, or regret over no future."""
    if problem.objective not in LINEAR:
        msg = f"regret is found for {', '.join(LINEAR)}, not for {problem.objective}"
        raise InputError(msg)
    if not scenarios:
        msg = "regret is found over futures, and none is given: name today at least"
        raise InputError(msg)


def _best_in(
    scenario: Scenario, problem: SitingProblem, *, seconds: float, seed: int
) -> SiteSelection:
    """Return the best plan of a scenario; the error of one without a plan names it."""
    # Like with like: journeys of today take as much longer there as those of the plan.
    rules = tuple(
        replace(rule, today=rule.today * scenario.time_factor)
        if isinstance(rule, NoGroupWorse)
        else rule
        for rule in problem.constraints
    )
    there = replace(problem, constraints=rules)
    try:
        return locate_sites(
            scenario.times, scenario.demand, there, gap=0.0, seconds=seconds, seed=seed
        )
    except InfeasibleError as error:
        msg = f"scenario '{scenario.label}': {error}"
        raise InfeasibleError(msg) from error


def _solve(model: Model, starts: Sequence[Positions], deadline: float, seed: int) -> BoundedPlan:
    """Search, and prove on what may hold a plan of less regret.

    `starts` are the best plans of the scenarios, from which the search goes on.
    """
    if is_free_choice(model):
        descended = [descend(model, start, deadline) for start in starts]
        plan, found = min(descended, key=lambda each: (each[1], tuple(each[0])))
        return _least_of_tree(model, BoundedPlan(plan, -np.inf, found.cost), deadline)
    plan, found = search(model, starts=_STARTS, seed=seed, deadline=deadline)
    if found.excess > 0:
        return solve_exactly(model, gap=0.0, deadline=deadline, seed=seed)
    left = _without_unused(model, found.cost, deadline)
    answer = solve_exactly(left, gap=0.0, deadline=deadline, seed=seed, start=plan)
    if answer.cost < found.cost:
        return answer
    return BoundedPlan(plan, min(answer.bound, found.cost), found.cost)


def _least_of_tree(model: Model, best: BoundedPlan, deadline: float) -> BoundedPlan:
    """Look through the plans whose mean regret is at most the worst regret of the best.

    A plan of less worst regret is among them, for the mean is at most the worst.
    """
    summed, sums = _mean_of(model)
    tree = NearBest(summed, best.cost + sums, deadline)
    try:
        for cost, plan in tree.plans():
            if cost <= tree.limit * (1 + _ROUNDING) and model.cost(plan) < best.cost:
                best = BoundedPlan(plan, -np.inf, model.cost(plan))
                tree.limit = best.cost + sums
    except TimeoutError:
        return replace(best, bound=min(tree.least - sums, best.cost))
    return replace(best, bound=best.cost)


def _mean_of(model: Model) -> tuple[Model, float]:
    """Return the mean of the scenarios' sums as a model, and the mean of the least sums."""
    share = 1 / len(model.worst_of)
    together = np.concatenate([total.costs * share for total in model.worst_of])
    # Limits are sums over the areas of one scenario alone, and left out.
    summed = replace(model, objective=AssignmentSum(together), worst_of=(), limits=())
    return summed, share * sum(total.limit for total in model.worst_of)


def _without_unused(model: Model, regret: float, deadline: float) -> Model:
    """Leave out sites and pairs that no plan of less regret uses.

    The mean of regrets is at most the worst; so a plan of less regret also has a smaller mean, a
    sum over the areas of all scenarios, which the Lagrangian bound knows.
    """
    # The worst regret is at least the mean of regrets. So a bound on the mean of the scenarios'
    # sums bounds the worst from below, and pairs that the mean rules out are in no better plan.
    summed, sums = _mean_of(model)
    found = lagrangian_bound(summed, regret + sums, deadline=deadline)
    parts = np.split(found.unused, len(model.worst_of))
    totals = tuple(
        replace(total, costs=np.where(unused, np.inf, total.costs))
        for total, unused in zip(model.worst_of, parts, strict=True)
    )
    return replace(found.narrow(model), worst_of=totals)
