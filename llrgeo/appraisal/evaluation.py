"""Evaluation: what each option means for everyone, service by service and as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.access import Access, assess_access, nearest_site, summarise_access
from llrgeo.appraisal.activity import (
    burden_of,
    minutes_per_journey,
    places_of_care,
    site_flows,
    site_loads,
    split_contacts,
)
from llrgeo.appraisal.demand import Delivery, Service, Shares
from llrgeo.appraisal.inputs import AppraisalInputs, check_study
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people_by_service import classify_areas, count_people, minutes_by_service
from llrgeo.appraisal.people_groups import EVERYONE, people_by_group
from llrgeo.schema import ROLES, site_roles

_Deliveries: TypeAlias = Mapping[str, "_Delivery"]


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """What an option means for one service.

    Attributes
    ----------
    service
        The service.
    allocation
        One row an area: `site_id` and its `role` (missing where none can be reached),
        `travel_time_min`, `distance_km`, and `contacts` a year, of which `at_site`, `at_home` and
        `by_video`.
    access
        Journeys of residents, and what changes from the baseline.
    flows
        Residents and contacts by site in the baseline (`from_site`) and the option (`to_site`).
    loads
        Residents and contacts a year of each open site, against capacity and minimum activity.
    """

    service: Service
    allocation: pd.DataFrame
    access: Access
    flows: pd.DataFrame
    loads: pd.DataFrame


@dataclass(frozen=True, slots=True)
class OptionSummary:
    """What an option means as a whole: all that scores need.

    Attributes
    ----------
    option
        The option.
    overall
        Minutes of an average journey, on balance over all services: for each area the average over
        the services for which somebody travels to a site, weighted by journeys. In a study of
        teams alone, the minutes of the team.
    scored
        The same minutes for scores and equity, which give no credit for cutting people off: a
        journey that is not there counts as the ceiling. One row an area: `minutes`.
    scored_groups
        How long each group of people travels by those minutes.
    classified
        The class of each area over all services that people travel for, and where it is worst hit
        (`llrgeo.appraisal.people_by_service`); empty in a study of teams alone.
    people
        The people of each class, by group; empty in a study of teams alone.
    burden
        One row a service: trips, hours, kilometres and kg CO2e a year, there and back.
    care
        One row a service: its `delivery`, contacts a year by the place where they happen
        (`CARE_PLACES`), and those within the standard.
    """

    option: Option
    overall: Access
    scored: pd.Series
    scored_groups: pd.DataFrame
    classified: pd.DataFrame
    people: pd.DataFrame
    burden: pd.DataFrame
    care: pd.DataFrame


@dataclass(frozen=True, slots=True)
class OptionResult(OptionSummary):
    """What an option means as a whole and for each service, by its id.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> results = llrgeo.evaluate_options([today, more], inputs, baseline="today")
    >>> sorted(results["more"].services)
    ['clinic']
    """

    services: Mapping[str, ServiceResult]


def evaluate_options(
    options: Iterable[Option], inputs: AppraisalInputs, *, baseline: str
) -> dict[str, OptionResult]:
    """Evaluate every option against the baseline: docs/methods 1 to 3.

    Parameters
    ----------
    options
        The options, the baseline among them.
    inputs
        Areas, sites, services and travel times.
    baseline
        The name of the option to compare with.

    Returns
    -------
    dict
        A result by option name, in the order given.

    Raises
    ------
    InputError
        If anything does not fit together; the message lists every fault.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> results = llrgeo.evaluate_options([today, more], inputs, baseline="today")
    >>> results["more"].overall.change["after_min"].round(1).tolist()
    [1.0, inf, 1.0, 2.0]
    """
    summaries = {}
    for option, evaluator, after in _evaluators(options, inputs, baseline):
        summary = evaluator.summary(option, after)
        services = {
            service.id: evaluator.service_result(service, option, after[service.id].allocation)
            for service in inputs.services
        }
        parts = {part.name: getattr(summary, part.name) for part in fields(summary)}
        summaries[option.name] = OptionResult(**parts, services=services)
    return summaries


def summarise_options(
    options: Iterable[Option], inputs: AppraisalInputs, *, baseline: str
) -> dict[str, OptionSummary]:
    """Evaluate as `evaluate_options` does, without the result of each service.

    Raises
    ------
    InputError
        As `evaluate_options`.
    """
    return {
        option.name: evaluator.summary(option, after)
        for option, evaluator, after in _evaluators(options, inputs, baseline)
    }


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One service at some sites: who goes where, and what that means in journeys and places."""

    allocation: pd.DataFrame
    burden: Mapping[str, float]
    care: Mapping[str, float | str]


