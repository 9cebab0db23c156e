"""Declared tables of staff and rooms: nurses of wards, rounds, crisis response and rooms."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.capacity.staffing import (
    contract_of,
    nurse_rules_of,
    smallest_efficient_ward,
    ward_table,
)
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.tables.capacity import (
    NEVER_SHORT,
    NOT_STATED,
    SITE_YEAR,
    YEAR_COLUMN,
    conserves,
    has_kind,
    reaching,
)
from llrgeo.appraisal.tables.columns import OPTION, SERVICE, SITE_ID
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import Conservation, PublishedColumn, TableDeclaration
from llrgeo.appraisal.tables.units import (
    BEDS,
    CALLS,
    CONTACTS,
    HOUR,
    MACHINES,
    MINUTES,
    MINUTES_A_DAY,
    NURSES,
    ROOMS,
    ROUNDS,
    SHARE,
    STAFF,
    STAFF_A_BED,
    TEAMS,
    VISITS,
    VISITS_A_DAY,
    YEAR,
)

_TOO_FAR: Final = (
    "the drive alone leaves too few in time, however many teams there are; or nobody calls"
)


def _scans_reaching(context: EvidenceContext, group: Mapping[str, str]) -> float:
    """Return scans of a kind and year that can reach a site: people times rates of all services."""
    services = [
        each for each in context.capacity_plan.services.machines if each.kind == group["kind"]
    ]
    return sum(reaching(context, group, service.id, service.rates) for service in services)


def _has_calls(context: EvidenceContext) -> bool:
    return has_kind("crisis")(context) and len(context.capacity.crisis_by_teams) > 0


def _has_calls_by_hour(context: EvidenceContext) -> bool:
    return _has_calls(context) and len(context.capacity.crisis_by_hour) > 0


def _has_rounds(context: EvidenceContext) -> bool:
    return has_kind("rounds")(context) and context.capacity_plan.roads is not None


def _wards_by_size(context: EvidenceContext) -> pd.DataFrame:
    """Return nurses of wards of each size up to the largest, and which size is worth its staff."""
    parameters = context.capacity_plan.parameters
    rules, contract = nurse_rules_of(parameters), contract_of(parameters)
    largest = int(parameters.value("largest_ward"))
    table = ward_table(range(1, largest + 1), rules, contract)
    smallest = smallest_efficient_ward(rules, contract, largest=largest)
    return table.assign(smallest_efficient=table.index == smallest).reset_index()


TEAM_TABLES: Final = (
    TableDeclaration(
        "ward_sizes",
        "Registered nurses of a ward by its size, and the smallest with as few a bed as any.",
        (
            PublishedColumn("beds", "Beds of the ward", BEDS),
            PublishedColumn("nurses_day", "Registered nurses of a shift by day", NURSES),
            PublishedColumn("nurses_night", "Registered nurses of a shift at night", NURSES),
            PublishedColumn("wte", "Registered nurses to fill all shifts", STAFF),
            PublishedColumn("wte_a_bed", "The same for each bed", STAFF_A_BED),
            PublishedColumn(
                "smallest_efficient",
                "Whether it is the smallest ward with as few nurses for each bed as any",
            ),
        ),
        _wards_by_size,
        publish_as_is,
        applies=has_kind("beds"),
    ),
    TableDeclaration(
        "rounds",
        "Rounds of visiting teams and their staff, beside driving out and back for each visit.",
        (
            *SITE_YEAR,
            PublishedColumn("visits", "Visits a year from the base", VISITS),
            PublishedColumn("visits_a_day", "Visits a day from the base", VISITS_A_DAY),
            PublishedColumn("rounds", "Rounds a day, on average", ROUNDS),
            PublishedColumn("drive_min", "Minutes a day of driving the rounds", MINUTES_A_DAY),
            PublishedColumn(
                "drawn_min",
                "The same by days drawn and their rounds solved, to compare where visits are few",
                MINUTES_A_DAY,
                "not asked for (drawn_rounds), eight full rounds or more, no visits, later years",
            ),
            PublishedColumn(
                "star_min", "Minutes a day if each visit were out and back", MINUTES_A_DAY
            ),
            PublishedColumn("travel_min", "Minutes of travel of a visit, stops included", MINUTES),
            PublishedColumn("visit_min", "Minutes of a visit: care, travel, records", MINUTES),
            PublishedColumn("wte", "Staff that the visits need", STAFF),
            PublishedColumn("wte_star", "Staff if each visit were out and back", STAFF),
            PublishedColumn("share_on_road", "Share of a visit's minutes that is travel", SHARE),
        ),
        lambda context: context.capacity.rounds,
        withhold,
        applies=_has_rounds,
        conserves=conserves("rounds", "visits"),
    ),
    TableDeclaration(
        "crisis_response",
        "Teams on duty that reach enough calls in time: in one pool, and base by base.",
        (
            OPTION,
            SERVICE,
            YEAR_COLUMN,
            PublishedColumn("calls_an_hour", "Calls an hour in the busiest hours", CALLS),
            PublishedColumn("teams_pooled", "Fewest teams, in one pool", TEAMS, _TOO_FAR),
            PublishedColumn("share_pooled", "Share of calls they reach in time", SHARE, _TOO_FAR),
            PublishedColumn(
                "wte_pooled", "Staff of these teams, and of pairs at night", STAFF, _TOO_FAR
            ),
            PublishedColumn(
                "teams_by_base", "Fewest teams if each base answers alone", TEAMS, _TOO_FAR
            ),
            PublishedColumn("share_by_base", "Share of calls they reach in time", SHARE, _TOO_FAR),
            PublishedColumn(
                "share_nearest_free",
                "Share that finds one of these teams free within reach, if bases help one another",
                SHARE,
                _TOO_FAR,
            ),
            PublishedColumn(
                "wte_by_base", "Staff of these teams, and of pairs at night", STAFF, _TOO_FAR
            ),
        ),
        lambda context: context.capacity.crisis,
        withhold,
        applies=has_kind("crisis"),
    ),
    TableDeclaration(
        "crisis_by_teams",
        "What each number of teams in one pool reaches in time in the first year, by hours.",
        (
            OPTION,
            SERVICE,
            PublishedColumn(
                "hours",
                "The busiest hours, the mean of those on duty, or all, each with its own calls",
            ),
            PublishedColumn("teams", "Teams on duty", TEAMS),
            PublishedColumn("calls_an_hour", "Calls an hour", CALLS),
            PublishedColumn("share_in_time", "Share of calls they reach in time", SHARE),
            PublishedColumn("busy", "Mean share of the teams that are out on a call", SHARE),
        ),
        lambda context: context.capacity.crisis_by_teams,
        withhold,
        applies=_has_calls,
    ),
    TableDeclaration(
        "crisis_by_hour",
        "What each number of teams in one pool reaches in time in each hour of the first year.",
        (
            OPTION,
            SERVICE,
            PublishedColumn("hour", "Hour of the clock at which it begins", HOUR),
            PublishedColumn("teams", "Teams on duty", TEAMS),
            PublishedColumn("calls_an_hour", "Calls in the hour", CALLS),
            PublishedColumn("share_in_time", "Share of its calls they reach in time", SHARE),
            PublishedColumn("busy", "Mean share of the teams that are out on a call", SHARE),
        ),
        lambda context: context.capacity.crisis_by_hour,
        withhold,
        applies=_has_calls_by_hour,
    ),
    TableDeclaration(
        "machines",
        "Whether the machines of each site suffice for the scans of all services, by year.",
        (
            OPTION,
            PublishedColumn("kind", "Kind of machine, as the table of machines has it"),
            SITE_ID,
            YEAR_COLUMN,
            PublishedColumn("scans", "Scans a year at the site", CONTACTS),
            PublishedColumn("machines", "Machines that are there", MACHINES, NOT_STATED),
            PublishedColumn("machines_needed", "Machines that the scans need", MACHINES),
            PublishedColumn(
                "machines_short", "Machines needed above those there", MACHINES, NOT_STATED
            ),
            PublishedColumn("use", "Share of what those there could scan", SHARE, NOT_STATED),
            PublishedColumn(
                "use_needed", "Share of what those needed could scan", SHARE, "no machine is needed"
            ),
            PublishedColumn(
                "first_year_short", "First year with too few machines", YEAR, NEVER_SHORT
            ),
        ),
        lambda context: context.capacity.machines,
        withhold,
        applies=has_kind("machines"),
        conserves=(Conservation(("option", "kind", "year"), ("scans",), _scans_reaching),),
    ),
    TableDeclaration(
        "rooms",
        "Whether the rooms of each site suffice, by year.",
        (
            *SITE_YEAR,
            PublishedColumn("contacts", "Contacts a year at the site", CONTACTS),
            PublishedColumn("rooms", "Rooms that are there", ROOMS, NOT_STATED),
            PublishedColumn("rooms_needed", "Rooms that the contacts need", ROOMS),
            PublishedColumn("rooms_short", "Rooms needed above those there", ROOMS, NOT_STATED),
            PublishedColumn(
                "use", "Share of the rooms' open hours that contacts fill", SHARE, NOT_STATED
            ),
            PublishedColumn("first_year_short", "First year with too few rooms", YEAR, NEVER_SHORT),
        ),
        lambda context: context.capacity.rooms,
        withhold,
        applies=has_kind("rooms"),
        conserves=conserves("rooms", "contacts"),
    ),
)
