"""Search of a whole graph from one node, with buckets in place of a heap.

Dial, "Algorithm 360: shortest-path forest with topological ordering", Communications of the ACM 12,
1969, keeps reached nodes in buckets by their key, so that the next is found without a heap. Here a
bucket holds a range of keys (the approximate buckets of Cherkassky, Goldberg and Radzik, "Shortest
paths algorithms: theory and experimental evaluation", Mathematical Programming 73, 1996): a node
whose key falls after it was scanned is scanned again, so keys are exact nevertheless.
"""

from typing import Final, NamedTuple, Self

import numpy as np
from scipy.sparse import csr_array

from llrgeo.execution.machine_code import compiled
from llrgeo.travel.search.compiled import AnyInts
from llrgeo.travel.search.graph import UNREACHABLE

_BUCKETS_A_MEAN_ARC: Final = 32  # measured: fewer are a tenth quicker, but scan more nodes again
_MOST_BUCKETS: Final = 1 << 16
# Node numbers are unsigned in compiled code: for a signed index numba checks each time whether it
# is negative and counts from the end, which took a quarter of a search.
_NONE: Final = np.uint32(0xFFFFFFFF)


class Buckets(NamedTuple):
    """The buckets of a graph's searches: each holds 2^`bits` keys, and there are `number` of them.

    `number` is a power of two as well, so that a key's bucket is found by shifts, not divisions.
    """

    bits: int
    number: int

    @classmethod
    def of(cls, keys: AnyInts) -> Self:
        """Return the buckets for arcs of these keys."""
        longest, mean = (int(keys.max()), int(keys.mean())) if keys.size else (0, 0)
        bits = max(mean // _BUCKETS_A_MEAN_ARC, longest // _MOST_BUCKETS).bit_length()
        # Keys of reached nodes differ by one arc at most: buckets farther on are used again in
        # turn.
        return cls(bits, 1 << ((longest >> bits) + 1).bit_length())


def search_tree(matrix: csr_array, start: int, buckets: Buckets) -> tuple[AnyInts, AnyInts]:
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
        For every node the key of the best way to it (`UNREACHABLE` for none), and the node before
        it on that way: -1 if there is none, as for `start`.
    """
    first, head = map(_without_sign, (matrix.indptr, matrix.indices))
    best, before = _search(first, head, matrix.data, start, *buckets)
    return best, before.view(np.int32)


def _without_sign(numbers: AnyInts) -> AnyInts:
    """View non-negative integers as unsigned ones, in the same memory."""
    return numbers.view(f"u{numbers.itemsize}")


@compiled
def _search(
    first: AnyInts, head: AnyInts, key: AnyInts, start: int, bits: int, buckets: int
) -> tuple[AnyInts, AnyInts]:
    """Search; the arcs of node i are at `first[i]` to `first[i + 1]` of `head` and `key`."""
    nodes = len(first) - 1
    best = np.full(nodes, UNREACHABLE)
    before = np.full(nodes, _NONE)
    # The nodes of a bucket are a doubly linked ring. The bucket itself is a member, numbered
    # `nodes` plus its number, so that the ends of a list need no special case.
    after = np.arange(nodes + buckets, dtype=np.uint32)
    ahead = np.arange(nodes + buckets, dtype=np.uint32)
    after[:nodes] = _NONE  # in no bucket
    best[start] = 0
    after[start] = ahead[start] = nodes
    after[nodes] = ahead[nodes] = start
    waiting, at = 1, 0
    while waiting:
        # No waiting node has a key below this bucket's range: go on to the next bucket with a node.
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
                # Of equally good ways take the one whose last arc begins nearest to the start, as a
                # search in the order of keys does: trees do not depend on the buckets' width.
                if found == best[other] and other != start and reached < best[before[other]]:
                    before[other] = node
                continue
            best[other], before[other] = found, node
            if after[other] == _NONE:
                waiting += 1
            else:
                after[ahead[other]], ahead[after[other]] = after[other], ahead[other]
            # Insert the node at the front of its new bucket.
            bucket = nodes + ((found >> bits) & (buckets - 1))
            after[other], ahead[other] = after[bucket], bucket
            ahead[after[bucket]] = other
            after[bucket] = other
    return best, before
