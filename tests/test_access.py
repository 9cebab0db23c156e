"""Access by hand in the toy town, and the laws it keeps on random cases."""

from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import random_settings
from hypothesis import given, settings

from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.nearest_sites import nearest_site
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import (
    OUTCOMES,
    compare_minutes,
    scored_by_group,
    summarise_access,
    threshold_flows,
    winners_and_losers,
)
from llrgeo.appraisal.people.counts import reconcile, weighted_quantile
from llrgeo.appraisal.people.people_groups import EVERYONE, people_by_group
from llrgeo.errors import LlrgeoError
from llrgeo.travel.times import TravelTimes

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]


def test_a_tie_for_the_nearest_site_goes_to_the_lowest_id(town_times: TravelTimes) -> None:
    nearest = nearest_site(town_times, {"C", "B", "A"})
    # W is 2 minutes from all three; N ties between B and C; nobody leaves the farm.
    assert nearest["site_id"].fillna("").tolist() == ["A", "B", "A", ""]
    assert nearest["travel_time_min"].tolist() == [2, 1, 1, np.inf]
    np.testing.assert_array_equal(nearest["distance_km"], [2, 1, 1, np.nan])


def test_with_no_site_open_nobody_reaches_one(town_times: TravelTimes) -> None:
    nearest = nearest_site(town_times, frozenset())
    assert nearest["site_id"].isna().all()
    assert np.isposinf(nearest["travel_time_min"]).all()


