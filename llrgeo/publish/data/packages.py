"""Descriptions of an output folder that other programs read: a Data Package and an RO-Crate.

`datapackage.json` (Data Package 2.0, https://datapackage.org) tells of each table its columns,
their types, units and blanks. `ro-crate-metadata.json` (RO-Crate 1.1, https://w3id.org/ro/crate/1.1)
tells of each file what it is, and of the run what went in and which code made it. Both follow from
what is published alone, without a clock, so equal runs give equal bytes.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.disclosure import HIDDEN
from llrgeo.appraisal.tables.declaration import NEVER_BLANK, PublishedColumn, TableDescription
from llrgeo.arrays import Bools
from llrgeo.files import sha256_of_bytes

DATA_PACKAGE: Final = "datapackage.json"
RO_CRATE: Final = "ro-crate-metadata.json"
MANIFEST: Final = "manifest.json"
_DATA_PACKAGE_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_CRATE_PROFILE: Final = "https://w3id.org/ro/crate/1.1"
_CODE: Final = "https://github.com/llrgeo/llrgeo"
_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".qml": "application/xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OTHER_TYPE: Final = "application/octet-stream"
_CHECKSUM: Final = re.compile("[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class PackagedTable:
    """A table as it is written to a CSV file, with what a reader is told about it.

    Attributes
    ----------
    content
        The table as it is written: what `flat_table` gave.
    about
        What it is about, in a sentence.
    description
        Its declared columns; None for a table whose columns are not declared.
    """

    content: pd.DataFrame
    about: str
    description: TableDescription | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who published what, when, from which data and by which run.

    Attributes
    ----------
    title, about
        The heading, and in a sentence what it is.
    date
        The day of the figures, ISO 8601; an RO-Crate of a study without one is not valid.
    publisher
        Who publishes; empty for nobody in particular.
    sources
        Sources and licences of the data, one a line.
    run
        The manifest: `run_id`, `inputs` (SHA-256 by key) and `versions`, each if it is known.
    """

    title: str
    about: str
    date: str
    publisher: str = ""
    sources: tuple[str, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)


def data_package(
    provenance: Provenance, tables: Mapping[str, PackagedTable], files: Mapping[str, bytes]
) -> str:
    """Return a folder's tables as a Data Package, in JSON.

    Parameters
    ----------
    provenance
        Title, date, sources.
    tables
        By the path of their CSV file, below the folder.
    files
        The bytes of those files, by the same paths.
    """
    package = {
        "$schema": _DATA_PACKAGE_PROFILE,
        "name": _slug(provenance.title),
        "id": provenance.run.get("run_id"),
        "title": provenance.title,
        "description": provenance.about,
        "created": f"{provenance.date}T00:00:00Z" if _is_day(provenance.date) else None,
        "contributors": [{"title": provenance.publisher, "roles": ["publisher"]}]
        if provenance.publisher
        else None,
        "sources": [{"title": source} for source in provenance.sources] or None,
        "resources": [
            _resource(path, table, files[path]) for path, table in sorted(tables.items())
        ],
    }
    return _json(_without_blanks(package))


def ro_crate(
    provenance: Provenance,
    files: Mapping[str, bytes],
    about: Mapping[str, str],
    *,
    others: tuple[str, ...] = (),
) -> str:
    """Return a folder as an RO-Crate, in JSON-LD.

    Parameters
    ----------
    provenance
        Title, date, sources, and the run that made the files.
    files
        What is in the folder, by path; each is listed with its size and SHA-256.
    about
        What a file is, by its path; others are known by their name alone.
    others
        Paths of files that are written later, such as the manifest that lists this one.
    """
    parts = [*(_file(path, about, files[path]) for path in sorted(files))]
    parts += [_file(path, about, None) for path in others]
    made_from = list(_inputs(provenance.run))
    graph = [
        {
            "@id": RO_CRATE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _CRATE_PROFILE},
        },
        _root(provenance, parts),
        {
            "@id": "#licences",
            "@type": "CreativeWork",
            "name": "Sources of the data and their licences",
            "description": " ".join(provenance.sources) or "No source is named.",
        },
        *_publisher(provenance),
        *_run(provenance.run, made_from, parts),
        *made_from,
        *parts,
    ]
    return _json({"@context": f"{_CRATE_PROFILE}/context", "@graph": graph})


