"""Contract nodes that a single arc enters or leaves: every journey through them takes that arc.

Where turns are modelled, each street that arrives at a junction and each that leaves it is a node
of its own, which one arc enters or leaves. Such a node is merged into the neighbour at the other
end of that forced arc: its other arcs start (or end) there instead, longer by the forced arc. So a
node and an arc are removed, no arc is added, and the keys of all best journeys between the other
nodes stay the same. It is node contraction (Geisberger, Sanders, Schultes and Delling, "Contraction
hierarchies", WEA 2008) where no shortcut is needed.
"""

from typing import Final, NamedTuple

import numpy as np

from llrgeo.arrays import Bools, Ints
from llrgeo.travel.search.graph import SearchGraph, simple_graph

_WORTH_IT: Final = 0.9  # contract while a round leaves less than this share of the nodes


class _Arcs(NamedTuple):
    """Arcs in any order, between nodes numbered from 0."""

    tail: Ints
    head: Ints
    key: Ints

    def turned(self) -> "_Arcs":
        return _Arcs(self.head, self.tail, self.key)


def contract_forced_arcs(graph: SearchGraph, keep: Ints) -> tuple[SearchGraph, Ints]:
    """Return a smaller graph in which best journeys between the kept nodes have the same keys.

    Parameters
    ----------
    graph
        The graph; it is returned as it is where few nodes would go.
    keep
        Nodes where journeys start or end; they may repeat.

    Returns
    -------
    tuple
        The smaller graph and, for each of its nodes, the number in the graph given (ascending).
    """
    # Invariant: `numbers` are the first graph's numbers of the nodes that are left,
    # `wanted` marks those that must stay.
    numbers = np.arange(graph.nodes)
    wanted = np.zeros(graph.nodes, dtype=bool)
    wanted[keep] = True
    while _share_left(graph, wanted) < _WORTH_IT:
        arcs = _Arcs(graph.tail, graph.head, graph.key)
        # Remove nodes that one arc enters; then, with all arcs reversed, nodes that one arc leaves.
        for _ in range(2):
            arcs, stay = _without_entered_once(arcs, wanted)
            numbers, wanted = numbers[stay], wanted[stay]
            arcs = arcs.turned()
        graph = simple_graph(len(numbers), *arcs)
    return graph, numbers


def _share_left(graph: SearchGraph, wanted: Bools) -> float:
    """Return the share of the nodes that must stay, or that several arcs enter and leave."""
    several = [np.bincount(ends, minlength=graph.nodes) != 1 for ends in (graph.tail, graph.head)]
    return float((wanted | (several[0] & several[1])).mean()) if graph.nodes else 1.0


def _without_entered_once(arcs: _Arcs, wanted: Bools) -> tuple[_Arcs, Ints]:
    """Contract the nodes that one arc enters; return the arcs left and the nodes that stay."""
    gone = (np.bincount(arcs.head, minlength=len(wanted)) == 1) & ~wanted
    root, forced = _roots(arcs, gone)
    # A node whose forced arcs lead back into it is reached from nowhere: its arcs go with it.
    left = ~gone[arcs.head] & ~gone[root[arcs.tail]]
    tail, head = root[arcs.tail[left]], arcs.head[left]
    number = np.cumsum(~gone) - 1
    key = arcs.key[left] + forced[arcs.tail[left]]
    return _Arcs(number[tail], number[head], key), np.flatnonzero(~gone)


def _roots(arcs: _Arcs, gone: Bools) -> tuple[Ints, Ints]:
    """Return for each node its root, from which forced arcs alone lead to it, and their total key.

    A node that stays is its own root, with key 0; the root of nodes in a ring of forced arcs is one
    of those that are removed.
    """
    root, key = np.arange(len(gone)), np.zeros(len(gone), dtype=np.int64)
    forced = gone[arcs.head]
    root[arcs.head[forced]], key[arcs.head[forced]] = arcs.tail[forced], arcs.key[forced]
    # Pointer jumping: each round doubles how far back a node looks. After as many rounds as the
    # number of nodes has binary digits, it sees the start of any sequence of forced arcs that is
    # not a ring.
    looking = np.flatnonzero(gone[root])
    for _ in range(len(gone).bit_length()):
        before = root[looking]
        key[looking] += key[before]
        root[looking] = root[before]
        looking = looking[gone[root[looking]]]
    return root, key
