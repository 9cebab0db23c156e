"""Declared tables of a business case: pipeline of sites, five tests, travel checklist, Core20."""

from typing import Final

import pandas as pd

from llrgeo.appraisal.costs.business_case import (
    core20_table,
    five_tests,
)
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.people.area_facts import has_ages, has_deprivation
from llrgeo.appraisal.tables.capacity import has_capacity, whose_people
from llrgeo.appraisal.tables.columns import AUTHORITY, OPTION, SITE_ID
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    ColumnFamily,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.pipeline import pipeline
from llrgeo.appraisal.tables.units import (
    BEDS,
    CONTACTS,
    MINUTES,
    PEOPLE,
    POUNDS,
    POUNDS_A_YEAR,
    ROOMS,
    SHARE,
    SPACES,
    SQUARE_METRES,
    STAFF,
    Unit,
)
from llrgeo.schema import NO_CAR

_HOUSEHOLDS: Final = Unit("households", "#,##0")
_UNIT_OF_TEST: Final = Unit("sites, or beds, as the test says", "0.0")
_FOR_PEOPLE: Final = "left for people to fill: this tool does not know it"
_NOT_MODELLED: Final = "the study has no such journeys, rooms or estate"
_NOBODY: Final = "nobody lives nearest to it"


def _years(context: EvidenceContext) -> list[PublishedColumn]:
    return [
        PublishedColumn(
            f"people_{year}", f"People of {year} who live nearest to it", PEOPLE, _NOBODY
        )
        for year in context.capacity_plan.years
    ]


def _checklist(context: EvidenceContext) -> pd.DataFrame:
    """Return what of journeys the study models, item by item."""
    assumed, appraisal_inputs = context.evidence_inputs, context.appraisal_inputs
    no_cars = NO_CAR in appraisal_inputs.areas.columns
    estate = has_capacity(context) and context.capacity_plan.estate is not None
    answers = {
        "older_people": True,
        "disabled_people": True,
        "most_deprived": True,
        "people_without_a_car": no_cars or assumed.transit_times is not None,
        "by_car": appraisal_inputs.times.mode == "car",
        "on_foot": assumed.walk_times is not None,
        "by_timetable": assumed.transit_times is not None,
        "arrive_by_an_hour": False,
        "return_journey_by_bus": False,
        "fares": True,
        "taxis": False,
        "parking_spaces": estate,
        "parking_charges": False,
        "visitors": any(service.delivery == "visitor" for service in appraisal_inputs.services),
        "teams": any(service.delivery == "team" for service in appraisal_inputs.services),
        "ambulances": False,
        "patient_transport": False,
        "staff_travel": False,
    }
    return pd.DataFrame(
        {
            "item": list(answers),
            "modelled": ["yes" if answer else "not modelled" for answer in answers.values()],
        }
    )


def _has_national_tenths(context: EvidenceContext) -> bool:
    """Return whether capacity is planned for areas whose national tenth of deprivation is known."""
    return has_capacity(context) and has_deprivation(context.appraisal_inputs.areas)


