"""Which engine answers a question, and how its work is shared out."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from joblib import Parallel, delayed

from llrgeo.schema import Track
from llrgeo.travel.chains import branching_nodes, contract
from llrgeo.travel.dijkstra import backwards_from, renumbered, search_keys
from llrgeo.travel.graph import IntArray, SearchGraph, limit_key
from llrgeo.travel.od_matrix import Question

if TYPE_CHECKING:
    from llrgeo.travel.hierarchy import Hierarchy

Engine = Literal["auto", "chains", "hierarchy"]

_SEARCHES_AT_ONCE: Final = 16  # bounds the memory: scipy keeps a row as long as the graph for each

# Measured on one core of a 2-core server; only their ratios decide.
_SEARCH_S_PER_NODE: Final = 120e-9
_BUILD_S_PER_NODE: Final = 100e-6  # 40 on OpenStreetMap roads, 410 on the planning network
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


def journey_keys(question: Question, plan: Plan, track: Track = iter) -> IntArray:
    """Return the key of the best journey from every origin (row) to every destination (column)."""
    turned = question.exits.points < question.entries.points
    if settled(question, plan).engine == "hierarchy":
        keys = _by_hierarchy(question, plan, turned=turned)
    elif turned:
        keys = _by_chains(question.reversed(), plan, track).T
    else:
        keys = _by_chains(question, plan, track)
    within = question.direct_key <= limit_key(plan.limit_min)
    pairs = question.direct_origin[within], question.direct_destination[within]
    np.minimum.at(keys, pairs, question.direct_key[within])
    return keys


def settled(question: Question, plan: Plan) -> Plan:
    """Return a plan whose engine is not `auto`."""
    if plan.engine != "auto":
        return plan
    exits, entries, graph = question.exits, question.entries, question.graph
    terminals = np.unique(np.concatenate([exits.node, entries.node]))
    engine = engine_for(
        min(exits.points, entries.points),
        len(terminals) + branching_nodes(graph),
        at_hand=plan.hierarchy is not None and plan.hierarchy.is_file(),
    )
    return replace(plan, engine=engine)


def engine_for(searches: int, core_nodes: int, *, at_hand: bool) -> Engine:
    """Return the engine that should be done first.

    Parameters
    ----------
    searches
        Points of the shorter side.
    core_nodes
        Nodes that are left when chains are contracted, at most.
    at_hand
        Whether the graph's hierarchy was saved.
    """
    by_chains_s = searches * core_nodes * _SEARCH_S_PER_NODE
    by_hierarchy_s = _LOAD_S if at_hand else _COMPILE_S + core_nodes * _BUILD_S_PER_NODE
    return "chains" if by_chains_s <= by_hierarchy_s else "hierarchy"


def prepare(question: Question, plan: Plan) -> None:
    """Build and save the hierarchy that a plan asks for, if it is not there yet."""
    if plan.engine == "hierarchy":
        _hierarchy(question.graph, plan.hierarchy)


def _by_chains(question: Question, plan: Plan, track: Track) -> IntArray:
    terminals = np.concatenate([question.exits.node, question.entries.node])
    core, kept = contract(question.graph, terminals)
    exits, entries = renumbered(question.exits, kept), renumbered(question.entries, kept)
    backwards = backwards_from(core, entries)
    starts = core.nodes + np.arange(entries.points)
    parts = [starts[i : i + _SEARCHES_AT_ONCE] for i in range(0, len(starts), _SEARCHES_AT_ONCE)]
    limit = limit_key(plan.limit_min)
    # Processes, not threads: scipy's search holds Python's lock.
    found = Parallel(n_jobs=plan.workers)(
        delayed(search_keys)(backwards, part, exits, limit) for part in track(parts)
    )
    return np.hstack([np.empty((exits.points, 0), dtype=np.int64), *found])


def _by_hierarchy(question: Question, plan: Plan, *, turned: bool) -> IntArray:
    from llrgeo.travel.hierarchy import hierarchy_keys  # noqa: PLC0415 (numba is slow to load)

    hierarchy = _hierarchy(question.graph, plan.hierarchy)
    exits, entries, limit = question.exits, question.entries, limit_key(plan.limit_min)
    if turned:
        return hierarchy_keys(hierarchy.reversed(), entries, exits, limit, plan.workers).T
    return hierarchy_keys(hierarchy, exits, entries, limit, plan.workers)


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
