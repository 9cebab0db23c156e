"""The table of official sources: addresses, vintages, licences, what an answer must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from llrgeo.errors import InputError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.tables import read_toml
from llrgeo.schema import list_faults, name_some

DOWNLOADS: Final = "downloads.toml"

THAT_DAY: Final = "on the day it was fetched"
"""The vintage of what its publisher changes from day to day."""

_MEGABYTE: Final = 1_000_000
_OWN: Final = frozenset(
    {"kind", "publisher", "url", "name", "vintage", "licence", "credit", "max_mb", "about_mb"}
)


@dataclass(frozen=True, slots=True)
class Source:
    """A table or file that an official body publishes.

    Attributes
    ----------
    id
        What the table of sources calls it.
    kind
        What `llrgeo fetch` calls it, together with others of its kind.
    publisher
        Whose it is.
    url
        Where it is asked for; `{name}` in it is the publisher's name for it.
    vintage
        Which edition it is.
    licence, credit
        Under which licence it may be used, and the credit to give.
    max_bytes
        The most bytes that one answer may have.
    about_mb
        Its size as last seen, in megabytes, for who wants to know before asking.
    options
        What else its publisher's module needs: fields, rows, codes.
    """

    id: str
    kind: str
    publisher: str
    url: str
    vintage: str
    licence: str
    credit: str
    max_bytes: int
    about_mb: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, str]:
        """The publisher's names of columns by ours, as the table of sources has them."""
        fields: dict[str, str] = self.options.get("fields", {})
        return fields

    @property
    def key(self) -> str:
        """Our name of the column that has the key: the first."""
        return next(iter(self.fields))

    def cited(self, day: str) -> str:
        """Return the line that gives credit; a list that changes daily is of the day it came."""
        return f"{self.credit} ({self.edition(day)}). {self.licence}."

    def edition(self, day: str) -> str:
        """Return which edition an answer of a day is."""
        return self.vintage.replace(THAT_DAY, f"on {day}")


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources, and the hosts that may be asked for them."""

    by_id: Mapping[str, Source]
    hosts: frozenset[str]

    def __getitem__(self, source_id: str) -> Source:
        """Return a source by its id.

        Raises
        ------
        InputError
            If the table does not have it.
        """
        if source_id not in self.by_id:
            msg = f"the table of sources has no '{source_id}'; it has {name_some(self.by_id)}"
            raise InputError(msg)
        return self.by_id[source_id]


def read_sources(path: Path | None = None) -> Sources:
    """Read a table of sources; the embedded one if no path is given.

    Raises
    ------
    InputError
        If the table lacks something or has a key that is not known; the message lists all.
    """
    path = embedded(DOWNLOADS) if path is None else path
    table = read_toml(path)
    faults: list[str] = []
    found = {}
    for source_id, row in _tables(table, "sources").items():
        missing = sorted(_OWN - {"about_mb", "name"} - set(row))
        unknown = sorted(set(row) - _OWN - {"options"})
        faults += [f"{source_id}: '{name}' is missing" for name in missing]
        faults += [f"{source_id}: '{name}' is not a key of a source" for name in unknown]
        if not missing and not unknown:
            found[source_id] = _source(source_id, row)
    faults += _field_faults(found, path)
    hosts = table.get("hosts")
    if not (isinstance(hosts, list) and hosts and all(isinstance(host, str) for host in hosts)):
        faults.append("'hosts' is missing: the list of hosts that may be asked")
    if not found and not faults:
        faults.append("there are no sources")
    if faults:
        raise InputError(list_faults(faults, source=path.name))
    return Sources(found, frozenset(map(str, hosts or ())))


def _field_faults(found: Mapping[str, Source], path: Path) -> list[str]:
    """Return faults of `fields` in a table of sources: it needs all names of the embedded table."""
    if path == embedded(DOWNLOADS):
        return []
    known = read_sources().by_id
    shapeless = [name for name, source in found.items() if not _are_names(source.fields)]
    faults = [f"{name}: 'fields' gives each of our names the publisher's" for name in shapeless]
    missing = {
        name: sorted(set(known[name].fields) - set(source.fields))
        for name, source in found.items()
        if name in known and name not in shapeless
    }
    faults += [
        f"{name}: 'fields' lacks {name_some(ours)}" for name, ours in missing.items() if ours
    ]
    return faults


def _are_names(fields: object) -> bool:
    """Return whether fields are texts by name, without duplicates."""
    names = list(fields.values()) if isinstance(fields, dict) else [None]
    return all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names)


def _tables(table: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    rows = table.get(name, {})
    if not isinstance(rows, dict):
        return {}
    return {key: row for key, row in rows.items() if isinstance(row, dict)}


def _source(source_id: str, row: Mapping[str, Any]) -> Source:
    return Source(
        id=source_id,
        kind=str(row["kind"]),
        publisher=str(row["publisher"]),
        url=str(row["url"]).replace("{name}", str(row.get("name", ""))),
        vintage=str(row["vintage"]),
        licence=str(row["licence"]),
        credit=str(row["credit"]),
        max_bytes=int(float(row["max_mb"]) * _MEGABYTE),
        about_mb=float(row.get("about_mb", 0)),
        options=dict(row.get("options", {})),
    )
