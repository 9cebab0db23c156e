"""The capacity sections of a study file: beds, teams, rooms, estate and years."""

import math
from collections.abc import Mapping
from operator import not_
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.estate import Works
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.targets import (
    DelayTarget,
    LossTarget,
    OverflowTarget,
    Stay,
    Target,
)
from llrgeo.appraisal.demand import Service, rates_by_age
from llrgeo.inputs.embedded import embedded
from llrgeo.schema import LARGEST, AgeBand
from llrgeo.study.validation import Name, Part, Positive, Share

AboveZero = Annotated[float, Field(gt=0, le=LARGEST)]
Chance = Annotated[float, Field(gt=0, lt=1)]
MinutesOfADay = Annotated[float, Field(ge=0, le=1_440)]
Year = Annotated[int, Field(ge=1991, le=2200)]
_DEFAULTS: Final = ("parameters", "optimism_bias")
_MOST_AT_A_SITE: Final = 10_000  # beds, rooms or machines: far more than any hospital has
_LONGEST_STAY: Final = 3_650  # days
ONE_SERVICE: Final = ""
"""Key for the study's only service of beds, where an option names only sites."""


def _by_service(given: object) -> object:
    """Return beds by service and site; sites without a service have the key `ONE_SERVICE`."""
    if not isinstance(given, Mapping) or not given:
        return given
    without_service = {
        site: number for site, number in given.items() if not isinstance(number, Mapping)
    }
    by_service = {name: sites for name, sites in given.items() if isinstance(sites, Mapping)}
    # Later checks, which know the study's services, decide whether it may leave out the service.
    whole = {**by_service, ONE_SERVICE: without_service} if without_service else by_service
    bad = [
        f"{what} at {site} is {number!r}; give a whole number from 0 to {_MOST_AT_A_SITE:,}"
        for service, sites in whole.items()
        for what in [f"{service}: the number" if service else "the number"]
        for site, number in sites.items()
        if not _is_whole(number)
    ]
    if bad:
        raise ValueError("\n".join(bad))
    return whole


def _is_whole(number: object) -> bool:
    if isinstance(number, bool) or not isinstance(number, int):
        return False
    return 0 <= number <= _MOST_AT_A_SITE


WholeNumbers = Annotated[dict[str, dict[str, int]], BeforeValidator(_by_service)]


class TargetConfig(Part):
    """What may happen to an admission: one of `loss`, `delay` (with `wait_days`), `overflow`.

    `loss` is the share that finds no bed, `delay` the share that waits longer than `wait_days`,
    `overflow` the share of days with more patients than beds.
    """

    loss: Chance | None = None
    delay: Chance | None = None
    overflow: Chance | None = None
    wait_days: Positive = 0.0

    @model_validator(mode="after")
    def _one(self) -> Self:
        stated = [name for name in ("loss", "delay", "overflow") if getattr(self, name)]
        if len(stated) != 1:
            msg = f"a target is one of loss, delay, overflow; found {len(stated)}"
            raise ValueError(msg)
        if self.wait_days and not self.delay:
            msg = f"wait_days goes with delay; the target is {stated[0]}"
            raise ValueError(msg)
        return self

    def build(self) -> Target:
        """Return the target as the appraisal uses it."""
        if self.loss:
            return LossTarget(self.loss)
        if self.delay:
            return DelayTarget(self.delay, self.wait_days)
        return OverflowTarget(self.overflow or 0.0)


