"""Each search for the ways to a destination is made once, whoever asks for it."""

from functools import wraps

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_own_roads import random_roads

from llrgeo.execution.memory import Memory
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes import way_search
from llrgeo.travel.routes.used_roads import roads_in_use
from llrgeo.travel.routes.way_search import find_way_trees
from llrgeo.travel.search import search_trees

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


def test_ways_are_remembered_where_neither_the_roads_nor_who_goes_there_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grown, grow = [], way_search._grow

    @wraps(grow)
    def counted(roads, root, *rest):
        grown.append(tuple(root))
        return grow(roads, root, *rest)

    monkeypatch.setattr(way_search, "_grow", counted)
    memory, doors = Memory(), [(2_900, 300), (400, 2_600), (1_500, 1_700)]
    homes = gpd.GeoSeries(shapely.points([(100, 200), (3_000, 3_100)]), ["h", "k"], BNG)

    def ways_in(memory, network, places, pairs, period="off_peak"):
        goals = gpd.GeoSeries(shapely.points(places), list("PQR"), BNG)
        rows = pd.DataFrame(pairs, columns=["origin", "destination"])
        router, ends = NetworkRouter(network), (homes, goals)
        grown.clear()
        found = find_way_trees(router, *ends, rows, period=period, recall=memory.recall)
        fresh = find_way_trees(router, *ends, rows, period=period)
        assert {name: tree.xy.tolist() for name, tree in found.items()} == {
            name: tree.xy.tolist() for name, tree in fresh.items()
        }
        return len(grown) - len(fresh)

    roads, every = random_roads(3), [(home, goal) for home in "hk" for goal in "PQR"]
    assert ways_in(memory, roads, doors, every) == 3
    assert ways_in(memory.after_run(), roads, doors, every) == 0
    moved = [doors[0], doors[1], (800, 900)]
    assert ways_in(memory.after_run(), roads, moved, every) == 1
    assert ways_in(memory.after_run(), roads, doors, every[:-1]) == 1
    assert ways_in(memory.after_run(), roads, doors, every, "am_peak") == 3
    assert ways_in(memory.after_run(), random_roads(4), doors, every) == 3


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
