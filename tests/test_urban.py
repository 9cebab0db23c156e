"""How much of a road lies in a town, by the streets around it."""

from pathlib import Path

import numpy as np
import pytest
from road_maps import Map

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.osm import build_network

HOMES = "abcdefghij"


def village(**tags: str) -> Map:
    """Draw a main road of 6 km; around its first kilometre stand ten streets of a kilometre."""
    places = {"west": (0.0, 0.0), "east": (6_000.0, 0.0)}
    for row, name in enumerate(HOMES):
        north = 50.0 * (row + 1) * (1 if row % 2 else -1)
        places |= {f"{name}1": (0.0, north), f"{name}2": (1_000.0, north)}
    drawn = Map(places).way(1, "west east", **{"highway": "secondary", **tags})
    for row, name in enumerate(HOMES):
        drawn.way(row + 2, f"{name}1 {name}2")
    return drawn


def main_road_mph(network: RoadNetwork) -> float:
    road = network.edges[network.edges["road_class"] != "residential"].iloc[0]
    return float(road["length_m"] / road["ms_night"] * 1_000 * 3_600 / 1_609.344)


def test_a_road_is_as_slow_as_in_a_town_along_the_part_that_lies_in_one(tmp_path: Path) -> None:
    mph = main_road_mph(build_network([village().write(tmp_path / "village.osm")]))
    # the first 1.0 to 1.5 km of 6 at 25 mph, depending on where the cells lie, the rest at 40
    fastest, slowest = (6 / (town / 25 + (6 - town) / 40) for town in (1.0, 1.5))
    assert slowest <= mph <= fastest


@pytest.mark.parametrize(
    ("highway", "limit", "mph"),
    [
        ("secondary", "60 mph", 40),  # as fast as its class is in the country, no faster
        ("secondary", "30 mph", 30),
        ("unclassified", "60 mph", 42),
        ("unclassified", "30 mph", 20),
    ],
)
def test_a_limit_is_the_better_witness_of_town_or_country(
    tmp_path: Path, highway: str, limit: str, mph: float
) -> None:
    drawn = village(highway=highway, maxspeed=limit)
    network = build_network([drawn.write(tmp_path / "village.osm")])
    np.testing.assert_allclose(main_road_mph(network), mph, rtol=1e-3)
