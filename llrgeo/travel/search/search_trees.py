"""Trees of the fastest ways from all nodes of a graph to some destinations.

The best journeys to one destination form a tree (Dijkstra 1959): where two of them meet, they go on
together. One search back from it tells the times of all journeys there, the ways that a map draws
and the roads that they need; so each search is made once and its tree is held, if all fit.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from llrgeo.schema import Track
from llrgeo.travel.search.bucket_search import Buckets, search_tree
from llrgeo.travel.search.dijkstra import best_by_exits, reversed_matrix
from llrgeo.travel.search.graph import AccessLinks, IntArray, SearchGraph
from llrgeo.travel.search.od_matrix import MatrixRequest

_MOST_HELD: Final = 6_000_000  # nodes times destinations, of 12 bytes each

Tree = tuple[IntArray, NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class SearchTrees:
    """The best journeys from every node to some destinations, searched when they are asked for.

    Attributes
    ----------
    graph
        The graph.
    matrix
        The graph reversed, with the destinations (see `reversed_matrix`).
    buckets
        Those of its searches.
    places
        A key of each destination: the same for those that lie at the same place.
    found
        The trees that are held, by place.
    """

    graph: SearchGraph
    matrix: csr_array
    buckets: Buckets
    places: tuple[bytes, ...]
    found: dict[bytes, Tree] = field(default_factory=dict)

    @classmethod
    def of(cls, request: MatrixRequest, places: tuple[bytes, ...]) -> Self:
        """Return the trees of a request's destinations, at these places; none is searched yet."""
        matrix = reversed_matrix(request.graph, request.entries)
        return cls(request.graph, matrix, Buckets.of(matrix.data), places)

    def take_over(self, earlier: "SearchTrees") -> None:
        """Hold the trees that were found over the same graph to places of others that are here."""
        if _room_for(self.graph, len(self.places)):
            self.found.update({at: earlier.found[at] for at in self.places if at in earlier.found})

    def tree(self, destination: int) -> Tree:
        """Return the tree of the ways to one destination.

        Returns
        -------
        tuple of arrays
            Of every node the key of the best journey from it (`UNREACHABLE` if there is none), and
            the node that follows on it: negative if none does, `graph.nodes` for the destination.
        """
        place, nodes = self.places[destination], self.graph.nodes
        tree = self.found.get(place)
        if tree is None:
            keys, onward = search_tree(self.matrix, nodes + destination, self.buckets)
            # Numbered without the other destinations, the tree is the same beside any others.
            tree = keys[:nodes], np.minimum(onward[:nodes], nodes)
            if _room_for(self.graph, len(self.places)):
                self.found[place] = tree
        return tree

    def journey_keys(self, exits: AccessLinks, limit: int, track: Track = iter) -> IntArray:
        """Return the key of the best journey from every origin (row) to every destination.

        Parameters
        ----------
        exits, limit
            As `search_keys` takes them.
        track
            Wraps the destinations, to show progress.
        """
        count = len(self.places)
        keys = [self.tree(number)[0][exits.node] for number in track(range(count))]
        found = np.array(keys).reshape(count, len(exits.node))  # also without any
        return best_by_exits(found.T, exits, limit)


def trees_can_be_held(request: MatrixRequest) -> bool:
    """Say whether a request's journeys are searched from its destinations and all trees held."""
    few = request.entries.points <= request.exits.points
    return few and _room_for(request.graph, request.entries.points)


def _room_for(graph: SearchGraph, destinations: int) -> bool:
    return graph.nodes * destinations <= _MOST_HELD
