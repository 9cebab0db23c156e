"""Nodes contracted into a hierarchy: compiled by numba on first use and kept for later runs."""

from typing import Final, NamedTuple

import numpy as np

from llrgeo.travel.compiled import NO_WAY, Ints, Scratch, compiled, pop, push

_TRIED_AT_MOST: Final = 1_000  # arcs; a longer search for a way round costs more than a shortcut
_STEP: Final = 500  # of importance from sweep to sweep; 1000 is one level
_HEAP: Final = 4_096  # entries; a search for a way round that would need more is given up


class Lists(NamedTuple):
    """A graph under contraction: every node's neighbours, in one pool.

    Node v's stand from `start[v]`, `size[v]` of them with room for `room[v]`: `nbr` the neighbour,
    `fwd` the key to it, `bwd` the key from it, `NO_WAY` where there is no arc.
    """

    start: Ints
    size: Ints
    room: Ints
    nbr: Ints
    fwd: Ints
    bwd: Ints


@compiled
def ways_round(lists: Lists, node: int, source: int, limit: int, scratch: Scratch) -> int:
    """Search from `source` past `node` up to a key; fill `best`, return how many were touched."""
    best, touched, keys, items = scratch
    best[source], touched[0], found = 0, source, 1
    heap = push(keys, items, 0, 0, source)
    tried = 0
    while heap > 0 and tried < _TRIED_AT_MOST:
        key, at = keys[0], items[0]
        heap = pop(keys, items, heap)
        if key > best[at]:
            continue
        tried += lists.size[at]
        for e in range(lists.start[at], lists.start[at] + lists.size[at]):
            to = lists.nbr[e]
            total = key + lists.fwd[e]
            if to != node and total <= limit and total < best[to] and heap < len(keys):
                if best[to] == NO_WAY:
                    touched[found] = to
                    found += 1
                best[to] = total
                heap = push(keys, items, heap, total, to)
    return found


@compiled
def longest_onward(lists: Lists, node: int, arrival: int) -> int:
    """Return the largest key from a node to a neighbour other than the one come from; else -1."""
    longest = -1
    for e in range(lists.start[node], lists.start[node] + lists.size[node]):
        if e != arrival and longest < lists.fwd[e] < NO_WAY:
            longest = lists.fwd[e]
    return longest


@compiled
def shortcuts_for(lists: Lists, node: int, scratch: Scratch, out: Ints) -> int:
    """Fill `out` with the keys of the shortcuts that a node's removal needs; return their number.

    Row and column are the places in the node's list of the neighbours to go from and to; `NO_WAY`
    stands where no shortcut is needed.
    """
    count, degree, first = 0, lists.size[node], lists.start[node]
    out[:degree, :degree] = NO_WAY
    for a in range(degree):
        source, into = lists.nbr[first + a], lists.bwd[first + a]
        longest = longest_onward(lists, node, first + a)
        if into == NO_WAY or longest < 0:
            continue
        found = ways_round(lists, node, source, into + longest, scratch)
        for b in range(degree):
            total = into + lists.fwd[first + b]
            if b != a and total < scratch.best[lists.nbr[first + b]]:
                out[a, b] = total
                count += 1
        for i in range(found):
            scratch.best[scratch.touched[i]] = NO_WAY
    return count


