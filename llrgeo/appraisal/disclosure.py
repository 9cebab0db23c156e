"""Disclosure control: what is not published where demand is the activity of real patients.

The rule of NHS England's hospital statistics below national level: counts of 1 to 7 are suppressed
(shown as `*`), others rounded to the nearest 5, and enough further counts are suppressed that none
can be worked out. Shares, means and hours give counts away too, by division. So in a restricted
study contacts are counted in three tables alone (`activity`, `places_of_care`, `site_loads`), and
all else is built on residents, who are of the open census (`AppraisalInputs.contacts_of`).

Each declared table of evidence names one of the rules below.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.activity import CARE_PLACES
from llrgeo.schema import ROLES, site_roles

LARGEST: Final = 7
ROUND_TO: Final = 5
HIDDEN: Final = "*"
BUILT_ON_RESIDENTS: Final = (
    "Contacts are of real patients: every other figure is built on residents, each of whom counts "
    "once for each service."
)

_STATED: Final = ("home", "video")  # follow from the total and a stated share
_PROTECTING: Final = ("unreachable", *reversed(ROLES), "home")  # in the order they are hidden in
_Hidden: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class CountedContacts:
    """The contacts of real patients, as they were counted: never published as they are.

    Attributes
    ----------
    baseline
        The name of the baseline: contacts that were counted are published by place of today alone.
        Two options, or two runs, may differ by a single area, and so would their contacts.
    services
        The services whose contacts were counted; those of others follow from open rates.
    totals
        Contacts a year by service.
    care, loads
        Contacts a year of every option: by `option`, `service` and place; by `option`, `service`
        and `site_id`.
    roles
        The role of each site.
    hidden
        By service, the places of care whose contacts are hidden.
    """

    baseline: str
    services: frozenset[str]
    totals: pd.Series
    care: pd.DataFrame
    loads: pd.DataFrame
    roles: pd.Series
    hidden: _Hidden

    @property
    def shown_totals(self) -> pd.Series:
        """Return the contacts by service as text: rounded to the nearest 5, or hidden."""
        return round_counts(self.totals)

    def is_secret(self, table: pd.DataFrame) -> pd.Series:
        """Return which rows, by `option` and `service`, are of patients under another option."""
        return (table["option"] != self.baseline) & table["service"].isin(self.services)


Rule: TypeAlias = Callable[[pd.DataFrame, CountedContacts], pd.DataFrame | None]
"""How a table is published where demand is of real patients; None if it is not.

