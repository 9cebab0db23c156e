"""Pipeline of sites: the rows that a plan of neighbourhood health centres asks for."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.plan import CENTRAL
from llrgeo.appraisal.capacity.summary import contacts_by_site, running_by_site
from llrgeo.appraisal.costs.business_case import (
    ONLY_PEOPLE_KNOW,
    limits,
    local_sites,
    mean_minutes_of,
    nearest_sites,
    people_within,
    served_people,
    site_statuses,
)
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.appraisal.stacking import stack_tables
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.arrays import Ints
from llrgeo.schema import NO_CAR

_FACTS_OF: Final = ("floor_area_m2", "parking_spaces")


def pipeline(context: EvidenceContext) -> pd.DataFrame:
    """Return a row an option and site: who is served, what is there and its cost, what is blank."""
    options = [name for name in context.results if name != context.baseline]
    served = stack_tables({name: _sites_of_option(context, name) for name in options}, ["option"])
    # What is stated of an option's sites is looked up for all options at once.
    keys = pd.MultiIndex.from_frame(served[["option", "site_id"]])
    of_people = [name for name in served.columns if name.startswith("people_")]
    parts = [served.drop(columns=of_people), _rooms(context, keys), _money(context, keys)]
    table = pd.concat([*parts, served[of_people]], axis=1)
    table["model_error_min"] = context.evidence_inputs.uncertainty.time_error_min
    table = table.assign(**dict.fromkeys(ONLY_PEOPLE_KNOW, ""))
    shown = table.drop(columns=["option", "site_id"])
    # What this tool cannot know is listed, so that a template is not taken for complete.
    blank = shown.isna() | (shown == "")
    listed = [
        "; ".join(str(name) for name in shown.columns[row]) for row in blank.to_numpy(dtype=bool)
    ]
    return table.assign(blanks_to_fill=listed)


def _sites_of_option(context: EvidenceContext, name: str) -> pd.DataFrame:
    """Return the sites of an option: what they are, who lives near them and what they do."""
    before, result = context.results[context.baseline], context.results[name]
    assumed, appraisal_inputs = context.evidence_inputs, context.appraisal_inputs
    areas, sites = appraisal_inputs.areas, appraisal_inputs.sites
    ids = local_sites(result, before, sites)
    statuses = site_statuses(result, before, ids)
    # A site that is left empty serves nobody, and is nobody's nearest.
    used = [site for site in ids if statuses[site] != "dispose"]
    minutes = appraisal_inputs.times.minutes[used].reindex(areas.index)
    residents, nearest = areas["residents"], nearest_sites(minutes)
    walk, bus, car = limits()
    car_times = appraisal_inputs.times if appraisal_inputs.times.mode == "car" else None
    without_car = _sum_by_site(nearest, used, areas[NO_CAR]) if NO_CAR in areas.columns else np.nan
    labels = {service.id: service.label for service in appraisal_inputs.services}
    columns: dict[str, pd.Series | str | float] = {
        "status": pd.Series(statuses, ids),
        **{
            column: sites.loc[ids, column] if column in sites.columns else ""
            for column in ("name", "postcode", "authority")
        },
        **{str(key): of for key, of in served_people(nearest, used, areas).items()},
        "within_20_min_walk": people_within(assumed.walk_times, ids, residents, minutes=walk),
        "within_30_min_bus": people_within(assumed.transit_times, ids, residents, minutes=bus),
        "within_15_min_car": people_within(car_times, ids, residents, minutes=car),
        "no_car_households": without_car,
        **{
            column: mean_minutes_of(nearest, used, of.overall.change["after_min"], residents)
            for column, of in (("mean_minutes_before", before), ("mean_minutes_after", result))
        },
        "services": pd.Series([_services(result, site, labels) for site in ids], ids),
        "contacts": contacts_by_site(result),
        **{
            f"people_{year}": _sum_by_site(nearest, used, people.sum(axis=1).reindex(areas.index))
            for year, people in context.capacity_plan.people[CENTRAL].items()
        },
    }
    return pd.DataFrame(columns, index=pd.Index(ids, name="site_id")).reset_index()


def _services(result: OptionResult, site: str, labels: dict[str, str]) -> str:
    offered = [labels[service] for service, ids in result.option.sites.items() if site in ids]
    return "; ".join(offered)


def _sum_by_site(nearest: Ints, site_ids: list[str], values: pd.Series) -> pd.Series:
    """Return sums over the areas nearest to each site; NaN where it is nearest to none."""
    sums = group_sums(nearest, values.to_numpy(), len(site_ids))
    sums[np.setdiff1d(np.arange(len(site_ids)), nearest)] = np.nan
    return pd.Series(sums, site_ids)


def _rooms(context: EvidenceContext, keys: pd.MultiIndex) -> pd.DataFrame:
    """Return rooms of the first year, of all services together, by option and site of `keys`."""
    table, plan = context.capacity.rooms, context.capacity_plan
    names = ["rooms_needed", "rooms_have", "utilisation"]
    if table.empty:
        return pd.DataFrame(np.nan, range(len(keys)), names)
    rows = table[table["year"] == plan.base_year]
    # Use of a site is that of its rooms together: busy rooms over rooms, not a mean of shares.
    grouped = rows.assign(busy=rows["use"] * rows["rooms"]).groupby(["option", "site_id"])
    summed = grouped[["rooms_needed", "rooms", "busy"]].sum(min_count=1)
    summed["utilisation"] = summed["busy"] / summed["rooms"].where(summed["rooms"] > 0)
    found = summed.rename(columns={"rooms": "rooms_have"}).reindex(keys)[names]
    return found.reset_index(drop=True)


def _money(context: EvidenceContext, keys: pd.MultiIndex) -> pd.DataFrame:
    """Return estate and capital by option and site of `keys`; NaN where not known."""
    plan, works = context.capacity_plan, context.works
    ids, capital = keys.get_level_values("site_id"), ["capital_low", "capital", "capital_high"]
    table = pd.DataFrame(index=keys)
    for name in _FACTS_OF:
        facts = None if plan.estate is None else plan.estate.estate[name].reindex(ids)
        table[name] = np.nan if facts is None else facts.array
    table["running_gbp"] = running_by_site(plan).reindex(ids).array
    # Sums over a site's works; NaN, and not 0, where the study plans none at all.
    table["estate_option"] = ""
    table[capital] = np.nan
    if len(works):
        by_site = works.groupby(["option", "site_id"])
        table[capital] = by_site[capital].sum().reindex(keys)
        kinds = by_site["kind"].agg(lambda found: "; ".join(sorted(set(found))))
        table["estate_option"] = kinds.reindex(keys).fillna("")
    sold = None if plan.estate is None else plan.estate.disposals
    table["receipt_gbp"] = np.nan
    if sold is not None and len(sold):
        receipts = sold.groupby(["option", "site_id"])["receipt_gbp"].sum()
        table["receipt_gbp"] = receipts.reindex(keys)
    shown = table.rename(columns={"floor_area_m2": "m2", "parking_spaces": "parking_have"})
    return shown.reset_index(drop=True)
