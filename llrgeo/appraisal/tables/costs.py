"""Declared tables of costs, by option, by site and by patient, and the rates behind them."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from llrgeo.appraisal.costs.patient_costs import patient_costs_by_fifth
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.people.area_facts import has_deprivation
from llrgeo.appraisal.tables.columns import DATE, NO_DISTANCE, OPTION, SERVICE, SITE_ID, SOURCE
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    ColumnFamily,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.units import (
    AS_STATED,
    FACTOR,
    HOURS,
    INDEX,
    POUNDS,
    POUNDS_A_YEAR,
    POUNDS_AN_HOUR,
    SHARE,
    YEAR,
    YEARS,
)
from llrgeo.execution.computed_once import computed_once

_UNIT: Final = PublishedColumn("unit", "The unit of the value", blank="a number without a unit")
_PRESENT_VALUES: Final = {
    "capital": "Pounds to open sites, with optimism bias, at present value",
    "transition": "Pounds once for the move, at present value",
    "closure": "Pounds once for closing, at present value",
    "running": "Pounds to run sites, at present value",
    "contact_costs": "Pounds for contacts, at present value",
}
_FROM_DISTANCE: Final = {
    "team_travel": "Pounds of teams' time and mileage, in rounds if they drive any: present value",
    "patient_time": "Pounds of patients' time, at present value",
    "patient_mileage": "Pounds of mileage of patients with a car, at present value",
    "patient_fares": "Pounds of fares of patients without a car, at present value",
    "carbon_cost": "Pounds of carbon, at present value",
    "provider": "Pounds the provider pays, at present value",
    "patients": "Pounds the patients bear, at present value",
    "net_present_cost": "Pounds of provider, patients and carbon, at present value",
}
_WITH_WORKS: Final = (
    PublishedColumn(
        "works_paid", "Pounds of works on buildings more than today, not discounted", POUNDS
    ),
    PublishedColumn(
        "works",
        "Pounds of works on buildings more than today, at present value; in no other column but the"
        " next three",
        POUNDS,
    ),
    PublishedColumn(
        "extra_with_works", "Pounds the provider pays more, works included", POUNDS, NO_DISTANCE
    ),
    PublishedColumn(
        "net_with_works",
        "Pounds the provider pays more, works included, less what patients and carbon save",
        POUNDS,
        NO_DISTANCE,
    ),
    PublishedColumn(
        "ratio_with_works",
        "Benefits over what the provider pays more, works included",
        INDEX,
        "the provider pays no more than today",
    ),
)
_AGAINST_TODAY: Final = {
    "extra_provider": "Pounds the provider pays more than today, at present value, without works on"
    " buildings",
    "benefits": "Pounds that patients and carbon save against today, at present value",
    "net_cost": "Pounds the provider pays more, less what patients and carbon save, without works"
    " on buildings",
}


@computed_once
def patient_costs_of(context: EvidenceContext) -> pd.DataFrame:
    """Return what journeys cost patients a year, by option and fifth of deprivation."""
    return patient_costs_by_fifth(
        context.results, context.appraisal_inputs.areas, context.evidence_inputs.rates
    )


def _has_costs(context: EvidenceContext) -> bool:
    return context.evidence_inputs.rates.service_costs is not None


def _service_costs(context: EvidenceContext) -> pd.DataFrame:
    return pd.DataFrame(context.evidence_inputs.rates.service_costs)


def _stated(
    read: Callable[[EvidenceContext], pd.DataFrame], columns: tuple[PublishedColumn, ...]
) -> Callable[[EvidenceContext], pd.DataFrame]:
    """Return the maker of a table of rates: its declared columns, and no other of the file."""
    names = [column.name for column in columns]
    return lambda context: read(context)[[n for n in names if n in read(context).columns]]


def _works(context: EvidenceContext) -> list[PublishedColumn]:
    """Return the columns of works on buildings, where a study's options have any."""
    has_works = context.costs is not None and "works" in context.costs.columns
    return list(_WITH_WORKS) if has_works else []


def _unit_if_stated(context: EvidenceContext) -> list[PublishedColumn]:
    return [_UNIT] if _UNIT.name in context.evidence_inputs.rates.unit_values.columns else []


_SERVICE_COSTS: Final = (
    SERVICE,
    PublishedColumn("site_id", SITE_ID.meaning, blank="the rates hold for every site"),
    PublishedColumn("capital", "Pounds to open, without optimism bias", POUNDS),
    PublishedColumn("transition", "Pounds once, for the move", POUNDS),
    PublishedColumn("closure", "Pounds once, for closing", POUNDS),
    PublishedColumn("running", "Pounds a year and site", POUNDS_A_YEAR),
    PublishedColumn("per_contact", "Pounds a contact at a site", POUNDS),
    PublishedColumn("per_home", "Pounds a contact at home", POUNDS),
    PublishedColumn("per_video", "Pounds a contact by video", POUNDS),
    SOURCE,
    DATE,
)
_VALUED: Final = PublishedColumn("name", "What is valued")
_VALUE: Final = PublishedColumn("value", "The figure", AS_STATED)
_DISCOUNT_RATES: Final = (
    PublishedColumn("kind", "Which schedule of rates"),
    PublishedColumn("first_year", "First year the rate holds", YEAR),
    PublishedColumn("last_year", "Last year the rate holds", YEAR),
    PublishedColumn("rate", "Rate a year", SHARE),
    SOURCE,
    DATE,
)

