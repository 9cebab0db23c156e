"""Siting equals trying every plan, for each objective and constraint; certificates hold."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from siting_cases import KINDS, BruteForce, problems

from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import OBJECTIVES, SitingProblem
from llrgeo.errors import InfeasibleError
from llrgeo.travel.times import TravelTimes

FEW = settings(
    deadline=None, max_examples=4, derandomize=True, suppress_health_check=list(HealthCheck)
)


def check_against_brute_force(
    times: TravelTimes, demand: pd.Series, problem: SitingProblem
) -> None:
    brute = BruteForce(times, demand, problem)
    best = brute.best()
    if best is None:
        with pytest.raises(InfeasibleError):
            locate_sites(times, demand, problem, gap=0.0)
        return
    found = locate_sites(times, demand, problem, gap=0.0)
    plan = [times.minutes.columns.get_loc(site) for site in found.sites]
    assert found.value == pytest.approx(best, abs=1e-6)
    assert brute.value(plan) is not None
    assert found.bound == pytest.approx(found.value, abs=1e-5)
    assert found.proven


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(FEW, max_examples=15)
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
    check_against_brute_force(*data.draw(problems(objective, (kind,), 6)))


@settings(FEW, max_examples=40)
@given(
    data=st.data(),
    objective=st.sampled_from(OBJECTIVES),
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=3, unique=True),
)
def test_constraints_together_equal_trying_every_plan(
    data: st.DataObject, objective: str, kinds: list[type]
) -> None:
    check_against_brute_force(*data.draw(problems(objective, tuple(kinds), 6)))
