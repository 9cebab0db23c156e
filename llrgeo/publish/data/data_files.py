"""Files of data in a published folder: tables, layers, minutes, and a dictionary of columns."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import geopandas as gpd

from llrgeo.publish.data import descriptions, gis
from llrgeo.publish.data.descriptions import DescribedTable
from llrgeo.publish.data.dictionary import data_dictionary
from llrgeo.publish.data.files import area_results, csv_of_flat, geoparquet_bytes, with_boxes
from llrgeo.publish.data.packages import DATA_PACKAGE, PackagedTable, Provenance, data_package
from llrgeo.publish.data.times_file import first_rows, times_bytes
from llrgeo.publish.data.workbook import contents, render_workbook, settings_table, sheet_names
from llrgeo.publish.publication import Publication
from llrgeo.travel.times import TravelTimes

_Described: TypeAlias = dict[tuple[str, str], DescribedTable]
"""Tables by their file, and their name in it: a sheet, a layer."""


def data_files(publication: Publication) -> dict[str, str | bytes]:
    """Return the tables and layers by their names below the folder, with their dictionary."""
    tables = descriptions.describe_tables(publication, area_results(publication))
    areas = gis.area_layer(publication, tables["areas"].content)
    sites = gis.site_layer(publication)
    times = [matrix for matrix in publication.times if matrix.direction == "to_site"]
    described = {
        **{
            (f"tables/{name}.csv", name): DescribedTable(table.flat, table.description)
            for name, table in tables.items()
        },
        **_described_sheets(publication, tables),
        **_described_layers(publication, areas, sites),
        ("travel_times.parquet", "travel_times"): _described_times(times),
    }
    tables["data_dictionary"] = DescribedTable(
        data_dictionary(described), descriptions.DATA_DICTIONARY
    )
    return {
        **_packaged(publication, tables),
        "tables.xlsx": render_workbook(publication, tables),
        "areas.gpkg": gis.geopackage(publication, areas, sites),
        "areas.parquet": geoparquet_bytes(areas),
        "areas.qml": gis.opening_qgis_style(publication),
        "travel_times.parquet": times_bytes(times),
    }


def _described_sheets(publication: Publication, tables: Mapping[str, DescribedTable]) -> _Described:
    """Describe the workbook's own sheets; those of tables are described as their CSV files."""
    listed = contents(tables, sheet_names(tables))
    return {
        ("tables.xlsx", "contents"): DescribedTable(listed, descriptions.CONTENTS),
        ("tables.xlsx", "assumptions"): DescribedTable(
            settings_table(publication), descriptions.ASSUMPTIONS
        ),
    }


def _described_layers(
    publication: Publication, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
) -> _Described:
    """Describe the layers of areas and sites, and the areas as GeoParquet."""
    as_layer = DescribedTable(gis.as_layer(areas), gis.describe_area_layer(publication, areas))
    return {
        ("areas.gpkg", gis.AREAS_LAYER): as_layer,
        ("areas.gpkg", gis.SITES_LAYER): DescribedTable(
            sites, descriptions.describe_sites(publication)
        ),
        ("areas.parquet", gis.AREAS_LAYER): DescribedTable(
            with_boxes(areas), descriptions.describe_area_boxes(publication)
        ),
    }


def _described_times(times: Sequence[TravelTimes]) -> DescribedTable:
    pairs = first_rows(times)
    return DescribedTable(pairs, descriptions.describe_travel_times(pairs))


def _packaged(
    publication: Publication, tables: Mapping[str, DescribedTable]
) -> dict[str, str | bytes]:
    """Make the tables as CSV, and the Data Package that describes them."""
    texts = {f"tables/{name}.csv": csv_of_flat(table.flat) for name, table in tables.items()}
    packaged = {
        f"tables/{name}.csv": PackagedTable(table.flat, table.description.about, table.description)
        for name, table in tables.items()
    }
    written = {path: text.encode("utf-8") for path, text in texts.items()}
    return {**texts, DATA_PACKAGE: data_package(provenance(publication), packaged, written)}


def provenance(publication: Publication) -> Provenance:
    """Return who publishes what, when and from which sources, for the files that describe it."""
    return Provenance(
        title=publication.title,
        about=publication.question or publication.theme.notice,
        date=publication.date,
        publisher=publication.theme.publisher,
        sources=publication.sources,
        run=publication.manifest,
    )
