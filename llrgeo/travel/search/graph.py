"""The graph that engines search: directed arcs that carry time and length in one integer, the key.

A key is milliseconds x 2^25 + decimetres. Adding keys adds both, and comparing them compares the
times and, among equal times, the lengths. So one search gives the fastest way, the shortest of
equally fast ones, and its length, and every engine finds the same. Sums stay exact in float64
(below 2^53) for journeys of less than 74 hours and 3,355 km; Great Britain is 1,400 km long.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from llrgeo.arrays import Floats, Ints
from llrgeo.errors import RoutingError
from llrgeo.roads.network import EdgeUse, RoadNetwork

UNREACHABLE: Final = 1 << 62
LENGTH_BITS: Final = 25
_LENGTH_MASK: Final = (1 << LENGTH_BITS) - 1
_EXACT: Final = 1 << 53
MS_PER_MIN: Final = 60_000
_DM_PER_KM: Final = 10_000


@dataclass(frozen=True, slots=True)
class SearchGraph:
    """A directed graph without loops and parallel arcs, sorted by tail and head.

    Attributes
    ----------
    nodes
        How many nodes; they are numbered from 0.
    tail, head
        Node numbers, one an arc.
    key
        Time and length of the arc (see the module).
    edge
        The network's edge that the arc stands for; -1 where it stands for none.
    """

    nodes: int
    tail: Ints
    head: Ints
    key: Ints
    edge: Ints

    def reversed(self) -> Self:
        """Return the graph with every arc turned round."""
        order = np.lexsort((self.tail, self.head))
        return type(self)(
            self.nodes,
            self.head[order],
            self.tail[order],
            self.key[order],
            self.edge[order],
        )


@dataclass(frozen=True, slots=True)
class AccessLinks:
    """Links between points and nodes: each row joins a point to a node at the cost of a key.

    Attributes
    ----------
    points
        How many points; a point without a row is joined to no node, so it is unreachable.
    point, node, key
        Point number (ascending), node number, and time and length between them.
    """

    points: int
    point: Ints
    node: Ints
    key: Ints

    def subset(self, run: slice) -> Self:
        """Return the links of consecutive points, numbered from 0 again."""
        start, stop, _ = run.indices(self.points)
        rows = slice(*np.searchsorted(self.point, [start, stop]))
        return type(self)(stop - start, self.point[rows] - start, self.node[rows], self.key[rows])


def pack(ms: Ints, length_m: Floats) -> Ints:
    """Return the keys of times in milliseconds and lengths in metres."""
    return (ms << LENGTH_BITS) + np.rint(length_m * 10).astype(np.int64)


def limit_key(limit_min: float) -> int:
    """Return the largest key within a limit of minutes; the largest exact key if it is infinite."""
    if np.isinf(limit_min):
        return _EXACT
    return (int(limit_min * MS_PER_MIN) << LENGTH_BITS) | _LENGTH_MASK


def unpack(keys: Ints) -> tuple[Floats, Floats]:
    """Return minutes and kilometres of keys, infinite where unreachable.

    Raises
    ------
    RoutingError
        If a journey is so long that its key may not be exact.
    """
    # Time is in the high bits and length in the low ones.
    reached = keys < UNREACHABLE
    length = keys & _LENGTH_MASK
    # A length beyond half the range is refused: a longer one would have overflowed into the time.
    if (keys[reached] >= _EXACT).any() or (length[reached] > _LENGTH_MASK // 2).any():
        msg = "a journey takes over 74 hours or 1,677 km: the network's times or lengths are wrong"
        raise RoutingError(msg)
    minutes = np.where(reached, (keys >> LENGTH_BITS) / MS_PER_MIN, np.inf)
    return minutes, np.where(reached, length / _DM_PER_KM, np.inf)


def simple_graph(nodes: int, tail: Ints, head: Ints, key: Ints) -> SearchGraph:
    """Build a graph of arcs in any order: drop loops, and keep the best of parallel arcs.

    The arcs' `edge` is their row in the arrays given.
    """
    rows = np.flatnonzero(tail != head)
    rows = rows[np.lexsort((key[rows], head[rows], tail[rows]))]
    # After sorting by tail, head and key, the first of equal pairs is the best arc.
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (np.diff(tail[rows]) != 0) | (np.diff(head[rows]) != 0)
    rows = rows[first]
    return SearchGraph(nodes, tail[rows], head[rows], key[rows], rows)


@dataclass(frozen=True, slots=True)
class LayeredNetwork:
    """A network's edges in three layers, so that no journey passes through a private road.

    Roads for through traffic are in the middle layer. A road on which a journey may only start
    (out of a private estate) is in the layer before it, one on which it may only end in the layer
    after it. Steps lead from each layer to the next at no cost and never back. A node is copied
    into an outer layer only where such a road touches it.

    Attributes
    ----------
    nodes
        Nodes of all layers together.
    tail, head
        Nodes of each edge of the network, in its layer.
    step_from, step_to
        Nodes that the steps between layers lead from and to.
    """

    nodes: int
    tail: Ints
    head: Ints
    step_from: Ints
    step_to: Ints


def layer_network(network: RoadNetwork) -> LayeredNetwork:
    """Place a network's edges in the three layers by their `use` (`start`, blank or `end`)."""
    ends = network.edges[["from_node", "to_node"]].to_numpy(np.int64).copy()
    nodes = len(network.nodes)
    steps_from, steps_to = [], []
    outer: tuple[EdgeUse, EdgeUse] = ("start", "end")
    for layer in outer:
        # The copies of a layer's nodes are numbered after all nodes so far.
        rows = network.uses[layer]
        places = np.unique(ends[rows])
        copies = nodes + np.arange(len(places))
        ends[rows] = nodes + np.searchsorted(places, ends[rows])
        steps_from.append(copies if layer == "start" else places)
        steps_to.append(places if layer == "start" else copies)
        nodes += len(places)
    tail, head = ends.T
    return LayeredNetwork(nodes, tail, head, np.concatenate(steps_from), np.concatenate(steps_to))


def edge_keys(network: RoadNetwork, period: str) -> Ints:
    """Return the key of every edge of a network in a period."""
    return pack(network.weights_ms(period), network.edges["length_m"].to_numpy(np.float64))


def search_graph(network: RoadNetwork, layered: LayeredNetwork, period: str) -> SearchGraph:
    """Return the graph to search for journeys over a network, given its layers, in a period."""
    # Edges come first and steps, with key 0, after them: an arc's row shows which of the two it is.
    key = np.concatenate([edge_keys(network, period), np.zeros_like(layered.step_from)])
    tail = np.concatenate([layered.tail, layered.step_from])
    head = np.concatenate([layered.head, layered.step_to])
    graph = simple_graph(layered.nodes, tail, head, key)
    is_road = graph.edge < len(network.edges)
    return SearchGraph(
        graph.nodes, graph.tail, graph.head, graph.key, np.where(is_road, graph.edge, -1)
    )
