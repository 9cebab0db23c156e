"""Disclosure control: what is not published where demand is the activity of real patients.

The rule of NHS England's hospital statistics below national level: counts of 1 to 7 are suppressed
(shown as `*`), others rounded to the nearest 5, means over 1 to 7 suppressed, and enough further
counts are suppressed that none can be worked out from the totals. Residents are of the census and
open; contacts are not. Each declared table of evidence names one of the rules below.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import pandas as pd

from llrgeo.appraisal.activity import CARE_PLACES
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.schema import SITE_KINDS

LARGEST: Final = 7
ROUND_TO: Final = 5
HIDDEN: Final = "*"

_Hidden: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Protection:
    """What rules of disclosure go by.

    Attributes
    ----------
    inputs
        Areas, sites and services, with the contacts that were counted.
    hidden
        By service, the places of care whose contacts are hidden under every option.
    """

    inputs: AppraisalInputs
    hidden: _Hidden

    @property
    def contacts_by_area(self) -> pd.Series:
        """Return the contacts over which the minutes of each area are a mean."""
        services = self.inputs.visited or self.inputs.services
        by_service = [self.inputs.contacts_of(service) for service in services]
        return pd.Series(pd.concat(by_service, axis=1).sum(axis=1))


Rule: TypeAlias = Callable[[pd.DataFrame, Protection], pd.DataFrame | None]
"""How a table is published where demand is of real patients; None if it is not."""


def disclosable_tables(
    tables: Mapping[str, pd.DataFrame], rules: Mapping[str, Rule], inputs: AppraisalInputs
) -> dict[str, pd.DataFrame]:
    """Return the tables of evidence without small numbers of contacts, for restricted data.

    Parameters
    ----------
    tables
        Tables by name, `places_of_care` and `site_loads` among them.
    rules
        The rule of each table.
    inputs
        Areas, sites and services, with the contacts that were counted.
    """
    hidden = hidden_places(tables["places_of_care"], tables["site_loads"], inputs)
    protection = Protection(inputs, hidden)
    shown = {name: rules[name](table, protection) for name, table in tables.items()}
    return {name: table for name, table in shown.items() if table is not None}


def publish_as_is(table: pd.DataFrame, _: Protection) -> pd.DataFrame:
    """Publish a table unchanged: of residents, minutes, or the contacts of everyone together."""
    return table


def withhold(_: pd.DataFrame, __: Protection) -> None:
    """Publish no such table.

    Contacts could be worked out from it, by dividing hours by minutes or costs by their rates.
    """


def drop_columns(*columns: str) -> Rule:
    """Return the rule that leaves some columns out.

    Contacts by pair of sites, for example, would tell what places of care hide.
    """
    return lambda table, _: table.drop(columns=list(columns))


def round_together(*columns: str) -> Rule:
    """Return the rule that rounds counts, and hides all those of a row if one of them is small."""

    def rule(table: pd.DataFrame, _: Protection) -> pd.DataFrame:
        small = pd.concat([is_small(table[column]) for column in columns], axis=1).any(axis=1)
        rounded = {name: round_counts(table[name]).mask(small, HIDDEN) for name in columns}
        return table.assign(**rounded)

    return rule


def suppress_means_of_areas(*columns: str) -> Rule:
    """Return the rule that blanks means over the 1 to 7 contacts of a row's area (`area_id`)."""

    def rule(table: pd.DataFrame, protection: Protection) -> pd.DataFrame:
        contacts = table["area_id"].map(protection.contacts_by_area)
        return table.assign(**suppress_averages(table[list(columns)], contacts))

    return rule


def suppress_means_of_authorities(*columns: str) -> Rule:
    """Return the rule that blanks means over the 1 to 7 contacts of a row's `authority_code`."""

    def rule(table: pd.DataFrame, protection: Protection) -> pd.DataFrame:
        codes = protection.inputs.areas["authority_code"]
        of_authority = protection.contacts_by_area.groupby(codes).sum()
        contacts = table["authority_code"].map(of_authority)
        return table.assign(**suppress_averages(table[list(columns)], contacts))

    return rule


