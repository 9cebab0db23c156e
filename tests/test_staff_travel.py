"""Staff travel in the toy town: rounds in burden and costs are those of the table of teams."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import BEDS, CLINIC, LOCAL, NURSES, TODAY, town_rates
from capacity_cases import rates_of, town_plan

from llrgeo.appraisal.capacity.assemble import build_setting
from llrgeo.appraisal.capacity.plan import CENTRAL
from llrgeo.appraisal.capacity.setting import RoundService
from llrgeo.appraisal.capacity.team_evidence import rounds_by_base
from llrgeo.appraisal.costs.cost_tables import cost_lines, cost_table
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.errors import InputError
from llrgeo.schema import AGE_BANDS

OFTEN = replace(NURSES, visits=170.0)  # 85 patients: 14,450 visits a year, 39.6 a day
MOVED = LOCAL.change("moved", moves={"nurses": {"A": "B"}}, label="Nurses at the cottage hospital")
SPREAD = LOCAL.change("spread", opens={"nurses": {"B"}}, label="Nurses at both hospitals")
OPTIONS = [TODAY, MOVED, SPREAD]
A_ROUND = 4


@pytest.fixture
def plan(town_areas, town_sites):
    """Return the town's plan: people of its table of areas, bases where its sites are."""
    whole = town_plan(town_areas, [option.name for option in OPTIONS])
    points = town_sites.geometry
    rounds = [RoundService("nurses", rates_of(OFTEN, visits=True), 30.0, A_ROUND, 0.25, 1.2)]
    return replace(
        whole,
        people={CENTRAL: {2026: town_areas[list(AGE_BANDS)]}},
        services=replace(whole.services, rounds=rounds),
        roads=replace(whole.roads, bases=pd.DataFrame({"easting": points.x, "northing": points.y})),
    )


@pytest.fixture
def inputs(town_areas, town_sites, town_times, plan) -> AppraisalInputs:
    services = (CLINIC, BEDS, OFTEN)
    return AppraisalInputs(
        *(town_areas, town_sites, services, town_times),
        kg_co2e_per_km=0.2,
        rounds=plan.round_forms,
    )


def test_hours_of_burden_are_those_of_the_table_of_teams(inputs, plan) -> None:
    results = evaluate_options(OPTIONS, inputs, baseline="today")
    table = rounds_by_base(build_setting(plan, results, inputs), seed=3)
    hours = (table["visits"] * table["travel_min"] / 60).groupby(table["option"]).sum()
    assert len(table) == 4  # one base today and moved, two when spread
    for option in OPTIONS:
        nurses = results[option.name].burden.loc["nurses"]
        assert nurses["team_trips"] == pytest.approx(85 * 170)
        assert nurses["team_hours"] == pytest.approx(hours[option.name], rel=1e-12)
    assert hours.nunique() == 3


def test_one_base_by_hand(inputs, town_areas, town_sites) -> None:
    found = evaluate_options(OPTIONS, inputs, baseline="today")["today"]
    # Visits of W, N and E; minutes and kilometres from the base 2, 3 and 1, half a minute at
    # either end of a journey: driving of 1, 2 and 0.
    visits = np.array([35, 30, 20]) * 170
    a_day = visits.sum() / 365
    assert a_day > 8 * A_ROUND
    xy = town_areas.geometry.get_coordinates().to_numpy()[:3]
    base = town_sites.geometry.get_coordinates().loc["A"].to_numpy()
    straight = visits @ np.hypot(*(xy - base).T) / 1_000
    (ax, ay), (bx, by) = xy[1] - xy[0], xy[2] - xy[0]
    hull = abs(ax * by - ay * bx) / 2 / 1e6
    between = 0.57 * np.sqrt(hull / a_day)
    assert between > 0
    driven, km = np.array([1, 2, 0]), np.array([2, 3, 1])
    minutes = 1.2 * (2 * driven / 4 + visits @ driven / straight * between) + 116 / 60 * 1.25
    way = 1.2 * (2 * km / 4 + visits @ km / straight * between)
    allocation = found.services["nurses"].allocation
    assert allocation["visit_min"].tolist() == pytest.approx([*minutes, np.inf])
    assert allocation["visit_km"].tolist()[:3] == pytest.approx(way)
    nurses = found.burden.loc["nurses"]
    assert nurses["team_hours"] == pytest.approx(visits @ minutes / 60)
    assert nurses["team_km"] == pytest.approx(visits @ way)
    assert nurses["kg_co2e"] == pytest.approx(visits @ way * 0.2)
    # Patients travel as they did, and the drive that a standard is about is the way out.
    assert found.care.loc["nurses", "contacts_in_time"] == 55 * 170
    assert allocation["travel_time_min"].tolist()[:3] == [2, 3, 1]


def test_costs_follow_the_rounds(inputs) -> None:
    rates = town_rates()
    for rounds in (inputs.rounds, {}):
        results = evaluate_options(OPTIONS, replace(inputs, rounds=rounds), baseline="today")
        lines = cost_lines(results, rates, baseline="today")
        costs = cost_table(lines, results, rates, baseline="today")
        for option in OPTIONS:
            burden = results[option.name].burden.loc["nurses"]
            # A pound an hour and a pound a kilometre, over two years at 10 %.
            paid = (burden["team_hours"] + burden["team_km"]) * (1 / 1.1 + 1 / 1.21)
            assert costs.loc[option.name, "team_travel"] == pytest.approx(paid)
        moved = results["moved"].burden.loc["nurses", "team_hours"]
        today = results["today"].burden.loc["nurses", "team_hours"]
        assert moved != today
        more = costs["team_travel"]["moved"] - costs["team_travel"]["today"]
        assert costs["extra_provider"]["moved"] == pytest.approx(
            more + (costs.loc["moved", ["capital", "transition", "closure", "running"]].sum()
            - costs.loc["today", ["capital", "transition", "closure", "running"]].sum())
            + costs["contact_costs"]["moved"] - costs["contact_costs"]["today"]
        )  # fmt: skip


def test_without_rounds_staff_go_out_and_back(inputs) -> None:
    found = evaluate_options([TODAY], replace(inputs, rounds={}), baseline="today")["today"]
    nurses = found.burden.loc["nurses"]
    assert nurses["team_hours"] == pytest.approx(2 * 170 * (35 * 2 + 30 * 3 + 20) / 60)
    assert nurses["team_km"] == pytest.approx(2 * 170 * (35 * 2 + 30 * 3 + 20))


def test_a_service_that_nobody_runs_any_more_has_no_travel(inputs) -> None:
    closed = TODAY.change("closed", closes={"nurses": {"A"}}, label="No nurses")
    results = evaluate_options([TODAY, closed], inputs, baseline="today")
    nurses = results["closed"].burden.loc["nurses"]
    assert nurses[["team_trips", "team_hours", "team_km"]].tolist() == [0, 0, 0]
    nobody = replace(inputs, services=(CLINIC, BEDS, replace(OFTEN, visits=0.0)))
    idle = evaluate_options([TODAY], nobody, baseline="today")["today"].burden.loc["nurses"]
    assert idle[["team_trips", "team_hours", "team_km"]].tolist() == [0, 0, 0]


def test_rounds_need_to_know_where_homes_are(inputs) -> None:
    bare = replace(inputs, sites=pd.DataFrame(inputs.sites.drop(columns="geometry")))
    with pytest.raises(InputError, match="give areas and sites with points"):
        evaluate_options([TODAY], bare, baseline="today")
