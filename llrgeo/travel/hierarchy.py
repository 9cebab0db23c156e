"""A contraction hierarchy: built once for a graph, it answers for many pairs in milliseconds.

Nodes are removed one by one and replaced by shortcuts where the best way led through them
(Geisberger et al. 2008). Every best journey then goes up and down once: a short search climbs from
each destination, and one sweep from the top, restricted to what lies above the origins, carries
the keys down (RPHAST, Delling, Goldberg and Werneck 2011), for 16 destinations at a time.
"""

import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

import numpy as np
from joblib import Parallel, delayed

from llrgeo.errors import RoutingError
from llrgeo.files import written_whole
from llrgeo.travel.compiled import NO_WAY
from llrgeo.travel.contraction import Lists, contract_nodes
from llrgeo.travel.graph import UNREACHABLE, IntArray, Joins, SearchGraph
from llrgeo.travel.phast import Part, Ranked, Reach, journeys, part_above

_FORMAT: Final = 1  # of the saved file; raise it when the arrays change


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A contraction hierarchy.

    Attributes
    ----------
    rank
        Place of each of the graph's nodes, 0 for the one removed last.
    ranked
        The arcs between places.
    """

    rank: IntArray
    ranked: Ranked

    def reversed(self) -> Self:
        """Return the hierarchy of the reversed graph."""
        ranked = self.ranked
        return type(self)(self.rank, ranked._replace(up=ranked.down, down=ranked.up))


def build_hierarchy(graph: SearchGraph) -> Hierarchy:
    """Build the hierarchy of a graph."""
    lists, order = contract_nodes(_neighbour_lists(graph))
    rank = np.empty(graph.nodes, dtype=np.int64)
    rank[order] = np.arange(graph.nodes)[::-1]
    from_top = order[::-1]
    size = lists.size[from_top].astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)])
    places = np.repeat(lists.start[from_top] - start[:-1], size) + np.arange(start[-1])
    head = rank[lists.nbr[places]].astype(np.int32)
    return Hierarchy(rank, Ranked(start, head, lists.fwd[places], lists.bwd[places]))


def hierarchy_keys(
    hierarchy: Hierarchy, exits: Joins, entries: Joins, limit: int, workers: int = 1
) -> IntArray:
    """Return the key of the best journey from every origin (row) to every destination (column).

    Parameters
    ----------
    hierarchy
        The graph's hierarchy.
    exits, entries
        How origins and destinations are joined to the graph's nodes.
    limit
        Largest key that counts; what is beyond is `UNREACHABLE`.
    workers
        Threads; the result does not depend on their number.
    """
    away, home = _reach(hierarchy, exits), _reach(hierarchy, entries)
    part: Part = part_above(hierarchy.ranked, away.node)
    result = np.full((entries.points, exits.points), UNREACHABLE)
    bounds = np.linspace(0, entries.points, max(workers, 1) + 1).astype(int)
    Parallel(n_jobs=workers, prefer="threads")(
        delayed(journeys)(
            hierarchy.ranked, part, away, _points(home, first, last), limit, result[first:last]
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
        with path.open("rb") as file, np.load(file) as held:
            if held["format"] != _FORMAT:
                msg = f"{path}: a hierarchy of another version; delete it to have it built again"
                raise RoutingError(msg)
            return Hierarchy(held["rank"], Ranked(*(held[name] for name in Ranked._fields)))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        msg = f"{path}: the hierarchy cannot be read ({error}); delete it to have it built again"
        raise RoutingError(msg) from error


def _neighbour_lists(graph: SearchGraph) -> Lists:
    none = np.full(len(graph.key), NO_WAY)
    node = np.concatenate([graph.tail, graph.head])
    nbr = np.concatenate([graph.head, graph.tail])
    order = np.argsort(node * graph.nodes + nbr, kind="stable")
    node, nbr = node[order], nbr[order]
    fwd, bwd = (np.concatenate(pair)[order] for pair in ((graph.key, none), (none, graph.key)))
    first = np.flatnonzero(np.diff(node, prepend=-1) | np.diff(nbr, prepend=-1))
    fwd, bwd = np.minimum.reduceat(fwd, first), np.minimum.reduceat(bwd, first)
    size = np.bincount(node[first], minlength=graph.nodes)
    start = np.cumsum(size) - size
    room = size.astype(np.int32)
    return Lists(start, room.copy(), room, nbr[first].astype(np.int32), fwd, bwd)


def _reach(hierarchy: Hierarchy, joins: Joins) -> Reach:
    start = np.searchsorted(joins.point, np.arange(joins.points + 1))
    return Reach(start, hierarchy.rank[joins.node], joins.key)


def _points(reach: Reach, first: int, last: int) -> Reach:
    return reach._replace(start=reach.start[first : last + 1])
