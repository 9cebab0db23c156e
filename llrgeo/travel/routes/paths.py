"""Routes: the line that a best journey takes, its minutes, its kilometres, its roads by name."""

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from llrgeo.arrays import Ints
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import snapper
from llrgeo.schema import BNG
from llrgeo.travel.access_links import (
    UsedRoads,
    build_request,
    direct_journeys,
    roads_of_points,
    straight_walks,
)
from llrgeo.travel.points import Places, as_points, check_pairs
from llrgeo.travel.search.dijkstra import reversed_matrix
from llrgeo.travel.search.graph import UNREACHABLE, SearchGraph, layer_network, unpack
from llrgeo.travel.search.od_matrix import MatrixRequest


class RouteSegment(NamedTuple):
    """The part of an edge that is driven, from one share of its length (0 to 1) to another."""

    edge: int
    start: float = 0.0
    end: float = 1.0


class Route(NamedTuple):
    """A journey: its key (time and length), the road segments (none if walked), its entrances.

    `entrances` are the rows (of `UsedRoads.xy`) of the entrances at its start and its end.
    """

    key: int
    segments: list[RouteSegment]
    entrances: tuple[int, int] = (-1, -1)
    on_foot: bool = False


_NO_ROUTE: Final = Route(UNREACHABLE, [])


def find_routes(
    network: RoadNetwork, origins: Places, destinations: Places, *, period: str
) -> gpd.GeoDataFrame:
    """Return the best route from each origin to the destination in the same row.

    Parameters
    ----------
    network
        The network.
    origins, destinations
        Places (GeoSeries or GeoDataFrame) in any declared CRS, as many of the one as of the other.
        For a shape a point inside stands, which is logged; a MultiPoint has several entrances.
    period
        Which of the network's times count.

    Returns
    -------
    geopandas.GeoDataFrame
        On the origins' index, in EPSG:27700: `travel_time_min` and `distance_km` as in the matrix,
        `roads` (their names in order, with semicolons), and the line from point to point. An
        unreachable destination has infinite minutes and kilometres, no roads and no line.

    Raises
    ------
    InputError, RoutingError
        If a place has no geometry; if there are not as many origins as destinations.
    NetworkError
        If the network has no such period, or points have no coordinate system.

    Examples
    --------
    >>> import geopandas, llrgeo
    >>> network = llrgeo.load_network(llrgeo.load_study().path("network"))
    >>> oakham, infirmary = (geopandas.GeoSeries.from_xy([x], [y], crs="EPSG:27700")
    ...                      for x, y in ((486_100, 308_800), (458_900, 303_500)))
    >>> route = llrgeo.find_routes(network, oakham, infirmary, period="off_peak")
    >>> bool(route["travel_time_min"].between(30, 60).all()), route.crs.to_epsg()
    (True, 27700)
    """
    origins, _ = as_points(origins, role="origins")
    destinations, _ = as_points(destinations, role="destinations")
    check_pairs(origins, destinations)
    snapping = snapper(network)
    layered = layer_network(network)
    origin_roads = roads_of_points(snapping, origins, "origin")
    destination_roads = roads_of_points(snapping, destinations, "destination")
    request = build_request(network, layered, period, origin_roads, destination_roads)
    direct = direct_journeys(network, period, origin_roads, destination_roads)
    walks = straight_walks(origin_roads, destination_roads)
    # Three kinds of journey as in the matrix: along one road, by nodes, on foot; the least key
    # wins.
    routes = [
        min(
            _direct_route(direct, row),
            _route_by_nodes(request, origin_roads, destination_roads, row),
            _route_on_foot(walks, row),
            key=_key,
        )
        for row in range(len(origins))
    ]
    minutes, km = unpack(np.array([route.key for route in routes], dtype=np.int64))
    lines = [_line(network, route, origin_roads, destination_roads) for route in routes]
    return gpd.GeoDataFrame(
        {
            "travel_time_min": minutes,
            "distance_km": km,
            "roads": [_road_names(network, route) for route in routes],
        },
        index=origins.index,
        geometry=np.array(lines, dtype=object),
        crs=BNG,
    )


def _key(route: Route) -> int:
    return route.key