def test_the_summary_of_the_town_is_as_on_paper(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    people = people_by_group(town_areas)
    minutes = town_times.minutes["A"]  # W 2, N 3, E 1, F not reachable
    row = summarise_access(minutes, people, thresholds_min=[2]).loc[EVERYONE]
    assert row["people"] == 1_000
    assert row["unreachable"] == 100
    assert row["mean_min"] == pytest.approx((400 * 2 + 300 * 3 + 200 * 1) / 900)
    assert row["median_min"] == 2  # 200 within 1 minute, 600 within 2
    assert row["p90_min"] == 3  # exactly 900 of 1,000 within 3
    assert row["max_min"] == 3
    assert row["share_within_2_min"] == 0.6  # of all people, the farm included


def test_scores_use_figures_of_the_summary(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    people, minutes = people_by_group(town_areas), town_times.minutes["A"]
    summary = summarise_access(minutes, people, thresholds_min=[])
    scored = scored_by_group(minutes.to_numpy(), people)
    assert list(scored) == ["mean_min", "p90_min"]
    for name, by_group in scored.items():
        assert list(by_group) == list(summary.index)
        np.testing.assert_array_equal(list(by_group.values()), summary[name])


def test_a_quantile_that_takes_in_the_unreachable_is_infinite() -> None:
    minutes, people = pd.Series([10.0, np.inf]), pd.Series([899, 101])
    assert weighted_quantile(minutes, people, 0.9) == np.inf
    assert weighted_quantile(minutes, people, 0.5) == 10


def test_quantiles_count_people_and_not_areas() -> None:
    # lokigi 0.9.1 takes the percentile of areas, whoever lives there: 55 minutes here.
    minutes, people = pd.Series([10.0, 60.0]), pd.Series([2, 998])
    assert weighted_quantile(minutes, people, 0.9) == 60


def test_the_groups_of_the_town_add_up_to_everyone(town_areas: pd.DataFrame) -> None:
    people = people_by_group(town_areas)
    totals = people.T.groupby(level="group").sum().T
    for group in totals:
        pd.testing.assert_series_equal(totals[group], town_areas["residents"], check_names=False)
    assert people["deprivation_fifth", "deprivation_fifth_1"].tolist() == [400, 0, 0, 0]
    assert people["deprivation_fifth", "deprivation_fifth_5"].tolist() == [0, 0, 0, 100]


def test_people_who_lose_their_last_site_are_lost_and_not_unchanged() -> None:
    before = pd.Series([10.0, 10.1, 10, 10, 10, np.inf, np.inf, np.nan])
    after = pd.Series([10.0, 11.1, 11.1, 8.9, np.inf, 10, np.inf, 10])  # 11.1 - 10.1 > 1 in floats
    change = compare_minutes(before, after, tolerance_min=1)
    assert change["outcome"].tolist() == [
        "unchanged", "unchanged", "worsened", "improved", "lost", "gained", "none", "no_data",
    ]  # fmt: skip


def test_every_band_of_change_holds_its_upper_edge() -> None:
    change = compare_minutes(
        pd.Series([0.0] * 7), pd.Series([1.0, 1.5, 5, 5.5, 10, 15, 15.5]), tolerance_min=1
    )
    people = pd.Series([1, 2, 4, 8, 16, 32, 64])
    table = winners_and_losers(change, people, tolerance_min=1)
    worse = table[table["outcome"] == "worsened"].set_index("band")["people"]
    assert worse.to_dict() == {
        "minutes_1_5": 6, "minutes_5_10": 24, "minutes_10_15": 32, "minutes_over_15": 64,
    }  # fmt: skip
    assert table.set_index("outcome").loc["unchanged", "people"] == 1
    assert table["change_people_min"].sum() == pytest.approx(
        1 + 3 + 20 + 44 + 160 + 480 + 64 * 15.5
    )


def test_someone_at_exactly_the_threshold_is_within_it_and_flows_are_gross() -> None:
    change = compare_minutes(
        pd.Series([30.0, 31, 30, np.inf]), pd.Series([31.0, 30, 30, 30]), tolerance_min=1
    )
    flows = threshold_flows(change, pd.Series([1, 10, 100, 1_000]), thresholds_min=[30])
    assert flows.iloc[0].tolist() == [30, 101, 1_110, 1_010, 1]


def test_a_table_whose_people_do_not_add_up_is_refused() -> None:
    with pytest.raises(LlrgeoError, match="99 people counted of 100"):
        reconcile(pd.Series([90, 9]), 100, table="winners")


@settings(max_examples=30, deadline=None)
@given(random_settings())
def test_people_add_up_in_every_table_of_every_option(case: Case) -> None:
    setting, fewer, more = case
    total = setting.areas["residents"].sum()
    for result in evaluate_options([fewer, more], setting, baseline="fewer").values():
        for access in [result.overall, *(one.access for one in result.services.values())]:
            assert access.winners["people"].sum() == total
            assert (access.groups.groupby(level="group")["people"].sum() == total).all()
            outcomes = access.groups[list(OUTCOMES)].sum(axis=1)
            assert (outcomes == access.groups["people"]).all()
            flows = access.thresholds
            net = flows["newly_inside"] - flows["newly_outside"]
            assert (flows["within_after"] - flows["within_before"] == net).all()
        for one in result.services.values():
            stranded = one.allocation["site_id"].isna()
            assert one.flows["residents"].sum() == total
            residents = setting.areas["residents"][stranded].sum()
            assert one.loads["residents"].sum() + residents == total


@settings(max_examples=30, deadline=None)
@given(random_settings())
def test_an_option_equal_to_the_baseline_changes_nothing(case: Case) -> None:
    setting, fewer, _ = case
    result = evaluate_options([fewer], setting, baseline="fewer")["fewer"]
    for one in result.services.values():
        assert one.access.change["outcome"].isin(["unchanged", "none"]).all()


def test_the_longest_journey_of_a_group_is_that_of_its_people_alone():
    minutes = pd.Series([3.0, 8.0], index=["N", "E"])
    people = pd.DataFrame({("age", "a"): [4, 0], ("age", "b"): [0, 0]}, index=minutes.index)
    longest = summarise_access(minutes, people, thresholds_min=(5,))["max_min"]
    assert longest.loc[("age", "a")] == 3.0
    assert np.isnan(longest.loc[("age", "b")])
