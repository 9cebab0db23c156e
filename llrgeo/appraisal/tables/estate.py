"""Declared tables of the estate: buildings, parking, works, and costs year by year."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from llrgeo.appraisal.capacity.cost_evidence import (
    ByYear,
    backlog_and_receipts,
    flow_lines,
    present_values,
)
from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.capacity.summary import (
    parking_by_site,
    running_by_site,
    sites_of,
)
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.tables.capacity import YEAR_COLUMN, has_capacity
from llrgeo.appraisal.tables.capacity_years import demand_growth, visitors_growth
from llrgeo.appraisal.tables.columns import DATE, OPTION, SITE_ID, SOURCE
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.costs import patient_costs_of
from llrgeo.appraisal.tables.declaration import (
    ColumnFamily,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.units import (
    AS_STATED,
    CONTACTS,
    POUNDS,
    POUNDS_A_YEAR,
    SHARE,
    SPACES,
    SQUARE_METRES,
)
from llrgeo.execution.computed_once import computed_once
from llrgeo.inputs.capacity import STUDY
from llrgeo.inputs.estate import BACKLOG

_NOT_RETURNED: Final = "the return does not say"
_FACTS: Final = {
    "floor_area_m2": ("Gross floor area", SQUARE_METRES),
    "clinical_m2": ("Floor area for care", SQUARE_METRES),
    "share_unsuitable": ("Share of the floor area that is unsuitable for its use", SHARE),
    "share_empty": ("Share of the floor area that is empty", SHARE),
    "parking_spaces": ("Parking spaces", SPACES),
}


def has_estate(context: EvidenceContext) -> bool:
    """Return whether the study names an estate."""
    return has_capacity(context) and context.capacity_plan.estate is not None


def _has_works(context: EvidenceContext) -> bool:
    return has_estate(context) and len(context.works) > 0


def _has_money(context: EvidenceContext) -> bool:
    return has_estate(context) and context.evidence_inputs.rates.service_costs is not None


@computed_once
def _flows(context: EvidenceContext) -> pd.DataFrame:
    """Return costs by year: quantities of each year times their rates, capital in its year."""
    plan, rates = context.capacity_plan, context.evidence_inputs.rates
    growth, visitors = demand_growth(context), visitors_growth(context)
    contact_costs = context.cost_lines.groupby(["option", "service"])["contact_costs"].sum()
    by_fifth = patient_costs_of(context)
    patients = by_fifth.groupby("option")["cost_gbp"].sum(min_count=1).fillna(0.0)
    running, works = running_by_site(plan), context.works
    yearly: dict[str, dict[str, ByYear]] = {}
    once: dict[str, dict[str, ByYear]] = {}
    for option, result in context.results.items():
        open_sites = running.index.intersection(sites_of(result))
        of_contacts = growth.mul(contact_costs[option], axis=0).sum()
        yearly[option] = {
            "running": {plan.base_year: float(running[open_sites].sum())},
            "contact_costs": _by_year(of_contacts),
            "patient_costs": {year: float(patients[option]) * v for year, v in visitors.items()},
        }
        once[option] = {"capital": _capital(works, option)}
    if plan.estate is not None:
        for option, lines in backlog_and_receipts(
            plan.estate, context.results, baseline=context.baseline
        ).items():
            once[option] |= lines
    return flow_lines(yearly, once, rates.factors(), start=plan.base_year)


def _capital(works: pd.DataFrame, option: str) -> ByYear:
    if works.empty:
        return {}
    of_option = works[works["option"] == option]
    return _by_year(of_option.groupby("year")["capital"].sum())


def _by_year(amounts: pd.Series) -> ByYear:
    return dict(zip(map(int, amounts.index), map(float, amounts), strict=True))


def _estate(context: EvidenceContext) -> pd.DataFrame:
    plan = context.capacity_plan
    estate = pd.DataFrame() if plan.estate is None else plan.estate.estate
    table = estate.rename(columns={"year": "return_year"}).reset_index()
    running = table["site_id"].map(running_by_site(plan))
    names = ["site_id", "return_year", *_FACTS, *BACKLOG]
    return table[names].assign(running_gbp=running)


def _parameters(context: EvidenceContext) -> pd.DataFrame:
    """Return the defaults and the study's own values, then those of its people and services."""
    plan = context.capacity_plan
    table = plan.parameters.table.reset_index()
    names = ["name", "value", "unit", "standing", "source", "date"]
    sources = {service.id: service.source for service in context.appraisal_inputs.services}
    base = float(plan.projected[plan.base_year].sum())
    whole = context.capacity.beds_as_a_whole
    provenance = plan.provenance
    standing = "official" if provenance.official else STUDY
    rows = [("people", base, "people", standing, provenance.people, "")]
    rows += [
        (f"{bed.id}: stay_days", bed.stay.days, "days", STUDY, sources.get(bed.id, ""), "")
        for bed in plan.services.beds
    ]
    if len(whole):
        now = whole[(whole["option"] == context.baseline) & (whole["year"] == plan.base_year)]
        stated_beds = float(now["beds"].sum(skipna=False))
        rows.append(("beds_there", stated_beds, "beds", STUDY, provenance.beds, ""))
    rows += [
        (f"{service}: {figure}", value, unit, STUDY, sources.get(service, ""), "")
        for service, figure, value, unit in _of_teams(plan)
    ]
    return pd.concat([table[names], pd.DataFrame(rows, columns=names)], ignore_index=True)


