"""Dijkstra searches by scipy, one from each destination backwards, in whole numbers."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.travel.graph import UNREACHABLE, IntArray, Joins, SearchGraph


def renumbered(joins: Joins, kept: IntArray) -> Joins:
    """Return joins to nodes' places among the kept ones (ascending)."""
    return Joins(joins.points, joins.point, np.searchsorted(kept, joins.node), joins.key)


def backwards_from(graph: SearchGraph, entries: Joins) -> csr_array:
    """Return the reversed graph as a matrix, with a further node for each destination.

    Arcs of no length stay: to scipy's search a stored zero is an arc.
    """
    nodes = graph.nodes + entries.points
    order = np.lexsort((entries.key, entries.node, entries.point))
    node, point = entries.node[order], entries.point[order]
    first = (np.diff(node, prepend=-1) != 0) | (np.diff(point, prepend=-1) != 0)
    by_head = np.argsort(graph.head, kind="stable")
    columns = np.concatenate([graph.tail[by_head], node[first]])
    keys = np.concatenate([graph.key[by_head], entries.key[order][first]])
    rows = np.concatenate([graph.head, graph.nodes + point[first]])
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=nodes))])
    return csr_array((keys.astype(np.float64), columns, starts), shape=(nodes, nodes))


def search_keys(backwards: csr_array, starts: IntArray, exits: Joins, limit: int) -> IntArray:
    """Return the key of the best journey from every origin (row) to some destinations (columns).

    Parameters
    ----------
    backwards
        What `backwards_from` returns.
    starts
        The destinations' rows in it.
    exits
        How the origins are joined to the nodes.
    limit
        Largest key that counts; what is beyond is `UNREACHABLE`.
    """
    best = np.full((exits.points, len(starts)), UNREACHABLE)
    if len(exits.point):
        found = dijkstra(backwards, indices=starts, limit=float(limit))[:, exits.node].T
        keys = np.minimum(found, UNREACHABLE).astype(np.int64) + exits.key[:, None]
        points, first = np.unique(exits.point, return_index=True)
        best[points] = np.minimum.reduceat(keys, first, axis=0)
        best[best > limit] = UNREACHABLE
    return best
