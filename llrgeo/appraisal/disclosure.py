"""Small numbers: what must not be published where demand is patients' activity (METHODS 10).

The rule of NHS England's hospital statistics below national level: counts of 1 to 7 are suppressed
(shown as `*`), others rounded to the nearest 5, means over 1 to 7 suppressed, and enough further
counts are suppressed that none can be worked out from the totals. Residents are of the census and
open; contacts are not. Every table of evidence has its rule here, and one without is an error.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import pandas as pd

from llrgeo.appraisal.activity import CARE_PLACES
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.errors import LlrgeoError
from llrgeo.schema import SITE_KINDS, name_some

LARGEST: Final = 7
ROUND_TO: Final = 5
HIDDEN: Final = "*"

_Tables: TypeAlias = Mapping[str, pd.DataFrame]
_Hidden: TypeAlias = Mapping[str, frozenset[str]]
_Rule: TypeAlias = Callable[[pd.DataFrame, AppraisalInputs, _Hidden], pd.DataFrame]

# Residents, minutes, and figures over the contacts of everyone together.
OPEN: Final = frozenset(
    (
        "scorecard", "scores", "criteria", "journeys", "winners_and_losers", "thresholds", "equity",
        "team_reach", "floating_catchments", "on_foot", "by_public_transport", "switching_weights",
        "tornado",
        "simulated_figures", "simulated_ranks", "rank_acceptability", "central_weights",
        "sentences", "robustness", "unit_values", "service_costs", "discount_rates",
    )
)  # fmt: skip
# Contacts could be worked out from these, by dividing hours by minutes or costs by their rates.
WITHHELD: Final = frozenset(
    ("burden", "costs", "costs_by_site", "choice_of_site", "patient_costs_by_fifth")
)


def disclosable_tables(tables: _Tables, inputs: AppraisalInputs) -> dict[str, pd.DataFrame]:
    """Return the tables of evidence without small numbers of contacts, for restricted data.

    Raises
    ------
    LlrgeoError
        If a table has no rule.
    """
    unknown = sorted(set(tables) - OPEN - WITHHELD - set(_RULES))
    if unknown:
        msg = f"no rule of suppression for {name_some(unknown)}; this is a fault of llrgeo"
        raise LlrgeoError(msg)
    hidden = hidden_places(tables["places_of_care"], tables["site_loads"], inputs)
    return {
        name: _RULES[name](table, inputs, hidden) if name in _RULES else table
        for name, table in tables.items()
        if name not in WITHHELD
    }


def hidden_places(care: pd.DataFrame, loads: pd.DataFrame, inputs: AppraisalInputs) -> _Hidden:
    """Return by service the places of care whose contacts are hidden, alike in all options.

    A place is hidden if it, or one of its sites, is small under any option, and then further
    places are until no option hides a single one. What takes place by video, or at the home of
    those who might travel, follows from the total and a stated share: hiding it protects nothing.
    """
    small_sites = loads[is_small(loads["contacts"])]
    kinds = small_sites["site_id"].map(inputs.sites["kind"])
    hidden: dict[str, frozenset[str]] = {}
    for service in inputs.services:
        counts = care.loc[care["service"] == service.id, list(CARE_PLACES)]
        by_team = service.delivery == "team"
        small = {place for place in CARE_PLACES if is_small(counts[place]).any()}
        sites = kinds[small_sites["service"] == service.id]
        small |= {"home"} if by_team and len(sites) else set(sites)
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
        alone = held[[place for place in held.columns if place in hidden]].sum(axis=1) == 1
        shown = counts[held].loc[alone, [place for place in held.columns if place not in hidden]]
        if shown.isna().all(axis=None):
            return hidden
        hidden |= {str(shown.min().idxmin())}


def _places_of_care(table: pd.DataFrame, _: AppraisalInputs, hidden: _Hidden) -> pd.DataFrame:
    shown = table.drop(columns=["contacts", "contacts_in_time"])
    for place in CARE_PLACES:
        covered = table["service"].map(hidden).map(lambda places, place=place: place in places)
        shown[place] = round_counts(table[place]).mask(covered, HIDDEN)
    return shown


def _site_loads(table: pd.DataFrame, inputs: AppraisalInputs, hidden: _Hidden) -> pd.DataFrame:
    kinds = inputs.sites["kind"]
    teams = {service.id for service in inputs.services if service.delivery == "team"}
    covered = pd.Series(
        [
            ("home" if service in teams else kinds[site]) in hidden[service]
            for service, site in zip(table["service"], table["site_id"], strict=True)
        ],
        index=table.index,
    )
    contacts = round_counts(table["contacts"]).mask(covered, HIDDEN)
    return table.drop(columns=["share_used", "over_capacity"]).assign(contacts=contacts)


def _without_contacts(table: pd.DataFrame, _: AppraisalInputs, __: _Hidden) -> pd.DataFrame:
    """Leave residents alone: contacts by pair of sites would tell what places of care hide."""
    return table.drop(columns="contacts")


def _activity(table: pd.DataFrame, _: AppraisalInputs, __: _Hidden) -> pd.DataFrame:
    small = is_small(table["contacts"]) | is_small(table["contacts_later"])
    columns = ["contacts", "contacts_later"]
    return table.assign(**{c: round_counts(table[c]).mask(small, HIDDEN) for c in columns})


def _worst(table: pd.DataFrame, inputs: AppraisalInputs, _: _Hidden) -> pd.DataFrame:
    columns = ["before_min", "after_min", "change_min"]
    contacts = table["area_id"].map(_contacts_by_area(inputs))
    return table.assign(**suppress_averages(table[columns], contacts))


def _places(table: pd.DataFrame, inputs: AppraisalInputs, _: _Hidden) -> pd.DataFrame:
    columns = ["mean_min", "p90_min", "change_mean_min", "city_share"]
    of_authority = _contacts_by_area(inputs).groupby(inputs.areas["authority_code"]).sum()
    contacts = table["authority_code"].map(of_authority)
    return table.assign(**suppress_averages(table[columns], contacts))


def _contacts_by_area(inputs: AppraisalInputs) -> pd.Series:
    """Return the contacts whose minutes make the mean of each area."""
    services = inputs.visited or inputs.services
    by_service = [inputs.contacts_of(service) for service in services]
    return pd.Series(pd.concat(by_service, axis=1).sum(axis=1))


_RULES: Final[Mapping[str, _Rule]] = {
    "activity": _activity,
    "places_of_care": _places_of_care,
    "site_loads": _site_loads,
    "flows": _without_contacts,
    "over_the_border": _without_contacts,
    "worst_places": _worst,
    "worst_changes": _worst,
    "places": _places,
}
