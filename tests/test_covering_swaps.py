"""The search for sites that cover most: what swaps add, and that it leaves poor plans."""

import time
from itertools import combinations

import numpy as np
import pytest

from llrgeo.appraisal.siting.covering_swaps import CoveringSwaps, cover_most


def places(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which of 16 sites cover which of 200 areas, and people."""
    rng = np.random.default_rng(seed)
    homes, hosts = rng.random((200, 2)) * 40, rng.random((16, 2)) * 40
    cover = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1)) < 9
    return cover, rng.lognormal(7, 0.8, 200).round()


def covered(cover: np.ndarray, people: np.ndarray, plan: np.ndarray) -> float:
    return float(people[cover[:, plan].any(axis=1)].sum())


def test_a_swap_adds_what_the_plan_after_it_covers_more() -> None:
    cover, people = places(1)
    swaps, plan = CoveringSwaps.of(cover, people), np.array([0, 4, 9])
    gains = swaps._gains(plan, swaps.by_site[plan].sum(axis=0))
    before = covered(cover, people, plan)
    assert swaps.covered(plan) == before
    for into in range(16):
        for at in range(3):
            after = plan.copy()
            after[at] = into
            expected = covered(cover, people, after) - before if into not in plan else -np.inf
            assert gains[into, at] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("p", [1, 2, 5, 15])
def test_the_best_plan_of_few_sites_is_found(seed: int, p: int) -> None:
    cover, people = places(seed)
    plans = combinations(range(16), p)
    best = max(covered(cover, people, np.array(plan)) for plan in plans)
    found = cover_most(cover, people, np.arange(p), seed=0, deadline=np.inf)
    assert covered(cover, people, found) == best
    assert len(set(found.tolist())) == p
    assert found.tolist() == sorted(found.tolist())


def test_without_a_swap_or_time_the_known_plan_stays() -> None:
    cover, people = places(2)
    every = np.arange(16)
    assert cover_most(cover, people, every, seed=0, deadline=np.inf).tolist() == every.tolist()
    late = cover_most(cover, people, np.array([1, 2]), seed=0, deadline=time.perf_counter())
    assert covered(cover, people, late) >= covered(cover, people, np.array([1, 2]))
