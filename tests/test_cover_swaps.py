"""Compiled swaps of a set covering, against the same swaps worked out on whole arrays."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.siting.cover_swaps import CoverLists, SearchState, swap_until_covered


def swapped(lists: CoverLists, plan: np.ndarray, draws: np.ndarray, first: int = 40) -> bool:
    """Swap sites of a plan, in place: so many times, look at it, and go on."""
    now = SearchState.of(lists, plan)
    done = swap_until_covered(lists, now, plan, draws[:first], 0)
    return done or swap_until_covered(lists, now, plan, draws[first:], first)


def by_arrays(cover: np.ndarray, plan: np.ndarray, draws: np.ndarray) -> bool:
    """Swap sites of a plan, in place, until it covers every area; return whether it does."""
    weights, since = np.ones(len(cover), dtype=int), np.full(cover.shape[1], -1)
    for step, draw in enumerate(draws, start=1):
        counts = cover[:, plan].sum(axis=1)
        if counts.all():
            return True
        lost = [int(weights[cover[:, site] & (counts == 1)].sum()) for site in plan]
        came = since[plan] == step - 1
        at = min(range(len(plan)), key=lambda i: (came[i], lost[i], since[plan[i]]))
        into = out = plan[at]
        bare = np.flatnonzero(counts - cover[:, out] == 0)
        if len(bare):
            sites = np.flatnonzero(cover[bare[int(draw * len(bare))]])
            gained = weights[bare] @ cover[bare]
            others = sites[sites != out] if len(sites) > 1 else sites
            into = min(others, key=lambda site: (-gained[site], since[site]))
        plan[at], since[out], since[into] = into, step, step
        weights[~cover[:, plan].any(axis=1)] += 1
    return bool(cover[:, plan].any(axis=1).all())


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 30),
    st.integers(2, 12),
    st.integers(1, 4),
    st.integers(0, 40),
)
@settings(max_examples=60, deadline=None)
def test_compiled_swaps_are_those_of_arrays_with_or_without_a_pause(
    seed: int, areas: int, sites: int, number: int, first: int
) -> None:
    rng = np.random.default_rng(seed)
    cover = rng.random((areas, sites)) < 0.27
    cover[np.arange(areas), rng.integers(0, sites, areas)] = True
    start, draws = rng.permutation(sites)[:number], rng.random(40)
    plan, same = start.copy(), start.copy()
    assert swapped(CoverLists.of(cover), plan, draws, first) == by_arrays(cover, same, draws)
    assert plan.tolist() == same.tolist()


def test_lists_have_areas_by_site_and_sites_by_area() -> None:
    lists = CoverLists.of(np.array([[True, False, True], [True, True, False]]))
    assert lists.area.tolist() == [0, 1, 1, 0]
    assert lists.site_first.tolist() == [0, 2, 3, 4]
    assert lists.site.tolist() == [0, 2, 0, 1]
    assert lists.area_first.tolist() == [0, 2, 4]


def test_a_plan_that_covers_all_stays_and_the_only_site_of_an_area_comes_back() -> None:
    lists = CoverLists.of(np.array([[True, False], [True, True]]))
    plan = np.array([0])
    assert swapped(lists, plan, np.array([0.3]))
    assert plan.tolist() == [0]
    plan = np.array([1])
    assert swapped(lists, plan, np.array([0.3]))
    assert plan.tolist() == [0]
    assert not swapped(lists, np.array([1]), np.zeros(0))
