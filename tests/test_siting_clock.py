"""Searches look at the clock: when time is up a plan and a bound stand, and little work is left."""

import time
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.siting.constraints import Keep
from llrgeo.appraisal.siting.cover_reduction import undominated, undominated_areas
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.travel.times import TravelTimes

OBJECTIVES = (("p-median", 12), ("mclp", 12), ("lscp", None), ("p-centre", 12))
STANDARD_MIN = 17.0


def spread(areas: int, sites: int, seed: int = 3) -> tuple[TravelTimes, pd.Series]:
    """Return places spread evenly over a square, of which each has a site within the standard."""
    rng = np.random.default_rng(seed)
    homes, hosts = rng.random((areas, 2)) * 60, rng.random((sites, 2)) * 60
    minutes = (np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1)) * 1.4).round(1)
    minutes[:, 0] = np.where(minutes.min(axis=1) > STANDARD_MIN, STANDARD_MIN, minutes[:, 0])
    areas_and_sites = [f"a{n:05}" for n in range(areas)], [f"s{n:03}" for n in range(sites)]
    people = pd.Series(rng.lognormal(7, 0.5, areas).round(), areas_and_sites[0])
    return TravelTimes(pd.DataFrame(minutes, *areas_and_sites)), people


def _worse(objective: str) -> int:
    """Return the sign of a value that is worse than another."""
    return -1 if objective == "mclp" else 1


@pytest.mark.parametrize(("objective", "p"), OBJECTIVES)
def test_a_large_search_ends_soon_after_its_time(objective: str, p: int | None) -> None:
    """CPU seconds are counted, which a busy machine disturbs little.

    The programme of the p-median took many times as long to be put to HiGHS.
    """
    problem = SitingProblem(objective, p=p, standard_min=STANDARD_MIN)
    locate_sites(*spread(400, 100), problem, gap=0.0)  # machine code is made once, and not counted
    times, people = spread(12_000, 200)
    begun = time.process_time()
    formulate(times, people, problem)
    setting_up, begun = time.process_time() - begun, time.process_time()
    found = locate_sites(times, people, problem, gap=0.0, seconds=0.2)
    assert time.process_time() - begun < 2 * setting_up + 3.0
    assert _worse(objective) * (found.value - found.bound) >= 0


@pytest.mark.parametrize(("objective", "p"), OBJECTIVES)
@given(seed=st.integers(0, 9_999))
@settings(max_examples=5, deadline=None)
def test_what_a_search_knows_before_its_first_step_is_true(
    objective: str, p: int | None, seed: int
) -> None:
    times, people = spread(40, 30, seed)
    problem = SitingProblem(objective, p=p and 4, standard_min=STANDARD_MIN)
    best = locate_sites(times, people, problem, gap=0.0)
    found = locate_sites(times, people, problem, gap=0.0, seconds=0.0)
    assert best.proven
    assert _worse(objective) * (found.value - best.value) >= -1e-9
    assert _worse(objective) * (best.value - found.bound) >= -1e-9
    if p:
        assert len(found.sites) == 4


@pytest.mark.parametrize("kept", [frozenset(), frozenset({"s000", "s001"})])
@given(seed=st.integers(0, 9_999))
@settings(max_examples=5, deadline=None)
def test_a_p_centre_is_sensible_before_its_first_step(kept: frozenset[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    homes, hosts = rng.random((300, 2)) * 60, rng.random((50, 2)) * 60
    hosts = hosts[hosts[:, 0].argsort()]  # the first sites are on one edge
    minutes = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1))
    ids = [f"a{n:03}" for n in range(300)], [f"s{n:03}" for n in range(50)]
    case = TravelTimes(pd.DataFrame(minutes, *ids)), pd.Series(1.0, ids[0])
    problem = SitingProblem("p-centre", p=6).subject_to(Keep(kept))
    best = locate_sites(*case, problem, gap=0.0)
    found = locate_sites(*case, problem, gap=0.0, seconds=0.0)
    assert best.proven
    assert best.value <= found.value <= 2 * best.value  # 3 is proved, 1.2 usual
    assert kept <= set(found.sites)
    assert len(found.sites) == 6
    alone = locate_sites(*case, SitingProblem("p-centre", p=1), gap=0.0, seconds=0.0)
    assert alone.value == pytest.approx(minutes.max(axis=0).min())


def test_a_reduction_that_is_stopped_leaves_more_and_as_many_sites_cover_it() -> None:
    rng = np.random.default_rng(5)
    cover = rng.random((40, 9)) < 0.27
    cover[np.arange(40), rng.integers(0, 9, 40)] = True
    assert undominated_areas(cover, deadline=0.0).tolist() == list(range(40))
    areas, sites = undominated(cover, deadline=0.0)
    assert len(areas) == 40
    assert len(sites) == 9
    looks = iter([0.0] * 6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "perf_counter", lambda: next(looks, 1.0))
        stopped = undominated_areas(cover, deadline=0.5)
    needed = undominated_areas(cover)
    assert len(needed) < len(stopped) < 40
    assert set(needed) <= set(stopped)
    plans = [list(plan) for plan in combinations(range(9), 4)]
    covers = [
        [cover[left][:, plan].any(axis=1).all() for plan in plans] for left in (needed, stopped)
    ]
    assert covers[0] == covers[1] == [cover[:, plan].any(axis=1).all() for plan in plans]
