"""Plausibility of a study: implausible factors and figures, clashing ids, missing costs."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.measures import COST_MEASURES
from llrgeo.appraisal.scoring import Criterion, Hurdle
from llrgeo.schema import name_some

_LARGE_FACTOR: Final = 10.0
_MOST_CONTACTS: Final = 1e9  # a year and service: more than ten for each resident of England
_MOST_WRITTEN: Final = 1e12
_RESERVED: Final = ("all",)  # tables have rows of all services together under this id
# The layer of sites has a column a service, beside these; those of GeoPackage's own among them.
_OF_SITES: Final = frozenset(
    {"site_id", "name", "kind", "status", "postcode", "geometry", "geom", "fid"}
)
_IF_MEANT: Final = "if that is meant, write confirm = true"


def large_factor_faults(factors: Mapping[str, float]) -> list[str]:
    """Return a fault for factors above 10, such as 15 for 15 % more, or below a tenth."""
    return [
        f"{key}: a factor of {factor:g} (15 % more is 1.15); {_IF_MEANT}"
        for key, factor in factors.items()
        if not 1 / _LARGE_FACTOR <= factor <= _LARGE_FACTOR
    ]


def contact_faults(contacts: Mapping[str, float]) -> list[str]:
    """Return a fault for services with more than a thousand million contacts a year."""
    return [
        f"{number:,.0f} contacts a year of {service}; {_IF_MEANT}"
        if number < _MOST_WRITTEN
        else f"{number:g} contacts a year of {service}; no such number can be meant"
        for service, number in contacts.items()
        if number > _MOST_CONTACTS
    ]


def reserved_faults(services: Iterable[str]) -> list[str]:
    """Return a fault for services whose id is a reserved name in tables."""
    why = dict.fromkeys(_OF_SITES, "a column of the layer of sites") | dict.fromkeys(
        _RESERVED, "reserved for all services together"
    )
    return [
        f"services: the id '{service}' is {why[service]}" for service in services if service in why
    ]


def shared_column_faults(
    services: Collection[str], options: Collection[str], indicators: Collection[str]
) -> list[str]:
    """Return a fault if two columns of the table of areas would have one name.

    The minutes under an option `nearer_change` and the change of minutes under `nearer` would.
    """
    ends = ("site", "min", "change_min")
    times = Counter(f"{s}__{o}_{end}" for s in services for o in options for end in ends)
    times.update(f"indicator__{indicator}" for indicator in indicators)
    if duplicates := [name for name, count in times.items() if count > 1]:
        what = f"ids of services and options give columns of one name ({name_some(duplicates)})"
        return [f"options: {what}; choose other ids"]
    return []


def stray_cost_faults(
    costs: pd.DataFrame, services: Collection[str], sites: Collection[str]
) -> list[str]:
    """Return a fault for rows of a study's own costs of services or sites that it does not have."""
    known = {"service": services, "site_id": ["", *sites]}
    return [
        f"column '{column}' names what the study does not have ({name_some(unknown)})"
        for column, ids in known.items()
        if (unknown := sorted(set(costs[column]) - set(ids)))
    ]


def judges_costs(criteria: Iterable[Criterion], hurdles: Iterable[Hurdle]) -> bool:
    """Return whether a criterion or hurdle counts costs."""
    judged = {criterion.measure for criterion in criteria} | {hurdle.measure for hurdle in hurdles}
    return bool(judged & COST_MEASURES)


def cost_faults(
    criteria: Iterable[Criterion], hurdles: Iterable[Hurdle], service_costs: str
) -> list[str]:
    """Return a fault where options are judged by costs that the study does not state."""
    if judges_costs(criteria, hurdles) and not service_costs:
        return ["they count costs; name service_costs in [appraisal]"]
    return []
