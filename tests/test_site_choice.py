"""Three rules of choosing a site: their sums by hand, and against all contacts one by one."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import random_settings
from hypothesis import given, settings

from llrgeo.appraisal.accessibility.site_choice import (
    choose_by_size,
    choose_nearest,
    compare_rules,
    sums_of,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.assignment import assign_with_room
from llrgeo.appraisal.journeys.nearest_sites import TimesArrays
from llrgeo.appraisal.options import Option
from llrgeo.travel.times import TravelTimes

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]


def test_the_nearest_rule_sends_everyone_whatever_the_room(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    sites = town_times.minutes.columns
    arrays = TimesArrays.of(town_times, town_areas.index, pd.Series("acute", sites))
    residents = town_areas["residents"].to_numpy(float)
    nearest, columns = arrays.nearest(frozenset(sites)), np.arange(len(sites))
    found = choose_nearest(nearest, residents, columns, standard_min=1.0)
    assert dict(zip(sites, found.by_site, strict=True)) == {"A": 600, "B": 300, "C": 0}
    # W (400 people) is two minutes from A, E (200) one; N (300) is one from B. None reach the farm.
    assert found[1:] == (400 * 2 + 200 + 300, 200 + 300, 0, 100)


def test_choice_follows_size_over_squared_minutes() -> None:
    # 3, 1 and 0.5 minutes, of which the last counts as one; another area reaches no site.
    minutes = np.array([[3.0, 99.0, 1.0, 0.5], [np.inf] * 4])
    size = np.array([9.0, 1.0, 2.0])
    found = choose_by_size(
        minutes, np.array([300.0, 70.0]), np.array([0, 2, 3]), size, standard_min=1.0
    )
    assert found.by_site.tolist() == pytest.approx([75, 75, 150])
    assert found[1:] == pytest.approx((75 * 3 + 75 * 1 + 150 * 0.5, 225, 0, 70))


def test_sums_of_an_assignment_are_those_of_its_contacts(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    capacity = {"A": 250.0, "B": 400.0, "C": 100.0}
    assigned = assign_with_room(town_times.minutes, town_areas["residents"], capacity)
    found = sums_of(assigned, town_times.minutes, standard_min=1.5)
    assert found.by_site.tolist() == [250, 400, 100]
    assert found[1:] == pytest.approx((200 + 300 + 250 * 2, 500, 150, 100))


@settings(max_examples=40, deadline=None)
@given(random_settings())
def test_the_rules_are_what_their_plain_definitions_say(case: Case) -> None:
    inputs, fewer, more = case
    inputs = replace(inputs, times=TravelTimes(inputs.times.minutes.iloc[::-1]))
    results = evaluate_options([fewer, more], inputs, baseline="fewer")
    table = compare_rules(results, inputs).set_index(["option", "service", "rule"])
    for option in (fewer, more):
        for service in inputs.visited:
            sites = sorted(option.sites.get(service.id, ()))
            if not sites:
                assert (option.name, service.id) not in table.index.droplevel("rule")
                continue
            size = [sum(site in each for each in option.sites.values()) for site in sites]
            wanted = results[option.name].services[service.id].allocation["at_site"]
            for rule in ("nearest", "choice"):
                contacts = np.zeros(len(sites))
                spent = soon = lost = 0.0
                for area, minutes in inputs.times.minutes.loc[inputs.areas.index, sites].iterrows():
                    reached = np.isfinite(minutes.to_numpy())
                    if rule == "nearest":
                        pull = np.arange(len(sites)) == minutes.to_numpy().argmin()
                    else:
                        pull = size / np.maximum(minutes.to_numpy(), 1.0) ** 2
                    pull = np.where(reached, pull, 0.0)
                    if not pull.sum():
                        lost += wanted[area]
                        continue
                    going = wanted[area] * pull / pull.sum()
                    contacts += going
                    spent += (going * minutes)[reached].sum()
                    soon += going[minutes.to_numpy() <= service.travel_standard_min].sum()
                found, all_of_them = table.loc[option.name, service.id, rule], contacts.sum() + lost
                expected = {
                    "assigned": contacts.sum(),
                    "turned_away": 0.0,
                    "out_of_reach": lost,
                    "mean_min": spent / contacts.sum() if contacts.sum() else np.nan,
                    "share_in_time": soon / all_of_them if all_of_them else np.nan,
                    "busiest_contacts": contacts.max(),
                }
                assert found[list(expected)].to_dict() == pytest.approx(expected, nan_ok=True)
                assert contacts[sites.index(found["busiest_site"])] == pytest.approx(contacts.max())
