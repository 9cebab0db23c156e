"""Figures of business cases in the toy town, by hand: sites, people nearest, and the five tests."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_setting

from llrgeo.appraisal.costs.business_case import (
    five_tests,
    mean_minutes_of,
    nearest_sites,
    people_within,
    served_people,
    site_statuses,
    sites_within,
)
from llrgeo.appraisal.evaluation import evaluate_options

PLAN = SimpleNamespace(base_year=2026)


@pytest.fixture
def inputs(town_areas, town_sites, town_times):
    return town_setting(town_areas, town_sites, town_times)


@pytest.fixture
def results(inputs):
    return evaluate_options([TODAY, LOCAL], inputs, baseline="today")


def evidence_of(beds, rounds, crisis):
    """Return evidence of 2026, after rows of a later year that no test may count."""
    later = [("today", 2031, 900.0, 900.0), ("local", 2031, 900.0, 900.0)]
    return SimpleNamespace(
        beds=pd.DataFrame([*later, *beds], columns=["option", "year", "beds", "beds_needed"]),
        rounds=pd.DataFrame(rounds, columns=["option", "year", "wte"]),
        crisis=pd.DataFrame(crisis, columns=["option", "year", "wte_pooled"]),
    )


def test_the_five_tests_tell_choice_beds_and_staff_and_pass_none(results, inputs):
    evidence = evidence_of(
        # today 24 stated and 7 needed where none are stated; later 18 and 3
        beds=[("today", 2026, 24.0, 26.0), ("today", 2026, np.nan, 7.0),
              ("local", 2026, 18.0, 25.0), ("local", 2026, np.nan, 3.0)],
        rounds=[("today", 2026, 12.5), ("local", 2026, 14.0), ("local", 2031, 99.0)],
        crisis=[("today", 2026, 6.25), ("local", 2026, 5.0)],
    )  # fmt: skip
    found = five_tests(evidence, PLAN, results, inputs, baseline="today").set_index("test")
    assert set(found["option"]) == {"local"}
    assert len(found) == 5
    beds = found.loc["beds", ["before", "after", "beds_fewer", "team_wte_more"]]
    assert beds.tolist() == [31, 21, 10, (14 + 5) - (12.5 + 6.25)]
    # Clinic and beds at A are within 30 minutes of 900 of 1,000 residents; B adds a clinic.
    assert found.loc["choice", ["before", "after"]].tolist() == [0.9, (1.8 + 0.9) / 2]
    others = found.drop(["beds", "choice"])
    assert others[["before", "after", "beds_fewer", "team_wte_more"]].isna().to_numpy().all()
    assert found["left_to_people"].tolist() == [f"{test}_needs" for test in found.index]


def test_more_beds_than_today_are_not_fewer_and_teams_unknown_stay_unknown(results, inputs):
    beds = [("today", 2026, 11.0, 12.0), ("local", 2026, 15.0, 12.0)]
    found = five_tests(evidence_of(beds, [], []), PLAN, results, inputs, baseline="today")
    row = found.set_index("test").loc["beds"]
    assert row["beds_fewer"] == 0
    assert np.isnan(row["team_wte_more"])
    none = SimpleNamespace(beds=pd.DataFrame(), rounds=pd.DataFrame(), crisis=pd.DataFrame())
    row = five_tests(none, PLAN, results, inputs, baseline="today").set_index("test").loc["beds"]
    assert row[["before", "after"]].isna().all()


def test_choice_is_of_services_that_are_visited(results, inputs):
    assert sites_within(results["today"], inputs) == pytest.approx(0.9)
    assert sites_within(results["local"], inputs) == pytest.approx((1.8 + 0.9) / 2)


def test_a_choice_is_a_site_within_30_minutes_and_none_beyond(results, inputs):
    minutes = inputs.times.minutes.assign(A=[30.0, 3.0, 30.5, np.inf])
    assert minutes.index.tolist() == ["W", "N", "E", "F"]
    slower = replace(inputs, times=replace(inputs.times, minutes=minutes))
    # 400 in W and 300 in N, not the 200 in E
    assert sites_within(results["today"], slower) == pytest.approx(0.7)


def test_a_site_is_new_upgraded_left_empty_or_as_it_is(results):
    ids = ["A", "B"]
    assert site_statuses(results["local"], results["today"], ids).tolist() == ["existing", "new"]
    assert site_statuses(results["today"], results["local"], ids).tolist() == ["upgrade", "dispose"]


def test_who_reaches_one_site_alone_is_nearest_to_it(town_times):
    minutes = town_times.minutes[["A", "B"]].assign(B=[1.5, 1.0, np.inf, np.inf])
    # W and N go to B, E to A, and the farm to neither
    assert nearest_sites(minutes).tolist() == [1, 1, 0, -1]
    assert nearest_sites(minutes.assign(A=[2.0, np.inf, 1.0, 7.0])).tolist() == [1, 1, 0, 0]


def test_people_nearest_to_each_site_and_those_who_reach_none(town_areas, town_times):
    # W is as near to A as to B, and counts at A; the farm reaches neither.
    nearest = nearest_sites(town_times.minutes[["A", "B"]])
    served = served_people(nearest, ["A", "B"], town_areas)
    assert served["population_nearest"].tolist() == [600, 300]
    assert served["share_of_50000"].tolist() == [600 / 50_000, 300 / 50_000]
    assert served["aged_65_plus"].tolist() == [100 + 60, 90]
    assert served["aged_85_plus"].tolist() == [20 + 10, 15]
    assert served["core20_people"].tolist() == [400, 0]
    assert served["core20_share"].tolist() == [400 / 600, 0]
    within = people_within(town_times, ["A", "B"], town_areas["residents"], minutes=2.0)
    assert within.tolist() == [600, 700]
    assert people_within(None, ["A"], town_areas["residents"], minutes=2.0).isna().all()


def test_mean_minutes_leave_out_who_has_no_journey(town_areas, town_times):
    per_contact = pd.Series({"W": 11.0, "N": 4.0, "E": np.inf, "F": 50.0})
    nearest = nearest_sites(town_times.minutes[["A", "B"]])
    found = mean_minutes_of(nearest, ["A", "B"], per_contact, town_areas["residents"])
    assert found.tolist() == [11.0, 4.0]
    known = pd.Series({"W": 11.0, "N": 4.0, "E": 2.0, "F": 50.0})
    found = mean_minutes_of(nearest, ["A", "B"], known, town_areas["residents"])
    assert found.tolist() == [(400 * 11 + 200 * 2) / 600, 4.0]
