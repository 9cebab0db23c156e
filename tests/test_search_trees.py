"""Each search for the ways to a destination is made once, whoever asks for it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_own_roads import random_roads

from llrgeo.schema import BNG
from llrgeo.travel import search_trees
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.used_roads import roads_in_use
from llrgeo.travel.way_search import find_way_trees

PERIODS = ("off_peak", "am_peak")


@pytest.fixture
def goals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """List the destination of every search, by its number in the graph."""
    searched: list[int] = []
    search = search_trees.search_tree

    def counted(matrix, start, buckets):
        searched.append(start - matrix.shape[0])
        return search(matrix, start, buckets)

    monkeypatch.setattr(search_trees, "search_tree", counted)
    return searched


def ask_all(router: NetworkRouter) -> tuple[pd.DataFrame, dict[str, list[float]], list[bool]]:
    """Return the minutes in both periods, the ways in the first, and the roads of all journeys."""
    rng = np.random.default_rng(7)
    homes = gpd.GeoSeries(shapely.points(rng.uniform(0, 3_200, (9, 2)).round()), crs=BNG)
    homes.index = [f"h{number}" for number in range(9)]
    doors = gpd.GeoSeries(shapely.points(rng.uniform(0, 3_200, (3, 2)).round()), list("PQR"), BNG)
    minutes = pd.concat(
        router.travel_times(homes, doors, mode="car", period=period).minutes for period in PERIODS
    )
    pairs = pd.DataFrame({"origin": homes.index, "destination": list("PQQRPRQPP")})
    trees = find_way_trees(router, homes, doors, pairs, period="off_peak")
    ways = {name: tree.xy.ravel().tolist() for name, tree in trees.items()}
    return minutes, ways, roads_in_use(router, homes, doors, periods=PERIODS).tolist()


def test_times_ways_and_roads_are_of_the_same_searches(goals: list[int]) -> None:
    minutes, ways, roads = ask_all(NetworkRouter(random_roads(3)))
    assert sorted(goals) == [-3, -3, -2, -2, -1, -1]
    # A router that searches without trees first finds the same.
    again = ask_all(NetworkRouter(random_roads(3), engine="chains"))
    pd.testing.assert_frame_equal(again[0], minutes)
    assert again[1:] == (ways, roads)


def test_trees_that_are_too_many_are_searched_again(
    goals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ask_all(NetworkRouter(random_roads(3)))
    goals.clear()
    monkeypatch.setattr(search_trees, "_MOST_HELD", 200)
    minutes, *drawn = ask_all(NetworkRouter(random_roads(3)))
    assert sorted(goals) == [-3, -3, -3, -2, -2, -2, -1, -1, -1]  # ways, and roads twice
    pd.testing.assert_frame_equal(minutes, held[0])
    assert tuple(drawn) == held[1:]
