"""Capacity places: beds and rooms of each option by service and site, as options change them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.study.capacity_config import ONE_SERVICE
from llrgeo.study.option_config import OptionConfig

ByService = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class BedsAndRooms:
    """Beds and rooms of one option, by service (or pool of beds) and site."""

    beds: ByService = field(default_factory=dict)
    rooms: ByService = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The services of beds and of rooms of a study, and which services share the beds of a pool."""

    beds: tuple[str, ...]
    rooms: tuple[str, ...]
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def members(self, name: str) -> tuple[str, ...]:
        """Return the services that use the beds stated under a name."""
        return self.pools.get(name, (name,))

    def sites_of(self, name: str, option: Option) -> frozenset[str]:
        """Return the sites that run one of these services."""
        runs = (option.sites.get(member, frozenset()) for member in self.members(name))
        return frozenset().union(*runs)


def moved_sites(
    before: BedsAndRooms, config: OptionConfig, start: Option, kinds: Kinds
) -> tuple[dict[str, set[str]], dict[str, set[str]], list[str]]:
    """Return where moving beds opens and closes a service, and what is wrong with the moves.

    A site that all beds leave closes; one that had none opens.
    """
    opens: dict[str, set[str]] = {}
    closes: dict[str, set[str]] = {}
    faults = []
    stated = _stated(before.beds, config.beds, kinds.beds)
    # Moves are made one after the other, on what those before them have left.
    left = {name: dict(sites) for name, sites in stated.items()}
    for move in config.moves_beds:
        service = move.service or kinds.beds[0]
        here, sites = start.sites.get(service, frozenset()), left.setdefault(service, {})
        have = sites.get(move.from_)
        if have is None or have < move.beds:
            known = "no stated beds" if have is None else f"{have}"
            faults.append(f"moves_beds: {move.from_} has {known}; {move.beds} cannot leave it")
            continue
        sites[move.from_] = have - move.beds
        sites[move.to] = sites.get(move.to, 0) + move.beds
        if sites[move.from_] == 0 and move.from_ in here:
            closes.setdefault(service, set()).add(move.from_)
        if move.to not in here:
            opens.setdefault(service, set()).add(move.to)
    return opens, closes, faults


def closed_services(config: OptionConfig, start: Option) -> tuple[dict[str, set[str]], list[str]]:
    """Return every service that runs at the sites to close, and the sites that run nothing."""
    closes: dict[str, set[str]] = {}
    faults = []
    moved = {service: set(pairs) for service, pairs in config.moves.items()}
    for site in config.closes_site:
        running = [service for service, ids in start.sites.items() if site in ids]
        if not running:
            faults.append(f"closes_site: nothing runs at {site}")
        for service in running:
            if site not in moved.get(service, set()):
                closes.setdefault(service, set()).add(site)
    return closes, faults


def moved_beds_and_rooms(
    before: BedsAndRooms, config: OptionConfig, option: Option, kinds: Kinds
) -> tuple[BedsAndRooms, list[str]]:
    """Return beds and rooms after an option's changes, and what is wrong with them.

    Beds and rooms go with a service that moves from one site to another, and close where it
    closes; then what the option states holds; then its moves of beds.
    """
    faults = []
    changed = {}
    for key, given, known in (
        ("beds", config.beds, kinds.beds),
        ("rooms", config.rooms, kinds.rooms),
    ):
        old: ByService = getattr(before, key)
        table = {name: _carried(sites, config, kinds.members(name)) for name, sites in old.items()}
        # In this order: what moves with services, what the option states, its moves of beds.
        new = {name: dict(sites) for name, sites in _stated(table, given, known).items()}
        if key == "beds":
            _move(new, config, kinds)
        for service, sites in new.items():
            here = kinds.sites_of(service, option)
            stated = set(given.get(service, given.get(ONE_SERVICE, {})))
            strange = sorted(stated - here)
            if strange:
                faults.append(f"{key}: {service} does not run at {', '.join(strange)}")
            new[service] = {site: number for site, number in sites.items() if site in here}
        changed[key] = new
    return BedsAndRooms(changed["beds"], changed["rooms"]), faults


def places_table(
    places: Mapping[str, BedsAndRooms], options: tuple[Option, ...], kinds: Kinds
) -> pd.DataFrame:
    """Return beds and rooms of all options: a row a site that has either; NaN is not stated."""
    rows = []
    for option in options:
        of_option = places[option.name]
        for service in dict.fromkeys([*of_option.beds, *of_option.rooms]):
            beds, rooms = of_option.beds.get(service, {}), of_option.rooms.get(service, {})
            known = kinds.sites_of(service, option)
            rows += [
                (option.name, service, site, beds.get(site, np.nan), rooms.get(site, np.nan))
                for site in sorted({*beds, *rooms} & known)
            ]
    table = pd.DataFrame(rows, columns=["option", "service", "site_id", "beds", "rooms"])
    return table.astype({"beds": float, "rooms": float})


def _stated(
    old: ByService, given: ByService, known: tuple[str, ...]
) -> dict[str, Mapping[str, int]]:
    """Return what was there with what an option states; sites alone are of the one service."""
    named = {(name or next(iter(known), "")): sites for name, sites in given.items()}
    return {
        service: {**old.get(service, {}), **named.get(service, {})}
        for service in dict.fromkeys([*old, *named])
    }


def _carried(
    sites: Mapping[str, int], config: OptionConfig, members: tuple[str, ...]
) -> dict[str, int]:
    """Return beds or rooms after the service moved: they go with it."""
    pairs = {a: b for service in members for a, b in config.moves.get(service, {}).items()}
    found: dict[str, int] = {}
    for site, number in sites.items():
        to = pairs.get(site, site)
        found[to] = found.get(to, 0) + number
    return found


def _move(table: dict[str, dict[str, int]], config: OptionConfig, kinds: Kinds) -> None:
    for move in config.moves_beds:
        sites = table.setdefault(move.service or kinds.beds[0], {})
        if sites.get(move.from_, 0) >= move.beds:
            sites[move.from_] -= move.beds
            sites[move.to] = sites.get(move.to, 0) + move.beds
