"""Summary of capacity: beds, staff, rooms and money of each option by year, in one row."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.assess import CapacityEvidence
from llrgeo.appraisal.capacity.estate import running_cost, works_table
from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.capacity.rooms import (
    accessible_spaces,
    arrivals_of,
    parking_needed,
)
from llrgeo.appraisal.capacity.staffing import contract_of, nurse_rules_of, site_nurses_wte
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people.group_sums import group_sums

_BED_FIGURES: Final = ("beds", "beds_needed", "beds_short", "nurses_wte", "nurses_wte_needed")


def summary_by_year(
    evidence: CapacityEvidence, plan: CapacityPlan, results: Mapping[str, OptionResult]
) -> pd.DataFrame:
    """Return beds, staff, rooms and money by option and year.

    Columns: `option`, `year`; `beds` (NaN unless stated for all sites), `beds_needed` (of services
    that share beds as if each had its own), `beds_short` (sum over sites; NaN where services share
    beds), `nurses_wte` of the beds there and `nurses_wte_needed` of those needed, `rounds_wte`,
    `crisis_wte` (in one pool), `wte` (the sum without those needed), `rooms_needed`,
    `rooms_short`, `capital` (paid up to and in that year, with optimism bias) and `running` (a
    year, of all sites with a known floor area). NaN where the study has no service of the kind, or
    no estate.
    """
    years = plan.years
    index = pd.MultiIndex.from_product([list(results), years], names=["option", "year"])
    table = pd.DataFrame(index=index)
    beds = _sum(_with_pools(evidence.beds, plan), list(_BED_FIGURES), index)
    rooms = _sum(evidence.rooms, ["rooms_needed", "rooms_short"], index)
    table[list(beds.columns)] = beds
    # Posts that are not known, for want of a service of that kind, stay blank; they are no zero.
    table["rounds_wte"] = _sum(evidence.rounds, ["wte"], index)["wte"]
    table["crisis_wte"] = _sum(evidence.crisis, ["wte_pooled"], index)["wte_pooled"]
    parts = table[["nurses_wte", "rounds_wte", "crisis_wte"]]
    table["wte"] = parts.sum(axis=1, min_count=1)
    table[list(rooms.columns)] = rooms
    works, running = works_by_option(plan), running_by_site(plan)
    money = [
        row
        for result in results.values()
        for row in (
            [(np.nan, np.nan)] * len(years)
            if plan.estate is None
            else _money(works, running, result, years)
        )
    ]
    table[["capital", "running"]] = np.array(money, dtype=float).reshape(-1, 2)
    return table.reset_index()


def _with_pools(beds: pd.DataFrame, plan: CapacityPlan) -> pd.DataFrame:
    """Return the table of beds with those that services share, stated under their pool.

    The first service of a pool has its beds and their nurses, the others have none of their own.
    How many are short is not known: no closed form says what a pool needs.
    """
    if beds.empty or not plan.services.pools:
        return beds
    contract, rules = contract_of(plan.parameters), nurse_rules_of(plan.parameters)
    largest = int(plan.parameters.value("largest_ward"))
    table = beds.copy()
    for pool, members in plan.services.pools.items():
        for option, stated in plan.places[plan.places["service"] == pool].groupby("option"):
            # Wards are of the beds at a site, whichever of the services lies in them.
            beds_by_site = stated["beds"].dropna().astype(int)
            nurses = [site_nurses_wte(n, rules, contract, largest=largest) for n in beds_by_site]
            in_pool = (table["option"] == option) & table["service"].isin(list(members))
            table.loc[in_pool, ["beds", "nurses_wte"]] = 0.0
            # Beds of all sites stand in one row of each year, so that they are counted once.
            first = table[in_pool].groupby("year").head(1).index
            table.loc[first, "beds"] = float(beds_by_site.sum())
            table.loc[first, "nurses_wte"] = sum(nurses)
    return table


def works_by_option(plan: CapacityPlan) -> pd.DataFrame:
    """Return the building works of all options with their capital; empty without any."""
    if plan.estate is None or not plan.estate.works:
        return pd.DataFrame()
    return works_table(plan.estate.works, plan.estate.capital_rates(plan.parameters))


def running_by_site(plan: CapacityPlan) -> pd.Series:
    """Return running costs a year by site: by floor area at the general rate; NaN if unknown."""
    if plan.estate is None:
        return pd.Series(dtype=float)
    area = plan.estate.estate["floor_area_m2"].astype(float)
    none = pd.Series(np.nan, area.index)
    return running_cost(area, none, gbp_m2=plan.parameters.value("running_gbp_m2"))


def sites_of(result: OptionResult) -> list[str]:
    """Return the sites that run any service under an option, sorted."""
    return sorted(frozenset().union(*result.option.sites.values()))


def contacts_by_site(result: OptionResult) -> pd.Series:
    """Return contacts a year of patients and visitors at each site under an option."""
    loads = [
        service.loads["contacts"]
        for service in result.services.values()
        if service.service.delivery != "team"
    ]
    if not loads:
        return pd.Series(dtype=float)
    sites = np.concatenate([load.index.to_numpy() for load in loads])
    number, names = pd.factorize(sites, sort=True)
    contacts = group_sums(number, np.concatenate(loads), len(names))
    return pd.Series(contacts, pd.Index(names, name=loads[0].index.name), name="contacts")


def parking_by_site(
    plan: CapacityPlan, results: Mapping[str, OptionResult], growth: Mapping[int, float]
) -> pd.DataFrame:
    """Return the spaces that patients and visitors need at each site with a known estate.

    `growth` is contacts of each year over today's. Staff are not counted: readers are told.

    Columns: `option`, `site_id`, `year`, `contacts`, `spaces` (NaN if not known),
    `spaces_needed`, `accessible_needed`, `spaces_short`.
    """
    value = plan.parameters.value
    arrivals, full = arrivals_of(plan.parameters), value("parking_full_share")
    rows = []
    for option, result in results.items():
        contacts = contacts_by_site(result)
        for site in contacts.index.intersection(_known_sites(plan), sort=True):
            have, today = _spaces(plan, str(site)), float(contacts[site])
            for year, factor in growth.items():
                need = parking_needed(today * factor, arrivals, full_share=full)
                accessible = accessible_spaces(need, value("accessible_share"))
                # NaN fails the comparison: what is not known is not short.
                short = max(need - have, 0.0) if have >= 0 else np.nan
                rows.append((option, site, year, today * factor, have, need, accessible, short))
    names = ["contacts", "spaces", "spaces_needed", "accessible_needed", "spaces_short"]
    return pd.DataFrame(rows, columns=["option", "site_id", "year", *names])


def _known_sites(plan: CapacityPlan) -> pd.Index:
    return pd.Index([]) if plan.estate is None else plan.estate.estate.index


def _spaces(plan: CapacityPlan, site: str) -> float:
    return float(plan.estate.estate["parking_spaces"][site]) if plan.estate else np.nan


def _sum(table: pd.DataFrame, columns: list[str], index: pd.MultiIndex) -> pd.DataFrame:
    """Return sums by option and year; NaN where a part is unknown or there is none."""
    if table.empty:
        return pd.DataFrame(np.nan, index, columns)
    grouped = table.groupby(["option", "year"])[columns]
    # A sum with an unknown part is unknown.
    complete = grouped.count().eq(grouped.size(), axis=0)
    return grouped.sum().where(complete).reindex(index).astype(float)


def _money(
    works: pd.DataFrame, running: pd.Series, result: OptionResult, years: list[int]
) -> list[tuple[float, float]]:
    """Return capital paid up to each year and running costs a year of an option."""
    here = float(running[running.index.intersection(sites_of(result))].sum())
    if works.empty:
        return [(0.0, here)] * len(years)
    of_option = works[works["option"] == result.option.name]
    paid = [float(of_option.loc[of_option["year"] <= year, "capital"].sum()) for year in years]
    return [(capital, here) for capital in paid]
