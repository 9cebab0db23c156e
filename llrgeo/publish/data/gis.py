"""Files for GIS: a GeoPackage and GeoParquet with results, equal bytes for equal content."""

import re
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.tables.declaration import TableDescription
from llrgeo.files import scratch_folder
from llrgeo.inputs.map_files import repeatable_geopackage, writing_layers
from llrgeo.publish import palette
from llrgeo.publish.data.descriptions import describe_areas, describe_sites
from llrgeo.publish.data.files import plain_text
from llrgeo.publish.data.gis_metadata import describe_layers
from llrgeo.publish.indicator_view import IndicatorView, view_indicator
from llrgeo.publish.legend import class_label
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG

AREAS_LAYER: Final = "areas"
SITES_LAYER: Final = "sites"
_FORMAT: Final = {"VERSION": "1.2"}  # GDAL 3.6, of current systems, warns of later ones
# The table in which QGIS keeps the styles of a GeoPackage.
_STYLES_TABLE: Final = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT DEFAULT '',
  f_table_schema TEXT DEFAULT '', f_table_name TEXT, f_geometry_column TEXT, styleName TEXT,
  styleQML TEXT, styleSLD TEXT DEFAULT '', useAsDefault BOOLEAN, description TEXT DEFAULT '',
  owner TEXT DEFAULT '', ui TEXT DEFAULT '', update_time DATETIME)
