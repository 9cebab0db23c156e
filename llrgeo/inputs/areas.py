"""Small areas where residents live, and the outlines they are drawn by."""

import math
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.files import StrPath
from llrgeo.inputs.map_files import POLYGONS, read_polygons
from llrgeo.inputs.tables import read_table, typed_points
from llrgeo.inputs.visible_text import as_place_name
from llrgeo.schema import (
    AGE_BANDS,
    AREAS,
    BNG,
    NO_CAR,
    WGS84,
    WHOLE,
    counted,
    name_some,
    raise_faults,
    require_columns,
)

_RANKS_A_DECILE: Final = 3_300  # areas of England over ten, within 2 % in every edition
_ENGLISH: Final = "E0[0-9]{7}"  # codes of the Office for National Statistics
_REMOTE_M: Final = 60_000.0  # the Isles of Scilly are 45 km from Cornwall
_FEWEST_FOR_REMOTE: Final = 3  # of two neither is the one that is off
_REMOTE_TIMES: Final = 3.0  # the median distance to the nearest other area
_COUNTED: Final = ("residents", *AGE_BANDS, "disabled")
_FEWEST_SUMMED: Final = 2  # areas whose sum is a total, if its id is unlike theirs
_FEWEST_OF_ANY_ID: Final = 20  # where an area of a made-up table may have as many as all others
_TOTAL: Final = r"(?i)\b(?:sub|grand )?totals?\b"
_MARGIN_M: Final = 500.0  # the least that the cells at the edge reach beyond their centroids


