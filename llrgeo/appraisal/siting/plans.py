"""More than one answer: the best few plans, the curve against the number of sites, a sequence."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.constraints import DiffersFrom
from llrgeo.appraisal.siting.enumerate_plans import has_few_plans
from llrgeo.appraisal.siting.formulate import Formulation, formulate
from llrgeo.appraisal.siting.locate import (
    DEFAULT_SECONDS,
    SiteSelection,
    locate_sites,
)
from llrgeo.appraisal.siting.model import Positions
from llrgeo.appraisal.siting.near_best import best_few, is_free_choice
from llrgeo.appraisal.siting.objectives import MaximalCovering
from llrgeo.appraisal.siting.problem import SitingProblem, count_faults
from llrgeo.errors import InfeasibleError, InputError
from llrgeo.schema import name_some, raise_faults
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class Effort:
    """When each of several searches stops: `gap` and `seconds`, and `seed`, of `locate_sites`."""

    gap: float = 0.0
    seconds: float = DEFAULT_SECONDS
    seed: int = 0


PROOF: Final = Effort()


def best_plans(
    times: TravelTimes,
    demand: pd.Series,
    problem: SitingProblem,
    *,
    count: int,
    differ_by: int = 1,
    effort: Effort = PROOF,
) -> list[SiteSelection]:
    """Return the best plans, best first, each unlike all before it; fewer if there are no more.

    Parameters
    ----------
    times, demand, problem
        As for `locate_sites`.
    count
        How many.
    differ_by
        Sites in which any two of them differ: 1 for the K best, more for K diverse ones.
    effort
        Of each search; a gap of 0 makes the order certain.

    Raises
    ------
    InputError
        If `count` or `differ_by` is no whole number from 1, or the inputs have faults.
    InfeasibleError
        If no plan meets the constraints.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> plans = llrgeo.best_plans(times, demand, llrgeo.SitingProblem(p=2), count=2)
    >>> [plan.sites for plan in plans]
    [('A', 'B'), ('A', 'C')]
    """
    faults = count_faults("differ_by", differ_by, least=1)
    raise_faults([*count_faults("count", count, least=1), *faults], source="best plans")
    found = _by_one_tree(times, demand, problem, count, effort) if differ_by == 1 else []
    while len(found) < count:
        try:
            plan = _locate(times, demand, problem, effort)
        except InfeasibleError:
            if not found:
                raise
            break
        found.append(replace(plan, problem=found[0].problem if found else problem))
        # The next plan must differ from this one as from all before it: constraints add up.
        problem = problem.subject_to(DiffersFrom(frozenset(plan.sites), differ_by))
    return found


def _by_one_tree(
    times: TravelTimes, demand: pd.Series, problem: SitingProblem, count: int, effort: Effort
) -> list[SiteSelection]:
    """Return the best plans by one search tree, where sites are chosen freely and a proof is asked.

    None where that is not so, where few plans can be looked at one by one, or time runs out.
    """
    case = formulate(times, demand, problem)
    model, deadline = case.model, time.perf_counter() + effort.seconds
    plain = problem.definition.method == "least_sum" and is_free_choice(model)
    # Plans one swap away from the best: enough of them say what the last of the few costs at most.
    usable, kept = int((~model.close).sum()), int(model.keep.sum())
    swaps = (model.max_sites - kept) * (usable - model.max_sites)
    if effort.gap > 0 or not plain or has_few_plans(model) or not 1 < count <= swaps:
        return []
    first = _locate(times, demand, problem, effort)
    if not first.proven:
        return []
    best = np.flatnonzero(case.site_ids.isin(first.sites))
    try:
        few = best_few(model, best, count=count, deadline=deadline)
    except TimeoutError:
        return []
    # The first plan is not among the few where more than these cost as little.
    others = _others(few, best)[: count - 1]
    return [first, *(_proved(first, case, cost, plan) for cost, plan in others)]


def _others(few: list[tuple[float, Positions]], best: Positions) -> list[tuple[float, Positions]]:
    return [(cost, plan) for cost, plan in few if not np.array_equal(plan, best)]


def _proved(first: SiteSelection, case: Formulation, cost: float, plan: Positions) -> SiteSelection:
    """Return the selection of a plan that is proved to be the next best, as that of the first."""
    value = case.value(cost)
    return replace(
        first,
        sites=tuple(case.site_ids[plan]),
        value=value,
        bound=value,
        unreached=tuple(case.area_ids[case.unreached(plan)]),
    )


def value_curve(
    times: TravelTimes,
    demand: pd.Series,
    problem: SitingProblem,
    *,
    counts: Sequence[int],
    effort: Effort = PROOF,
) -> pd.DataFrame:
    """Return the best value for each number of sites, and where the curve bends.

    Returns
    -------
    DataFrame
        Index `p`: `value`, `bound`, `gap`, `sites` (ids, `;`-separated) and `knee`, true in one
        row. Numbers of sites for which there is no plan are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> curve = llrgeo.value_curve(times, demand, llrgeo.SitingProblem(), counts=[1, 2, 3])
    >>> curve["sites"].tolist()
    ['A', 'A;B', 'A;B;C']
    """
    rows = {}
    for p in counts:
        try:
            plan = _locate(times, demand, replace(problem, p=p), effort)
        # Too few sites for the constraints leave a gap in the curve.
        except InfeasibleError:
            continue
        rows[p] = {
            "value": plan.value,
            "bound": plan.bound,
            "gap": plan.gap,
            "sites": ";".join(plan.sites),
        }
    columns = ["value", "bound", "gap", "sites"]
    curve = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("p")
    curve["knee"] = curve.index == knee(curve["value"]) if rows else False
    return curve


def knee(values: pd.Series) -> int:
    """Return the index at which a curve is farthest from the line between its ends.

    (Satopaa and others 2011.) Up to there each site gains much; beyond, little.
    """
    # Both axes are scaled to 0..1 between the ends, so that the answer does not depend on units.
    along = np.linspace(0, 1, len(values))
    if len(values) > 1:
        steps = values.index.to_numpy(dtype=float)
        along = (steps - steps[0]) / (steps[-1] - steps[0])
    ends = values.iloc[0] + along * (values.iloc[-1] - values.iloc[0])
    return int(values.index[int((values - ends).abs().to_numpy().argmax())])


def plan_value(
    times: TravelTimes, demand: pd.Series, problem: SitingProblem, sites: Collection[str]
) -> float:
    """Return the objective under a given plan, with everyone at the nearest of its sites.

    Raises
    ------
    InputError
        If a site is not among the candidates, or there is none.
    """
    case = formulate(times, demand, problem)
    unknown = sorted(set(sites) - set(case.site_ids))
    if unknown or not sites:
        msg = f"a plan needs candidate sites; unknown here: {name_some(unknown) or 'none'}"
        raise InputError(msg)
    plan = np.flatnonzero(case.site_ids.isin(list(sites)))
    return case.plan_value(plan)


def stage_plan(
    times: TravelTimes,
    demand: pd.Series,
    problem: SitingProblem,
    *,
    sites: Collection[str],
    today: Collection[str] = (),
) -> pd.DataFrame:
    """Return in which order to open the sites of a plan: each time the one that helps most.

    Parameters
    ----------
    times, demand, problem
        As for `locate_sites`. Plans that are to cover everyone are staged by the demand they
        cover.
    sites
        The plan.
    today
        Sites of the plan that are open already.

    Returns
    -------
    DataFrame
        Index `step` from 1: `site_id` opened, and `value` from then on.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> steps = llrgeo.stage_plan(times, demand, llrgeo.SitingProblem(p=2), sites=["B", "A"])
    >>> steps["site_id"].tolist()
    ['A', 'B']
    """
    if problem.definition.covers_all:
        problem = replace(problem, objective=MaximalCovering.name)
    problem = replace(problem, constraints=())
    shortfall = problem.definition.shortfall
    opened = sorted(today)
    rows: list[dict[str, object]] = []
    while left := sorted(set(sites) - set(opened)):
        values = {site: plan_value(times, demand, problem, {*opened, site}) for site in left}
        # Greedy: the least value, or the highest where that is better; of equals the lowest id.
        site = min(left, key=lambda site: (shortfall(values[site], 0.0), site))
        opened.append(site)
        rows.append({"step": len(rows) + 1, "site_id": site, "value": values[site]})
    return pd.DataFrame(rows, columns=["step", "site_id", "value"]).set_index("step")


def _locate(
    times: TravelTimes, demand: pd.Series, problem: SitingProblem, effort: Effort
) -> SiteSelection:
    return locate_sites(
        times, demand, problem, gap=effort.gap, seconds=effort.seconds, seed=effort.seed
    )
