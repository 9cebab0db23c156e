"""Build the services of a study whose capacity is appraised: beds, rooms, machines and teams."""

from collections.abc import Mapping

import pandas as pd

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.plan import ServicePlans
from llrgeo.appraisal.capacity.setting import (
    CrisisService,
    MachineService,
    RoomService,
    RoundService,
)
from llrgeo.appraisal.demand import Service, rates_by_age
from llrgeo.inputs.capacity import read_capacity
from llrgeo.schema import name_some, raise_faults
from llrgeo.study.sections.capacity import BedsConfig, CapacityConfig


def build_services_plan(
    config: CapacityConfig,
    beds: Mapping[str, BedsConfig],
    services: Mapping[str, Service],
    parameters: Parameters,
) -> ServicePlans:
    """Return the services whose capacity is appraised.

    `beds` are those of the services of delivery `bed`, by id.
    """
    # A value that a service states has precedence over the parameter for all.
    value = parameters.value

    def rates(name: str) -> pd.Series:
        return rates_by_age(services[name])

    def used(name: str) -> pd.Series:
        return rates(name) * services[name].visits

    return ServicePlans(
        beds=[section.build(services[name], parameters) for name, section in beds.items()],
        rooms=[
            RoomService(name, used(name), section.slot_min)
            for name, section in config.rooms.items()
        ],
        machines=_machines(config, services),
        rounds=[
            RoundService(
                name,
                used(name),
                section.care_min,
                section.visits_a_round,
                section.pairs_share,
                section.practice_factor or value("practice_factor"),
            )
            for name, section in config.rounds.items()
        ],
        crisis=_crisis(config, services, parameters),
        pools={name: list(members) for name, members in config.pools.items()},
        share_women={
            name: section.share_women
            for name, section in beds.items()
            if section.share_women is not None
        },
    )


def _crisis(
    config: CapacityConfig, services: Mapping[str, Service], parameters: Parameters
) -> list[CrisisService]:
    """Return the services whose teams are called out."""
    hours = parameters.value("response_hours_a_day")
    faults = [
        f"capacity.crisis.{name}: calls_by_hour has {len(team.calls_by_hour)} hours; teams are on "
        f"duty for {hours:g} (response_hours_a_day)"
        for name, team in config.crisis.items()
        if team.calls_by_hour and len(team.calls_by_hour) != hours
    ]
    for name, team in config.crisis.items():
        # Values that the service leaves out are the parameters', so the two are compared here.
        call, within = (
            parameters.value(f"response_{key}") if stated is None else stated
            for key, stated in (("call_min", team.call_min), ("standard_min", team.standard_min))
        )
        if call > within:
            faults.append(
                f"capacity.crisis.{name}: call_min is {call:g}, longer than the standard of "
                f"{within:g} minutes"
            )
    raise_faults(faults, source="capacity")
    return [
        CrisisService(
            name,
            rates_by_age(services[name]),
            team.peak_factor,
            team.share or parameters.value("response_share"),
            *(team.standard_min, team.call_min, team.job_h),
            night_pairs=team.night_pairs,
            calls_by_hour=team.calls_by_hour,
        )
        for name, team in config.crisis.items()
    ]


def _machines(config: CapacityConfig, services: Mapping[str, Service]) -> list[MachineService]:
    """Return the scans of each service by kind of machine."""
    kinds = read_capacity("machines")
    unknown = sorted({kind for scans in config.machines.values() for kind in scans.shares})
    faults = [
        f"capacity.machines: no kind of machine '{kind}'; known are {name_some(kinds.index)}"
        for kind in unknown
        if kind not in kinds.index
    ]
    raise_faults(faults, source="capacity")
    # A service may need several kinds of machine, each for a share of its visits.
    return [
        MachineService(
            name,
            rates_by_age(services[name]) * services[name].visits * share,
            kind,
            pd.Series(kinds.loc[kind]),
            scanned.dna,
        )
        for name, scanned in config.machines.items()
        for kind, share in scanned.shares.items()
    ]
