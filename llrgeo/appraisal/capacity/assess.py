"""Assess capacity: whether the places of each option cope, now and in later years.

One entry takes plain frames and returns plain frames, one for each question that is published.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.bed_evidence import (
    beds_as_a_whole,
    beds_by_site,
    beds_needed_range,
    check_base_year,
)
from llrgeo.appraisal.capacity.crisis_evidence import (
    crisis_by_teams,
    response_to_crises,
)
from llrgeo.appraisal.capacity.overflow_evidence import OverflowRules, overflow
from llrgeo.appraisal.capacity.rooms import machine_table, room_hours_of, room_table
from llrgeo.appraisal.capacity.setting import CapacitySetting, MachineService
from llrgeo.appraisal.capacity.setting_faults import check_setting
from llrgeo.appraisal.capacity.team_evidence import rounds_by_base
from llrgeo.appraisal.capacity.years import first_year_short


@dataclass(frozen=True, slots=True)
class CapacityEvidence:
    """What an appraisal of capacity finds; a table without a service of its kind is empty.

    Attributes
    ----------
    beds
        By option, service, site and year (`beds_by_site`).
    beds_as_a_whole
        By option, service and year (`bed_evidence.beds_as_a_whole`).
    beds_range
        Low, central and high beds needed, by option, service and year (`beds_needed_range`).
    overflow
        Who finds the own ward full in the base year, with intervals (`overflow_evidence`).
    placed
        Patients by area and the site they are placed in.
    rooms
        By option, service, site and year: those of `room_table`, and `first_year_short`.
    machines
        By option, kind, site and year (`machines_by_site`).
    rounds
        By option, service, base and year (`rounds_by_base`).
    crisis
        By option, service and year (`response_to_crises`).
    crisis_by_teams
        By option, service, hours and number of teams, in the base year (`crisis_by_teams`).
    crisis_by_hour
        By option, service, hour of the day and number of teams, in the base year.
    """

    beds: pd.DataFrame
    beds_as_a_whole: pd.DataFrame
    beds_range: pd.DataFrame
    overflow: pd.DataFrame
    placed: pd.DataFrame
    rooms: pd.DataFrame
    machines: pd.DataFrame
    rounds: pd.DataFrame
    crisis: pd.DataFrame
    crisis_by_teams: pd.DataFrame
    crisis_by_hour: pd.DataFrame


def assess_capacity(setting: CapacitySetting, rules: OverflowRules) -> CapacityEvidence:
    """Return whether beds, rooms and teams of each option cope.

    Raises
    ------
    InputError
        If the setting does not fit together (`check_setting`), or in the base year a load is not
        below the beds of a service that refuses nobody.
    """
    check_setting(setting)
    return find_evidence(setting, rules)


def find_evidence(setting: CapacitySetting, rules: OverflowRules) -> CapacityEvidence:
    """Return what `assess_capacity` does, of a setting that was checked.

    Raises
    ------
    InputError
        If in the base year a load is not below the beds of a service that refuses nobody.
    """
    check_base_year(setting)
    beds = beds_by_site(setting)
    measures, placed = overflow(setting, rules, year=setting.base_year)
    return CapacityEvidence(
        beds,
        beds_as_a_whole(setting, beds) if len(beds) else pd.DataFrame(),
        beds_needed_range(setting, beds) if len(beds) else pd.DataFrame(),
        measures,
        placed,
        rooms_by_site(setting),
        machines_by_site(setting),
        rounds_by_base(setting, seed=rules.seed),
        response_to_crises(setting),
        *crisis_by_teams(setting),
    )


def rooms_by_site(setting: CapacitySetting) -> pd.DataFrame:
    """Return whether rooms suffice, by option, service, site and year."""
    hours = room_hours_of(setting.parameters)
    demand = {service.id: setting.demand_by_year(service.rates) for service in setting.rooms}
    parts = []
    for option in setting.options:
        for service in setting.rooms:
            rooms = setting.stated(option, service.id, "rooms")
            # All years below one another; of areas' contacts those that go to the site.
            rows = pd.Index(np.tile(rooms.index.to_numpy(), len(demand[service.id])))
            contacts = [
                setting.uses.at_sites(option, service.id, of_areas, rooms.index)
                for of_areas in demand[service.id].values()
            ]
            table = room_table(
                pd.Series(np.concatenate(contacts), rows),
                pd.Series(np.tile(rooms.to_numpy(float), len(contacts)), rows),
                hours,
                slot_min=service.slot_min,
            )
            year = np.repeat(list(demand[service.id]), len(rooms))
            whole = table.rename_axis("site_id").reset_index()
            whole = whole.assign(option=option, service=service.id, year=year)
            needed = table["rooms_needed"].to_numpy().reshape(len(contacts), len(rooms)).T
            by_year = pd.DataFrame(needed, rooms.index, list(demand[service.id]))
            # The first year in which what is stated does not suffice; blank where it always does.
            first = first_year_short(by_year, rooms)
            parts.append(whole.assign(first_year_short=whole["site_id"].map(first)))
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    keys_first = ["option", "service", "site_id", "year"]
    return found[[*keys_first, *(name for name in found.columns if name not in keys_first)]]


def machines_by_site(setting: CapacitySetting) -> pd.DataFrame:
    """Return whether machines suffice, by option, kind, site and year.

    A machine is of a kind and a site: services with scans of the kind there share it.

    Columns: the keys; `scans` a year, those of `machine_table`, and `first_year_short`.
    """
    by_kind: dict[str, list[MachineService]] = {}
    for service in setting.machines:
        by_kind.setdefault(service.kind, []).append(service)
    parts = [
        _machines_of(setting, option, services)
        for option in setting.options
        for services in by_kind.values()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _machines_of(
    setting: CapacitySetting, option: str, services: list[MachineService]
) -> pd.DataFrame:
    """Return the machines of the kind that these services use, by site and year."""
    kind, machine = services[0].kind, services[0].machine
    ids = [service.id for service in services]
    machines = setting.stated(option, kind, "machines", used_by=ids)
    tables = []
    for year in sorted(setting.people):
        # Each service's contacts go to its own sites, and it has missed slots of its own.
        scans = [setting.demand(of.rates, year) @ setting.shares(option, of.id) for of in services]
        slots = [part / (1 - of.dna) for part, of in zip(scans, services, strict=True)]
        table = machine_table(_added(slots, machines.index), machines, machine)
        table.insert(0, "scans", _added(scans, machines.index))
        tables.append(table.rename_axis("site_id").reset_index().assign(year=year))
    whole = pd.concat(tables, ignore_index=True).assign(option=option, kind=kind)
    needed = whole.pivot(index="site_id", columns="year", values="machines_needed")
    first = first_year_short(needed, machines)
    keys = ["option", "kind", "site_id", "year"]
    return whole[[*keys, *(name for name in whole.columns if name not in keys)]].assign(
        first_year_short=whole["site_id"].map(first)
    )


def _added(parts: list[pd.Series], sites: pd.Index) -> pd.Series:
    """Return the sum of values by site; a site that a part does not name has none of it."""
    return pd.concat([part.reindex(sites, fill_value=0.0) for part in parts], axis=1).sum(axis=1)
