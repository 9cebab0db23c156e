"""Ways along the roads: the same as the routes of single journeys, as one tree for each end."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import MultiPoint, Point
from town import ORIGIN

from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.paths import find_routes
from llrgeo.travel.routes.way_search import find_way_trees


def at(*metres: tuple[float, float], start: str = "o") -> gpd.GeoSeries:
    places = [Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in metres]
    return gpd.GeoSeries(places, index=[f"{start}{n}" for n in range(len(places))], crs=BNG)


def every_pair(origins: gpd.GeoSeries, destinations: gpd.GeoSeries) -> pd.DataFrame:
    product = pd.MultiIndex.from_product([origins.index, destinations.index])
    return pd.DataFrame(product.to_list(), columns=["origin", "destination"])


def way(tree, origin: str) -> list[tuple[float, float]]:
    return [(x - ORIGIN[0], y - ORIGIN[1]) for x, y in tree.way(origin).tolist()]


def test_two_ways_that_meet_go_on_together(town_network: RoadNetwork) -> None:
    origins = at((300, -40), (-20, 400))
    goal = at((2_000, 500), start="d")
    pairs = every_pair(origins, goal)
    trees = find_way_trees(NetworkRouter(town_network), origins, goal, pairs, period="off_peak")
    # Along the bottom row to its middle; from the left column first down to where that row begins.
    assert way(trees["d0"], "o0") == [(1_000, 0), (2_000, 0), (2_000, 500)]
    assert way(trees["d0"], "o1") == [(0, 0), (1_000, 0), (2_000, 0), (2_000, 500)]
    assert len(trees["d0"].xy) == 4


def test_every_way_is_that_of_its_route(town_network: RoadNetwork) -> None:
    rng = np.random.default_rng(7)
    origins, goals = (
        at(*rng.uniform(-100, 2_100, (17, 2))),
        at(*rng.uniform(-100, 2_100, (5, 2)), start="d"),
    )
    pairs = every_pair(origins, goals)
    trees = find_way_trees(NetworkRouter(town_network), origins, goals, pairs, period="pm_peak")
    routes = find_routes(
        town_network,
        origins[pairs["origin"]].reset_index(drop=True),
        goals[pairs["destination"]].reset_index(drop=True),
        period="pm_peak",
    )
    long = 0
    for (_, pair), line in zip(pairs.iterrows(), routes.geometry, strict=True):
        found = list(map(tuple, trees[pair["destination"]].way(pair["origin"]).tolist()))
        assert found[-1] == (goals[pair["destination"]].x, goals[pair["destination"]].y)
        # Of the route: all places but those before the first junction and after the last.
        places = list(line.coords)
        junctions = found[:-1]
        if junctions:
            first = places.index(junctions[0])
            assert places[first : first + len(junctions)] == junctions
            assert len(places) - len(junctions) <= 4
        long += len(junctions) > 1
    assert long > 40


def test_what_is_driven_on_one_road_has_no_junction(town_network: RoadNetwork) -> None:
    origins, goal = at((700, 0)), at((200, 0), start="d")
    trees = find_way_trees(
        NetworkRouter(town_network), origins, goal, every_pair(origins, goal), period="off_peak"
    )
    assert way(trees["d0"], "o0") == [(200, 0)]


def test_a_place_that_no_road_leads_to_has_no_way(town_network: RoadNetwork) -> None:
    origins, goal = at((300, 0), (30_000, 0)), at((1_700, 0), start="d")
    trees = find_way_trees(
        NetworkRouter(town_network), origins, goal, every_pair(origins, goal), period="off_peak"
    )
    assert list(trees["d0"].start) == ["o0"]


def test_a_site_with_entrances_is_reached_by_the_nearest_one(town_network: RoadNetwork) -> None:
    doors = MultiPoint([(ORIGIN[0] + 100, ORIGIN[1]), (ORIGIN[0] + 1_900, ORIGIN[1])])
    goal = gpd.GeoSeries([doors], index=["d0"], crs=BNG)
    origins = at((2_000, 600), (0, 600))
    trees = find_way_trees(
        NetworkRouter(town_network), origins, goal, every_pair(origins, goal), period="off_peak"
    )
    assert way(trees["d0"], "o0")[-2] == (2_000, 0)
    assert way(trees["d0"], "o1")[-2] == (0, 0)
