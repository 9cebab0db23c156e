"""What the explorer's map draws: outlines of areas, main roads with their numbers, towns."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from llrgeo.execution.computed_once import computed_once
from llrgeo.publish.explorer.topojson import encode_topology
from llrgeo.publish.gazetteer import area_at
from llrgeo.publish.publication import Publication
from llrgeo.schema import BNG, WGS84

_ROAD_TOLERANCE_M: Final = 60


@computed_once
def _topology(publication: Publication) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the main roads as drawn, and their lines with the outlines of areas as TopoJSON."""
    # Those of a part are cut from the roads that are drawn of the whole study.
    is_part = publication.part_of is not None
    roads = publication.base.roads if is_part else drawn_roads(publication)
    shapes = publication.base.outlines.geometry, roads.geometry
    return roads, publication.recall(encode_topology, *shapes)


def drawn_shapes(publication: Publication) -> dict[str, Any]:
    """Return the shapes of areas and main roads, with the names of roads and of places."""
    roads, topology = _topology(publication)
    return {
        "topology": topology,
        "roads": [
            {"name": name, "kind": kind}
            for name, kind in zip(roads["road"], roads["road_class"], strict=True)
        ],
        "places": _places(publication),
    }


@computed_once
def drawn_roads(publication: Publication) -> gpd.GeoDataFrame:
    """Return the main roads, each number and class once, without bends that no screen shows."""
    merged = publication.base.main_roads.to_crs(BNG).dissolve(
        ["road_class", "road"], as_index=False
    )
    merged.geometry = merged.geometry.line_merge().simplify(_ROAD_TOLERANCE_M)
    return merged


def _places(publication: Publication) -> list[dict[str, Any]]:
    """Return the towns that the map names, largest first, each with the area it lies in, if any."""
    towns = _towns(publication.whole)
    if publication.part_of is None:
        return list(towns.values())
    near = set(publication.base.places.index)
    row_in_part = own_areas(publication)
    return [
        {**town, "area": row_in_part.get(town["area"], -1)}
        for key, town in towns.items()
        if key in near
    ]


@computed_once
def _towns(publication: Publication) -> dict[Hashable, dict[str, Any]]:
    """Return the towns of the base map as the map names them, by their row among its places."""
    base = publication.base
    places = replace(base, places=base.places.reset_index(drop=True)).towns.to_crs(WGS84)
    places = places.sort_values(["residents", "name"], ascending=[False, True])
    rows = records(
        {
            "name": places["name"],
            "at": degrees(places.geometry.y, places.geometry.x),
            "residents": places["residents"].astype(int),
            "area": area_at(places.geometry, publication.base),
        }
    )
    return dict(zip(places.index, rows, strict=True))


def own_areas(publication: Publication) -> dict[int, int]:
    """Return the position of each area of a part by that in the whole study."""
    return {row: place for place, row in enumerate(publication.rows_in_whole.tolist())}


def degrees(lat: pd.Series, lon: pd.Series) -> list[list[float]]:
    """Return points to about a metre."""
    return [[y, x] for y, x in zip(lat.round(5).tolist(), lon.round(5).tolist(), strict=True)]


def records(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an object for each row of some columns."""
    lists = [list(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]
