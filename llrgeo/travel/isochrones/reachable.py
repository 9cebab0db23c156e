"""What can be reached within some minutes: roads, cut where the time is up, and areas.

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
from numpy.typing import NDArray
from shapely.ops import substring

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
from llrgeo.travel.isochrones.site_search import MS_PER_MIN, Reach, SiteSearch
from llrgeo.travel.isochrones.time_surface import Roads, TimeSurface
from llrgeo.travel.places import Places, as_points
from llrgeo.travel.search.graph import IntArray
from llrgeo.travel.times import Direction

_HAIR_M: Final = 0.001  # buffer that makes up for rounding in a union
_BEYOND: Final = 4  # grid steps around the land in reach, so that its border is covered
_SPARE: Final = 20  # nodes around those that seem to be in reach

Floats = NDArray[np.float64]


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
        doubled = sites.index[sites.index.duplicated()]
        faults.append(f"site ids are duplicated ({name_some(doubled)})")
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
    land = land_in_reach(boxes[:, edges], least_ms, reach.doors, limit_ms, ends_s)
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


def roads_within(
    network: RoadNetwork,
    sites: gpd.GeoSeries,
    minutes: Sequence[float],
    *,
    period: str,
    direction: Direction,
) -> gpd.GeoDataFrame:
    """Return the lines of all roads within reach, as `isochrones` describes.

    Each direction of a road is a line of its own; the road the site lies on may appear twice.
    """
    points = _checked(sites, minutes, direction)
    boxes = edge_boxes(network.nodes, network.edges)
    search = SiteSearch.of(network, points, boxes, period=period, direction=direction)
    edge_ms = network.weights_ms(period).astype(float)
    lines = network.lines.to_numpy()
    rows = []
    for number, site in enumerate(sites.index):
        reach = search.reach(number, max(minutes))
        for limit in sorted(minutes):
            stretches = _stretches(reach, edge_ms, limit * MS_PER_MIN, direction)
            rows.append(
                {
                    "site_id": site,
                    "minutes": limit,
                    "period": period,
                    "direction": direction,
                    "geometry": _cut(lines, *stretches),
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=BNG)


def _stretches(
    reach: Reach, edge_ms: Floats, limit_ms: float, direction: Direction
) -> tuple[IntArray, Floats, Floats]:
    """Return edges with the shares of their length from and to which they are within reach."""
    # An edge is within reach as far as the time left at its near end lasts.
    left_ms = limit_ms - reach.ms
    edges = np.flatnonzero((left_ms > 0) & (edge_ms > 0))
    part = np.minimum(left_ms[edges] / edge_ms[edges], 1.0)
    own = reach.own
    own_edges = own["edge"].to_numpy(np.int64)
    # Journeys leave or reach the site's own edge midway: its part is counted from the site.
    own_ms = np.maximum(limit_ms - own["walk_ms"].to_numpy(float), 0.0)
    own_part = np.divide(own_ms, edge_ms[own_edges], out=np.ones(len(own)), where=own_ms > 0)
    share = own["share"].to_numpy(float)
    if direction == "to_site":
        start, end = 1 - part, np.ones(len(edges))
        own_start, own_end = np.maximum(share - own_part, 0.0), share
    else:
        start, end = np.zeros(len(edges)), part
        own_start, own_end = share, np.minimum(share + own_part, 1.0)
    return (
        np.concatenate([edges, own_edges]),
        np.concatenate([start, own_start]),
        np.concatenate([end, own_end]),
    )


def _cut(
    lines: NDArray[np.object_], edges: IntArray, start: Floats, end: Floats
) -> shapely.MultiLineString:
    """Cut lines to the shares of them that are within reach."""
    # Whole edges need no cut: cutting is slow, and only the edges at the border need it.
    whole = (start <= 0) & (end >= 1)
    parts = [
        substring(lines[edge], low, high, normalized=True)
        for edge, low, high in zip(edges[~whole], start[~whole], end[~whole], strict=True)
        if high > low
    ]
    cut = [part for part in parts if part.geom_type == "LineString"]
    return shapely.MultiLineString([*lines[edges[whole]], *cut])
