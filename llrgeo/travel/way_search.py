"""The search for ways along the roads from many places to one.

The best journeys to one destination form a tree (Dijkstra 1959): where two of them meet, they go on
together. One search back from each destination finds them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.schema import BNG
from llrgeo.travel.graph import UNREACHABLE, AccessLinks, IntArray, SearchGraph
from llrgeo.travel.od_matrix import MatrixRequest
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.ways import Floats, WayTree

_ROOT: Final = 0


def find_way_trees(
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    pairs: pd.DataFrame,
    *,
    period: str,
) -> dict[str, WayTree]:
    """Return the ways of some journeys, as one tree for each destination.

    A way runs from the first junction to the last. What is driven of a single road, or walked,
    begins and ends at the destination, so it has one place.

    Parameters
    ----------
    router
        Over the network.
    origins, destinations
        Places, in any declared CRS; a MultiPoint has several entrances.
    pairs
        The journeys: `origin` and `destination`, as their indices name them. One that no road
        leads along is left out.
    period
        Which of the network's times count.

    Raises
    ------
    NetworkError
        If the network has no such period, or points have no coordinate system.
    """
    request = router.build_request(origins, destinations, period)
    roads = _Roads.of(router, request.graph)
    to_all = router.trees_to(destinations, period)
    ends = destinations.to_crs(BNG)
    trees = {}
    for name, rows in pairs.groupby("destination", sort=True)["origin"]:
        column = int(destinations.index.get_indexer(pd.Index([name]))[0])
        # One backward search from a destination holds the best way from every origin.
        found, onward = to_all.tree(column)
        direct = _direct_keys(request, column)
        wanted = zip(map(str, rows), origins.index.get_indexer(pd.Index(rows)), strict=True)
        leaves = {
            origin: _first_node(request.exits, found, int(row), direct.get(int(row), np.inf))
            for origin, row in wanted
        }
        root = shapely.get_coordinates(shapely.centroid(ends.iloc[column]))[0]
        trees[str(name)] = _grow(roads, root, leaves, onward.astype(np.int64))
    return trees


def _direct_keys(request: MatrixRequest, column: int) -> dict[int, float]:
    """Return the key of the best journey along a single road, or on foot, by origin."""
    there = request.direct_destination == column
    best: dict[int, float] = {}
    for row, key in zip(request.direct_origin[there], request.direct_key[there], strict=True):
        best[int(row)] = min(best.get(int(row), np.inf), float(key))
    return best


def _first_node(exits: AccessLinks, found: Floats, row: int, direct: float) -> int | None:
    """Return the node that a journey passes first: -1 if it passes none, None if there is none.

    `direct` is the key of a journey that passes none; infinite if there is none.
    """
    links = slice(*np.searchsorted(exits.point, [row, row + 1]))
    totals = found[exits.node[links]] + exits.key[links]
    by_nodes = totals.min() if totals.size else np.inf
    # A journey along a single road, or on foot, may be the shorter one.
    if min(by_nodes, direct) >= UNREACHABLE:
        return None
    return -1 if direct <= by_nodes else int(exits.node[links][int(totals.argmin())])


@dataclass(frozen=True, slots=True)
class _Roads:
    """The lines of the arcs of a search graph, and where its nodes lie."""

    graph: SearchGraph
    arcs: IntArray  # tail and head in one number, ascending as the graph's arcs are
    xy: Floats  # of all lines, one after the other
    first: IntArray  # the row of each line's first place, and one past the last line's last
    nodes: Floats

    @classmethod
    def of(cls, router: NetworkRouter, graph: SearchGraph) -> "_Roads":
        """Gather the lines of a router's network."""
        xy, line = shapely.get_coordinates(router.network.lines.to_numpy(), return_index=True)
        first = np.searchsorted(line, np.arange(len(router.network.edges) + 1))
        nodes = np.full((graph.nodes, 2), np.nan)
        on_road = graph.edge >= 0
        edges = graph.edge[on_road]
        nodes[graph.tail[on_road]] = xy[first[edges]]
        nodes[graph.head[on_road]] = xy[first[edges + 1] - 1]
        return cls(graph, graph.tail * graph.nodes + graph.head, xy, first, nodes)

    def between(self, node: int, following: int) -> Floats:
        """Return the places from a node up to the next, which is left out; none on a step."""
        arc = int(np.searchsorted(self.arcs, node * self.graph.nodes + following))
        edge = int(self.graph.edge[arc])
        return self.xy[self.first[edge] : self.first[edge + 1] - 1] if edge >= 0 else self.xy[:0]


def _grow(
    roads: _Roads, root: Floats, leaves: Mapping[str, int | None], onward: IntArray
) -> WayTree:
    """Return the tree of the ways from some nodes to a goal, by the node that follows each."""
    goal = roads.graph.nodes
    xy, parent, row_of = [root], [-1], {goal: _ROOT, -1: _ROOT}
    for leaf in leaves.values():
        # Walk inwards as far as a node that is in the tree already...
        path: list[int] = []
        node = leaf
        while node is not None and node not in row_of:
            path.append(node)
            node = int(onward[node])
        # ... and put the new places in from there outwards, so that parents come first.
        for node in reversed(path):
            following = int(onward[node])
            row = row_of[following]
            inwards = roads.nodes[[node]] if following == goal else roads.between(node, following)
            for place in inwards[~np.isnan(inwards).any(axis=1)][::-1]:
                xy.append(place)
                parent.append(row)
                row = len(xy) - 1
            row_of[node] = row
    start = {origin: row_of[leaf] for origin, leaf in leaves.items() if leaf is not None}
    return WayTree(np.array(xy), np.array(parent, dtype=np.int64), start)
