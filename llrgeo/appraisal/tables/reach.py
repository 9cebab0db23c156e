"""Declared tables of reach: teams, shared supply, rules of choice, and journeys without a car."""

from typing import Final

import pandas as pd

from llrgeo.appraisal.accessibility.catchments import catchment_table
from llrgeo.appraisal.accessibility.home_visits import team_reach
from llrgeo.appraisal.accessibility.site_choice import compare_rules
from llrgeo.appraisal.accessibility.walking import (
    RIDES_MIN,
    WALKS_MIN,
    departures_table,
    transit_table,
    walking_table,
)
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.people.area_facts import has_ages
from llrgeo.appraisal.tables.columns import (
    ACCESS,
    GROUP,
    LEVEL,
    NO_SITE,
    NOBODY,
    OPTION,
    SERVICE,
    shares_within,
)
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    Conservation,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.makers import contacts_at_sites, has_teams, has_visits, residents
from llrgeo.appraisal.tables.units import CONTACTS, MINUTES, PEOPLE, SHARE, SITES, SUPPLY
from llrgeo.travel.times import TravelTimes

_NO_CONTACTS: Final = "there are no contacts at sites"


def _computed(times: TravelTimes | None) -> TravelTimes:
    """Return times that are there: each table below applies only where they were computed."""
    if times is None:
        raise AssertionError
    return times


def _on_foot(context: EvidenceContext) -> pd.DataFrame:
    times = _computed(context.evidence_inputs.walk_times)
    return walking_table(context.results, times, context.people)


def _by_transit(context: EvidenceContext) -> pd.DataFrame:
    times = _computed(context.evidence_inputs.transit_times)
    return transit_table(context.results, times, context.people)


def _by_departure(context: EvidenceContext) -> pd.DataFrame:
    times = _computed(context.evidence_inputs.transit_times)
    return departures_table(context.results, times, context.people)


def _has_departures(context: EvidenceContext) -> bool:
    """Return whether journeys by timetable are known for each departure of the window."""
    times = context.evidence_inputs.transit_times
    return has_visits(context) and times is not None and bool(times.spread)


def _minutes_at(name: str, meaning: str) -> PublishedColumn:
    """Return a column of mean minutes of those with a journey at nine of ten departures."""
    of_whom = "mean of residents who have a journey at nine of ten departures"
    blank = "nobody has a journey at nine of ten departures"
    return PublishedColumn(name, f"{meaning}: {of_whom}", MINUTES, blank)


