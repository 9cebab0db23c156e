"""Evaluation: what each option means for everyone, service by service and as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pandas as pd

from llrgeo.appraisal.access import EVERYONE, Access, assess_access, nearest_site, people_by_group
from llrgeo.appraisal.activity import (
    burden_of,
    minutes_per_contact,
    places_of_care,
    site_flows,
    site_loads,
    split_contacts,
)
from llrgeo.appraisal.demand import Service, activity_faults, service_faults, trips
from llrgeo.appraisal.options import Option, option_faults
from llrgeo.schema import name_some, raise_faults
from llrgeo.travel.times import TravelTimes

THRESHOLDS_MIN: Final = (10.0, 20.0, 30.0, 45.0, 60.0)

_Allocations: TypeAlias = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all options are judged on: who lives where, what they need, how long journeys take.

    Attributes
    ----------
    areas, sites
        Tables on `area_id` and `site_id`, as read by `llrgeo.inputs`.
    services
        The services, each with its demand and standard.
    times
        Minutes from areas to sites.
    team_times
        Minutes from sites to areas, for teams that travel to the home; without them a team is
        taken to need as long as a resident does the other way.
    tolerance_min
        Changes up to this many minutes count as none; less than 5.
    thresholds_min
        Minutes within which people are counted.
    kg_co2e_per_km
        Emission factor of a car; NaN where none was given.
    activity
        Contacts a year counted by the user: areas by services. A service it names takes its
        contacts from here and not from rates.
    """

    areas: pd.DataFrame
    sites: pd.DataFrame
    services: tuple[Service, ...]
    times: TravelTimes
    team_times: TravelTimes | None = None
    tolerance_min: float = 1.0
    thresholds_min: tuple[float, ...] = THRESHOLDS_MIN
    kg_co2e_per_km: float = float("nan")
    activity: pd.DataFrame | None = None

    @property
    def visited(self) -> tuple[Service, ...]:
        """Return the services for which somebody travels to a site."""
        return tuple(service for service in self.services if service.delivery != "team")

    def times_of(self, service: Service) -> TravelTimes:
        """Return the times in the direction in which the service travels."""
        if service.delivery == "team" and self.team_times is not None:
            return self.team_times
        return self.times

    def contacts_of(self, service: Service) -> pd.Series:
        """Return the contacts a year of every area, counted or by rates."""
        if self.activity is not None and service.id in self.activity.columns:
            return self.activity[service.id].reindex(self.areas.index)
        return trips(service, self.areas)


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """What an option means for one service.

    Attributes
    ----------
    service
        The service.
    allocation
        One row an area: `site_id` (missing where none can be reached), `travel_time_min`,
        `distance_km`, and `contacts` a year, of which `at_site`, `at_home` and `by_video`.
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
        Minutes a contact: for each area the average over the services for which somebody travels
        to a site, weighted by contacts; a contact at home or by video takes no journey. In a study
        of teams alone, the minutes of the team.
    burden
        One row a service: trips, hours, kilometres and kg CO2e a year, there and back.
    care
        One row a service: its `delivery`, contacts a year by the place where they happen
        (`CARE_PLACES`), and those within the standard.
    """

    option: Option
    overall: Access
    burden: pd.DataFrame
    care: pd.DataFrame


@dataclass(frozen=True, slots=True)
class OptionResult(OptionSummary):
    """What an option means as a whole and for each service, by its id."""

    services: Mapping[str, ServiceResult]


def evaluate_options(
    options: Iterable[Option], setting: Setting, *, baseline: str
) -> dict[str, OptionResult]:
    """Evaluate every option against the baseline: METHODS 1 to 3.

    Parameters
    ----------
    options
        The options, the baseline among them.
    setting
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
    """
    summaries = {}
    for option, evaluator, after in _evaluators(options, setting, baseline):
        summary = evaluator.summary(option, after)
        services = {
            service.id: evaluator.service_result(service, option, after[service.id])
            for service in setting.services
        }
        summaries[option.name] = OptionResult(
            option, summary.overall, summary.burden, summary.care, services
        )
    return summaries


def summarise_options(
    options: Iterable[Option], setting: Setting, *, baseline: str
) -> dict[str, OptionSummary]:
    """Evaluate as `evaluate_options` does, without the result of each service.

    Raises
    ------
    InputError
        As `evaluate_options`.
    """
    return {
        option.name: evaluator.summary(option, after)
        for option, evaluator, after in _evaluators(options, setting, baseline)
    }


