"""Beds, rooms and machines of each option by site, as options change them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from llrgeo.appraisal.capacity.allocated_uses import STATED, Stated
from llrgeo.appraisal.options import Option
from llrgeo.schema import name_some
from llrgeo.study.sections.capacity import ONE_SERVICE
from llrgeo.study.sections.options import OptionConfig

ByService = Mapping[str, Mapping[str, int]]


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
    """The services of beds and of rooms of a study, and services that share beds or machines.

    `pools` has the services that share the beds of a pool, `machines` those with scans of a kind.
    """

    beds: tuple[str, ...]
    rooms: tuple[str, ...]
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    machines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, what: Stated) -> tuple[str, ...]:
        """Return the names that beds, rooms or machines may be stated under."""
        return tuple(self.machines) if what == "machines" else getattr(self, what)

    def members(self, what: Stated, name: str) -> tuple[str, ...]:
        """Return the services that use the beds, rooms or machines stated under a name."""
        shared = self.machines if what == "machines" else self.pools
        return shared.get(name, (name,))

    def sites_of(self, what: Stated, name: str, option: Option) -> frozenset[str]:
        """Return the sites that run one of these services."""
        runs = (option.sites.get(member, frozenset()) for member in self.members(what, name))
        return frozenset().union(*runs)


def moved_sites(
    before: PlaceCapacity, config: OptionConfig, start: Option, kinds: Kinds
) -> tuple[dict[str, set[str]], dict[str, set[str]], list[str]]:
    """Return the sites that moves of beds open and close by service, and faults of the moves.

    A site that all beds leave closes; one that had none opens.
    """
    opens: dict[str, set[str]] = {}
    closes: dict[str, set[str]] = {}
    left, faults = _left_by_moves(before, config, start, kinds)
    # Stated counts is where beds are after the last move: they may leave a site and others come.
    for name in dict.fromkeys(move.service or kinds.beds[0] for move in config.moves_beds):
        moves = [move for move in config.moves_beds if (move.service or kinds.beds[0]) == name]
        sites = left.get(name, {})
        filled = {move.to for move in moves if sites.get(move.to)}
        emptied = {move.from_ for move in moves if sites.get(move.from_) == 0}
        # Beds of a pool belong to each of its services.
        for member in kinds.members("beds", name):
            moved = config.moves.get(member, {})
            leaves = filled & {*moved, *config.closes.get(member, ())}
            faults += [
                f"moves_beds: beds come to {site}, and {member} leaves it"
                for site in sorted(leaves)
            ]
            here = start.sites.get(member, frozenset())
            opens[member] = filled - here - set(moved.values())
            closes[member] = emptied & here
    return opens, closes, faults


def _left_by_moves(
    before: PlaceCapacity, config: OptionConfig, option: Option, kinds: Kinds
) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Return the beds of each site after all moves, and which moves there are no beds for."""
    faults = []
    left = _moved_and_stated("beds", before, config, option, kinds)
    # Moves are made one after the other, each on the result of those before.
    for move in config.moves_beds:
        sites = left.setdefault(move.service or kinds.beds[0], {})
        have = sites.get(move.from_)
        if have is None or have < move.beds:
            known = "no stated beds" if have is None else f"{have}"
            faults.append(f"moves_beds: {move.from_} has {known}; {move.beds} cannot leave it")
            continue
        sites[move.from_] = have - move.beds
        sites[move.to] = sites.get(move.to, 0) + move.beds
    return left, faults


def closed_services(config: OptionConfig, start: Option) -> tuple[dict[str, set[str]], list[str]]:
    """Return the sites to close by service, and faults such as sites that run nothing."""
    closes: dict[str, set[str]] = {}
    faults = []
    moved = {service: set(pairs) for service, pairs in config.moves.items()}
    arriving = {move.to for move in config.moves_beds}
    arriving |= {to for pairs in config.moves.values() for to in pairs.values()}
    arriving |= {site for sites in config.opens.values() for site in sites}
    for site in config.closes_site:
        # Beds or services that move to a closing site would silently be lost.
        if site in arriving:
            faults.append(f"closes_site: {site} closes, and beds or services come to it")
            continue
        running = [service for service, ids in start.sites.items() if site in ids]
        if not running:
            faults.append(f"closes_site: nothing runs at {site}")
        for service in running:
            # A service that moves to another site is closed here by its move.
            if site not in moved.get(service, set()):
                closes.setdefault(service, set()).add(site)
    return closes, faults


