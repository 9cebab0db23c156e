"""Matrices computed earlier, reused for the same journeys and for the same journeys back."""

import hashlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from llrgeo.arrays import Ints
from llrgeo.travel.search.graph import AccessLinks
from llrgeo.travel.search.od_matrix import MatrixRequest

_MOST_JOURNEYS: Final = 4_000_000  # 32 MB; larger matrices are not kept


@dataclass(frozen=True, slots=True)
class KnownMatrices:
    """Matrices by the digest of their request, kept as long as this object is.

    Where no street is one-way and both directions are equally fast, a team's journey out takes as
    long as a resident's journey in: its request is the other one reversed, arc by arc, and its
    matrix is the transpose. Nothing is assumed about the streets: whole requests are compared, by
    BLAKE2b, which takes half the time of SHA-256.

    Attributes
    ----------
    found
        Keys of journeys, origins by destinations, by the digest of the request.
    outlines
        A few cheap numbers of each request (`_outline`), so that most others need no digest.
    """

    found: dict[bytes, Ints] = field(default_factory=dict)
    outlines: set[tuple[int, ...]] = field(default_factory=set)

    def matrix(self, request: MatrixRequest) -> Ints | None:
        """Return the keys of a request kept before, in either direction; None for any other."""
        if not _is_small(request) or _outline(request) not in self.outlines:
            return None
        same = self.found.get(_digest(request))
        if same is not None:
            return same
        back = self.found.get(_digest(request.reversed()))
        return None if back is None else back.T

    def keep(self, request: MatrixRequest, keys: Ints) -> None:
        """Keep the keys of a request, unless it has more than `_MOST_JOURNEYS`."""
        if _is_small(request):
            self.outlines.add(_outline(request))
            self.found[_digest(request)] = keys


def _is_small(request: MatrixRequest) -> bool:
    return request.exits.points * request.entries.points <= _MOST_JOURNEYS


def _outline(request: MatrixRequest) -> tuple[int, ...]:
    """Return a few numbers that a request shares with its reverse, and most requests do not share.

    They are cheap, so that the digest is computed only where they agree.
    """
    graph, points = request.graph, (request.exits.points, request.entries.points)
    return graph.nodes, len(graph.key), int(graph.key.sum()), *sorted(points)


def _digest(request: MatrixRequest) -> bytes:
    """Return the BLAKE2b of all that determines a matrix, independent of the order of links."""
    graph, direct = request.graph, (request.direct_origin, request.direct_destination)
    order = np.lexsort((request.direct_key, *direct[::-1]))
    digest = hashlib.blake2b(f"{graph.nodes}".encode(), digest_size=32)
    # Each array is preceded by its length, so that [1, 2], [3] and [1], [2, 3] differ.
    for numbers in (
        *(graph.tail, graph.head, graph.key),
        *_sorted(request.exits),
        *_sorted(request.entries),
        *(direct[0][order], direct[1][order], request.direct_key[order]),
    ):
        digest.update(f" {len(numbers)} ".encode())
        digest.update(np.ascontiguousarray(numbers, dtype=np.int64).tobytes())
    return digest.digest()


def _sorted(links: AccessLinks) -> tuple[Ints, ...]:
    """Return the number of points, then points, nodes and keys of links in a canonical order."""
    order = np.lexsort((links.key, links.node, links.point))
    return np.array([links.points]), links.point[order], links.node[order], links.key[order]
