"""Use arrays: who goes to which site and what that means, as arrays over the areas.

The core of an evaluation (docs/methods 1 and 2). Frames come in at one door, `StudyArrays`, and
leave by one, `ServiceUse.allocation`, when they are read; in between all is NumPy, one value an
area in the order of the study's areas. Shapes: n areas, m sites with travel times.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.round_travel import VisitTravel
from llrgeo.appraisal.demand import Delivery, Service, Shares
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.burden import Journeys, burden_of
from llrgeo.appraisal.journeys.nearest_sites import NO_SITE, Nearest, TimesArrays
from llrgeo.appraisal.journeys.staff_travel import out_and_back, points_of, rounds_from_bases
from llrgeo.appraisal.people.counts import reconcile
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.arrays import Bools, Floats
from llrgeo.schema import ROLES, site_roles

ClassesAndPeople: TypeAlias = tuple[pd.DataFrame, pd.DataFrame]

_ACUTE: Final = ROLES.index("acute")
# The inputs that times, contacts, classes of areas and uses rest on; times also on the areas' ids.
_OF_TIMES: Final = frozenset({"times", "team_times", "sites"})
_OF_CONTACTS: Final = frozenset({"areas", "activity", "restricted"})
_OF_CLASSES: Final = _OF_TIMES | {"areas", "tolerance_min"}
_OF_USES: Final = _OF_TIMES | _OF_CONTACTS | {"kg_co2e_per_km", "rounds"}


class SplitContacts(NamedTuple):
    """Contacts a year of each area, in all and by where they happen; shape (n,)."""

    contacts: Floats
    at_site: Floats
    at_home: Floats
    by_video: Floats


class Ids(NamedTuple):
    """What the places of the arrays are called."""

    areas: pd.Index
    sites: pd.api.extensions.ExtensionArray  # as `TimesArrays.names`
    place: Mapping[str, int]  # of each site, as `TimesArrays.place`


@dataclass(frozen=True)  # without slots, which would leave no place for the frame made when read
class ServiceUse:
    """How one service is used at some sites: who goes where, on what journeys, to which places.

    Attributes
    ----------
    nearest
        Who goes where.
    split
        Contacts a year by area, and where they happen.
    visit
        What staff spend on the road for one visit at home, by area.
    burden
        Trips, hours, kilometres and kg CO2e a year (`burden_of`).
    care
        `delivery`, contacts a year by place, and those within the standard (`places_of_care`).
    ids
        What areas and sites are called.
    sums
        Contacts that were added up before, by sites and areas (`contacts_at`).
    """

    nearest: Nearest
    split: SplitContacts
    visit: VisitTravel
    burden: Mapping[str, float]
    care: Mapping[str, float | str]
    ids: Ids
    sums: dict[tuple[tuple[str, ...], bytes], tuple[Floats, Floats]] = field(
        default_factory=dict, repr=False
    )

    @cached_property
    def allocation(self) -> pd.DataFrame:
        """Who goes where as a frame: one row an area, as `ServiceResult.allocation`."""
        return pd.DataFrame(
            {
                "site_id": self.ids.sites.take(self.nearest.site),
                "travel_time_min": self.nearest.minutes,
                "distance_km": self.nearest.km,
                "role": pd.Categorical.from_codes(self.nearest.role, pd.Index(ROLES)),
                **self.split._asdict(),
                "visit_min": self.visit.minutes,
                "visit_km": self.visit.km,
            },
            index=self.ids.areas,
        )

    @property
    def reaches(self) -> Bools:
        """Whether each area reaches a site."""
        reaches: Bools = self.nearest.site != NO_SITE
        return reaches

    def goes_to(self, sites: Collection[str]) -> Bools:
        """Return whether each area goes to one of some sites."""
        places = [place for site, place in self.ids.place.items() if site in sites]
        return np.isin(self.nearest.site, places)

    def journeys_in(self, belongs: Bools) -> Journeys:
        """Return the journeys of the areas for which `belongs` is true and that reach a site."""
        return journeys_of(self.nearest, self.split, self.visit, belongs & self.reaches)

    def contacts_at(self, sites: Sequence[str], belongs: Bools) -> tuple[Floats, Floats]:
        """Return contacts a year at some sites, and at home from them, of areas that belong.

        They are added up once and kept: costs ask for them by other rates. Do not change them.
        """
        key = tuple(sites), belongs.tobytes()
        if key not in self.sums:
            self.sums[key] = self._contacts_at(sites, belongs)
        return self.sums[key]

    def _contacts_at(self, sites: Sequence[str], belongs: Bools) -> tuple[Floats, Floats]:
        places = [self.ids.place[site] for site in sites]
        site = np.where(belongs, self.nearest.site, NO_SITE)
        at_site, at_home = (
            group_sums(site, contacts, len(self.ids.place))[places]
            for contacts in (self.split.at_site, self.split.at_home)
        )
        return at_site, at_home


@dataclass(frozen=True, slots=True)
class StudyArrays:
    """A study's inputs as arrays: the door between frames and the core.

    Attributes
    ----------
    appraisal_inputs
        What they were made from.
    patients, teams
        Times of those who travel to a site, and of teams.
    contacts
        Contacts a year of each service by its id; shape (n,).
    people
        Residents by area (rows) and group and level (columns), as `people_by_group` returns them.
    roles
        The role of each site, by its id.
    uses, classes, points
        What was worked out before: how a service is used, by its id, sites and shares; the classes
        of the areas with the people of each, by the journeys that they rest on
        (`service_use.classify_uses`); and where homes and bases are, by delivery.
    """

    appraisal_inputs: AppraisalInputs
    patients: TimesArrays
    teams: TimesArrays
    contacts: Mapping[str, Floats]
    people: pd.DataFrame
    roles: pd.Series
    uses: dict[tuple[str, frozenset[str], Shares], ServiceUse] = field(default_factory=dict)
    classes: dict[tuple[str | int, ...], tuple[pd.DataFrame, pd.DataFrame]] = field(
        default_factory=dict
    )
    points: dict[Delivery, tuple[Floats, Floats]] = field(default_factory=dict)

    @classmethod
    def of(cls, appraisal_inputs: AppraisalInputs) -> Self:
        """Return the arrays of inputs that `check_study` has accepted."""
        roles = site_roles(appraisal_inputs.sites)
        return cls(
            appraisal_inputs,
            *_times_arrays(appraisal_inputs, roles),
            appraisal_inputs.contacts_by_service(appraisal_inputs.services),
            people_by_group(appraisal_inputs.areas),
            roles,
        )

    def changed(self, appraisal_inputs: AppraisalInputs) -> Self:
        """Return the arrays of other inputs, keeping all that the difference leaves as it was."""
        earlier, areas = self.appraisal_inputs, appraisal_inputs.areas
        # Identity and not equality: a table that is another object may differ anywhere.
        same = {
            name
            for name in _OF_CLASSES | _OF_USES
            if getattr(appraisal_inputs, name) is getattr(earlier, name)
        }
        as_timed = same >= _OF_TIMES and areas.index.equals(earlier.areas.index)
        roles = self.roles if "sites" in same else site_roles(appraisal_inputs.sites)
        times = (self.patients, self.teams) if as_timed else _times_arrays(appraisal_inputs, roles)
        services = {service.id: service for service in earlier.services if same >= _OF_CONTACTS}
        alike = {s.id for s in appraisal_inputs.services if services.get(s.id) is s}
        others = [s for s in appraisal_inputs.services if s.id not in alike]
        found = appraisal_inputs.contacts_by_service(others) if others else {}
        contacts = {
            s.id: found[s.id] if s.id in found else self.contacts[s.id]
            for s in appraisal_inputs.services
        }
        used_alike = as_timed and same >= _OF_USES
        return type(self)(
            appraisal_inputs,
            *times,
            contacts,
            self.people if "areas" in same else people_by_group(areas),
            roles,
            {key: use for key, use in self.uses.items() if used_alike and key[0] in alike},
            self.classes if as_timed and same >= _OF_CLASSES else {},
            self.points if as_timed and "areas" in same else {},
        )

    def times_of(self, delivery: Delivery) -> TimesArrays:
        """Return the times in the direction in which a service of this delivery travels."""
        return self.teams if delivery == "team" else self.patients

    def use_of(self, service: Service, sites: frozenset[str], shares: Shares) -> ServiceUse:
        """Return how a service is used at some sites: everyone goes to the nearest.

        Options that run a service alike (the same sites, the same shares) share one result.
        """
        key = service.id, sites, shares
        if key not in self.uses:
            self.uses[key] = self._use_of(service, sites, shares)
        return self.uses[key]

    def _use_of(self, service: Service, sites: frozenset[str], shares: Shares) -> ServiceUse:
        times = self.times_of(service.delivery)
        nearest = times.nearest(sites)
        # Of all contacts, those by video and at home need no journey of the patient.
        split = split_contacts(self.contacts[service.id], service, shares)
        visit = self._visit_travel(service, nearest, split.at_home)
        burden = burden_of(
            journeys_of(nearest, split, visit, np.isfinite(nearest.minutes)),
            kg_per_km=self.appraisal_inputs.kg_co2e_per_km,
        )
        care = places_of_care(nearest, split, standard_min=service.travel_standard_min)
        ids = Ids(self.appraisal_inputs.areas.index, times.names, times.place)
        return ServiceUse(
            nearest, split, visit, burden, {"delivery": service.delivery, **care}, ids
        )

    def _visit_travel(self, service: Service, nearest: Nearest, visits: Floats) -> VisitTravel:
        """Return what staff travel for a visit at home, in rounds where the inputs have them."""
        form = self.appraisal_inputs.rounds.get(service.id)
        if form is None:
            return out_and_back(nearest.minutes, nearest.km)
        if service.delivery not in self.points:
            areas, sites = self.appraisal_inputs.areas, self.appraisal_inputs.sites
            site_points = points_of(sites, self.times_of(service.delivery).ids)
            self.points[service.delivery] = points_of(areas, areas.index), site_points
        return rounds_from_bases(visits, nearest, self.points[service.delivery], form)


def split_contacts(contacts: Floats, service: Service, shares: Shares) -> SplitContacts:
    """Return contacts a year by area, and how many are at a site, at home and by video."""
    home = 1 - shares.video if service.delivery == "team" else shares.home
    at_site = contacts * (1 - shares.video - home)
    return SplitContacts(contacts, at_site, contacts * home, contacts * shares.video)


def journeys_of(
    nearest: Nearest, split: SplitContacts, visit: VisitTravel, chosen: Bools
) -> Journeys:
    """Return the journeys of some areas, all of which reach a site."""
    return Journeys(
        split.at_site[chosen],
        split.at_home[chosen],
        nearest.minutes[chosen],
        nearest.km[chosen],
        VisitTravel(*(values[chosen] for values in visit)),
        (nearest.role == _ACUTE)[chosen],
    )


def places_of_care(
    nearest: Nearest, split: SplitContacts, *, standard_min: float
) -> dict[str, float]:
    """Return contacts a year by the place where they happen, and those within the standard.

    The places (`activity.CARE_PLACES`) add up to `contacts`. `contacts_in_time` counts contacts by
    video, and those at sites and homes whose journey takes at most `standard_min`.
    """
    # Every contact is in exactly one place, or out of reach; `reconcile` asserts it.
    reached = np.isfinite(nearest.minutes)
    travelled = split.at_site + split.at_home
    places = {role: float(split.at_site[nearest.role == n].sum()) for n, role in enumerate(ROLES)}
    places["home"] = float(split.at_home[reached].sum())
    places["video"] = float(split.by_video.sum())
    places["unreachable"] = float(travelled[~reached].sum())
    contacts = float(split.contacts.sum())
    reconcile(np.array(list(places.values())), contacts, table="places of care")
    # By video everyone is in time; of those who travel, those within the standard.
    in_time = float(travelled[nearest.minutes <= standard_min].sum())
    return {"contacts": contacts, **places, "contacts_in_time": in_time + places["video"]}


def _times_arrays(
    appraisal_inputs: AppraisalInputs, roles: pd.Series
) -> tuple[TimesArrays, TimesArrays]:
    """Return the times of those who travel to a site, and of teams."""
    areas, by_team = appraisal_inputs.areas.index, appraisal_inputs.times_of("team")
    patients = TimesArrays.of(appraisal_inputs.times, areas, roles)
    if by_team is appraisal_inputs.times:
        return patients, patients
    return patients, TimesArrays.of(by_team, areas, roles)
