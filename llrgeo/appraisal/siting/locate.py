"""Where services should be: search, bound and proof, and the answer with its certificate."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.siting.branch import branch_and_bound
from llrgeo.appraisal.siting.enumerate_plans import best_of_all, has_few_plans
from llrgeo.appraisal.siting.exact import BoundedPlan, assign_areas, solve_exactly
from llrgeo.appraisal.siting.feasibility import explain_infeasibility
from llrgeo.appraisal.siting.formulate import Formulation, formulate
from llrgeo.appraisal.siting.interchange import descend, search
from llrgeo.appraisal.siting.maximal_covering import how_to_bound, prove_most_covered
from llrgeo.appraisal.siting.model import AssignmentSum, Model
from llrgeo.appraisal.siting.objectives import Method
from llrgeo.appraisal.siting.p_centre import least_longest
from llrgeo.appraisal.siting.problem import SitingProblem, check_search
from llrgeo.appraisal.siting.set_covering import fewest_that_cover, is_plain_covering
from llrgeo.appraisal.siting.subgradient import LagrangianBound
from llrgeo.errors import InfeasibleError, LlrgeoError
from llrgeo.execution.extras import require_plotting
from llrgeo.html_repr import card
from llrgeo.schema import share_text
from llrgeo.travel.times import TravelTimes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEFAULT_GAP: Final = 0.001
DEFAULT_SECONDS: Final = 60.0
_STARTS: Final = (4, 8)  # fewest and most searches
_CELLS: Final = 3_000_000  # areas x sites x searches that are worth their time
_NEAR: Final = 0.03  # a Lagrangian bound within this is worth branching on
_HALF: Final = 0.5  # of a site
_FEW_PAIRS: Final = 12  # for each area, up to which the radius formulation is proved at once
_MOST_PAIRS: Final = 1_000_000  # from which on it takes seconds to put to HiGHS
_ROUNDING: Final = 1e-6  # of a step between costs
_EQUAL: Final = 1e-7  # relative difference of value and bound that is rounding


@dataclass(frozen=True, slots=True)
class SiteSelection:
    """A plan and its certificate.

    Attributes
    ----------
    sites
        The open sites, in order of id.
    problem
        What was asked for.
    value
        The objective under the plan, in `unit`.
    bound
        No plan is better than this.
    gap
        Difference of value and bound, relative to the value; 0 is a proof.
    seconds
        How long it took.
    seed
        Of the search.
    unreached
        Areas with demand that have no journey under the plan: they count as the problem's ceiling.
    left_out
        Areas with demand that no candidate reaches under any plan: they are not in the value.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> best = llrgeo.locate_sites(times, demand, llrgeo.SitingProblem(p=2))
    >>> best.sites, best.proven, best.unit
    (('A', 'B'), True, 'mean minutes')
    """

    sites: tuple[str, ...]
    problem: SitingProblem
    value: float
    bound: float
    gap: float
    seconds: float
    seed: int
    unreached: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What the value counts."""
        return self.problem.definition.unit

    @property
    def proven(self) -> bool:
        """Whether no plan is better."""
        return self.gap == 0

    def as_option(self, option: Option, service: str, name: str) -> Option:
        """Return an option with the service at these sites and all else as in another option.

        Room for the service at sites that no longer run it is left out.
        """
        room = {
            site: n for site, n in option.capacity.get(service, {}).items() if site in self.sites
        }
        note = (
            f"Found by llrgeo for {self.problem.objective}: {self.value:.4g} {self.unit}, "
            f"at most {share_text(self.gap, 2)} from the best possible."
        )
        return replace(
            option,
            name=name,
            label=name,
            sites={**option.sites, service: frozenset(self.sites)},
            note=note,
            capacity={**option.capacity, service: room},
        )

    def plot(self, sites: gpd.GeoDataFrame, ax: "Axes | None" = None) -> "Axes":
        """Draw the candidates, on `site_id`, as small dots, and the open sites as large ones."""
        require_plotting()
        axes: Axes = sites.plot(ax=ax, color="#999999", markersize=6)
        sites.loc[list(self.sites)].plot(ax=axes, color="#d7301f", markersize=40)
        axes.set_axis_off()
        return axes

    def _repr_html_(self) -> str:
        """Show the plan and its certificate."""
        facts = {
            "objective": self.problem.objective,
            "open sites": f"{len(self.sites)}: {', '.join(self.sites)}",
            "value": f"{self.value:,.4g} {self.unit}",
            "bound": f"{self.bound:,.4g} {self.unit}: no plan is better",
            "gap": "0, a proof" if self.proven else share_text(self.gap, 2),
            "constraints": ", ".join(type(rule).__name__ for rule in self.problem.constraints),
            "areas that no open site reaches": len(self.unreached),
            "areas that no candidate reaches": len(self.left_out),
        }
        return card("Site selection", facts)


