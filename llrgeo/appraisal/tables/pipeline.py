"""Pipeline of sites: the rows that a plan of neighbourhood health centres asks for."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.business_case import (
    ONLY_PEOPLE_KNOW,
    limits,
    local_sites,
    mean_minutes_of,
    nearest_sites,
    people_within,
    served_people,
    site_statuses,
)
from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.capacity.summary import contacts_by_site, running_by_site
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.group_sums import group_sums
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.schema import NO_CAR

_FACTS_OF: Final = ("floor_area_m2", "parking_spaces")


def pipeline(context: EvidenceContext) -> pd.DataFrame:
    """Return a row an option and site: who is served, what is there and its cost, what is blank."""
    plan = context.capacity_plan
    money = context.works, running_by_site(plan)
    parts = [
        _sites_of_option(context, name, money)
        for name in context.results
        if name != context.baseline
    ]
    table = pd.concat(parts, ignore_index=True)
    shown = table.drop(columns=["option", "site_id"])
    # What this tool cannot know is listed, so that a template is not taken for complete.
    blank = shown.isna() | (shown == "")
    listed = [
        "; ".join(str(name) for name in shown.columns[row]) for row in blank.to_numpy(dtype=bool)
    ]
    return table.assign(blanks_to_fill=listed)


def _sites_of_option(
    context: EvidenceContext, name: str, money: tuple[pd.DataFrame, pd.Series]
) -> pd.DataFrame:
    before, result = context.results[context.baseline], context.results[name]
    appraisal_inputs, areas = context.appraisal_inputs, context.appraisal_inputs.areas
    ids = local_sites(result, before, appraisal_inputs.sites)
    statuses = site_statuses(result, before, ids)
    # A site that is left empty serves nobody, and is nobody's nearest.
    used = [site for site in ids if statuses[site] != "dispose"]
    minutes = appraisal_inputs.times.minutes[used].reindex(areas.index)
    residents, nearest = areas["residents"], nearest_sites(minutes)
    table = pd.DataFrame({"option": name, "status": statuses}, index=pd.Index(ids, name="site_id"))
    for column in ("name", "postcode", "authority"):
        known = column in appraisal_inputs.sites.columns
        table[column] = appraisal_inputs.sites.loc[ids, column] if known else ""
    table = table.join(served_people(nearest, used, areas))
    walk, bus, car = limits()
    assumed = context.evidence_inputs
    table["within_20_min_walk"] = people_within(assumed.walk_times, ids, residents, minutes=walk)
    table["within_30_min_bus"] = people_within(assumed.transit_times, ids, residents, minutes=bus)
    car_times = appraisal_inputs.times if appraisal_inputs.times.mode == "car" else None
    table["within_15_min_car"] = people_within(car_times, ids, residents, minutes=car)
    table["no_car_households"] = (
        _sum_by_site(nearest, used, areas[NO_CAR]) if NO_CAR in areas.columns else np.nan
    )
    for column, of in (("mean_minutes_before", before), ("mean_minutes_after", result)):
        table[column] = mean_minutes_of(nearest, used, of.overall.change["after_min"], residents)
    labels = {service.id: service.label for service in appraisal_inputs.services}
    table["services"] = [_services(result, site, labels) for site in ids]
    table["contacts"] = contacts_by_site(result).reindex(ids)
    table = table.join(_rooms(context, name, ids)).join(
        _money(context.capacity_plan, name, ids, money)
    )
    for year, people in context.capacity_plan.people[CENTRAL].items():
        table[f"people_{year}"] = _sum_by_site(
            nearest, used, people.sum(axis=1).reindex(areas.index)
        )
    table["model_error_min"] = assumed.uncertainty.time_error_min
    return table.assign(**dict.fromkeys(ONLY_PEOPLE_KNOW, "")).reset_index()


def _services(result: OptionResult, site: str, labels: dict[str, str]) -> str:
    here = [labels[service] for service, ids in result.option.sites.items() if site in ids]
    return "; ".join(here)


def _sum_by_site(nearest: NDArray[np.int64], site_ids: list[str], values: pd.Series) -> pd.Series:
    """Return sums over the areas nearest to each site; NaN where it is nearest to none."""
    sums = group_sums(nearest, values.to_numpy(), len(site_ids))
    sums[np.setdiff1d(np.arange(len(site_ids)), nearest)] = np.nan
    return pd.Series(sums, site_ids)


def _rooms(context: EvidenceContext, option: str, ids: list[str]) -> pd.DataFrame:
    """Return rooms of the first year by site, of all services together."""
    table, plan = context.capacity.rooms, context.capacity_plan
    names = ["rooms_needed", "rooms_have", "utilisation"]
    if table.empty:
        return pd.DataFrame(np.nan, ids, names)
    rows = table[(table["option"] == option) & (table["year"] == plan.base_year)]
    # Use of a site is that of its rooms together: busy rooms over rooms, not a mean of shares.
    grouped = rows.assign(busy=rows["use"] * rows["rooms"]).groupby("site_id")
    summed = grouped[["rooms_needed", "rooms", "busy"]].sum(min_count=1)
    summed["utilisation"] = summed["busy"] / summed["rooms"].where(summed["rooms"] > 0)
    return summed.rename(columns={"rooms": "rooms_have"}).reindex(ids)[names]


def _money(
    plan: CapacityPlan, option: str, ids: list[str], money: tuple[pd.DataFrame, pd.Series]
) -> pd.DataFrame:
    """Return estate and capital by site under an option; NaN where not known.

    `money` are the works of all options and what `running_by_site` returns of the plan.
    """
    (works, running), capital = money, ["capital_low", "capital", "capital_high"]
    table = pd.DataFrame(index=pd.Index(ids, name="site_id"))
    estate = None if plan.estate is None else plan.estate.estate.reindex(ids)
    for name in _FACTS_OF:
        table[name] = np.nan if estate is None else estate[name]
    table["running_gbp"] = running.reindex(ids)
    # Sums over a site's works; NaN, and not 0, where the study plans none at all.
    mine = works[works["option"] == option] if len(works) else pd.DataFrame()
    table["estate_option"] = ""
    table[capital] = np.nan
    if len(mine):
        by_site = mine.groupby("site_id")
        table[capital] = by_site[capital].sum().reindex(ids)
        kinds = by_site["kind"].agg(lambda found: "; ".join(sorted(set(found))))
        table["estate_option"] = kinds.reindex(ids).fillna("")
    sold = None if plan.estate is None else plan.estate.disposals
    receipts = pd.Series(dtype=float)
    if sold is not None and len(sold):
        receipts = sold[sold["option"] == option].groupby("site_id")["receipt_gbp"].sum()
    table["receipt_gbp"] = receipts.reindex(ids)
    return table.rename(columns={"floor_area_m2": "m2", "parking_spaces": "parking_have"})
