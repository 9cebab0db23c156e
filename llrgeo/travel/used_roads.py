"""The roads that the fastest journeys between some places use, out of all roads of a network.

The fastest journeys to one place form a tree, which tells the roads of all journeys to it. On these
roads alone every one of the journeys takes as long as on all roads: none of the others was on its
way.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from llrgeo.travel.graph import IntArray
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search_trees import SearchTrees


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
    joined = router.joined_edges(origins, "origin")
    leaves = router.first_nodes(joined)
    for period in periods:
        used[_edges_of_trees(router.trees_to(destinations, period), leaves)] = True
    used[joined] = True
    used[router.joined_edges(destinations, "destination")] = True
    used[router.nearest_edges(origins, "origin")] = True
    used[router.nearest_edges(destinations, "destination")] = True
    return used


def _edges_of_trees(trees: SearchTrees, leaves: IntArray) -> IntArray:
    """Return the edges on the fastest ways from some nodes to each destination."""
    graph = trees.graph
    arcs = graph.tail * graph.nodes + graph.head  # ascending, as the graph is sorted
    on_way = np.zeros(len(arcs), dtype=bool)
    marked = np.full(graph.nodes, -1)  # the node that followed when a node was passed last
    for destination in range(len(trees.places)):
        _, onward = trees.tree(destination)
        nodes, following = _passed(leaves, onward.astype(np.int64), graph.nodes)
        # Ways to one place mostly go on as those to the place before: their arcs are marked.
        other = marked[nodes] != following
        nodes, following = nodes[other], following[other]
        marked[nodes] = following
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
