"""Trees of the fastest ways from all nodes of a graph to some destinations.

The best journeys to one destination form a tree (Dijkstra 1959): where two of them meet, they go on
together. One backward search from it yields the times of all journeys there, the routes that a map
draws and the roads that they need, so each search is made once and its tree is kept if all fit.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from llrgeo.arrays import Ints
from llrgeo.schema import Track
from llrgeo.travel.search.bucket_search import Buckets, search_tree
from llrgeo.travel.search.dijkstra import best_by_exits, reversed_matrix
from llrgeo.travel.search.graph import AccessLinks, SearchGraph
from llrgeo.travel.search.od_matrix import MatrixRequest

_MOST_HELD: Final = 6_000_000  # nodes times destinations, of 12 bytes each

Tree = tuple[Ints, NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class SearchTrees:
    """The best journeys from every node to some destinations, searched when first needed.

    Attributes
    ----------
    graph
        The graph.
    matrix
        The graph reversed, with the destinations (see `reversed_matrix`).
    buckets
        The buckets of searches of the matrix.
    places
        A key of each destination, equal for destinations at the same place.
    found
        The trees found and kept, by place.
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
        """Keep those of the earlier trees, over the same graph, that lead to places of these."""
        if _fit_memory(self.graph, len(self.places)):
            self.found.update({at: earlier.found[at] for at in self.places if at in earlier.found})

    def tree(self, destination: int) -> Tree:
        """Return the tree of the ways to one destination.

        Returns
        -------
        tuple of arrays
            For every node the key of the best journey from it (`UNREACHABLE` if there is none), and
            the next node on it: negative if there is none, `graph.nodes` for the destination.
        """
        place, nodes = self.places[destination], self.graph.nodes
        tree = self.found.get(place)
        if tree is None:
            keys, onward = search_tree(self.matrix, nodes + destination, self.buckets)
            # The destination is numbered `nodes`, so that the tree does not depend on the others.
            tree = keys[:nodes], np.minimum(onward[:nodes], nodes)
            if _fit_memory(self.graph, len(self.places)):
                self.found[place] = tree
        return tree

    def journey_keys(self, exits: AccessLinks, limit: int, track: Track = iter) -> Ints:
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


def trees_fit_memory(request: MatrixRequest) -> bool:
    """Return whether a request is best searched from its destinations and all trees can be kept."""
    few = request.entries.points <= request.exits.points
    return few and _fit_memory(request.graph, request.entries.points)


def _fit_memory(graph: SearchGraph, destinations: int) -> bool:
    return graph.nodes * destinations <= _MOST_HELD
