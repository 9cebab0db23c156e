"""Landmarks of an extract: towns and villages, main roads by number, rivers and canals.

Maps are drawn and places are checked with them. They have no effect on travel times.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from llrgeo.arrays import Bools, Ints
from llrgeo.inputs.base_map import MAIN_ROADS
from llrgeo.roads.main_roads import joined
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.streets import Streets
from llrgeo.roads.way_nodes import in_europe
from llrgeo.schema import BNG, WGS84, to_numbers

# Residents of a place whose population is not tagged: the least of its kind, as the OpenStreetMap
# wiki defines it (a city from 100,000, a town from 10,000), so that names are drawn by size.
_LEAST_RESIDENTS: Final = {"city": 100_000.0, "town": 10_000.0, "village": 1_000.0}
_COLUMNS: Final = ("kind", "name", "residents", "geometry")


def find_landmarks(
    extract: Extract, streets: Streets, clip: shapely.Geometry | None
) -> gpd.GeoDataFrame:
    """Return the landmarks of an extract.

    Parameters
    ----------
    extract
        The files' content.
    streets
        Its ways as a mode may use them; landmarks are the main roads among them.
    clip
        Land in EPSG:27700; only landmarks that touch it are returned. None returns all in Europe.

    Returns
    -------
    geopandas.GeoDataFrame
        `kind` (city, town, village; a class of `MAIN_ROADS`; river, canal), `name` (of a road its
        number, or its name where it has none), `residents` (NaN except for places), and geometry
        in EPSG:27700: a point, or lines, joined where one name continues.
    """
    near = in_europe(extract.lat, extract.lon)
    found = [
        _places(extract, near),
        _joined_lines(extract, near, _main_roads(streets)),
        _joined_lines(extract, near, _water(extract)),
    ]
    landmarks = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), geometry="geometry", crs=BNG)
    if clip is not None:
        landmarks = landmarks[landmarks.intersects(clip)]
    return landmarks.reset_index(drop=True)


def _places(extract: Extract, near: Bools) -> gpd.GeoDataFrame:
    """Return cities, towns and villages with their residents.

    `near` has a flag for each node of the extract: whether it lies in Europe.
    """
    ids = np.array(sorted(extract.places), dtype=np.int64)
    ids = ids[is_among(ids, extract.node_ids)]
    ids = ids[near[np.searchsorted(extract.node_ids, ids)]]
    row = np.searchsorted(extract.node_ids, ids)
    tags = [extract.places[node] for node in ids.tolist()]
    kinds = pd.Series([tag["place"] for tag in tags], dtype=object)
    populations = pd.Series([tag.get("population", "") for tag in tags], dtype=object)
    # Mappers write 12,345 or 12 345. Without a number, a place has the least of its kind.
    counted = to_numbers(populations.astype(str).str.replace(r"[,\s]", "", regex=True))
    residents = counted.where(counted > 0, kinds.map(_LEAST_RESIDENTS).astype(float))
    points = gpd.points_from_xy(extract.lon[row], extract.lat[row], crs=WGS84).to_crs(BNG)
    names = [tag["name"] for tag in tags]
    columns = (kinds, names, residents, points)
    return gpd.GeoDataFrame(dict(zip(_COLUMNS, columns, strict=True)), crs=BNG)


def _main_roads(streets: Streets) -> list[tuple[str, str, Ints]]:
    """Return class, number (or name) and nodes of every main road, without slip roads."""
    table = streets.table
    main = table["speed_class"].isin(MAIN_ROADS) & ~table["highway"].str.endswith("_link")
    rows = np.flatnonzero(main)
    table = table.iloc[rows]
    numbers = table["ref"].str.split(";").str[0].str.strip()
    called = numbers.where(numbers != "", table["name"])
    kinds, names = (column.astype(str) for column in (table["speed_class"], called))
    return list(zip(kinds, names, [streets.nodes[row] for row in rows], strict=True))


def _water(extract: Extract) -> list[tuple[str, str, Ints]]:
    return [(way.tags["waterway"], way.tags.get("name", ""), way.nodes) for way in extract.water]


def _joined_lines(
    extract: Extract, near: Bools, ways: list[tuple[str, str, Ints]]
) -> gpd.GeoDataFrame:
    """Return ways as lines, those of one kind and name joined where they meet.

    Nodes beyond the files are left out, and a way of fewer than two nodes with them.
    """
    refs = np.concatenate([*(nodes for _, _, nodes in ways), np.zeros(0, np.int64)])
    way = np.repeat(np.arange(len(ways)), [len(nodes) for _, _, nodes in ways])
    placed = is_among(refs, extract.node_ids[near])
    # Only nodes in the files and in Europe are left of a way; a line needs two of them.
    placed[placed] = np.bincount(way[placed], minlength=len(ways))[way[placed]] > 1
    row, way = np.searchsorted(extract.node_ids, refs[placed]), way[placed]
    project = Transformer.from_crs(WGS84, BNG, always_xy=True)
    xy = np.stack(project.transform(extract.lon[row], extract.lat[row]), axis=1)
    drawn, line = np.unique(way, return_inverse=True)
    lines = np.asarray(shapely.linestrings(xy, indices=line))
    labels = pd.DataFrame(
        {
            "kind": [ways[number][0] for number in drawn.tolist()],
            "name": [ways[number][1] for number in drawn.tolist()],
        },
        dtype=object,
    )
    rows = [
        (kind, name, np.nan, part)
        for (kind, name), own in labels.groupby(["kind", "name"])
        for part in joined(lines[own.index])
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=BNG)
