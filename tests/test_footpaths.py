"""Lists of walks: the same as the matrix of all pairs, within the limit."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from town import ORIGIN

from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.footpaths import network_walks, straight_line_walks
from llrgeo.travel.routers import NetworkRouter, StraightLineRouter


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
    network = dataclasses.replace(town_network, info=info).reweighted(7)
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
