"""RPHAST: a matrix from a contraction hierarchy, for 16 destinations at a time.

Delling, Goldberg, Nowatzyk and Werneck, "PHAST: hardware-accelerated shortest path trees", IPDPS
2011, find that after one upward search the shortest path tree of a node follows from a single
linear pass over the nodes from the top of the hierarchy downwards. Delling, Goldberg and Werneck,
"Faster batched shortest paths in road networks", ATMOS 2011 (RPHAST), restrict that pass to the
nodes above the points needed. The search here starts at a destination and follows arcs backwards,
so that the pass carries keys down to the origins.

Functions are compiled by numba on first use; the machine code is kept for later runs.
"""

from typing import Final, NamedTuple

import numpy as np

from llrgeo.execution.machine_code import compiled
from llrgeo.travel.search.compiled import AnyInts, SearchArrays, pop, push
from llrgeo.travel.search.graph import UNREACHABLE

_BATCH: Final = 16  # destinations a pass: their keys fill two cache lines a node


class RankedArcs(NamedTuple):
    """A hierarchy's arcs; nodes are numbered by rank, 0 at the top.

    The arcs of node i are at `start[i]` to `start[i + 1]`: `head` is a node above it (a number
    below i), `up` the key from i to it, `down` the key from it to i, `UNREACHABLE` for no arc.
    Nodes numbered below `core` are the core: their arcs lead to any other nodes of it, and are
    listed at both ends.
    """

    core: int
    start: AnyInts
    head: AnyInts
    up: AnyInts
    down: AnyInts


class RestrictedGraph(NamedTuple):
    """The part of a hierarchy that lies above some nodes, renumbered from the top.

    `number` is each node's new number, or -1 outside the part. The upward arcs (`head`, `key`) of
    the part's node i are at `start[i]` to `start[i + 1]`; nodes of the core have none.
    """

    number: AnyInts
    start: AnyInts
    head: AnyInts
    key: AnyInts


class NodeLinks(NamedTuple):
    """Points joined to nodes: the links of point i are at `start[i]` to `start[i + 1]`."""

    start: AnyInts
    node: AnyInts
    key: AnyInts


@compiled
def restrict_upwards(ranked: RankedArcs, nodes: AnyInts) -> RestrictedGraph:
    """Return the part of a hierarchy that can be reached upwards from some nodes."""
    n = len(ranked.start) - 1
    number = np.full(n, -1, np.int32)
    number[nodes] = 0
    # Mark (0) and count what lies above. Arcs lead upwards only, so one pass from the bottom meets
    # each node after all nodes that could mark it. No arc is taken from a node of the core.
    size = arcs = 0
    for node in range(n - 1, -1, -1):
        if number[node] == 0:
            size += 1
            for e in range(ranked.start[max(node, ranked.core)], ranked.start[node + 1]):
                if ranked.up[e] < UNREACHABLE:
                    number[ranked.head[e]] = 0
                    arcs += 1
    part = RestrictedGraph(
        number, np.zeros(size + 1, np.int64), np.empty(arcs, np.int32), np.empty(arcs, np.int64)
    )
    # Number the marked nodes from the top and copy their arcs, whose heads have numbers already.
    size = arcs = 0
    for node in range(n):
        if number[node] == 0:
            number[node] = size
            size += 1
            for e in range(ranked.start[max(node, ranked.core)], ranked.start[node + 1]):
                if ranked.up[e] < UNREACHABLE:
                    part.head[arcs], part.key[arcs] = number[ranked.head[e]], ranked.up[e]
                    arcs += 1
            part.start[size] = arcs
    return part


