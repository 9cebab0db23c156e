"""Small areas where residents live, and the outlines they are drawn by."""

import math
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from llrgeo.errors import InputError
from llrgeo.inputs.tables import read_table, typed_points
from llrgeo.schema import AGE_BANDS, AREAS, BNG, NO_CAR, WGS84, WHOLE, name_some, raise_faults

_MARGIN_M: Final = 500.0  # the least that the cells at the edge reach beyond their centroids


def read_areas(path: str | Path) -> gpd.GeoDataFrame:
    """Read areas with their residents.

    Parameters
    ----------
    path
        A .csv or .parquet table with the columns of `llrgeo.schema.AREAS`, of which only
        `area_id`, `lat`, `lon` and `residents` must be there.

    Returns
    -------
    geopandas.GeoDataFrame
        On `area_id`, with the population-weighted centroid as point in EPSG:27700. Areas without
        a `name` are called by their id; without an `authority` all are of one (`WHOLE`).

    Raises
    ------
    InputError
        If the table has any fault: a missing column, a repeated id, a count below zero, swapped
        coordinates, or age bands that do not add up to the residents.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> areas.loc["W", "name"], int(areas.loc["W", "residents"])
    ('West', 400)
    """
    path = Path(path)
    areas = typed_points(read_table(path), AREAS, source=path.name)
    if {"households", NO_CAR} <= set(areas.columns):
        more = areas.index[areas[NO_CAR] > areas["households"]]
        fault = f"column '{NO_CAR}' is more than 'households' in {len(more)} areas"
        raise_faults([f"{fault} ({name_some(more)})"] if len(more) else [], source=path.name)
    raise_faults(_band_faults(areas), source=path.name)
    return _named(areas)


def _band_faults(areas: gpd.GeoDataFrame) -> list[str]:
    """Return what is wrong with the age bands, of which a table has all or none."""
    missing = [band for band in AGE_BANDS if band not in areas.columns]
    if missing:
        some = len(missing) < len(AGE_BANDS)
        return [f"age bands are missing ({', '.join(missing)}); give all, or none"] if some else []
    differs = areas.index[areas[list(AGE_BANDS)].sum(axis=1) != areas["residents"]]
    if differs.empty:
        return []
    return [f"age bands do not add up to residents in {len(differs)} areas ({name_some(differs)})"]


def _named(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name areas and authorities that the table does not name; a name stands in for a code."""
    given = set(areas.columns)
    named = areas if "name" in given else areas.assign(name=areas.index.astype(str))
    for column, other in (("authority", "authority_code"), ("authority_code", "authority")):
        if column not in given:
            named = named.assign(**{column: areas[other] if other in given else WHOLE})
    return named


def read_outlines(path: str | Path, *, index: str = "area_id") -> gpd.GeoDataFrame:
    """Read polygons to draw areas or authorities by.

    Parameters
    ----------
    path
        Any vector file that has the index as a column and a declared CRS.
    index
        The column that identifies the polygons.

    Returns
    -------
    geopandas.GeoDataFrame
        On the index, sorted, in EPSG:4326.

    Raises
    ------
    InputError
        If the file cannot be read, or the index is absent or repeated.
    """
    path = Path(path)
    try:
        outlines = gpd.read_file(path)
    except (OSError, RuntimeError, UnicodeDecodeError, shapely.errors.GEOSException) as error:
        msg = f"{path}: not a readable map file ({error})"
        raise InputError(msg) from error
    if index not in outlines.columns:
        found = ", ".join(map(str, outlines.columns))
        raise_faults([f"column '{index}' is missing; found {found}"], source=path.name)
    doubled = outlines.loc[outlines[index].duplicated(), index]
    if len(doubled):
        raise_faults([f"outlines are duplicated ({name_some(doubled)})"], source=path.name)
    return outlines.set_index(index).to_crs(WGS84).sort_index()


def draw_cells(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw areas that have no outlines: each as what is nearer to its centroid than to any other.

    The Voronoi cells end half the usual distance of two centroids beyond the outermost ones. They
    are for display only; no figure is computed from them.

    Parameters
    ----------
    areas
        On `area_id`, points in EPSG:27700.

    Returns
    -------
    geopandas.GeoDataFrame
        Polygons on the index of `areas`, neighbours sharing their borders, in EPSG:4326.

    Raises
    ------
    InputError
        If there are fewer than two areas, or two stand on the same point.
    """
    points = areas.geometry
    doubled = areas.index[points.duplicated(keep=False)]
    faults = [f"areas stand on the same point ({name_some(doubled)})"] if len(doubled) else []
    if len(areas) < 2:  # noqa: PLR2004 - one centroid alone has no cell
        faults.append("there is only one area")
    raise_faults(faults, source='outlines = "cells"')
    hull = points.union_all().convex_hull
    land = hull.buffer(max(_MARGIN_M, math.sqrt(hull.area / len(areas)) / 2))
    together = shapely.multipoints(points.to_numpy())
    cells = shapely.voronoi_polygons(together, extend_to=land, ordered=True)
    # Whole metres, so that neighbours end at the very same points of the outer edge.
    clipped = shapely.intersection(shapely.get_parts(cells), land, grid_size=1.0)
    return gpd.GeoDataFrame(index=areas.index, geometry=clipped, crs=BNG).to_crs(WGS84)
