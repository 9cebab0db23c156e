"""The way of a journey agrees with its time, and names its roads."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point
from town import ORIGIN

from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.paths import find_routes


@pytest.fixture(scope="module")
def named(town_network: RoadNetwork) -> RoadNetwork:
    """Return the town with its streets named after where they run."""
    edges = town_network.edges
    low, high = (
        edges[["from_node", "to_node"]].min(axis=1),
        edges[["from_node", "to_node"]].max(axis=1),
    )
    across = high - low == 1
    names = np.where(across, "Row " + (low // 3).astype(str), "Column " + (low % 3).astype(str))
    return RoadNetwork(town_network.nodes, edges.assign(road_name=names), town_network.info)


def at(*metres: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in metres], crs=BNG)


def bends(line: LineString) -> list[tuple[float, float]]:
    return [(x - ORIGIN[0], y - ORIGIN[1]) for x, y in line.coords]


def test_a_route_runs_from_point_to_point_along_named_roads(named: RoadNetwork) -> None:
    # From 300 m along the bottom row to the middle of the right column, which starts at node 2.
    route = find_routes(named, at((300, -40)), at((2_000, 500)), period="off_peak").iloc[0]
    assert route["roads"] == "Row 0; Column 2"
    assert bends(route["geometry"]) == [(300, -40), (300, 0), (1_000, 0), (2_000, 0), (2_000, 500)]
    assert route["distance_km"] == pytest.approx(2.2)


def test_a_route_on_one_road_passes_no_crossroads(named: RoadNetwork) -> None:
    route = find_routes(named, at((700, 0)), at((200, 0)), period="off_peak").iloc[0]
    assert bends(route["geometry"]) == [(700, 0), (200, 0)]
    assert (route["roads"], route["travel_time_min"]) == ("Row 0", pytest.approx(0.5))


def test_every_route_takes_the_time_and_length_of_the_matrix(named: RoadNetwork) -> None:
    rng = np.random.default_rng(5)
    start, end = (at(*rng.uniform(-100, 2_100, (20, 2))) for _ in range(2))
    routes = find_routes(named, start, end, period="pm_peak")
    times = NetworkRouter(named).travel_times(start, end, mode="car", period="pm_peak")
    np.testing.assert_array_equal(routes["travel_time_min"], np.diag(times.minutes))
    np.testing.assert_array_equal(routes["distance_km"], np.diag(times.distance_km))
    on_foot = routes["roads"] == ""
    walked = start.distance(routes.geometry.map(lambda line: Point(line.coords[1])))
    walked += end.distance(routes.geometry.map(lambda line: Point(line.coords[-2])))
    driven = (routes.length - walked)[~on_foot]
    np.testing.assert_allclose(driven, 1_000 * routes["distance_km"][~on_foot], atol=0.5)
    assert on_foot.sum() == 1
    straight = start.distance(end)[on_foot] / (5_000 / 60)
    np.testing.assert_allclose(routes["travel_time_min"][on_foot], straight, atol=1e-4)


def test_places_nearer_to_each_other_than_to_the_road_are_walked_between(
    named: RoadNetwork,
) -> None:
    # Both lie 400 m and more from the nearest street; by car it would be 10 minutes on foot alone.
    route = find_routes(named, at((500, 400)), at((590, 520)), period="off_peak").iloc[0]
    assert route["travel_time_min"] == pytest.approx(150 / (5_000 / 60), abs=1e-4)
    assert (route["distance_km"], route["roads"]) == (0, "")
    assert bends(route["geometry"]) == [(500, 400), (590, 520)]


def test_an_unreachable_place_has_no_line(named: RoadNetwork) -> None:
    routes = find_routes(named, at((0, 0), (0, 0)), at((30_000, 0), (0, 0)), period="off_peak")
    assert routes["travel_time_min"].tolist() == [np.inf, 0]
    assert routes.geometry.isna().tolist() == [True, False]
    assert isinstance(routes, gpd.GeoDataFrame)
    pd.testing.assert_index_equal(routes.index, pd.RangeIndex(2))
