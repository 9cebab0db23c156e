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
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.disclosure import (
    HIDDEN,
    CountedContacts,
    count_contacts,
    disclosable_tables,
    hidden_places,
    round_counts,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.activity import CARE_PLACES
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.schema import site_roles
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


@pytest.fixture
def restricted(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> tuple[CountedContacts, dict[str, pd.DataFrame]]:
    """Return the contacts that were counted in the town, and its tables of people."""
    activity = pd.DataFrame(
        {"clinic": [40.0, 3, 60, 5], "beds": [2.0, 30, 0, 0]}, index=town_areas.index
    )
    setting = town_setting(town_areas, town_sites, town_times)
    setting = replace(setting, activity=activity, restricted=True)
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    counted = count_contacts(results, setting, baseline="today")
    return counted, tables_of_people(evidence_context(results, setting, "today"))


def test_no_table_of_a_restricted_study_holds_a_small_number_of_contacts(
    restricted: tuple[CountedContacts, dict[str, pd.DataFrame]],
) -> None:
    counted, tables = restricted
    shown = disclosable_tables(tables, RULES, counted)
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
    restricted: tuple[CountedContacts, dict[str, pd.DataFrame]],
) -> None:
    counted, tables = restricted
    shown = disclosable_tables(tables, RULES, counted)
    care = shown["places_of_care"].set_index(["option", "service"])
    # 103 of 108 go to A today and 5 of the farm to no site; if the 5 are hidden, so is A.
    clinic = care.loc[("today", "clinic")]
    assert clinic[["acute", "unreachable"]].tolist() == [HIDDEN, HIDDEN]
    # Closer to home N's 3 go to B: the community hospital is hidden under every option.
    assert care.loc[("local", "clinic"), "community"] == HIDDEN
    # Today no clinic is there, and the place is hidden alike in all options.
    assert care.loc[("today", "clinic"), "community"] == HIDDEN
    assert shown["activity"].set_index("service")["contacts"].to_dict()["clinic"] == "110"
    loads = shown["site_loads"].set_index(["option", "service", "site_id"])["contacts"]
    assert loads["local", "clinic", "B"] == loads["today", "clinic", "A"] == HIDDEN
    # Another option moves N's contacts alone: what is left at a site would tell them.
    assert (loads.loc["local", ["clinic", "beds"], :] == HIDDEN).all()
    # Contacts of the nurses are by open rates: those of other options are shown too.
    assert loads["local", "nurses", "A"] == loads["today", "nurses", "A"] == "85"


@settings(max_examples=60, deadline=None)
@given(random_settings(), st.integers(0, 2**32 - 1))
def test_no_small_number_follows_from_what_is_shown(
    case: tuple[AppraisalInputs, Option, Option], seed: int
) -> None:
    setting, small, large = case
    counts = np.random.default_rng(seed).choice([0, 0, 1, 2, 9, 40], (len(setting.areas), 2))
    assume(counts.any(axis=0).all())  # a service that nobody uses is left out at the door
    activity = pd.DataFrame(counts.astype(float), setting.areas.index, ["clinic", "nurses"])
    # Shares are stated, not counted: what follows from them is no number of patients.
    services = tuple(replace(one, shares=Shares()) for one in setting.services)
    setting = replace(setting, activity=activity, services=services, restricted=True)
    results = evaluate_options([small, large], setting, baseline="fewer")
    counted = count_contacts(results, setting, baseline="fewer")
    for service in services:
        kinds = site_roles(setting.sites)
        places = pd.Series("home", kinds.index) if service.delivery == "team" else kinds
        loads = counted.loads.loc[("fewer", service.id), "contacts"]
        unreachable = float(counted.care.loc[("fewer", service.id), "unreachable"])
        if loads.sum() + unreachable > 7.5:  # a smaller total is hidden itself
            hidden = counted.hidden[service.id]
            followed = small_that_follow(loads, unreachable, places[loads.index], hidden)
            assert followed == [], (loads, unreachable, hidden)


def hidden_of(today: dict[str, float]) -> frozenset[str]:
    """Return the places that are hidden for contacts by place today."""
    care = pd.Series({**dict.fromkeys(CARE_PLACES, 0.0), **today, "delivery": "patient"})
    return hidden_places(care, pd.Series({"A": 90.0}), pd.Series({"A": "acute"}))


def test_places_are_hidden_until_what_is_hidden_is_more_than_a_few() -> None:
    """3 and 2 could be told from their sum of 5: a third place is hidden with them."""
    today = {"acute": 90.0, "community": 3.0, "unreachable": 2.0, "other": 40.0}
    assert hidden_of(today) == {"community", "unreachable", "other"}


def test_a_total_of_1_to_7_says_nothing_of_its_places() -> None:
    """Five contacts at five places would be 1 each, if it showed that each place has some."""
    today = {"acute": 1.0, "community": 1.0, "primary": 1.0, "other": 1.0, "unreachable": 1.0}
    assert hidden_of(today) == hidden_of({"acute": 5.0}) == set(CARE_PLACES)


def test_a_place_with_many_is_hidden_with_those_that_have_few() -> None:
    """7 and 7 beside 12 and 12: a total of 38 or more, less 24 at most, would be 14 at least."""
    today = {"community": 7.0, "primary": 7.0, "acute": 12.0, "other": 12.0}
    assert hidden_of(today) == {"community", "primary", "other"}


def test_which_place_is_hidden_besides_says_nothing_of_its_size() -> None:
    """7 hidden with a 12, for being no more than the 12s shown, would be no less than 7."""
    alike = {
        hidden_of({"acute": 12.0, "primary": 12.0, "community": few, "other": 19.0 - few})
        for few in range(1, 8)
    }
    assert alike == {frozenset({"community", "other"})}


def small_that_follow(
    loads: pd.Series, unreachable: float, places: pd.Series, hidden: frozenset[str]
) -> list[float]:
    """Return the small counts of sites and places that are sums of rows that the attacker knows.

    The attacker knows every total and shown cell to the unit, and which cells are empty.
    """
    values = np.array([*loads, unreachable])
    place_of = np.array([*places, "unreachable"])
    cells = np.eye(len(values))
    sums = [(place, (place_of == place).astype(float)) for place in sorted(set(place_of))]
    known = [np.ones(len(values)), *cells[(values == 0) | ~np.isin(place_of, list(hidden))]]
    known += [row for place, row in sums if place not in hidden]
    rank = np.linalg.matrix_rank(np.vstack(known))
    return [
        float(target @ values)
        for target in [*cells, *(row for _, row in sums)]
        if 0 < target @ values < 7.5 and np.linalg.matrix_rank(np.vstack([*known, target])) == rank
    ]
