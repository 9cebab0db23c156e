"""Find the ways along the roads from many places to one, as a `WayTree`.

The best journeys to one destination form a tree (Dijkstra 1959): where two of them meet, they go on
together. One backward search from each destination finds them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.arrays import Floats, Ints
from llrgeo.execution.memory import Recall, make_anew
from llrgeo.roads.edge_lines import edge_points
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.ways import WayTree
from llrgeo.travel.search.graph import UNREACHABLE, SearchGraph
from llrgeo.travel.search.od_matrix import MatrixRequest

_ROOT: Final = 0


def find_way_trees(
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    pairs: pd.DataFrame,
    *,
    period: str,
    recall: Recall = make_anew,
) -> dict[str, WayTree]:
    """Return the ways of some journeys, as one tree for each destination.

    A way runs from the first junction to the last. A journey along a single road, or on foot,
    passes no junction: its way is the destination's place alone.

    Parameters
    ----------
    router
        Over the network.
    origins, destinations
        Places, in any declared CRS; a MultiPoint has several entrances.
    pairs
        The journeys: `origin` and `destination`, ids of the two indices. Unreachable pairs are
        left out.
    period
        Which of the network's times count.
    recall
        Computes the tree of a destination, or returns that of an earlier run.

    Raises
    ------
    NetworkError
        If the network has no such period, or points have no coordinate system.
    """
    request = router.build_request(origins, destinations, period)
    roads = _Roads.of(router, request.graph, period)
    to_all = router.trees_to(destinations, period)
    ends = destinations.to_crs(BNG)
    # The links of origin i are at rows `links[i]` to `links[i + 1]`.
    links = np.searchsorted(request.exits.point, np.arange(len(origins) + 1)).tolist()
    trees = {}
    numbered = pairs.assign(
        row=origins.index.get_indexer(pd.Index(pairs["origin"])),
        column=destinations.index.get_indexer(pd.Index(pairs["destination"])),
    )
    for name, rows in numbered.groupby("destination", sort=True):
        column = int(rows["column"].iloc[0])
        # One backward search from a destination holds the best way from every origin.
        found, onward = to_all.tree(column)
        direct = _direct_keys(request, column)
        totals = found[request.exits.node] + request.exits.key
        leaves = {}
        for origin, row in zip(rows["origin"], rows["row"].tolist(), strict=True):
            own = slice(links[row], links[row + 1])
            best = direct.get(row, np.inf)
            leaves[str(origin)] = _first_node(request.exits.node[own], totals[own], best)
        root = shapely.get_coordinates(shapely.centroid(ends.iloc[column]))[0]
        trees[str(name)] = recall(_grow, roads, root, leaves, onward)
    return trees


def _direct_keys(request: MatrixRequest, column: int) -> dict[int, float]:
    """Return the key of the best journey along a single road, or on foot, by origin."""
    there = request.direct_destination == column
    best: dict[int, float] = {}
    for row, key in zip(request.direct_origin[there], request.direct_key[there], strict=True):
        best[int(row)] = min(best.get(int(row), np.inf), float(key))
    return best


def _first_node(nodes: Ints, totals: Ints, direct: float) -> int | None:
    """Return the first node of a journey: -1 if it passes none, None if there is no journey.

    `totals` are the keys of the journeys by each of `nodes`, and `direct` the key of one that
    passes none; infinite if there is none.
    """
    by_nodes = totals.min() if totals.size else np.inf
    # A journey along a single road, or on foot, may be the shorter one.
    if min(by_nodes, direct) >= UNREACHABLE:
        return None
    return -1 if direct <= by_nodes else int(nodes[int(totals.argmin())])


@dataclass(frozen=True, slots=True)
class _Roads:
    """The lines of the arcs of a search graph, and the places of its nodes.

    `source` determines everything else, so only it is compared.
    """

    source: tuple[str, str]  # the network's fingerprint, and which of its times count
    graph: SearchGraph = field(compare=False)
    arcs: Ints = field(compare=False)  # tail and head in one number, ascending
    xy: Floats = field(compare=False)  # of all lines, one after the other
    # The row of each line's first place, and one past the last line's last.
    first: Ints = field(compare=False)
    at: Ints = field(compare=False)  # the row at which each node lies; -1 where no road leads

    @classmethod
    def of(cls, router: NetworkRouter, graph: SearchGraph, period: str) -> "_Roads":
        """Gather the lines of a router's network."""
        network = router.network
        xy, count = edge_points(network.nodes, network.edges, slice(None))
        first = np.append(0, np.cumsum(count))
        at = np.full(graph.nodes, -1)
        on_road = graph.edge >= 0
        edges = graph.edge[on_road]
        at[graph.tail[on_road]] = first[edges]
        at[graph.head[on_road]] = first[edges + 1] - 1
        source = router.network.fingerprint, period
        return cls(source, graph, graph.tail * graph.nodes + graph.head, xy, first, at)

    def along(self, path: list[int], following: list[int]) -> list[range]:
        """Return for each node of `path` the rows of `xy` on its arc, from the next node to it.

        `following` is the next node of each; its own row is left out. Where the way ends at a node,
        the only row is the node's own; a step between layers has no rows.
        """
        tail, head = np.array(path, dtype=np.int64), np.array(following, dtype=np.int64)
        ends = head == self.graph.nodes
        edge = np.full(len(path), -1)
        arcs = np.searchsorted(self.arcs, tail[~ends] * self.graph.nodes + head[~ends])
        edge[~ends] = self.graph.edge[arcs]
        first = np.where(ends, self.at[tail], self.first[edge])
        count = np.where(ends, first >= 0, self.first[edge + 1] - 1 - first)
        count[(edge < 0) & ~ends] = 0
        rows = zip(first.tolist(), count.tolist(), strict=True)
        return [range(start + places - 1, start - 1, -1) for start, places in rows]


def _grow(
    roads: _Roads, root: Floats, leaves: Mapping[str, int | None], after_each: NDArray[np.int32]
) -> WayTree:
    """Return the tree of the ways from some nodes (`leaves`) to a goal at `root`.

    `after_each` has the next node of each on its way, -1 for none.
    """
    onward = after_each.tolist()
    order: list[int] = []  # the nodes of all ways, parents first
    seen = {roads.graph.nodes, -1}
    for leaf in leaves.values():
        # Walk inwards as far as a node that is in the tree already...
        path: list[int] = []
        node = leaf
        while node is not None and node not in seen:
            path.append(node)
            node = onward[node]
        # ... and put the new nodes in from there outwards.
        seen.update(path)
        order += reversed(path)
    following = [onward[node] for node in order]
    rows: list[int] = []  # of the places after the root, in `roads.xy`
    parent, row_of = [-1], {roads.graph.nodes: _ROOT, -1: _ROOT}
    for node, after, places in zip(order, following, roads.along(order, following), strict=True):
        row = row_of[after]
        for place in places:
            rows.append(place)
            parent.append(row)
            row = len(rows)
        row_of[node] = row
    start = {origin: row_of[leaf] for origin, leaf in leaves.items() if leaf is not None}
    return WayTree(np.vstack([root, roads.xy[rows]]), np.array(parent, dtype=np.int64), start)
