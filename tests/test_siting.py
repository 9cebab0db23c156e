"""Siting equals trying every plan, for each objective and constraint; certificates hold."""

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from siting_cases import CEILING_MIN, KINDS, BruteForce, problems

from llrgeo.appraisal.siting import enumerate_plans
from llrgeo.appraisal.siting.constraints import Budget, Capacity
from llrgeo.appraisal.siting.locate import SiteSelection, locate_sites
from llrgeo.appraisal.siting.objectives import OBJECTIVES
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.errors import InfeasibleError, InputError
from llrgeo.travel.times import TravelTimes

FEW = settings(
    deadline=None, max_examples=3, derandomize=True, suppress_health_check=list(HealthCheck)
)


def check_against_brute_force(
    times: TravelTimes, demand: pd.Series, problem: SitingProblem
) -> None:
    brute = BruteForce(times, demand, problem)
    best = brute.best()
    if best is None:
        for steps in (enumerate_plans.MOST_STEPS, 0):
            with patch.object(enumerate_plans, "MOST_STEPS", steps), pytest.raises(InfeasibleError):
                locate_sites(times, demand, problem, gap=0.0)
        return
    found = locate_sites(times, demand, problem, gap=0.0)
    check_certificate(found, brute, times, best)
    with patch.object(
        enumerate_plans, "MOST_STEPS", 0
    ):  # the method for problems too large for that
        searched = locate_sites(times, demand, problem, gap=0.0)
    check_certificate(searched, brute, times, best)


def check_certificate(
    found: SiteSelection, brute: BruteForce, times: TravelTimes, best: float
) -> None:
    plan = [times.minutes.columns.get_loc(site) for site in found.sites]
    assert found.value == pytest.approx(best, abs=1e-6)
    assert brute.value(plan) is not None
    assert found.bound == pytest.approx(found.value, abs=1e-5)
    assert found.proven


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(FEW, max_examples=10)
@given(data=st.data())
def test_every_objective_equals_trying_every_plan(objective: str, data: st.DataObject) -> None:
    check_against_brute_force(*data.draw(problems(objective, (), 12)))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_every_objective_under_every_constraint_equals_trying_every_plan(
    objective: str, kind: type, data: st.DataObject
) -> None:
    check_against_brute_force(*data.draw(problems(objective, (kind,), 12)))


@settings(FEW, max_examples=25)
@given(
    data=st.data(),
    objective=st.sampled_from(list(OBJECTIVES)),
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=3, unique=True),
)
def test_constraints_together_equal_trying_every_plan(
    data: st.DataObject, objective: str, kinds: list[type]
) -> None:
    check_against_brute_force(*data.draw(problems(objective, tuple(kinds), 12)))


def test_a_site_is_not_needed_only_because_no_other_is_left_to_take_its_place() -> None:
    minutes = [
        [25, 20, 10, 12],
        [1, np.inf, 0, 7],
        [32, 25, 36, 20],
        [24, 38, 29, 25],
        [21, 22, 37, 11],
        [32, 26, 0, 15],
        [34, 22, 1, 30],
    ]
    areas = pd.Index([f"a{i}" for i in range(7)])
    times = TravelTimes(pd.DataFrame(minutes, areas, list("ABCD"), dtype=float))
    demand = pd.Series([15.0, 10, 6, 15, 7, 6, 17], areas)
    budget = Budget({"A": 1.0, "B": 1.0, "C": 6.0, "D": 3.0}, 10.0)
    room = Capacity({"A": 42.0, "B": 45.0, "C": 47.0, "D": 86.0})
    problem = SitingProblem(constraints=(budget, room), ceiling_min=CEILING_MIN)
    check_against_brute_force(times, demand, problem)


def test_costs_too_far_apart_for_shares_of_areas_are_refused() -> None:
    minutes = pd.DataFrame({"A": [5.0, 21.0, np.inf], "B": [26.0, 7.0, 19.0]}, list("abc"))
    demand = pd.Series([300.0, 120.0, 80.0], list("abc"))
    free = SitingProblem("kolm-pollak", p=1, kappa=-0.4, ceiling_min=100.0)
    limited = free.subject_to(Capacity({"A": 900.0, "B": 600.0}))
    # exp(0.4 x 100) = 2.35e17; a share of 1e-7 of it is more than all else together.
    with pytest.raises(InputError, match=r"up to 2e\+17; .* up to 1e\+14; take a kappa nearer"):
        locate_sites(TravelTimes(minutes), demand, limited)
    assert locate_sites(TravelTimes(minutes), demand, free).sites == ("B",)
    # exp(0.3 x 100) = 1.07e13
    nearer = SitingProblem("kolm-pollak", p=1, kappa=-0.3, ceiling_min=100.0)
    room = nearer.subject_to(Capacity({"A": 900.0, "B": 600.0}))
    assert locate_sites(TravelTimes(minutes), demand, room).sites == ("B",)