def _direct_route(direct: pd.DataFrame, row: int) -> Route:
    """Return the best route that stays on one road."""
    mine = direct[(direct["point_origin"] == row) & (direct["point_destination"] == row)]
    if mine.empty:
        return _NO_ROUTE
    best = mine.iloc[int(mine["key"].argmin())]
    segment = RouteSegment(
        int(best["edge_origin"]), best["share_origin"], best["share_destination"]
    )
    return Route(
        int(best["key"]),
        [segment],
        (int(best["entrance_origin"]), int(best["entrance_destination"])),
    )


def _route_on_foot(walks: pd.DataFrame, row: int) -> Route:
    """Return the route that is walked straight from point to point, if there is one."""
    mine = walks[(walks["point_origin"] == row) & (walks["point_destination"] == row)]
    if mine.empty:
        return _NO_ROUTE
    best = mine.iloc[0]
    entrances = int(best["entrance_origin"]), int(best["entrance_destination"])
    return Route(int(best["key"]), [], entrances, on_foot=True)


def _route_by_nodes(
    request: MatrixRequest, origin_roads: UsedRoads, destination_roads: UsedRoads, row: int
) -> Route:
    """Return the best route that passes at least one node, by a search back from its end."""
    pair = request.block(slice(row, row + 1), slice(row, row + 1))
    graph, exits, entries = pair.graph, pair.exits, pair.entries
    if not (len(exits.node) and len(entries.node)):
        return _NO_ROUTE
    # The search starts at the destination's own node, so predecessors lead towards it.
    goal = graph.nodes
    matrix = reversed_matrix(graph, entries)
    found, onward = dijkstra(matrix, indices=[goal], return_predecessors=True)
    totals = found[0, exits.node] + exits.key
    leave = int(totals.argmin())
    if np.isinf(totals[leave]):
        return _NO_ROUTE
    # In a search from the destination, a node's predecessor is the next node of the journey.
    nodes = [int(exits.node[leave])]
    while onward[0, nodes[-1]] != goal:
        nodes.append(int(onward[0, nodes[-1]]))
    # Rows of the links are rows of the tables of used roads: they name the first and last edge.
    arrive = int(np.where(entries.node == nodes[-1], entries.key, UNREACHABLE).argmin())
    first = origin_roads.table[origin_roads.table["point"] == row].iloc[leave]
    last = destination_roads.table[destination_roads.table["point"] == row].iloc[arrive]
    return Route(
        int(totals[leave]),
        [
            RouteSegment(int(first["edge"]), start=first["share"]),
            *(RouteSegment(edge) for edge in _edges_between(graph, np.array(nodes))),
            RouteSegment(int(last["edge"]), end=last["share"]),
        ],
        (int(first["entrance"]), int(last["entrance"])),
    )


def _edges_between(graph: SearchGraph, nodes: Ints) -> list[int]:
    """Return the edges between consecutive nodes; steps from layer to layer are on no edge."""
    arcs = graph.tail * graph.nodes + graph.head
    edges = graph.edge[np.searchsorted(arcs, nodes[:-1] * graph.nodes + nodes[1:])]
    return [int(edge) for edge in edges if edge >= 0]


def _road_names(network: RoadNetwork, route: Route) -> str:
    """Return the names of the roads in order, each once where segments follow each other."""
    edges = [segment.edge for segment in route.segments]
    names = network.edges["road_name"].iloc[edges]
    named = names[names != ""]
    return "; ".join(named[named != named.shift()])


def _line(
    network: RoadNetwork, route: Route, origin_roads: UsedRoads, destination_roads: UsedRoads
) -> shapely.LineString | None:
    """Return the line from point to point along the segments; None where there is no route."""
    if not (route.segments or route.on_foot):
        return None
    leave, arrive = route.entrances
    start, end = shapely.Point(origin_roads.xy[leave]), shapely.Point(destination_roads.xy[arrive])
    if route.on_foot:
        return shapely.LineString([start, end])
    lines = network.lines.to_numpy()
    parts = [
        substring(lines[segment.edge], segment.start, segment.end, normalized=True)
        for segment in route.segments
    ]
    places = shapely.get_coordinates([start, *parts, end])
    # Places that repeat the one before add nothing to a line.
    moved = np.ones(len(places), dtype=bool)
    moved[1:] = (np.diff(places, axis=0) != 0).any(axis=1)
    moved[-1] |= moved.sum() == 1  # a line needs two places, even of a journey of no length
    return shapely.LineString(places[moved])