def moved_capacity(
    before: PlaceCapacity, config: OptionConfig, option: Option, kinds: Kinds
) -> tuple[PlaceCapacity, list[str]]:
    """Return beds, rooms and machines after an option's changes, and their faults.

    They move with a service from one site to another, and close where it closes; then the numbers
    that the option states replace them; then its moves of beds apply.
    """
    faults: list[str] = []
    changed: dict[Stated, ByService] = {}
    for what in STATED:
        # In this order: what moves with services, what the option states, its moves of beds.
        new = _moved_and_stated(what, before, config, option, kinds)
        if what == "beds":
            new, unmoved = _left_by_moves(before, config, option, kinds)
            faults += unmoved
        faults += _place_faults(what, before, config, option, kinds)
        # Capacity at a site that no longer runs the service is dropped; it is only a fault if the
        # option itself states it.
        changed[what] = {
            name: {
                site: number
                for site, number in sites.items()
                if site in kinds.sites_of(what, name, option)
            }
            for name, sites in new.items()
        }
    return PlaceCapacity(**changed), faults


def _place_faults(
    what: Stated, before: PlaceCapacity, config: OptionConfig, option: Option, kinds: Kinds
) -> Iterator[str]:
    """Yield what is stated where nothing runs, and what is not stated where services part."""
    old: ByService = getattr(before, what)
    given: ByService = getattr(config, what)
    for name in dict.fromkeys(
        [*old, *(each or next(iter(kinds.names(what)), "") for each in given)]
    ):
        members = kinds.members(what, name)
        stated = set(given.get(name, given.get(ONE_SERVICE, {})))
        if without := sorted(stated - kinds.sites_of(what, name, option)):
            yield f"{what}: {' or '.join(members)} does not run at {', '.join(without)}"
        for site in old.get(name, {}):
            places = _parted(site, config, option, members)
            if places - stated:
                where = name_some(sorted(places))
                yield f"{what}: services that share {name} at {site} part; state those at {where}"


def places_table(
    places: Mapping[str, PlaceCapacity], options: tuple[Option, ...], kinds: Kinds
) -> pd.DataFrame:
    """Return beds, rooms and machines of all options; NaN is not stated.

    One row for each site with beds or rooms of a service, or machines of a kind.
    """
    rows = [
        {"option": option.name, "service": name, "site_id": site, what: sites[site]}
        for option in options
        for what in STATED
        for name, sites in getattr(places[option.name], what).items()
        for site in sorted(set(sites) & kinds.sites_of(what, name, option))
    ]
    table = pd.DataFrame(rows, columns=["option", "service", "site_id", *STATED])
    return table.astype(dict.fromkeys(STATED, float))


def _stated(
    old: ByService, given: ByService, known: tuple[str, ...]
) -> dict[str, Mapping[str, int]]:
    """Return earlier numbers updated by an option's; the only service may be left out."""
    named = {(name or next(iter(known), "")): sites for name, sites in given.items()}
    return {
        service: {**old.get(service, {}), **named.get(service, {})}
        for service in dict.fromkeys([*old, *named])
    }


def _moved_and_stated(
    what: Stated, before: PlaceCapacity, config: OptionConfig, option: Option, kinds: Kinds
) -> dict[str, dict[str, int]]:
    """Return beds, rooms or machines by site: those that moved with services, then those stated."""
    old: ByService = getattr(before, what)
    table = {
        name: _carried(sites, config, option, kinds.members(what, name))
        for name, sites in old.items()
    }
    stated = _stated(table, getattr(config, what), kinds.names(what))
    return {name: dict(sites) for name, sites in stated.items()}


def _carried(
    sites: Mapping[str, int], config: OptionConfig, option: Option, members: tuple[str, ...]
) -> dict[str, int]:
    """Return beds, rooms or machines by site after moves of their services, which take them along.

    Those of a site that some of the services leave and others do not stay: the option has to state
    how they are divided.
    """
    found: dict[str, int] = {}
    for site, number in sites.items():
        targets = _targets(site, config, members)
        parted = _parted(site, config, option, members)
        to = site if parted else next(iter(targets), site)
        found[to] = found.get(to, 0) + number
    return found


def _targets(site: str, config: OptionConfig, members: tuple[str, ...]) -> set[str]:
    """Return where services of a site move to."""
    moved = [config.moves.get(member, {}) for member in members]
    return {pairs[site] for pairs in moved if site in pairs}


def _parted(site: str, config: OptionConfig, option: Option, members: tuple[str, ...]) -> set[str]:
    """Return the sites at which services are that shared something at one site; none unless many.

    Only a service that moves takes something along.
    """
    places = _targets(site, config, members)
    stay = [
        member
        for member in members
        if site in option.sites.get(member, frozenset())
        and site not in config.moves.get(member, {})
    ]
    if places and stay:
        places.add(site)
    return places if len(places) > 1 else set()
