"""A part of a publication: the areas of one authority, for an explorer of their own.

Every option, service, site and journey stays, and so do results and views, which are counted apart
for all parts (`part_views`); areas, minutes, shapes, names and postcodes are those of the part.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.arrays import Floats
from llrgeo.execution.computed_once import computed_once
from llrgeo.inputs.base_map import BaseMap
from llrgeo.publish.explorer.map_shapes import drawn_roads
from llrgeo.publish.indicator_view import PLACE_RANKINGS
from llrgeo.publish.publication import Publication
from llrgeo.schema import WGS84
from llrgeo.travel.times import TravelTimes

AROUND: Final = 0.1  # of a degree, about 7 to 11 km: roads and towns that a map shows around a part
Rows = NDArray[np.intp]


def part_of(publication: Publication, rows: Rows, title: str) -> Publication:
    """Return a publication of the areas of one authority, by their positions in the table of areas.

    Its tables are the study's own, but rankings of areas, which are of its areas alone. It answers
    for neighbourhoods: roads to search postcodes' own journeys on are not cut out.
    """
    areas = publication.areas.iloc[rows]
    times, judged_by = _times_of(publication, rows)
    return replace(
        publication,
        part_of=publication,
        title=title,
        areas=areas,
        base=_base_of(publication, rows),
        times=times,
        judged_by=judged_by,
        tables=_tables_of(publication, areas.index),
        postcodes=_postcodes_of(publication, rows),
        ways={site: tree.only(areas.index) for site, tree in publication.ways.items()},
        own_roads=None,
    )


def _times_of(publication: Publication, rows: Rows) -> tuple[tuple[TravelTimes, ...], TravelTimes]:
    """Return the minutes from some areas, and those of them that options are judged by."""
    times = tuple(
        replace(matrix, minutes=matrix.minutes.iloc[rows], distance_km=None, spread={})
        for matrix in publication.times
    )
    judged = next(
        part_times
        for part_times, whole in zip(times, publication.times, strict=True)
        if whole is publication.judged_by
    )
    return times, judged


def _tables_of(publication: Publication, area_ids: pd.Index) -> Mapping[str, pd.DataFrame]:
    """Return the tables; rankings of areas keep the rows of these areas, with ranks among all."""
    if PLACE_RANKINGS not in publication.tables:
        return publication.tables
    ranked = publication.tables[PLACE_RANKINGS]
    of_areas = [figures.indicator.id for figures in publication.figures if figures.kind == "area"]
    kept = ~ranked["figure_id"].isin(of_areas) | ranked["place"].isin(area_ids)
    return {**publication.tables, PLACE_RANKINGS: ranked[kept]}


@computed_once
def _postcodes_by_row(publication: Publication) -> tuple[pd.Series, NDArray[np.intp]]:
    """Return the postcodes in the order of the table of areas, and where those of each area end."""
    postcodes = publication.postcodes
    if postcodes is None:
        postcodes = pd.Series(dtype=str)
    row = publication.areas.index.get_indexer(pd.Index(postcodes.to_numpy()))
    order = np.argsort(row, kind="stable")
    ends = np.searchsorted(row[order], np.arange(-1, len(publication.areas)), side="right")
    return postcodes.iloc[order], ends


def _postcodes_of(publication: Publication, rows: Rows) -> pd.Series | None:
    if publication.postcodes is None:
        return None
    ordered, ends = _postcodes_by_row(publication)
    # `ends` begins with those of no area, so that the postcodes of row k lie from its own k on.
    places = [np.arange(ends[row], ends[row + 1]) for row in rows]
    return ordered.iloc[np.concatenate([np.array([], dtype=np.intp), *places])]


@computed_once
def _whole_base(publication: Publication) -> tuple[BaseMap, Floats]:
    """Return the base map with main roads as drawn, in degrees, and the bounds of each outline."""
    base = publication.base
    roads = drawn_roads(publication).to_crs(WGS84)
    whole = BaseMap(base.outlines, roads, base.places.reset_index(drop=True).to_crs(WGS84))
    return whole, base.outlines.to_crs(WGS84).bounds.to_numpy()


def _base_of(publication: Publication, rows: Rows) -> BaseMap:
    """Return the outlines of some areas, and the main roads and towns in and around them."""
    base, bounds = _whole_base(publication)
    west, south = bounds[rows, :2].min(axis=0) - AROUND
    east, north = bounds[rows, 2:].max(axis=0) + AROUND
    near = shapely.box(west, south, east, north)
    roads = base.roads.iloc[np.sort(base.roads.sindex.query(near, predicate="intersects"))]
    lines = shapely.clip_by_rect(roads.geometry.to_numpy(), west, south, east, north)
    roads = roads.set_geometry(gpd.GeoSeries(lines, roads.index, crs=WGS84))
    roads = roads[~shapely.is_empty(lines)]
    places = base.places.iloc[np.sort(base.places.sindex.query(near, predicate="intersects"))]
    return BaseMap(base.outlines.iloc[rows], roads, places)
