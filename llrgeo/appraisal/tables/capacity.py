"""Declared tables of beds: need and use by option, site and year, and who is placed away."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.assemble import beds_of_options
from llrgeo.appraisal.capacity.plan import SCENARIOS
from llrgeo.appraisal.capacity.pooling import single_sex_beds
from llrgeo.appraisal.disclosure import withhold
from llrgeo.appraisal.tables.columns import OPTION, SERVICE, SITE_ID
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import (
    Condition,
    Conservation,
    PublishedColumn,
    TableDeclaration,
)
from llrgeo.appraisal.tables.units import (
    ADMISSIONS,
    AS_STATED,
    BED_DAYS,
    BEDS,
    DAYS,
    ERLANGS,
    OF_1000,
    SHARE,
    STAFF,
    WARDS,
    YEAR,
)

Total: TypeAlias = Callable[[EvidenceContext, Mapping[str, str]], float]

YEAR_COLUMN: Final = PublishedColumn("year", "Calendar year", YEAR)
SITE_YEAR: Final = (OPTION, SERVICE, SITE_ID, YEAR_COLUMN)
NOT_STATED: Final = "the study does not state how many there are"
_OTHER_TARGET: Final = "no beds are stated, or the service's target is of another kind"
NEVER_SHORT: Final = "never in these years, or no number is stated"


def projected_people(context: EvidenceContext, group: Mapping[str, str]) -> float:
    """Return the people projected for a year, which those of all areas add up to."""
    return float(context.capacity_plan.projected[int(float(group["year"]))].sum())


def whose_people(context: EvidenceContext) -> str:
    """Return a note that the table counts projected people, where others count the census."""
    if not has_capacity(context):
        return ""
    plan, residents = context.capacity_plan, int(context.appraisal_inputs.areas["residents"].sum())
    year, projected = plan.base_year, int(plan.projected[plan.base_year].sum())
    if projected == residents:
        return ""
    return (
        f"People of a year are those projected: {projected:,} in {year}. Tables without years, the"
        f" headline of each option among them, count {residents:,} residents of the census."
    )


def has_capacity(context: EvidenceContext) -> bool:
    """Return whether the study states years, and so the capacity of its options."""
    return context.evidence_inputs.capacity is not None


def has_kind(kind: str) -> Condition:
    """Return whether a study has services of a kind: beds, rooms, rounds or crisis."""
    return lambda context: (
        has_capacity(context) and bool(getattr(context.capacity_plan.services, kind))
    )


def _has_beds_everywhere(context: EvidenceContext) -> bool:
    return has_kind("beds")(context) and len(context.capacity.overflow) > 0


def _beds(context: EvidenceContext) -> pd.DataFrame:
    """Return beds by site, and what other people and single-sex bays would need."""
    table = context.capacity.beds
    keys = ["option", "service", "site_id", "year"]
    plan = context.capacity_plan
    if SCENARIOS[1] in plan.people:
        aged = beds_of_options(replace(context.capacity_setting, people=plan.people[SCENARIOS[1]]))
        other = aged.set_index(keys)["beds_needed"].reindex(table.set_index(keys).index)
        table = table.assign(beds_needed_ageing=other.to_numpy(float))
    else:
        table = table.assign(beds_needed_ageing=np.nan)
    services = {service.id: service for service in plan.services.beds}
    apart = [
        float(
            single_sex_beds(
                load,
                plan.services.share_women[service],
                services[service].target,
                stay=services[service].stay,
            )[1]
        )
        if service in plan.services.share_women
        else np.nan
        for service, load in zip(table["service"], table["offered_load"], strict=True)
    ]
    return table.assign(beds_needed_single_sex=apart)


def _beds_of_all_sites(context: EvidenceContext) -> pd.DataFrame:
    """Return beds of all sites together with how sure the need is."""
    keys = ["option", "service", "year"]
    sure = context.capacity.beds_range.set_index(keys)[["beds_needed_low", "beds_needed_high"]]
    return context.capacity.beds_as_a_whole.join(sure, on=keys)


def _placed(context: EvidenceContext) -> pd.DataFrame:
    """Return admissions by the nearest ward and the ward that takes them."""
    placed = context.capacity.placed
    minutes = context.appraisal_inputs.times.minutes
    parts = []
    for (option, service), rows in placed.groupby(["option", "service"], sort=False):
        stated = context.capacity_setting.stated(str(option), str(service), "beds")
        nearest = minutes[list(stated.index)].idxmin(axis=1)
        parts.append(rows.assign(own_site=rows["area_id"].map(nearest)))
    keys = ["option", "service", "stream", "own_site", "site_id"]
    whole = pd.concat(parts).groupby(keys, sort=False)["admissions"].sum().reset_index()
    return whole.assign(placed_away=whole["own_site"] != whole["site_id"])


def _reaching(kind: str) -> Total:
    """Return what the rows of a service and year add up to: people times rates who reach a site."""

    def total(context: EvidenceContext, group: Mapping[str, str]) -> float:
        services = {
            service.id: service for service in getattr(context.capacity_plan.services, kind)
        }
        return reaching(context, group, group["service"], services[group["service"]].rates)

    return total


def reaching(
    context: EvidenceContext, group: Mapping[str, str], service: str, rates: pd.Series
) -> float:
    """Return what people of an option and year (of `group`) need of a service and can reach."""
    setting = context.capacity_setting
    shares = setting.shares(group["option"], service).to_numpy().sum(axis=1)
    return float(setting.demand(rates, int(float(group["year"]))).to_numpy() @ shares)


def conserves(kind: str, column: str) -> tuple[Conservation, ...]:
    """Return the law that a column adds up to what people need who can reach a site."""
    return (Conservation(("option", "service", "year"), (column,), _reaching(kind)),)


_BED_USE: Final = (
    PublishedColumn("occupancy", "Mean share of the beds in use: a result", SHARE, NOT_STATED),
    PublishedColumn("share_refused", "Share of admissions that find no bed", SHARE, _OTHER_TARGET),
    PublishedColumn(
        "share_waiting",
        "Share of admissions that wait longer than the target's days",
        SHARE,
        _OTHER_TARGET,
    ),
    PublishedColumn(
        "mean_wait_days",
        "Mean days an admission waits for a bed",
        DAYS,
        f"{_OTHER_TARGET}; or the queue grows without end",
    ),
    PublishedColumn(
        "blocked_bed_days",
        "Acute bed-days a year that those who wait hold",
        BED_DAYS,
        f"{_OTHER_TARGET}; or the queue grows without end",
    ),
    PublishedColumn(
        "share_days_over", "Share of days with more patients than beds", SHARE, _OTHER_TARGET
    ),
)
_ADMISSIONS: Final = PublishedColumn("admissions", "Admissions a year to the site", ADMISSIONS)
_LOAD: Final = PublishedColumn(
    "offered_load", "Beds that would be in use if there were always room", ERLANGS
)
_BEDS: Final = PublishedColumn("beds", "Beds that the option has there", BEDS, NOT_STATED)
_NEEDED: Final = PublishedColumn("beds_needed", "Fewest beds that keep to the target", BEDS)

BED_TABLES: Final = (
    TableDeclaration(
        "beds",
        "Whether the beds of each site cope, and the beds that the target needs, by year.",
        (
            *SITE_YEAR,
            _ADMISSIONS,
            _LOAD,
            _BEDS,
            *_BED_USE,
            _NEEDED,
            PublishedColumn("beds_short", "Beds needed above those there", BEDS, NOT_STATED),
            PublishedColumn("occupancy_needed", "Mean share in use of the beds needed", SHARE),
            PublishedColumn("wards", "Wards that the beds fill", WARDS),
            PublishedColumn("nurses_wte", "Registered nurses for these wards", STAFF),
            PublishedColumn(
                "nurses_wte_needed", "Registered nurses if the beds needed were there", STAFF
            ),
            PublishedColumn("first_year_short", "First year with too few beds", YEAR, NEVER_SHORT),
            PublishedColumn(
                "beds_needed_ageing",
                "Beds needed if those who live in an area today grow old there",
                BEDS,
                "that scenario was not worked out",
            ),
            PublishedColumn(
                "beds_needed_single_sex",
                "Beds needed if women and men have fixed beds of their own",
                BEDS,
                "the study states no share of women",
            ),
        ),
        _beds,
        withhold,
        applies=has_kind("beds"),
        conserves=conserves("beds", "admissions"),
    ),
    TableDeclaration(
        "beds_as_a_whole",
        "Beds of all sites together, what splitting them costs, and how sure the need is.",
        (
            OPTION,
            SERVICE,
            YEAR_COLUMN,
            replace(_ADMISSIONS, meaning="Admissions a year that can reach a site"),
            PublishedColumn(
                "admissions_not_reached", "Admissions a year that can reach none", ADMISSIONS
            ),
            _LOAD,
            PublishedColumn(
                "beds", "Beds that the option has", BEDS, "not stated for all of its sites"
            ),
            _NEEDED,
            PublishedColumn("extra_beds", "Beds needed because the load is split over sites", BEDS),
            *(column for column in _BED_USE if column.name in {"share_refused", "mean_wait_days"}),
            *(column for column in _BED_USE if column.name == "blocked_bed_days"),
            PublishedColumn(
                "beds_per_1000_aged_75_plus",
                "Beds, or those needed where not stated, for 1,000 people aged 75 and over",
                OF_1000,
                "nobody is that old",
            ),
            PublishedColumn(
                "beds_needed_low", "Beds needed with fewer people and shorter stays", BEDS
            ),
            PublishedColumn(
                "beds_needed_high", "Beds needed with more people and longer stays", BEDS
            ),
        ),
        _beds_of_all_sites,
        withhold,
        applies=has_kind("beds"),
    ),
    TableDeclaration(
        "overflow",
        "Who finds the own ward full in the first year, by simulation.",
        (
            OPTION,
            PublishedColumn("service", "Name of the service, or of the pool of beds"),
            PublishedColumn(
                "stream",
                "From home (step_up) or from an acute bed (step_down)",
                blank="both together",
            ),
            PublishedColumn(
                "measure",
                "What is measured: shares of admissions; days; minutes and hours of visitors",
            ),
            PublishedColumn("mean", "The figure", AS_STATED),
            PublishedColumn(
                "low", "Lower end of its 95 % interval", AS_STATED, "no interval is known"
            ),
            PublishedColumn(
                "high", "Upper end of its 95 % interval", AS_STATED, "no interval is known"
            ),
        ),
        lambda context: context.capacity.overflow,
        withhold,
        applies=_has_beds_everywhere,
    ),
    TableDeclaration(
        "placed",
        "Admissions of the first year by the nearest ward and the ward that takes them.",
        (
            OPTION,
            PublishedColumn("service", "Name of the service, or of the pool of beds"),
            PublishedColumn("stream", "From home (step_up) or from an acute bed (step_down)"),
            PublishedColumn("own_site", "Code of the site of the nearest ward"),
            replace(SITE_ID, meaning="Code of the site that takes them"),
            replace(_ADMISSIONS, meaning="Admissions a year that are given a bed there"),
            PublishedColumn("placed_away", "Whether that is not their nearest ward"),
        ),
        _placed,
        withhold,
        applies=_has_beds_everywhere,
    ),
)