def _of_teams(plan: CapacityPlan) -> Iterator[tuple[str, str, float, str]]:
    """Yield service, figure, value and unit of what a study states of its teams itself."""
    for team in plan.services.rounds:
        yield team.id, "care_min", team.care_min, "minutes"
        yield team.id, "visits_a_round", team.a_round, "visits"
        if team.pairs_share:
            yield team.id, "pairs_share", team.pairs_share, "share of visits"
        if team.practice_factor != plan.parameters.value("practice_factor"):
            yield team.id, "practice_factor", team.practice_factor, ""
    for called in plan.services.crisis:
        yield called.id, "peak_factor", called.peak, ""
        if called.share != plan.parameters.value("response_share"):
            yield called.id, "response_share", called.share, "share of referrals"
        if called.night_pairs:
            yield called.id, "night_pairs", called.night_pairs, "pairs a base"
        for figure, value, unit in (
            ("standard_min", called.standard_min, "minutes"),
            ("call_min", called.call_min, "minutes"),
            ("job_h", called.job_h, "hours"),
        ):
            # What the service leaves out is the parameters', which the table has already.
            if value is not None:
                yield called.id, figure, value, unit


def _parking(context: EvidenceContext) -> pd.DataFrame:
    return parking_by_site(context.capacity_plan, context.results, visitors_growth(context))


def _return_columns(_: EvidenceContext) -> list[PublishedColumn]:
    return [
        PublishedColumn(
            name,
            f"Backlog maintenance of {name.split('_')[1]} risk",
            POUNDS,
            _NOT_RETURNED,
        )
        for name in BACKLOG
    ]


ESTATE_TABLES: Final = (
    TableDeclaration(
        "estate",
        "The buildings of sites, as returned in the year named.",
        (
            SITE_ID,
            PublishedColumn("return_year", "Financial year of the return"),
            *(
                PublishedColumn(name, text, unit, _NOT_RETURNED)
                for name, (text, unit) in _FACTS.items()
            ),
            ColumnFamily("backlog_{risk}_gbp", _return_columns),
            PublishedColumn(
                "running_gbp",
                "Pounds a year to run it: floor area at the general rate",
                POUNDS_A_YEAR,
                "its floor area is not known",
            ),
        ),
        _estate,
        publish_as_is,
        applies=has_estate,
    ),
    TableDeclaration(
        "parking",
        "Whether the parking spaces of each site suffice for patients and visitors; without staff.",
        (
            OPTION,
            SITE_ID,
            YEAR_COLUMN,
            PublishedColumn("contacts", "Contacts a year at the site", CONTACTS),
            PublishedColumn("spaces", "Parking spaces that are there", SPACES, _NOT_RETURNED),
            PublishedColumn("spaces_needed", "Spaces that patients and visitors need", SPACES),
            PublishedColumn("accessible_needed", "Accessible ones among them", SPACES),
            PublishedColumn(
                "spaces_short", "Spaces needed above those there", SPACES, _NOT_RETURNED
            ),
        ),
        _parking,
        withhold,
        applies=has_estate,
    ),
    TableDeclaration(
        "works",
        "Building works of each option and their capital, with optimism bias.",
        (
            OPTION,
            SITE_ID,
            PublishedColumn("kind", "New, extend or refurbish"),
            PublishedColumn("area_m2", "Gross floor area", SQUARE_METRES),
            YEAR_COLUMN,
            PublishedColumn("works", "Pounds of building", POUNDS),
            PublishedColumn("fees", "Pounds of fees", POUNDS),
            PublishedColumn("equipment", "Pounds of equipment", POUNDS),
            PublishedColumn("bias", "Pounds of optimism bias", POUNDS),
            PublishedColumn("capital", "Pounds together", POUNDS),
            PublishedColumn("capital_low", "At low rates and the lowest bias", POUNDS),
            PublishedColumn("capital_high", "At high rates and the whole bias", POUNDS),
            PublishedColumn("delay_share", "By how much the works may take longer", SHARE),
        ),
        lambda context: context.works,
        publish_as_is,
        applies=_has_works,
    ),
    TableDeclaration(
        "costs_by_year",
        "Costs of each option year by year: quantities of that year times their rates.",
        (
            OPTION,
            PublishedColumn("line", "What is paid, or comes back; the two are never netted"),
            YEAR_COLUMN,
            PublishedColumn("gbp", "Pounds of that year, not discounted", POUNDS),
            PublishedColumn("present_value", "The same at present value", POUNDS),
        ),
        _flows,
        withhold,
        applies=_has_money,
    ),
    TableDeclaration(
        "present_values",
        "Present values of these costs, and what taking the first year for all would miss. They "
        "follow the demand of each year and count whole buildings; the table costs does neither.",
        (
            OPTION,
            PublishedColumn("line", "What is paid, or comes back; the two are never netted"),
            PublishedColumn("total", "Pounds of all years, not discounted", POUNDS),
            PublishedColumn("present_value", "The same at present value", POUNDS),
            PublishedColumn(
                "if_flat", "Present value, had nothing grown", POUNDS, "it is not paid every year"
            ),
            PublishedColumn(
                "understated",
                "Share of the present value that this misses",
                SHARE,
                "it is not paid every year, or is nothing",
            ),
        ),
        lambda context: present_values(_flows(context)),
        withhold,
        applies=_has_money,
    ),
    TableDeclaration(
        "capacity_parameters",
        "The figures that beds, teams, rooms and estate are worked out by, and who says so.",
        (
            PublishedColumn("name", "Name of the figure; a study may set its own"),
            PublishedColumn("value", "The figure", AS_STATED),
            PublishedColumn("unit", "The unit of the value", blank="a number without a unit"),
            PublishedColumn(
                "standing", "Official, published, an assumption of this project, or the study's own"
            ),
            SOURCE,
            DATE,
        ),
        _parameters,
        publish_as_is,
        applies=has_capacity,
    ),
)
