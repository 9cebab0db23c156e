"""The arithmetic of shortest times on plain arrays: integer milliseconds in, milliseconds out."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

UNREACHABLE: Final = np.iinfo(np.int64).max
_SOURCES_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Arcs:
    """A directed graph as three arrays of one length.

    Attributes
    ----------
    tail, head
        Node numbers, 0 to `nodes` - 1.
    ms
        Milliseconds, int64, at least 0.
    """

    nodes: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    ms: NDArray[np.int64]


def shortest_ms(
    arcs: Arcs, origins: NDArray[np.int64], destinations: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return exact milliseconds from every origin node (row) to every destination (column).

    One search a destination on the reversed graph; `UNREACHABLE` where there is no way.
    """
    reverse = _matrix(arcs.nodes, arcs.head, arcs.tail, arcs.ms)
    result = np.full((len(origins), len(destinations)), UNREACHABLE)
    for start in range(0, len(destinations), _SOURCES_AT_ONCE):
        part = slice(start, start + _SOURCES_AT_ONCE)
        found = dijkstra(reverse, indices=destinations[part])[:, origins].T
        reached = np.isfinite(found)
        result[:, part][reached] = np.rint(found[reached]).astype(np.int64)
    return result


def _matrix(
    nodes: int, tail: NDArray[np.int64], head: NDArray[np.int64], ms: NDArray[np.int64]
) -> csr_array:
    """Build a sparse matrix with parallel edges reduced to the fastest (scipy would add them)."""
    order = np.lexsort((ms, head, tail))
    tail, head, ms = tail[order], head[order], ms[order]
    first = np.ones(len(ms), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    weights = ms[first].astype(np.float64)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail[first], minlength=nodes))])
    return csr_array((weights, head[first], indptr), shape=(nodes, nodes))
