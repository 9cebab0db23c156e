"""Small numbers: the rule by hand, every table of a restricted study, and the attack that fails."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import (
    LOCAL,
    TODAY,
    evidence_context,
    random_settings,
    tables_of_people,
    town_setting,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.activity import CARE_PLACES
from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.disclosure import (
    HIDDEN,
    disclosable_tables,
    hidden_places,
    round_counts,
    suppress_averages,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.travel.times import TravelTimes

# Columns that count contacts, or from which they could be divided out.
OF_PATIENTS = set(CARE_PLACES) - {"unreachable"} | {
    "contacts", "contacts_later", "contacts_in_time", "share_used", "over_capacity",
    "assigned", "turned_away", "out_of_reach", "busiest_contacts", "patient_trips", "team_trips",
    "patient_hours", "team_hours", "city_hours", "hours", "cost_gbp", "contact_costs",
}  # fmt: skip

RULES = {declaration.name: declaration.disclosure for declaration in TABLES}


def test_counts_of_1_to_7_are_hidden_and_others_rounded_to_5() -> None:
    shown = round_counts(pd.Series([0, 1, 7, 8, 12, 13, 99]))
    assert shown.tolist() == ["0", "*", "*", "10", "10", "15", "100"]


def test_a_part_of_a_contact_is_as_disclosive_as_one() -> None:
    assert round_counts(pd.Series([0.3, 7.4, 7.6])).tolist() == ["*", "*", "10"]


def test_averages_over_few_contacts_are_hidden() -> None:
    averages = pd.DataFrame({"mean_min": [10.0, 20.0, 30.0]})
    shown = suppress_averages(averages, pd.Series([7, 8, 0]))
    assert shown["mean_min"].isna().tolist() == [True, False, False]


@pytest.fixture
def restricted(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> tuple[AppraisalInputs, dict[str, pd.DataFrame]]:
    """Return the town with contacts that were counted, and its tables of people and results."""
    activity = pd.DataFrame(
        {"clinic": [40.0, 3, 60, 5], "beds": [2.0, 30, 0, 0]}, index=town_areas.index
    )
    setting = replace(town_setting(town_areas, town_sites, town_times), activity=activity)
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    return setting, tables_of_people(evidence_context(results, setting, "today"))


def test_no_table_of_a_restricted_study_holds_a_small_number_of_contacts(
    restricted: tuple[AppraisalInputs, dict[str, pd.DataFrame]],
) -> None:
    setting, tables = restricted
    shown = disclosable_tables(tables, RULES, setting)
    assert {"burden", "choice_of_site"} == set(tables) - set(shown)
    hidden = 0
    for name, table in shown.items():
        for column in OF_PATIENTS & set(table.columns):
            counts = table[column]
            assert counts.map(type).eq(str).all(), (name, column)
            hidden += counts.eq(HIDDEN).sum()
            numbers = counts[counts != HIDDEN].astype(int)
            assert (numbers % 5 == 0).all(), (name, column)
    assert hidden > 0


def test_the_town_hides_what_it_must(
    restricted: tuple[AppraisalInputs, dict[str, pd.DataFrame]],
) -> None:
    setting, tables = restricted
    shown = disclosable_tables(tables, RULES, setting)
    care = shown["places_of_care"].set_index(["option", "service"])
    # 103 of 108 go to A today and 5 of the farm to no site; if the 5 are hidden, so is A.
    clinic = care.loc[("today", "clinic")]
    assert clinic[["city_hospital", "unreachable"]].tolist() == [HIDDEN, HIDDEN]
    # Closer to home N's 3 go to B: the community hospital is hidden under every option.
    assert care.loc[("local", "clinic"), "community_hospital"] == HIDDEN
    assert shown["activity"].set_index("service")["contacts"].to_dict()["clinic"] == "110"
    loads = shown["site_loads"].set_index(["option", "service", "site_id"])["contacts"]
    assert loads["local", "clinic", "B"] == loads["today", "clinic", "A"] == HIDDEN
    # Minutes of an area are a mean over its contacts: W has 42, N 33, E 60, the farm 5.
    worst = shown["worst_places"].query("option == 'today'").set_index("area_id")
    assert worst["after_min"].isna().to_dict() == {"F": True, "N": False, "W": False, "E": False}


@settings(max_examples=60, deadline=None)
@given(random_settings(), st.integers(0, 2**32 - 1))
def test_no_small_number_follows_from_what_is_shown(
    case: tuple[AppraisalInputs, Option, Option], seed: int
) -> None:
    setting, small, large = case
    counts = np.random.default_rng(seed).choice([0, 0, 1, 2, 9, 40], (len(setting.areas), 2))
    activity = pd.DataFrame(counts.astype(float), setting.areas.index, ["clinic", "nurses"])
    # Shares are stated, not counted: what follows from them is no number of patients.
    services = tuple(replace(one, shares=Shares()) for one in setting.services)
    setting = replace(setting, activity=activity, services=services)
    results = evaluate_options([small, large], setting, baseline="fewer")
    tables = tables_of_people(evidence_context(results, setting, "fewer"))
    hidden = hidden_places(tables["places_of_care"], tables["site_loads"], setting)
    kinds = setting.sites["kind"]
    for result in results.values():
        for service in services:
            places = pd.Series("home", kinds.index) if service.delivery == "team" else kinds
            loads = result.services[service.id].loads["contacts"]
            unreachable = float(result.care.loc[service.id, "unreachable"])
            if loads.sum() + unreachable > 7.5:  # a smaller total is hidden itself
                attack(loads, unreachable, places[loads.index], hidden[service.id])


def attack(loads: pd.Series, unreachable: float, places: pd.Series, hidden: frozenset[str]) -> None:
    """Fail if a small site or place is a sum of rows that the attacker knows.

    The attacker knows every total and shown cell to the unit, and which cells are empty.
    """
    values = np.array([*loads, unreachable])
    place_of = np.array([*places, "unreachable"])
    cells = np.eye(len(values))
    sums = [(place, (place_of == place).astype(float)) for place in sorted(set(place_of))]
    known = [np.ones(len(values)), *cells[(values == 0) | ~np.isin(place_of, list(hidden))]]
    known += [row for place, row in sums if place not in hidden]
    for target in [*cells, *(row for _, row in sums)]:
        if 0 < target @ values < 7.5:
            more = np.linalg.matrix_rank(np.vstack([*known, target]))
            assert more > np.linalg.matrix_rank(np.vstack(known)), (loads, unreachable, hidden)
