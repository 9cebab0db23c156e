"""Evidence about beds: by site and year, as a whole, and who is placed away from the own ward."""

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
from llrgeo.appraisal.capacity.setting import CapacitySetting
from llrgeo.appraisal.capacity.staffing import (
    contract_of,
    nurse_rules_of,
    site_nurses_wte,
    split_into_wards,
)
from llrgeo.appraisal.capacity.ward_simulation import (
    WardNetwork,
    WardSimulation,
    simulate_wards,
    visitors_minutes,
)
from llrgeo.appraisal.capacity.years import first_year_short

_KEYS: Final = ["option", "service"]


def beds_by_site(setting: CapacitySetting) -> pd.DataFrame:
    """Return beds, use and needs by option, service, site and year.

    Columns: the keys; those of `bed_table`; `wards` and `nurses_wte` of the beds stated, or of
    those needed where none are stated; `first_year_short` (missing: never in these years).

    Raises
    ------
    InputError
        If in the base year a load is not below the beds of a service that refuses nobody.
    """
    parts = [
        _of_service(setting, option, service)
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
    services = {one.id: one for one in setting.beds}
    rows = []
    for keys, sites in by_site.groupby([*_KEYS, "year"], sort=False):
        option, name = str(keys[0]), str(keys[1])
        year = int(sites["year"].iloc[0])
        service = services[name]
        total = float(setting.demand(service.rates, year).sum())
        beds = sites["beds"].sum(skipna=False)
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


def overflow(
    setting: CapacitySetting, *, seed: int, year: int, choices: int, visits: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who finds the own ward full and what becomes of them, by option and service.

    Parameters
    ----------
    setting
        Options, people and services.
    seed
        Of the simulation; the same for all options, so that they differ by their beds.
    year
        Whose people are admitted.
    choices
        How many of the nearest wards may take a patient.
    visits
        Journeys of visitors for each admission.

    Returns
    -------
    tuple of pandas.DataFrame
        Measures (`option`, `service`, `measure`, `mean`, `low`, `high`, with those of visitors,
        which have no interval), and patients by `option`, `service`, `area_id`, `site_id`. Options
        in which a site states no beds are left out: nothing can be said of them.
    """
    measures, placed = [], []
    for option in setting.options:
        for service in setting.beds:
            network = _network(setting, option, service, year, choices)
            if network is None:
                continue
            found = simulate_wards(network, seed=seed)
            keys = {"option": option, "service": service.id}
            measures.append(_measures(found, network, visits).assign(**keys))
            placed.append(found.placed.assign(**keys))
    columns = [*_KEYS, "measure", "mean", "low", "high"]
    where = [*_KEYS, "area_id", "site_id", "admissions"]
    return (
        pd.concat(measures, ignore_index=True)[columns]
        if measures
        else pd.DataFrame(columns=columns),
        pd.concat(placed, ignore_index=True)[where] if placed else pd.DataFrame(columns=where),
    )


def _of_service(setting: CapacitySetting, option: str, service: BedService) -> pd.DataFrame:
    shares = setting.shares(option, service.id)
    beds = setting.stated(option, service.id, "beds")
    contract, rules = contract_of(setting.parameters), nurse_rules_of(setting.parameters)
    largest = int(setting.parameters.value("largest_ward"))
    tables = []
    for year in sorted(setting.people):
        admissions = setting.demand(service.rates, year) @ shares
        admissions = admissions.reindex(beds.index, fill_value=0.0)
        if year == setting.base_year:
            check_loads(admissions, beds, service)
        table = bed_table(admissions, beds, service).reset_index()
        staffed = table["beds"].fillna(table["beds_needed"]).astype(int)
        table["wards"] = [len(split_into_wards(one, largest=largest)) for one in staffed]
        table["nurses_wte"] = [
            site_nurses_wte(one, rules, contract, largest=largest) for one in staffed
        ]
        tables.append(table.assign(option=option, service=service.id, year=year))
    whole = pd.concat(tables, ignore_index=True)
    needed = whole.pivot(index="site_id", columns="year", values="beds_needed")
    first = first_year_short(needed, beds)
    keys = [*_KEYS, "site_id", "year"]
    rest = [name for name in whole.columns if name not in keys]
    return whole[[*keys, *rest]].assign(first_year_short=whole["site_id"].map(first))


def _network(
    setting: CapacitySetting, option: str, service: BedService, year: int, choices: int
) -> WardNetwork | None:
    """Return the wards of an option, or None where beds are not stated for all of them."""
    beds = setting.stated(option, service.id, "beds")
    if beds.empty or beds.isna().any():
        return None
    open_beds = np.floor(beds * (1 - service.closed_share))
    minutes = setting.minutes[list(beds.index)]
    # Those who reach no ward at all are counted elsewhere.
    reached = np.isfinite(minutes.to_numpy()).any(axis=1)
    admissions = setting.demand(service.rates, year)[reached].to_frame(service.stream)
    return WardNetwork(
        admissions,
        minutes[reached],
        open_beds,
        {service.stream: service.stay},
        choices=choices,
        amplitude=service.amplitude,
    )


def _measures(found: WardSimulation, network: WardNetwork, visits: float) -> pd.DataFrame:
    visitors = visitors_minutes(found, network.minutes, visits)
    extra = pd.DataFrame(
        {"measure": [f"visitors_{name}" for name in visitors], "mean": list(visitors.values())}
    ).assign(low=np.nan, high=np.nan)
    return pd.concat([found.measures[["measure", "mean", "low", "high"]], extra], ignore_index=True)


def _mean(sites: pd.DataFrame, column: str) -> float:
    """Return the mean of a column over admissions; NaN where a site does not have it."""
    total = float(sites["admissions"].sum())
    return (
        float((sites[column] * sites["admissions"]).sum(skipna=False) / total) if total else np.nan
    )
