"""Which constraints cannot hold together, where no plan meets them all."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.constraints import Constraint
from llrgeo.appraisal.siting.exact import solve_exactly
from llrgeo.appraisal.siting.formulate import build_case
from llrgeo.appraisal.siting.model import Tally
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.travel.times import TravelTimes

_SECONDS = 20.0  # for each question; one that is not answered is taken for feasible

_Demand: TypeAlias = tuple[str, Callable[[SitingProblem], SitingProblem]]
"""What is asked for in words, and the problem without it."""


def blame(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> str:
    """Name constraints that cannot hold together but could if any one of them were dropped.

    Each is left out in turn and stays out as long as there is still no plan (the deletion filter
    of Chinneck and Dravnieks 1991).
    """
    named = []
    for label, without in _demands(problem):
        rest = without(problem)
        if is_feasible(times, demand, rest):
            named.append(label)
        else:
            problem = rest
    together = "cannot hold together" if len(named) > 1 else "cannot be met"
    return f"no set of sites meets the constraints; {together}: {'; '.join(named)}"


def is_feasible(times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> bool:
    """Return whether any plan meets the constraints."""
    model = build_case(times, demand, problem).model
    if model.contradicts_itself:
        return False
    free = replace(
        model,
        objective=Tally(np.zeros_like(model.objective.costs)),
        opening=np.zeros_like(model.opening),
    )
    answer = solve_exactly(free, gap=np.inf, ends=time.perf_counter() + _SECONDS, seed=0)
    return answer.plan is not None or not np.isposinf(answer.bound)


def _demands(problem: SitingProblem) -> list[_Demand]:
    """List all that is asked for; what is listed first is left out first."""
    listed: list[_Demand] = [
        (one.label, partial(_drop, constraint=one)) for one in problem.constraints
    ]
    if problem.p is not None:
        listed.append((f"exactly {problem.p} sites", partial(replace, p=None)))
    if problem.objective in {"lscp", "lscp-b"}:
        label = f"all demand within {problem.standard_min:g} minutes"
        listed.append((label, partial(replace, objective="p-median")))
    return listed


def _drop(problem: SitingProblem, constraint: Constraint) -> SitingProblem:
    kept = tuple(one for one in problem.constraints if one is not constraint)
    return replace(problem, constraints=kept)
