"""What can be reached within some minutes: roads, cut where the time is up, and their areas."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from llrgeo.errors import RoutingError
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import Role, snapper
from llrgeo.schema import BNG
from llrgeo.travel.access_links import UsedRoads, build_request, roads_of_points
from llrgeo.travel.dijkstra import reversed_matrix
from llrgeo.travel.graph import IntArray, LayeredNetwork, layer_network, limit_key, unpack
from llrgeo.travel.times import Direction

WIDTH_M: Final = 100.0  # how far beside a road its area reaches

Floats = NDArray[np.float64]

_MS_PER_MIN: Final = 60_000


class _Search(NamedTuple):
    """What all searches have in common."""

    network: RoadNetwork
    laid: LayeredNetwork
    used: UsedRoads
    period: str
    direction: Direction


class _Reach(NamedTuple):
    """How long the way is between each edge and one site, and the site's own stretch of road.

    Attributes
    ----------
    ms
        From each edge's far end: the end the site is reached from (left for).
    own
        The edges that the site lies on: `edge`, `share` along it, `walk_ms`.
    """

    ms: Floats
    own: pd.DataFrame


def isochrones(
    network: RoadNetwork,
    sites: gpd.GeoSeries,
    minutes: Sequence[float] = (10, 20, 30),
    *,
    period: str = "off_peak",
    direction: Direction = "to_site",
) -> gpd.GeoDataFrame:
    """Return the areas from which each site is reached, or that can be reached from it, in time.

    Parameters
    ----------
    network
        The roads.
    sites
        Points on `site_id`, any declared CRS.
    minutes
        Limits, each above zero.
    period
        A period of the network.
    direction
        `to_site`: where one can start; `from_site`: where one can get to.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a site and limit, in that order: `site_id`, `minutes`, `period`, `direction`,
        `geometry` (polygons in EPSG:27700, 100 m to either side of the roads; empty where nothing
        is in reach).

    Raises
    ------
    RoutingError
        If a limit is not above zero.
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
    roads = roads_within(network, sites, minutes, period=period, direction=direction)
    areas = shapely.buffer(roads.geometry.to_numpy(), WIDTH_M, quad_segs=4)
    return roads.set_geometry(gpd.GeoSeries(areas, roads.index, crs=BNG))


def roads_within(
    network: RoadNetwork,
    sites: gpd.GeoSeries,
    minutes: Sequence[float],
    *,
    period: str,
    direction: Direction,
) -> gpd.GeoDataFrame:
    """Return the lines of all roads within reach, as `isochrones` describes.

    Each direction of a road is a line of its own; the road the site lies on may stand twice.
    """
    if not all(limit > 0 for limit in minutes):
        msg = f"minutes must be above zero, not {', '.join(f'{limit:g}' for limit in minutes)}"
        raise RoutingError(msg)
    role: Role = "destination" if direction == "to_site" else "origin"
    used = roads_of_points(snapper(network), sites, role)
    search = _Search(network, layer_network(network), used, period, direction)
    edge_ms = network.weights_ms(period).astype(float)
    lines = network.lines.to_numpy()
    rows = []
    for number, site in enumerate(sites.index):
        reach = _reach(search, number, max(minutes))
        for limit in sorted(minutes):
            stretches = _stretches(reach, edge_ms, limit * _MS_PER_MIN, direction)
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


def _reach(search: _Search, number: int, limit_min: float) -> _Reach:
    """Search from one site over the whole network, as far as the limit."""
    network, laid, used, period, direction = search
    own = used.table[used.table["point"] == number].assign(point=0)
    one, none = UsedRoads(1, own), UsedRoads(0, own.iloc[:0])
    if direction == "to_site":
        question = build_request(network, laid, period, none, one)
    else:
        question = build_request(network, laid, period, one, none).reversed()
    nodes = question.graph.nodes
    found = dijkstra(
        reversed_matrix(question.graph, question.entries),
        indices=np.array([nodes]),
        limit=float(limit_key(limit_min)),
    )[0, :nodes]
    keys: IntArray = np.where(np.isfinite(found), found, float(1 << 62)).astype(np.int64)
    ms = unpack(keys)[0] * _MS_PER_MIN
    return _Reach(ms[laid.head if direction == "to_site" else laid.tail], own)


def _stretches(
    reach: _Reach, edge_ms: Floats, limit_ms: float, direction: Direction
) -> tuple[IntArray, Floats, Floats]:
    """Return edges with the shares of their length from and to which they are within reach."""
    left_ms = limit_ms - reach.ms
    edges = np.flatnonzero((left_ms > 0) & (edge_ms > 0))
    part = np.minimum(left_ms[edges] / edge_ms[edges], 1.0)
    own = reach.own
    own_edges = own["edge"].to_numpy(np.int64)
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
    whole = (start <= 0) & (end >= 1)
    parts = [
        substring(lines[edge], low, high, normalized=True)
        for edge, low, high in zip(edges[~whole], start[~whole], end[~whole], strict=True)
        if high > low
    ]
    cut = [part for part in parts if part.geom_type == "LineString"]
    return shapely.MultiLineString([*lines[edges[whole]], *cut])
