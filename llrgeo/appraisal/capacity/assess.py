"""Assess capacity: whether the places of each option cope, now and in later years.

One entry takes plain frames and returns plain frames, one for each question that is published.
"""

from dataclasses import dataclass

import pandas as pd

from llrgeo.appraisal.capacity.bed_evidence import (
    beds_as_a_whole,
    beds_by_site,
    beds_needed_range,
    check_base_year,
)
from llrgeo.appraisal.capacity.overflow_evidence import OverflowRules, overflow
from llrgeo.appraisal.capacity.rooms import machine_table, room_hours_of, room_table
from llrgeo.appraisal.capacity.setting import CapacitySetting, check_setting
from llrgeo.appraisal.capacity.team_evidence import response_to_crises, rounds_by_base
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
        By option, service, kind, site and year (`machines_by_site`).
    rounds
        By option, service, base and year (`rounds_by_base`).
    crisis
        By option, service and year (`response_to_crises`).
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


def assess_capacity(setting: CapacitySetting, rules: OverflowRules) -> CapacityEvidence:
    """Return whether beds, rooms and teams of each option cope.

    Raises
    ------
    InputError
        If the setting does not fit together (`check_setting`), or in the base year a load is not
        below the beds of a service that refuses nobody.
    """
    check_setting(setting)
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
    )


def rooms_by_site(setting: CapacitySetting) -> pd.DataFrame:
    """Return whether rooms suffice, by option, service, site and year."""
    hours = room_hours_of(setting.parameters)
    demand = {service.id: setting.demand_by_year(service.rates) for service in setting.rooms}
    parts = []
    for option in setting.options:
        for service in setting.rooms:
            shares = setting.shares(option, service.id)
            rooms = setting.stated(option, service.id, "rooms")
            tables = []
            for year, of_areas in demand[service.id].items():
                # Contacts of areas times the share of each that goes to a
                # site; sites that nobody goes to have 0.
                contacts = of_areas @ shares
                contacts = contacts.reindex(rooms.index, fill_value=0.0)
                table = room_table(contacts, rooms, hours, slot_min=service.slot_min)
                table = table.rename_axis("site_id").reset_index()
                tables.append(table.assign(option=option, service=service.id, year=year))
            whole = pd.concat(tables, ignore_index=True)
            needed = whole.pivot(index="site_id", columns="year", values="rooms_needed")
            # The first year in which what is stated does not suffice; blank where it always does.
            first = first_year_short(needed, rooms)
            parts.append(whole.assign(first_year_short=whole["site_id"].map(first)))
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    keys_first = ["option", "service", "site_id", "year"]
    return found[[*keys_first, *(name for name in found.columns if name not in keys_first)]]


def machines_by_site(setting: CapacitySetting) -> pd.DataFrame:
    """Return the machines that scans need, by option, service, kind, site and year.

    Columns: the keys; `scans` a year, `machines_needed`, and `use`, the share of their scans that
    they would make.
    """
    parts = []
    for option in setting.options:
        for service in setting.machines:
            shares = setting.shares(option, service.id)
            for year in sorted(setting.people):
                # Machines are not stated by site, so there is nothing that
                # they could be short of: the need alone.
                scans = setting.demand(service.rates, year) @ shares
                table = machine_table(scans, service.machine, dna=service.dna)
                keys = {"option": option, "service": service.id, "kind": service.kind}
                named = table.rename_axis("site_id").reset_index()
                parts.append(named.assign(**keys, year=year))
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    keys_first = ["option", "service", "kind", "site_id", "year"]
    return found[[*keys_first, *(name for name in found.columns if name not in keys_first)]]
