"""Build a contraction hierarchy: remove nodes one by one, adding the shortcuts that each needs.

Geisberger, Sanders, Schultes and Delling, "Contraction hierarchies: faster and simpler
hierarchical routing in road networks", WEA 2008. Nodes that need too many are left as a core, as in
Bauer, Delling, Sanders, Schieferdecker, Schultes and Wagner, "Combining hierarchical and
goal-directed speed-up techniques for Dijkstra's algorithm", Journal of Experimental Algorithmics
15, 2010. Functions are compiled by numba on first use; the machine code is kept for later runs.
"""

from typing import Final, NamedTuple

import numpy as np

from llrgeo.execution.machine_code import compiled
from llrgeo.travel.search.compiled import AnyInts, SearchArrays, pop, push
from llrgeo.travel.search.graph import UNREACHABLE

_WITNESS_ARCS: Final = 1_000  # arcs looked at; a longer search costs more than a needless shortcut
_LEVEL: Final = 1_000  # importance of one level
_STEP: Final = 500  # by which the bar of importance rises from pass to pass
_HEAP: Final = 4_096  # entries; a witness search that would need more is cut short
# Searches a node, on average. Streets need 6 to 18. A network that needs more has no roads that are
# more important than others, as a grid, and would soon need a shortcut for every pair of nodes.
_SEARCHES: Final = 24


class AdjacencyLists(NamedTuple):
    """A graph under contraction: the neighbours of every node, in shared arrays.

    Those of node v begin at `start[v]`; there are `size[v]`, with space for `space[v]`:
    `neighbour`, `outward` the key to it, `inward` the key from it, `UNREACHABLE` for no arc.
    """

    start: AnyInts
    size: AnyInts
    space: AnyInts
    neighbour: AnyInts
    outward: AnyInts
    inward: AnyInts


@compiled
def witness_search(
    lists: AdjacencyLists, node: int, source: int, limit: int, arrays: SearchArrays
) -> int:
    """Search from `source` round `node`, up to a key; fill `best`, return how many were touched.

    A path that avoids `node` and is no longer than the one through it is a witness that no
    shortcut is needed. The search may stop early: what it misses costs a needless shortcut, never
    a wrong key (Geisberger et al. 2008, section 3).
    """
    # Dijkstra's search; `touched` lists what has to be cleared,
    # so that no search pays for all nodes.
    best, touched, keys, items = arrays
    best[source], touched[0], found = 0, source, 1
    heap = push(keys, items, 0, 0, source)
    looked_at = 0
    while heap > 0 and looked_at < _WITNESS_ARCS:
        key, at = keys[0], items[0]
        heap = pop(keys, items, heap)
        if key > best[at]:  # an entry that a better one has replaced
            continue
        looked_at += lists.size[at]
        for e in range(lists.start[at], lists.start[at] + lists.size[at]):
            to = lists.neighbour[e]
            total = key + lists.outward[e]
            if to != node and total <= limit and total < best[to] and heap < len(keys):
                if best[to] == UNREACHABLE:
                    touched[found] = to
                    found += 1
                best[to] = total
                heap = push(keys, items, heap, total, to)
    return found


@compiled
def longest_onward_arc(lists: AdjacencyLists, node: int, arrival: int) -> int:
    """Return the largest key from a node to a neighbour other than the one come from; else -1."""
    longest = -1
    for e in range(lists.start[node], lists.start[node] + lists.size[node]):
        if e != arrival and longest < lists.outward[e] < UNREACHABLE:
            longest = lists.outward[e]
    return longest


@compiled
def find_shortcuts(lists: AdjacencyLists, node: int, arrays: SearchArrays, out: AnyInts) -> int:
    """Fill `out` with the keys of the shortcuts that a node's removal needs; return their number.

    Row and column are positions in the node's list, of the neighbour to go from and to;
    `UNREACHABLE` where no shortcut is needed.
    """
    count, degree, first = 0, lists.size[node], lists.start[node]
    out[:degree, :degree] = UNREACHABLE
    for a in range(degree):
        source, into = lists.neighbour[first + a], lists.inward[first + a]
        longest = longest_onward_arc(lists, node, first + a)
        if into == UNREACHABLE or longest < 0:
            continue
        # One search answers for all pairs from this neighbour: none is longer than its limit.
        found = witness_search(lists, node, source, into + longest, arrays)
        for b in range(degree):
            total = into + lists.outward[first + b]
            if b != a and total < arrays.best[lists.neighbour[first + b]]:
                out[a, b] = total
                count += 1
        for i in range(found):
            arrays.best[arrays.touched[i]] = UNREACHABLE
    return count


