"""Files of map data: GeoJSON, GeoPackage, shapefile, read by their own drivers alone.

GDAL has drivers that follow a link in a file to an address on the network (VRT), and paths that
are addresses (`/vsicurl/...`). Reading by three drivers named here, from files of this machine
alone, keeps it from either.
"""

import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from llrgeo.errors import InputError
from llrgeo.inputs.tables import check_file, one_line
from llrgeo.schema import DEGREES, WGS84, name_some, raise_faults

_DRIVERS: Final = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
}
_BEGINS: Final = {
    "GeoJSON": b"{",
    "GPKG": b"SQLite format 3\x00",
    "ESRI Shapefile": b"\x00\x00\x27\x0a",
}
POLYGONS: Final = ("Polygon", "MultiPolygon")
_LARGEST: Final = 1 << 30  # bytes; the outlines of all LSOAs of England are about a third
_NO_DAY: Final = "1970-01-01"  # a GeoPackage must name a day on which a layer changed
_SYSTEM: Final = re.compile(
    r'"crs"\s*:\s*\{\s*"type"\s*:\s*"name"\s*,\s*"properties"\s*:\s*\{\s*"name"\s*:\s*"([^"]*)"'
)
_HEAD: Final = 100_000  # letters of GeoJSON in which its coordinate system is named
_POLE: Final = 90.0  # degrees
_FAILURES: Final = (
    OSError,
    RuntimeError,
    ValueError,
    TypeError,
    RecursionError,
    shapely.errors.ShapelyError,
    CRSError,
)


@contextmanager
def writing_layers(path: Path) -> Iterator[None]:
    """Raise errors of GDAL and SQLite that writing a map file in the block meets as an `OSError`.

    They have error types of their own for a full disk or an exceeded quota.
    """
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        yield
    except (DataLayerError, DataSourceError, sqlite3.Error) as error:
        msg = f"{path}: cannot be written; is there room for it? ({one_line(error)[:80]})"
        raise OSError(msg) from error


def repeatable_geopackage(path: Path, date: str) -> bytes:
    """Return a GeoPackage without what differs from one writing to the next.

    Parameters
    ----------
    path
        The file as GDAL has written it; it is repacked where it stands.
    date
        The day that takes the place of the clock's, as 2026-11-22; empty: 1970-01-01.
    """
    changed = f"{date or _NO_DAY}T00:00:00.000Z"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (changed,))
    database.execute("VACUUM")
    database.close()
    return _without_counters(path.read_bytes())


def _without_counters(database: bytes) -> bytes:
    """Set SQLite's count of changes, which depends on how the writer was scheduled, to 1.

    It is written twice in the file's header (SQLite file format, 1.3.7 and 1.3.17).
    """
    counter = (1).to_bytes(4, "big")
    return database[:24] + counter + database[28:92] + counter + database[96:]


def read_polygons(path: Path) -> gpd.GeoDataFrame:
    """Read the polygons of a map file, EPSG:4326.

    Raises
    ------
    InputError
        If there is no such file on this machine, it is of another kind or cannot be read, it has
        no coordinate system, or anything but polygons.
    """
    _check_kind(path)
    try:
        with warnings.catch_warnings():
            # GDAL warns of what it puts right; what it cannot is an error, or found below.
            warnings.simplefilter("ignore", RuntimeWarning)
            # Texts that are no JSON stay texts.
            warnings.filterwarnings("ignore", "Could not parse column", UserWarning)
            table = gpd.read_file(path, layer=_layer_of(path))
    except InputError:
        raise
    except _FAILURES as error:
        msg = f"{path}: not a readable map file ({one_line(error)})"
        raise InputError(msg) from error
    if "geometry" not in table.columns:
        raise_faults(["there are no shapes in it"], source=path.name)
    raise_faults([*_system_faults(path), *_shape_faults(table)], source=path.name)
    shapes = _flat_and_valid(table.geometry.to_numpy())
    table = table.set_geometry(gpd.GeoSeries(shapes, table.index, crs=table.crs))
    try:
        return table.to_crs(WGS84)
    except _FAILURES as error:
        msg = f"{path}: coordinates that cannot be placed ({one_line(error)})"
        raise InputError(msg) from error


