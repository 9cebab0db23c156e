"""What a GeoPackage says of itself: names and meanings of columns, title, sources and licences.

Columns are told by the extension "Schema" (OGC GeoPackage 1.2.1, F.9), which GDAL shows as aliases
and comments; the rest by the extension "Metadata" (F.8) in the form that QGIS reads and shows.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDescription
from llrgeo.publish.pages import run_mark
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

_SCHEMA_TABLES: Final = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL, md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""
_SPECIFICATION: Final = "http://www.geopackage.org/spec121/#extension_{}"
_EXTENSIONS: Final = {
    "gpkg_schema": ("gpkg_data_columns", "gpkg_data_column_constraints"),
    "gpkg_metadata": ("gpkg_metadata", "gpkg_metadata_reference"),
}
_QGIS: Final = "http://mrcc.com/qgis.dtd"  # the standard under which QGIS looks for its metadata
_LONGEST: Final = 120  # letters of an alias


def describe_layers(
    path: Path, publication: Publication, layers: Mapping[str, TableDescription]
) -> None:
    """Write what the layers of a GeoPackage and their columns are into it.

    Parameters
    ----------
    path
        The GeoPackage; it is changed.
    publication
        What it is of: its title, day, sources and licences.
    layers
        What each layer is about, and what its columns hold.
    """
    with sqlite3.connect(path) as database:
        database.executescript(_SCHEMA_TABLES)
        for extension, tables in _EXTENSIONS.items():
            definition = _SPECIFICATION.format(extension.removeprefix("gpkg_"))
            database.executemany(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'read-write')",
                [(table, extension, definition) for table in tables],
            )
        for number, (layer, description) in enumerate(layers.items(), start=1):
            # GeoPackage allows descriptions only of columns that the layer has.
            present = {row[1] for row in database.execute(f'PRAGMA table_info("{layer}")')}
            _describe(database, publication, (number, layer), description)
            database.executemany(
                "INSERT INTO gpkg_data_columns VALUES (?, ?, NULL, ?, ?, NULL, NULL)",
                _columns(
                    layer, (column for column in description.columns if column.name in present)
                ),
            )
    database.close()


def _columns(layer: str, columns: Iterable[PublishedColumn]) -> Iterator[tuple[str, str, str, str]]:
    """Yield each column with an alias, and with its meaning, unit and blanks."""
    blank_is = wording()["workbook_blank_is"]
    for column in columns:
        unit = column.unit.name if column.unit else ""
        blank = blank_is.format(meaning=column.blank) if column.blank else ""
        description = ". ".join(filter(None, (column.meaning, unit, blank)))
        yield layer, column.name, column.meaning[:_LONGEST], description


def _describe(
    database: sqlite3.Connection,
    publication: Publication,
    layer: tuple[int, str],
    description: TableDescription,
) -> None:
    """Write the title, the subject and the metadata of one layer."""
    number, name = layer
    database.execute(
        "UPDATE gpkg_contents SET description = ? WHERE table_name = ?", (description.about, name)
    )
    database.execute(
        "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, 'text/xml', ?)",
        (number, _QGIS, _metadata(publication, description)),
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference VALUES ('table', ?, NULL, NULL, ?, ?, NULL)",
        (name, f"{publication.date}T00:00:00.000Z", number),
    )


def _metadata(publication: Publication, description: TableDescription) -> str:
    """Return what a layer is, as QGIS writes it."""
    run = wording()["run"].format(run=run_mark(publication))
    abstract = "\n".join(
        line for line in (description.about, publication.date, run, publication.error_note) if line
    )
    licences = "".join(f"\n  <license>{_plain(line)}</license>" for line in publication.sources)
    owner = publication.theme.publisher
    rights = f"\n  <rights>{_plain(owner)}</rights>" if owner else ""
    return (
        f"<!DOCTYPE qgis PUBLIC '{_QGIS}' 'SYSTEM'>\n"
        '<qgis version="3.34">\n'
        "  <type>dataset</type>\n"
        f"  <title>{_plain(publication.title)}</title>\n"
        f"  <abstract>{_plain(abstract)}</abstract>{licences}{rights}\n"
        "</qgis>\n"
    )


def _plain(text: str) -> str:
    """Return text for XML, without the control characters that XML cannot hold."""
    return escape("".join(sign for sign in text if sign.isprintable() or sign == "\n"))
