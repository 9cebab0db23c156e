"""How people use each service under each option: who goes where, and what that means in journeys.

The first step of an evaluation (docs/methods 1 and 2). `evaluation` compares these with the
baseline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.access import nearest_site
from llrgeo.appraisal.activity import (
    burden_of,
    minutes_per_journey,
    places_of_care,
    split_contacts,
)
from llrgeo.appraisal.demand import Delivery, Shares
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.schema import ROLES, site_roles

UseByService: TypeAlias = Mapping[str, "ServiceUse"]
"""How each service is used under one option, by the service's id."""


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """How one service is used at some sites: who goes where, on what journeys, to which places.

    Attributes
    ----------
    allocation
        One row an area, as `ServiceResult.allocation`.
    burden
        Trips, hours, kilometres and kg CO2e a year (`burden_of`).
    care
        `delivery`, contacts a year by place, and those within the standard (`places_of_care`).
    """

    allocation: pd.DataFrame
    burden: Mapping[str, float]
    care: Mapping[str, float | str]


def uses_by_option(options: Iterable[Option], inputs: AppraisalInputs) -> dict[str, UseByService]:
    """Return how people use each service under each option, by option name and service id.

    Options that run a service alike (the same sites, the same shares by video and at home) share
    one result.
    """
    services = {service.id: service for service in inputs.services}
    contacts = {name: inputs.contacts_of(service) for name, service in services.items()}
    # Options share most of their sites: each distinct way to run a service is computed once, and
    # so is who goes where, which does not depend on the shares.
    nearest = cache(partial(_nearest_with_role, inputs))

    @cache
    def use_of(name: str, sites: frozenset[str], shares: Shares) -> ServiceUse:
        service = services[name]
        # Of all contacts, those by video and at home need no journey of the patient.
        split = split_contacts(contacts[name], service, shares)
        allocation = nearest(service.delivery, sites).assign(**split)
        care = places_of_care(allocation, standard_min=service.travel_standard_min)
        return ServiceUse(
            allocation,
            burden_of(allocation, kg_per_km=inputs.kg_co2e_per_km),
            {"delivery": service.delivery, **care},
        )

    return {
        option.name: {
            name: use_of(
                name, option.sites.get(name, frozenset()), option.shares_of(name, s.shares)
            )
            for name, s in services.items()
        }
        for option in options
    }


def _nearest_with_role(
    inputs: AppraisalInputs, delivery: Delivery, sites: frozenset[str]
) -> pd.DataFrame:
    """Return each area's nearest of some sites, and its role."""
    found = nearest_site(inputs.times_of(delivery), sites).reindex(inputs.areas.index)
    roles = site_roles(inputs.sites).astype(pd.CategoricalDtype(list(ROLES)))
    return found.assign(role=found["site_id"].map(roles))


def allocations_of(uses: UseByService) -> dict[str, pd.DataFrame]:
    """Return who goes where for each service: one row an area, as `ServiceUse.allocation`."""
    return {name: use.allocation for name, use in uses.items()}


def average_minutes(
    inputs: AppraisalInputs, uses: UseByService, *, ceiling_min: float = np.inf
) -> pd.Series:
    """Return the minutes of an average journey of each area, over all services.

    Services that people travel for count, by their contacts at a site; in a study of visiting
    teams alone, the teams' journeys. `ceiling_min` stands for a journey that is not there: with
    +inf an area that lacks any of its journeys is at +inf. NaN where nobody of an area travels.
    """
    visited = inputs.visited
    return minutes_per_journey(
        [uses[service.id].allocation for service in visited or inputs.services],
        travelled="at_site" if visited else "at_home",
        ceiling_min=ceiling_min,
    )
