"""The base map of a study: outlines of its areas, with roads and places of its own map."""

from collections.abc import Iterable

import geopandas as gpd

from llrgeo.inputs.areas import check_outlines_near, draw_cells, read_outlines
from llrgeo.inputs.base_map import BaseMap, read_labels, read_road_lines
from llrgeo.inputs.embedded import embedded
from llrgeo.roads.main_roads import main_road_lines, places_of
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import name_some, raise_faults
from llrgeo.study.config import CELLS, StudyConfig
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import Router


def build_base_map(drawn: gpd.GeoDataFrame, routers: Iterable[Router]) -> BaseMap:
    """Return the roads and places that a study's maps show with the outlines of its areas.

    They are those of the first network that was built from a map; without one, or without places
    there, those of the embedded data.
    """
    west, south, east, north = drawn.total_bounds
    window = slice(west, east), slice(south, north)
    network = _from_a_map(routers)
    if network is None:
        roads = read_road_lines(sorted(embedded("roads").glob("links_*.csv")))
        own = None
    else:
        roads, own = main_road_lines(network), places_of(network)
    places = None if own is None else own.cx[window]
    if places is None or places.empty:
        places = read_labels(embedded("places.csv")).cx[window]
    return BaseMap(drawn, roads.cx[window], places)


def _from_a_map(routers: Iterable[Router]) -> RoadNetwork | None:
    """Return the first network that was built from a map of streets; None without any."""
    for router in routers:
        if isinstance(router, NetworkRouter) and router.network.info.extent:
            return router.network
    return None


def study_outlines(study: StudyConfig, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the outline of each area of a study.

    Raises
    ------
    InputError
        If outlines are missing, or lie elsewhere.
    """
    if study.outlines == CELLS:
        return draw_cells(areas)
    outlines = read_outlines(study.path("outlines"))
    missing = areas.index.difference(outlines.index)
    if len(missing):
        fault = (
            f"no outline for {len(missing)} areas ({name_some(missing)}). Name a file that has "
            'them, or write outlines = "cells" to draw each area around its centroid'
        )
        raise_faults([fault], source=study.path("outlines").name)
    check_outlines_near(outlines, areas, source=study.path("outlines").name)
    return outlines.loc[areas.index]
