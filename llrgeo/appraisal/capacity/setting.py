"""The setting of a capacity appraisal: all that it needs, as plain frames."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.allocated_uses import AllocatedUses
from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.projections import PeopleBounds
from llrgeo.appraisal.capacity.round_travel import RoundsForm
from llrgeo.appraisal.capacity.years import RateFactors, rates_of_year
from llrgeo.errors import InputError


@dataclass(frozen=True, slots=True)
class RoomService:
    """A service that is given in rooms: contacts a year and 1,000 people, minutes a contact."""

    id: str
    rates: pd.Series
    slot_min: float


@dataclass(frozen=True, slots=True)
class MachineService:
    """Scans of one kind that a service makes.

    Attributes
    ----------
    id, rates
        Its id, and scans of the kind a year and 1,000 people by age band.
    kind
        Kind of machine: `ct`, `mri`, `ultrasound`.
    machine
        Its row of the table of machines: scans an hour, hours, days, uptime.
    dna
        Share of slots whose patient does not attend.
    """

    id: str
    rates: pd.Series
    kind: str
    machine: pd.Series
    dna: float = 0.0


@dataclass(frozen=True, slots=True)
class RoundService:
    """A service whose teams drive rounds of visits.

    Attributes
    ----------
    id, rates
        Its id, and visits a year and 1,000 people by age band.
    care_min
        Minutes of care of a visit.
    a_round
        Visits of one round.
    pairs_share
        Share of visits that two people make.
    practice_factor
        Real rounds over the shortest ones.
    """

    id: str
    rates: pd.Series
    care_min: float
    a_round: int
    pairs_share: float = 0.0
    practice_factor: float = 1.0

    def __post_init__(self) -> None:
        if not (self.care_min >= 0 and self.a_round >= 1 and self.practice_factor >= 1):
            msg = (
                f"service '{self.id}': {self.care_min:g} minutes of care, {self.a_round} visits a "
                f"round, factor {self.practice_factor:g}; a round has 1 or more, the factor is "
                "at least 1"
            )
            raise InputError(msg)


@dataclass(frozen=True, slots=True)
class CrisisService:
    """A service whose teams are called out.

    Attributes
    ----------
    id, rates
        Its id, and calls a year and 1,000 people by age band.
    peak_factor
        Calls in the busiest hours over the mean while teams are on duty; 1 where `calls_by_hour`
        say it.
    share
        Share of calls that should be reached within the standard.
    night_pairs
        Pairs of staff at each base in the hours in which teams are not on duty.
    calls_by_hour
        How many of the calls come in each hour on duty, in any unit; empty if not stated.
    standard_min, call_min, job_h
        Minutes from the call to a team's arrival, minutes of them before it is sent, and hours of
        a job; None is that of the parameters.
    """

    id: str
    rates: pd.Series
    peak_factor: float = 1.0
    share: float = 0.7
    standard_min: float | None = None
    call_min: float | None = None
    job_h: float | None = None
    night_pairs: int = 0
    calls_by_hour: tuple[float, ...] = ()

    @property
    def factors(self) -> tuple[float, ...]:
        """Return calls of each hour on duty over the mean of all hours; none if not stated."""
        mean = sum(self.calls_by_hour) / max(len(self.calls_by_hour), 1)
        return tuple(calls / mean for calls in self.calls_by_hour)

    @property
    def peak(self) -> float:
        """Return calls of the busiest hour over the mean."""
        return max(self.factors, default=self.peak_factor)


@dataclass(frozen=True, slots=True)
class WaysBetweenHomes:
    """What rounds need to know of the ways between homes.

    Attributes
    ----------
    between
        Door-to-door minutes, areas by areas; None where no days are drawn.
    ends_min
        Minutes lost at each end of a journey, which are in `between` and in allocations.
    positions, bases
        `easting` and `northing` in metres, by area and by site.
    """

    between: pd.DataFrame | None
    ends_min: float
    positions: pd.DataFrame
    bases: pd.DataFrame


def round_forms(
    services: Sequence[RoundService], parameters: Parameters, roads: WaysBetweenHomes | None
) -> dict[str, RoundsForm]:
    """Return how the rounds of services are driven, by their ids.

    Without `roads` it is not known what travel times lose at their ends; then nothing is.
    """
    return {
        service.id: RoundsForm.of(
            parameters,
            a_round=service.a_round,
            practice_factor=service.practice_factor,
            ends_min=0.0 if roads is None else roads.ends_min,
        )
        for service in services
    }


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class CapacitySetting:
    """Options, people and services, as plain frames.

    Attributes
    ----------
    people
        By year, rising: areas by age bands (`project_areas`). The first is the base year.
    allocation
        Who goes where: `option`, `service`, `area_id`, `site_id`, `share` of the area's contacts,
        `travel_time_min`. An area that reaches no site has no row, or a missing `site_id`.
    sites
        What sites have: `option`, `service` (or pool, or kind of machine), `site_id`, `beds`,
        `rooms`; NaN is not stated. A column `machines` may state those of a kind, a column
        `reserved` beds of a pool that step-down leaves to step-up.
    minutes
        Areas by sites, for who finds the own ward full.
    parameters
        Defaults and the study's own values.
    beds, rooms, machines, rounds, crisis
        The services.
    drives
        Minutes that a team drives, areas by bases; None takes `minutes`.
    roads
        None leaves out rounds.
    health_gain_years
        Years of age by which people grow healthier each year.
    pools
        Services of beds that share them, a step-up and a step-down one, by the pool's name: its
        beds are stated under that name. No closed form is good for them; they are simulated.
    bounds
        By year: fewest and most people of other variants (areas by age bands). Years without any
        have the bounds that the parameters assume.
    rate_factors
        How rates of bands move with the ages and sexes within them, by service: the name of its
        rates.
    option_names
        The options to appraise; all of the allocation if empty.
    uses
        What follows from the allocation and the sites; settings that share them find it once.
    """

    people: Mapping[int, pd.DataFrame]
    allocation: pd.DataFrame
    sites: pd.DataFrame
    minutes: pd.DataFrame
    parameters: Parameters
    beds: Sequence[BedService] = ()
    rooms: Sequence[RoomService] = ()
    machines: Sequence[MachineService] = ()
    rounds: Sequence[RoundService] = ()
    crisis: Sequence[CrisisService] = ()
    roads: WaysBetweenHomes | None = None
    health_gain_years: float = 0.0
    pools: Mapping[str, Sequence[str]] = field(default_factory=dict)
    drives: pd.DataFrame | None = None
    bounds: PeopleBounds = field(default_factory=dict)
    rate_factors: RateFactors = field(default_factory=dict)
    option_names: Sequence[str] = ()
    uses: AllocatedUses = field(default_factory=AllocatedUses.none, compare=False, repr=False)

    def __post_init__(self) -> None:
        # A part (`part`) comes with the uses of the whole and shares all that they found. A setting
        # whose allocation or sites were replaced would be given the old ones: it starts afresh.
        areas = self.people[self.base_year].index if self.people else pd.Index([])
        uses = self.uses
        same = uses.table is self.allocation and uses.places is self.sites
        if not (same and uses.areas.equals(areas)):
            object.__setattr__(self, "uses", AllocatedUses(self.allocation, self.sites, areas))

    @property
    def base_year(self) -> int:
        """Return the first year."""
        return min(self.people)

    @property
    def options(self) -> list[str]:
        """Return the names of the options to appraise, all in the order of the allocation."""
        return list(self.option_names or self.uses.options)

    def part(self, services: Collection[str], options: Sequence[str]) -> "CapacitySetting":
        """Return the setting of some services and options alone, and of pools that are whole."""
        wanted = set(services)
        return replace(
            self,
            option_names=tuple(options),
            beds=[service for service in self.beds if service.id in wanted],
            rooms=[service for service in self.rooms if service.id in wanted],
            machines=[service for service in self.machines if service.id in wanted],
            rounds=[service for service in self.rounds if service.id in wanted],
            crisis=[service for service in self.crisis if service.id in wanted],
            pools={pool: members for pool, members in self.pools.items() if set(members) <= wanted},
        )

    def alone(self, named: Collection[str]) -> "CapacitySetting":
        """Return a part with no rows but its own, and no minutes but those to its own sites.

        `named` are its services, and what beds and machines that they share are stated under. What
        is found of it rests on no other service or site, so that it holds where these change.
        """
        uses = self.uses.only(self.options, named)
        sites = {*uses.table["site_id"], *uses.places["site_id"]}

        def to_own(minutes: pd.DataFrame) -> pd.DataFrame:
            return minutes.loc[:, minutes.columns.isin(sites)]

        roads = self.roads
        if roads is not None:
            roads = replace(roads, bases=roads.bases[roads.bases.index.isin(sites)])
        return replace(
            self,
            allocation=uses.table,
            sites=uses.places,
            minutes=to_own(self.minutes),
            drives=None if self.drives is None else to_own(self.drives),
            roads=roads,
            uses=uses,
        )

    def demand(self, rates: pd.Series, year: int) -> pd.Series:
        """Return contacts a year by area: people times rates, as healthy as they then are."""
        key = (year, rates.name, *rates.items())
        if key not in self._demands:
            # Rates of a younger age, if people grow healthier; as they are at 0.
            later = rates_of_year(
                rates,
                (self.base_year, year),
                health_gain_years=self.health_gain_years,
                factors=self.rate_factors,
            )
            people = self.people[year]
            by_band = np.array([people[band].to_numpy() for band in later.index]).T
            self._demands[key] = pd.Series(np.dot(by_band, later) / 1_000, people.index)
        return self._demands[key]

    def demand_by_year(self, rates: pd.Series) -> dict[int, pd.Series]:
        """Return contacts by area for each year, rising: alike under all options."""
        return {year: self.demand(rates, year) for year in sorted(self.people)}

    def shares(self, option: str, service: str) -> pd.DataFrame:
        """Return who goes where: areas by sites, the share of an area's contacts."""
        return self.uses.shares(option, service)

    def stated(
        self, option: str, service: str, what: str, *, used_by: Sequence[str] = ()
    ) -> pd.Series:
        """Return beds, rooms or machines by site of the allocation or the sites.

        NaN is not stated. `used_by` are the services that share what is stated under another
        name, such as machines of a kind.
        """
        return self.uses.stated(option, service, what, used_by)

    def reserved(self, option: str, service: str) -> pd.Series:
        """Return the beds that step-down leaves to step-up, by site; 0 where none are stated."""
        rows = self.uses.of_places(option, service)
        kept = rows["reserved"] if "reserved" in rows.columns else pd.Series(0.0, rows.index)
        return kept.fillna(0.0).set_axis(pd.Index(rows["site_id"]))

    def drive_min(self, option: str, service: str) -> pd.DataFrame:
        """Return base and minutes by area, of the site with the greatest share."""
        return self.uses.drive_min(option, service)

    @cached_property
    def _demands(self) -> dict[tuple[Hashable, ...], pd.Series]:
        return {}
