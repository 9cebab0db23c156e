"""Office for National Statistics, Open Geography: boundaries, centroids and lookups."""

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import pandas as pd
from geopandas.array import GeometryArray
from shapely.errors import GEOSException

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import closed_shape
from llrgeo.inputs.official.arcgis import (
    ALL,
    attributes_of,
    batches,
    check_all_codes,
    distinct_features,
    features_of,
    features_where,
    is_in,
)
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import BNG, WGS84, name_some

# Boxes around all of England: coordinates in other units or another system lie outside.
ENGLAND_M: Final = (50_000.0, 1_000.0, 700_000.0, 700_000.0)
ENGLAND_DEGREES: Final = (-7.0, 49.5, 2.0, 56.0)

_METRES: Final = BNG.removeprefix("EPSG:")
_DEGREES: Final = WGS84.removeprefix("EPSG:")


@all_or_none
def read_layer(downloader: Downloader, source: Source, where: str = ALL) -> pd.DataFrame:
    """Return the rows of a table of which a condition is true, every value as text.

    The columns have our names of the table of sources; the first is the key.

    Raises
    ------
    InputError
        If the server cannot be asked, a field is missing, or rows are.
    """
    features = features_where(downloader, source, where, {"returnGeometry": "false", "f": "json"})
    return attributes_of(features, source)


@all_or_none
def read_rows(downloader: Downloader, source: Source, codes: Sequence[str]) -> pd.DataFrame:
    """Return the rows of some codes of a table, on the code, in the order asked for.

    Raises
    ------
    InputError
        As `read_layer`, and if a code is missing.
    """
    options = {"returnGeometry": "false", "f": "json"}
    table = attributes_of(features_of(downloader, source, codes, options), source)
    table = table.set_index(table.columns[0])
    check_all_codes(table.index, codes, source=source.id)
    return table.loc[list(codes)]


@all_or_none
def find_rows(
    downloader: Downloader, source: Source, codes: Sequence[str], *, key: str = ""
) -> pd.DataFrame:
    """Return the rows that a table has of some codes, which may be none or several for one.

    `key` is our name of the field that has the codes; the table's first without it.

    Raises
    ------
    InputError
        As `read_layer`.
    """
    field = source.fields[key or source.key]
    parts = [read_layer(downloader, source, is_in(field, some)) for some in batches(sorted(codes))]
    return pd.concat(parts, ignore_index=True)


@all_or_none
def read_centroids(
    downloader: Downloader, source: Source, codes: Sequence[str]
) -> gpd.GeoDataFrame:
    """Return the points of areas on their code, EPSG:27700, in the order asked for.

    Raises
    ------
    InputError
        As `read_layer`, and if an area is missing, repeated or has no point.
    """
    options = {"returnGeometry": "true", "outSR": _METRES, "f": "json"}
    features = features_of(downloader, source, codes, options)
    places = [feature.get("geometry") or {} for feature in features]
    try:
        points = gpd.points_from_xy(
            [float(place["x"]) for place in places],
            [float(place["y"]) for place in places],
            crs=BNG,
        )
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{source.id}: an area has no point ({error!r})"
        raise InputError(msg) from error
    placed = _placed(attributes_of(features, source), points, source, codes)
    _check_within(placed, ENGLAND_M, source)
    return placed


@all_or_none
def read_boundaries(
    downloader: Downloader, source: Source, codes: Sequence[str]
) -> gpd.GeoDataFrame:
    """Return the polygons of areas on their code, EPSG:4326, in the order asked for.

    Raises
    ------
    InputError
        As `read_layer`, and if an area is missing, repeated or has no polygon.
    """
    options = {"returnGeometry": "true", "outSR": _DEGREES, "f": "geojson"}
    features = features_of(downloader, source, codes, options)
    try:
        shapes = [closed_shape(feature["geometry"]) for feature in features]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, GEOSException) as error:
        msg = f"{source.id}: an area has no polygon ({error!r})"
        raise InputError(msg) from error
    placed = _placed(
        attributes_of(features, source), gpd.GeoSeries(shapes, crs=WGS84), source, codes
    )
    wrong = placed.index[~placed.geom_type.isin(["Polygon", "MultiPolygon"]) | placed.is_empty]
    if len(wrong):
        msg = f"{source.id}: not polygons: {name_some(wrong)}"
        raise InputError(msg)
    _check_within(placed, ENGLAND_DEGREES, source)
    return placed


@all_or_none
def read_distinct(downloader: Downloader, source: Source) -> pd.DataFrame:
    """Return the different values of a table's fields, such as codes and names of all boards.

    Raises
    ------
    InputError
        As `read_layer`, and if they are more than one page holds.
    """
    return attributes_of(distinct_features(downloader, source), source)


def _placed(
    table: pd.DataFrame,
    geometry: gpd.GeoSeries | GeometryArray,
    source: Source,
    codes: Sequence[str],
) -> gpd.GeoDataFrame:
    """Return features on their code, exactly those that were asked for."""
    placed = gpd.GeoDataFrame(table, geometry=geometry).set_index(table.columns[0])
    check_all_codes(placed.index, codes, source=source.id)
    return placed.loc[list(codes)]


def _check_within(
    placed: gpd.GeoDataFrame, land: tuple[float, float, float, float], source: Source
) -> None:
    """Refuse shapes outside England, such as those in other coordinates than requested."""
    west, south, east, north = land
    bounds = placed.bounds
    inside = (
        (bounds["minx"] >= west)
        & (bounds["miny"] >= south)
        & (bounds["maxx"] <= east)
        & (bounds["maxy"] <= north)
    )
    if not inside.all():
        where = name_some(placed.index[~inside])
        msg = f"{source.id}: not in England, or in other coordinates than {placed.crs}: {where}"
        raise InputError(msg)
