"""Roads that only start or end a journey, held against a plain search over edges."""

import heapq

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.travel.search.engines import SearchPlan, journey_keys
from llrgeo.travel.search.graph import (
    UNREACHABLE,
    AccessLinks,
    layer_network,
    pack,
    search_graph,
    unpack,
)
from llrgeo.travel.search.od_matrix import MatrixRequest

ORDER = {"start": 0, "through": 1, "end": 2}

Road = tuple[int, int, int, int, str]  # from, to, milliseconds, decimetres, use


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Road], RoadNetwork]:
    """Draw networks in which roads of every use lie anywhere."""
    nodes = draw(st.integers(2, 7))
    node, small = st.integers(0, nodes - 1), st.integers(0, 5)
    road = st.tuples(node, node, small, small, st.sampled_from([*ORDER, "through"]))
    roads = draw(st.lists(road, min_size=1, max_size=25))
    edges = pd.DataFrame(roads, columns=["from_node", "to_node", "ms_off_peak", "dm", "use"])
    rest = {"road_class": "", "road_name": "", "snappable": True, "geometry": None}
    edges = edges.assign(length_m=edges["dm"] / 10, **rest)
    table = pd.DataFrame({"x": np.arange(nodes), "y": 0})
    return roads, RoadNetwork(table, edges, NetworkInfo("car", ("off_peak",), "toy", "none"))


def drive(roads: list[Road], first: int) -> dict[int, int]:
    """Return the key between the end of one road and the start of every other that may follow."""
    best: dict[int, int] = {}
    queue = [(0, first)]
    while queue:
        key, at = heapq.heappop(queue)
        for onto, (start, _, ms, dm, use) in enumerate(roads):
            follows = start == roads[at][1] and ORDER[use] >= ORDER[roads[at][4]]
            if follows and key < best.get(onto, UNREACHABLE):
                best[onto] = key
                heapq.heappush(queue, (key + (ms << 25) + dm, onto))
    return best


def test_a_key_gives_back_its_milliseconds_and_decimetres() -> None:
    ms, length_m = np.array([61_234, 7, 0]), np.array([12.3, 1_676_000.7, 0.1])
    minutes, km = unpack(pack(ms, length_m))
    assert (minutes * 60_000).tolist() == pytest.approx(ms.tolist())
    assert (km * 1_000).tolist() == pytest.approx(length_m.tolist(), abs=1e-6)


@settings(deadline=None, max_examples=200)
@given(drawn=networks())
def test_no_journey_passes_through_a_road_that_only_starts_or_ends_one(
    drawn: tuple[list[Road], RoadNetwork],
) -> None:
    roads, network = drawn
    layered = layer_network(network)
    every, none = np.arange(len(roads)), np.array([], dtype=np.int64)
    exits = AccessLinks(len(roads), every, layered.head, np.zeros_like(every))
    entries = AccessLinks(len(roads), every, layered.tail, np.zeros_like(every))
    graph = search_graph(network, layered, "off_peak")
    keys = journey_keys(
        MatrixRequest(graph, exits, entries, none, none, none), SearchPlan("chains")
    )
    for first in range(len(roads)):
        best = drive(roads, first)
        assert keys[first].tolist() == [best.get(last, UNREACHABLE) for last in range(len(roads))]
