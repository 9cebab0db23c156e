"""Plain words checked against the numbers, teams, the border, and the worst places."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import CLINIC, LOCAL, TODAY, random_settings, town_setting
from hypothesis import given, settings

from llrgeo.appraisal.accessibility.cross_border import cross_border_flows
from llrgeo.appraisal.accessibility.home_visits import team_reach
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.narrative import option_sentence, worst_changes, worst_places
from llrgeo.appraisal.options import Option
from llrgeo.schema import AGE_BANDS
from llrgeo.travel.times import TravelTimes


@pytest.fixture
def results(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> dict[str, OptionResult]:
    setting = town_setting(town_areas, town_sites, town_times)
    return evaluate_options([TODAY, LOCAL], replace(setting, tolerance_min=0), baseline="today")


def test_the_sentence_of_an_option_says_what_the_tables_say(
    results: dict[str, OptionResult],
) -> None:
    # The clinic and beds: N goes from 3 minutes to 1 for both, E from 1 to 3 for beds alone. On
    # balance over all journeys E goes from 1 to 206 / 202.
    assert option_sentence(results["local"], baseline="today", error_min=0.1) == (
        "Closer to home: 200 residents (20.0%) would have a longer journey, or none left, for at "
        "least one service, 300 residents (30.0%) a shorter one for one or more and a longer one "
        "for none, and 400 residents (40.0%) would see little change. 100 residents have no site "
        "within reach before or after. On balance over all services, those who have a journey both "
        "times would travel 1.4 minutes each way on average, compared with 2.1 today."
    )
    assert option_sentence(results["local"], baseline="today", error_min=1.0).endswith(
        "compared with 2.1 today: a difference below the 1.0 minutes by which one may be wrong."
    )
    assert option_sentence(results["today"], baseline="today", error_min=1.0) == (
        "Today: an average journey takes 2.1 minutes each way. "
        "100 of 1,000 residents can reach no site."
    )


def test_one_resident_of_many_is_neither_none_nor_several(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> None:
    counts = ["residents", *AGE_BANDS, "disabled"]
    few = town_areas.assign(**town_areas[counts] * 1_000)
    few.loc[["E", "F"], counts] = [1, 0, 1, 0, 0, 0, 0]
    setting = replace(town_setting(few, town_sites, town_times), tolerance_min=0)
    result = evaluate_options([TODAY, LOCAL], setting, baseline="today")["local"]
    said = option_sentence(result, baseline="today", error_min=0.1)
    assert "Closer to home: 1 resident (<0.1%) would have a longer journey" in said
    assert "change. 1 resident has no site within reach before or after. On" in said


def test_losing_the_last_site_is_said_apart(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> None:
    closed = TODAY.change("closed", closes={"clinic": {"A"}})
    setting = town_setting(town_areas, town_sites, town_times)
    result = evaluate_options([TODAY, closed], setting, baseline="today")["closed"]
    said = option_sentence(result, baseline="today", error_min=1.0)
    assert "Of the first, 900 would have no journey left for a service." in said
    assert "Nobody has a journey both today and then" in said


@settings(max_examples=30, deadline=None)
@given(random_settings())
def test_the_people_of_a_sentence_always_add_up(
    case: tuple[AppraisalInputs, Option, Option],
) -> None:
    setting, fewer, more = case
    total = setting.areas["residents"].sum()
    results = evaluate_options([more, fewer], setting, baseline="more")
    said = option_sentence(results["fewer"], baseline="more", error_min=1.0)
    counted = said.split("On balance")[0]
    numbers = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) residents", counted)]
    assert sum(numbers) == total


def test_places_without_access_stand_first_among_the_worst(
    results: dict[str, OptionResult], town_areas: pd.DataFrame
) -> None:
    worst = worst_places(results["local"], town_areas, count=2)
    assert worst["name"].tolist() == ["Farm", "West"]
    assert worst["after_min"].tolist() == [np.inf, pytest.approx(2)]
    assert worst_changes(results["local"], town_areas)["name"].tolist() == ["East"]


def test_a_team_reaches_those_whose_drive_fits_what_is_left_of_the_standard(
    results: dict[str, OptionResult], town_areas: pd.DataFrame
) -> None:
    reach = team_reach(results, town_areas).set_index(["option", "age"])
    oldest = reach.loc[("today", "age_85_plus")]
    # 2 of 10 minutes are left to drive: W (20 people) and E (10) of 55.
    assert oldest["in_time"] == 30
    assert oldest["share_in_time"] == pytest.approx(30 / 55)
    assert oldest["latest_start_min"] == -np.inf  # more than a tenth live on the farm
    assert oldest["mean_min"] == pytest.approx((20 * 2 + 15 * 3 + 10 * 1) / 45)


def test_residents_who_leave_and_neighbours_who_come_are_counted_apart(
    results: dict[str, OptionResult], town_areas: pd.DataFrame, town_sites: pd.DataFrame
) -> None:
    sites = town_sites.assign(authority=["Town", "Elsewhere", "Town"])
    flows = cross_border_flows(results, town_areas, sites, home=["Town"])
    clinic = flows[(flows["option"] == "local") & (flows["service"] == "clinic")]
    assert dict(zip(clinic["flow"], clinic["residents"], strict=True)) == {
        "out": 300, "stay": 600, "unreachable": 100,
    }  # fmt: skip
    away = cross_border_flows(results, town_areas, sites, home=["Elsewhere"])
    clinic = away[(away["option"] == "local") & (away["service"] == "clinic")]
    assert dict(zip(clinic["flow"], clinic["residents"], strict=True)) == {
        "in": 300, "outside": 600, "unreachable": 100,
    }  # fmt: skip


def test_means_before_and_after_are_over_the_same_people(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame
) -> None:
    # The farm gains a journey of 100 minutes by C; all others stay as they are, at 5 minutes.
    minutes = pd.DataFrame(
        [[5.0, np.inf, 9.0]] * 3 + [[np.inf, np.inf, 100.0]],
        index=town_areas.index,
        columns=list("ABC"),
    )
    inputs = AppraisalInputs(town_areas, town_sites, (CLINIC,), TravelTimes(minutes))
    more = TODAY.change("more", opens={"clinic": {"C"}}, label="Open C")
    options = [
        replace(option, sites={"clinic": option.sites["clinic"]}) for option in (TODAY, more)
    ]
    result = evaluate_options(options, inputs, baseline="today")["more"]
    said = option_sentence(result, baseline="today", error_min=3.0)
    assert "would travel 5.0 minutes each way on average, compared with 5.0 today." in said
    assert "14.5" not in said