def suppress_places_of_care(table: pd.DataFrame, protection: Protection) -> pd.DataFrame:
    """Round contacts by place, hide those of hidden places, and leave their total out."""
    shown = table.drop(columns=["contacts", "contacts_in_time"])
    hidden = table["service"].map(protection.hidden)
    for place in CARE_PLACES:
        covered = hidden.map(lambda places, place=place: place in places)
        shown[place] = round_counts(table[place]).mask(covered, HIDDEN)
    return shown


def suppress_site_loads(table: pd.DataFrame, protection: Protection) -> pd.DataFrame:
    """Round contacts by site, hide those of hidden places, and leave out what follows from them."""
    kinds = protection.inputs.sites["kind"]
    services = protection.inputs.services
    teams = {service.id for service in services if service.delivery == "team"}
    covered = pd.Series(
        [
            ("home" if service in teams else kinds[site]) in protection.hidden[service]
            for service, site in zip(table["service"], table["site_id"], strict=True)
        ],
        index=table.index,
    )
    contacts = round_counts(table["contacts"]).mask(covered, HIDDEN)
    return table.drop(columns=["share_used", "over_capacity"]).assign(contacts=contacts)


def hidden_places(care: pd.DataFrame, loads: pd.DataFrame, inputs: AppraisalInputs) -> _Hidden:
    """Return by service the places of care whose contacts are hidden, alike in all options.

    A place is hidden if it, or one of its sites, is small under any option, and then further
    places are until no option hides a single one. What takes place by video, or at the home of
    those who might travel, follows from the total and a stated share: hiding it protects nothing.
    """
    # Primary suppression: small cells, and the places to which small sites belong.
    small_sites = loads[is_small(loads["contacts"])]
    kinds = small_sites["site_id"].map(inputs.sites["kind"])
    hidden: dict[str, frozenset[str]] = {}
    for service in inputs.services:
        counts = care.loc[care["service"] == service.id, list(CARE_PLACES)]
        by_team = service.delivery == "team"
        small = {place for place in CARE_PLACES if is_small(counts[place]).any()}
        sites = kinds[small_sites["service"] == service.id]
        small |= {"home"} if by_team and len(sites) else set(sites)
        # Secondary suppression: only among the places whose sum a reader could subtract from.
        protecting = ("home", "unreachable") if by_team else (*SITE_KINDS, "unreachable")
        hidden[service.id] = _protected(counts[list(protecting)], frozenset(small))
    return hidden


def is_small(counts: pd.Series) -> pd.Series:
    """Return where counts, rounded to whole numbers, lie between 1 and 7; above 0 counts as 1."""
    return (counts > 0) & (counts.round() <= LARGEST)


def round_counts(counts: pd.Series) -> pd.Series:
    """Return counts as text: rounded to the nearest 5, small ones hidden."""
    rounded = (counts / ROUND_TO).round() * ROUND_TO
    return rounded.astype("int64").astype("str").mask(is_small(counts), HIDDEN)


def suppress_averages(averages: pd.DataFrame, contacts: pd.Series) -> pd.DataFrame:
    """Return means, missing where they are of 1 to 7 contacts."""
    return averages.mask(is_small(contacts), axis=0)


def _protected(counts: pd.DataFrame, hidden: frozenset[str]) -> frozenset[str]:
    """Hide further places (columns), the smallest first, until no option (row) hides one alone."""
    held = counts > 0
    while True:
        # A single hidden cell of a row follows from the row's total: another must hide it. Empty
        # cells hide nothing, for a reader may know that a site has no patients.
        alone = held[[place for place in held.columns if place in hidden]].sum(axis=1) == 1
        shown = counts[held].loc[alone, [place for place in held.columns if place not in hidden]]
        if shown.isna().all(axis=None):
            return hidden
        hidden |= {str(shown.min().idxmin())}