@compiled
def grown(array: Ints, length: int) -> Ints:
    """Return a longer copy of an array."""
    longer = np.empty(length, array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def with_room(lists: Lists, used: int, node: int) -> tuple[Lists, int]:
    """Move a node's list to the end of the pool, with twice the room; return pool and its end."""
    start, size, room, nbr, fwd, bwd = lists
    more = 2 * room[node] + 4
    if used + more > len(nbr):
        length = 2 * len(nbr) + more
        nbr, fwd, bwd = grown(nbr, length), grown(fwd, length), grown(bwd, length)
    for i in range(size[node]):
        old, new = start[node] + i, used + i
        nbr[new], fwd[new], bwd[new] = nbr[old], fwd[old], bwd[old]
    start[node], room[node] = used, more
    return Lists(start, size, room, nbr, fwd, bwd), used + more


@compiled
def connect(lists: Lists, used: int, node: int, out: Ints, place: Ints) -> tuple[Lists, int]:
    """Add the shortcuts between a node's neighbours; return the lists and the pool's new end.

    `place` has -1 for every node, before and after.
    """
    degree, first = lists.size[node], lists.start[node]
    for a in range(degree):
        tail = lists.nbr[first + a]
        for e in range(lists.start[tail], lists.start[tail] + lists.size[tail]):
            place[lists.nbr[e]] = e - lists.start[tail]
        for b in range(degree):
            if out[a, b] == NO_WAY and out[b, a] == NO_WAY:
                continue
            head = lists.nbr[first + b]
            if place[head] < 0:
                if lists.size[tail] == lists.room[tail]:
                    lists, used = with_room(lists, used, tail)
                place[head] = lists.size[tail]
                new = lists.start[tail] + lists.size[tail]
                lists.nbr[new], lists.fwd[new], lists.bwd[new] = head, NO_WAY, NO_WAY
                lists.size[tail] += 1
            e = lists.start[tail] + place[head]
            lists.fwd[e] = min(lists.fwd[e], out[a, b])
            lists.bwd[e] = min(lists.bwd[e], out[b, a])
        for e in range(lists.start[tail], lists.start[tail] + lists.size[tail]):
            place[lists.nbr[e]] = -1
    return lists, used


@compiled
def disconnect(lists: Lists, node: int, level: Ints) -> None:
    """Take a node out of its neighbours' lists and lift them above it; its own list stays."""
    start, size, _, nbr, fwd, bwd = lists
    for e in range(start[node], start[node] + size[node]):
        beside = nbr[e]
        level[beside] = max(level[beside], level[node] + 1)
        place = start[beside]
        while nbr[place] != node:
            place += 1
        size[beside] -= 1
        last = start[beside] + size[beside]
        nbr[place], fwd[place], bwd[place] = nbr[last], fwd[last], bwd[last]


@compiled
def contract_nodes(lists: Lists) -> tuple[Lists, Ints]:
    """Remove all nodes, the least important first, adding the shortcuts each needs.

    A node is important that needs many shortcuts for its arcs or lies above many others. Sweep
    after sweep over all nodes in their order takes those below a rising bar: neighbours, near in
    memory, go at about the same time.

    Returns the lists, in which each node now has the neighbours that were removed after it, and
    the nodes in the order of their removal. Changes the lists given.
    """
    n, used = len(lists.start), len(lists.nbr)
    heap = np.empty(_HEAP, np.int64), np.empty(_HEAP, np.int32)
    scratch = Scratch(np.full(n, NO_WAY, np.int64), np.empty(n, np.int32), heap[0], heap[1])
    level, rating = np.zeros(n, np.int64), np.zeros(n, np.int64)
    order, removed = np.empty(n, np.int32), 0
    out, place = np.empty((64, 64), np.int64), np.full(n, -1, np.int64)
    waiting: Ints = np.arange(n)
    bar = 0
    while len(waiting) > 0:
        bar += _STEP
        left = 0
        for node in waiting:
            # A node's level alone may show that it is too important to be looked at again.
            if max(rating[node], 1000 * level[node]) <= bar:
                degree = lists.size[node]
                if degree > len(out):
                    out = np.empty((2 * degree, 2 * degree), np.int64)
                count = shortcuts_for(lists, node, scratch, out)
                rating[node] = 1000 * level[node] + (1000 * count) // max(degree, 1)
                if rating[node] <= bar:
                    order[removed] = node
                    removed += 1
                    disconnect(lists, node, level)
                    lists, used = connect(lists, used, node, out, place)
                    continue
            waiting[left] = node
            left += 1
        waiting = waiting[:left]
    return lists, order
