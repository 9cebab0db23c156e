"""Maximal covering: areas of like sites as one, and the bound of the linear relaxation."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.siting import enumerate_plans
from llrgeo.appraisal.siting.constraints import Keep
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.maximal_covering import how_to_bound, relaxed_bound
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.subgradient import lagrangian_bound
from llrgeo.travel.times import TravelTimes

Case = tuple[TravelTimes, pd.Series]


@pytest.fixture(scope="module")
def case() -> Case:
    """Return 60 areas and 12 sites, of which many areas have the same within 20 minutes."""
    rng = np.random.default_rng(2)
    homes, hosts = rng.random((60, 2)) * 40, rng.random((12, 2)) * 40
    minutes = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1)) * 1.4
    areas, sites = [f"a{n:02}" for n in range(60)], [f"s{n:02}" for n in range(12)]
    people = pd.Series(rng.lognormal(7, 0.8, 60).round(), areas)
    return TravelTimes(pd.DataFrame(minutes, areas, sites)), people


def best(case: Case, p: int, keep: frozenset[str] = frozenset()) -> float:
    """Return the most that p sites cover within 20 minutes, by trying every plan."""
    times, people = case
    plans = combinations(times.minutes, p)
    covers = (times.minutes[list(plan)].min(axis=1) <= 20 for plan in plans if keep <= set(plan))
    return max(people[cover].sum() for cover in covers) / people.sum()


@pytest.mark.parametrize("p", [1, 2, 3, 4, 6])
def test_the_most_that_is_covered_is_found_and_proved(
    monkeypatch: pytest.MonkeyPatch, case: Case, p: int
) -> None:
    monkeypatch.setattr(enumerate_plans, "MOST_STEPS", 0)
    problem = SitingProblem("mclp", p=p, standard_min=20.0)
    found = locate_sites(*case, problem, gap=0.0)
    assert found.proven
    assert found.value == pytest.approx(best(case, p))
    kept = locate_sites(*case, problem.subject_to(Keep(frozenset({"s07"}))), gap=0.0)
    assert kept.proven
    assert kept.value == pytest.approx(best(case, p, frozenset({"s07"})))


def test_areas_of_like_sites_count_as_one_and_plans_cost_the_same(case: Case) -> None:
    full = formulate(*case, SitingProblem("mclp", p=3, standard_min=20.0))
    merged, bounded = how_to_bound(full)
    assert bounded is relaxed_bound
    within = {tuple(row) for row in (case[0].minutes <= 20).to_numpy().tolist()}
    assert len(merged.model.objective.costs) == len(within) < 60
    for plan in ([0, 1, 2], [3, 7, 11], [5]):
        cost = full.model.cost(np.array(plan))
        assert merged.model.cost(np.array(plan)) == pytest.approx(cost)
    median = formulate(*case, SitingProblem("p-median", p=3))
    assert how_to_bound(median) == (median, lagrangian_bound)


def test_the_relaxations_bound_is_below_the_best_and_above_that_of_poor_prices(case: Case) -> None:
    full = formulate(*case, SitingProblem("mclp", p=3, standard_min=20.0))
    model = how_to_bound(full)[0].model
    least = 1 - best(case, 3)
    found = relaxed_bound(model, least, deadline=np.inf)
    assert 0.9 * least < found.value <= least + 1e-9
    # From scratch: the sum of prices, less the three sites that cover most of them.
    covers = model.objective.costs == 0
    taken = np.sort(found.multipliers @ covers)[-3:].sum()
    assert found.value == pytest.approx(found.multipliers.sum() - taken)


def test_without_time_for_prices_the_bound_still_holds(case: Case) -> None:
    full = formulate(*case, SitingProblem("mclp", p=3, standard_min=20.0))
    model = how_to_bound(full)[0].model
    least = 1 - best(case, 3)
    hurried = relaxed_bound(model, least, deadline=0.0)
    assert hurried.value < relaxed_bound(model, least, deadline=np.inf).value
    assert hurried.value <= least