def check_study(options: list[Option], setting: Setting, *, baseline: str) -> None:
    """Raise one error that lists everything that does not fit together.

    Raises
    ------
    InputError
        For faults of services or options, ids that do not match, and services that no option
        offers anywhere.
    """
    ids = [service.id for service in setting.services]
    faults = [fault for service in setting.services for fault in service_faults(service)]
    faults += [
        f"service '{one}' stands twice" for one in sorted({i for i in ids if ids.count(i) > 1})
    ]
    faults += [f for option in options for f in option_faults(option, ids, setting.sites.index)]
    offered = set().union(*({s for s in o.sites if o.sites[s]} for o in options))
    faults += [
        f"service '{one}': no option offers it at any site" for one in ids if one not in offered
    ]
    names = [option.name for option in options]
    if baseline not in names:
        faults.append(f"the baseline '{baseline}' is not an option; there are {', '.join(names)}")
    for times in (setting.times, setting.team_times):
        if times is not None:
            faults += _matrix_faults(times, setting)
    if setting.activity is not None:
        faults += activity_faults(setting.activity, ids, setting.areas.index)
    if not 0 <= setting.tolerance_min < 5:  # noqa: PLR2004  the first band of change ends there
        faults.append(f"the tolerance is {setting.tolerance_min:g} min; it must be 0 to below 5")
    raise_faults(faults, source="study")


def _matrix_faults(times: TravelTimes, setting: Setting) -> list[str]:
    faults = []
    for what, wanted, found in (
        ("areas", setting.areas.index, times.minutes.index),
        ("sites", setting.sites.index, times.minutes.columns),
    ):
        missing = wanted.difference(found)
        if len(missing):
            faults.append(f"no travel times for {len(missing)} {what} ({name_some(missing)})")
    return faults


def _allocate(option: Option, setting: Setting, contacts: Mapping[str, pd.Series]) -> _Allocations:
    """Give every area its nearest site, service by service."""
    allocations = {}
    for service in setting.services:
        nearest = nearest_site(setting.times_of(service), option.sites.get(service.id, frozenset()))
        shares = option.shares_of(service.id, service.shares)
        split = split_contacts(contacts[service.id], service, shares)
        allocations[service.id] = nearest.reindex(setting.areas.index).join(split)
    return allocations


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """What the evaluation of every option shares."""

    setting: Setting
    people: pd.DataFrame
    before: _Allocations

    def summary(self, option: Option, after: _Allocations) -> OptionSummary:
        overall = self._access(
            self._minutes_per_contact(self.before),
            self._minutes_per_contact(after),
            self.setting.thresholds_min,
        )
        kinds = self.setting.sites["kind"]
        burden, care = {}, {}
        for service in self.setting.services:
            allocation = after[service.id]
            burden[service.id] = burden_of(allocation, kinds, kg_per_km=self.setting.kg_co2e_per_km)
            care[service.id] = {
                "delivery": service.delivery,
                **places_of_care(allocation, kinds, standard_min=service.travel_standard_min),
            }
        return OptionSummary(option, overall, _table(burden), _table(care))

    def service_result(
        self, service: Service, option: Option, after: pd.DataFrame
    ) -> ServiceResult:
        before, residents = self.before[service.id], self.people[EVERYONE]
        thresholds = sorted({*self.setting.thresholds_min, service.travel_standard_min})
        return ServiceResult(
            service,
            after,
            self._access(before["travel_time_min"], after["travel_time_min"], thresholds),
            site_flows(before, after, residents),
            site_loads(
                after,
                residents,
                open_sites=option.sites.get(service.id, frozenset()),
                capacity=option.capacity.get(service.id, {}),
                minimum_activity=service.minimum_activity,
            ),
        )

    def _minutes_per_contact(self, allocations: _Allocations) -> pd.Series:
        visited = self.setting.visited
        counted = visited or self.setting.services
        return minutes_per_contact(
            [allocations[service.id] for service in counted],
            travelled="at_site" if visited else "at_home",
        )

    def _access(
        self, before: pd.Series, after: pd.Series, thresholds_min: Sequence[float]
    ) -> Access:
        return assess_access(
            before,
            after,
            self.people,
            tolerance_min=self.setting.tolerance_min,
            thresholds_min=thresholds_min,
        )


def _evaluators(
    options: Iterable[Option], setting: Setting, baseline: str
) -> Iterator[tuple[Option, _Evaluator, _Allocations]]:
    """Check the study; yield each option with what it is evaluated by and its allocations."""
    by_name = {option.name: option for option in options}
    check_study(list(by_name.values()), setting, baseline=baseline)
    contacts = {service.id: setting.contacts_of(service) for service in setting.services}
    before = _allocate(by_name[baseline], setting, contacts)
    evaluator = _Evaluator(setting, people_by_group(setting.areas), before)
    for option in by_name.values():
        yield option, evaluator, _allocate(option, setting, contacts)


def _table(rows: Mapping[str, Mapping[str, float | str]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="service"))