def _root(provenance: Provenance, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe the folder: it names parts, licences and the run, each described once, by its id."""
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": provenance.title,
        "description": provenance.about,
        "datePublished": provenance.date if _is_day(provenance.date) else None,
        "identifier": provenance.run.get("run_id"),
        "license": {"@id": "#licences"},
        "publisher": {"@id": "#publisher"} if provenance.publisher else None,
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "mentions": {"@id": "#run"},
    }
    return _without_blanks(root)


def _resource(path: str, table: PackagedTable, content: bytes) -> dict[str, Any]:
    flat = table.content
    hidden = [_hidden(values) for _, values in flat.items()]
    return {
        "name": PurePosixPath(path).stem,
        "type": "table",
        "path": path,
        "title": table.about.rstrip("."),
        "scheme": "file",
        "format": "csv",
        "mediatype": _MEDIA_TYPES[".csv"],
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256_of_bytes(content)}",
        "schema": {
            "fields": [
                _field(str(name), values, of_column, table.description)
                for (name, values), of_column in zip(flat.items(), hidden, strict=True)
            ],
            # Hidden small numbers are no values: a reader gets a blank, never the text "*".
            "missingValues": ["", HIDDEN] if any(map(np.any, hidden)) else [""],
        },
    }


def _field(
    name: str, values: pd.Series, hidden: Bools, described: TableDescription | None
) -> dict[str, Any]:
    """Return a column with its type as written, its meaning, unit, and what a blank means.

    `hidden` tells which values are hidden.
    """
    column = described.column(name) if described else PublishedColumn(name, "", blank="")
    # A column of counts stays one of numbers, though some of them are hidden.
    shown = values[~hidden] if hidden.any() else values
    kind = _type(_as_numbers(shown) if column.unit else shown)
    required = column.blank == NEVER_BLANK and shown.size == values.size
    return _without_blanks(
        {
            "name": name,
            "type": kind,
            "description": column.meaning,
            "unit": column.unit.name if column.unit and kind != "string" else None,
            "blank": column.blank,
            "constraints": {"required": True} if required else None,
        }
    )


def _hidden(values: pd.Series) -> Bools:
    """Return which values stand for a hidden small number; no column of numbers has any."""
    if pd.api.types.is_numeric_dtype(values):
        return np.zeros(len(values), dtype=bool)
    hidden: Bools = values.isin([HIDDEN]).to_numpy(bool)
    return hidden


def _as_numbers(values: pd.Series) -> pd.Series:
    """Return a column as numbers where all of it is: rounded counts are kept as text."""
    try:
        return pd.Series(pd.to_numeric(values))
    except (TypeError, ValueError):
        return values


def _type(values: pd.Series) -> str:
    """Return the type of Table Schema that holds every value of a column as CSV has it."""
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    return "number" if pd.api.types.is_numeric_dtype(values) else "string"


def _file(path: str, about: Mapping[str, str], content: bytes | None) -> dict[str, Any]:
    described = {
        "@id": path,
        "@type": "File",
        "name": path,
        "description": about.get(path),
        "encodingFormat": _MEDIA_TYPES.get(PurePosixPath(path).suffix, _OTHER_TYPE),
        "contentSize": None if content is None else str(len(content)),
        "sha256": None if content is None else sha256_of_bytes(content),
    }
    return _without_blanks(described)


def _publisher(provenance: Provenance) -> Iterator[dict[str, Any]]:
    if provenance.publisher:
        yield {"@id": "#publisher", "@type": "Organization", "name": provenance.publisher}


def _inputs(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a run read; it is not in the folder, and known by its checksum."""
    for key, checksum in run.get("inputs", {}).items():
        # A file of real patients has no checksum: words take its place.
        has_checksum = _CHECKSUM.fullmatch(checksum)
        yield {
            "@id": f"#input-{_slug(key)}",
            "@type": "CreativeWork",
            "name": key,
            "sha256" if has_checksum else "description": checksum,
        }


def _run(
    run: Mapping[str, Any], made_from: list[dict[str, Any]], parts: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the run as an action, with the software that it used."""
    version = run.get("versions", {}).get("llrgeo")
    yield _without_blanks(
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": "The run of llrgeo that made these files",
            "identifier": run.get("run_id"),
            "instrument": {"@id": _CODE},
            "object": [{"@id": given["@id"]} for given in made_from] or None,
            "result": [{"@id": part["@id"]} for part in parts],
        }
    )
    yield _without_blanks(
        {
            "@id": _CODE,
            "@type": "SoftwareApplication",
            "name": "llrgeo",
            "url": _CODE,
            "softwareVersion": version,
        }
    )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _slug(text: str) -> str:
    """Return a text as lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def _without_blanks(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
