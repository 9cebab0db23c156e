"""Engines: compute a matrix by Dijkstra searches or by a contraction hierarchy, in parallel."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy.sparse import csr_array

from llrgeo.arrays import Ints
from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.schema import Track
from llrgeo.travel.search.chains import branching_degrees, contract_chains
from llrgeo.travel.search.dijkstra import renumber_links, reversed_matrix, search_keys
from llrgeo.travel.search.forced_arcs import contract_forced_arcs
from llrgeo.travel.search.graph import AccessLinks, SearchGraph, limit_key
from llrgeo.travel.search.od_matrix import MatrixRequest
from llrgeo.travel.search.search_trees import SearchTrees

if TYPE_CHECKING:
    from llrgeo.travel.search.hierarchy import Hierarchy

Engine = Literal["auto", "chains", "hierarchy"]

_SEARCHES_AT_ONCE: Final = 16  # bounds the memory: scipy keeps a row as long as the graph for each

# Measured on one core of a 2-core server; only their ratios decide.
_SEARCH_S_PER_NODE: Final = 120e-9
_BUILD_S_PER_NODE: Final = 100e-6  # at most; 40 on OpenStreetMap roads
# Where branching nodes have more neighbours than this on average, a hierarchy leaves a core that
# is searched for each point: roads of OpenStreetMap have 3.0 (as they are) and 3.7 (with turns),
# the planning network 4.7, a grid of streets with turns 5.0.
_DENSE_DEGREE: Final = 4.4
_CORE_SEARCH_S_PER_NODE: Final = 70e-9
_COMPILE_S: Final = 8.0
_LOAD_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How a matrix is to be computed; only the limit changes its values.

    Attributes
    ----------
    engine
        `chains`: contract chains of nodes, then run one Dijkstra search for each point of the
        shorter side. `hierarchy`: a contraction hierarchy. `auto`: whichever should be faster.
    limit_min
        Journeys that take longer count as unreachable.
    workers
        Processes (chains) or threads (hierarchy); the result does not depend on their number.
    hierarchy
        File in which the graph's hierarchy is saved for later requests; None saves none.
    trees
        Trees of the request's destinations, read instead of a search; they are kept for the routes
        that maps draw.
    map_tasks
        Runs the Dijkstra searches of one worker, 16 destinations a task.
    """

    engine: Engine = "auto"
    limit_min: float = math.inf
    workers: int = 1
    hierarchy: Path | None = None
    trees: SearchTrees | None = None
    map_tasks: MapTasks = map_here


def journey_keys(request: MatrixRequest, plan: SearchPlan, track: Track = iter) -> Ints:
    """Return the key of the best journey from every origin (row) to every destination (column)."""
    # Search from the shorter side: where origins are fewer, reverse the graph and the result.
    turned = request.exits.points < request.entries.points
    if plan.trees is not None:
        keys = plan.trees.journey_keys(request.exits, limit_key(plan.limit_min), track)
    elif choose_engine(request, plan).engine == "hierarchy":
        keys = _by_hierarchy(request, plan, turned=turned)
    elif turned:
        keys = _by_chains(request.reversed(), plan, track).T
    else:
        keys = _by_chains(request, plan, track)
    # Journeys along one road pass no node, so no engine finds them: they are compared at the end.
    within = request.direct_key <= limit_key(plan.limit_min)
    pairs = request.direct_origin[within], request.direct_destination[within]
    np.minimum.at(keys, pairs, request.direct_key[within])
    return keys


def choose_engine(request: MatrixRequest, plan: SearchPlan) -> SearchPlan:
    """Return the plan with its engine chosen, where it is `auto`."""
    if plan.engine != "auto":
        return plan
    exits, entries, graph = request.exits, request.entries, request.graph
    # Time by chains grows with searches times the nodes that contraction
    # leaves, about the branching ones and those with points; the hierarchy
    # costs a build whatever the number of searches.
    terminals = np.unique(np.concatenate([exits.node, entries.node]))
    degrees = branching_degrees(graph)
    engine = faster_engine(
        min(exits.points, entries.points),
        len(terminals) + len(degrees),
        float(degrees.mean()) if len(degrees) else 0.0,
        at_hand=plan.hierarchy is not None and plan.hierarchy.is_file(),
    )
    return replace(plan, engine=engine)