def read_areas(path: StrPath) -> gpd.GeoDataFrame:
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
        coordinates, an area far from all others, age bands that do not add up to the residents,
        more disabled people than residents, a row that is the total of others, deciles that
        contradict ranks, an authority with two codes.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> areas.loc["W", "name"], int(areas.loc["W", "residents"])
    ('West', 400)
    """
    path = Path(path)
    areas = typed_points(read_table(path), AREAS, source=path.name)
    # First what a row says by itself; relations between rows say nothing while rows are wrong.
    raise_faults([*_band_faults(areas), *_count_faults(areas)], source=path.name)
    named = _named(areas)
    faults = [
        *_deprivation_faults(named),
        *_authority_faults(named),
        *_remote_faults(named),
        *_one_place_faults(named),
        *_total_faults(named),
    ]
    raise_faults(faults, source=path.name)
    return named


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
    """Return areas with missing names and authorities filled in; a name stands in for a code."""
    given = set(areas.columns)
    named = areas if "name" in given else areas.assign(name=areas.index.astype(str))
    for column, other in (("authority", "authority_code"), ("authority_code", "authority")):
        if column not in given:
            named = named.assign(**{column: areas[other] if other in given else WHOLE})
    return named


def _count_faults(areas: pd.DataFrame) -> list[str]:
    """Return counts of a part that are above those of the whole; and that nobody lives there."""
    if not areas["residents"].any():
        return ["column 'residents' is 0 in all areas"]
    wholes = {"disabled": "residents", "bad_health": "residents", NO_CAR: "households"}
    above = {
        part: areas.index[areas[part] > areas[whole]]
        for part, whole in wholes.items()
        if {part, whole} <= set(areas.columns)
    }
    return [
        f"column '{part}' is more than '{wholes[part]}' in {len(ids)} areas ({name_some(ids)})"
        for part, ids in above.items()
        if len(ids)
    ]


def _one_place_faults(areas: gpd.GeoDataFrame) -> list[str]:
    """Return that all areas lie at one place, as a cell that was filled down says.

    A few may share one: units as small as postcodes lie in one building.
    """
    if len(areas) > 1 and not areas[["lat", "lon"]].ne(areas[["lat", "lon"]].iloc[0]).any(
        axis=None
    ):
        return [f"all {len(areas)} areas have the same lat and lon"]
    return []


def _total_faults(areas: gpd.GeoDataFrame) -> list[str]:
    """Return rows that are the sum of others: everybody in them would be counted twice.

    One is called a total, or each of its counts is the sum of all other areas', or of those of its
    authority. Among few areas that may be meant, unless its id has another form than theirs.
    """
    called = pd.Series(areas.index.astype(str), areas.index) + " " + areas["name"]
    totals = called.str.contains(_TOTAL)
    counts = areas[[name for name in _COUNTED if name in areas.columns]]
    form = areas.index.to_series().astype(str)
    form = form.str.replace(r"\d", "9", regex=True).str.replace(r"[^\W\d]", "A", regex=True)
    unlike = ~form.duplicated(keep=False) & (len(counts.columns) == len(_COUNTED))
    fewest = pd.Series(_FEWEST_OF_ANY_ID, areas.index).mask(unlike, _FEWEST_SUMMED)
    for groups in (pd.Series(WHOLE, areas.index), areas["authority"]):
        others = counts.groupby(groups).transform("sum") - counts
        summed = groups.map(groups.value_counts()) > fewest
        totals |= (others == counts).all(axis="columns") & summed & (counts > 0).any(axis="columns")
    found = areas.index[totals]
    if found.empty:
        return []
    rows = counted(len(found), "row")
    return [f"{rows} with the total of others, which is no area ({name_some(found)}); delete it"]


def _deprivation_faults(areas: pd.DataFrame) -> list[str]:
    """Return deciles that contradict ranks: 1 is most deprived in both.

    Of two areas the one with the higher rank is in the same decile or a higher one. In England a
    decile has 3,248 to 3,376 ranks (the indices of 2004 to 2025), so there a rank and a decile are
    a decile apart at most.
    """
    if not {"imd_rank", "imd_decile"} <= set(areas.columns):
        return []
    ranked = areas.sort_values(["imd_rank", "imd_decile"])
    # In order of rank, deciles may only rise: one below the highest before it contradicts its rank.
    most_before = ranked["imd_decile"].cummax()
    national = np.ceil(areas["imd_rank"] / _RANKS_A_DECILE)
    english = areas.index.astype(str).str.fullmatch(_ENGLISH)
    off = english & ((national - areas["imd_decile"]).abs() > 1)
    bad = areas.index[off | (ranked["imd_decile"] < most_before).reindex(areas.index)]
    if bad.empty:
        return []
    what = "contradicts 'imd_rank' (1 is most deprived in both)"
    return [f"column 'imd_decile' {what} in {len(bad)} areas ({name_some(bad)})"]


def _authority_faults(areas: pd.DataFrame) -> list[str]:
    """Return authorities with two codes or spellings, and codes of two authorities."""
    faults = []
    for key, other in (("authority", "authority_code"), ("authority_code", "authority")):
        several = areas.groupby(key)[other].unique()
        faults += [
            f"column '{key}': {name} has several in '{other}' ({name_some(sorted(values))})"
            for name, values in several.items()
            if len(values) > 1
        ]
    for column in ("authority", "upper_authority"):
        names = sorted(set(areas[column])) if column in areas.columns else []
        spelt = pd.Series(names, dtype=object).groupby([as_place_name(name) for name in names])
        faults += [
            f"column '{column}': {' and '.join(map(repr, alike))} read the same; write one of them"
            for _, alike in spelt
            if len(alike) > 1
        ]
    return faults


def _remote_faults(areas: gpd.GeoDataFrame) -> list[str]:
    """Return areas far from all others, as one that has lost the sign of its longitude."""
    if len(areas) < _FEWEST_FOR_REMOTE:
        return []
    # Areas at the same point are next to each other. The search passes over all that is equal, so
    # with many of them its time would grow with the square of their number.
    alone = ~areas.geometry.duplicated(keep=False).to_numpy()
    points, nearest_m = areas.geometry.to_numpy(), np.zeros(len(areas))
    places = points[~areas.geometry.duplicated().to_numpy()]
    (found, _), metres = shapely.STRtree(places).query_nearest(
        points[alone], exclusive=True, return_distance=True, all_matches=False
    )
    nearest_m[np.flatnonzero(alone)[found]] = metres
    far = nearest_m > max(_REMOTE_M, _REMOTE_TIMES * float(np.median(nearest_m)))
    return [
        f"area {area_id} is {metres / 1_000:.0f} km from the nearest other area; check its lat "
        "and lon (a lost sign?)"
        for area_id, metres in zip(areas.index[far], nearest_m[far], strict=True)
    ]


def read_outlines(path: StrPath, *, index: str = "area_id") -> gpd.GeoDataFrame:
    """Read polygons to draw areas or authorities by.

    Parameters
    ----------
    path
        A GeoJSON, GeoPackage or shapefile that has the index as a column and a declared CRS.
    index
        The column that identifies the polygons.

    Returns
    -------
    geopandas.GeoDataFrame
        On the index, sorted, in EPSG:4326.

    Raises
    ------
    InputError
        If the file cannot be read, is of another kind, has anything but polygons in Great Britain,
        or the index is absent or repeated.
    """
    path = Path(path)
    outlines = read_polygons(path)
    require_columns(outlines, [index], source=path.name)
    outlines[index] = outlines[index].astype("str").str.strip()
    # An area of several parts has to be one row: figures are joined to outlines by their id.
    duplicates = outlines.loc[outlines[index].duplicated(), index]
    if len(duplicates):
        raise_faults([f"outlines are duplicated ({name_some(duplicates)})"], source=path.name)
    return outlines.set_index(index).sort_index()


def check_outlines_near(
    outlines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, source: str
) -> None:
    """Refuse outlines that lie elsewhere than the centroids of their areas.

    A centroid of where people live lies in its outline, or near to it where the outline is a
    generalised one. Outlines of another place, or of other ids, are farther off than they are wide.

    Raises
    ------
    InputError
        If there are any, with how far the farthest is off.
    """
    shapes = outlines.loc[areas.index].to_crs(BNG).geometry
    off_m = shapes.distance(areas.geometry)
    bounds = shapes.bounds
    wide_m = bounds["maxx"] - bounds["minx"] + bounds["maxy"] - bounds["miny"]
    bad = off_m > wide_m.clip(lower=_MARGIN_M)
    if bad.any():
        fault = (
            f"outlines lie elsewhere than the centroids of {int(bad.sum())} of {len(areas)} areas "
            f"({name_some(areas.index[bad])}), up to {off_m.max() / 1_000:,.1f} km off"
        )
        raise_faults([fault], source=source)


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
    duplicates = areas.index[points.duplicated(keep=False)]
    faults = [f"areas stand on the same point ({name_some(duplicates)})"] if len(duplicates) else []
    if len(areas) <= 1:
        faults.append("there is only one area")
    raise_faults(faults, source='outlines = "cells"')
    # Land beyond the outermost centroids: half the width of an average area.
    hull = points.union_all().convex_hull
    land = hull.buffer(max(_MARGIN_M, math.sqrt(hull.area / len(areas)) / 2))
    together = shapely.multipoints(points.to_numpy())
    cells = shapely.voronoi_polygons(together, extend_to=land, ordered=True)
    # Whole metres, so that neighbours end at the very same points of the outer edge.
    clipped = shapely.intersection(shapely.get_parts(cells), land, grid_size=1.0)
    drawn = [shape if shape.geom_type in POLYGONS else _only_polygons(shape) for shape in clipped]
    return gpd.GeoDataFrame(index=areas.index, geometry=drawn, crs=BNG).to_crs(WGS84)


def _only_polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the land of a collection: a cell cut along the boundary may have lines besides."""
    return shapely.union_all([p for p in shapely.get_parts(shape) if p.geom_type in POLYGONS])
