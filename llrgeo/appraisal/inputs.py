"""AppraisalInputs: what all options of a study are judged on, and whether it all fits together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.round_travel import RoundsForm
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.demand import (
    Delivery,
    Service,
    activity_faults,
    contacts,
    contacts_by_service,
    rate_base_faults,
    service_faults,
)
from llrgeo.appraisal.options import Option, option_faults
from llrgeo.appraisal.people.access import BAND_EDGES_MIN
from llrgeo.arrays import Floats
from llrgeo.schema import THRESHOLDS_MIN, name_some, raise_faults, role_faults, type_faults
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class AppraisalInputs:
    """What all options are judged on: who lives where, what they need, how long journeys take.

    Attributes
    ----------
    areas, sites
        Tables on `area_id` and `site_id`, as read by `llrgeo.appraisal_inputs`.
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
    ceiling_min
        What a journey that is not there counts as in scores, equity and siting, so that cutting
        people off earns no credit; NaN for twice the longest threshold.
    home
        The authorities of the study: people and sites of any other are neighbours. Empty if all
        areas are at home.
    restricted
        Whether contacts are of real patients. Then no figure is built on them but the few counts
        that `disclosure` publishes: each resident counts once for each service (docs/methods 10).
    rates
        Rates by which options are costed, with `service_costs`; only where a criterion or hurdle
        counts costs, and else None.
    rounds
        How the teams of a service drive their rounds, by its id. Staff of any other go out and back
        for each visit.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> appraisal_inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> appraisal_inputs.contacts_of(clinic).round(1).tolist()  # a year, by area
    [10.0, 4.0, 15.0, 20.0]
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
    home: frozenset[str] = frozenset()
    ceiling_min: float = float("nan")
    restricted: bool = False
    rates: Rates | None = None
    rounds: Mapping[str, RoundsForm] = field(default_factory=dict)

    @property
    def ceiling(self) -> float:
        """The minutes of a journey that is not there: never below the longest of any direction."""
        default = 2 * max(self.thresholds_min) if np.isnan(self.ceiling_min) else self.ceiling_min
        journeys = filter(None, (self.times, self.team_times))
        return max(default, *(times.longest_min for times in journeys))

    @property
    def visited(self) -> tuple[Service, ...]:
        """Return the services for which somebody travels to a site."""
        return tuple(service for service in self.services if service.delivery != "team")

    def times_of(self, delivery: Delivery) -> TravelTimes:
        """Return the times in the direction in which a service of this delivery travels."""
        teams = () if self.team_times is None else (self.team_times,)
        return times_for(delivery, self.times, teams)

    def contacts_of(self, service: Service) -> pd.Series:
        """Return the contacts a year of every area, counted or by rates: what services weigh by.

        Where contacts are of real patients, every resident counts once in their place. So nothing
        that is worked out from here can tell a number of patients, whatever is published of it.
        """
        if self.restricted:
            return self.areas["residents"].astype(float)
        return contacts(service, self.areas, self.activity)

    def contacts_by_service(self, services: Iterable[Service]) -> dict[str, Floats]:
        """Return `contacts_of` several services, in the order of the areas, by service."""
        if self.restricted:
            return {service.id: self.contacts_of(service).to_numpy() for service in services}
        return contacts_by_service(services, self.areas, self.activity)


def times_for(
    delivery: Delivery, journey: TravelTimes, team_times: Iterable[TravelTimes]
) -> TravelTimes:
    """Return the times by which a service is measured, by the mode and period of a journey.

    Patients and visitors make the journey themselves. A team travels from its base to the home,
    and drives even where the reader walks, so it takes its own times: those of the journey's mode
    and period, or else the first there are. Without any, the way there stands for the way back.

    Parameters
    ----------
    delivery
        Who travels.
    journey
        Minutes from areas to sites, by the mode and period asked for.
    team_times
        Minutes from sites to areas, by mode and period.
    """
    if delivery != "team":
        return journey
    teams = list(team_times)
    alike = [
        times for times in teams if (times.mode, times.period) == (journey.mode, journey.period)
    ]
    return next(iter([*alike, *teams]), journey)


def check_study(options: list[Option], appraisal_inputs: AppraisalInputs, *, baseline: str) -> None:
    """Raise one error that lists everything that does not fit together.

    Raises
    ------
    InputError
        For faults of services or options, ids that do not match, and services that no option
        offers anywhere.
    """
    tables = {"areas": appraisal_inputs.areas, "sites": appraisal_inputs.sites}
    raise_faults(type_faults(tables, pd.DataFrame), source="study")
    ids = [service.id for service in appraisal_inputs.services]
    faults = [fault for service in appraisal_inputs.services for fault in service_faults(service)]
    faults += [
        f"service '{service_id}' is listed twice"
        for service_id in sorted({i for i in ids if ids.count(i) > 1})
    ]
    faults += [
        f for option in options for f in option_faults(option, ids, appraisal_inputs.sites.index)
    ]
    # A service that no option offers anywhere would be missing in every table without a word.
    offered = set().union(*({s for s in o.sites if o.sites[s]} for o in options))
    faults += [
        f"service '{service_id}': no option offers it at any site"
        for service_id in ids
        if service_id not in offered
    ]
    names = [option.name for option in options]
    if baseline not in names:
        faults.append(f"the baseline '{baseline}' is not an option; there are {', '.join(names)}")
    for times in (appraisal_inputs.times, appraisal_inputs.team_times):
        if times is not None:
            faults += _matrix_faults(times, appraisal_inputs)
    faults += rate_base_faults(
        appraisal_inputs.services, appraisal_inputs.areas, appraisal_inputs.activity
    )
    faults += role_faults(appraisal_inputs.sites)
    if appraisal_inputs.activity is not None:
        faults += activity_faults(appraisal_inputs.activity, ids, appraisal_inputs.areas.index)
    if not 0 <= appraisal_inputs.tolerance_min < BAND_EDGES_MIN[0]:
        faults.append(
            f"the tolerance is {appraisal_inputs.tolerance_min:g} min; it must be 0 to below "
            f"{BAND_EDGES_MIN[0]:g}, where the first band of change ends"
        )
    raise_faults(faults, source="study")


def _matrix_faults(times: TravelTimes, appraisal_inputs: AppraisalInputs) -> list[str]:
    faults = []
    for what, wanted, found in (
        ("areas", appraisal_inputs.areas.index, times.minutes.index),
        ("sites", appraisal_inputs.sites.index, times.minutes.columns),
    ):
        missing = wanted.difference(found)
        if len(missing):
            faults.append(f"no travel times for {len(missing)} {what} ({name_some(missing)})")
    return faults