def locate_sites(
    times: TravelTimes,
    demand: pd.Series,
    problem: SitingProblem,
    *,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    seed: int = 0,
) -> SiteSelection:
    """Find the sites that are best for an objective, and say how good they are (docs/methods 8).

    Parameters
    ----------
    times
        Minutes from areas to the candidate sites.
    demand
        People or contacts a year by area.
    problem
        Objective, number of sites, constraints.
    gap
        Relative gap at which to stop; 0 asks for a proof.
    seconds
        Time limit. It may be passed by as long as it takes to put up to a million pairs to HiGHS.
    seed
        Of the search.

    Returns
    -------
    SiteSelection
        The best plan found and a bound on all others: their difference is at most `gap`, unless
        time ran out. That may happen under `MinimumActivity`, which is hard to bound: for 634
        areas, 98 candidates and 9 sites of at least 100,000 contacts the gap after 20 s was 0.7 %.

    Raises
    ------
    InputError
        If the inputs have faults.
    InfeasibleError
        If no plan meets the constraints; the message names those to blame.
    LlrgeoError
        If no plan was found in the time given.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> best = llrgeo.locate_sites(times, demand, llrgeo.SitingProblem(p=2), gap=0)
    >>> best.sites, round(best.value, 2), best.gap
    (('A', 'B'), 7.72, 0.0)
    """
    started = time.perf_counter()
    check_search(gap, seconds, seed)
    case = formulate(times, demand, problem)
    # Constraints that rule each other out need no search to be refused.
    answer = BoundedPlan(None, np.inf, np.inf)
    if not case.model.contradicts_itself:
        answer = _METHODS[problem.definition.method](case, gap, started + seconds, seed)
    if answer.plan is None:
        _refuse(times, demand, problem, answer)
    value, bound = case.value(answer.cost), case.value(answer.bound)
    return SiteSelection(
        sites=tuple(case.site_ids[answer.plan]),
        problem=problem,
        value=value,
        bound=bound,
        gap=_gap(value, bound),
        seconds=time.perf_counter() - started,
        seed=seed,
        unreached=tuple(case.area_ids[case.unreached(answer.plan)]),
        left_out=tuple(case.area_ids[case.left_out]),
    )


def _gap(value: float, bound: float) -> float:
    """Return the difference relative to the value; 0 where it is rounding alone."""
    difference = abs(value - bound)
    if difference <= _EQUAL * max(abs(value), abs(bound), 1.0):
        return 0.0
    return difference / abs(value) if value else np.inf


def _refuse(
    times: TravelTimes, demand: pd.Series, problem: SitingProblem, answer: BoundedPlan
) -> NoReturn:
    """Raise the error that says why there is no plan."""
    if np.isposinf(answer.bound):
        raise InfeasibleError(explain_infeasibility(times, demand, problem))
    msg = "no plan was found in the time given; allow more seconds or ask for less"
    raise LlrgeoError(msg)


