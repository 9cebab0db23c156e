"""Capacity inputs: projections, parameters, estate and places of a study, read and checked."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final, NamedTuple

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.plan import SCENARIOS, CapacityPlan, EstatePlan, PlanProvenance
from llrgeo.appraisal.capacity.projections import (
    Bounds,
    VariantYear,
    ageing_shares,
    constant_shares,
    housing_shares,
    people_by_band,
    people_in,
    people_of_new_homes,
    project_areas,
    variant_bounds,
)
from llrgeo.appraisal.capacity.setting import WaysBetweenHomes
from llrgeo.appraisal.options import Option
from llrgeo.errors import InputError
from llrgeo.inputs.capacity import read_capacity, set_parameters
from llrgeo.inputs.estate import read_estate
from llrgeo.inputs.housing import read_housing
from llrgeo.inputs.projections import read_projections
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import AGE_BANDS, name_some, raise_faults
from llrgeo.study.capacity_places import places_table
from llrgeo.study.capacity_rates import factors_of_rates
from llrgeo.study.capacity_services import build_services_plan
from llrgeo.study.config import StudyConfig, build_services
from llrgeo.study.option_changes import kinds_of, resolve_options
from llrgeo.travel.times import Router

_SECONDS_A_MINUTE = 60
_EMBEDDED_PEOPLE: Final = (
    "Office for National Statistics, subnational population projections, 2018-based"
)
_BASE_RATIO = (0.5, 2.0)  # of projected people of the base year over those of the areas


class Population(NamedTuple):
    """People of a study's areas over its years: they depend on no site and no option.

    Attributes
    ----------
    people, projected, bounds
        As `CapacityPlan` has them.
    parameters
        Those by which people were counted, and all others: defaults and the study's own values.
    projections
        The rows of the study's variant and authorities.
    """

    people: dict[str, dict[int, pd.DataFrame]]
    projected: dict[int, pd.Series]
    bounds: dict[int, Bounds]
    parameters: Parameters
    projections: pd.DataFrame


def read_population(study: StudyConfig, areas: gpd.GeoDataFrame) -> Population:
    """Return the people of the years of a study.

    Parameters
    ----------
    study
        With years.
    areas
        Its areas, by ages and authority.

    Raises
    ------
    InputError
        If a file has faults, or a year is not projected.
    """
    own, key = study.capacity.parameters, f"{study.source_name}: capacity.parameters"
    parameters = Parameters(set_parameters(read_capacity("parameters"), own, source=key))
    projections, variant = _projections(study)
    people, projected, bounds = _people(study, areas, parameters, (projections, variant))
    keys, codes = projections.index, sorted(set(areas["authority_code"]))
    mine = projections[
        (keys.get_level_values("variant") == variant)
        & keys.get_level_values("authority_code").isin(codes)
    ]
    return Population(people, projected, bounds, parameters, mine)


def build_capacity_plan(
    study: StudyConfig,
    population: Population,
    sites: pd.DataFrame,
    options: tuple[Option, ...],
    *,
    counted: Collection[str],
) -> CapacityPlan:
    """Return a study's plan of capacity, without the times between homes.

    Parameters
    ----------
    study
        With years.
    population
        Of its areas (`read_population`).
    sites
        All of its sites, closed ones too.
    options
        Its options, resolved.
    counted
        Services whose contacts were counted, so that their rates by age are not known.

    Raises
    ------
    InputError
        If a file has faults, or an estate, works or disposals name a site that the study does not
        have.
    """
    parameters = population.parameters
    services = {service.id: service for service in build_services(study)}
    beds = {service.id: service.beds for service in study.services if service.beds is not None}
    plan = build_services_plan(study.capacity, beds, services, parameters)
    # Years need rates by age: it is not known how counted contacts vary with age.
    known = [name for name in plan.ids if name in counted]
    fault = f"{name_some(known)} were counted; capacity needs rates by age. Leave one of them out"
    raise_faults([fault] if known else [], source=study.appraisal.activity)
    _, places, _ = resolve_options(study)
    return CapacityPlan(
        population.people,
        population.projected,
        plan,
        places_table(places, options, kinds_of(study)),
        parameters,
        estate=_estate(study, sites),
        choices=study.capacity.choices,
        provenance=_provenance(study),
        bounds=population.bounds,
        rate_factors=factors_of_rates(study, population.projections, parameters),
    )


def with_roads(
    plan: CapacityPlan,
    router: Router,
    places: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    by: tuple[str, str],
    *,
    drawn: bool,
) -> CapacityPlan:
    """Return a plan with the times and places for rounds of teams, in a mode and period (`by`).

    `places` are the areas and the sites. Times between homes take as long to compute as those to a
    hundred sites, and are needed only where days are simulated (`drawn`).
    """
    (points, bases), (mode, period) = (each.geometry for each in places), by
    between = (
        router.travel_times(points, points, mode=mode, period=period).minutes if drawn else None
    )
    network = getattr(router, "network", None)
    ends_s = network.info.ends_s if isinstance(network, RoadNetwork) else 0.0
    positions, at = (
        pd.DataFrame({"easting": each.x, "northing": each.y}) for each in (points, bases)
    )
    roads = WaysBetweenHomes(between, ends_s / _SECONDS_A_MINUTE, positions, at)
    return replace(plan, roads=roads)


def _provenance(study: StudyConfig) -> PlanProvenance:
    capacity = study.capacity
    ours = capacity.projections == "embedded"
    named = capacity.projections_source or capacity.files(study.folder)["projections"].name
    people = _EMBEDDED_PEOPLE if ours else named
    return PlanProvenance(people, official=ours, beds=capacity.beds_source)


def _projections(study: StudyConfig) -> tuple[pd.DataFrame, str]:
    """Return the projections of a study, and the variant that it uses."""
    source = study.capacity.files(study.folder)["projections"]
    projections = read_projections(source)
    variants = sorted(set(projections.index.get_level_values("variant")))
    variant = study.capacity.variant or variants[0]
    if variant not in variants or (len(variants) > 1 and not study.capacity.variant):
        msg = f"{source.name}: name one variant in capacity.variant: {', '.join(variants)}"
        raise InputError(msg)
    return projections, variant


def _people(
    study: StudyConfig,
    areas: pd.DataFrame,
    parameters: Parameters,
    by_variant: tuple[pd.DataFrame, str],
) -> tuple[dict[str, dict[int, pd.DataFrame]], dict[int, pd.Series], dict[int, Bounds]]:
    """Return the people of areas by scenario and year, of all authorities, and their bounds.

    Bounds are those of all variants; a projection of one variant has none.
    """
    projections, variant = by_variant
    # Only the columns that people are distributed by, because each year copies the table.
    areas = pd.DataFrame(areas[["authority_code", *AGE_BANDS]])
    today = constant_shares(areas)
    source = study.capacity.files(study.folder)["projections"]
    raise_faults(_unprojected_faults(study, areas, by_variant), source=source.name)
    bands = people_by_band(projections, share_under_18=parameters.value("share_15_19_under_18"))
    # Each authority's projection of each year, distributed to its areas. Ageing in place is another
    # way to distribute it, not another projection.
    variants = sorted(set(bands.index.get_level_values("variant")))
    central, aged, projected, bounds = {}, {}, {}, {}
    base = study.years[0]
    homes = _people_of_homes(study, areas, parameters)
    for year in study.years:
        total = people_in(bands, VariantYear(variant, year))
        built = homes.get(year, pd.DataFrame())
        central[year] = _areas_of(areas, total, today, built)
        if study.capacity.ageing:
            aged[year] = _areas_of(areas, total, ageing_shares(areas, year - base), built)
        if len(variants) > 1:
            totals = {name: people_in(bands, VariantYear(name, year)) for name in variants}
            bounds[year] = variant_bounds(
                {name: _areas_of(areas, of, today, built) for name, of in totals.items()}
            )
        codes = sorted(set(areas["authority_code"]))
        projected[year] = total.loc[codes, list(AGE_BANDS)].sum()
    if not study.confirm:
        raise_faults(_base_faults(areas, central[base], base), source=source.name)
    people = {SCENARIOS[0]: central}
    return (people | {SCENARIOS[1]: aged} if aged else people), projected, bounds


def _unprojected_faults(
    study: StudyConfig, areas: pd.DataFrame, by_variant: tuple[pd.DataFrame, str]
) -> list[str]:
    """Return faults for years and authorities that the projections do not have."""
    projections, variant = by_variant
    keys = projections.index[projections.index.get_level_values("variant") == variant]
    known = set(keys.get_level_values("authority_code"))
    years = keys.get_level_values("year")
    faults = []
    if absent := sorted(set(areas["authority_code"]) - known):
        faults.append(f"no people of the authorities {name_some(absent)} (authority_code)")
    if absent_years := [year for year in study.years if year not in set(years)]:
        faults.append(
            f"no people of {name_some(absent_years)}; there are {years.min()} to {years.max()}"
        )
    if faults and study.capacity.projections == "embedded":
        faults[-1] += (
            "; those embedded are of Leicester, Leicestershire and Rutland: name your own under "
            '[capacity], such as projections = "projections.csv"'
        )
    return faults


def _base_faults(areas: pd.DataFrame, base: pd.DataFrame, year: int) -> list[str]:
    """Return a fault for age bands whose base year differs much from the table of areas.

    Otherwise a projection in thousands, of one sex, or of another part of an authority would be
    taken as growth.
    """
    now, then = areas[list(AGE_BANDS)].sum(), base.sum()
    low, high = _BASE_RATIO
    off = now[(now > 0) & ~(then / now.where(now > 0, 1)).between(low, high)].index
    return [
        f"{band}: {then[band]:,.0f} people in {year}, but {now[band]:,.0f} in the table of areas; "
        "if that is meant, write confirm = true"
        for band in off
    ]


def _people_of_homes(
    study: StudyConfig, areas: pd.DataFrame, parameters: Parameters
) -> dict[int, pd.DataFrame]:
    """Return the people of all homes finished by each year of the study; none without a file."""
    path = study.capacity.files(study.folder).get("housing")
    if path is None:
        return {}
    housing = read_housing(set(map(str, areas.index)), path)
    residents = areas[list(AGE_BANDS)].sum().astype(float)
    # Without stated ages, people of new homes have the age profile of all residents.
    given = pd.Series(dict(study.capacity.new_homes_ages), dtype=float)
    ages = (
        given.reindex(list(AGE_BANDS), fill_value=0.0)
        if len(given)
        else residents / residents.sum()
    )
    found = {}
    for year in study.years:
        # Shares of areas are those of the census, so all homes finished since then count.
        built = housing[housing["year"] <= year].groupby("area_id")["homes"].sum()
        found[year] = people_of_new_homes(
            built, household_size=parameters.value("household_size"), age_profile=ages
        )
    return found


def _areas_of(
    areas: pd.DataFrame, total: pd.DataFrame, shares: pd.DataFrame, built: pd.DataFrame
) -> pd.DataFrame:
    """Return the people of areas by band; `built` are those of new homes, empty for none."""
    if len(built):
        shares = housing_shares(areas, built, shares=shares, total=total)
    return project_areas(areas, total, shares)[list(AGE_BANDS)]


def _estate(study: StudyConfig, sites: pd.DataFrame) -> EstatePlan | None:
    """Return the estate with works and disposals; None if the study names none of them."""
    path = study.capacity.files(study.folder).get("estate")
    works = [work.build(option.id) for option in study.options for work in option.works]
    sold = [
        (option.id, disposal.site, disposal.year, disposal.receipt_gbp, disposal.clearing_gbp)
        for option in study.options
        for disposal in option.disposals
    ]
    faults = [
        f"option '{option.id}': {key}: no such site: {name_some(unknown)}"
        for option in study.options
        for key, named in (("works", option.works), ("disposals", option.disposals))
        if (unknown := sorted({each.site for each in named} - set(sites.index)))
    ]
    bias = read_capacity("optimism_bias")
    kinds = sorted({kind for work in works for kind in work.projects} - set(bias.index))
    if kinds:
        known = name_some(bias.index)
        faults.append(f"works: no kind of project {name_some(kinds)}; known are {known}")
    # Money after the horizon would silently be left out of every sum.
    last = study.years[0] + study.appraisal.horizon_years
    years = [work.year for work in works] + [row[2] for row in sold]
    if any(not study.years[0] <= year <= last for year in years):
        found = name_some(sorted(set(years)))
        faults.append(f"works and disposals lie from {study.years[0]} to {last}; found {found}")
    if path is None and (works or sold):
        faults.append('works and disposals need an estate; add [capacity] estate = "embedded"')
    raise_faults(faults, source=study.source_name)
    if path is None:
        return None
    columns = ["option", "site_id", "year", "receipt_gbp", "clearing_gbp"]
    disposals = pd.DataFrame(sold, columns=columns).astype(
        {"year": int, "receipt_gbp": float, "clearing_gbp": float}
    )
    return EstatePlan(read_estate(set(map(str, sites.index)), path), works, disposals, bias)
