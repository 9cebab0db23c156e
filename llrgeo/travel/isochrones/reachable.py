"""Isochrones: the areas from which, or in which, a site is reached within some minutes.

A point is in the area exactly when the matrix has a time for it within the limit: it is joined to
its nearest road alone, the walk to that road counts, and near a site that lies off the road one may
walk straight. Isochrones are often drawn as buffers of the roads in reach; such buffers include
land whose own road is out of reach, as on the far bank of a river.
"""

from collections.abc import Sequence
from typing import Final, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Floats
from llrgeo.errors import RoutingError
from llrgeo.roads.edge_lines import edge_boxes, within
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import WALK_M_PER_S
from llrgeo.schema import BNG, Track, name_some
from llrgeo.travel.isochrones.contours import draw_area
from llrgeo.travel.isochrones.rough_times import (
    RoughTimes,
    grid_step,
    land_in_reach,
    land_within,
    rough_times,
)
from llrgeo.travel.isochrones.site_search import Reach, SiteSearch
from llrgeo.travel.isochrones.time_surface import Roads, TimeSurface
from llrgeo.travel.points import Places, as_points
from llrgeo.travel.search.graph import MS_PER_MIN
from llrgeo.travel.times import Direction

_HAIR_M: Final = 0.001  # buffer that makes up for rounding in a union
_BEYOND: Final = 4  # grid steps around the land in reach, so that its border is covered
_SPARE: Final = 20  # nodes around those that seem to be in reach


def isochrones(
    network: RoadNetwork,
    sites: Places,
    minutes: Sequence[float] = (10, 20, 30),
    *,
    period: str = "off_peak",
    direction: Direction = "to_site",
    track: Track = iter,
) -> gpd.GeoDataFrame:
    """Return the areas from which each site is reached, or that can be reached from it, in time.

    Parameters
    ----------
    network
        The roads.
    sites
        Points on `site_id` (GeoSeries or GeoDataFrame), any declared CRS; a shape is represented
        by a point inside, which is logged.
    minutes
        Limits, each above zero.
    period
        A period of the network.
    direction
        `to_site`: where one can start; `from_site`: where one can get to.
    track
        Progress over the sites.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a site and limit, in that order: `site_id`, `minutes`, `period`, `direction`,
        `geometry` (valid polygons in EPSG:27700, right to about 20 m, each in those of longer
        limits; empty where nothing is in reach).

    Raises
    ------
    RoutingError
        If there is no limit or no site, a limit is not above zero or not finite, an id is
        duplicated, or there is no such direction.
    InputError
        If a site has no geometry.
    NetworkError
        If the network has no such period, or the sites no coordinate system.

    Examples
    --------
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"))
    >>> network = llrgeo.load_network(folder / "network")
    >>> reach = llrgeo.isochrones(network, inputs.sites.geometry, [1.5, 2.5])
    >>> reach[["site_id", "minutes"]].head(2).to_numpy().tolist()
    [['A', 1.5], ['A', 2.5]]
    >>> bool(reach.area[0] < reach.area[1])
    True
    """
    points = _checked(sites, minutes, direction)
    boxes = edge_boxes(network.nodes, network.edges)
    search = SiteSearch.of(network, points, boxes, period=period, direction=direction)
    rows, limits = [], sorted(minutes)
    for number in track(range(len(sites))):
        site, reach = sites.index[number], search.reach(number, limits[-1])
        surface = _surface(search, reach, boxes, limits[-1] * MS_PER_MIN)
        areas = _areas(surface, [limit * MS_PER_MIN for limit in limits])
        # Limits rise, so that each area can be made to hold those of shorter limits.
        area: shapely.Geometry = shapely.Polygon()
        for limit, wider in zip(limits, areas, strict=True):
            area = _holding(area, wider)
            rows.append((site, limit, period, direction, area))
    columns = ["site_id", "minutes", "period", "direction", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=BNG)


