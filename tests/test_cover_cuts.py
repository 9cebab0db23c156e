"""Tests of the cuts of set coverings: every plan meets them, and the relaxed solution does not."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cover_branch import far_from_its_relaxation, random_cover

from llrgeo.appraisal.siting.cover_cuts import Rows, zero_half_cuts
from llrgeo.appraisal.siting.cover_relaxation import CoverRelaxation


def plans_that_cover(cover: np.ndarray) -> np.ndarray:
    """Return every plan that covers all, shape (plans, sites), 1 where a site is open."""
    every = np.array(list(product((0, 1), repeat=cover.shape[1])))
    return every[(every @ cover.T > 0).all(axis=1)]


@given(seed=st.integers(0, 9_999), sites=st.integers(3, 11), share=st.floats(0.15, 0.5))
@settings(max_examples=80, deadline=None)
def test_plans_meet_cuts_that_a_relaxed_solution_misses(
    seed: int, sites: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    cover = random_cover(seed, areas=30, sites=sites, share=share)
    plans, rows = plans_that_cover(cover), Rows.of_areas(cover)
    for _ in range(3):
        # A mixture of plans meets all rows; mixed with their greatest, some sites are mostly open.
        mixed = rng.dirichlet(np.ones(3)) @ plans[rng.integers(0, len(plans), 3)]
        opened = np.where(rng.random(sites) < 0.4, 0.5, mixed)
        opened = opened / min((rows.terms @ opened / rows.least).min(), 1.0)
        if opened.max() > 1:
            continue
        cuts = zero_half_cuts(rows, opened, rng)
        assert (cuts.slack(opened) < 0).all()
        assert (plans @ cuts.terms.T >= cuts.least).all()
        rows += cuts  # of which further cuts are made


def test_three_areas_of_which_two_share_a_site_need_two() -> None:
    cover = far_from_its_relaxation(1)
    cuts = zero_half_cuts(Rows.of_areas(cover), np.full(3, 0.5), np.random.default_rng(0))
    assert cuts.terms.tolist() == [[1, 1, 1]]
    assert cuts.least.tolist() == [2]


def test_a_site_that_is_mostly_open_is_taken_as_open() -> None:
    # Site 3 covers an area with 0, one with 1 and one with 2: open, it covers them all, and the
    # three other areas need two sites more.
    cover = np.zeros((6, 4), dtype=bool)
    cover[:3, :3] = far_from_its_relaxation(1)
    cover[3:, 3] = True
    cover[[3, 4, 5], [0, 1, 2]] = True
    opened = np.array([0.5, 0.5, 0.5, 0.9])
    cuts = zero_half_cuts(Rows.of_areas(cover), opened, np.random.default_rng(0))
    assert len(cuts.least)
    assert (plans_that_cover(cover) @ cuts.terms.T >= cuts.least).all()


def test_cuts_raise_a_relaxation_to_the_fewest_sites() -> None:
    relaxation = CoverRelaxation.of(far_from_its_relaxation(4))
    relaxation.fix(np.zeros(12, dtype=np.int8))
    first = relaxation.solve(np.inf)
    assert first is not None
    assert first.value == 6.0
    assert relaxation.cut(first.opened)
    second = relaxation.solve(np.inf)
    assert second is not None
    assert second.value == 8.0
    assert not relaxation.cut(second.opened)
