"""Trips by hand, growth that keeps people whole, and shares."""

import pandas as pd
import pytest
from appraisal_cases import BEDS, NURSES
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.appraisal.demand import (
    Service,
    Shares,
    activity_table,
    grow,
    round_to_total,
    service_faults,
    trips,
)


def test_trips_are_residents_times_rate_times_visits(town_areas: pd.DataFrame) -> None:
    assert trips(BEDS, town_areas).tolist() == pytest.approx([4, 3, 2, 2])
    assert trips(NURSES, town_areas).tolist() == pytest.approx([35, 30, 20, 17.5])


def test_growth_multiplies_each_age_band_and_keeps_people_whole(town_areas: pd.DataFrame) -> None:
    later = grow(town_areas, {"age_85_plus": 1.5, "age_0_17": 0.9})
    assert later["age_85_plus"].sum() == round(55 * 1.5)
    assert later["age_0_17"].tolist() == [90, 54, 36, 9]
    bands = [column for column in later if column.startswith("age_")]
    pd.testing.assert_series_equal(later["residents"], later[bands].sum(axis=1), check_names=False)
    assert (later["disabled"] <= later["residents"]).all()


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=20))
def test_rounding_keeps_the_total_and_moves_nobody_by_more_than_one(values: list[float]) -> None:
    rounded = round_to_total(pd.Series(values))
    assert rounded.sum() == round(sum(values))
    assert ((rounded - pd.Series(values)).abs() <= 1).all()


def test_the_activity_table_states_growth_and_source(town_areas: pd.DataFrame) -> None:
    later = grow(town_areas, {"age_85_plus": 2.0})
    table = activity_table([BEDS, NURSES], town_areas, later)
    assert table.loc["beds", "growth"] == pytest.approx(1.0)
    assert table.loc["nurses", "growth"] == pytest.approx(55 / 102.5)
    assert table.loc["nurses", "share_home"] == 1
    assert (table["source"] == "illustrative").all()
    counted = pd.DataFrame({"beds": [100.0] * 4}, index=town_areas.index)
    table = activity_table([BEDS], town_areas, later, counted=counted)
    assert table.loc["beds", ["contacts", "contacts_later"]].tolist() == pytest.approx([400, 800])


def test_delivery_and_shares_that_make_no_sense_are_faults() -> None:
    odd = Service("x", "X", "drone", {}, 10, shares=Shares(video=0.6, home=0.6))
    assert service_faults(odd) == [
        "service 'x': delivery is 'drone', not one of patient, team, visitor",
        "service 'x': the shares add up to 1.2, more than 1",
    ]


def test_a_standard_too_short_for_its_chain_is_a_fault() -> None:
    chain = Service("x", "X", "team", {}, standard_min=10, call_min=6, dispatch_min=5)
    assert service_faults(chain) == [
        "service 'x': call handling and dispatch take longer than the standard"
    ]
