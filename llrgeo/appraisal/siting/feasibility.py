"""Which constraints cannot hold together, where no plan meets them all."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.constraints import Constraint
from llrgeo.appraisal.siting.exact import solve_exactly
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.model import AssignmentSum
from llrgeo.appraisal.siting.objectives import PMedian
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.schema import counted
from llrgeo.travel.times import TravelTimes

_SECONDS: Final = 20.0  # for each problem; one that is not settled by then is taken for feasible

_Requirement: TypeAlias = tuple[str, Callable[[SitingProblem], SitingProblem]]
"""What is required in words, and how to take it from a problem."""


def explain_infeasibility(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> str:
    """Name constraints that cannot hold together but could if any one of them were dropped.

    Each is left out in turn. Where there is still no plan it stays out, for the rest contradict
    each other without it; where there is one, it is part of the contradiction and comes back.
    What is left is irreducible (the deletion filter of Chinneck and Dravnieks 1991).
    """
    # Invariant: what is left of `problem` has no plan. A requirement that stays is
    # one without which it would have one.
    named = []
    for label, drop in _requirements(problem):
        rest = drop(problem)
        if is_feasible(times, demand, rest):
            named.append(label)
        else:
            problem = rest
    together = "cannot hold together" if len(named) > 1 else "cannot be met"
    candidates = len(times.minutes.columns)
    if problem.p is not None and problem.p > candidates:
        named.append(f"there are {counted(candidates, 'candidate')}")
    return f"no set of sites meets the constraints; {together}: {'; '.join(named)}"


def is_feasible(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> bool:
    """Return whether any plan meets the constraints."""
    model = formulate(times, demand, problem).model
    if model.contradicts_itself:
        return False
    # With nothing to be least, the first plan that meets the constraints ends the search.
    free = replace(
        model,
        objective=AssignmentSum(np.zeros_like(model.objective.costs)),
        site_costs=np.zeros_like(model.site_costs),
    )
    answer = solve_exactly(free, gap=np.inf, deadline=time.perf_counter() + _SECONDS, seed=0)
    return answer.plan is not None or not np.isposinf(answer.bound)


def _requirements(problem: SitingProblem) -> list[_Requirement]:
    """List all that is required; what is listed first is left out first."""
    listed: list[_Requirement] = [
        (constraint.label, partial(_drop, constraint=constraint))
        for constraint in problem.constraints
    ]
    if problem.p is not None:
        listed.append((f"exactly {problem.p} sites", partial(replace, p=None)))
    if problem.definition.covers_all:
        label = f"all demand within {problem.standard_min:g} minutes"
        listed.append((label, partial(replace, objective=PMedian.name)))
    return listed


def _drop(problem: SitingProblem, constraint: Constraint) -> SitingProblem:
    kept = tuple(other for other in problem.constraints if other is not constraint)
    return replace(problem, constraints=kept)