@compiled
def grown(array: AnyInts, length: int) -> AnyInts:
    """Return a longer copy of an array; the new entries are not set."""
    longer = np.empty(length, array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def move_to_end(lists: AdjacencyLists, used: int, node: int) -> tuple[AdjacencyLists, int]:
    """Move a full list to the end of the arrays, with twice the space; return lists and new end."""
    start, size, space, neighbour, outward, inward = lists
    more = 2 * space[node] + 4
    if used + more > len(neighbour):
        length = 2 * len(neighbour) + more
        neighbour, outward = grown(neighbour, length), grown(outward, length)
        inward = grown(inward, length)
    for i in range(size[node]):
        old, new = start[node] + i, used + i
        neighbour[new], outward[new], inward[new] = neighbour[old], outward[old], inward[old]
    # The old place is left as a gap: the arrays grow, and are
    # gathered when the hierarchy is laid out.
    start[node], space[node] = used, more
    return AdjacencyLists(start, size, space, neighbour, outward, inward), used + more


@compiled
def add_shortcuts(
    lists: AdjacencyLists, used: int, node: int, out: AnyInts, place: AnyInts
) -> tuple[AdjacencyLists, int]:
    """Add the shortcuts between a node's neighbours; return the lists and the arrays' new end.

    `place` has -1 for every node, before and after.
    """
    degree, first = lists.size[node], lists.start[node]
    for a in range(degree):
        tail = lists.neighbour[first + a]
        # Note where each neighbour of the tail is listed: an arc that exists is made better.
        for e in range(lists.start[tail], lists.start[tail] + lists.size[tail]):
            place[lists.neighbour[e]] = e - lists.start[tail]
        for b in range(degree):
            if out[a, b] == UNREACHABLE and out[b, a] == UNREACHABLE:
                continue
            head = lists.neighbour[first + b]
            if place[head] < 0:
                if lists.size[tail] == lists.space[tail]:
                    lists, used = move_to_end(lists, used, tail)
                place[head] = lists.size[tail]
                new = lists.start[tail] + lists.size[tail]
                lists.neighbour[new] = head
                lists.outward[new], lists.inward[new] = UNREACHABLE, UNREACHABLE
                lists.size[tail] += 1
            # Both ends list the arc: the head's list gets it when `a` is the head's turn.
            e = lists.start[tail] + place[head]
            lists.outward[e] = min(lists.outward[e], out[a, b])
            lists.inward[e] = min(lists.inward[e], out[b, a])
        for e in range(lists.start[tail], lists.start[tail] + lists.size[tail]):
            place[lists.neighbour[e]] = -1
    return lists, used


@compiled
def remove_node(lists: AdjacencyLists, node: int, level: AnyInts) -> None:
    """Take a node out of its neighbours' lists and raise their level above its own.

    The node's own list stays: it is the list of its arcs upwards.
    """
    start, size, _, neighbour, outward, inward = lists
    for e in range(start[node], start[node] + size[node]):
        beside = neighbour[e]
        level[beside] = max(level[beside], level[node] + 1)
        place = start[beside]
        while neighbour[place] != node:
            place += 1
        # The last neighbour takes its place.
        size[beside] -= 1
        last = start[beside] + size[beside]
        neighbour[place] = neighbour[last]
        outward[place], inward[place] = outward[last], inward[last]


@compiled
def contract_nodes(lists: AdjacencyLists) -> tuple[AdjacencyLists, AnyInts, int]:
    """Remove nodes, the least important first, adding the shortcuts that each needs.

    A node is important if it needs many shortcuts for its arcs (edge difference) or lies above
    many others (level), two of the terms of Geisberger et al. 2008, section 2. Where they use a
    priority queue, passes over all nodes in their order remove those below a rising bar:
    neighbours, near in memory, go at about the same time. What is left after so many searches
    stays, as the core that is searched (Bauer et al. 2010): so a build of any graph ends.

    Returns the lists, in which each node now has the neighbours that were removed after it (one of
    the core: all that it has there), the nodes in the order of their removal, the core's last, and
    how many are in the core. Changes the lists given.
    """
    n, used = len(lists.start), len(lists.neighbour)
    heap = np.empty(_HEAP, np.int64), np.empty(_HEAP, np.int32)
    arrays = SearchArrays(
        np.full(n, UNREACHABLE, np.int64), np.empty(n, np.int32), heap[0], heap[1]
    )
    level, rating = np.zeros(n, np.int64), np.zeros(n, np.int64)
    order, removed = np.empty(n, np.int32), 0
    out, place = np.empty((64, 64), np.int64), np.full(n, -1, np.int64)
    waiting: AnyInts = np.arange(n)
    bar = searches = 0
    while len(waiting) > 0 and searches <= _SEARCHES * n:
        # Each pass removes the nodes whose importance (its level, and the shortcuts for
        # each neighbour) is within the bar: nearly the order of a priority queue
        # (Geisberger et al. 2008), without one.
        bar += _STEP
        left = 0
        for node in waiting:
            # A node's level alone may show that it is too important to be looked at again.
            if max(rating[node], _LEVEL * level[node]) <= bar:
                degree = lists.size[node]
                if degree > len(out):
                    out = np.empty((2 * degree, 2 * degree), np.int64)
                count = find_shortcuts(lists, node, arrays, out)
                searches += degree
                rating[node] = _LEVEL * level[node] + (_LEVEL * count) // max(degree, 1)
                if rating[node] <= bar:
                    order[removed] = node
                    removed += 1
                    remove_node(lists, node, level)
                    lists, used = add_shortcuts(lists, used, node, out, place)
                    continue
            waiting[left] = node
            left += 1
        waiting = waiting[:left]
    order[removed:] = waiting
    return lists, order, len(waiting)