def _least_sum(case: Formulation, gap: float, deadline: float, seed: int) -> BoundedPlan:
    """Search, bound, and close the gap on what the bound leaves over; or value all, if few."""
    if has_few_plans(case.model):
        return best_of_all(case.model)
    case, bounded = how_to_bound(case)
    model = case.model
    # A good plan by interchange. Without one, the exact method has to find a feasible plan.
    opened = max(model.min_sites, 1)  # about as many moves as sites lead from a random plan
    starts = int(np.clip(_CELLS // (model.objective.costs.size * max(opened // 20, 1)), *_STARTS))
    searched, _ = search(model, starts=starts, seed=seed, deadline=deadline)
    known = assign_areas(model, searched)
    if known.plan is None:
        return solve_exactly(model, gap=0.0, deadline=deadline, seed=seed)
    # The bound, and the plan of the relaxation, improved: often better than the searched one.
    found = bounded(model, known.cost, deadline=deadline)
    relaxed, _ = descend(model, found.plan, deadline)
    better = assign_areas(model, relaxed)
    if better.cost < known.cost:
        known, found = better, bounded(model, better.cost, deadline=deadline, start=found)
    gap = max(gap, _EQUAL / 2)
    allowed = min(case.allowance(cost, gap) for cost in (known.cost, found.value))
    if model.catchments is None:
        # Costs go in steps: a plan that is better is better by a step, but for rounding.
        allowed = max(allowed, case.step * (1 - _ROUNDING))
    answer = _close_gap(case, found, known, allowed=allowed, deadline=deadline, seed=seed)
    return _on_step(case, answer)


def _on_step(case: Formulation, answer: BoundedPlan) -> BoundedPlan:
    """Raise a bound less than a step below a plan to its cost: there is no plan between."""
    in_steps = case.step > 0 and case.model.catchments is None
    below = answer.cost - answer.bound < case.step * (1 - _ROUNDING / 2)
    return replace(answer, bound=answer.cost) if in_steps and below else answer


def _close_gap(
    case: Formulation,
    found: LagrangianBound,
    known: BoundedPlan,
    *,
    allowed: float,
    deadline: float,
    seed: int,
) -> BoundedPlan:
    """Close what the Lagrangian bound leaves over, down to a difference in cost.

    A maximal covering has a search and a tree of its own. Others are left to HiGHS on the radius
    formulation, or to branch and bound.
    """
    model = case.model
    if known.cost - found.value <= allowed or time.perf_counter() >= deadline:
        return replace(known, bound=found.value)
    if case.problem.definition.has_two_costs and is_plain_covering(model):
        prices, gap = found.multipliers, max(allowed, _EQUAL / 2)  # of all demand, if none can be
        return prove_most_covered(model, prices, known, gap=gap, deadline=deadline, seed=seed)
    # Branching pays where the bound is near the best plan, or where limits or pairs make the
    # programme large; few pairs, or costs of 0 and 1, are quicker in HiGHS.
    near = known.cost - found.value <= _NEAR * known.cost
    limited = bool(model.limits) or model.catchments is not None
    pairs = np.count_nonzero(~found.unused) if not limited else np.inf
    small = pairs <= _FEW_PAIRS * len(model.objective.costs)
    if (near or pairs > _MOST_PAIRS) and not small and not case.problem.definition.has_two_costs:
        return branch_and_bound(model, found, known, gap=allowed, deadline=deadline)
    answer = solve_exactly(
        _without_unused(model, found), gap=allowed, deadline=deadline, seed=seed, start=known.plan
    )
    # Two bounds hold; the higher says more. Neither is above the best plan but by rounding.
    bound = max(found.value, answer.bound)
    best = min(answer, known, key=lambda plan: plan.cost)
    return replace(best, bound=min(bound, best.cost))


def _without_unused(model: Model, found: LagrangianBound) -> Model:
    """Leave out the sites and pairs that no better plan uses."""
    kept = found.narrow(model)
    if model.catchments is not None:
        return kept  # an area that is shared out may use any pair a little
    costs = np.where(found.unused, np.inf, model.objective.costs)
    return replace(kept, objective=AssignmentSum(costs))


def _fewest_sites(case: Formulation, gap: float, deadline: float, seed: int) -> BoundedPlan:
    """Find the fewest sites that cover all demand; costs are whole numbers of sites."""
    if is_plain_covering(case.model):
        return fewest_that_cover(case.model, deadline=deadline, seed=seed)
    return solve_exactly(case.model, gap=gap, deadline=deadline, seed=seed)


def _most_backup(case: Formulation, gap: float, deadline: float, seed: int) -> BoundedPlan:
    """Find the fewest sites, then, with as many, the most demand that a second one covers."""
    fewest = _fewest_sites(case, 0.0, deadline, seed)
    if fewest.plan is None or fewest.cost - fewest.bound > _HALF:
        return replace(fewest, plan=None)
    # With as few sites as can be, only what a second site covers is left to choose.
    count = len(fewest.plan)
    second = replace(
        case.model,
        site_costs=np.zeros_like(case.model.site_costs),
        min_sites=count,
        max_sites=count,
        backup=case.pairs.shares[case.model.covered],
    )
    return solve_exactly(second, gap=gap, deadline=deadline, seed=seed)


_METHODS: Final[Mapping[Method, Callable[[Formulation, float, float, int], BoundedPlan]]] = {
    "least_sum": _least_sum,
    "fewest_sites": _fewest_sites,
    "most_backup": _most_backup,
    "least_longest": least_longest,
}
