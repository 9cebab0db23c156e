"""Floating catchments by hand in the toy town, and the sum they keep."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import CLINIC, town_setting
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.appraisal.accessibility.catchments import (
    Decay,
    binary_decay,
    catchment_table,
    floating_catchment,
    gaussian_decay,
    step_decay,
    supply_ratios,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.errors import InputError
from llrgeo.travel.times import TravelTimes

BEDS = pd.Series({"A": 12.0, "B": 7.0})


def test_two_steps_in_the_town_are_as_on_paper(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    # Within 2 minutes: A serves W 400 and E 200, B serves W 400 and N 300; the farm is in none.
    people = town_areas["residents"]
    ratios = supply_ratios(town_times.minutes, people, BEDS, decay=binary_decay(2))
    assert ratios.tolist() == [12 / 600, 7 / 700]
    reached = floating_catchment(town_times.minutes, people, BEDS, decay=binary_decay(2))
    # The package access 1.1.10 gives 0.03, 0.01 and 0.02 too, but leaves the farm blank: people
    # who can reach nothing would drop out of every mean.
    assert reached.tolist() == pytest.approx([0.03, 0.01, 0.02, 0.0])


def test_people_from_outside_share_the_supply_of_the_site_that_names_them(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    people, outside = town_areas["residents"], pd.Series({"A": np.nan, "B": 350.0})
    ratios = supply_ratios(
        town_times.minutes, people, BEDS, decay=binary_decay(2), outside_people=outside
    )
    assert ratios.tolist() == [12 / 600, 7 / (700 + 350)]


def test_steps_weigh_both_demand_and_supply(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    decay = step_decay({1.0: 1.0, 2.0: 0.68, 3.0: 0.22})
    people = town_areas["residents"]
    at_a = 12 / (0.68 * 400 + 0.22 * 300 + 1.0 * 200)
    at_b = 7 / (0.68 * 400 + 1.0 * 300 + 0.22 * 200)
    reached = floating_catchment(town_times.minutes, people, BEDS, decay=decay)
    assert reached["W"] == pytest.approx(0.68 * at_a + 0.68 * at_b)
    assert reached["N"] == pytest.approx(0.22 * at_a + 1.0 * at_b)
    # What access 1.1.10 gives, with a blank for the farm.
    assert reached.tolist() == pytest.approx([0.022895, 0.016271, 0.024805, 0.0], abs=1e-6)


def test_the_bell_is_one_next_door_and_nothing_at_the_limit() -> None:
    weights = gaussian_decay(30, 10)(np.array([0.0, 10, 30, 31, np.inf]))
    floor = np.exp(-4.5)
    assert weights.tolist() == pytest.approx([1, (np.exp(-0.5) - floor) / (1 - floor), 0, 0, 0])


def test_someone_at_the_edge_of_a_step_is_within_it() -> None:
    assert step_decay()(np.array([10.0, 10.1, 30.0, 30.1, np.inf])).tolist() == [
        1,
        0.68,
        0.22,
        0,
        0,
    ]


def test_steps_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(InputError, match="must ascend; found 20, 10"):
        step_decay({20.0: 1.0, 10.0: 0.5})


@given(
    st.integers(0, 10_000),
    st.sampled_from([binary_decay(20), step_decay(), gaussian_decay(30, 10)]),
)
def test_all_supply_with_a_catchment_is_shared_out(seed: int, decay: Decay) -> None:
    rng = np.random.default_rng(seed)
    minutes = pd.DataFrame(rng.integers(0, 60, (6, 3)) * 1.0, columns=list("ABC"))
    minutes = minutes.mask(rng.random((6, 3)) < 0.3, np.inf)
    people = pd.Series(rng.integers(0, 100, 6))
    supply = pd.Series([5.0, 7.0, 11.0], index=list("ABC"))
    reached = floating_catchment(minutes, people, supply, decay=decay)
    served = decay(minutes.to_numpy()).T @ people.to_numpy() > 0
    assert (people * reached).sum() == pytest.approx(supply[served].sum())


@pytest.mark.parametrize(("outside_people", "left_out"), [(None, 1), (1_250.0, 0)])
def test_a_site_outside_the_areas_is_left_out_unless_its_other_users_are_known(
    outside_people: float | None,
    left_out: int,
    town_areas: pd.DataFrame,
    town_sites: pd.DataFrame,
    town_times: TravelTimes,
) -> None:
    sites = town_sites.assign(authority=["Town", "Elsewhere", "Town"])
    if outside_people is not None:
        sites["outside_people"] = [np.nan, outside_people, np.nan]
    inputs = replace(town_setting(town_areas, sites, town_times), services=(CLINIC,))
    both = Option("both", "Both", {"clinic": frozenset("AB")})
    results = evaluate_options([both], inputs, baseline="both")
    table = catchment_table(results, inputs, people_by_group(town_areas))
    row = table[(table["method"] == "2SFCA") & (table["level"] == "everyone")].iloc[0]
    assert row["sites_left_out"] == left_out
    # Within 2 minutes A serves W 400 and E 200, B serves W 400, N 300 and those from outside.
    at_a, at_b = 1 / 600, 0.0 if outside_people is None else 1 / (700 + outside_people)
    expected = (400 * (at_a + at_b) + 200 * at_a + 300 * at_b) / 1_000 * 100_000
    assert row["per_100_000"] == pytest.approx(expected)


@pytest.mark.parametrize("standard", [30.0, 45.0, 61.5])
def test_exactly_the_standard_is_within_the_last_step(
    standard: float, town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> None:
    # One site, at exactly the standard from W and out of reach of all others.
    minutes = pd.DataFrame(np.inf, town_areas.index, town_times.minutes.columns)
    minutes.loc["W", "A"] = standard
    setting = town_setting(town_areas, town_sites, TravelTimes(minutes))
    setting = replace(setting, services=(replace(CLINIC, standard_min=standard),))
    today = Option("today", "Today", {"clinic": frozenset("A")})
    results = evaluate_options([today], setting, baseline="today")
    table = catchment_table(results, setting, people_by_group(setting.areas))
    steps = table.query("method == 'E2SFCA' and group == 'everyone'").iloc[0]
    # The one clinic is shared out among the 400 of W: with the standard left out nobody has any.
    assert steps["per_100_000"] == pytest.approx(1e5 / 1_000)
    assert steps["share_with_none"] == pytest.approx(0.6)


def test_a_catchment_of_strange_sites_or_people_is_refused_in_words(town_times):
    minutes = town_times.minutes
    with pytest.raises(InputError) as raised:
        floating_catchment(
            minutes,
            pd.Series({"W": 400, "N": -3, "E": 200}),
            pd.Series({"A": 12.0, "Z": 1.0, "B": np.nan}),
            decay=binary_decay(2),
        )
    said = str(raised.value)
    assert "supply names sites that the minutes do not have (Z)" in said
    assert "demand is missing or negative for N, F" in said
    assert "supply is missing or negative for B" in said
    with pytest.raises(InputError, match="do not have"):
        supply_ratios(minutes, minutes["A"] * 0 + 1, pd.Series({"Z": 1.0}), decay=binary_decay(2))


def test_people_and_supply_in_lists_are_refused_in_words(town_times):
    with pytest.raises(InputError) as raised:
        supply_ratios(town_times.minutes, [400, 200], pd.Series({"A": 3.0}), decay=binary_decay(2))
    assert str(raised.value) == "floating catchment: demand: give a Series, not a list"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda minutes: pd.concat([minutes, minutes.iloc[:1]]), "area ids are duplicated"),
        (lambda minutes: minutes.replace(np.inf, np.nan), "minutes are NaN"),
        (lambda minutes: -minutes, "minutes are negative"),
        (lambda minutes: minutes.astype(str), r"of type str; convert them: minutes\.astype"),
    ],
)
def test_minutes_that_would_count_people_wrongly_are_refused(town_times, spoil, told):
    minutes = spoil(town_times.minutes)
    people = pd.Series(1.0, town_times.minutes.index)
    supply = pd.Series(1.0, minutes.columns)
    with pytest.raises(InputError, match=told):
        floating_catchment(minutes, people, supply, decay=binary_decay(30))
    with pytest.raises(InputError, match=told):
        TravelTimes(minutes)


def test_what_is_listed_twice_and_people_outside_that_are_none_are_refused(town_times):
    minutes = town_times.minutes
    people = pd.Series(100, minutes.index)
    with pytest.raises(InputError) as raised:
        floating_catchment(
            minutes,
            pd.concat([people, people[["W"]]]),
            pd.Series([1.0, 2.0], index=["A", "A"]),
            decay=binary_decay(2),
            outside_people=pd.Series({"A": -500.0, "Z": 1.0}),
        )
    said = str(raised.value)
    assert "demand lists W twice; add the numbers up" in said
    assert "supply lists A twice; add the numbers up" in said
    assert "outside_people names sites that the minutes do not have (Z)" in said
    assert "outside_people is missing or negative for A" in said


def test_whole_minutes_weigh_as_others_do():
    minutes = np.array([0, 10, 25])
    for decay in (binary_decay(30), step_decay(), gaussian_decay(30, 10)):
        assert decay(minutes).tolist() == decay(minutes.astype(float)).tolist()


@pytest.mark.parametrize(
    ("decay", "told"),
    [
        (lambda: binary_decay(-1), "decay: limit_min must be above 0, and finite; found -1"),
        (lambda: binary_decay(np.inf), "limit_min must be above 0"),
        (lambda: gaussian_decay(30, 0), "bandwidth_min must be above 0, and finite; found 0"),
        (lambda: step_decay({}), "the edge of a step must be above 0, and finite; found nan"),
        (lambda: step_decay({10: 1.0, 20: -0.4}), "must be 0 to 1; found 1.0, -0.4"),
    ],
)
def test_decays_that_are_none_are_refused(decay, told):
    with pytest.raises(InputError, match=told):
        decay()