def _deliveries(options: Iterable[Option], inputs: AppraisalInputs) -> dict[str, _Deliveries]:
    """Return how each option delivers each service; options that run one alike share the result."""
    services = {service.id: service for service in inputs.services}
    contacts = {name: inputs.contacts_of(service) for name, service in services.items()}
    # Options share most of their sites: who goes where, and each delivery, is computed once.
    nearest = cache(partial(_nearest, inputs))

    @cache
    def deliver(name: str, sites: frozenset[str], shares: Shares) -> _Delivery:
        service = services[name]
        split = split_contacts(contacts[name], service, shares)
        allocation = nearest(service.delivery, sites).assign(**split)
        care = places_of_care(allocation, standard_min=service.travel_standard_min)
        return _Delivery(
            allocation,
            burden_of(allocation, kg_per_km=inputs.kg_co2e_per_km),
            {"delivery": service.delivery, **care},
        )

    return {
        option.name: {
            name: deliver(
                name, option.sites.get(name, frozenset()), option.shares_of(name, s.shares)
            )
            for name, s in services.items()
        }
        for option in options
    }


def _nearest(inputs: AppraisalInputs, delivery: Delivery, sites: frozenset[str]) -> pd.DataFrame:
    """Return each area's nearest of some sites, and its role."""
    found = nearest_site(inputs.times_of(delivery), sites).reindex(inputs.areas.index)
    roles = site_roles(inputs.sites).astype(pd.CategoricalDtype(list(ROLES)))
    return found.assign(role=found["site_id"].map(roles))


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """What the evaluation of every option shares."""

    inputs: AppraisalInputs
    people: pd.DataFrame
    before: _Deliveries
    minutes_before: pd.Series
    ceiling_min: float

    def summary(self, option: Option, after: _Deliveries) -> OptionSummary:
        overall = self._access(
            self.minutes_before,
            _minutes_per_journey(self.inputs, after),
            self.inputs.thresholds_min,
        )
        scored = _minutes_per_journey(self.inputs, after, ceiling_min=self.ceiling_min)
        classified = self._classified(option, after)
        return OptionSummary(
            option,
            overall,
            scored,
            summarise_access(scored, self.people, thresholds_min=()),
            classified,
            count_people(classified, self.people) if len(classified) else pd.DataFrame(),
            burden=_table({name: delivery.burden for name, delivery in after.items()}),
            care=_table({name: delivery.care for name, delivery in after.items()}),
        )

    def service_result(
        self, service: Service, option: Option, after: pd.DataFrame
    ) -> ServiceResult:
        before, residents = self.before[service.id].allocation, self.people[EVERYONE]
        thresholds = sorted({*self.inputs.thresholds_min, service.travel_standard_min})
        return ServiceResult(
            service,
            after,
            self._access(before["travel_time_min"], after["travel_time_min"], thresholds),
            site_flows(before, after, residents),
            site_loads(
                after,
                residents,
                open_sites=site_roles(self.inputs.sites)[
                    sorted(option.sites.get(service.id, frozenset()))
                ],
                capacity=option.capacity.get(service.id, {}),
                minimum_activity=service.minimum_activity,
            ),
        )

    def _classified(self, option: Option, after: _Deliveries) -> pd.DataFrame:
        """Return the class of each area over the services that people travel for.

        A service that nobody travels for any more, because all of it happens by video or at home,
        has no journey to compare and is left out.
        """
        travelled = [
            service.id
            for service in self.inputs.visited
            if option.shares_of(service.id, service.shares).at_sites > 0
        ]
        if not self.inputs.visited:
            return pd.DataFrame()
        return classify_areas(
            minutes_by_service(_allocations(self.before), travelled, self.people.index),
            minutes_by_service(_allocations(after), travelled, self.people.index),
            self.inputs.times.accuracy,
            tolerance_min=self.inputs.tolerance_min,
        )

    def _access(
        self, before: pd.Series, after: pd.Series, thresholds_min: Sequence[float]
    ) -> Access:
        return assess_access(
            before,
            after,
            self.people,
            tolerance_min=self.inputs.tolerance_min,
            thresholds_min=thresholds_min,
        )


def _evaluators(
    options: Iterable[Option], inputs: AppraisalInputs, baseline: str
) -> Iterator[tuple[Option, _Evaluator, _Deliveries]]:
    """Check the study; yield each option with what it is evaluated by and its deliveries."""
    by_name = {option.name: option for option in options}
    check_study(list(by_name.values()), inputs, baseline=baseline)
    found = _deliveries(by_name.values(), inputs)
    before = found[baseline]
    minutes_before = _minutes_per_journey(inputs, before)
    people = people_by_group(inputs.areas)
    evaluator = _Evaluator(inputs, people, before, minutes_before, inputs.ceiling)
    for name, option in by_name.items():
        yield option, evaluator, found[name]


def _allocations(deliveries: _Deliveries) -> dict[str, pd.DataFrame]:
    return {name: delivery.allocation for name, delivery in deliveries.items()}


def _minutes_per_journey(
    inputs: AppraisalInputs, deliveries: _Deliveries, *, ceiling_min: float = np.inf
) -> pd.Series:
    visited = inputs.visited
    return minutes_per_journey(
        [deliveries[service.id].allocation for service in visited or inputs.services],
        travelled="at_site" if visited else "at_home",
        ceiling_min=ceiling_min,
    )


def _table(rows: Mapping[str, Mapping[str, float | str]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="service"))
