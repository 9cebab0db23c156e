"""Which engine answers a question, and how its work is shared out."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from joblib import Parallel, delayed

from llrgeo.travel.chains import branching_nodes, contract
from llrgeo.travel.graph import IntArray, SearchGraph, limit_key
from llrgeo.travel.joins import Joined
from llrgeo.travel.kernels import backwards_from, renumbered, search_keys
from llrgeo.travel.times import Track

if TYPE_CHECKING:
    from llrgeo.travel.hierarchy import Hierarchy

Engine = Literal["auto", "chains", "hierarchy"]

_SEARCHES_AT_ONCE: Final = 16  # bounds the memory: scipy keeps a row as long as the graph for each

# Measured on one core of a 2-core server; only their ratios decide.
_SEARCH_S_PER_NODE: Final = 120e-9
_BUILD_S_PER_NODE: Final = 4e-6
_COMPILE_S: Final = 8.0
_LOAD_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How a question is to be answered.

    Attributes
    ----------
    engine
        `chains`: chains are contracted, then one Dijkstra search for each point of the shorter
        side. `hierarchy`: a contraction hierarchy. `auto`: whichever should be done first.
    limit_min
        Journeys that take longer count as unreachable.
    workers
        Processes (chains) or threads (hierarchy); the result does not depend on their number.
    hierarchy
        File in which the graph's hierarchy is kept for the next question; None keeps none.
    """

    engine: Engine = "auto"
    limit_min: float = math.inf
    workers: int = 1
    hierarchy: Path | None = None


def journey_keys(graph: SearchGraph, joined: Joined, plan: Plan, track: Track = iter) -> IntArray:
    """Return the key of the best journey from every origin (row) to every destination (column)."""
    turned = joined.exits.points < joined.entries.points
    facing = joined.reversed() if turned else joined
    if _engine(graph, facing, plan) == "hierarchy":
        keys = _by_hierarchy(graph, facing, plan, turned=turned)
    else:
        keys = _by_chains(graph.reversed() if turned else graph, facing, plan, track)
    within = facing.direct_key <= limit_key(plan.limit_min)
    pairs = facing.direct_origin[within], facing.direct_destination[within]
    np.minimum.at(keys, pairs, facing.direct_key[within])
    return keys.T if turned else keys


def engine_for(searches: int, core_nodes: int, nodes: int, *, at_hand: bool) -> Engine:
    """Return the engine that should be done first.

    Parameters
    ----------
    searches
        Points of the shorter side.
    core_nodes, nodes
        Nodes that are left when chains are contracted (at most), and all nodes.
    at_hand
        Whether the graph's hierarchy was saved.
    """
    by_chains_s = searches * core_nodes * _SEARCH_S_PER_NODE
    by_hierarchy_s = _LOAD_S if at_hand else _COMPILE_S + nodes * _BUILD_S_PER_NODE
    return "chains" if by_chains_s <= by_hierarchy_s else "hierarchy"


def _engine(graph: SearchGraph, joined: Joined, plan: Plan) -> Engine:
    if plan.engine != "auto":
        return plan.engine
    terminals = np.unique(np.concatenate([joined.exits.node, joined.entries.node]))
    core_nodes = len(terminals) + branching_nodes(graph)
    at_hand = plan.hierarchy is not None and plan.hierarchy.is_file()
    return engine_for(joined.entries.points, core_nodes, graph.nodes, at_hand=at_hand)


def _by_chains(graph: SearchGraph, joined: Joined, plan: Plan, track: Track) -> IntArray:
    exits, entries, limit = joined.exits, joined.entries, limit_key(plan.limit_min)
    core, kept = contract(graph, np.concatenate([exits.node, entries.node]))
    exits, entries = renumbered(exits, kept), renumbered(entries, kept)
    backwards = backwards_from(core, entries)
    starts = core.nodes + np.arange(entries.points)
    parts = [starts[i : i + _SEARCHES_AT_ONCE] for i in range(0, len(starts), _SEARCHES_AT_ONCE)]
    # Processes, not threads: scipy's search holds Python's lock.
    found = Parallel(n_jobs=plan.workers)(
        delayed(search_keys)(backwards, part, exits, limit) for part in track(parts)
    )
    return np.hstack([np.empty((exits.points, 0), dtype=np.int64), *found])


def _by_hierarchy(graph: SearchGraph, joined: Joined, plan: Plan, *, turned: bool) -> IntArray:
    # numba takes a second to import, and most questions are answered without it.
    from llrgeo.travel.hierarchy import hierarchy_keys  # noqa: PLC0415

    hierarchy = _hierarchy(graph, plan.hierarchy)
    if turned:
        hierarchy = hierarchy.reversed()
    limit = limit_key(plan.limit_min)
    return hierarchy_keys(hierarchy, joined.exits, joined.entries, limit, plan.workers)


def _hierarchy(graph: SearchGraph, path: Path | None) -> "Hierarchy":
    """Return the graph's hierarchy as saved; else build it, and save it if it is to be kept."""
    from llrgeo.travel.hierarchy import (  # noqa: PLC0415 (as above)
        build_hierarchy,
        load_hierarchy,
        save_hierarchy,
    )

    if path is not None and path.is_file():
        return load_hierarchy(path)
    built = build_hierarchy(graph)
    if path is not None:
        save_hierarchy(built, path)
    return built
