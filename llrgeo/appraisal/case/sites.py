"""The case by sites and money: can they cope, who crosses the city or the border, who pays."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from llrgeo.appraisal.case.comparison import Comparison, sites_with_more
from llrgeo.appraisal.case.item import Item, none_if_nobody, site_name
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.arrays import Bools
from llrgeo.schema import site_roles

_THERE_AND_BACK = 2


def sites_cope(compared: Comparison) -> Iterator[Item]:
    """Yield sites that would newly exceed their capacity, or newly be too little used to be viable.

    What is as bad today is no point against the option.
    """
    for result in compared.after.services.values():
        yield from compared.items_of(_copes_with, result)


def _copes_with(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    """Yield the sites that do not cope with one service."""
    names, service = compared.appraisal_inputs.sites, result.service.id
    loads, before = result.loads, compared.before.services[service].loads
    if not ((loads["over_capacity"].to_numpy() > 0) | loads["below_minimum"].to_numpy()).any():
        return  # as of most services: nothing is compared
    # What is over capacity today, and no more so then, is no effect of the option.
    full_today = before["over_capacity"].reindex(loads.index).fillna(0.0)
    over = loads[(loads["over_capacity"] > 0) & (loads["over_capacity"] > full_today)]
    for site, load in over.iterrows():
        yield Item(
            "over_capacity",
            service=service,
            place=site_name(names, str(site)),
            people=float(load["residents"]),
            value=float(load["share_used"]),
            second=float(load["over_capacity"]),
            today=float(before["share_used"].get(site, float("nan"))),
            rests_on="contacts",
        )
    short_today = before["below_minimum"].reindex(loads.index).fillna(value=False).astype(bool)
    short = loads[loads["below_minimum"] & ~short_today]
    if len(short):
        yield Item(
            "under_minimum",
            service=service,
            place="; ".join(site_name(names, str(site)) for site in short.index),
            people=float(short["residents"].sum()),
            value=float(len(short)),
            second=float(result.service.minimum_activity),
            rests_on="contacts",
        )


def room_unknown(compared: Comparison) -> Iterator[Item]:
    """Yield how many sites would gain contacts while their capacity is not stated."""
    gaining: set[str] = set()
    for result in compared.after.services.values():
        unknown = result.loads.index[result.loads["capacity"].isna()]
        before = compared.before.services[result.service.id]
        gaining |= sites_with_more(before, result).intersection(unknown)
    if gaining:
        names = "; ".join(
            site_name(compared.appraisal_inputs.sites, site) for site in sorted(gaining)
        )
        yield Item("room_unknown", place=names, value=float(len(gaining)), rests_on="nothing")


def crossings(compared: Comparison) -> Iterator[Item]:
    """Yield whose journey would newly end at an acute hospital, or over the border."""
    for result in compared.visited:
        yield from compared.items_of(_crossings_of, result)


def _crossings_of(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    service, change = result.service.id, compared.change_of(result)
    before, after = compared.before.services[service].after, result.after
    inputs = compared.appraisal_inputs
    residents = inputs.areas["residents"].to_numpy()
    kinds = compared.shared.once(_kinds_of_sites, (inputs,), lambda: _kinds_of_sites(inputs))
    for item, sites, of_whom in kinds:
        # Newly: the nearest site was of another kind.
        hit = after.goes_to(sites) & ~before.goes_to(sites) & of_whom
        people = residents[hit].sum()
        minutes = float((np.where(hit, change.added_min, 0.0) * residents).sum() / max(people, 1))
        found = Item(item, service=service, people=float(people), minutes=minutes)
        yield from none_if_nobody([found])


def _kinds_of_sites(
    inputs: AppraisalInputs,
) -> tuple[tuple[str, frozenset[str], Bools], ...]:
    """Return acute sites and those over the border: the item of each, its sites, and the areas.

    Over the border counts for the study's own residents.
    """
    home = inputs.home or frozenset(inputs.areas["authority"])
    roles, sites = site_roles(inputs.sites), inputs.sites
    acute = frozenset(roles.index[roles == "acute"])
    abroad = (
        frozenset(sites.index[~sites["authority"].isin(home)])
        if "authority" in sites.columns
        else frozenset[str]()
    )
    everyone = np.full(len(inputs.areas), fill_value=True)
    at_home = inputs.areas["authority"].isin(home).to_numpy()
    return ("into_acute", acute, everyone), ("over_border", abroad, at_home)


def costs_of(compared: Comparison, costs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the costs of the baseline and of the option."""
    names = [compared.before.option.name, compared.after.option.name]
    rows = costs.loc[names]
    return rows.iloc[0], rows.iloc[1]


def provider_cost(costs: pd.Series) -> tuple[float, float]:
    """Return what the provider pays more, and what each pound of it saves; works included.

    `costs` are one option's. Where the study states no works on buildings, it has none.
    """
    if "works" in costs.index:
        return float(costs["extra_with_works"]), float(costs["ratio_with_works"])
    return float(costs["extra_provider"]), float(costs["benefit_cost_ratio"])


def flattering_average(compared: Comparison) -> Iterator[Item]:
    """Yield the average where it improves though some lose, and the kilometres of both apart."""
    summary = compared.after.overall.summary
    losers = float(compared.residents[compared.any_longer].sum())
    mean_change = float(summary["change_mean_min"])
    if losers and mean_change < 0:
        yield Item("average_hides", value=-mean_change, second=losers)
    more, less = _kilometres(compared)
    if more > 0:
        yield Item("kilometres_more", value=more, second=less, rests_on="contacts")


def money(compared: Comparison, costs: pd.DataFrame | None) -> Iterator[Item]:
    """Yield what the option costs more, and what it leaves to patients; `costs` are on options."""
    if compared.changes_nothing:
        return
    if costs is None:
        yield Item("costs_unknown", rests_on="nothing")
        return
    before, after = costs_of(compared, costs)
    extra, ratio = provider_cost(after)
    works = float(after.get("works", 0.0))
    if extra > 0:
        yield Item("provider_pays_more", value=extra, second=ratio, rests_on="costs")
    if works > 0:
        yield Item("works", value=works, second=extra - works, rests_on="costs")
    hours = -float(after["hours_saved"])
    if hours > 0:
        yield Item("hours_more", value=hours, rests_on="costs")
    shifted = float(after["patients"] - before["patients"])
    if shifted > 0:
        # Beside what patients pay more, what the provider saves by it.
        saved = -extra if extra < 0 else float("nan")
        yield Item("patients_pay_more", value=shifted, second=saved, rests_on="costs")


def _kilometres(compared: Comparison) -> tuple[float, float]:
    """Return kilometres a year, there and back, that some travel more and others less."""
    more = less = 0.0
    for result in compared.visited:
        before = compared.before.services[result.service.id].allocation["distance_km"]
        further = (result.allocation["distance_km"] - before).to_numpy()
        km = result.allocation["at_site"].to_numpy() * _THERE_AND_BACK * further
        more += float(np.nansum(np.where(km > 0, km, 0.0)))
        less += float(np.nansum(np.where(km < 0, -km, 0.0)))
    return more, less
