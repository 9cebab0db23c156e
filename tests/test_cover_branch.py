"""Tests of branch and bound on set coverings, against every plan and the textbook programme."""

import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from llrgeo.appraisal.siting import cover_branch, cover_relaxation
from llrgeo.appraisal.siting.branching import Pseudocosts, Relaxed
from llrgeo.appraisal.siting.cover_branch import cover_with
from llrgeo.appraisal.siting.cover_relaxation import CoverRelaxation


def random_cover(seed: int, areas: int, sites: int, share: float) -> np.ndarray:
    """Return which site covers which area, at least one each."""
    rng = np.random.default_rng(seed)
    cover = rng.random((areas, sites)) < share
    cover[np.arange(areas), rng.integers(0, sites, areas)] = True
    return cover


def fewest(cover: np.ndarray) -> int:
    """Return how many sites cover all, by trying every plan."""
    sites = range(cover.shape[1])
    return next(
        number
        for number in range(cover.shape[1] + 1)
        if any(cover[:, list(plan)].any(axis=1).all() for plan in combinations(sites, number))
    )


@given(
    seed=st.integers(0, 9_999),
    areas=st.integers(1, 60),
    sites=st.integers(1, 10),
    share=st.floats(0.05, 0.6),
)
@settings(max_examples=60, deadline=None)
def test_so_many_sites_cover_all_or_a_site_less_does_not(
    seed: int, areas: int, sites: int, share: float
) -> None:
    cover = random_cover(seed, areas, sites, share)
    best = fewest(cover)
    found = cover_with(CoverRelaxation.of(cover), best, deadline=np.inf)
    assert found.plan is not None
    assert len(found.plan) == found.cost == best
    assert found.bound <= best
    assert cover[:, found.plan].any(axis=1).all()
    none = cover_with(CoverRelaxation.of(cover), best - 1, deadline=np.inf)
    assert none.plan is None
    assert none.bound == np.inf


def test_no_areas_need_no_site() -> None:
    found = cover_with(CoverRelaxation.of(np.zeros((0, 4), dtype=bool)), 0, deadline=np.inf)
    assert found.plan is not None
    assert not len(found.plan)


def far_from_its_relaxation(number: int) -> np.ndarray:
    """Return a covering whose tree has many parts: pairs of sites, of which each covers an area.

    All of some triangles of sites: each needs two sites, where the relaxation has one and a half.
    """
    edges = [(0, 1), (1, 2), (0, 2)]
    cover = np.zeros((3 * number, 3 * number), dtype=bool)
    for triangle in range(number):
        for row, ends in enumerate(edges):
            cover[3 * triangle + row, [3 * triangle + end for end in ends]] = True
    return cover


def test_many_parts_are_divided_until_each_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = far_from_its_relaxation(6)
    # The first cuts would close all at once.
    monkeypatch.setattr(cover_branch, "_CUTS", ((0, 1.0),) * 2)
    divided = []
    divide = cover_branch._CoverTree._divide
    monkeypatch.setattr(
        cover_branch._CoverTree, "_divide", lambda *part: divided.append(1) or divide(*part)
    )
    relaxation = CoverRelaxation.of(cover)
    none, found = (cover_with(relaxation, number, deadline=np.inf) for number in (11, 12))
    assert none.plan is None
    assert none.bound == np.inf
    assert found.plan is not None
    assert len(found.plan) == 12
    assert len(divided) > 5


def test_when_time_is_up_the_bound_is_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = far_from_its_relaxation(6)
    stopped = cover_with(CoverRelaxation.of(cover), 11, deadline=time.perf_counter() - 1)
    assert stopped.plan is None
    assert stopped.bound == 0.0
    # After the first solution the bound is the relaxation's, 1.5 for each triangle.
    solve, solved = CoverRelaxation.solve, []

    def once(relaxation: CoverRelaxation, ends: float, most: float = np.inf) -> Relaxed | None:
        solved.append(1)
        return solve(relaxation, ends, most) if len(solved) == 1 else None

    monkeypatch.setattr(CoverRelaxation, "solve", once)
    assert cover_with(CoverRelaxation.of(cover), 11, deadline=np.inf).bound == pytest.approx(9.0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most_rows", [10, 1_000])
def test_a_relaxation_of_some_rows_is_that_of_all(
    monkeypatch: pytest.MonkeyPatch, seed: int, most_rows: int
) -> None:
    monkeypatch.setattr(cover_relaxation, "_AT_ONCE", 3)
    monkeypatch.setattr(cover_relaxation, "_MOST_ROWS", most_rows)
    cover = random_cover(seed, areas=120, sites=14, share=0.25)
    relaxation = CoverRelaxation.of(cover)
    assert len(relaxation.rows) == 14
    relaxed = relaxation.solve(np.inf)
    textbook = linprog(np.ones(14), A_ub=-cover.astype(float), b_ub=-np.ones(120), bounds=(0, 1))
    assert relaxed is not None
    assert relaxed.value == pytest.approx(textbook.fun)
    assert (cover @ relaxed.opened > 1 - 1e-5).all()
    prices = relaxation.prices()
    if most_rows > 10:  # else rows have gone since it was solved
        assert prices.sum() == pytest.approx(textbook.fun)
    # A site that is shut and one that is open, and nothing where that is too many.
    fixed = np.zeros(14, dtype=np.int8)
    fixed[[2, 5]] = -1, 1
    bounds = [(0, 1)] * 14
    bounds[2], bounds[5] = (0, 0), (1, 1)
    again = linprog(np.ones(14), A_ub=-cover.astype(float), b_ub=-np.ones(120), bounds=bounds)
    relaxation.fix(fixed)
    narrow = relaxation.solve(np.inf)
    assert narrow is not None
    assert narrow.value == (pytest.approx(again.fun) if again.status == 0 else np.inf)


def test_sites_are_divided_on_by_what_it_did_before() -> None:
    costs = Pseudocosts.of(3)
    costs.learn(0, 0, 0.2, 0.5)
    costs.learn(0, 1, 0.3, 0.5)
    costs.learn(1, 1, 0.9, 0.75)
    # Site 1 was never closed and site 2 never moved: they count as the others do on average.
    scores = costs.score(np.arange(3), np.array([0.5, 0.25, 0.8]))
    usual = 0.4, (0.6 + 1.2) / 2
    expected = [0.2 * 0.3, usual[0] * 0.25 * 0.9, usual[0] * 0.8 * usual[1] * 0.2]
    assert scores == pytest.approx(expected)


def test_reduced_costs_above_the_room_settle_sites_that_may_move() -> None:
    relaxed = Relaxed(4.1, np.array([0.0, 1.0, 0.0, 0.4, 1.0]), np.array([0.6, -0.7, 0.3, 0, 0]))
    free = np.zeros(5, dtype=np.int8)
    assert relaxed.fix_by_reduced_costs(free, 0.5).tolist() == [-1, 1, 0, 0, 0]
    assert relaxed.fractional().tolist() == [3]
    assert not free.any()