COSTS: Final = (
    TableDeclaration(
        "costs",
        "Costs of each option at present value, and what they buy, counted by service and with the "
        "demand of today. Works on buildings are apart, in columns with their name; year by year, "
        "and with the demand of each year, see present_values.",
        (
            OPTION,
            *(PublishedColumn(name, text, POUNDS) for name, text in _PRESENT_VALUES.items()),
            *(
                PublishedColumn(name, text, POUNDS, NO_DISTANCE)
                for name, text in _FROM_DISTANCE.items()
            ),
            PublishedColumn(
                "equivalent_annual_cost", "The same by the year", POUNDS_A_YEAR, NO_DISTANCE
            ),
            PublishedColumn("horizon_years", "Years over which costs are counted", YEARS),
            *(
                PublishedColumn(name, text, POUNDS, NO_DISTANCE)
                for name, text in _AGAINST_TODAY.items()
            ),
            PublishedColumn(
                "benefit_cost_ratio",
                "Benefits over what the provider pays more",
                INDEX,
                "the provider pays no more than today",
            ),
            ColumnFamily("{works}", _works),
            PublishedColumn("hours_saved", "Patients' hours on the road saved a year", HOURS),
            PublishedColumn(
                "gbp_per_hour_saved",
                "Pounds more a year of the provider for each; below 0, both save",
                POUNDS_AN_HOUR,
                "no hours are saved",
            ),
        ),
        lambda context: pd.DataFrame(context.costs).reset_index(),
        withhold,
        applies=_has_costs,
    ),
    TableDeclaration(
        "costs_by_site",
        "What is opened, closed and run at each site, and its cost.",
        (
            OPTION,
            SERVICE,
            PublishedColumn("site_id", SITE_ID.meaning, blank="contacts by video, at no site"),
            PublishedColumn("change", "Opened, closed or kept"),
            PublishedColumn("capital", "Pounds to open, with optimism bias", POUNDS),
            PublishedColumn("transition", "Pounds once, for the move", POUNDS),
            PublishedColumn("closure", "Pounds once, for closing", POUNDS),
            PublishedColumn("running", "Pounds a year to run the site", POUNDS_A_YEAR),
            PublishedColumn("contact_costs", "Pounds a year for contacts", POUNDS_A_YEAR),
        ),
        lambda context: context.cost_lines,
        withhold,
        applies=_has_costs,
    ),
    TableDeclaration(
        "patient_costs_by_fifth",
        "What journeys cost patients, by fifth of deprivation.",
        (
            OPTION,
            PublishedColumn("fifth", "Fifth of areas by national deprivation"),
            PublishedColumn("hours", "Hours a year on the road", HOURS),
            PublishedColumn(
                "cost_gbp",
                "Pounds a year of patients' time, mileage and fares",
                POUNDS_A_YEAR,
                NO_DISTANCE,
            ),
            PublishedColumn(
                "weight", "How much a pound weighs; 1 in the fifth with the middle income", FACTOR
            ),
            PublishedColumn(
                "weighted_cost_gbp",
                "The same, a pound weighing more where incomes are low",
                POUNDS_A_YEAR,
                NO_DISTANCE,
            ),
        ),
        patient_costs_of,
        withhold,
        applies=lambda context: has_deprivation(context.appraisal_inputs.areas),
    ),
    TableDeclaration(
        "service_costs",
        "The costs of a service at a site that the study assumes.",
        _SERVICE_COSTS,
        _stated(_service_costs, _SERVICE_COSTS),
        publish_as_is,
        applies=_has_costs,
    ),
    TableDeclaration(
        "unit_values",
        "The values that the study puts on time, distance and carbon.",
        (_VALUED, _VALUE, ColumnFamily("unit", _unit_if_stated), SOURCE, DATE),
        _stated(
            lambda context: context.evidence_inputs.rates.unit_values,
            (_VALUED, _VALUE, _UNIT, SOURCE, DATE),
        ),
        publish_as_is,
    ),
    TableDeclaration(
        "discount_rates",
        "The rates by which costs of later years count for less.",
        _DISCOUNT_RATES,
        _stated(lambda context: context.evidence_inputs.rates.discount_rates, _DISCOUNT_RATES),
        publish_as_is,
        applies=_has_costs,
    ),
)
