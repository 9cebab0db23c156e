"""All evidence about the toy town: tables that add up, places, indicators, sensitivity."""

from dataclasses import replace

import pandas as pd
import pytest
from appraisal_cases import (
    LOCAL,
    NURSES,
    TODAY,
    evidence_context,
    random_settings,
    tables_of_people,
    town_setting,
)
from examples import dear
from hypothesis import given

from llrgeo.appraisal.accessibility.site_choice import compare_rules
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.evidence import Evidence, appraise
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.activity import CARE_PLACES
from llrgeo.appraisal.measures import CONTACT_MEASURES
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import OUTCOMES
from llrgeo.appraisal.places.authorities import compare_authorities
from llrgeo.appraisal.scoring import Criterion, Hurdle, score_options
from llrgeo.appraisal.uncertainty.simulation import Uncertainty, simulate
from llrgeo.errors import InputError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.rates import read_rates
from llrgeo.travel.times import TravelTimes

NO_RATES = Rates(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
CRITERIA = (Criterion("mean_minutes", 2), Criterion("closer_to_home", 1))


@pytest.fixture(scope="module")
def setting(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> AppraisalInputs:
    return town_setting(town_areas, town_sites, town_times)


@pytest.fixture(scope="module")
def results(setting: AppraisalInputs) -> dict[str, OptionResult]:
    roomy = replace(LOCAL, capacity={"clinic": {"A": 500.0, "B": 450.0}})
    return evaluate_options([TODAY, roomy], setting, baseline="today")


@pytest.fixture(scope="module")
def evidence_inputs(town_times: TravelTimes) -> EvidenceInputs:
    tables = {
        path.stem: read_rates(path, kind=path.stem) for path in embedded("rates").glob("*.csv")
    }
    costs = tables["service_costs"]
    tables["service_costs"] = pd.concat(
        [costs.iloc[[0]].assign(service=one) for one in ("clinic", "beds", "nurses")],
        ignore_index=True,
    )
    return EvidenceInputs(
        Rates(**tables),
        Uncertainty(1.0),
        growth={"age_85_plus": 1.5},
        walk_times=TravelTimes(town_times.minutes * 12, mode="walk"),
        transit_times=TravelTimes(town_times.minutes * 25, mode="transit"),
        draws=200,
    )


@pytest.fixture(scope="module")
def evidence(
    results: dict[str, OptionResult], setting: AppraisalInputs, evidence_inputs: EvidenceInputs
) -> Evidence:
    scorecard = score_options(results, CRITERIA)
    return appraise(results, setting, scorecard, evidence_inputs, baseline="today")


def test_every_table_of_people_adds_up_to_the_town(evidence: Evidence) -> None:
    tables = evidence.tables
    keys = ["option", "service"]
    assert (tables["winners_and_losers"].groupby(keys)["people"].sum() == 1_000).all()
    assert (tables["journeys"].groupby([*keys, "group"])["people"].sum() == 1_000).all()
    assert (tables["flows"].groupby(keys)["residents"].sum() == 1_000).all()
    assert (tables["over_the_border"].groupby(keys)["residents"].sum() == 1_000).all()
    assert (tables["places"].groupby("option")["people"].sum() == 1_000).all()
    assert (tables["on_foot"].groupby([*keys, "pace", "group"])["people"].sum() == 1_000).all()
    rules = tables["choice_of_site"]
    counted = rules[["assigned", "turned_away", "out_of_reach"]].sum(axis=1)
    assert counted[rules["service"] == "clinic"].tolist() == pytest.approx([1_000] * 5)


# Tables that count residents: by what their people add up to everyone, and in which columns.
PEOPLE = {
    "average_journeys": (["option", "group"], ["people"]),
    "journeys": (["option", "service", "group"], ["people"]),
    "winners_and_losers": (["option", "service"], ["people"]),
    "flows": (["option", "service"], ["residents"]),
    "over_the_border": (["option", "service"], ["residents"]),
    "places": (["option"], ["people"]),
    "equity": (["option"], ["people"]),
    "on_foot": (["option", "service", "pace", "group"], ["people"]),
}
CONTACTS = {
    "flows": (["option", "service"], ["contacts"]),
    "places_of_care": (["option", "service"], list(CARE_PLACES)),
    "choice_of_site": (["option", "service", "rule"], ["assigned", "turned_away", "out_of_reach"]),
}
# People of these are counted against limits or are some of all, and checked as such below.
OTHER = {"thresholds", "site_loads", "team_reach", "worst_places", "worst_changes"}


@dear(40)
@given(random_settings())
def test_people_add_up_in_every_table(case: tuple[AppraisalInputs, Option, Option]) -> None:
    setting, small, large = case
    results = evaluate_options([small, large], setting, baseline=small.name)
    evidence_inputs = EvidenceInputs(NO_RATES, Uncertainty(1.0), walk_times=setting.times)
    tables = tables_of_people(evidence_context(results, setting, small.name, evidence_inputs))
    everyone = setting.areas["residents"].sum()
    counting = {n for n, t in tables.items() if {"people", "residents"} & set(t.columns)}
    assert counting - set(PEOPLE) <= OTHER  # a new table of people needs a line here
    for name, (keys, columns) in PEOPLE.items():
        assert (tables[name].groupby(keys)[columns].sum().sum(axis=1) == everyone).all(), name
    journeys = tables["journeys"]
    assert (journeys[list(OUTCOMES)].sum(axis=1) == journeys["people"]).all()
    contacts = {}
    for one in setting.services:
        contacts["places_of_care", one.id] = total = setting.contacts_of(one).sum()
        contacts["flows", one.id] = total * (1 - one.shares.video)
        contacts["choice_of_site", one.id] = total * one.shares.at_sites
    for name, (keys, columns) in CONTACTS.items():
        found = tables[name].groupby(keys)[columns].sum().sum(axis=1)
        for key, count in found.items():
            assert count == pytest.approx(contacts[name, key[1]], abs=1e-6), (name, key)
    limits = tables["thresholds"]
    gained = limits["newly_inside"] - limits["newly_outside"]
    assert (limits["within_before"] + gained == limits["within_after"]).all()
    assert (limits["within_after"] <= everyone).all()
    keys = ["option", "service"]
    loads = tables["site_loads"].groupby(keys)["residents"].sum()
    averages = tables["average_journeys"]
    assert not {*OUTCOMES} & set(averages.columns)  # an average counts nobody as better or worse
    out = journeys.query("group == 'everyone'").set_index(keys)["unreachable"]
    assert (loads + out.reindex(loads.index) == everyone).all()
    teams = tables["team_reach"]
    assert (teams["in_time"] <= teams["people"]).all()
    for name in ("worst_places", "worst_changes"):
        assert (tables[name].groupby("option")["residents"].sum() <= everyone).all()


def test_neighbours_who_come_in_and_residents_who_go_out_are_told_apart(
    setting: AppraisalInputs, evidence_inputs: EvidenceInputs, town_sites: pd.DataFrame
) -> None:
    # The farm's 100 live in Fields, at home are W, N and E with 900; site B stands in Fields too.
    sites = town_sites.assign(authority=["Town", "Fields", "Town"])
    minutes = setting.times.minutes.copy()
    minutes.loc["F"] = [7.0, 8.0, 9.0]
    times = replace(setting.times, minutes=minutes, distance_km=None)
    known = replace(setting, sites=sites, times=times, home=frozenset({"Town"}))
    results = evaluate_options([TODAY, LOCAL], known, baseline="today")
    tables = appraise(
        results, known, score_options(results, CRITERIA), evidence_inputs, baseline="today"
    ).tables
    border = tables["over_the_border"].query("service == 'clinic'")
    residents = border.set_index(["option", "flow"])["residents"]
    assert residents["today"].to_dict() == {"in": 100, "stay": 900}
    # B is nearer to N, and as near to W as A: a tie goes to the lowest id.
    assert residents["local"].to_dict() == {"in": 100, "out": 300, "stay": 600}


def test_the_way_to_the_city_that_is_avoided_is_counted(evidence: Evidence) -> None:
    burden = evidence.tables["burden"].set_index(["option", "service"])
    # N's 300 no longer travel 3 minutes and kilometres to A, there and back.
    assert burden.loc[("local", "clinic"), "city_hours_avoided"] == pytest.approx(300 * 6 / 60)
    assert burden.loc[("local", "clinic"), "city_km_avoided"] == pytest.approx(1_800)


def test_half_the_pace_doubles_nothing_but_the_minutes(evidence: Evidence) -> None:
    table = evidence.tables["on_foot"]
    rows = table[(table["group"] == "everyone") & (table["service"] == "clinic")]
    rows = rows.set_index(["option", "pace"])
    # E walks 12 minutes to A and W 24; at 3.2 km/h that is 18 and 36.
    assert rows.loc[("today", "usual"), "share_within_15_min"] == 0.2
    assert rows.loc[("today", "frail"), "share_within_15_min"] == 0
    assert rows.loc[("today", "usual"), "share_within_30_min"] == 0.6
    assert rows.loc[("today", "frail"), "share_within_30_min"] == 0.2


def test_those_who_come_by_bus_are_counted_within_half_an_hour_and_an_hour(
    evidence: Evidence,
) -> None:
    table = evidence.tables["by_public_transport"]
    rows = table[(table["group"] == "everyone") & (table["service"] == "clinic")]
    rows = rows.set_index("option")
    # To A: E takes 25 minutes, W 50, N 75; the farm cannot come.
    assert rows.loc["today", "share_within_30_min"] == 0.2
    assert rows.loc["today", "share_within_60_min"] == 0.6
    assert rows.loc["today", "unreachable"] == 100


def test_the_rule_with_room_turns_nobody_away_while_there_is_room(evidence: Evidence) -> None:
    rules = evidence.tables["choice_of_site"].set_index(["option", "service", "rule"])
    assert rules.loc[("local", "clinic", "room"), "turned_away"] == 0
    assert rules.loc[("local", "clinic", "room"), "busiest_contacts"] <= 500
    assert rules.loc[("local", "clinic", "nearest"), "busiest_contacts"] == 600


def test_only_those_who_travel_to_a_site_that_is_there_choose_one(
    setting: AppraisalInputs,
) -> None:
    none = replace(TODAY, name="none", sites={**TODAY.sites, "beds": frozenset()})
    found = compare_rules(evaluate_options([TODAY, none], setting, baseline="today"), setting)
    pairs = set(zip(found["option"], found["service"], strict=True))
    assert pairs == {("today", "clinic"), ("today", "beds"), ("none", "clinic")}


def test_the_tornado_covers_times_people_and_every_service_people_travel_for(
    evidence: Evidence,
) -> None:
    assert len(evidence.tables["tornado"]) == 2 + 2


def test_an_option_that_fails_a_hurdle_takes_no_part_in_the_ranks(
    results: dict[str, OptionResult], setting: AppraisalInputs, evidence_inputs: EvidenceInputs
) -> None:
    scorecard = score_options(results, CRITERIA, hurdles=[Hurdle("closer_to_home", 0.1)])
    found = appraise(results, setting, scorecard, evidence_inputs, baseline="today")
    assert found.acceptability.ranks.index.tolist() == ["local"]
    assert "Closer to home is first in 100% of all weightings" in found.robustness


def test_contacts_of_real_patients_are_published_without_small_numbers(
    results: dict[str, OptionResult], setting: AppraisalInputs, evidence_inputs: EvidenceInputs
) -> None:
    restricted = replace(setting, restricted=True)
    results = evaluate_options([TODAY, LOCAL], restricted, baseline="today")
    scorecard = score_options(results, CRITERIA, set_aside=CONTACT_MEASURES)
    found = appraise(results, restricted, scorecard, evidence_inputs, baseline="today").tables
    assert not {"costs", "costs_by_site", "choice_of_site", "burden"} & set(found)
    assert "contacts" not in found["flows"]
    # 9 of the 11 visits to the beds are at A today, 2 cannot be made: that cell hides another.
    beds = found["places_of_care"].query("option == 'today' and service == 'beds'").iloc[0]
    assert (beds["unreachable"], beds["acute"], beds["other"]) == ("*", "*", "0")


def test_a_study_of_teams_alone_is_judged_by_the_teams_journeys(
    setting: AppraisalInputs, evidence_inputs: EvidenceInputs
) -> None:
    alone = replace(setting, services=(NURSES,))
    today = Option("today", "Today", {"nurses": frozenset("A")})
    nearer = today.change("nearer", opens={"nurses": {"B"}})
    results = evaluate_options([today, nearer], alone, baseline="today")
    assert results["nearer"].overall.change["change_min"].tolist()[:3] == [0, -2, 0]
    scorecard = score_options(results, [Criterion("team_in_time", 1), Criterion("mean_minutes", 1)])
    found = appraise(results, alone, scorecard, evidence_inputs, baseline="today").tables
    assert "floating_catchments" not in found
    assert (
        found["winners_and_losers"].groupby(["option", "service"])["people"].sum() == 1_000
    ).all()


def test_places_are_ranked_and_joined_with_the_users_figures(
    results: dict[str, OptionResult], town_areas: pd.DataFrame, town_sites: pd.DataFrame
) -> None:
    at_home = pd.DataFrame({"still_at_home": [0.85]}, index=["X01"])
    table = compare_authorities(results, town_areas, town_sites, at_home)
    local = table[table["option"] == "local"].set_index("authority")
    assert local.loc["Town", "rank"] == 1
    assert local.loc["Town", "still_at_home"] == 0.85
    assert pd.isna(local.loc["Fields", "rank"])  # nobody there reaches a site
    # E's beds get farther (200), N's clinic and beds nearer (300): nothing is netted.
    assert local.loc["Town", ["share_longer", "share_shorter"]].tolist() == pytest.approx(
        [200 / 900, 300 / 900]
    )
    # Of the town's 909 contacts, 600 are at the clinic of A.
    assert local.loc["Town", "city_share"] == pytest.approx(600 / 909)


def test_figures_of_unknown_or_repeated_places_are_refused(
    results: dict[str, OptionResult], town_areas: pd.DataFrame, town_sites: pd.DataFrame
) -> None:
    wrong = pd.DataFrame({"x": [1, 2, 3]}, index=["X01", "X01", "Z99"])
    with pytest.raises(InputError, match=r"\(Z99\)\n.*listed twice \(X01\)"):
        compare_authorities(results, town_areas, town_sites, wrong)
    taken = pd.DataFrame({"people": [0.85], "rank": [2.0]}, index=["X01"])
    with pytest.raises(InputError, match=r"like ones of the table \(people, rank\); rename"):
        compare_authorities(results, town_areas, town_sites, taken)


def test_counted_activity_takes_the_place_of_rates(setting: AppraisalInputs) -> None:
    counted = pd.DataFrame({"clinic": [10.0, 20, 30, 40]}, index=["W", "N", "E", "F"])
    results = evaluate_options([TODAY], replace(setting, activity=counted), baseline="today")
    care = results["today"].care
    assert care.loc["clinic", "contacts"] == 100
    assert care.loc["beds", "contacts"] == pytest.approx(11)
    exact = Uncertainty(0.0, speed_sd=0.0, rate_sd=0.0, growth_sd=0.0)
    found = simulate(results, replace(setting, activity=counted), exact, draws=2, seed=0)
    # Clinic: W and E, 10 + 30, within 2 minutes; beds: W and E, 4 + 2.
    assert found.values["within_standard"]["today"].tolist() == pytest.approx([46 / 111] * 2)


def test_bad_activity_lists_all_its_faults(setting: AppraisalInputs) -> None:
    bad = pd.DataFrame({"clinic": [-1.0, 1, 1, 1], "spa": 1.0}, index=["W", "N", "E", "Z"])
    with pytest.raises(InputError) as caught:
        evaluate_options([TODAY], replace(setting, activity=bad), baseline="today")
    for words in ("unknown services (spa)", "1 areas (F)", "unknown 1 areas (Z)", "0 in W"):
        assert words in str(caught.value)
