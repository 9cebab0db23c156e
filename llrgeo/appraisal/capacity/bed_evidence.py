"""Evidence about beds: by site and year, all sites together, and how sure it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.beds import (
    BedService,
    bed_table,
    beds_per_1000_aged_75_plus,
    check_loads,
)
from llrgeo.appraisal.capacity.pooling import extra_beds
from llrgeo.appraisal.capacity.projections import fewest_and_most
from llrgeo.appraisal.capacity.setting import CapacitySetting
from llrgeo.appraisal.capacity.staffing import (
    contract_of,
    nurse_rules_of,
    site_nurses_wte,
    split_into_wards,
)
from llrgeo.appraisal.capacity.targets import Stay
from llrgeo.appraisal.capacity.years import first_year_short

_KEYS: Final = ["option", "service"]
_ENDS: Final = {"low": -1, "high": 1}


def beds_by_site(setting: CapacitySetting) -> pd.DataFrame:
    """Return beds, use and needs by option, service, site and year.

    Columns: the keys; those of `bed_table`; `wards` and `nurses_wte` of the beds stated, or of
    those needed where none are stated, `nurses_wte_needed` of those needed; `first_year_short`
    (missing: never in these years).
    """
    # Admissions of all areas are alike under all options: options differ by who goes where.
    admissions = {service.id: setting.demand_by_year(service.rates) for service in setting.beds}
    parts = [
        _of_service(setting, option, service, admissions[service.id])
        for option in setting.options
        for service in setting.beds
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def beds_as_a_whole(setting: CapacitySetting, by_site: pd.DataFrame) -> pd.DataFrame:
    """Return beds by option, service and year, all sites together.

    Columns: `admissions` that reach a site, `admissions_not_reached`; `offered_load`; `beds` (NaN
    unless stated for all sites), `beds_needed`; `extra_beds`, needed because the load is split
    over sites and not in one pool; `share_refused`, `mean_wait_days` (means over admissions),
    `blocked_bed_days`; `beds_per_1000_aged_75_plus` of the beds, or of those needed.
    """
    services = {service.id: service for service in setting.beds}
    rows = []
    for keys, sites in by_site.groupby([*_KEYS, "year"], sort=False):
        option, name = str(keys[0]), str(keys[1])
        year = int(sites["year"].iloc[0])
        service = services[name]
        total = float(setting.demand(service.rates, year).sum())
        # One site without stated beds makes the sum unknown, not smaller.
        beds = sites["beds"].sum(skipna=False)
        # Each site keeps to the target on its own, so needs add up; what that costs is
        # `extra_beds`.
        needed = int(sites["beds_needed"].sum())
        loads = sites["offered_load"].to_numpy()
        rows.append(
            {
                "option": option,
                "service": name,
                "year": year,
                "admissions": sites["admissions"].sum(),
                "admissions_not_reached": max(total - sites["admissions"].sum(), 0.0),
                "offered_load": loads.sum(),
                "beds": beds,
                "beds_needed": needed,
                "extra_beds": extra_beds(loads, service.target, stay=service.stay),
                "share_refused": _mean(sites, "share_refused"),
                "mean_wait_days": _mean(sites, "mean_wait_days"),
                "blocked_bed_days": sites["blocked_bed_days"].sum(skipna=False),
                "beds_per_1000_aged_75_plus": beds_per_1000_aged_75_plus(
                    needed if np.isnan(beds) else float(beds), setting.people[year]
                ),
            }
        )
    return pd.DataFrame(rows)


def beds_needed_range(setting: CapacitySetting, by_site: pd.DataFrame) -> pd.DataFrame:
    """Return how sure the beds needed are, by option, service and year, all sites together.

    `by_site` is what `beds_by_site` returns for the setting as it is.

    Columns: `beds_needed_low`, `beds_needed`, `beds_needed_high`. Low and high take people and the
    mean stay to the ends of their ranges together: people to those of other variants of the
    projection, where there are any. All else is a labelled assumption of the parameters
    (`band_65_plus_a_year`, `band_under_65_a_year`, `stay_spread_days`), not an interval.
    """
    central = by_site.groupby([*_KEYS, "year"], sort=False)["beds_needed"].sum()
    ends = {name: _beds_needed(_at_bound(setting, sign)) for name, sign in _ENDS.items()}
    table = pd.DataFrame({"beds_needed_low": ends["low"], "beds_needed": central})
    return table.assign(beds_needed_high=ends["high"]).reset_index()


def _beds_needed(setting: CapacitySetting) -> pd.Series:
    """Return the beds needed by option, service and year, all sites together."""
    needed = {}
    for option in setting.options:
        for service in setting.beds:
            sites = setting.stated(option, service.id, "beds").index
            for year, of_areas in setting.demand_by_year(service.rates).items():
                admissions = setting.uses.at_sites(option, service.id, of_areas, sites)
                # Each site is sized by itself: small pools need more beds than their share of one
                # large pool.
                beds = [service.beds(service.load(yearly)) for yearly in admissions.tolist()]
                if beds:
                    needed[option, service.id, year] = sum(beds)
    index = pd.MultiIndex.from_tuples(list(needed), names=[*_KEYS, "year"])
    return pd.Series(list(needed.values()), index)


def check_base_year(setting: CapacitySetting) -> None:
    """Refuse a waiting list that grows without end from the first year.

    Raises
    ------
    InputError
        If in the base year a load is not below the beds of a service that refuses nobody.
    """
    for option in setting.options:
        for service in setting.beds:
            beds = setting.stated(option, service.id, "beds")
            admissions = setting.demand(service.rates, setting.base_year)
            by_site = setting.uses.at_sites(option, service.id, admissions, beds.index)
            check_loads(pd.Series(by_site, beds.index), beds, service)


def _at_bound(setting: CapacitySetting, sign: int) -> CapacitySetting:
    """Return the setting at the low (-1) or high (1) end of people and stays."""
    # More or fewer people, by other variants or as the parameters assume.
    people = {}
    for year, central in setting.people.items():
        on = year - setting.base_year
        ends = fewest_and_most(central, on, setting.parameters, setting.bounds.get(year))
        people[year] = ends[0] if sign < 0 else ends[1]
    # Longer or shorter stays, by days; none is shorter than one day.
    spread = sign * setting.parameters.value("stay_spread_days")
    beds = [
        replace(service, stay=Stay(max(service.stay.days + spread, 1.0), service.stay.cv))
        for service in setting.beds
    ]
    return replace(setting, people=people, beds=beds)


def _of_service(
    setting: CapacitySetting, option: str, service: BedService, by_year: Mapping[int, pd.Series]
) -> pd.DataFrame:
    """Return the beds of a service under an option; `by_year` is admissions of each area."""
    beds = setting.stated(option, service.id, "beds")
    contract, rules = contract_of(setting.parameters), nurse_rules_of(setting.parameters)
    largest = int(setting.parameters.value("largest_ward"))
    # All years below one another: the sites of the first, of the next, and so on.
    rows = pd.Index(np.tile(beds.index.to_numpy(), len(by_year)), name="site_id")
    admissions = [
        setting.uses.at_sites(option, service.id, of_areas, beds.index)
        for of_areas in by_year.values()
    ]
    stated = pd.Series(np.tile(beds.to_numpy(float), len(by_year)), rows)
    table = bed_table(pd.Series(np.concatenate(admissions), rows), stated, service)
    # Wards and nurses are of the beds that are there, or else of those that would be needed.
    needed_beds = table["beds_needed"].astype(int)
    staffed = table["beds"].fillna(needed_beds.astype(float)).astype(int)
    table["wards"] = [len(split_into_wards(count, largest=largest)) for count in staffed]
    nurses = {
        count: site_nurses_wte(count, rules, contract, largest=largest)
        for count in {*staffed.tolist(), *needed_beds.tolist()}
    }
    for name, beds_of in (("nurses_wte", staffed), ("nurses_wte_needed", needed_beds)):
        table[name] = [nurses[count] for count in beds_of.tolist()]
    year = np.repeat(list(by_year), len(beds))
    whole = table.reset_index().assign(option=option, service=service.id, year=year)
    by_site = needed_beds.to_numpy().reshape(len(by_year), len(beds)).T
    first = first_year_short(pd.DataFrame(by_site, beds.index, list(by_year)), beds)
    keys = [*_KEYS, "site_id", "year"]
    rest = [name for name in whole.columns if name not in keys]
    return whole[[*keys, *rest]].assign(first_year_short=whole["site_id"].map(first))


def _mean(sites: pd.DataFrame, column: str) -> float:
    """Return the mean of a column over admissions; NaN where a site does not have it."""
    total = float(sites["admissions"].sum())
    return (
        float((sites[column] * sites["admissions"]).sum(skipna=False) / total) if total else np.nan
    )