def _checked(sites: Places, minutes: Sequence[float], direction: Direction) -> gpd.GeoSeries:
    """Return the points of sites; refuse limits, a direction or ids that are not valid."""
    if np.ndim(minutes) == 0:
        msg = f"minutes are a list of limits: [{minutes}], not {minutes}"
        raise RoutingError(msg)
    faults = []
    if not len(minutes):
        faults.append("no minutes are given")
    if not all(0 < limit < np.inf for limit in minutes):
        limits = ", ".join(f"{limit:g}" for limit in minutes)
        faults.append(f"minutes must be above zero and finite, not {limits}")
    if direction not in get_args(Direction):
        faults.append(f"direction must be {' or '.join(get_args(Direction))}, not {direction}")
    if not len(sites):
        faults.append("no sites are given")
    if sites.index.has_duplicates:
        duplicates = sites.index[sites.index.duplicated()]
        faults.append(f"site ids are duplicated ({name_some(duplicates)})")
    if faults:
        raise RoutingError("; ".join(faults))
    return as_points(sites, role="sites")[0]


def _holding(area: shapely.Geometry, wider: shapely.Geometry) -> shapely.Geometry:
    """Return the area of a longer limit, extended to contain that of a shorter limit.

    Their lines between grid nodes could cross by a metre.
    """
    if shapely.is_empty(area) or shapely.covers(wider, area):
        return wider
    both = shapely.union(area, wider)
    # Crossings are rounded, so that the union may lack a nanometre of its parts.
    if shapely.covers(both, area):
        return both
    return shapely.union(both, shapely.buffer(area, _HAIR_M))


def _surface(search: SiteSearch, reach: Reach, boxes: Floats, limit_ms: float) -> TimeSurface:
    """Return the times of points on and around the land in reach, from the roads there alone."""
    network, edges = search.network, search.served
    least_ms = reach.ms[edges]
    least_ms[np.isin(edges, reach.own["edge"])] = reach.own["walk_ms"].min()
    ends_s = network.info.ends_s
    land = land_in_reach(boxes[:, edges], least_ms, reach.entrances, limit_ms, ends_s)
    # A road beyond this land may be nearer to a point in it than one in reach is. Then the point is
    # farther from what is in reach than one can walk, and out of reach by either road.
    beyond_m = _BEYOND * grid_step(land[2:] - land[:2])
    near = edges[within(boxes[:, edges], land + beyond_m * np.array([-1, -1, 1, 1]))]
    edge_ms = network.weights_ms(search.period).astype(float)
    return TimeSurface.of(Roads.of(network, near), reach, edge_ms, search.direction)


def _areas(surface: TimeSurface, limits_ms: Sequence[float]) -> list[shapely.Geometry]:
    """Draw the area within each limit: first roughly, then exactly along its border."""
    areas: list[shapely.Geometry] = []
    rough = RoughTimes(0.0, np.zeros(2, np.int64), np.full((1, 1), np.inf))
    # Limits rise. The grid of the longest serves the others too, unless theirs is finer.
    for limit_ms in reversed(limits_ms):
        land = land_within(surface, limit_ms)
        if np.isnan(land).any():
            areas.append(shapely.Polygon())
            continue
        step = grid_step(land[2:] - land[:2])
        if step != rough.step:
            rough = rough_times(surface, land, step)
        areas.append(_area(surface, rough, limit_ms))
    return areas[::-1]


def _area(surface: TimeSurface, rough: RoughTimes, limit_ms: float) -> shapely.Geometry:
    """Draw the area within a limit from rough times."""
    guess = rough.ms <= limit_ms
    rows, columns = (np.flatnonzero(guess.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return shapely.Polygon()
    # A margin of nodes stays, for land that was wrongly guessed to be out of reach.
    south, west = max(rows[0] - _SPARE, 0), max(columns[0] - _SPARE, 0)
    guess = guess[south : rows[-1] + _SPARE + 1, west : columns[-1] + _SPARE + 1]
    x, y = ((rough.first + np.array([west, south])) * rough.step).tolist()
    # Time rises with distance at most by walking speed, except for steps between roads.
    slope_ms = 1_000 / WALK_M_PER_S
    return draw_area(guess, (x, y), rough.step, surface, level=limit_ms, slope=slope_ms)
