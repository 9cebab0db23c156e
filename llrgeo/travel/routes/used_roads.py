"""The roads that the fastest journeys between some places use, out of all roads of a network.

The fastest journeys to one place form a tree, whose arcs are the roads of all journeys to it. On
these roads alone every journey takes as long as on all roads, because none of the others is on its
way.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Ints
from llrgeo.execution.machine_code import compiled
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search.search_trees import SearchTrees


def roads_in_use(
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    *,
    periods: Iterable[str],
) -> Bools:
    """Return for each edge of a network whether a journey from an origin to a destination needs it.

    Journeys need the roads that places are joined to, and those on the fastest way in a period.
    Shape (edges,).

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


def _edges_of_trees(trees: SearchTrees, leaves: Ints) -> Ints:
    """Return the edges on the fastest ways from some nodes to each destination."""
    graph = trees.graph
    first = np.searchsorted(graph.tail, np.arange(graph.nodes + 1))
    on_way = np.zeros(len(graph.tail), dtype=bool)
    followed = np.full(graph.nodes, -1)  # the node after each on the last way through it
    for destination in range(len(trees.places)):
        _, onward = trees.tree(destination)
        _mark_ways(first, graph.head, onward, leaves, followed, on_way)
    edges = graph.edge[on_way]
    return edges[edges >= 0]  # steps between layers are no roads


@compiled
def _mark_ways(
    first: Ints,
    head: Ints,
    onward: NDArray[np.int32],
    leaves: Ints,
    followed: Ints,
    on_way: Bools,
) -> None:
    """Mark in `on_way` the arcs on the ways from some leaves to the root of a tree.

    `onward` has the next node of each: negative where no way leads, and the number of nodes for the
    destination. The arcs of node i are at `first[i]` to `first[i + 1]` of `head` and `on_way`.
    """
    nodes = len(onward)
    passed = onward < 0  # no way leads there
    for leaf in leaves:
        node = leaf
        # From where ways meet, the first of them was followed for all.
        while node < nodes and not passed[node]:
            passed[node] = True
            after = onward[node]
            # Most arcs were marked for the destination before, whose tree shares them.
            if after < nodes and followed[node] != after:
                followed[node] = after
                for arc in range(first[node], first[node + 1]):
                    on_way[arc] |= head[arc] == after
            node = after