def faster_engine(searches: int, core_nodes: int, degree: float, *, at_hand: bool) -> Engine:
    """Return the engine that should be faster, by costs measured on one machine.

    Parameters
    ----------
    searches
        Points of the shorter side.
    core_nodes
        Nodes that are left when chains are contracted, at most.
    degree
        Mean number of neighbours of those that branch.
    at_hand
        Whether the graph's hierarchy was saved.
    """
    by_chains_s = searches * core_nodes * _SEARCH_S_PER_NODE
    by_hierarchy_s = _LOAD_S if at_hand else _COMPILE_S + core_nodes * _BUILD_S_PER_NODE
    if degree > _DENSE_DEGREE:
        by_hierarchy_s += searches * core_nodes * _CORE_SEARCH_S_PER_NODE
    return "chains" if by_chains_s <= by_hierarchy_s else "hierarchy"


def prepare_hierarchy(request: MatrixRequest, plan: SearchPlan) -> None:
    """Build and save the hierarchy that a plan needs, if it does not exist yet."""
    if plan.engine == "hierarchy":
        _hierarchy(request.graph, plan.hierarchy)


def _by_chains(request: MatrixRequest, plan: SearchPlan, track: Track) -> Ints:
    # Nodes with links must stay; other nodes inside a chain are removed, and turn nodes with one
    # arc in or out. Links keep their keys and get the new node numbers.
    terminals = np.concatenate([request.exits.node, request.entries.node])
    core, nodes = contract_chains(request.graph, terminals)
    core, left = contract_forced_arcs(core, np.searchsorted(nodes, terminals))
    nodes = nodes[left]
    exits, entries = renumber_links(request.exits, nodes), renumber_links(request.entries, nodes)
    matrix = reversed_matrix(core, entries)
    starts = core.nodes + np.arange(entries.points)
    parts = [starts[i : i + _SEARCHES_AT_ONCE] for i in range(0, len(starts), _SEARCHES_AT_ONCE)]
    found = _searched(matrix, parts, exits, plan, track)
    return np.hstack([np.empty((exits.points, 0), dtype=np.int64), *found])


def _searched(
    matrix: csr_array, parts: list[Ints], exits: AccessLinks, plan: SearchPlan, track: Track
) -> list[Ints]:
    """Return what `search_keys` finds for each part of the destinations."""
    limit = limit_key(plan.limit_min)
    if plan.workers == 1:
        return list(plan.map_tasks(_search_part, (matrix, exits, limit), parts, track=track))
    from joblib import Parallel, delayed

    # Processes, not threads: scipy's search holds Python's lock.
    found: list[Ints] = Parallel(n_jobs=plan.workers)(
        delayed(search_keys)(matrix, part, exits, limit) for part in track(parts)
    )
    return found


def _search_part(shared: tuple[csr_array, AccessLinks, int], starts: Ints) -> Ints:
    matrix, exits, limit = shared
    return search_keys(matrix, starts, exits, limit)


def _by_hierarchy(request: MatrixRequest, plan: SearchPlan, *, turned: bool) -> Ints:
    from llrgeo.travel.search.hierarchy import hierarchy_keys

    hierarchy = _hierarchy(request.graph, plan.hierarchy)
    exits, entries, limit = request.exits, request.entries, limit_key(plan.limit_min)
    if turned:
        return hierarchy_keys(hierarchy.reversed(), entries, exits, limit, plan.workers).T
    return hierarchy_keys(hierarchy, exits, entries, limit, plan.workers)


def _hierarchy(graph: SearchGraph, path: Path | None) -> "Hierarchy":
    """Return the graph's hierarchy: the saved one, or one built now and saved where a path is."""
    from llrgeo.travel.search.hierarchy import (
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
