"""Shortest journeys by one Dijkstra search from each destination, over chains made single arcs."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.travel.chains import contract
from llrgeo.travel.graph import UNREACHABLE, IntArray, Joins, SearchGraph

_SEARCHES_AT_ONCE: Final = 16  # bounds the memory: scipy keeps a row as long as the graph for each


def chain_keys(graph: SearchGraph, exits: Joins, entries: Joins, limit: int) -> IntArray:
    """Return the key of the best journey from every origin (row) to every destination (column).

    Parameters
    ----------
    graph
        The graph.
    exits, entries
        How origins and destinations are joined to its nodes.
    limit
        Largest key that counts; what is beyond is `UNREACHABLE`.
    """
    core, kept = contract(graph, np.concatenate([exits.node, entries.node]))
    return dijkstra_keys(core, renumbered(exits, kept), renumbered(entries, kept), limit)


def renumbered(joins: Joins, kept: IntArray) -> Joins:
    """Return joins to the nodes' positions among the kept ones."""
    return Joins(joins.points, joins.point, np.searchsorted(kept, joins.node), joins.key)


def dijkstra_keys(graph: SearchGraph, exits: Joins, entries: Joins, limit: int) -> IntArray:
    """Do what `chain_keys` does on the graph as it is."""
    backwards = _matrix_to(graph, entries)
    result = np.full((exits.points, entries.points), UNREACHABLE)
    for start in range(0, entries.points, _SEARCHES_AT_ONCE):
        part = np.arange(start, min(start + _SEARCHES_AT_ONCE, entries.points))
        found = dijkstra(backwards, indices=graph.nodes + part, limit=float(limit))
        result[:, part] = _from_points(found, exits)
    result[result > limit] = UNREACHABLE
    return result


def _matrix_to(graph: SearchGraph, entries: Joins) -> csr_array:
    """Return the reversed graph with a further node for each destination.

    Every entry of a destination is another node, or the smaller key counts; stored zeros are arcs
    to scipy.
    """
    nodes = graph.nodes + entries.points
    order = np.lexsort((entries.key, entries.node, entries.point))
    node, point = entries.node[order], entries.point[order]
    first = np.ones(len(node), dtype=bool)
    first[1:] = (np.diff(node) != 0) | (np.diff(point) != 0)
    by_head = np.argsort(graph.head, kind="stable")
    columns = np.concatenate([graph.tail[by_head], node[first]])
    keys = np.concatenate([graph.key[by_head], entries.key[order][first]]).astype(np.float64)
    rows = np.concatenate([graph.head, graph.nodes + point[first]])
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=nodes))])
    return csr_array((keys, columns, starts), shape=(nodes, nodes))


def _from_points(found: NDArray[np.float64], exits: Joins) -> IntArray:
    """Return for every point (row) the best of its exits, given keys from every node (columns)."""
    best = np.full((exits.points, len(found)), UNREACHABLE)
    if len(exits.point):
        at_exits = np.minimum(found[:, exits.node].T, UNREACHABLE).astype(np.int64)
        points, first = np.unique(exits.point, return_index=True)
        best[points] = np.minimum.reduceat(at_exits + exits.key[:, None], first, axis=0)
    nearest: IntArray = np.minimum(best, UNREACHABLE)
    return nearest
