"""The setting of a capacity appraisal: all that it needs, as plain frames, checked at the door."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.beds import BedService, check_beds
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.years import rates_after
from llrgeo.errors import InputError
from llrgeo.schema import name_some, raise_faults

_ALLOCATION: Final = ("option", "service", "area_id", "site_id", "share", "travel_time_min")
_SITES: Final = ("option", "service", "site_id", "beds", "rooms")
_SHARE_SLACK: Final = 1e-9


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
        Calls in the busiest hours over the mean while teams are on duty.
    share
        Share of calls that should be reached within the standard.
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


@dataclass(frozen=True, slots=True)
class WaysBetweenHomes:
    """What rounds need to know of the ways between homes.

    Attributes
    ----------
    between
        Door-to-door minutes, areas by areas.
    ends_min
        Minutes lost at each end of a journey, which are in `between` and in allocations.
    positions
        `easting` and `northing` by area, in metres.
    """

    between: pd.DataFrame
    ends_min: float
    positions: pd.DataFrame


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
        What sites have: `option`, `service` (or pool), `site_id`, `beds`, `rooms`; NaN is not
        stated. A column `reserved` may state beds of a pool that step-down leaves to step-up.
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

    @property
    def base_year(self) -> int:
        """Return the first year."""
        return min(self.people)

    @property
    def options(self) -> list[str]:
        """Return the options in the order of the allocation."""
        return [str(name) for name in self.allocation["option"].unique()]

    def demand(self, rates: pd.Series, year: int) -> pd.Series:
        """Return contacts a year by area: people times rates, as healthy as they then are."""
        asked = (year, *rates.items())
        if asked not in self._demands:
            # Rates of a younger age, if people grow healthier; as they are at 0.
            gain = self.health_gain_years
            later = rates_after(rates, year - self.base_year, health_gain_years=gain)
            self._demands[asked] = self.people[year][later.index] @ later / 1_000
        return self._demands[asked]

    def demand_by_year(self, rates: pd.Series) -> dict[int, pd.Series]:
        """Return contacts by area for each year, rising: alike under all options."""
        return {year: self.demand(rates, year) for year in sorted(self.people)}

    def shares(self, option: str, service: str) -> pd.DataFrame:
        """Return who goes where: areas by sites, the share of an area's contacts."""
        if (option, service) not in self._shares:
            table = self._rows(option, service).pivot_table(
                index="area_id", columns="site_id", values="share", aggfunc="sum"
            )
            areas = self.people[self.base_year].index
            self._shares[option, service] = table.reindex(areas).fillna(0.0)
        return self._shares[option, service]

    def stated(self, option: str, service: str, what: str) -> pd.Series:
        """Return beds or rooms by site of the allocation or the sites; NaN if not stated."""
        rows = self.sites[(self.sites["option"] == option) & (self.sites["service"] == service)]
        found = rows.set_index("site_id")[what].astype(float)
        used = self._rows(option, service)["site_id"].unique()
        return found.reindex(found.index.union(pd.Index(used)))

    def reserved(self, option: str, service: str) -> pd.Series:
        """Return the beds that step-down leaves to step-up, by site; 0 where none are stated."""
        rows = self.sites[(self.sites["option"] == option) & (self.sites["service"] == service)]
        kept = rows["reserved"] if "reserved" in rows.columns else pd.Series(0.0, rows.index)
        return kept.fillna(0.0).set_axis(pd.Index(rows["site_id"]))

    def drive_min(self, option: str, service: str) -> pd.DataFrame:
        """Return base and minutes by area, of the site with the greatest share."""
        # Of sites that share an area the one with the greatest share is last.
        rows = self._rows(option, service).sort_values("share", kind="stable")
        last = rows.groupby("area_id")[["site_id", "travel_time_min"]].last()
        return last.reindex(self.people[self.base_year].index)

    def _rows(self, option: str, service: str) -> pd.DataFrame:
        return self._rows_by_use.get((option, service), self.allocation.iloc[:0])

    @cached_property
    def _rows_by_use(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Rows of the allocation that name a site, by option and service."""
        named = self.allocation[self.allocation["site_id"].notna()]
        by_use = named.groupby(["option", "service"], sort=False)
        return {(str(key[0]), str(key[1])): rows for key, rows in by_use}

    @cached_property
    def _demands(self) -> dict[tuple[Hashable, ...], pd.Series]:
        return {}

    @cached_property
    def _shares(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}


def check_setting(setting: CapacitySetting) -> None:
    """Refuse a setting that does not fit together.

    Raises
    ------
    InputError
        One error that lists every fault.
    """
    missing = [
        f"the {what} lacks the column '{name}'"
        for what, table, names in (
            ("allocation", setting.allocation, _ALLOCATION),
            ("table of sites", setting.sites, _SITES),
        )
        for name in names
        if name not in table.columns
    ]
    raise_faults(missing or _people_faults(setting), source="capacity")
    raise_faults([*_share_faults(setting), *_bed_faults(setting)], source="capacity")


def _people_faults(setting: CapacitySetting) -> list[str]:
    if not setting.people:
        return ["no year is given"]
    # All years are of the same areas in the same order: they are multiplied by position.
    areas = setting.people[setting.base_year].index
    faults = [
        f"the areas of {year} are not those of {setting.base_year}"
        for year, people in setting.people.items()
        if not people.index.equals(areas)
    ]
    unknown = set(setting.allocation["area_id"]) - set(areas)
    if unknown:
        faults.append(f"the allocation has unknown areas ({name_some(sorted(unknown))})")
    return faults


def _share_faults(setting: CapacitySetting) -> list[str]:
    table = setting.allocation
    if not (table["share"] >= 0).all():
        return ["shares of an allocation must be at least 0"]
    total = table.groupby(["option", "service", "area_id"])["share"].sum()
    over = total[total > 1 + _SHARE_SLACK]
    return [f"shares of {len(over)} areas add up to more than 1 ({name_some(over.index)})"] * bool(
        len(over)
    )


def _bed_faults(setting: CapacitySetting) -> list[str]:
    faults = []
    for (option, service), rows in setting.sites.groupby(["option", "service"], sort=False):
        for what in ("beds", "rooms"):
            try:
                check_beds(rows.set_index("site_id")[what], what=f"{option}, {service}")
            except InputError as error:
                faults.append(str(error).replace("beds at", f"{what} at"))
    services = {service.id for service in setting.beds}
    faults += [
        f"pool '{name}' has the unknown service '{member}'; known are {name_some(sorted(services))}"
        for name, members in setting.pools.items()
        for member in members
        if member not in services
    ]
    known = set(setting.minutes.columns)
    absent = sorted(set(map(str, setting.sites["site_id"])) - known)
    if absent:
        faults.append(f"no travel times to the sites {name_some(absent)}")
    if not np.isfinite(setting.health_gain_years):
        faults.append("health_gain_years is not a number")
    return faults