"""
_STYLES_ENTRY: Final = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)"
)
_STYLES_ROW: Final = (
    "INSERT INTO layer_styles (f_table_name, f_geometry_column, styleName, styleQML, useAsDefault)"
    " VALUES (?, ?, ?, ?, ?)"
)
_QGIS_STYLE: Final = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.34" styleCategories="Symbology">
{}
</qgis>
"""
_MARKERS: Final = {
    "city_hospital": "square",
    "community_hospital": "circle",
    "health_centre": "diamond",
    "other": "triangle",
}
_BEYOND: Final = 9_999.0  # minutes; QGIS needs an end of the outer classes
_MOST_COLUMNS: Final = 1_990  # SQLite has room for 2,000 in a table, its key and shape among them
_NO_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def area_layer(publication: Publication, results: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the areas with the minutes of all options, outlines in EPSG:27700.

    Unreachable is NaN, which files hold as blank.

    Parameters
    ----------
    publication
        The outlines.
    results
        What `area_results` returns.
    """
    reached = results.replace([np.inf, -np.inf], np.nan)
    outlines = publication.base.outlines.geometry.to_crs(BNG)
    return gpd.GeoDataFrame(_as_text(reached), geometry=outlines).reset_index()


def site_layer(publication: Publication) -> gpd.GeoDataFrame:
    """Return the sites with one column a service: the options that use the site there."""
    kept = [name for name in ("name", "kind", "status", "postcode") if name in publication.sites]
    layer = publication.sites[kept].copy()
    for service in publication.services:
        layer[service.id] = [
            "; ".join(
                option.label
                for option in publication.options
                if site_id in option.sites.get(service.id, frozenset())
            )
            for site_id in layer.index
        ]
    points = publication.sites.geometry.to_crs(BNG)
    return gpd.GeoDataFrame(_as_text(pd.DataFrame(layer)), geometry=points).reset_index()


def describe_area_layer(publication: Publication, areas: gpd.GeoDataFrame) -> TableDescription:
    """Return what the layer of areas holds, and whether it had no room for all columns."""
    described = describe_areas(publication)
    left_out = len(areas.columns) - _MOST_COLUMNS
    if left_out <= 0:
        return described
    about = f"{described.about} For {left_out} more columns see areas.parquet: no layer has room."
    return TableDescription(about, described.columns)


def as_layer(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return as many columns of the areas as a layer of a GeoPackage holds, and their shapes."""
    names = [name for name in areas.columns if name != areas.geometry.name]
    kept: gpd.GeoDataFrame = areas[[*names[: _MOST_COLUMNS - 1], areas.geometry.name]]
    return kept


def geopackage(publication: Publication, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> bytes:
    """Return a GeoPackage with the layers `areas` and `sites`, their styles and what they are."""
    described = {
        AREAS_LAYER: describe_area_layer(publication, areas),
        SITES_LAYER: describe_sites(publication),
    }
    layers = {AREAS_LAYER: as_layer(areas), SITES_LAYER: sites}
    with scratch_folder() as folder:
        path = folder / "areas.gpkg"
        with writing_layers(path):
            for name, layer in layers.items():
                layer.to_file(path, layer=name, driver="GPKG", dataset_options=_FORMAT)
            _add_styles(path, publication, layers[AREAS_LAYER].columns)
            describe_layers(path, publication, described)
        return repeatable_geopackage(path, publication.date)


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Write text as text: formulas marked, control characters gone."""
    texts = table.select_dtypes(exclude="number").columns
    clean = lru_cache(maxsize=None, typed=True)(_clean)  # the same text stands in many rows
    cleaned = {name: table[name].map(clean) for name in texts}
    return table.assign(**cleaned)


def _clean(value: object) -> object:
    marked = plain_text(value)
    return _NO_CONTROL.sub(" ", marked) if isinstance(marked, str) else marked


def _add_styles(path: Path, publication: Publication, columns: pd.Index) -> None:
    """Put the styles of sites and of every column into the file, where QGIS finds them."""
    rows = [
        (AREAS_LAYER, "geom", name, style, name == opening_style(publication))
        for name, style in qgis_styles(publication).items()
        if name in columns
    ]
    rows.append((SITES_LAYER, "geom", "kind", site_style(publication), True))
    # QGIS looks for layer_styles in any GeoPackage; GDAL lists it only with an entry in contents.
    with sqlite3.connect(path) as database:
        database.execute(_STYLES_TABLE)
        database.execute(_STYLES_ENTRY, ("layer_styles", "attributes", "layer_styles"))
        database.executemany(_STYLES_ROW, rows)
    database.close()


def opening_style(publication: Publication) -> str:
    """Return the name of the style with which the areas open: the change of the first option."""
    return f"{publication.opening_service.id}__{publication.opening_option.name}_change_min"


def opening_qgis_style(publication: Publication) -> str:
    """Return the QGIS style with which the areas open."""
    tolerance = publication.tolerance_min
    return qgis_style(opening_style(publication), change=True, tolerance_min=tolerance)


def qgis_styles(publication: Publication) -> dict[str, str]:
    """Return a QGIS style for the columns of every service, and for each indicator."""
    tolerance, styles = publication.tolerance_min, {}
    for service, option in product(publication.services, publication.options):
        column = f"{service.id}__{option.name}_min"
        styles[column] = qgis_style(column, change=False, tolerance_min=tolerance)
        if option is not publication.baseline:
            column = f"{service.id}__{option.name}_change_min"
            styles[column] = qgis_style(column, change=True, tolerance_min=tolerance)
    return styles | {
        view.indicator.column: indicator_style(view)
        for view in map(view_indicator, publication.figures)
        if view.figures.values.notna().any()
    }


def qgis_style(column: str, *, change: bool, tolerance_min: float) -> str:
    """Return a QGIS style (.qml) that colours a layer by a column, in the public classes.

    Parameters
    ----------
    column
        The column of minutes or of change.
    change
        Whether it holds a change, whose classes lie on both sides of zero.
    tolerance_min
        Changes up to this many minutes count as none.
    """
    if change:
        limits = palette.change_limits(tolerance_min)
        edges = [-_BEYOND, *(-limit for limit in reversed(limits)), *limits, _BEYOND]
        classes = palette.change_classes(tolerance_min)
    else:
        edges = [0.0, *palette.TIME_BREAKS, _BEYOND]
        classes = palette.time_classes()
    *timed, _ = classes  # a blank has no class: QGIS leaves it unfilled
    labels = [class_label(item) for item in timed]
    return _graduated(column, edges, labels, [item.colour for item in timed])


def indicator_style(view: IndicatorView) -> str:
    """Return a QGIS style (.qml) that colours the areas by an indicator, in the explorer's classes.

    A blank has no class: QGIS leaves it unfilled.
    """
    values = view.figures.values.dropna()
    # An edge is written as readers see it; values are not rounded, so half a digit is added.
    half = 0.5 * 10.0**-view.decimals
    inner = [edge + half for edge in view.edges]
    edges = [float(values.min()), *inner, float(values.max())]
    return _graduated(view.indicator.column, edges, view.labels[:-1], view.colours[:-1])


def _graduated(
    column: str, edges: Sequence[float], labels: Sequence[str], colours: Sequence[str]
) -> str:
    """Return a QGIS style of classes between edges, each with its label and colour."""
    ranges = "\n".join(
        f'      <range lower="{low:.12g}" upper="{high:.12g}" symbol="{place}" render="true" '
        f"label={quoteattr(label)}/>"
        for place, (label, (low, high)) in enumerate(zip(labels, pairwise(edges), strict=True))
    )
    symbols = "\n".join(_qgis_symbol(place, colour) for place, colour in enumerate(colours))
    attribute = quoteattr(escape(column))
    return _QGIS_STYLE.format(
        f"""  <renderer-v2 type="graduatedSymbol" attr={attribute} enableorderby="0">
    <ranges>
{ranges}
    </ranges>
    <symbols>
{symbols}
    </symbols>
  </renderer-v2>"""
    )


def site_style(publication: Publication) -> str:
    """Return a QGIS style (.qml) that marks sites by their kind, as the explorer does.

    Kinds of the study's own have the mark of their role and the name that the study gives them.
    """
    words, sites = wording(), publication.sites
    signs = dict(zip(sites["kind"], palette.site_signs(sites), strict=True))
    # Kinds of the study's own take the marker of the sign that stands for them on pages.
    own_kinds = sorted(set(signs) - set(_MARKERS))
    markers = {kind: _MARKERS[signs[kind]] for kind in own_kinds} if own_kinds else dict(_MARKERS)
    markers |= {kind: marker for kind, marker in _MARKERS.items() if kind in signs}
    categories = "\n".join(
        f'      <category value={quoteattr(kind)} symbol="{place}" render="true" '
        f"label={quoteattr(words.get(f'kind_{kind}', kind.replace('_', ' ')))}/>"
        for place, kind in enumerate(markers)
    )
    symbols = "\n".join(
        f"""      <symbol type="marker" name="{place}">
        <layer class="SimpleMarker">
          <Option type="Map">
            <Option type="QString" name="name" value="{marker}"/>
            <Option type="QString" name="color" value="0,0,0,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="size" value="3"/>
          </Option>
        </layer>
      </symbol>"""
        for place, marker in enumerate(markers.values())
    )
    return _QGIS_STYLE.format(
        f"""  <renderer-v2 type="categorizedSymbol" attr="kind" enableorderby="0">
    <categories>
{categories}
    </categories>
    <symbols>
{symbols}
    </symbols>
  </renderer-v2>"""
    )


def _qgis_symbol(place: int, colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"""      <symbol type="fill" name="{place}">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="{red},{green},{blue},255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>"""
