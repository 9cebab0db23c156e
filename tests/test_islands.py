"""Islands: people drive among themselves, and to nobody else."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from town import grid_xy

from llrgeo.roads.islands import APART_M, on_islands
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter


def with_road(town: RoadNetwork, east_m: float, *, one_way: bool = False) -> RoadNetwork:
    """Return the town and, so far east of it, a street of two kilometres that nothing joins."""
    street = grid_xy()[8] + np.array([[east_m, 0], [east_m + 1_000, 0], [east_m + 2_000, 0]])
    nodes = pd.concat([town.nodes, pd.DataFrame(street, columns=["x", "y"])], ignore_index=True)
    first = len(town.nodes)
    ends = [(0, 1), (1, 2)] + ([] if one_way else [(1, 0), (2, 1)])
    edges = town.edges.iloc[[0] * len(ends)].copy()
    edges["from_node"], edges["to_node"] = np.array(ends, dtype="int32").T + first
    edges["ms_off_peak"] = 210_000
    edges = pd.concat([town.edges, edges], ignore_index=True)
    return RoadNetwork(nodes, edges, town.info)


def minutes(network: RoadNetwork, east_m: float) -> pd.DataFrame:
    """Return minutes between the middle of the grid and both ends of the street apart."""
    ends = grid_xy()[8] + np.array([[east_m, 0], [east_m + 2_000, 0]])
    xy = np.vstack([grid_xy()[4], ends])
    places = gpd.GeoSeries.from_xy(*xy.T, index=["town", "near", "far"], crs=BNG)
    return (
        NetworkRouter(network).travel_times(places, places, mode="car", period="off_peak").minutes
    )


def test_journeys_within_an_island_are_driven_and_those_off_it_are_none(town_network):
    found = minutes(with_road(town_network, 9_000), 9_000)
    assert found.loc["near", "far"] == pytest.approx(7.0)
    assert found.loc["far", "near"] == pytest.approx(7.0)
    assert np.isinf(found.loc[["near", "far"], "town"]).all()
    assert np.isinf(found.loc["town", ["near", "far"]]).all()


def test_a_street_that_is_only_not_joined_on_the_map_is_no_island(town_network):
    """Whoever lives by it takes the street beside it, as before."""
    found = minutes(with_road(town_network, 1_100), 1_100)
    assert np.isfinite(found.loc["near", "town"])
    near, far = (with_road(town_network, apart) for apart in (APART_M - 1, APART_M + 1))
    assert np.isinf(minutes(near, APART_M - 1).loc["near", "far"])
    assert np.isfinite(minutes(far, APART_M + 1).loc["near", "far"])


def test_a_one_way_street_apart_is_no_island(town_network):
    found = minutes(with_road(town_network, 9_000, one_way=True), 9_000)
    assert np.isinf(found.loc["near", "far"])


def test_a_component_is_an_island_whole_or_not_at_all():
    """Of the street of nodes 2 to 4 one end is near the main street, 0 and 1; 5 leads to it."""
    xy = np.array(
        [
            [0, 0],
            [100, 0],
            [3_000, 0],
            [6_000, 0],
            [9_000, 0],
            [50_000, 0],
            [80_000, 0],
            [81_000, 0],
        ]
    )
    label = np.array([0, 0, 1, 1, 1, 2, 3, 3], dtype=np.int32)
    joined = np.array([True, True, False, False, False, True, False, False])
    found = on_islands(xy.astype(float), label, label == 0, joined)
    assert found.tolist() == [False] * 6 + [True, True]
