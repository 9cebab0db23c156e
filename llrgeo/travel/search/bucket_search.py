"""Search of a whole graph from one node, with buckets in place of a heap.

Dial, "Algorithm 360: shortest-path forest with topological ordering", Communications of the ACM 12,
1969, keeps reached nodes in buckets by their key, so that the next is found without a heap. Here a
bucket holds a range of keys (the approximate buckets of Cherkassky, Goldberg and Radzik, "Shortest
paths algorithms: theory and experimental evaluation", Mathematical Programming 73, 1996): a node
whose key falls after it was passed is passed again, so that keys are exact all the same.
"""

from typing import Final, NamedTuple, Self

import numpy as np
from scipy.sparse import csr_array

from llrgeo.execution.machine_code import compiled
from llrgeo.travel.search.compiled import Ints
from llrgeo.travel.search.graph import UNREACHABLE

_BUCKETS_A_MEAN_ARC: Final = 32  # measured: fewer are a tenth quicker, and pass more nodes again
_MOST_BUCKETS: Final = 1 << 16
# Node numbers have no sign where they are compiled: numba looks at each index that has one, whether
# it counts from the end. This cost a quarter of a search.
_NONE: Final = np.uint32(0xFFFFFFFF)


class Buckets(NamedTuple):
    """The buckets of searches of a graph: how many bits of a key tell none apart, and how many.

    The range of keys of a bucket is a power of two, and so is their number: no key is divided.
    """

    bits: int
    number: int

    @classmethod
    def of(cls, keys: Ints) -> Self:
        """Return the buckets for arcs of these keys."""
        longest, mean = (int(keys.max()), int(keys.mean())) if keys.size else (0, 0)
        bits = max(mean // _BUCKETS_A_MEAN_ARC, longest // _MOST_BUCKETS).bit_length()
        # Keys of reached nodes differ by one arc at most: buckets farther on are used again in
        # turn.
        return cls(bits, 1 << ((longest >> bits) + 1).bit_length())


def search_tree(matrix: csr_array, start: int, buckets: Buckets) -> tuple[Ints, Ints]:
    """Return the keys of the best ways from one node to all, and the tree that they form.

    Parameters
    ----------
    matrix
        Keys of the arcs, whole numbers below 2^53, by tail (row) and head (column); a stored 0 is
        an arc.
    start
        The node to search from.
    buckets
        Those for the keys of the matrix.

    Returns
    -------
    tuple of arrays
        Of every node the key of the best way to it (`UNREACHABLE` for none), and the node before
        it on that way: -1 if there is none, as of `start`.
    """
    first, head = map(_without_sign, (matrix.indptr, matrix.indices))
    best, before = _search(first, head, matrix.data, start, *buckets)
    return best, before.view(np.int32)


def _without_sign(numbers: Ints) -> Ints:
    """Return whole numbers that are not negative as such without a sign: the same memory."""
    return numbers.view(f"u{numbers.itemsize}")


@compiled
def _search(
    first: Ints, head: Ints, key: Ints, start: int, bits: int, buckets: int
) -> tuple[Ints, Ints]:
    """Search; the arcs of node i are at `first[i]` to `first[i + 1]` of `head` and `key`."""
    nodes = len(first) - 1
    best = np.full(nodes, UNREACHABLE)
    before = np.full(nodes, _NONE)
    # The nodes of a bucket are linked in a ring, both ways; `nodes` plus its number stands for the
    # bucket itself, which is in the ring too, so that no end of a list needs care.
    after = np.arange(nodes + buckets, dtype=np.uint32)
    ahead = np.arange(nodes + buckets, dtype=np.uint32)
    after[:nodes] = _NONE  # in no bucket
    best[start] = 0
    after[start] = ahead[start] = nodes
    after[nodes] = ahead[nodes] = start
    waiting, at = 1, 0
    while waiting:
        # No key of a node that waits is below the lowest bucket's: on to the next that has any.
        while after[nodes + at] == nodes + at:
            at = (at + 1) & (buckets - 1)
        node = after[nodes + at]
        after[ahead[node]], ahead[after[node]] = after[node], ahead[node]
        after[node] = _NONE
        waiting -= 1
        reached = best[node]
        for arc in range(first[node], first[node + 1]):
            other, found = head[arc], reached + np.int64(key[arc])
            if found >= best[other]:
                # Of equally good ways the one whose last arc begins nearest to the start, as a
                # search in the order of keys would find them, however wide its buckets.
                if found == best[other] and other != start and reached < best[before[other]]:
                    before[other] = node
                continue
            best[other], before[other] = found, node
            if after[other] == _NONE:
                waiting += 1
            else:
                after[ahead[other]], ahead[after[other]] = after[other], ahead[other]
            # Into its new bucket, first of all.
            bucket = nodes + ((found >> bits) & (buckets - 1))
            after[other], ahead[other] = after[bucket], bucket
            ahead[after[bucket]] = other
            after[bucket] = other
    return best, before
