"""Matrices that were searched before, found again for the same journeys and for those back."""

import hashlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from llrgeo.travel.search.graph import AccessLinks, IntArray
from llrgeo.travel.search.od_matrix import MatrixRequest

_MOST_JOURNEYS: Final = 4_000_000  # 32 MB; larger matrices are not held


@dataclass(frozen=True, slots=True)
class KnownMatrices:
    """Matrices by the digest of their request, held as long as this is.

    Where no street is one-way and no way slower than back, a team's journey out is a resident's
    journey in: its request is the other one reversed, arc by arc, and its matrix is transposed.
    Nothing is assumed of the streets: whole requests are compared, by BLAKE2b, which takes half the
    time of SHA-256.
    """

    found: dict[bytes, IntArray] = field(default_factory=dict)
    outlines: set[tuple[int, ...]] = field(default_factory=set)

    def matrix(self, request: MatrixRequest) -> IntArray | None:
        """Return the keys of a request that was asked before, either way; None for any other."""
        if not _held(request) or _outline(request) not in self.outlines:
            return None
        same = self.found.get(_digest(request))
        if same is not None:
            return same
        back = self.found.get(_digest(request.reversed()))
        return None if back is None else back.T

    def keep(self, request: MatrixRequest, keys: IntArray) -> None:
        """Hold the keys of a request, unless they are many."""
        if _held(request):
            self.outlines.add(_outline(request))
            self.found[_digest(request)] = keys


def _held(request: MatrixRequest) -> bool:
    return request.exits.points * request.entries.points <= _MOST_JOURNEYS


def _outline(request: MatrixRequest) -> tuple[int, ...]:
    """Return a few numbers that are the same of equal requests and of those the other way.

    They tell most others apart, and are known at once.
    """
    graph, points = request.graph, (request.exits.points, request.entries.points)
    return graph.nodes, len(graph.key), int(graph.key.sum()), *sorted(points)


def _digest(request: MatrixRequest) -> bytes:
    """Return the BLAKE2b of all that decides a matrix, whatever the order of links and journeys."""
    graph, direct = request.graph, (request.direct_origin, request.direct_destination)
    order = np.lexsort((request.direct_key, *direct[::-1]))
    digest = hashlib.blake2b(f"{graph.nodes}".encode(), digest_size=32)
    # The length stands before each array, so that [1, 2], [3] and [1], [2, 3] differ.
    for numbers in (
        *(graph.tail, graph.head, graph.key),
        *_sorted(request.exits),
        *_sorted(request.entries),
        *(direct[0][order], direct[1][order], request.direct_key[order]),
    ):
        digest.update(f" {len(numbers)} ".encode())
        digest.update(np.ascontiguousarray(numbers, dtype=np.int64).tobytes())
    return digest.digest()


def _sorted(links: AccessLinks) -> tuple[IntArray, ...]:
    """Return points, nodes and keys of links in one order, and how many points there are."""
    order = np.lexsort((links.key, links.node, links.point))
    return np.array([links.points]), links.point[order], links.node[order], links.key[order]
