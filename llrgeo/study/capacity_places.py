"""Capacity places: beds, rooms and machines of each option by site, as options change them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.study.sections.capacity import ONE_SERVICE
from llrgeo.study.sections.options import OptionConfig

ByService = Mapping[str, Mapping[str, int]]
What = Literal["beds", "rooms", "machines"]
WHAT: Final[tuple[What, ...]] = ("beds", "rooms", "machines")


@dataclass(frozen=True, slots=True)
class PlaceCapacity:
    """Beds, rooms and machines of one option by site.

    Beds are by service or pool of beds, rooms by service, machines by kind.
    """

    beds: ByService = field(default_factory=dict)
    rooms: ByService = field(default_factory=dict)
    machines: ByService = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The services of beds and of rooms of a study, and which services share what.

    `pools` has the services that share the beds of a pool, `machines` those with scans of a kind.
    """

    beds: tuple[str, ...]
    rooms: tuple[str, ...]
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    machines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, what: What) -> tuple[str, ...]:
        """Return the names that beds, rooms or machines may be stated under."""
        return tuple(self.machines) if what == "machines" else getattr(self, what)

    def members(self, what: What, name: str) -> tuple[str, ...]:
        """Return the services that use the beds, rooms or machines stated under a name."""
        shared = self.machines if what == "machines" else self.pools
        return shared.get(name, (name,))

    def sites_of(self, what: What, name: str, option: Option) -> frozenset[str]:
        """Return the sites that run one of these services."""
        runs = (option.sites.get(member, frozenset()) for member in self.members(what, name))
        return frozenset().union(*runs)


def moved_sites(
    before: PlaceCapacity, config: OptionConfig, start: Option, kinds: Kinds
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
        sites = left.setdefault(service, {})
        have = sites.get(move.from_)
        if have is None or have < move.beds:
            known = "no stated beds" if have is None else f"{have}"
            faults.append(f"moves_beds: {move.from_} has {known}; {move.beds} cannot leave it")
            continue
        sites[move.from_] = have - move.beds
        sites[move.to] = sites.get(move.to, 0) + move.beds
        # Beds of a pool are those of each of its services.
        for member in kinds.members("beds", service):
            here = start.sites.get(member, frozenset())
            if sites[move.from_] == 0 and move.from_ in here:
                closes.setdefault(member, set()).add(move.from_)
            if move.to not in here:
                opens.setdefault(member, set()).add(move.to)
    return opens, closes, faults


def closed_services(config: OptionConfig, start: Option) -> tuple[dict[str, set[str]], list[str]]:
    """Return every service that runs at the sites to close, and the sites that run nothing."""
    closes: dict[str, set[str]] = {}
    faults = []
    moved = {service: set(pairs) for service, pairs in config.moves.items()}
    arriving = {move.to for move in config.moves_beds}
    arriving |= {to for pairs in config.moves.values() for to in pairs.values()}
    for site in config.closes_site:
        # What comes to a site that closes would be lost without a word.
        if site in arriving:
            faults.append(f"closes_site: {site} closes, and beds or services move to it")
            continue
        running = [service for service, ids in start.sites.items() if site in ids]
        if not running:
            faults.append(f"closes_site: nothing runs at {site}")
        for service in running:
            # A service that moves to another site closes here by its move already.
            if site not in moved.get(service, set()):
                closes.setdefault(service, set()).add(site)
    return closes, faults


def moved_capacity(
    before: PlaceCapacity, config: OptionConfig, option: Option, kinds: Kinds
) -> tuple[PlaceCapacity, list[str]]:
    """Return beds, rooms and machines after an option's changes, and what is wrong with them.

    They go with a service that moves from one site to another, and close where it closes; then
    what the option states holds; then its moves of beds.
    """
    faults = []
    changed: dict[What, ByService] = {}
    for what in WHAT:
        old: ByService = getattr(before, what)
        given: ByService = getattr(config, what)
        table = {
            name: _carried(sites, config, kinds.members(what, name)) for name, sites in old.items()
        }
        # In this order: what moves with services, what the option states, its moves of beds.
        new = {
            name: dict(sites) for name, sites in _stated(table, given, kinds.names(what)).items()
        }
        if what == "beds":
            _move(new, config, kinds)
        for name, sites in new.items():
            here = kinds.sites_of(what, name, option)
            stated = set(given.get(name, given.get(ONE_SERVICE, {})))
            strange = sorted(stated - here)
            if strange:
                runs = " or ".join(kinds.members(what, name))
                faults.append(f"{what}: {runs} does not run at {', '.join(strange)}")
            # Capacity carried along to where nothing runs any more is dropped; only what the
            # option itself states there is a fault.
            new[name] = {site: number for site, number in sites.items() if site in here}
        changed[what] = new
    return PlaceCapacity(**changed), faults


def places_table(
    places: Mapping[str, PlaceCapacity], options: tuple[Option, ...], kinds: Kinds
) -> pd.DataFrame:
    """Return beds, rooms and machines of all options; NaN is not stated.

    A row a site with beds or rooms of a service, or machines of a kind.
    """
    rows = [
        {"option": option.name, "service": name, "site_id": site, what: sites[site]}
        for option in options
        for what in WHAT
        for name, sites in getattr(places[option.name], what).items()
        for site in sorted(set(sites) & kinds.sites_of(what, name, option))
    ]
    table = pd.DataFrame(rows, columns=["option", "service", "site_id", *WHAT])
    return table.astype(dict.fromkeys(WHAT, float))


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
