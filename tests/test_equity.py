"""Equity by hand, against independent formulas, and what unweighted figures get wrong."""

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_setting
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.appraisal.accessibility.equity import (
    concentration_index,
    equity_table,
    fractional_rank,
    gini,
    kolm_pollak_ede,
    kolm_pollak_kappa,
    slope_index,
    worst_tenth_ratio,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.travel.times import TravelTimes

# Three people at 10 minutes in the most deprived area, one at 30 in the least.
MINUTES, PEOPLE, RANK = pd.Series([10.0, 30.0]), pd.Series([3.0, 1.0]), pd.Series([1, 2])


def test_fractional_ranks_are_midpoints_and_ties_share_theirs() -> None:
    assert fractional_rank(PEOPLE, RANK).tolist() == [0.375, 0.875]
    tied = fractional_rank(pd.Series([1.0, 1, 2]), pd.Series([1, 1, 2]))
    assert tied.tolist() == [0.25, 0.25, 0.75]


def test_the_concentration_index_is_as_on_paper() -> None:
    # mean 15; 2 x [0.75 x (-0.125) x (-5) + 0.25 x 0.375 x 15] / 15
    assert concentration_index(MINUTES, PEOPLE, RANK) == pytest.approx(2 * 1.875 / 15)
    assert concentration_index(MINUTES, PEOPLE, -RANK) == pytest.approx(-2 * 1.875 / 15)


def test_the_slope_index_is_that_of_the_weighted_regression() -> None:
    # Through (0.375, 10) and (0.875, 30): 40 minutes from one end to the other.
    assert slope_index(MINUTES, PEOPLE, RANK) == pytest.approx(40)


@given(st.integers(0, 10_000))
def test_the_slope_index_equals_numpys_weighted_regression(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes, people = pd.Series(rng.uniform(0, 60, 8)), pd.Series(rng.integers(1, 100, 8))
    rank = pd.Series(rng.permutation(8))
    position = fractional_rank(people, rank)
    slope = np.polyfit(position, minutes, 1, w=np.sqrt(people))[0]
    assert slope_index(minutes, people, rank) == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_kolm_pollak_is_as_on_paper_and_costs_nothing_without_inequality() -> None:
    kappa = kolm_pollak_kappa(MINUTES, PEOPLE, -1.0)
    assert kappa == pytest.approx(-60 / (3 * 100 + 900))
    expected = -np.log((3 * np.exp(-kappa * 10) + np.exp(-kappa * 30)) / 4) / kappa
    assert kolm_pollak_ede(MINUTES, PEOPLE, kappa=kappa) == pytest.approx(expected)
    same = pd.Series([20.0, 20.0])
    assert kolm_pollak_ede(same, PEOPLE, kappa=kappa) == pytest.approx(20)


def test_kolm_pollak_and_gini_equal_an_independent_package() -> None:
    rng = np.random.default_rng(5)
    minutes, people = pd.Series(rng.uniform(1, 60, 40)), pd.Series(rng.integers(1, 500, 40) * 1.0)
    kappa = kolm_pollak_kappa(minutes, people, -1.0)
    # What inequalipy 1.0.5 gives for the same minutes and people.
    assert kappa == pytest.approx(-0.023278472971507657, rel=1e-12)
    assert kolm_pollak_ede(minutes, people, kappa=kappa) == pytest.approx(34.42062377694878)
    assert gini(minutes, people) == pytest.approx(0.3753887687566706)


def test_kolm_pollak_does_not_overflow_for_long_journeys() -> None:
    long = pd.Series([10.0, 5_000.0])
    assert np.isfinite(kolm_pollak_ede(long, PEOPLE, kappa=-1.0))


def test_the_gini_is_as_on_paper() -> None:
    # Half the mean absolute difference over the mean: 2 x 0.75 x 0.25 x 20 / (2 x 15).
    assert gini(MINUTES, PEOPLE) == pytest.approx(0.25)
    assert gini(pd.Series([5.0, 5.0]), PEOPLE) == pytest.approx(0)


@given(st.integers(0, 10_000))
def test_the_gini_equals_half_the_relative_mean_difference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes, people = pd.Series(rng.uniform(1, 60, 6)), pd.Series(rng.integers(1, 50, 6))
    everyone = np.repeat(minutes.to_numpy(), people)
    difference = np.abs(everyone[:, None] - everyone[None, :]).mean()
    assert gini(minutes, people) == pytest.approx(difference / (2 * everyone.mean()))


def test_the_worst_tenth_takes_part_of_an_area_where_it_must() -> None:
    # Of 100 people the worst tenth are 4 at 50 minutes and 6 of the 96 at 10.
    ratio = worst_tenth_ratio(pd.Series([10.0, 50.0]), pd.Series([96, 4]))
    assert ratio == pytest.approx((4 * 50 + 6 * 10) / 10 / 11.6)


def test_deprivation_is_weighed_by_people_where_band_means_would_mislead() -> None:
    # One person of the most deprived travels 50 minutes, 999 travel 10; all others travel 20.
    # lokigi 0.9.1, with a plain mean of areas, finds the most deprived worse off: 30 against 20.
    minutes, people = pd.Series([50.0, 10, 20]), pd.Series([1, 999, 1_000])
    rank = pd.Series([1, 1, 2])
    assert slope_index(minutes, people, rank) > 0
    assert concentration_index(minutes, people, rank) > 0


def test_the_table_counts_the_unreachable_at_the_ceiling_and_fixes_kappa_at_the_baseline(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> None:
    setting = town_setting(town_areas, town_sites, town_times)
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    table = equity_table(results, town_areas, baseline="today")
    assert table["unreachable"].tolist() == [100, 100]
    assert (table["inequality_min"] >= 0).all()
    # The farm's journey is not there: it counts as twice the longest threshold, 120 minutes.
    today, local = (results[name].overall.change["after_min"].copy() for name in results)
    today["F"] = local["F"] = 120.0
    people = town_areas["residents"].astype(float)
    kappa = kolm_pollak_kappa(today, people, -1.0)
    assert table.loc["local", "ede_min"] == pytest.approx(
        kolm_pollak_ede(local, people, kappa=kappa)
    )


@given(st.integers(0, 10_000), st.floats(0.1, 10))
def test_no_index_depends_on_how_people_are_counted_or_areas_ordered(
    seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    minutes, people = pd.Series(rng.uniform(1, 60, 7)), pd.Series(rng.integers(1, 50, 7) * 1.0)
    rank = pd.Series(rng.integers(1, 4, 7))
    other = rng.permutation(7)
    for index in (concentration_index, slope_index):
        assert index(minutes, people, rank) == pytest.approx(
            index(minutes[other], people[other] * scale, rank[other]), nan_ok=True
        )
    for index in (gini, worst_tenth_ratio):
        assert index(minutes, people) == pytest.approx(index(minutes[other], people[other] * scale))