class BedsConfig(Part):
    """The `beds` of a service of delivery `bed`; what is left out is a parameter's default.

    Attributes
    ----------
    length_of_stay_days, stay_cv
        Mean days that an admission holds a bed, turnover included, and standard deviation over
        mean.
    stream
        `step_up` from home, or `step_down` from an acute bed.
    target
        What may happen to an admission.
    season
        Height of the yearly wave of admissions, as a share of their mean.
    closed_share
        Share of beds that are not open.
    share_women
        For what fixed beds for women and men would need; left out, that is not worked out.
    days_between_visits
        Days between two visits to one patient; journeys of visitors follow from it and the stay
        where the service states no `visits`.
    """

    length_of_stay_days: Annotated[float, Field(gt=0, le=_LONGEST_STAY)]
    stay_cv: Positive | None = None
    stream: Literal["step_up", "step_down"] = "step_up"
    target: TargetConfig | None = None
    season: Annotated[float, Field(ge=0, lt=1)] = 0.0
    closed_share: Annotated[float | None, Field(ge=0, lt=1)] = None
    share_women: Share | None = None
    days_between_visits: AboveZero = 1.0

    @property
    def visits(self) -> float:
        """Return the journeys of visitors for one admission."""
        return self.length_of_stay_days / self.days_between_visits

    def build(self, service: Service, parameters: Parameters) -> BedService:
        """Return the service as the appraisal of capacity uses it."""
        value = parameters.value
        cv = value("stay_cv") if self.stay_cv is None else self.stay_cv
        share = value("closed_share") if self.closed_share is None else self.closed_share
        return BedService(
            service.id,
            rates_by_age(service),
            Stay(self.length_of_stay_days, cv),
            self.target.build() if self.target else LossTarget(value("target_share")),
            self.stream,
            self.season,
            share,
        )


class RoundsConfig(Part):
    """A service whose teams drive rounds: minutes of care, visits a round, visits by two."""

    care_min: MinutesOfADay
    visits_a_round: Annotated[int, Field(ge=1, le=1_000)]
    pairs_share: Share = 0.0
    practice_factor: Annotated[float | None, Field(ge=1, le=10)] = None


class CrisisConfig(Part):
    """A service whose teams are called out: peak over mean, and the share to reach in time.

    Its rates are calls, without later visits to a patient, which are not urgent. `calls_by_hour`,
    in any unit, are the shares of calls in the hours on duty; the peak follows from them. The
    standard, the minutes before a team is sent and the hours of a job are those of the parameters
    unless given, as for reablement within 48 hours. `night_pairs` are pairs of staff at each base
    in the hours of the day in which teams are not on duty.
    """

    peak_factor: Annotated[float, Field(ge=1, le=100)] = 1.0
    share: Chance | None = None
    standard_min: AboveZero | None = None
    call_min: MinutesOfADay | None = None
    job_h: Annotated[float | None, Field(gt=0, le=168)] = None
    night_pairs: Annotated[int, Field(ge=0, le=1_000)] = 0
    calls_by_hour: Annotated[tuple[Positive, ...], Field(max_length=24)] = ()

    @model_validator(mode="after")
    def _one_peak(self) -> Self:
        if self.calls_by_hour and self.peak_factor != 1:
            msg = "peak_factor follows from calls_by_hour; leave it out"
            raise ValueError(msg)
        if self.calls_by_hour and not sum(self.calls_by_hour):
            msg = "calls_by_hour are all 0; some hour needs calls"
            raise ValueError(msg)
        return self


class RoomsConfig(Part):
    """A service given in rooms: minutes of one contact."""

    slot_min: Annotated[float, Field(ge=1, le=1_440)]


class MachinesConfig(Part):
    """Scans of a service: the share of its contacts that is a scan of each kind.

    `dna` is the share of slots whose patient does not attend; they are lost.
    """

    shares: Annotated[dict[Name, Share], Field(min_length=1)]
    dna: Annotated[float, Field(ge=0, lt=1)] = 0.0


class BedMove(Part):
    """Beds that an option moves: from where, to where, how many, of which service."""

    # A manifest has from_, a study file from.
    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)

    service: Name | None = None
    from_: Annotated[str, Field(alias="from")]
    to: str
    beds: Annotated[int, Field(ge=1)]


class WorksConfig(Part):
    """Building works of an option at a site, in the year that pays for them.

    `projects` are shares of the capital by kind of project of the table of optimism bias.
    """

    site: str
    kind: Literal["new", "extend", "refurbish"]
    area_m2: AboveZero
    year: Year
    projects: dict[Name, Share] = Field(default_factory=lambda: {"non_standard_buildings": 1.0})
    equipment_gbp: Positive = 0.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self.build("")
        return self

    def build(self, option: str) -> Works:
        """Return the works as the appraisal uses them."""
        return Works(
            option,
            self.site,
            self.kind,
            self.area_m2,
            self.year,
            dict(self.projects),
            self.equipment_gbp,
        )


