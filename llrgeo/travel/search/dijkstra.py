"""Dijkstra searches (1959) by scipy, one backwards from each destination.

Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1, 1959. Keys
are whole numbers below 2^53, which scipy's float64 holds exactly.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.arrays import Ints
from llrgeo.travel.search.graph import UNREACHABLE, AccessLinks, SearchGraph


def renumber_links(links: AccessLinks, nodes: Ints) -> AccessLinks:
    """Return links whose nodes are numbered by their position in `nodes` (ascending)."""
    return AccessLinks(links.points, links.point, np.searchsorted(nodes, links.node), links.key)


def reversed_matrix(graph: SearchGraph, entries: AccessLinks) -> csr_array:
    """Return the reversed graph as a sparse matrix, with a further node for each destination.

    Row and column `graph.nodes + i` are destination i; its arcs lead to the nodes it is entered
    from. Shape: nodes plus destinations, both ways. Arcs with key 0 are stored: scipy's search
    takes a stored zero as an arc.
    """
    nodes = graph.nodes + entries.points
    # Of several links between one node and one destination keep the best: sort by key last.
    order = np.lexsort((entries.key, entries.node, entries.point))
    node, point = entries.node[order], entries.point[order]
    first = (np.diff(node, prepend=-1) != 0) | (np.diff(point, prepend=-1) != 0)
    # Reversed arcs lead from heads to tails, then those from each destination to its nodes.
    rows = np.concatenate([graph.head, graph.nodes + point[first]])
    columns = np.concatenate([graph.tail, node[first]])
    return arc_matrix(nodes, rows, columns, np.concatenate([graph.key, entries.key[order][first]]))


def arc_matrix(nodes: int, rows: Ints, columns: Ints, keys: Ints) -> csr_array:
    """Return arcs from nodes (rows) to nodes (columns) as a sparse matrix of their keys.

    Arcs may come in any order; those of one row stay in theirs. A key of 0 is stored, so that it is
    an arc. Shape (nodes, nodes).
    """
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=nodes))])
    # In the types that scipy searches in: it would convert any others for each search.
    parts = keys[order].astype(np.float64), columns[order].astype(np.int32), starts.astype(np.int32)
    return csr_array(parts, shape=(nodes, nodes))


def search_keys(matrix: csr_array, starts: Ints, exits: AccessLinks, limit: int) -> Ints:
    """Return the key of the best journey from every origin (row) to some destinations (columns).

    Parameters
    ----------
    matrix
        What `reversed_matrix` returns.
    starts
        The rows of the destinations in it.
    exits
        Links from the origins to the nodes.
    limit
        Largest key that counts; what is beyond it is `UNREACHABLE`.
    """
    if not len(exits.point):
        return np.full((exits.points, len(starts)), UNREACHABLE)
    found = dijkstra(matrix, indices=starts, limit=float(limit))[:, exits.node].T
    return best_by_exits(found, exits, limit)


def best_by_exits(found: NDArray[Any], exits: AccessLinks, limit: int) -> Ints:
    """Return the key of the best journey from every origin (row), over all of its exits.

    Parameters
    ----------
    found
        Keys from the node of each exit (row) to some destinations (columns); infinite or
        `UNREACHABLE` for none.
    exits, limit
        As `search_keys` takes them.
    """
    best = np.full((exits.points, found.shape[1]), UNREACHABLE)
    if len(exits.point):
        keys = np.minimum(found, UNREACHABLE).astype(np.int64) + exits.key[:, None]
        # Links are sorted by point: the minimum over each run is the origin's best exit.
        points, first = np.unique(exits.point, return_index=True)
        best[points] = np.minimum.reduceat(keys, first, axis=0)
        best[best > limit] = UNREACHABLE
    return best
