"""Option changes: what each option takes over from another, and what it changes in it."""

from collections.abc import Mapping
from dataclasses import replace

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.options import Option
from llrgeo.errors import InputError
from llrgeo.study.capacity_places import (
    Kinds,
    Places,
    change_places,
    closed_services,
    moved_sites,
)
from llrgeo.study.config import StudyConfig
from llrgeo.study.option_config import OptionConfig


def resolve_options(study: StudyConfig) -> tuple[list[Option], dict[str, Places], list[str]]:
    """Return the options with what each takes over from another, and what is wrong with them.

    Returns
    -------
    tuple
        The options in their order, the beds and rooms of each by its id, and faults in words.
    """
    built: dict[str, Option] = {}
    places: dict[str, Places] = {}
    faults: list[str] = []
    kinds = kinds_of(study)
    for asked in study.options:
        start = built[asked.based_on] if asked.based_on else Option(asked.id, asked.label, {})
        before = places[asked.based_on] if asked.based_on else Places()
        replaced = {service: frozenset(ids) for service, ids in asked.sites.items()}
        start = replace(start, sites={**start.sites, **replaced})
        found: list[str] = []
        try:
            built[asked.id], found = _changed(start, before, asked, study)
        except InputError as error:
            faults.append(str(error))
            built[asked.id] = start  # those based on it are still looked at
        places[asked.id], strange = change_places(before, asked, built[asked.id], kinds)
        faults += [f"option '{asked.id}': {fault}" for fault in [*found, *strange]]
    return list(built.values()), places, faults


def kinds_of(study: StudyConfig) -> Kinds:
    """Return the services of beds and of rooms of a study, and its pools of beds."""
    beds = [service.id for service in study.services if service.delivery == "bed"]
    return Kinds(tuple(beds), tuple(study.capacity.rooms), dict(study.capacity.pools))


def _changed(
    start: Option, before: Places, asked: OptionConfig, study: StudyConfig
) -> tuple[Option, list[str]]:
    """Return an option after all its changes, and what is wrong with those of whole sites."""
    bed_opens, bed_closes, moved_faults = moved_sites(before, asked, start, kinds_of(study))
    site_closes, closed_faults = closed_services(asked, start)
    changed = start.change(
        asked.id,
        label=asked.label,
        opens=_together(asked.opens, bed_opens),
        closes=_together(asked.closes, bed_closes, site_closes),
        moves=asked.moves,
        note=asked.note,
    )
    option = replace(
        changed,
        shares={**start.shares, **_shares(asked, study)},
        capacity={**changed.capacity, **asked.capacity},
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
    """Return the shares that an option changes; one it leaves out stays the service's own."""
    return {
        service.id: Shares(
            option.share_video.get(service.id, service.share_video),
            option.share_home.get(service.id, service.share_home),
        )
        for service in study.services
        if service.id in option.share_video or service.id in option.share_home
    }
