"""Declared tables over the years: people, demand, and capacity in one row an option and year."""

from typing import Final

import pandas as pd

from llrgeo.appraisal.capacity.demand_evidence import (
    demand_by_year,
    demand_waterfall,
    people_by_authority,
    people_by_year,
)
from llrgeo.appraisal.demand import rates_by_age
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.tables.capacity import (
    YEAR_COLUMN,
    has_capacity,
    projected_people,
    whose_people,
)
from llrgeo.appraisal.tables.columns import AUTHORITY, OPTION, SERVICE
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    Conservation,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.units import (
    BEDS,
    DEMAND,
    PEOPLE,
    POUNDS,
    POUNDS_A_YEAR,
    ROOMS,
    SHARE,
    STAFF,
)
from llrgeo.execution.computed_once import computed_once

_NO_KIND: Final = "the study has no service of the kind, or a number is not stated"
_NOT_OF_POOLS: Final = (
    f"{_NO_KIND}; or services share beds: what these need has no closed form, and the table "
    "overflow says who finds none"
)
_NO_ESTATE: Final = "the study names no estate"


def rates_of(context: EvidenceContext) -> dict[str, pd.Series]:
    """Return admissions, contacts or visits a year and 1,000 people, by service and age band.

    A service of beds has admissions, any other contacts or visits.
    """
    beds = {service.id for service in context.capacity_plan.services.beds}
    return {
        service.id: rates_by_age(service) * (1.0 if service.id in beds else service.visits)
        for service in context.appraisal_inputs.services
    }


@computed_once
def _demand(context: EvidenceContext) -> pd.DataFrame:
    return demand_by_year(context.capacity_plan, rates_of(context))


@computed_once
def demand_growth(context: EvidenceContext) -> pd.DataFrame:
    """Return demand of each year over the first: services by years."""
    table = _demand(context)
    return 1 + table.pivot(index="service", columns="year", values="growth").fillna(0.0)


@computed_once
def visitors_growth(context: EvidenceContext) -> dict[int, float]:
    """Return the contacts of those who travel to sites, of each year over the first."""
    growth = demand_growth(context)
    weights = pd.Series(
        {
            service.id: float(context.appraisal_inputs.contacts_of(service).sum())
            for service in context.appraisal_inputs.visited
        }
    )
    if weights.sum() == 0:
        return dict.fromkeys(map(int, growth.columns), 1.0)
    mean = (growth.loc[weights.index].mul(weights, axis=0)).sum() / weights.sum()
    return dict(zip(map(int, mean.index), map(float, mean), strict=True))


def _authorities(context: EvidenceContext) -> pd.DataFrame:
    areas = context.appraisal_inputs.areas
    table = people_by_authority(context.capacity_plan, areas)
    names = areas.drop_duplicates("authority_code").set_index("authority_code")["authority"]
    return table.assign(authority=table["authority_code"].map(names))


SUMMARY: Final = (
    TableDeclaration(
        "capacity_by_year",
        "Beds, staff, rooms and money of each option by year, in one row.",
        (
            OPTION,
            YEAR_COLUMN,
            PublishedColumn("beds", "Beds that the option has", BEDS, _NO_KIND),
            PublishedColumn(
                "beds_needed",
                "Beds that the targets need; of services that share beds, as if each had its own",
                BEDS,
                _NO_KIND,
            ),
            PublishedColumn("beds_short", "Beds too few, site by site", BEDS, _NOT_OF_POOLS),
            PublishedColumn(
                "nurses_wte", "Registered nurses of wards, for the beds there", STAFF, _NO_KIND
            ),
            PublishedColumn(
                "nurses_wte_needed",
                "Registered nurses of wards, if the beds needed were there",
                STAFF,
                _NO_KIND,
            ),
            PublishedColumn("rounds_wte", "Staff of visiting teams", STAFF, _NO_KIND),
            PublishedColumn("crisis_wte", "Staff of crisis teams, in one pool", STAFF, _NO_KIND),
            PublishedColumn(
                "wte", "Staff of the beds there and of all these teams", STAFF, _NO_KIND
            ),
            PublishedColumn("rooms_needed", "Rooms that contacts need", ROOMS, _NO_KIND),
            PublishedColumn("rooms_short", "Rooms too few, site by site", ROOMS, _NO_KIND),
            PublishedColumn(
                "capital", "Pounds of works paid up to and in that year", POUNDS, _NO_ESTATE
            ),
            PublishedColumn(
                "running",
                "Pounds a year to run the buildings with a known floor area",
                POUNDS_A_YEAR,
                _NO_ESTATE,
            ),
        ),
        lambda context: context.capacity_by_year,
        withhold,
        note=whose_people,
        applies=has_capacity,
    ),
)

YEARS: Final = (
    TableDeclaration(
        "people_by_year",
        "People of the study by year and age: the projection, and how far it may be out.",
        (
            YEAR_COLUMN,
            PublishedColumn("age", "Age band"),
            PublishedColumn("people", "People, as projected", PEOPLE),
            PublishedColumn(
                "people_low",
                "Fewest people: by variants, or as assumed; no interval",
                PEOPLE,
            ),
            PublishedColumn(
                "people_high", "Most people: by variants, or as assumed; no interval", PEOPLE
            ),
        ),
        lambda context: people_by_year(context.capacity_plan),
        publish_as_is,
        note=whose_people,
        applies=has_capacity,
        conserves=(Conservation(("year",), ("people",), projected_people),),
    ),
    TableDeclaration(
        "people_by_authority",
        "People of each authority by year, and how old its oldest area grows, by two scenarios.",
        (
            PublishedColumn(
                "scenario", "Shares of areas as today, or people growing old where they live"
            ),
            YEAR_COLUMN,
            PublishedColumn("authority_code", "Code of the authority"),
            AUTHORITY,
            PublishedColumn("people", "People, as projected", PEOPLE),
            PublishedColumn("aged_75_plus", "People aged 75 and over", PEOPLE),
            PublishedColumn(
                "most_in_an_area", "People aged 75 and over in the area with most of them", PEOPLE
            ),
        ),
        _authorities,
        publish_as_is,
        note=whose_people,
        applies=has_capacity,
        conserves=(Conservation(("scenario", "year"), ("people",), projected_people),),
    ),
    TableDeclaration(
        "demand_by_year",
        "Admissions, contacts and visits by year, at the rates of today.",
        (
            SERVICE,
            YEAR_COLUMN,
            PublishedColumn("demand", "Admissions to beds, contacts or visits a year", DEMAND),
            PublishedColumn("demand_low", "With fewer people", DEMAND),
            PublishedColumn("demand_high", "With more people", DEMAND),
            PublishedColumn(
                "growth", "Growth since the first year", SHARE, "nobody uses it in the first year"
            ),
        ),
        _demand,
        withhold,
        note=whose_people,
        applies=has_capacity,
    ),
    TableDeclaration(
        "demand_waterfall",
        "What makes demand of the last year differ from that of the census, step by step.",
        (
            SERVICE,
            PublishedColumn("step", "Census, first year, number of people, ages, health"),
            PublishedColumn("level", "Demand a year after the step", DEMAND),
            PublishedColumn("change", "What the step adds", DEMAND),
        ),
        lambda context: demand_waterfall(
            context.capacity_plan, rates_of(context), context.appraisal_inputs.areas
        ),
        withhold,
        note=whose_people,
        applies=has_capacity,
    ),
)
