"""The engines give what networkx gives, to the millisecond and the decimetre."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.errors import RoutingError
from llrgeo.travel.search import contraction, hierarchy
from llrgeo.travel.search.chains import contract_chains
from llrgeo.travel.search.engines import Engine, SearchPlan, faster_engine, journey_keys
from llrgeo.travel.search.forced_arcs import contract_forced_arcs
from llrgeo.travel.search.graph import (
    UNREACHABLE,
    AccessLinks,
    SearchGraph,
    limit_key,
    pack,
    simple_graph,
    unpack,
)
from llrgeo.travel.search.hierarchy import build_hierarchy, load_hierarchy
from llrgeo.travel.search.od_matrix import MatrixRequest, load_request, save_request
from llrgeo.travel.search.search_trees import SearchTrees

ENGINES: tuple[Engine, ...] = ("chains", "hierarchy")

Arc = tuple[int, int, int, int]  # tail, head, milliseconds, decimetres


def graph_of(nodes: int, arcs: list[Arc]) -> SearchGraph:
    tail, head, ms, dm = np.array(arcs, dtype=np.int64).reshape(-1, 4).T
    return simple_graph(nodes, tail, head, pack(ms, dm / 10))


def asked(graph: SearchGraph, exits: AccessLinks, entries: AccessLinks) -> MatrixRequest:
    none = np.array([], dtype=np.int64)
    return MatrixRequest(graph, exits, entries, none, none, none)


def between(graph: SearchGraph, origins: list[int], destinations: list[int]) -> MatrixRequest:
    """Ask for the journeys between points on nodes."""
    exits, entries = (
        AccessLinks(len(at), np.arange(len(at)), np.array(at, dtype=np.int64), np.zeros_like(at))
        for at in (origins, destinations)
    )
    return asked(graph, exits, entries)


def by_networkx(arcs: list[Arc], exits: AccessLinks, entries: AccessLinks) -> np.ndarray:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from((a, b, (ms << 25) + dm) for a, b, ms, dm in arcs)
    for point, node, key in zip(exits.point, exits.node, exits.key, strict=True):
        graph.add_edge(("from", int(point)), int(node), weight=int(key))
    for point, node, key in zip(entries.point, entries.node, entries.key, strict=True):
        graph.add_edge(int(node), ("to", int(point)), weight=int(key))
    table = np.full((exits.points, entries.points), UNREACHABLE)
    for origin in range(exits.points):
        if ("from", origin) in graph:
            found = nx.single_source_dijkstra_path_length(graph, ("from", origin))
            for destination in range(entries.points):
                table[origin, destination] = found.get(("to", destination), UNREACHABLE)
    return table


@st.composite
def towns(draw: st.DrawFn) -> tuple[int, list[Arc]]:
    """Draw graphs with one-way and parallel arcs, loops, arcs of no length, chains and islands."""
    nodes = draw(st.integers(2, 14))
    node, small = st.integers(0, nodes - 1), st.integers(0, 4)
    arcs = draw(st.lists(st.tuples(node, node, small, small), max_size=40))
    two_way = draw(st.lists(st.tuples(node, node, small, small), max_size=20))
    chain = [(a, a + 1, 1, 2) for a in range(draw(node))]
    for a, b, ms, dm in two_way + chain:
        arcs += [(a, b, ms, dm), (b, a, ms, dm)]
    return nodes, arcs


@st.composite
def joins(draw: st.DrawFn, nodes: int) -> AccessLinks:
    """Draw up to five points, each joined to up to three nodes, or to none."""
    points = draw(st.integers(1, 5))
    row = st.tuples(st.integers(0, points - 1), st.integers(0, nodes - 1), st.integers(0, 9))
    rows = sorted(draw(st.lists(row, max_size=12)))
    point, node, ms = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return AccessLinks(points, point, node, pack(ms, ms / 10))


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_every_engine_equals_networkx_on_any_graph(engine: Engine, data: st.DataObject) -> None:
    nodes, arcs = data.draw(towns())
    exits, entries = data.draw(joins(nodes)), data.draw(joins(nodes))
    keys = journey_keys(asked(graph_of(nodes, arcs), exits, entries), SearchPlan(engine))
    np.testing.assert_array_equal(keys, by_networkx(arcs, exits, entries))


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_the_trees_of_all_nodes_equal_the_engines(data: st.DataObject) -> None:
    nodes, arcs = data.draw(towns())
    exits, entries = data.draw(joins(nodes)), data.draw(joins(nodes))
    limit_min = data.draw(st.sampled_from([3 / 60_000, 11 / 60_000, np.inf]))
    request = asked(graph_of(nodes, arcs), exits, entries)
    keys = journey_keys(request, SearchPlan("chains", limit_min))
    places = tuple(str(number).encode() for number in range(entries.points))
    by_trees = SearchPlan(limit_min=limit_min, trees=SearchTrees.of(request, places))
    np.testing.assert_array_equal(journey_keys(request, by_trees), keys)


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_a_limit_drops_the_journeys_beyond_it_and_no_others(
    engine: Engine, data: st.DataObject
) -> None:
    nodes, arcs = data.draw(towns())
    request = between(graph_of(nodes, arcs), list(range(nodes)), [0, nodes - 1])
    limit_min = data.draw(st.integers(0, 12)) / 60_000
    keys = journey_keys(request, SearchPlan(engine))
    keys[keys > limit_key(limit_min)] = UNREACHABLE
    limited = journey_keys(request, SearchPlan(engine, limit_min))
    np.testing.assert_array_equal(limited, keys)


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None, max_examples=50)
@given(town=towns(), data=st.data())
def test_forbidden_turns_hold_in_the_graph_of_edges(
    engine: Engine, town: tuple[int, list[Arc]], data: st.DataObject
) -> None:
    _, arcs = town
    turns = [
        (i, j) for i, j in itertools.product(range(len(arcs)), repeat=2) if arcs[i][1] == arcs[j][0]
    ]
    forbidden = data.draw(st.sets(st.sampled_from(turns))) if turns else set()
    allowed = [turn for turn in turns if turn not in forbidden]
    # A node for each edge: passing from one to the next costs the next.
    expanded = [(i, j, arcs[j][2], arcs[j][3]) for i, j in allowed]
    graph = graph_of(len(arcs), expanded)
    edges = list(range(len(arcs)))
    keys = journey_keys(between(graph, edges, edges[:3]), SearchPlan(engine))
    for start in edges:
        best = drive(arcs, set(allowed), start)
        assert keys[start].tolist() == [best.get(edge, UNREACHABLE) for edge in edges[:3]]


def drive(arcs: list[Arc], allowed: set[tuple[int, int]], start: int) -> dict[int, int]:
    """Return the key from the end of one edge to the end of every other, by plain search."""
    best: dict[int, int] = {}
    queue = [(0, start)]
    while queue:
        key, at = heapq.heappop(queue)
        if at in best:
            continue
        best[at] = key
        for onto, (_, _, ms, dm) in enumerate(arcs):
            if (at, onto) in allowed:
                heapq.heappush(queue, (key + (ms << 25) + dm, onto))
    return best


@settings(deadline=None)
@given(town=towns(), data=st.data())
def test_contraction_leaves_the_kept_nodes_and_nothing_that_only_leads_on(
    town: tuple[int, list[Arc]], data: st.DataObject
) -> None:
    nodes, arcs = town
    keep = data.draw(st.sets(st.integers(0, nodes - 1)))
    core, kept = contract_chains(graph_of(nodes, arcs), np.array(sorted(keep), dtype=np.int64))
    assert keep <= set(kept.tolist())
    assert core.nodes == len(kept)


@settings(deadline=None)
@given(town=towns(), data=st.data())
def test_forced_arcs_are_contracted_without_a_change_between_the_kept_nodes(
    town: tuple[int, list[Arc]], data: st.DataObject
) -> None:
    nodes, arcs = town
    keep = sorted(data.draw(st.sets(st.integers(0, nodes - 1), min_size=1)))
    graph = graph_of(nodes, arcs)
    core, left = contract_forced_arcs(graph, np.array(keep))
    at = np.searchsorted(left, keep).tolist()
    assert left[at].tolist() == keep
    assert core.nodes == len(left)
    assert len(core.key) <= len(graph.key) - (nodes - len(left))  # a node takes an arc with it
    between_all = between(graph, keep, keep)
    np.testing.assert_array_equal(
        _searched_plainly(between(core, at, at)), _searched_plainly(between_all)
    )


def _searched_plainly(request: MatrixRequest) -> np.ndarray:
    """Return the journeys of a request by one search a destination, over all of its nodes."""
    places = tuple(bytes([n]) for n in range(request.entries.points))
    return SearchTrees.of(request, places).journey_keys(request.exits, limit_key(np.inf))


def test_turns_of_a_crossing_become_arcs_between_the_streets() -> None:
    # Two streets arrive (0 to 2, 1 to 3) and two leave (4 to 6, 5 to 7); a turn takes 3 ms. Who
    # arrives on 2 may not leave on 5. From 8 a ring (8, 9, 10) is never left and never reached.
    arcs = [(0, 2, 10, 7), (1, 3, 20, 5), (4, 6, 40, 2), (5, 7, 80, 9)]
    arcs += [(2, 4, 0, 0), (3, 4, 3, 0), (3, 5, 0, 0), (8, 9, 1, 1), (9, 10, 1, 1), (10, 8, 1, 1)]
    core, left = contract_forced_arcs(graph_of(11, arcs), np.array([0, 1, 6, 7]))
    found = zip(left[core.tail].tolist(), left[core.head].tolist(), core.key >> 25, strict=True)
    assert [(a, b, int(ms)) for a, b, ms in found] == [(0, 6, 50), (1, 6, 63), (1, 7, 100)]


def test_a_street_of_ten_houses_is_one_arc_each_way() -> None:
    arcs = [arc for a in range(9) for arc in ((a, a + 1, 2, 3), (a + 1, a, 1, 3))]
    core, kept = contract_chains(graph_of(10, arcs), np.array([0, 9]))
    assert kept.tolist() == [0, 9]
    assert core.key.tolist() == [(18 << 25) + 27, (9 << 25) + 27]


@pytest.fixture(scope="module")
def grid() -> MatrixRequest:
    """Return a 30 x 30 grid with seeded times, 200 origins and 40 destinations."""
    rng = np.random.default_rng(7)
    node = np.arange(900).reshape(30, 30)
    pairs = np.vstack(
        [
            np.c_[node[:, :-1].ravel(), node[:, 1:].ravel()],
            np.c_[node[:-1].ravel(), node[1:].ravel()],
        ]
    )
    tail, head = np.vstack([pairs, pairs[:, ::-1]]).T
    key = pack(rng.integers(0, 9_000, len(tail)), rng.integers(0, 90, len(tail)) / 10)
    origins, destinations = rng.choice(900, 200).tolist(), rng.choice(900, 40).tolist()
    return between(simple_graph(900, tail, head, key), origins, destinations)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_number_of_workers_changes_nothing(engine: Engine, grid: MatrixRequest) -> None:
    alone = journey_keys(grid, SearchPlan(engine))
    for workers in (2, 3):
        shared = journey_keys(grid, SearchPlan(engine, workers=workers))
        np.testing.assert_array_equal(shared, alone)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_side_searched_from_changes_nothing(engine: Engine, grid: MatrixRequest) -> None:
    keys = journey_keys(grid, SearchPlan(engine))
    turned = journey_keys(grid.reversed(), SearchPlan(engine))
    np.testing.assert_array_equal(keys, turned.T)


def test_a_hierarchy_is_built_once_and_then_read(
    grid: MatrixRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = SearchPlan("hierarchy", hierarchy=tmp_path / "deeper" / "hierarchy.npz")
    first = journey_keys(grid, plan)

    def refuse(_: SearchGraph) -> None:
        pytest.fail("built again")

    monkeypatch.setattr("llrgeo.travel.search.hierarchy.build_hierarchy", refuse)
    np.testing.assert_array_equal(journey_keys(grid, plan), first)


def test_a_damaged_hierarchy_is_refused(grid: MatrixRequest, tmp_path: Path) -> None:
    path = tmp_path / "hierarchy.npz"
    path.write_bytes(b"PK\x03\x04 not an archive")
    with pytest.raises(RoutingError, match="delete it to have it built again"):
        journey_keys(grid, SearchPlan("hierarchy", hierarchy=path))


def test_a_block_of_a_request_has_that_block_of_the_matrix(
    grid: MatrixRequest, tmp_path: Path
) -> None:
    keys = journey_keys(grid, SearchPlan("chains"))
    save_request(grid.block(slice(20, 90), slice(5, 25)), tmp_path / "block.npz")
    block = journey_keys(load_request(tmp_path / "block.npz"), SearchPlan("chains"))
    np.testing.assert_array_equal(block, keys[20:90, 5:25])


def test_progress_is_told_in_steps(grid: MatrixRequest) -> None:
    told: list[int] = []

    def track(steps: Sequence[Any]) -> Iterable[Any]:
        told.append(len(steps))
        return steps

    journey_keys(grid, SearchPlan("chains"), track)
    assert told == [3]  # 40 destinations, 16 at a time


@pytest.mark.parametrize(
    ("searches", "nodes", "degree", "at_hand", "engine"),
    [
        (75, 60_000, 4.7, False, "chains"),  # the embedded study: not worth compiling for
        (60, 300_000, 3.0, False, "chains"),
        (200, 300_000, 3.0, True, "hierarchy"),
        (300, 300_000, 4.7, True, "hierarchy"),
        (150, 300_000, 4.7, True, "chains"),  # its core would be searched
        (5_000, 300_000, 3.0, False, "hierarchy"),
        (500, 2_000_000, 3.0, False, "chains"),
        (2_000, 2_000_000, 3.0, False, "hierarchy"),
        (2_000, 2_000_000, 5.0, False, "chains"),
        (3_000, 2_000_000, 5.0, False, "hierarchy"),
    ],
)
def test_the_engine_follows_the_work(
    searches: int, nodes: int, degree: float, *, at_hand: bool, engine: Engine
) -> None:
    assert faster_engine(searches, nodes // 4, degree, at_hand=at_hand) == engine


@settings(deadline=None, max_examples=75)
@given(data=st.data())
def test_a_core_of_any_size_is_searched_right(data: st.DataObject) -> None:
    nodes, arcs = data.draw(towns())
    exits, entries = data.draw(joins(nodes)), data.draw(joins(nodes))
    request = asked(graph_of(nodes, arcs), exits, entries)
    limit_min = data.draw(st.sampled_from([3 / 60_000, 11 / 60_000, np.inf]))
    expected = journey_keys(request, SearchPlan("chains", limit_min))
    with pytest.MonkeyPatch.context() as patch:
        # Machine code has the number of searches for good; its source reads what is set here.
        patch.setattr(contraction, "_SEARCHES", data.draw(st.integers(-1, 4)))
        patch.setattr(hierarchy, "contract_nodes", contraction.contract_nodes.py_func)
        found = journey_keys(request, SearchPlan("hierarchy", limit_min))
    np.testing.assert_array_equal(found, expected)


def streets_with_turns(across: int, seed: int) -> SearchGraph:
    """Draw a grid of two-way streets, a node for each end of each, on which turning right waits."""
    rng = np.random.default_rng(seed)
    steps = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    place = itertools.product(range(across), repeat=2)
    streets = [
        (x, y, to)
        for x, y in place
        for to, (dx, dy) in enumerate(steps)
        if 0 <= x + dx < across and 0 <= y + dy < across
    ]
    number = {street: i for i, street in enumerate(streets)}
    arcs = []
    for (x, y, to), street in number.items():
        arcs.append((2 * street, 2 * street + 1, int(rng.integers(9_000, 11_000)), 700))
        at = x + steps[to][0], y + steps[to][1]
        for turn, ms in ((0, 0), (1, 4_000), (3, 1_000)):
            onto = number.get((*at, (to + turn) % 4))
            if onto is not None:
                arcs.append((2 * street + 1, 2 * onto, ms, 0))
    return graph_of(2 * len(streets), arcs)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 99), limit_min=st.sampled_from([1.7, np.inf]))
def test_what_stays_of_a_grid_with_turns_is_searched(seed: int, limit_min: float) -> None:
    graph = streets_with_turns(16, seed)
    assert build_hierarchy(graph).ranked.core > 0
    ends = np.random.default_rng(seed).integers(0, graph.nodes, (2, 40)).tolist()
    request = between(graph, *ends)
    expected = journey_keys(request, SearchPlan("chains", limit_min))
    assert (expected < UNREACHABLE).sum() > 100
    for workers in (1, 2):
        found = journey_keys(request, SearchPlan("hierarchy", limit_min, workers))
        np.testing.assert_array_equal(found, expected)
    turned = journey_keys(request.block(slice(0, 20), slice(0, 40)), SearchPlan("hierarchy"))
    unlimited = journey_keys(request, SearchPlan("chains"))
    np.testing.assert_array_equal(turned, unlimited[:20])


def test_a_hierarchy_with_a_core_is_read_as_it_was_saved(tmp_path: Path) -> None:
    request = between(streets_with_turns(16, 7), [0, 99, 500], [1_900, 7])
    plan = SearchPlan("hierarchy", hierarchy=tmp_path / "hierarchy.npz")
    built = journey_keys(request, plan)
    np.testing.assert_array_equal(journey_keys(request, plan), built)
    assert load_hierarchy(tmp_path / "hierarchy.npz").ranked.core > 0


def test_a_key_holds_minutes_and_kilometres() -> None:
    key = pack(np.array([90_000, 0]), np.array([1_234.56, 0.04]))
    minutes, km = unpack(np.append(key, UNREACHABLE))
    assert minutes.tolist() == [1.5, 0.0, np.inf]
    assert km.tolist() == [1.2346, 0.0, np.inf]


@pytest.mark.parametrize("key", [75 * 3_600_000 << 25, 20_000_000])
def test_a_journey_beyond_what_a_key_can_hold_is_refused(key: int) -> None:
    with pytest.raises(RoutingError, match="over 74 hours or 1,677 km"):
        unpack(np.array([key]))
