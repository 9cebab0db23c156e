"""Resolve options: what each takes over from the option it is based on, and what it changes."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

import pandas as pd

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.options import Option, option_faults, without_sites
from llrgeo.errors import ConfigError, InputError
from llrgeo.schema import list_faults, name_some
from llrgeo.study.capacity_places import (
    Kinds,
    PlaceCapacity,
    closed_services,
    moved_capacity,
    moved_sites,
)
from llrgeo.study.config import StudyConfig
from llrgeo.study.sections.options import OptionConfig

_LEAST_SIMILAR: Final = 0.7  # by difflib; ids of one trust's sites are always a little similar
_LOOKED_AT: Final = 3  # ids, and what each may be, that a message names
_SHORT: Final = 2  # letters that would be found in many names


def build_options(
    study: StudyConfig, sites: pd.DataFrame, *, left_out: Collection[str] = ()
) -> tuple[Option, ...]:
    """Resolve the study's options against its sites, including closed ones.

    Sites in `left_out` run no service under any option.

    Raises
    ------
    ConfigError
        If an option names a site that does not exist, is closed, or cannot host the service,
        closes or opens what it cannot, limits what it does not run, or leaves a service with no
        site; the message lists every fault.
    """
    resolved, _, faults = resolve_options(study)
    options = without_sites(resolved, left_out)
    services = [service.id for service in study.services]
    names = sites["services"].str.split(";")
    hosts = dict(zip(sites.index, zip(sites["status"], names, strict=True), strict=True))
    for option in options:
        faults += option_faults(option, services, sites.index)
        for service, site_ids in option.sites.items():
            faults += _site_faults(option.name, service, site_ids, hosts)
    if faults:
        message = list_faults(faults, source=study.source_name)
        named = {site for option in study.options for site in option.named_sites()}
        # The usual mistake is an id of another table, so the message names the table of sites.
        if unknown := sorted(named - set(sites.index)):
            message += ("\n" if len(faults) > 1 else ". ") + _where_ids_are(unknown, study, sites)
        raise ConfigError(message)
    return tuple(options)


def unchanged_notes(study: StudyConfig, options: Sequence[Option]) -> list[str]:
    """Return a note for each option that equals an earlier one, probably by a forgotten change.

    Beds, rooms, machines and works that an option states count as changes.
    """
    notes = []
    for place, (config, option) in enumerate(zip(study.options, options, strict=True)):
        what = (option.sites, option.shares, option.capacity)
        alike = [
            before.name
            for before in options[:place]
            if (before.sites, before.shares, before.capacity) == what
        ]
        if alike and not config.changes_room():
            notes.append(
                f"{study.source_name}: option '{option.name}' changes nothing: every service runs "
                f"where and as it does under '{alike[0]}'"
            )
    return notes


def estate_notes(study: StudyConfig, options: Sequence[Option]) -> list[str]:
    """Return what options say of buildings that does not go with where services run.

    A part of a site may be sold while its services stay, so that none of it is a fault.
    """
    notes = []
    by_id = {config.id: config for config in study.options}
    for config, option in zip(study.options, options, strict=True):
        where = f"{study.source_name}: option '{config.id}':"
        running = frozenset().union(*option.sites.values())
        sold = {disposal.site for disposal in config.disposals} & running
        bare = {work.site for work in config.works} - running
        if sold:
            notes.append(f"{where} {name_some(sorted(sold))}: sold, though services run there")
        if bare:
            notes.append(f"{where} {name_some(sorted(bare))}: works, though no service runs there")
        before = by_id.get(config.based_on or "", config)
        for key in ("works", "disposals"):
            if getattr(before, key) and not getattr(config, key):
                told = f"{where} {key} of '{before.id}' are not taken over by based_on"
                notes.append(f"{told}; state those that hold here too")
    return notes


def _where_ids_are(unknown: list[str], study: StudyConfig, sites: pd.DataFrame) -> str:
    """Return a sentence on where ids of sites are, and which of them may have been meant."""
    names = {str(id_): str(name) for id_, name in sites["name"].items()}
    meant = []
    for site in unknown[:_LOOKED_AT]:
        # `melton` is part of a name; `RT5PAA` is a mistyped id.
        words = re.sub(r"[\W_]+", " ", site.lower()).strip()
        named = [id_ for id_, name in names.items() if words in name.lower()]
        alike = get_close_matches(site, names, _LOOKED_AT, _LEAST_SIMILAR)
        likely = (named if len(words) > _SHORT else [])[:_LOOKED_AT] or alike
        meant += [f"'{site}' may be {id_} ({names[id_]})" for id_ in likely]
    where = f"Ids of sites are in column site_id of {study.path('sites')}"
    return f"{where}; {', '.join(meant)}" if meant else where


def resolve_options(study: StudyConfig) -> tuple[list[Option], dict[str, PlaceCapacity], list[str]]:
    """Return the options with what each takes over from another, and their faults.

    Returns
    -------
    tuple
        The options in their order, beds, rooms and machines of each by its id, and faults in words.
    """
    built: dict[str, Option] = {}
    places: dict[str, PlaceCapacity] = {}
    faults: list[str] = []
    kinds = kinds_of(study)
    for config in study.options:
        start = built[config.based_on] if config.based_on else Option(config.id, config.label, {})
        before = places[config.based_on] if config.based_on else PlaceCapacity()
        # Stated sites replace those taken over; changes then start from these.
        replaced = {service: frozenset(ids) for service, ids in config.sites.items()}
        start = replace(start, sites={**start.sites, **replaced})
        found: list[str] = []
        try:
            built[config.id], found = _changed(start, before, config, study)
        except InputError as error:
            faults.append(str(error))
            built[config.id] = start  # options based on it are still checked
        places[config.id], strange = moved_capacity(before, config, built[config.id], kinds)
        faults += [f"option '{config.id}': {fault}" for fault in dict.fromkeys([*found, *strange])]
    return list(built.values()), places, faults


def kinds_of(study: StudyConfig) -> Kinds:
    """Return the services of beds and of rooms of a study, its pools of beds and its machines."""
    capacity = study.capacity
    beds = [service.id for service in study.services if service.delivery == "bed"]
    return Kinds(tuple(beds), tuple(capacity.rooms), dict(capacity.pools), capacity.scans_by_kind)


def _changed(
    start: Option, before: PlaceCapacity, config: OptionConfig, study: StudyConfig
) -> tuple[Option, list[str]]:
    """Return an option after all its changes, and faults of moves and closures of whole sites."""
    bed_opens, bed_closes, moved_faults = moved_sites(before, config, start, kinds_of(study))
    site_closes, closed_faults = closed_services(config, start)
    changed = start.change(
        config.id,
        label=config.label,
        opens=_together(config.opens, bed_opens),
        closes=_together(config.closes, bed_closes, site_closes),
        moves=config.moves,
        note=config.note,
    )
    # Shares and capacity are stated for the services as the option runs them after its changes.
    option = replace(
        changed,
        shares={**start.shares, **_shares(config, study)},
        capacity={**changed.capacity, **config.capacity},
    )
    return option, [*moved_faults, *closed_faults]


def _together(*parts: Mapping[str, list[str]] | Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the sites of all parts by service."""
    joined: dict[str, set[str]] = {}
    for part in parts:
        for service, sites in part.items():
            joined.setdefault(service, set()).update(sites)
    return joined


def _shares(option: OptionConfig, study: StudyConfig) -> dict[str, Shares]:
    """Return the shares that an option changes; a share it leaves out is the service's own."""
    return {
        service.id: Shares(
            option.share_video.get(service.id, service.share_video),
            option.share_home.get(service.id, service.share_home),
        )
        for service in study.services
        if service.id in option.share_video or service.id in option.share_home
    }


def _site_faults(
    option: str, service: str, site_ids: frozenset[str], hosts: Mapping[str, tuple[str, list[str]]]
) -> list[str]:
    """Return why sites cannot run a service; `hosts` has status and services of each site."""
    where = f"option '{option}': {service}:"
    if not site_ids:
        return [f"{where} no site runs it"]
    faults = []
    known = {site: hosts[site] for site in sorted(site_ids & set(hosts))}
    closed = [site for site, (status, _) in known.items() if status == "closed"]
    if closed:
        faults.append(f"{where} closed sites cannot run it: {name_some(closed)}")
    unfit = [site for site, (_, services) in known.items() if service not in services]
    if unfit:
        remedy = f"add {service} to their 'services' in the table of sites"
        faults.append(f"{where} sites that cannot host it: {name_some(unfit)}; {remedy}")
    return faults