def _flat_and_valid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes without heights; those whose border crosses itself have the land within it."""
    flat = np.asarray(shapely.force_2d(shapes), dtype=object)
    crossed = ~shapely.is_valid(flat)
    flat[crossed] = shapely.make_valid(flat[crossed], method="structure", keep_collapsed=False)
    return flat


def _check_kind(path: Path) -> None:
    """Refuse a file that is not of one of the three kinds, by its ending and its content."""
    check_file(path)
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        msg = f"{path}: maps are read as .geojson, .gpkg or .shp; save it as one of them"
        raise InputError(msg)
    if path.stat().st_size > _LARGEST:
        msg = f"{path}: larger than 1 GB, which outlines of areas are not"
        raise InputError(msg)
    with path.open("rb") as file:
        begins = file.read(64)
    # The content decides which driver GDAL takes: one that begins as JSON, as SQLite or as a
    # shapefile does is opened by none that follows links.
    if driver == "GeoJSON":
        begins = begins.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begins.startswith(_BEGINS[driver]):
        msg = f"{path}: not a readable map file (its content is not {driver})"
        raise InputError(msg)


def _layer_of(path: Path) -> str | None:
    """Return the layer to read: the first of a file of one, else the only one of polygons.

    Raises
    ------
    InputError
        If several layers have polygons, or of several none has.
    """
    if path.suffix.lower() != ".gpkg":  # the other kinds have one
        return None
    layers = gpd.list_layers(path)
    if len(layers) <= 1:
        return None
    kinds = layers["geometry_type"].fillna("").astype(str)
    names = [str(name) for name in layers.loc[kinds.str.contains("Polygon|Unknown"), "name"]]
    if len(names) != 1:
        found = name_some(layers["name"])
        what = "have polygons" if names else "there, none of polygons"
        fault = f"{len(names) or len(layers)} layers {what} ({found}); save the one that is meant"
        raise_faults([f"{fault} in a file of its own"], source=path.name)
    return names[0]


def _system_faults(path: Path) -> list[str]:
    """Return a coordinate system that GeoJSON names and GDAL does not know: it would read degrees.

    Without one, and where it is null, coordinates are degrees (RFC 7946).
    """
    if _DRIVERS[path.suffix.lower()] != "GeoJSON":
        return []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        found = _SYSTEM.search(file.read(_HEAD))
    if not found:
        return []
    try:
        CRS.from_user_input(found[1])
    except CRSError:
        known = "name one by its EPSG number, as EPSG:27700, or save the file in EPSG:4326"
        return [f"the coordinate system in it ('{found[1][:60]}') is not known; {known}"]
    return []


def _shape_faults(table: gpd.GeoDataFrame) -> list[str]:
    """Return what is wrong with shapes: none, other than polygons, or in metres for degrees."""
    if table.empty:
        return ["there are no shapes in it"]
    faults = [] if table.crs is not None else ["there is no coordinate system in it"]
    kinds = table.geom_type.fillna("nothing")
    other = kinds[~kinds.isin(POLYGONS)]
    if len(other) or table.geometry.is_empty.any():
        found = ", ".join(sorted(set(other))) or "empty shapes"
        faults.append(f"{len(other) or 1} of {len(table)} shapes are no polygons, but {found}")
    with np.errstate(invalid="ignore"):  # infinite coordinates are told below
        empty = int((shapely.area(table.geometry.to_numpy()) == 0).sum())
    if empty and not faults:
        faults.append(f"{empty} of {len(table)} shapes have no area")
    return faults + _coordinate_faults(table)


def _coordinate_faults(table: gpd.GeoDataFrame) -> list[str]:
    """Return what is wrong with the coordinates of shapes."""
    bounds = table.total_bounds
    if not np.isfinite(bounds).all():
        return ["coordinates that are not numbers"]
    if table.crs is None or not table.crs.is_geographic:
        return []
    # GeoJSON without a CRS counts as degrees: metres in it show by their size.
    if np.abs(bounds).max() > DEGREES:
        fault = (
            f"looks like eastings and northings, not degrees: {bounds[0]:.7g} {bounds[1]:.7g}; "
            'state the coordinate system in the file ("crs", EPSG:27700), or save it in EPSG:4326'
        )
        return [fault]
    latitude = max(bounds[[1, 3]], key=abs)
    if abs(latitude) > _POLE:
        return [f"latitude {latitude:.7g}, beyond the poles; are lat and lon swapped?"]
    return []
