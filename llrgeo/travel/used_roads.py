"""The roads that the fastest journeys between some places use, out of all roads of a network.

The fastest journeys to one place form a tree (Dijkstra 1959), so one search back from each
destination tells the roads of all journeys to it. On these roads alone every one of the journeys
takes as long as on all roads: none of the others was on its way.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from llrgeo.travel.dijkstra import reversed_matrix
from llrgeo.travel.graph import IntArray
from llrgeo.travel.od_matrix import MatrixRequest
from llrgeo.travel.routers import NetworkRouter


def roads_in_use(
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    *,
    periods: Iterable[str],
) -> NDArray[np.bool_]:
    """Tell for each edge of a network whether a journey from an origin to a destination needs it.

    Needed are the roads that places are joined to, and those on the fastest way in a period.

    Parameters
    ----------
    router
        Over the network.
    origins, destinations
        Places, in any declared CRS; a MultiPoint has several entrances.
    periods
        Which of the network's times count.

    Raises
    ------
    NetworkError
        If the network has no such period, or points have no coordinate system.
    """
    used = np.zeros(len(router.network.edges), dtype=bool)
    for period in periods:
        request = router.build_request(origins, destinations, period)
        used[_edges_of_trees(request)] = True
    used[router.joined_edges(origins, "origin")] = True
    used[router.joined_edges(destinations, "destination")] = True
    return used


def _edges_of_trees(request: MatrixRequest) -> IntArray:
    """Return the edges on the fastest ways from all origins' roads to each destination."""
    graph = request.graph
    matrix = reversed_matrix(graph, request.entries)
    leaves = np.unique(request.exits.node)
    arcs = graph.tail * graph.nodes + graph.head  # ascending, as the graph is sorted
    on_way = np.zeros(len(arcs), dtype=bool)
    for goal in range(graph.nodes, graph.nodes + request.entries.points):
        _, onward = dijkstra(matrix, indices=[goal], return_predecessors=True)
        nodes, following = _passed(leaves, onward[0].astype(np.int64), graph.nodes)
        on_way[np.searchsorted(arcs, nodes * graph.nodes + following)] = True
    edges = graph.edge[on_way]
    return edges[edges >= 0]  # steps between layers are no roads


def _passed(leaves: IntArray, onward: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Return the nodes on the ways inwards from some leaves, each with the node that follows.

    The last node of a way has none: what follows is the destination.
    """
    passed = np.zeros(count, dtype=bool)
    at = leaves[onward[leaves] >= 0]
    # All ways go on by one road at a time; where they meet, one of them goes on for both.
    while at.size:
        passed[at] = True
        at = onward[at]
        at = at[at < count]
        at = np.unique(at[~passed[at]])
    nodes = np.flatnonzero(passed)
    inner = onward[nodes] < count
    return nodes[inner], onward[nodes[inner]]
