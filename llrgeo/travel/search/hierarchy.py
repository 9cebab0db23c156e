"""A contraction hierarchy: built once for a graph, it gives large matrices in seconds.

`contraction` builds it (Geisberger et al. 2008): every best journey then goes up the hierarchy and
down again. `phast` uses it (Delling, Goldberg, Nowatzyk and Werneck 2011): one short search for
each destination, and one linear pass for 16 destinations at a time. A grid, or another network in
which no roads are more important than the others, leaves a core of nodes that are not contracted;
there the search is Dijkstra's.
"""

import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

import numpy as np
from joblib import Parallel, delayed

from llrgeo.arrays import Ints
from llrgeo.errors import RoutingError
from llrgeo.files import written_whole
from llrgeo.travel.search.contraction import AdjacencyLists, contract_nodes
from llrgeo.travel.search.graph import UNREACHABLE, AccessLinks, SearchGraph
from llrgeo.travel.search.phast import (
    NodeLinks,
    RankedArcs,
    RestrictedGraph,
    fill_matrix,
    restrict_upwards,
)

_FORMAT: Final = 2  # of the saved file; raise it when the arrays change


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A contraction hierarchy.

    Attributes
    ----------
    rank
        Rank of each of the graph's nodes, 0 for the node that was removed last, the top; those that
        were not removed, the core, have the lowest.
    ranked
        The arcs, between nodes numbered by rank.
    """

    rank: Ints
    ranked: RankedArcs

    def reversed(self) -> Self:
        """Return the hierarchy of the reversed graph."""
        ranked = self.ranked
        return type(self)(self.rank, ranked._replace(up=ranked.down, down=ranked.up))


def build_hierarchy(graph: SearchGraph) -> Hierarchy:
    """Build the contraction hierarchy of a graph."""
    lists, order, core = contract_nodes(_adjacency_lists(graph))
    # Nodes are renumbered by rank so that searches move through memory from bottom to top.
    rank = np.empty(graph.nodes, dtype=np.int64)
    rank[order] = np.arange(graph.nodes)[::-1]
    from_top = order[::-1]
    # Gather each node's list, wherever contraction moved it, into rows without gaps.
    size = lists.size[from_top].astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)])
    places = np.repeat(lists.start[from_top] - start[:-1], size) + np.arange(start[-1])
    head = rank[lists.neighbour[places]].astype(np.int32)
    arcs = RankedArcs(core, start, head, lists.outward[places], lists.inward[places])
    return Hierarchy(rank, arcs)


def hierarchy_keys(
    hierarchy: Hierarchy, exits: AccessLinks, entries: AccessLinks, limit: int, workers: int = 1
) -> Ints:
    """Return the key of the best journey from every origin (row) to every destination (column).

    Parameters
    ----------
    hierarchy
        The graph's hierarchy.
    exits, entries
        Links of origins and destinations to the graph's nodes.
    limit
        Largest key that counts; what is beyond it is `UNREACHABLE`.
    workers
        Threads; the result does not depend on their number.
    """
    out, into = _node_links(hierarchy, exits), _node_links(hierarchy, entries)
    part: RestrictedGraph = restrict_upwards(hierarchy.ranked, out.node)
    result = np.full((entries.points, exits.points), UNREACHABLE)
    # Each thread fills the rows of a run of destinations: none writes where another does.
    bounds = np.linspace(0, entries.points, max(workers, 1) + 1).astype(int)
    Parallel(n_jobs=workers, prefer="threads")(
        delayed(fill_matrix)(
            hierarchy.ranked, part, out, _points(into, first, last), limit, result[first:last]
        )
        for first, last in pairwise(bounds)
    )
    return result.T


def save_hierarchy(hierarchy: Hierarchy, path: Path) -> None:
    """Write a hierarchy as .npz, whole or not at all."""
    with written_whole(path) as made:
        np.savez(made, format=_FORMAT, rank=hierarchy.rank, **hierarchy.ranked._asdict())


def load_hierarchy(path: Path) -> Hierarchy:
    """Read a hierarchy that `save_hierarchy` wrote.

    Raises
    ------
    RoutingError
        If the file is damaged or of another version.
    """
    try:
        with path.open("rb") as file, np.load(file) as saved:
            if saved["format"] != _FORMAT:
                msg = f"{path}: a hierarchy of another version; delete it to have it built again"
                raise RoutingError(msg)
            arcs = RankedArcs(*(saved[name][()] for name in RankedArcs._fields))
            return Hierarchy(saved["rank"], arcs)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        msg = f"{path}: the hierarchy cannot be read ({error}); delete it to have it built again"
        raise RoutingError(msg) from error


def _adjacency_lists(graph: SearchGraph) -> AdjacencyLists:
    """List the neighbours of every node, with the key each way, `UNREACHABLE` for no arc."""
    # Each arc is entered twice: outward at its tail, inward at its head.
    none = np.full(len(graph.key), UNREACHABLE)
    node = np.concatenate([graph.tail, graph.head])
    neighbour = np.concatenate([graph.head, graph.tail])
    order = np.argsort(node * graph.nodes + neighbour, kind="stable")
    node, neighbour = node[order], neighbour[order]
    outward = np.concatenate([graph.key, none])[order]
    inward = np.concatenate([none, graph.key])[order]
    # The entries of one pair of nodes become one row: the smaller key is the one that is set.
    first = np.flatnonzero(np.diff(node, prepend=-1) | np.diff(neighbour, prepend=-1))
    outward, inward = np.minimum.reduceat(outward, first), np.minimum.reduceat(inward, first)
    size = np.bincount(node[first], minlength=graph.nodes)
    start = np.cumsum(size) - size
    space = size.astype(np.int32)
    return AdjacencyLists(
        start, space.copy(), space, neighbour[first].astype(np.int32), outward, inward
    )


def _node_links(hierarchy: Hierarchy, links: AccessLinks) -> NodeLinks:
    """Return links to nodes by their rank, those of a point in consecutive rows."""
    start = np.searchsorted(links.point, np.arange(links.points + 1))
    return NodeLinks(start, hierarchy.rank[links.node], links.key)


def _points(links: NodeLinks, first: int, last: int) -> NodeLinks:
    return links._replace(start=links.start[first : last + 1])
