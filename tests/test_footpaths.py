"""Lists of walks: the same as the matrix of all pairs, within the limit."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from town import ORIGIN, slowed

from llrgeo.errors import RoutingError
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search.graph import AccessLinks, SearchGraph, limit_key
from llrgeo.travel.search.od_matrix import MatrixRequest
from llrgeo.travel.straight_lines import StraightLineRouter
from llrgeo.travel.transit import footpaths
from llrgeo.travel.transit.footpaths import network_walks, straight_line_walks


def scattered(count: int, seed: int) -> gpd.GeoSeries:
    """Scatter points over the toy town and some way beyond."""
    xy = np.random.default_rng(seed).uniform(-300, 2_300, (count, 2)) + ORIGIN
    return gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs=BNG)


def listed(minutes: pd.DataFrame, limit_min: float) -> pd.DataFrame:
    """List the pairs of a matrix that are within a limit."""
    seconds = np.rint(minutes.to_numpy() * 60)
    place, to = np.nonzero(seconds <= limit_min * 60)
    return pd.DataFrame({"place": place, "to": to, "seconds": seconds[place, to].astype(int)})


@pytest.mark.parametrize("limit_min", [4.4, 9, 25])
def test_walks_along_streets_are_those_of_the_matrix(
    town_network: RoadNetwork, limit_min: float
) -> None:
    info = dataclasses.replace(town_network.info, mode="walk")
    network = slowed(dataclasses.replace(town_network, info=info), 7)
    router = NetworkRouter(network, limit_min=limit_min)
    places, others = scattered(40, seed=1), scattered(30, seed=2)
    found = network_walks(router.build_request(places, others, "off_peak"), limit_min=limit_min)
    minutes = router.travel_times(places, others, mode="walk", period="off_peak").minutes
    expected = listed(minutes, limit_min)
    assert len(expected) > 9
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("limit_min", [2.5, 11])
def test_walks_in_straight_lines_are_those_of_the_matrix(limit_min: float) -> None:
    router = StraightLineRouter(4.7, 1.3)
    places, others = scattered(40, seed=3), scattered(30, seed=4)
    found = straight_line_walks(places, others, router, limit_min=limit_min)
    minutes = router.travel_times(places, others, mode="walk", period="").minutes
    pd.testing.assert_frame_equal(found, listed(minutes, limit_min), check_dtype=False)


def links(points: int, *rows: tuple[int, int, float]) -> AccessLinks:
    """Join points to nodes by walks of some seconds."""
    point, node, seconds = np.array(rows).T
    keys = np.rint(seconds * 1_000).astype(np.int64) << 25
    return linked(points, point.astype(np.int64), node.astype(np.int64), keys)


def linked(points: int, point: np.ndarray, node: np.ndarray, keys: np.ndarray) -> AccessLinks:
    keys.setflags(write=False)  # as they come from a network: else all is compiled once more
    return AccessLinks(points, point, node, keys)


def request_of(arcs: list[tuple[int, int, float]], exits: AccessLinks, entries: AccessLinks):
    """Join places to six nodes and arcs (from, to, seconds) in the order of their tails."""
    tail, head, seconds = np.array(arcs).T
    ms = np.rint(seconds * 1_000).astype(np.int64)
    ends = tail.astype(np.int64), head.astype(np.int64)
    graph = SearchGraph(6, *ends, ms << 25, np.arange(len(arcs)))
    none = np.array([], dtype=np.int64)
    return MatrixRequest(graph, exits, entries, none, none, none)


@pytest.fixture(params=["python", "machine code"])
def checked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search by machine code, and by the same functions in Python, where numpy checks each index.

    What reads or writes beyond an array goes unnoticed in machine code, most of the time.
    """
    if request.param == "python":
        for name in ("_searched", "_search_one", "_offer", "push", "pop"):
            monkeypatch.setattr(footpaths, name, getattr(footpaths, name).py_func)


@pytest.mark.usefixtures("checked")
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_walks_of_a_few_streets_by_hand(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Three streets between six nodes, and two places that lead to more nodes than there are arcs.

    All others are met from the first place: D by two ways, of which that by the node met last is
    the shorter. The second place is joined to nothing, the third to the end of a street.
    """
    monkeypatch.setattr(footpaths, "_AT_ONCE", at_once)
    request = request_of(
        [(0, 1, 50), (1, 2, 40), (4, 2, 30)],
        links(3, (0, 0, 7), (0, 4, 95), (0, 5, 31), (0, 3, 11), (2, 2, 13)),
        links(4, (0, 1, 3), (1, 2, 9), (2, 5, 17), (3, 3, 200), (3, 2, 21)),
    )
    found = network_walks(request, limit_min=3)
    assert found.to_numpy().tolist() == [
        [0, 0, 7 + 50 + 3],
        [0, 1, 7 + 50 + 40 + 9],
        [0, 2, 31 + 17],
        [0, 3, 7 + 50 + 40 + 21],
        [2, 1, 13 + 9],
        [2, 3, 13 + 21],
    ]


@pytest.mark.usefixtures("checked")
def test_a_walk_that_takes_the_limit_to_the_second_is_within_it() -> None:
    request = request_of([(0, 1, 50)], links(1, (0, 0, 7)), links(2, (0, 1, 3), (1, 1, 4)))
    assert network_walks(request, limit_min=1)["to"].tolist() == [0]


def test_a_walk_of_a_length_that_cannot_be_is_refused_and_not_left_out() -> None:
    """3,355 km, as long as a key can say, in all the time that the limit gives."""
    far = linked(1, *(np.array([n]) for n in (0, 0, limit_key(11))))
    request = request_of([(0, 1, 50)], far, links(1, (0, 0, 0)))
    with pytest.raises(RoutingError, match="over 74 hours or 1,677 km"):
        network_walks(request, limit_min=11)
