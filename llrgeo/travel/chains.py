"""Chains of nodes that only lead on are made single arcs, dead ends go: a smaller graph, as exact.

On OpenStreetMap roads about three quarters of the nodes only bend a road.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from llrgeo.travel.graph import IntArray, SearchGraph, simple_graph

_WORTH_IT: Final = 0.9  # go on while a pass leaves less than this share of the nodes

_LEADS_ON: Final = 2  # neighbours of a node that only leads on


def contract(graph: SearchGraph, keep: IntArray) -> tuple[SearchGraph, IntArray]:
    """Return a smaller graph in which all best journeys between kept nodes have the same keys.

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
    kept = np.arange(graph.nodes)
    wanted = np.zeros(graph.nodes, dtype=bool)
    wanted[keep] = True
    while True:
        before = graph.nodes
        graph, stay = _one_pass(graph, wanted)
        kept, wanted = kept[stay], wanted[stay]
        if graph.nodes >= _WORTH_IT * before:
            return graph, kept


def branching_nodes(graph: SearchGraph) -> int:
    """Count the nodes at which a way divides: no more of the nodes not kept outlast contraction."""
    return int((_neighbours(graph) > _LEADS_ON).sum())


def _one_pass(graph: SearchGraph, wanted: NDArray[np.bool_]) -> tuple[SearchGraph, IntArray]:
    beside = _neighbours(graph)
    stays = wanted | (beside > _LEADS_ON)
    ends = stays | (beside < _LEADS_ON)  # a walk into a dead end stops there and is dropped
    first = np.flatnonzero(stays[graph.tail])
    last, key = _walk(graph, first, ends)
    arrived = (last >= 0) & stays[graph.head[last]]
    stay = np.flatnonzero(stays)
    number = np.cumsum(stays) - 1
    tail, head = number[graph.tail[first[arrived]]], number[graph.head[last[arrived]]]
    return simple_graph(len(stay), tail, head, key[arrived]), stay


def _neighbours(graph: SearchGraph) -> IntArray:
    """Count the different nodes that each node has an arc to or from."""
    ones = np.ones(len(graph.tail), dtype=np.int8)
    starts = np.searchsorted(graph.tail, np.arange(graph.nodes + 1))
    joined = csr_array((ones, graph.head, starts), shape=(graph.nodes, graph.nodes))
    return np.diff((joined + joined.T.tocsr()).indptr).astype(np.int64)


def _walk(
    graph: SearchGraph, first: IntArray, ends: NDArray[np.bool_]
) -> tuple[IntArray, IntArray]:
    """Follow each first arc along its chain to a node where walks end.

    Returns
    -------
    tuple
        The last arc of each walk (-1 where a one-way street ends it) and the key of the whole.
    """
    onward = _onward(graph)
    last, key = first.copy(), graph.key[first]
    going = np.flatnonzero(~ends[graph.head[last]])
    while going.size:
        step = onward[last[going]]
        last[going] = step
        going = going[step >= 0]
        key[going] += graph.key[last[going]]
        going = going[~ends[graph.head[last[going]]]]
    return last, key


def _onward(graph: SearchGraph) -> IntArray:
    """Return for each arc the one that leads on from its head, not back; -1 where there is none.

    It is meant where the head has two neighbours: its arcs then lead back and on.
    """
    starts = np.searchsorted(graph.tail, np.arange(graph.nodes + 1))
    onward = np.full(len(graph.tail), -1)
    for choice in (0, 1):
        arc = starts[graph.head] + choice
        there = arc < starts[graph.head + 1]
        leads_on = there & (graph.head[np.where(there, arc, 0)] != graph.tail)
        onward[leads_on] = arc[leads_on]
    return onward