class DisposalConfig(Part):
    """A site that an option sells: when, for how much, and what clearing it costs."""

    site: str
    year: Year
    receipt_gbp: Positive = 0.0
    clearing_gbp: Positive = 0.0


class CapacityConfig(Part):
    """The `[capacity]` table of a study file; all of it may be left out.

    Attributes
    ----------
    projections, variant
        The file of people by year, and which variant of it; `embedded` names what travels with
        llrgeo.
    ageing
        Whether people growing old where they live are worked out beside constant shares.
    parameters
        The study's own values of the parameters in `data/capacity`: headroom, hours of rooms.
    rounds, crisis, rooms, machines
        Services of teams, of rooms and of scans, by id.
    drawn_rounds
        Whether days of few visits are simulated and their rounds solved, besides the formula.
    pools
        Services of beds that share them, a step-up and a step-down one, by the pool's name.
    choices
        How many of the nearest wards may take a patient; 1 is no transfer.
    estate
        The table of the estate; without it there are no figures of buildings.
    housing, new_homes_ages
        The file of new homes by area and year, and the share of their people in each age band;
        left out, they are as old as the study's residents.
    age_rates
        The file of rates by single year of age and sex, for services whose use was counted so.
    projections_source, beds_source
        Whose the projections, and the numbers of beds at sites, are: printed beside them.
    """

    projections: str = "embedded"
    variant: str = ""
    ageing: bool = True
    parameters: dict[Name, float] = Field(default_factory=dict)
    rounds: dict[Name, RoundsConfig] = Field(default_factory=dict)
    drawn_rounds: Annotated[bool, Field(exclude_if=not_)] = False
    crisis: dict[Name, CrisisConfig] = Field(default_factory=dict)
    rooms: dict[Name, RoomsConfig] = Field(default_factory=dict)
    machines: dict[Name, MachinesConfig] = Field(default_factory=dict)
    pools: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    choices: Annotated[int, Field(ge=1, le=50)] = 2
    estate: str = ""
    housing: str = ""
    new_homes_ages: dict[AgeBand, Share] = Field(default_factory=dict)
    age_rates: str = ""
    projections_source: Annotated[str, Field(exclude_if=not_)] = ""
    beds_source: str = ""

    @model_validator(mode="after")
    def _ages(self) -> Self:
        if self.new_homes_ages and not self.housing:
            msg = "new_homes_ages goes with housing, a file of new homes by area and year"
            raise ValueError(msg)
        whole = sum(self.new_homes_ages.values())
        if self.new_homes_ages and not math.isclose(whole, 1, abs_tol=1e-6):
            msg = f"new_homes_ages add up to {whole:g}; shares of all people add up to 1"
            raise ValueError(msg)
        return self

    @property
    def scans_by_kind(self) -> dict[str, tuple[str, ...]]:
        """Return the services with scans of each kind of machine."""
        found: dict[str, list[str]] = {}
        for service, scans in self.machines.items():
            for kind in scans.shares:
                found.setdefault(kind, []).append(service)
        return {kind: tuple(services) for kind, services in found.items()}

    def files(self, folder: Path) -> dict[str, Path]:
        """Return the paths of all files that are read, by the key that names each."""
        named = {
            "projections": self.projections,
            "estate": self.estate,
            "housing": self.housing,
            "age_rates": self.age_rates,
        }
        # Files of defaults decide figures too: the manifest needs their checksums.
        own = {
            key: embedded(f"{key}.csv") if name == "embedded" else folder / name
            for key, name in named.items()
            if name
        }
        defaults = {f"capacity {kind}": embedded(f"capacity/{kind}.csv") for kind in _DEFAULTS}
        return {**own, **defaults}


def is_unset(value: object) -> bool:
    """Return whether a value is unset, so that the record of a run leaves it out."""
    return value is None or value in ((), {}, CapacityConfig())