The table that it is given was made on residents: what it says of contacts is not theirs.
"""


def count_contacts(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs, *, baseline: str
) -> CountedContacts:
    """Evaluate the options once more on the contacts of real patients, and count these.

    Parameters
    ----------
    results
        Results of a restricted study, which are built on residents.
    appraisal_inputs
        What the options were evaluated on.
    baseline
        The name of the option that stands for today.
    """
    # Results so far are on residents. The real contacts are counted here alone, and leave
    # this module only rounded or hidden.
    options = [result.option for result in results.values()]
    counted = evaluate_options(
        options, replace(appraisal_inputs, restricted=False), baseline=baseline
    )
    care = pd.concat({name: result.care for name, result in counted.items()}, names=["option"])
    loads = pd.concat(
        {
            (name, service_id): found.loads
            for name, result in counted.items()
            for service_id, found in result.services.items()
        },
        names=["option", "service"],
    ).sort_index()
    services = (
        frozenset()
        if appraisal_inputs.activity is None
        else frozenset(appraisal_inputs.activity.columns)
    )
    today = care.xs(baseline, level="option")
    roles = site_roles(appraisal_inputs.sites)
    hidden = {
        str(service): hidden_places(
            row, counted[baseline].services[str(service)].loads["contacts"], roles
        )
        | _opened_roles(loads[loads.index.get_level_values("service") == service], roles, baseline)
        for service, row in today.iterrows()
    }
    return CountedContacts(baseline, services, today["contacts"], care, loads, roles, hidden)


def disclosable_tables(
    tables: Mapping[str, pd.DataFrame], rules: Mapping[str, Rule], counted: CountedContacts
) -> dict[str, pd.DataFrame]:
    """Return the tables of evidence of a restricted study as they may be published.

    Parameters
    ----------
    tables
        Tables by name, made on residents.
    rules
        The rule of each table.
    counted
        The contacts of real patients.
    """
    shown = {name: rules[name](table, counted) for name, table in tables.items()}
    return {name: table for name, table in shown.items() if table is not None}


def publish_as_is(table: pd.DataFrame, _: CountedContacts) -> pd.DataFrame:
    """Publish a table unchanged: it is built on residents and minutes, and counts no contacts."""
    return table


def withhold(_: pd.DataFrame, __: CountedContacts) -> None:
    """Publish no such table.

    It is about contacts, which could be worked out by dividing hours by minutes or costs by their
    rates; and on residents it says nothing.
    """


def drop_columns(*columns: str) -> Rule:
    """Return the rule that leaves the columns of contacts out."""
    return lambda table, _: table.drop(columns=list(columns))


def drop_rows(column: str, *values: str) -> Rule:
    """Return the rule that leaves out the rows with some values of a column, such as measures."""
    return lambda table, _: table[~table[column].isin(values)].reset_index(drop=True)


def suppress_totals(table: pd.DataFrame, counted: CountedContacts) -> pd.DataFrame:
    """Round the contacts of each service, and let the rounded number grow as the rates do."""
    contacts = table["service"].map(counted.shown_totals)
    later = _scaled_totals(contacts, 1 + table["growth"])
    return table.assign(contacts=contacts, contacts_later=later)


def suppress_places_of_care(table: pd.DataFrame, counted: CountedContacts) -> pd.DataFrame:
    """Round contacts by place; hide those of hidden places, and of patients under other options.

    Contacts by video or at the patient's home are stated shares of a service's rounded total, and
    tell no more than it does. Where some areas reach no site, home visits cannot be told from
    those who reach none, and are hidden with them.
    """
    shown = table.drop(columns=["contacts", "contacts_in_time"])
    care = counted.care.loc[list(zip(table["option"], table["service"], strict=True))]
    totals, secret = table["service"].map(counted.shown_totals), counted.is_secret(table)
    for place in CARE_PLACES:
        contacts = pd.Series(round_counts(care[place]).to_numpy(), table.index)
        covered = table["service"].map(lambda name, of=place: of in counted.hidden[name])
        shown[place] = contacts.mask(secret | covered, HIDDEN)
    patients = table["delivery"] != "team"
    for place in _STATED:
        # The shares are the study's own and public; times a rounded total they tell nothing of a
        # count.
        share = table[place] / table["contacts"].where(table["contacts"] > 0)
        if place == "home":
            share = share.where((table["unreachable"] == 0) | (share == 0))
        shown[place] = shown[place].mask(patients, _scaled_totals(totals, share))
    return shown


def suppress_site_loads(table: pd.DataFrame, counted: CountedContacts) -> pd.DataFrame:
    """Round contacts by site, hide as for places of care, and leave out what follows from them.

    Whether a site falls short of viability, or has too little room, is a limit on its contacts.
    """
    delivery = counted.care.xs(counted.baseline, level="option")["delivery"]
    covered = [
        ("home" if delivery[service] == "team" else counted.roles[site]) in counted.hidden[service]
        for service, site in zip(table["service"], table["site_id"], strict=True)
    ]
    # What follows from contacts by arithmetic (share used, over capacity) would tell them, and
    # goes.
    keys = pd.MultiIndex.from_frame(table[["option", "service", "site_id"]])
    contacts = pd.Series(round_counts(counted.loads.loc[keys, "contacts"]).to_numpy(), table.index)
    contacts = contacts.mask(counted.is_secret(table) | np.array(covered), HIDDEN)
    left_out = ["share_used", "over_capacity", "below_minimum"]
    return table.drop(columns=left_out).assign(contacts=contacts)


def hidden_places(care: pd.Series, loads: pd.Series, roles: pd.Series) -> frozenset[str]:
    """Return the places of care whose contacts with a service are hidden.

    It follows from today's contacts alone. Those under other options are not shown, so nothing has
    to be hidden for them; and that a place is shown would tell that none of them is small.

    What takes place by video, or at the home of those who might travel, follows from the total and
    a stated share: hiding it protects nothing.

    Parameters
    ----------
    care
        Contacts with the service today by place, and its `delivery`.
    loads
        Contacts with the service today by `site_id`.
    roles
        The role of each site.
    """
    by_team = care["delivery"] == "team"
    today = care[list(CARE_PLACES)].astype(float)
    # A total of 1 to 7 is hidden. That several places have a part of it would say at least 1 each,
    # and leave each few values; so nothing is said of its places, not even which have none.
    if is_small(pd.Series([today.sum()])).any():
        return frozenset(CARE_PLACES)
    hidden = {str(place) for place in today.index[is_small(today)]}
    hidden |= _small_roles(loads, roles, by_team=by_team)
    protecting = ("home", "unreachable") if by_team else (*ROLES, "unreachable")
    return _protected(today[list(protecting)], frozenset(hidden))


def is_small(counts: pd.Series) -> pd.Series:
    """Return where counts, rounded to whole numbers, lie between 1 and 7; above 0 counts as 1."""
    return (counts > 0) & (counts.round() <= LARGEST)


def round_counts(counts: pd.Series) -> pd.Series:
    """Return counts as text: rounded to the nearest 5, small ones hidden."""
    rounded = (counts / ROUND_TO).round() * ROUND_TO
    return rounded.astype("int64").astype("str").mask(is_small(counts), HIDDEN)


def _scaled_totals(totals: pd.Series, factor: pd.Series) -> pd.Series:
    """Return totals as they are shown times a factor, as text; hidden where either is not known."""
    product = pd.to_numeric(totals.where(totals != HIDDEN)) * factor
    return round_counts(product.fillna(0)).mask(product.isna(), HIDDEN)


def _opened_roles(loads: pd.DataFrame, roles: pd.Series, baseline: str) -> frozenset[str]:
    """Return the roles whose sites offer a service under another option alone.

    They have no contacts today, and hidden ones under the option: a place is hidden alike in all
    options. It follows from the options' sites, which are public, and tells no count.
    """
    options = loads.index.get_level_values("option")
    of_site = roles[loads.index.get_level_values("site_id")]
    return frozenset(of_site) - frozenset(of_site[options == baseline])


def _small_roles(loads: pd.Series, roles: pd.Series, *, by_team: bool) -> set[str]:
    """Return the places to which sites with small counts belong."""
    small = loads.index[is_small(loads)]
    if by_team:
        return {"home"} if len(small) else set()
    return set(roles[small])


def _protected(counts: pd.Series, hidden: frozenset[str]) -> frozenset[str]:
    """Hide further places, in a fixed order, until what is hidden cannot be worked out.

    The order tells nothing; the smallest first would say that those hidden are smaller than those
    shown.
    """
    held = counts[counts > 0].round()
    for place in _PROTECTING:
        covered = held[held.index.isin(hidden)]
        if covered.empty or _covers_itself(covered):
            break
        hidden |= {place} & set(held.index)
    return hidden


def _covers_itself(hidden: pd.Series) -> bool:
    """Return whether hidden counts leave each other their values, though their sum is known.

    One alone follows from it. One must have more than 7, so that it may be any larger, and all
    together 6 more than they must (1 if small, else 8), so that a small one may be any from 1 to 6.
    """
    large = hidden > LARGEST
    spare = hidden - np.where(large, LARGEST + 1, 1)
    return bool(len(hidden) > 1 and large.any() and spare.sum() >= LARGEST - 1)
