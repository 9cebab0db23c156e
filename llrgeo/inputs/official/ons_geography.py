"""Office for National Statistics, Open Geography: boundaries, centroids and lookups, by ArcGIS.

A layer is requested in pages; each page is an answer of its own in the cache. A server may stop at
its row limit, with a notice (`exceededTransferLimit`) or without, so the number of rows is
requested first and the pages must add up to it. Errors come with status 200 (`answers.read_json`).
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import geopandas as gpd
import pandas as pd
from geopandas.array import GeometryArray
from shapely.errors import GEOSException

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import closed_shape, read_json, refuse_repeated
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import BNG, WGS84, name_some

ROWS_A_PAGE: Final = 2_000
CODES_A_QUERY: Final = 90  # so that an address stays below 2,000 characters or so
MOST_ROWS: Final = 500_000  # more than any table of small areas has
ALL: Final = "1=1"

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
    features = _features(downloader, source, where, {"returnGeometry": "false", "f": "json"})
    return _attributes(features, source)


@all_or_none
def read_rows(downloader: Downloader, source: Source, codes: Sequence[str]) -> pd.DataFrame:
    """Return the rows of some codes of a table, on the code, in the order asked for.

    Raises
    ------
    InputError
        As `read_layer`, and if a code is missing.
    """
    options = {"returnGeometry": "false", "f": "json"}
    table = _attributes(_features_of(downloader, source, codes, options), source)
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
    parts = [read_layer(downloader, source, is_in(field, some)) for some in _batches(sorted(codes))]
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
    features = _features_of(downloader, source, codes, options)
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
    placed = _placed(_attributes(features, source), points, source, codes)
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
    features = _features_of(downloader, source, codes, options)
    try:
        shapes = [closed_shape(feature["geometry"]) for feature in features]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, GEOSException) as error:
        msg = f"{source.id}: an area has no polygon ({error!r})"
        raise InputError(msg) from error
    placed = _placed(_attributes(features, source), gpd.GeoSeries(shapes, crs=WGS84), source, codes)
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
    options = {"returnGeometry": "false", "returnDistinctValues": "true", "f": "json"}
    address = page_address(source, ALL, options, 0)
    check = partial(_check_page, source=source)
    page = read_json(downloader.get(Query(source, address, f"{source.id}.json", check)))
    if _is_limited(page) or not page["features"]:
        msg = f"{source.id}: {len(page['features']):,} rows came, and they are not all"
        raise InputError(msg)
    return _attributes(page["features"], source)


def is_in(field: str, values: Iterable[str]) -> str:
    """Return the condition that a field has one of some values."""
    quoted = ",".join("'{}'".format(value.replace("'", "''")) for value in values)
    return f"{field} IN ({quoted})"


def page_address(source: Source, where: str, options: dict[str, str], offset: int) -> str:
    """Return the address of one page of a layer: rows from `offset` for which `where` is true."""
    fields = list(source.fields.values())
    parameters = {
        "where": where,
        "outFields": ",".join(fields),
        **options,
        "orderByFields": ",".join(fields[:2]) if source.options.get("repeats") else fields[0],
        "resultOffset": offset,
        "resultRecordCount": ROWS_A_PAGE,
    }
    return f"{source.url}?{urlencode(parameters)}"


def count_address(source: Source, where: str) -> str:
    """Return the address of the number of rows of which a condition is true."""
    return f"{source.url}?{urlencode({'where': where, 'returnCountOnly': 'true', 'f': 'json'})}"


def _features_of(
    downloader: Downloader, source: Source, codes: Sequence[str], options: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the features of some codes, requested in lists that fit into an address."""
    key = source.fields[source.key]
    found: list[dict[str, Any]] = []
    for some in _batches(sorted(codes)):
        found += _features(downloader, source, is_in(key, some), options, expected=len(some))
    return found


def _batches(codes: Sequence[str]) -> list[Sequence[str]]:
    return [codes[at : at + CODES_A_QUERY] for at in range(0, len(codes), CODES_A_QUERY)]


