"""All plans up to a limit by one tree: the best few plans and the plan of least regret."""

import time
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.siting import enumerate_plans, near_best, plans
from llrgeo.appraisal.siting.constraints import Budget, Close, Keep
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.near_best import NearBest, is_free_choice
from llrgeo.appraisal.siting.plans import best_plans
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.regret import Scenario, least_regret
from llrgeo.travel.times import TravelTimes

SITES, AREAS = 11, 40
THREE = SitingProblem(p=3)


@pytest.fixture(autouse=True)
def _trees_however_few_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumerate_plans, "MOST_STEPS", 0)
    monkeypatch.setattr(near_best, "_FEW", 9_000)  # so that parts are divided


def drawn(seed: int) -> tuple[TravelTimes, pd.Series]:
    rng = np.random.default_rng(seed)
    areas, sites = [f"a{n:02}" for n in range(AREAS)], [f"s{n:02}" for n in range(SITES)]
    minutes = pd.DataFrame(rng.uniform(3, 70, (AREAS, SITES)), areas, sites)
    return TravelTimes(minutes), pd.Series(rng.integers(10, 900, AREAS).astype(float), areas)


def ranked(case: tuple[TravelTimes, pd.Series], p: int) -> list[tuple[float, tuple[str, ...]]]:
    """Return every plan with its mean minutes, best first."""
    minutes, shares = case[0].minutes.to_numpy(), (case[1] / case[1].sum()).to_numpy()
    ids = case[0].minutes.columns
    every = combinations(range(len(ids)), p)
    return sorted(
        (float(shares @ minutes[:, plan].min(axis=1)), tuple(ids[list(plan)])) for plan in every
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_best_few_plans_are_those_of_trying_every_one(seed: int) -> None:
    case = drawn(seed)
    found = best_plans(*case, THREE, count=9)
    expected = ranked(case, 3)[:9]
    assert [plan.sites for plan in found] == [plan for _, plan in expected]
    assert [plan.value for plan in found] == pytest.approx([value for value, _ in expected])
    assert all(plan.proven for plan in found)


@pytest.mark.parametrize("count", [2, 5])
def test_no_more_plans_are_told_than_asked_for_where_many_are_equal(count: int) -> None:
    """The plan found first is then not among the first few in order of id."""
    times, demand = drawn(3)
    everywhere = TravelTimes(times.minutes * 0 + 7.0)
    found = best_plans(everywhere, demand, THREE, count=count)
    assert len({plan.sites for plan in found}) == len(found) == count
    assert [plan.value for plan in found] == pytest.approx([7.0] * count)


def test_fixed_sites_stay_fixed_in_each_of_the_best_few() -> None:
    case = drawn(7)
    problem = THREE.subject_to(Keep(frozenset({"s04"})), Close(frozenset({"s01", "s09"})))
    found = best_plans(*case, problem, count=5)
    expected = [
        plan for _, plan in ranked(case, 3) if "s04" in plan and not {"s01", "s09"} & {*plan}
    ]
    assert [plan.sites for plan in found] == expected[:5]


def test_the_tree_is_left_where_constraints_or_time_ask_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both ways find the same; the tree is for free choices, and has an end."""
    case = drawn(8)
    budget = Budget({f"s{n:02}": float(n + 1) for n in range(SITES)}, 20.0)
    assert is_free_choice(formulate(*case, THREE).model)
    assert not is_free_choice(formulate(*case, THREE.subject_to(budget)).model)
    by_tree = best_plans(*case, THREE, count=4)
    monkeypatch.setattr(plans, "is_free_choice", lambda _: False)
    one_by_one = best_plans(*case, THREE, count=4)
    assert [plan.sites for plan in one_by_one] == [plan.sites for plan in by_tree]
    assert [plan.value for plan in one_by_one] == pytest.approx([p.value for p in by_tree])
    with pytest.raises(TimeoutError):
        list(NearBest(formulate(*case, THREE).model, 99.0, time.perf_counter()).plans())


def test_every_plan_up_to_the_limit_is_met_once() -> None:
    case = drawn(9)
    model = formulate(*case, THREE).model
    expected = ranked(case, 3)
    limit = expected[29][0]
    tree = NearBest(model, limit, time.perf_counter() + 60)
    met = [tuple(plan.tolist()) for cost, plan in tree.plans() if cost <= limit * (1 + 1e-9)]
    assert len(met) == len(set(met)) == 30
    assert tree.least <= expected[0][0] + 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_the_least_worst_regret_is_that_of_trying_every_plan(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(near_best, "_FEW", 40_000)
    times, people = drawn(20 + seed)
    rng = np.random.default_rng(seed)
    futures = [
        Scenario(f"future {n}", times, people * rng.lognormal(0, 0.6, AREAS)) for n in range(4)
    ]
    found = least_regret(futures, THREE)
    values = [{p: v for v, p in ranked((times, f.demand), 3)} for f in futures]
    worst = {plan: max(v[plan] - min(v.values()) for v in values) for plan in values[0]}
    assert found.sites == min(worst, key=worst.get)
    assert found.regret == pytest.approx(min(worst.values()))
    assert found.bound == pytest.approx(found.regret)
