"""Options: which sites run which service, and what an option changes against another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

from llrgeo.errors import InputError
from llrgeo.schema import name_some

SitesByService: TypeAlias = Mapping[str, frozenset[str]]


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
    """

    name: str
    label: str
    sites: SitesByService
    note: str = ""

    def change(
        self,
        name: str,
        *,
        label: str = "",
        opens: Mapping[str, Collection[str]] | None = None,
        closes: Mapping[str, Collection[str]] | None = None,
        note: str = "",
    ) -> Self:
        """Return a new option that opens and closes sites, by service id.

        Raises
        ------
        InputError
            If a site to close does not run the service, or one to open already does.
        """
        changed = dict(self.sites)
        for service, site_ids in (closes or {}).items():
            absent = sorted(set(site_ids) - changed.get(service, frozenset()))
            if absent:
                msg = f"option '{name}': {service} does not run at {name_some(absent)}"
                raise InputError(msg)
            changed[service] = changed[service] - set(site_ids)
        for service, site_ids in (opens or {}).items():
            present = sorted(set(site_ids) & changed.get(service, frozenset()))
            if present:
                msg = f"option '{name}': {service} runs already at {name_some(present)}"
                raise InputError(msg)
            changed[service] = changed.get(service, frozenset()) | set(site_ids)
        return type(self)(name, label or name, changed, note)
