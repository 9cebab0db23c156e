"""Degree-two contraction: replace chains of nodes by single arcs and drop dead ends.

On OpenStreetMap roads about three quarters of the nodes only bend a road. Nodes of degree one or
two at which no journey starts or ends are removed; the keys of all best journeys between the other
nodes stay the same. It is the first step of core-based routing (Bauer, Delling, Sanders,
Schieferdecker, Schultes and Wagner, "Combining hierarchical and goal-directed speed-up techniques
for Dijkstra's algorithm", Journal of Experimental Algorithmics 15, 2010).
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array

from llrgeo.arrays import Bools, Ints
from llrgeo.travel.search.graph import SearchGraph, simple_graph

_WORTH_IT: Final = 0.9  # repeat while a pass leaves less than this share of the nodes

_CHAIN: Final = 2  # neighbours of a node inside a chain


def contract_chains(graph: SearchGraph, keep: Ints) -> tuple[SearchGraph, Ints]:
    """Return a smaller graph in which best journeys between the kept nodes have the same keys.

    Parameters
    ----------
    graph
        The graph.
    keep
        Nodes where journeys start or end; they may repeat.

    Returns
    -------
    tuple
        The smaller graph and, for each of its nodes, the number in the graph given (ascending).
    """
    # Invariant: `numbers` are the first graph's numbers of the nodes that are left,
    # `wanted` marks those that must stay.
    numbers = np.arange(graph.nodes)
    wanted = np.zeros(graph.nodes, dtype=bool)
    wanted[keep] = True
    # Dropping a dead end may leave its junction with two neighbours: the next pass removes it.
    while True:
        before = graph.nodes
        graph, stay = _one_pass(graph, wanted)
        numbers, wanted = numbers[stay], wanted[stay]
        if graph.nodes >= _WORTH_IT * before:
            return graph, numbers


def branching_degrees(graph: SearchGraph) -> Ints:
    """Return the degrees of the nodes of degree three and more, of which contraction leaves most.

    Nodes that are kept because journeys start or end there come on top.
    """
    degrees = _degrees(graph)
    return degrees[degrees > _CHAIN]


def _one_pass(graph: SearchGraph, wanted: Bools) -> tuple[SearchGraph, Ints]:
    """Contract every chain once; return the new graph and the numbers of the nodes that stay."""
    degree = _degrees(graph)
    stays = wanted | (degree > _CHAIN)
    # A walk ends at a node that stays, or at a dead end; one that ends at a dead end is dropped.
    ends = stays | (degree < _CHAIN)
    first = np.flatnonzero(stays[graph.tail])
    last, key = _walk(graph, first, ends)
    arrived = (last >= 0) & stays[graph.head[last]]
    # Each walk that arrived is one new arc; loops and slower parallel arcs go.
    stay = np.flatnonzero(stays)
    number = np.cumsum(stays) - 1
    tail, head = number[graph.tail[first[arrived]]], number[graph.head[last[arrived]]]
    return simple_graph(len(stay), tail, head, key[arrived]), stay


def _degrees(graph: SearchGraph) -> Ints:
    """Count the different nodes that each node has an arc to or from."""
    ones = np.ones(len(graph.tail), dtype=np.int8)
    starts = np.searchsorted(graph.tail, np.arange(graph.nodes + 1))
    joined = csr_array((ones, graph.head, starts), shape=(graph.nodes, graph.nodes))
    return np.diff((joined + joined.T.tocsr()).indptr).astype(np.int64)


def _walk(graph: SearchGraph, first: Ints, ends: Bools) -> tuple[Ints, Ints]:
    """Follow each first arc along its chain to a node where walks end.

    Returns
    -------
    tuple
        The last arc of each walk (-1 where a one-way street ends it) and the key of the whole.
    """
    onward = _next_arcs(graph)
    last, key = first.copy(), graph.key[first]
    # All walks take one step a round; `walking` are those that are not at an end yet.
    walking = np.flatnonzero(~ends[graph.head[last]])
    while walking.size:
        step = onward[last[walking]]
        last[walking] = step
        walking = walking[step >= 0]
        key[walking] += graph.key[last[walking]]
        walking = walking[~ends[graph.head[last[walking]]]]
    return last, key


def _next_arcs(graph: SearchGraph) -> Ints:
    """Return for each arc the one that continues from its head without turning back, else -1.

    It holds only where the head has two neighbours, as in a chain: at most two arcs leave it, and
    one that does not lead back leads on.
    """
    starts = np.searchsorted(graph.tail, np.arange(graph.nodes + 1))
    onward = np.full(len(graph.tail), -1)
    for choice in (0, 1):
        arc = starts[graph.head] + choice
        exists = arc < starts[graph.head + 1]
        leads_on = exists & (graph.head[np.where(exists, arc, 0)] != graph.tail)
        onward[leads_on] = arc[leads_on]
    return onward
