"""Matrices that are searched once: for equal journeys, and for those back on two-way streets."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point
from town import ORIGIN

from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel import routers
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.team_times import times_from_sites

TRIP = {"mode": "car", "period": "off_peak"}
ENDS = ((0, 1, 70_000), (1, 2, 130_000), (2, 3, 90_000), (3, 0, 210_000), (0, 2, 190_000))
SLOWER_BACK = {(2, 1): 250_000}  # one street that is slower one way


def network_of(*, slower: dict[tuple[int, int], int]) -> RoadNetwork:
    """Return a square with a diagonal, each street 1.1 km and both ways."""
    both = [row for a, b, ms in ENDS for row in ((a, b, ms), (b, a, ms))]
    ways = pd.DataFrame(both, columns=["from_node", "to_node", "ms_off_peak"])
    for (a, b), ms in slower.items():
        ways.loc[(ways["from_node"] == a) & (ways["to_node"] == b), "ms_off_peak"] = ms
    plain = {"length_m": 1_100.0, "road_class": "residential", "road_name": "", "use": "through"}
    edges = ways.assign(**plain, snappable=True, geometry=None)
    corners = np.array([(0, 0), (1_000, 0), (1_000, 1_000), (0, 1_000)]) + ORIGIN
    nodes = pd.DataFrame(corners, columns=["x", "y"])
    return RoadNetwork(nodes, edges, NetworkInfo("car", ("off_peak",), "toy", "none"))


def places(**metres: tuple[float, float]) -> gpd.GeoSeries:
    at = [Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in metres.values()]
    return gpd.GeoSeries(at, index=list(metres), crs=BNG)


HOMES = places(a=(230, 11), b=(1_007, 370), c=(640, 1_003))
SITES = places(A=(-9, 820), B=(710, 690))


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """List the size of every matrix that is searched."""
    sizes, search = [], routers.journey_keys

    def counted(request, plan, track):
        sizes.append((request.exits.points, request.entries.points))
        return search(request, plan, track)

    monkeypatch.setattr(routers, "journey_keys", counted)
    return sizes


def test_journeys_back_on_two_way_streets_are_not_searched_again(
    searched: list[tuple[int, int]],
) -> None:
    router = NetworkRouter(network_of(slower={}))
    out = router.travel_times(HOMES, SITES, **TRIP)
    again = router.travel_times(HOMES, SITES, **TRIP)
    back = times_from_sites(router, HOMES, SITES, **TRIP)
    assert searched == [(3, 2)]
    pd.testing.assert_frame_equal(again.minutes, out.minutes)
    # The same as a router finds that never saw the journeys out.
    alone = times_from_sites(NetworkRouter(network_of(slower={})), HOMES, SITES, **TRIP)
    assert searched == [(3, 2), (2, 3)]
    pd.testing.assert_frame_equal(back.minutes, alone.minutes)
    pd.testing.assert_frame_equal(back.distance_km, alone.distance_km)


def test_journeys_back_are_searched_where_one_street_is_slower_one_way(
    searched: list[tuple[int, int]],
) -> None:
    router = NetworkRouter(network_of(slower=SLOWER_BACK))
    out = router.travel_times(HOMES, SITES, **TRIP)
    back = times_from_sites(router, HOMES, SITES, **TRIP)
    assert searched == [(3, 2), (2, 3)]
    assert (back.minutes - out.minutes).abs().to_numpy().max() > 1


def test_other_places_are_other_journeys(searched: list[tuple[int, int]]) -> None:
    router = NetworkRouter(network_of(slower={}))
    moved = places(a=(230, 11), b=(1_007, 371), c=(640, 1_003))
    first, second = (router.travel_times(homes, SITES, **TRIP) for homes in (HOMES, moved))
    assert searched == [(3, 2), (3, 2)]
    assert not np.array_equal(first.minutes.loc["b"], second.minutes.loc["b"])


def test_matrices_of_many_journeys_are_not_held(
    searched: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llrgeo.travel.known_matrices._MOST_JOURNEYS", 5)
    router = NetworkRouter(network_of(slower={}))
    for _ in range(2):
        router.travel_times(HOMES, SITES, **TRIP)
    assert searched == [(3, 2), (3, 2)]