BUSINESS_CASE: Final = (
    TableDeclaration(
        "nhc_pipeline",
        "A row a local site and option, for a pipeline of Neighbourhood Health Centres.",
        (
            OPTION,
            SITE_ID,
            PublishedColumn("name", "Name of the site"),
            PublishedColumn("postcode", "Postcode of the site", blank=_FOR_PEOPLE),
            AUTHORITY,
            PublishedColumn("status", "Existing, upgrade (more services), new, or dispose"),
            PublishedColumn("estate_option", "Works there", blank="no works are stated there"),
            PublishedColumn(
                "population_nearest", "Residents who live nearest to it", PEOPLE, "it is left empty"
            ),
            PublishedColumn(
                "share_of_50000", "The same over 50,000 people", SHARE, "it is left empty"
            ),
            PublishedColumn("aged_65_plus", "Of these, aged 65 and over", PEOPLE, "left empty"),
            PublishedColumn("aged_85_plus", "Of these, aged 85 and over", PEOPLE, "left empty"),
            PublishedColumn(
                "core20_people",
                "Of these, in the most deprived fifth of England",
                PEOPLE,
                "left empty",
            ),
            PublishedColumn("core20_share", "The same as a share", SHARE, _NOBODY),
            PublishedColumn(
                "within_20_min_walk", "Residents within 20 minutes on foot", PEOPLE, _NOT_MODELLED
            ),
            PublishedColumn(
                "within_30_min_bus", "Residents within 30 minutes by bus", PEOPLE, _NOT_MODELLED
            ),
            PublishedColumn(
                "within_15_min_car", "Residents within 15 minutes by car", PEOPLE, _NOT_MODELLED
            ),
            PublishedColumn(
                "no_car_households",
                "Households without a car nearest to it",
                _HOUSEHOLDS,
                _NOT_MODELLED,
            ),
            PublishedColumn(
                "mean_minutes_before",
                "Minutes a contact of these people today",
                MINUTES,
                _NOBODY,
            ),
            PublishedColumn("mean_minutes_after", "The same under the option", MINUTES, _NOBODY),
            PublishedColumn("services", "What it offers", blank="it is left empty"),
            PublishedColumn(
                "contacts",
                "Contacts a year of patients and visitors",
                CONTACTS,
                "nobody goes there",
            ),
            PublishedColumn("rooms_needed", "Rooms that contacts need", ROOMS, _NOT_MODELLED),
            PublishedColumn("rooms_have", "Rooms that are there", ROOMS, _NOT_MODELLED),
            PublishedColumn("utilisation", "Share of open hours filled", SHARE, _NOT_MODELLED),
            PublishedColumn("m2", "Gross floor area", SQUARE_METRES, _NOT_MODELLED),
            PublishedColumn("parking_have", "Parking spaces", SPACES, _NOT_MODELLED),
            PublishedColumn("running_gbp", "Pounds a year to run it", POUNDS_A_YEAR, _NOT_MODELLED),
            PublishedColumn("capital_low", "Pounds of works, low", POUNDS, "no works there"),
            PublishedColumn("capital", "Pounds of works, with bias", POUNDS, "no works there"),
            PublishedColumn("capital_high", "Pounds of works, high", POUNDS, "no works there"),
            PublishedColumn("receipt_gbp", "Pounds from its disposal", POUNDS, "it is not sold"),
            ColumnFamily("people_{year}", _years),
            PublishedColumn(
                "model_error_min", "Median error of a journey that the study assumes", MINUTES
            ),
            *(
                PublishedColumn(name, text, blank=_FOR_PEOPLE)
                for name, text in {
                    "neighbourhood": "Neighbourhood that it serves",
                    "plus_groups": "Groups chosen locally (PLUS of Core20PLUS5)",
                    "bus_per_hour": "Buses an hour",
                    "planning": "Planning and constraints of the site",
                    "digital": "Digital readiness",
                    "engagement": "How partners and communities informed it",
                }.items()
            ),
            PublishedColumn("blanks_to_fill", "Columns that are blank in this row"),
        ),
        pipeline,
        withhold,
        note=whose_people,
        applies=lambda c: _has_national_tenths(c) and has_ages(c.appraisal_inputs.areas),
    ),
    TableDeclaration(
        "five_tests",
        "What the study says to the five tests of service change; it says of none that it is met.",
        (
            OPTION,
            PublishedColumn("test", "The test"),
            PublishedColumn(
                "before",
                "Today: sites within 30 minutes of a mean resident, or beds",
                _UNIT_OF_TEST,
                "no figure answers this test",
            ),
            PublishedColumn(
                "after", "The same under the option", _UNIT_OF_TEST, "no figure answers this test"
            ),
            PublishedColumn("beds_fewer", "Beds fewer than today", BEDS, "another test"),
            PublishedColumn(
                "team_wte_more",
                "Staff of visiting and crisis teams more than today",
                STAFF,
                "another test, or the study models no teams",
            ),
            PublishedColumn("left_to_people", "What no figure can say, by its id"),
        ),
        lambda context: five_tests(
            context.capacity,
            context.capacity_plan,
            context.results,
            context.appraisal_inputs,
            baseline=context.baseline,
        ),
        publish_as_is,
        applies=has_capacity,
    ),
    TableDeclaration(
        "travel_checklist",
        "Whose journeys and which means of travel the study models.",
        (
            PublishedColumn("item", "The item"),
            PublishedColumn("modelled", "Yes, or not modelled"),
        ),
        _checklist,
        publish_as_is,
        applies=has_capacity,
    ),
    TableDeclaration(
        "core20",
        "Journeys of the most deprived fifth of England, and of each national tenth.",
        (
            OPTION,
            PublishedColumn("deprivation", "Core20 (tenths 1 and 2 of England), or the tenth"),
            PublishedColumn("people", "Residents", PEOPLE),
            PublishedColumn(
                "mean_before_min",
                "Minutes of an average journey over all services today",
                MINUTES,
                _NOBODY,
            ),
            PublishedColumn(
                "mean_after_min",
                "The same then: one service's gain and another's loss cancel out",
                MINUTES,
                _NOBODY,
            ),
            PublishedColumn(
                "worse_off",
                "Residents with a longer journey, or none left, for at least one service",
                PEOPLE,
            ),
        ),
        lambda context: core20_table(
            context.results,
            context.appraisal_inputs.areas,
            baseline=context.baseline,
        ),
        publish_as_is,
        applies=_has_national_tenths,
    ),
)
