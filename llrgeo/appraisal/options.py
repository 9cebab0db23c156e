"""Options: which sites run which service, and what an option changes against another."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final, Self, TypeAlias

from llrgeo.appraisal.demand import Service, Shares, share_faults
from llrgeo.errors import InputError
from llrgeo.schema import name_some

SitesByService: TypeAlias = Mapping[str, frozenset[str]]

_LEAST_SIMILAR: Final = 0.75  # of a misspelt id and the right one, as difflib counts


@dataclass(frozen=True, slots=True)
class Option:
    """One way of placing services.

    Attributes
    ----------
    name
        Short id, unique in a study.
    label
        What a reader sees.
    sites
        The sites at which each service runs, by service id.
    note
        Why the option is there, in plain words.
    shares
        Contacts by video and at home, by service id, where they differ from the service's own.
    capacity
        Contacts a year that a site has room for, by service id and site id; a site left out has
        room for all.

    Examples
    --------
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> sorted(more.sites["clinic"])
    ['A', 'B']
    """

    name: str
    label: str
    sites: SitesByService
    note: str = ""
    shares: Mapping[str, Shares] = field(default_factory=dict)
    capacity: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def change(
        self,
        name: str,
        *,
        label: str = "",
        opens: Mapping[str, Collection[str]] | None = None,
        closes: Mapping[str, Collection[str]] | None = None,
        moves: Mapping[str, Mapping[str, str]] | None = None,
        note: str = "",
    ) -> Self:
        """Return a new option that opens, closes and moves services, by service id.

        A move is a pair of sites, from and to: the first closes and the second opens. A site that
        closes loses its capacity with it.

        Raises
        ------
        InputError
            If a service does not run at a site to close, or runs already at one to open; the
            message lists every such case.
        """
        opens, closes, moves = opens or {}, closes or {}, moves or {}
        changed = dict(self.sites)
        faults = []
        # A move closes one site and opens another; both must make sense where the service runs.
        for service in sorted({*opens, *closes, *moves}):
            here = self.sites.get(service, frozenset())
            pairs = moves.get(service, {})
            leaving = {*closes.get(service, ()), *pairs.keys()}
            coming = {*opens.get(service, ()), *pairs.values()}
            if leaving - here:
                faults.append(f"{service} does not run at {name_some(sorted(leaving - here))}")
            if coming & here:
                faults.append(f"{service} runs already at {name_some(sorted(coming & here))}")
            changed[service] = (here - leaving) | coming
        if faults:
            msg = f"option '{name}': " + "; ".join(faults)
            raise InputError(msg)
        # Room is kept only where the service still runs.
        capacity = {
            service: {site: room for site, room in rooms.items() if site in changed[service]}
            for service, rooms in self.capacity.items()
        }
        return replace(
            self, name=name, label=label or name, sites=changed, capacity=capacity, note=note
        )

    def shares_of(self, service: str, usual: Shares) -> Shares:
        """Return the shares of a service under this option, or the usual ones."""
        return self.shares.get(service, usual)

    def has_journeys(self, service: Service) -> bool:
        """Return whether people travel for a service; not if all is by video or at home."""
        return self.shares_of(service.id, service.shares).at_sites > 0


def option_faults(option: Option, services: Collection[str], sites: Collection[str]) -> list[str]:
    """Return what is wrong with an option, given the services and sites there are."""
    faults = []
    named = {*option.sites, *option.shares, *option.capacity} - set(services)
    if named:
        faults.append(f"names unknown services ({name_some(sorted(named))})")
    for service, site_ids in option.sites.items():
        unknown = sorted(site_ids - set(sites))
        if unknown:
            faults.append(
                f"{service}: no such site: {name_some(unknown)}{_suggestion(unknown, sites)}"
            )
    for service, shares in option.shares.items():
        faults += [f"{service}: {fault}" for fault in share_faults(shares)]
    for service, room in option.capacity.items():
        elsewhere = sorted(set(room) - option.sites.get(service, frozenset()))
        if elsewhere:
            faults.append(
                f"{service} has capacity at {name_some(elsewhere)} but does not run there"
            )
        negative = sorted(site for site, value in room.items() if not value >= 0)
        if negative:
            faults.append(f"{service} has a capacity below 0 at {name_some(negative)}")
    return [f"option '{option.name}': {fault}" for fault in faults]


def _suggestion(unknown: Sequence[str], sites: Collection[str]) -> str:
    """Return what the first of some unknown ids of sites is likely meant as."""
    parts = [part.strip() for part in re.split("[,;]", unknown[0])]
    if len(parts) > 1 and set(parts) <= set(sites):
        return " (write " + ", ".join(f'"{part}"' for part in parts) + ", each in its own quotes)"
    names = {site.lower(): site for site in sites}
    near = get_close_matches(unknown[0].lower(), names, 1, _LEAST_SIMILAR)
    return f" (did you mean '{names[near[0]]}'?)" if near else ""


def without_sites(options: Iterable[Option], site_ids: Collection[str]) -> list[Option]:
    """Return the options without some sites, such as those of neighbouring counties."""
    left_out = frozenset(site_ids)
    return [
        replace(
            option,
            sites={service: sites - left_out for service, sites in option.sites.items()},
            capacity={
                service: {site: room for site, room in rooms.items() if site not in left_out}
                for service, rooms in option.capacity.items()
            },
        )
        for option in options
    ]