REACH: Final = (
    TableDeclaration(
        "team_reach",
        "Homes that a team reaches within the standard.",
        (
            OPTION,
            SERVICE,
            PublishedColumn("age", "Age of residents"),
            PublishedColumn("people", "Residents of this age", PEOPLE),
            PublishedColumn(
                "in_time", "People whose home a team reaches within the standard", PEOPLE
            ),
            PublishedColumn(
                "share_in_time", "Share of them within the standard", SHARE, "nobody to reach"
            ),
            PublishedColumn(
                "mean_min",
                "Mean minutes from the base to those who can be reached",
                MINUTES,
                NO_SITE,
            ),
            PublishedColumn(
                "latest_start_min",
                "Minute after the call by which a team must set off for nine of ten homes",
                MINUTES,
                "more than one of ten homes cannot be reached, or nobody to reach",
            ),
            PublishedColumn("call_min", "Minutes of the standard for handling the call", MINUTES),
            PublishedColumn("dispatch_min", "Minutes of the standard for dispatch", MINUTES),
            PublishedColumn(
                "travel_standard_min",
                "Minutes of the standard that are left for the drive",
                MINUTES,
            ),
        ),
        lambda context: team_reach(context.results, context.appraisal_inputs.areas),
        publish_as_is,
        applies=lambda c: has_teams(c) and has_ages(c.appraisal_inputs.areas),
    ),
    TableDeclaration(
        "floating_catchments",
        "Supply within reach, where people share it with their neighbours.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "method", "Floating catchment: 2SFCA, E2SFCA (steps) or Gaussian (bell)"
            ),
            PublishedColumn("supply_unit", "What supply is counted in"),
            GROUP,
            LEVEL,
            PublishedColumn(
                "per_100_000", "Supply within reach for 100,000 residents", SUPPLY, NOBODY
            ),
            PublishedColumn(
                "share_with_none", "Share of people with no supply within reach", SHARE, NOBODY
            ),
            PublishedColumn(
                "sites_left_out",
                "Sites outside the areas, left out: how many people share them is not known",
                SITES,
            ),
        ),
        lambda context: catchment_table(context.results, context.appraisal_inputs, context.people),
        publish_as_is,
        applies=has_visits,
    ),
    TableDeclaration(
        "choice_of_site",
        "What changes if people do not all go to the nearest site.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "rule",
                "How people choose: nearest, nearest with room, or choice by size and minutes "
                "(Huff)",
            ),
            PublishedColumn("assigned", "Contacts a year that find a site", CONTACTS),
            PublishedColumn("turned_away", "Contacts a year that find no room", CONTACTS),
            PublishedColumn("out_of_reach", "Contacts a year that can reach no site", CONTACTS),
            PublishedColumn("mean_min", "Mean minutes of those who find a site", MINUTES, NO_SITE),
            PublishedColumn(
                "share_in_time",
                "Share of contacts at sites within the standard",
                SHARE,
                _NO_CONTACTS,
            ),
            PublishedColumn("busiest_site", "The site with most contacts"),
            PublishedColumn("busiest_contacts", "Its contacts a year", CONTACTS),
        ),
        lambda context: compare_rules(context.results, context.appraisal_inputs),
        withhold,
        applies=has_visits,
        conserves=(
            Conservation(
                ("option", "service", "rule"),
                ("assigned", "turned_away", "out_of_reach"),
                contacts_at_sites,
            ),
        ),
    ),
    TableDeclaration(
        "on_foot",
        "Minutes on foot to the nearest site, by group of people.",
        (
            OPTION,
            SERVICE,
            PublishedColumn("pace", "Usual is 4.8 km/h, frail is 3.2 km/h"),
            GROUP,
            LEVEL,
            *ACCESS,
            *shares_within(WALKS_MIN),
        ),
        _on_foot,
        publish_as_is,
        applies=lambda c: has_visits(c) and c.evidence_inputs.walk_times is not None,
        conserves=(Conservation(("option", "service", "pace", "group"), ("people",), residents),),
    ),
    TableDeclaration(
        "by_public_transport",
        "Minutes by public transport to the nearest site, by group of people.",
        (OPTION, SERVICE, GROUP, LEVEL, *ACCESS, *shares_within(RIDES_MIN)),
        _by_transit,
        publish_as_is,
        applies=lambda c: has_visits(c) and c.evidence_inputs.transit_times is not None,
        conserves=(Conservation(("option", "service", "group"), ("people",), residents),),
    ),
    TableDeclaration(
        "by_departure",
        "At how many departures of the window public transport has a journey, and its minutes.",
        (
            OPTION,
            SERVICE,
            PublishedColumn("every_departure", "Residents with a journey at each of them", PEOPLE),
            PublishedColumn(
                "most_departures", "Residents with a journey at half or more, not at each", PEOPLE
            ),
            PublishedColumn(
                "some_departures", "Residents with a journey at fewer than half", PEOPLE
            ),
            PublishedColumn("no_departure", "Residents without any journey", PEOPLE),
            PublishedColumn(
                "share_departures", "Share of departures with a journey, mean of residents", SHARE
            ),
            _minutes_at("p10_min", "Minutes that one of ten departures does not exceed"),
            _minutes_at("p50_min", "Minutes that half of the departures do not exceed"),
            _minutes_at("p90_min", "Minutes that nine of ten departures do not exceed"),
        ),
        _by_departure,
        publish_as_is,
        applies=_has_departures,
        conserves=(
            Conservation(
                ("option", "service"),
                ("every_departure", "most_departures", "some_departures", "no_departure"),
                residents,
            ),
        ),
    ),
)
