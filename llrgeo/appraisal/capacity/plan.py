"""Capacity plan: what a study says of beds, rooms, teams and estate, before it is appraised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.estate import CapitalRates, Works, WorksKind
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.projections import PeopleBounds
from llrgeo.appraisal.capacity.round_travel import RoundsForm
from llrgeo.appraisal.capacity.setting import (
    CrisisService,
    MachineService,
    RoomService,
    RoundService,
    WaysBetweenHomes,
    round_forms,
)
from llrgeo.appraisal.capacity.years import RateFactors, rates_of_year

CENTRAL: Final = "constant_shares"
SCENARIOS: Final = (CENTRAL, "ageing_in_place")
"""How people of an authority are shared out to its areas: as today, or as they grow old there."""


@dataclass(frozen=True, slots=True)
class ServicePlans:
    """The services whose capacity is appraised, and the pools of beds that some of them share."""

    beds: Sequence[BedService] = ()
    rooms: Sequence[RoomService] = ()
    machines: Sequence[MachineService] = ()
    rounds: Sequence[RoundService] = ()
    crisis: Sequence[CrisisService] = ()
    pools: Mapping[str, Sequence[str]] = field(default_factory=dict)
    share_women: Mapping[str, float] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """Return the ids of all of them, each once."""
        kinds = (self.beds, self.rooms, self.machines, self.rounds, self.crisis)
        return list(dict.fromkeys(service.id for services in kinds for service in services))


@dataclass(frozen=True, slots=True)
class EstatePlan:
    """What is known of the estate, and what options do with it.

    Attributes
    ----------
    estate
        On `site_id`, as `read_estate` returns it.
    works
        Building works by option.
    disposals
        `option`, `site_id`, `year`, `receipt_gbp`, `clearing_gbp`.
    bias
        The table of optimism bias.
    """

    estate: pd.DataFrame
    works: Sequence[Works]
    disposals: pd.DataFrame
    bias: pd.DataFrame

    def capital_rates(self, parameters: Parameters) -> CapitalRates:
        """Return what works cost by the parameters."""
        kinds: tuple[WorksKind, ...] = ("new", "extend", "refurbish")
        return CapitalRates(
            {kind: parameters.value(f"capital_{kind}_gbp_m2") for kind in kinds},
            fees_share=parameters.value("fees_share"),
            spread=parameters.value("capital_spread"),
            bias=self.bias,
            mitigated=parameters.value("bias_mitigated"),
        )


@dataclass(frozen=True, slots=True)
class PlanProvenance:
    """Whose the people and the beds of a plan are.

    Attributes
    ----------
    people
        Whose projection it is.
    official
        Whether that is a body that publishes official statistics.
    beds
        Where the numbers of beds at sites are from; empty if the study does not say.
    """

    people: str = ""
    official: bool = False
    beds: str = ""


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """What a study says of the capacity of its options.

    Attributes
    ----------
    people
        By scenario (`SCENARIOS`) and year: areas by age bands. The first year is the base.
    projected
        By year: people of all authorities of the study by age band, which areas add up to.
    services
        The services that are appraised.
    places
        What sites have: `option`, `service` (or pool, or kind of machine), `site_id`, `beds`,
        `rooms`, `machines`, `reserved`; NaN is not stated.
    parameters
        Defaults and the study's own values.
    estate
        The estate; None if the study names none.
    roads
        Ways between homes, for rounds; None leaves rounds out.
    choices
        How many of the nearest wards may take a patient.
    provenance
        Whose people and beds these are.
    bounds
        By year: fewest and most people of all variants of the projection; none of a single one.
    rate_factors
        How rates of bands move with the ages and sexes within them, by service.
    """

    people: Mapping[str, Mapping[int, pd.DataFrame]]
    projected: Mapping[int, pd.Series]
    services: ServicePlans
    places: pd.DataFrame
    parameters: Parameters
    estate: EstatePlan | None = None
    roads: WaysBetweenHomes | None = None
    choices: int = 1
    provenance: PlanProvenance = field(default_factory=PlanProvenance)
    bounds: PeopleBounds = field(default_factory=dict)
    rate_factors: RateFactors = field(default_factory=dict)

    @property
    def years(self) -> list[int]:
        """Return the years, rising."""
        return sorted(self.people[CENTRAL])

    @property
    def base_year(self) -> int:
        """Return the first year."""
        return self.years[0]

    @property
    def round_forms(self) -> dict[str, RoundsForm]:
        """Return how the rounds of each service that drives them are driven."""
        return round_forms(self.services.rounds, self.parameters, self.roads)

    def rates_in(self, rates: pd.Series, year: int) -> pd.Series:
        """Return rates of the first year, named after their service, as they are in a year."""
        return rates_of_year(
            rates,
            (self.base_year, year),
            health_gain_years=self.parameters.value("health_gain_years"),
            factors=self.rate_factors,
        )
