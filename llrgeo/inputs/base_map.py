"""The base map: outlines of the areas, main roads with their numbers, towns and villages."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from llrgeo.errors import InputError
from llrgeo.files import StrPath
from llrgeo.inputs.tables import read_table
from llrgeo.schema import BNG, WGS84

PLACES: Final = ("city", "town", "village")
WATER: Final = ("river", "canal")
MAIN_ROADS: Final = ("motorway", "trunk_dual", "trunk", "primary_dual", "primary")
TOWN_RESIDENTS: Final = 3_000  # residents a place must have to be named or found


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class BaseMap:
    """Shapes drawn beneath and above the areas so that people can find their way on the map.

    Attributes
    ----------
    outlines
        A polygon for each area, on `area_id`; neighbours share their borders.
    roads
        Lines with `road` (its number) and `road_class`.
    places
        Towns and villages: `name`, `residents` and a point.
    """

    outlines: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    places: gpd.GeoDataFrame

    @property
    def main_roads(self) -> gpd.GeoDataFrame:
        """The roads that maps show."""
        return self.roads[self.roads["road_class"].isin(MAIN_ROADS)]

    @property
    def towns(self) -> gpd.GeoDataFrame:
        """The places that maps name."""
        return self.places[self.places["residents"] >= TOWN_RESIDENTS]

    @cached_property
    def outlines_m(self) -> gpd.GeoDataFrame:
        """The outlines in EPSG:27700; they keep the index by which points are found in them."""
        return self.outlines.to_crs(BNG)

    @cached_property
    def places_within(self) -> gpd.GeoDataFrame:
        """The places within the outlines, the largest first."""
        whole = joined_outlines(self.outlines_m.geometry)
        inside = self.places[self.places.to_crs(BNG).within(whole)]
        return inside.sort_values(["residents", "name"], ascending=[False, True])


def joined_outlines(outlines: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return the land of outlines, polygons of one coordinate system.

    Neighbours share their borders, which makes it quick. Where two of them have the same land, as
    areas that are drawn by the outline of a larger one, they are joined the slower way.
    """
    shapes = np.asarray([*outlines], dtype=object)
    try:
        return shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes)


def read_road_lines(paths: Iterable[StrPath]) -> gpd.GeoDataFrame:
    """Read classified roads as lines.

    Parameters
    ----------
    paths
        Tables of links, junction to junction: `road`, `road_class` and `path`, which is
        `lat lon; lat lon; ...` in EPSG:4326.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a link in the order read: `road`, `road_class`, lines in EPSG:4326.

    Raises
    ------
    InputError
        If a column is missing or a path is not a list of coordinates.
    """
    tables = [read_table(Path(path)) for path in paths]
    links = pd.concat(tables, ignore_index=True)
    try:
        lines = [_line(path) for path in links["path"]]
        kept = links[["road", "road_class"]]
    except (KeyError, ValueError) as error:
        msg = f"links of roads: {error}"
        raise InputError(msg) from error
    return gpd.GeoDataFrame(kept, geometry=lines, crs=WGS84)


def read_labels(path: StrPath) -> gpd.GeoDataFrame:
    """Read towns and villages: `name`, `residents`, and a point in EPSG:4326.

    Raises
    ------
    InputError
        If a column is missing or a value is not a number.
    """
    path = Path(path)
    table = read_table(path)
    try:
        numbers = table[["lat", "lon", "residents"]].apply(pd.to_numeric)
        points = gpd.points_from_xy(numbers["lon"], numbers["lat"], crs=WGS84)
        named = table[["name"]].assign(residents=numbers["residents"])
    except (KeyError, ValueError) as error:
        msg = f"{path.name}: {error}"
        raise InputError(msg) from error
    return gpd.GeoDataFrame(named.reset_index(drop=True), geometry=points)


def _line(path: str) -> shapely.LineString:
    points = [point.split() for point in path.split(";")]
    return shapely.LineString([(float(lon), float(lat)) for lat, lon in points])
