"""Faults in the capacity sections of a study file, reported before any table is read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, Protocol

from llrgeo.schema import name_some
from llrgeo.study.sections.appraisal import AppraisalConfig
from llrgeo.study.sections.capacity import ONE_SERVICE, CapacityConfig
from llrgeo.study.sections.options import OptionConfig
from llrgeo.study.sections.services import ServiceConfig

_KEYS_OF_OPTIONS: Final = ("beds", "moves_beds", "rooms", "machines", "works", "disposals")


class Study(Protocol):
    """The parts of a study file that capacity depends on."""

    @property
    def years(self) -> tuple[int, ...]:
        """The years, the base first."""

    @property
    def appraisal(self) -> AppraisalConfig:
        """The table [appraisal]."""

    @property
    def capacity(self) -> CapacityConfig:
        """The table [capacity]."""

    @property
    def services(self) -> tuple[ServiceConfig, ...]:
        """The services."""

    @property
    def options(self) -> tuple[OptionConfig, ...]:
        """The options."""


def capacity_faults(study: Study) -> list[str]:
    """Return the faults of years, of the table [capacity], and of the capacity of options."""
    faults = [*_year_faults(study), *_service_faults(study)]
    for option in study.options:
        faults += [f"option '{option.id}': {fault}" for fault in _option_faults(study, option)]
    return faults


def _year_faults(study: Study) -> Iterator[str]:
    if any(later <= earlier for earlier, later in pairwise(study.years)):
        yield f"years: {', '.join(map(str, study.years))} do not rise"
    if study.years and study.appraisal.growth:
        yield (
            "years: appraisal.growth says the same in another way; leave it out, growth then "
            "follows from the projection"
        )
    if study.years:
        return
    stating = [f"option '{option.id}'" for option in study.options if _states_capacity(option)]
    if stating or study.capacity != CapacityConfig():
        where = name_some(stating) if stating else "the table [capacity]"
        yield f"years: missing, and {where} speaks of capacity; add such as years = [2026, 2036]"


def _service_faults(study: Study) -> Iterator[str]:
    """Yield a fault for services of [capacity] that are unknown, or delivered in another way."""
    config = study.capacity
    delivered = {service.id: service.delivery for service in study.services}
    sections = (
        ("rounds", config.rounds, "team"),
        ("crisis", config.crisis, "team"),
        ("rooms", config.rooms, "patient"),
        ("machines", config.machines, "patient"),
    )
    for key, services, delivery in sections:
        for name in services:
            if delivered.get(name, "") != delivery:
                known = [service for service, how in delivered.items() if how == delivery]
                yield (
                    f"capacity.{key}: '{name}' is no service of delivery {delivery}; "
                    f"there are {name_some(known) or 'none'}"
                )
    both = sorted(set(config.rounds) & set(config.crisis))
    if both:
        yield f"capacity: {name_some(both)} cannot drive rounds and be called out at once"
    yield from _pool_faults(config, delivered)


def _pool_faults(config: CapacityConfig, delivered: Mapping[str, str]) -> Iterator[str]:
    """Yield a fault for pools that no services of beds share, or that share a service."""
    for pool, members in config.pools.items():
        strange = [service for service in members if delivered.get(service) != "bed"]
        if strange:
            yield f"capacity.pools: '{pool}' shares beds of {name_some(strange)}, no beds"
        elif pool in delivered:
            yield f"capacity.pools: '{pool}' is a service; give the pool a name of its own"
    every = Counter(service for members in config.pools.values() for service in members)
    twice = sorted(service for service, count in every.items() if count > 1)
    if twice:
        yield f"capacity.pools: {name_some(twice)} can share the beds of one pool alone, once"


def _option_faults(study: Study, option: OptionConfig) -> Iterator[str]:
    """Yield faults of an option's beds, rooms, machines, moves of beds and disposals."""
    beds = [service.id for service in study.services if service.delivery == "bed"]
    pools = list(study.capacity.pools)
    # Services that share beds state them together, under the name of their pool.
    for key, given, known in (
        ("beds", option.beds, [*beds, *pools]),
        ("rooms", option.rooms, list(study.capacity.rooms)),
        ("machines", option.machines, list(study.capacity.scans_by_kind)),
    ):
        named = "kind of machine" if key == "machines" else "service"
        for service in given:
            if service == ONE_SERVICE and len(known) != 1:
                yield f"{key}: name the {named}; there are {name_some(known) or 'none'}"
            elif service != ONE_SERVICE and service not in known:
                yield f"{key}: '{service}' has no {key}; there are {name_some(known) or 'none'}"
    for move in option.moves_beds:
        if move.service is None and len(beds) != 1:
            yield f"moves_beds: name the service; there are {name_some(beds) or 'none'}"
        elif move.service is not None and move.service not in [*beds, *pools]:
            there = name_some([*beds, *pools]) or "none"
            yield f"moves_beds: '{move.service}' has no beds; there are {there}"
        if move.from_ == move.to:
            yield f"moves_beds: from {move.from_} to {move.to} moves nothing"
    sold = Counter(disposal.site for disposal in option.disposals)
    if twice := sorted(site for site, count in sold.items() if count > 1):
        yield f"disposals: {name_some(twice)} is sold more than once"


def _states_capacity(option: OptionConfig) -> bool:
    return any(getattr(option, key) for key in _KEYS_OF_OPTIONS)