def _features(
    downloader: Downloader,
    source: Source,
    where: str,
    options: dict[str, str],
    *,
    expected: int | None = None,
) -> list[dict[str, Any]]:
    """Return all features of which a condition is true, page by page, as many as expected."""
    count = count_rows(downloader, source, where) if expected is None else expected
    check = partial(_check_page, source=source)
    ending = options["f"]
    features: list[dict[str, Any]] = []
    while True:
        address = page_address(source, where, options, len(features))
        page = read_json(downloader.get(Query(source, address, f"{source.id}.{ending}", check)))
        features += page["features"]
        if len(features) >= count or not page["features"]:
            break
    if len(features) != count:
        limited = " and says that its limit was reached" if _is_limited(page) else ""
        msg = (
            f"{source.id}: {len(features):,} of {count:,} rows came; the server stops early"
            f"{limited}. Nothing of it is used"
        )
        raise InputError(msg)
    return features


def count_rows(downloader: Downloader, source: Source, where: str) -> int:
    """Return of how many rows a condition is true, as the server counts them."""
    query = Query(source, count_address(source, where), f"{source.id}-count.json", _check_count)
    return int(read_json(downloader.get(query))["count"])


def _check_count(path: Path) -> None:
    count = read_json(path).get("count")
    if type(count) is not int or not 0 <= count <= MOST_ROWS:
        msg = f"{path.name}: no count of rows but {count!r}"
        raise InputError(msg)


def _check_page(path: Path, *, source: Source) -> None:
    """Refuse a page without features, or with a field that is missing or no longer so called."""
    features = read_json(path).get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        msg = f"{source.id}: the answer has no features"
        raise InputError(msg)
    fields = list(source.fields.values())
    for feature in features:
        values = _values(feature)
        missing = [name for name in fields if values.get(name) is None]
        if missing:
            msg = (
                f"{source.id}: no field {name_some(missing)}; there are {name_some(values)}. "
                "If the publisher renamed it, correct the table of sources"
            )
            raise InputError(msg)
        wrong = [name for name in fields if not _is_plain(values[name])]
        if wrong:
            msg = f"{source.id}: field {name_some(wrong)} is neither text nor a number"
            raise InputError(msg)


def _values(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a feature's fields: `attributes` in Esri's JSON, `properties` in GeoJSON."""
    values = feature.get("attributes", feature.get("properties"))
    return values if isinstance(values, dict) else {}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_limited(page: dict[str, Any]) -> bool:
    inner = page.get("properties")
    return bool(
        page.get("exceededTransferLimit")
        or (isinstance(inner, dict) and inner.get("exceededTransferLimit"))
    )


def _attributes(features: list[dict[str, Any]], source: Source) -> pd.DataFrame:
    names = list(source.fields.values())
    # Hard spaces, as copies from web pages have them, are spaces; none stands around a code.
    rows = [
        [" ".join(str(_values(feature)[name]).split()) for name in names] for feature in features
    ]
    table = pd.DataFrame(rows, columns=list(source.fields), dtype="str")
    if not source.options.get("repeats"):
        refuse_repeated(table[source.key], source=source.id)
    _check_codes(table[source.key], source)
    return table


def _check_codes(codes: pd.Series, source: Source) -> None:
    """Refuse keys that are not of the form that the table of sources states."""
    pattern = source.options.get("code", "")
    wrong = codes[~codes.str.fullmatch(pattern)] if pattern else codes.iloc[:0]
    if len(wrong):
        msg = f"{source.id}: not codes as {pattern}: {name_some(wrong)}"
        raise InputError(msg)


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


def check_all_codes(found: Iterable[str], wanted: Iterable[str], *, source: str) -> None:
    """Refuse a table that lacks a code that was asked for, or has one that was not.

    Raises
    ------
    InputError
        Naming the first few of each.
    """
    have, want = set(found), set(wanted)
    missing, extra = sorted(want - have), sorted(have - want)
    faults = [f"{len(missing)} areas are missing ({name_some(missing)})"] if missing else []
    faults += [f"{len(extra)} areas are not of the study ({name_some(extra)})"] if extra else []
    if faults:
        msg = f"{source}: {'; '.join(faults)}"
        raise InputError(msg)
