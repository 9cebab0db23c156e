"""Questions put to a hierarchy: compiled by numba on first use and kept for later runs."""

from typing import Final, NamedTuple

import numpy as np

from llrgeo.travel.compiled import NO_WAY, Ints, Scratch, compiled, pop, push

_BLOCK: Final = 16  # destinations swept together: their keys fill two cache lines a node


class Ranked(NamedTuple):
    """A hierarchy: nodes numbered from the top, each with arcs to and from nodes above it.

    Node i's arcs stand from `start[i]` to `start[i + 1]`: `head` is the node above (less than i),
    `up` the key to it, `down` the key from it, `NO_WAY` where there is no arc.
    """

    start: Ints
    head: Ints
    up: Ints
    down: Ints


class Part(NamedTuple):
    """The part of a hierarchy above some nodes, numbered afresh from the top.

    `number` is a node's number in the part or -1; the arcs `head`, `key` up from node i of the
    part stand from `start[i]` to `start[i + 1]`.
    """

    number: Ints
    start: Ints
    head: Ints
    key: Ints


class Reach(NamedTuple):
    """Points joined to nodes: point i's joins stand from `start[i]` to `start[i + 1]`."""

    start: Ints
    node: Ints
    key: Ints


@compiled
def part_above(ranked: Ranked, nodes: Ints) -> Part:
    """Return what can be reached upwards from some nodes."""
    n = len(ranked.start) - 1
    number = np.full(n, -1, np.int32)
    number[nodes] = 0
    size = arcs = 0
    for node in range(n - 1, -1, -1):  # from the bottom: what is above comes later
        if number[node] == 0:
            size += 1
            for e in range(ranked.start[node], ranked.start[node + 1]):
                if ranked.up[e] < NO_WAY:
                    number[ranked.head[e]] = 0
                    arcs += 1
    part = Part(
        number, np.zeros(size + 1, np.int64), np.empty(arcs, np.int32), np.empty(arcs, np.int64)
    )
    size = arcs = 0
    for node in range(n):
        if number[node] == 0:
            number[node] = size
            size += 1
            for e in range(ranked.start[node], ranked.start[node + 1]):
                if ranked.up[e] < NO_WAY:
                    part.head[arcs], part.key[arcs] = number[ranked.head[e]], ranked.up[e]
                    arcs += 1
            part.start[size] = arcs
    return part


@compiled
def climb(ranked: Ranked, entries: Reach, point: int, limit: int, scratch: Scratch) -> int:
    """Fill `best` with keys to a point from all nodes above its entries; return how many touched.

    Nodes are taken from the bottom, each once.
    """
    best, touched, keys, items = scratch
    found = heap = 0
    for j in range(entries.start[point], entries.start[point + 1]):
        node = entries.node[j]
        if best[node] == NO_WAY:
            touched[found] = node
            found += 1
            heap = push(keys, items, heap, -node, node)
        best[node] = min(best[node], entries.key[j])
    while heap > 0:
        node = items[0]
        heap = pop(keys, items, heap)
        for e in range(ranked.start[node], ranked.start[node + 1]):
            above, total = ranked.head[e], best[node] + ranked.down[e]
            if total <= limit:
                if best[above] == NO_WAY:
                    touched[found] = above
                    found += 1
                    heap = push(keys, items, heap, -above, above)
                best[above] = min(best[above], total)
    return found


@compiled
def sweep(part: Part, block: Ints) -> None:
    """Carry the keys of a block of destinations from the top down, node by node."""
    for i in range(len(block)):
        for e in range(part.start[i], part.start[i + 1]):
            head, key = part.head[e], part.key[e]
            for s in range(_BLOCK):
                block[i, s] = min(block[i, s], block[head, s] + key)


@compiled
def journeys(
    ranked: Ranked, part: Part, exits: Reach, entries: Reach, limit: int, result: Ints
) -> None:
    """Fill `result` with the key to each destination (row) from each origin (column).

    `part` is the part of the hierarchy above the exits; `result` holds `NO_WAY` before.
    """
    n, size = len(part.number), len(part.start) - 1
    scratch = Scratch(
        np.full(n, NO_WAY, np.int64),
        np.empty(n, np.int32),
        np.empty(n, np.int64),
        np.empty(n, np.int32),
    )
    block = np.empty((size, _BLOCK), np.int64)
    for first in range(0, len(result), _BLOCK):
        width = min(_BLOCK, len(result) - first)
        block[:] = NO_WAY
        for s in range(width):
            found = climb(ranked, entries, first + s, limit, scratch)
            for i in range(found):
                node = scratch.touched[i]
                if part.number[node] >= 0:
                    block[part.number[node], s] = scratch.best[node]
                scratch.best[node] = NO_WAY
        sweep(part, block)
        for point in range(len(exits.start) - 1):
            for j in range(exits.start[point], exits.start[point + 1]):
                row, key = part.number[exits.node[j]], exits.key[j]
                for s in range(width):
                    total = block[row, s] + key
                    if total <= limit and total < result[first + s, point]:
                        result[first + s, point] = total