@compiled
def search_upwards(
    ranked: RankedArcs, entries: NodeLinks, point: int, limit: int, arrays: SearchArrays
) -> int:
    """Fill `best` with the key to a point from each node above its entries.

    Returns how many nodes were touched. The heap is ordered by rank, lowest node first: all ways
    into a node come from below it, so its key is final when it is taken, and it is taken once.
    Nodes of the core are left to a search of their own.
    """
    best, touched, keys, items = arrays
    found = heap = 0
    for j in range(entries.start[point], entries.start[point + 1]):
        node = entries.node[j]
        if best[node] == UNREACHABLE:
            touched[found] = node
            found += 1
            if node >= ranked.core:
                heap = push(keys, items, heap, -node, node)
        best[node] = min(best[node], entries.key[j])
    while heap > 0:
        node = items[0]
        heap = pop(keys, items, heap)
        for e in range(ranked.start[node], ranked.start[node + 1]):
            # The journey comes down the arc: it leads from the node above towards the point.
            above, total = ranked.head[e], best[node] + ranked.down[e]
            if total <= limit:
                if best[above] == UNREACHABLE:
                    touched[found] = above
                    found += 1
                    if above >= ranked.core:
                        heap = push(keys, items, heap, -above, above)
                best[above] = min(best[above], total)
    return search_core(ranked, found, limit, arrays) if ranked.core > 0 else found


@compiled
def search_core(ranked: RankedArcs, found: int, limit: int, arrays: SearchArrays) -> int:
    """Carry the keys of the nodes touched through the core; return how many are touched now.

    This is Dijkstra's search, from all touched nodes of the core at once.
    """
    best, touched, keys, items = arrays
    heap = 0
    for i in range(found):
        if touched[i] < ranked.core:
            heap = push(keys, items, heap, best[touched[i]], touched[i])
    while heap > 0:
        key, node = keys[0], items[0]
        heap = pop(keys, items, heap)
        if key > best[node]:  # an entry that a better one has replaced
            continue
        for e in range(ranked.start[node], ranked.start[node + 1]):
            head, total = ranked.head[e], key + ranked.down[e]
            if total <= limit and total < best[head]:
                if best[head] == UNREACHABLE:
                    touched[found] = head
                    found += 1
                best[head] = total
                heap = push(keys, items, heap, total, head)
    return found


@compiled
def sweep_downwards(part: RestrictedGraph, batch: AnyInts) -> None:
    """Carry the keys of a batch of destinations from the top down (the linear pass of PHAST).

    Invariant: rows above i are final, because every upward arc of i leads to one of them.
    """
    for i in range(len(batch)):
        for e in range(part.start[i], part.start[i + 1]):
            head, key = part.head[e], part.key[e]
            for s in range(_BATCH):
                batch[i, s] = min(batch[i, s], batch[head, s] + key)


@compiled
def fill_matrix(
    ranked: RankedArcs,
    part: RestrictedGraph,
    exits: NodeLinks,
    entries: NodeLinks,
    limit: int,
    result: AnyInts,
) -> None:
    """Fill `result` with the key to each destination (row) from each origin (column).

    `part` is what lies above the exits; `result` holds `UNREACHABLE` before. Keys beyond `limit`
    stay `UNREACHABLE`.
    """
    n, size = len(part.number), len(part.start) - 1
    # A search has each node on its heap once, and one of the core once more for each arc to it.
    arrays = SearchArrays(
        np.full(n, UNREACHABLE, np.int64),
        np.empty(n, np.int32),
        np.empty(n + ranked.start[ranked.core], np.int64),
        np.empty(n + ranked.start[ranked.core], np.int32),
    )
    batch = np.empty((size, _BATCH), np.int64)
    for first in range(0, len(result), _BATCH):
        width = min(_BATCH, len(result) - first)
        batch[:] = UNREACHABLE
        # 1. Search upwards from each destination; copy the keys that lie in the restricted part,
        #    and clear what was touched for the next search.
        for s in range(width):
            found = search_upwards(ranked, entries, first + s, limit, arrays)
            for i in range(found):
                node = arrays.touched[i]
                if part.number[node] >= 0:
                    batch[part.number[node], s] = arrays.best[node]
                arrays.best[node] = UNREACHABLE
        # 2. One pass down gives every node of the part its key to all destinations of the batch.
        sweep_downwards(part, batch)
        # 3. An origin takes the best of its exits.
        for point in range(len(exits.start) - 1):
            for j in range(exits.start[point], exits.start[point + 1]):
                row, key = part.number[exits.node[j]], exits.key[j]
                for s in range(width):
                    total = batch[row, s] + key
                    if total <= limit and total < result[first + s, point]:
                        result[first + s, point] = total
