"""Journeys near the boundary of the road map are counted, named, and said on what is published."""

import dataclasses
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from road_maps import Map
from shapely import Point

from llrgeo.publish.wording import wording
from llrgeo.roads.coverage import _thinned, covered_land, near_boundary, widened
from llrgeo.roads.network import NetworkInfo, RoadNetwork, age_note
from llrgeo.roads.osm import build_network
from llrgeo.schema import BNG
from llrgeo.travel.edge_effects import edge_effects_note, find_edge_effects, minutes_beyond
from llrgeo.travel.routers import NetworkRouter

A, B, C, D = (3_000, 5_000), (7_000, 5_000), (3_000, 1_000), (7_000, 1_000)


@pytest.fixture
def square() -> RoadNetwork:
    """Return roads AB, AC, CD, DB in a square of 10 km; CD runs 1 km from its southern boundary.

    AB takes 4 minutes, in the evening peak 60; each of the others 8.
    """
    pairs = [(0, 1), (0, 2), (2, 3), (3, 1)]
    both = np.array(pairs + [(head, tail) for tail, head in pairs])
    minutes = np.array([4, 8, 8, 8] * 2)
    edges = pd.DataFrame(
        {
            "from_node": both[:, 0].astype("int32"),
            "to_node": both[:, 1].astype("int32"),
            "length_m": 4_000.0,
            "ms_off_peak": minutes * 60_000,
            "ms_pm_peak": np.where(minutes == 4, 60, minutes) * 60_000,
            "road_class": "residential",
            "road_name": "",
            "use": "through",
            "snappable": True,
            "geometry": None,
        }
    )
    land = shapely.box(0, 0, 10_000, 10_000).wkt
    info = NetworkInfo("car", ("off_peak", "pm_peak"), "square", "none", extent=land)
    return RoadNetwork(pd.DataFrame([A, B, C, D], columns=["x", "y"]), edges, info)


def points(**places: tuple[int, int]) -> gpd.GeoSeries:
    return gpd.GeoSeries({name: Point(xy) for name, xy in places.items()}, crs=BNG)


def near(network: RoadNetwork, period: str) -> tuple[pd.DataFrame, str]:
    router, origins, sites = NetworkRouter(network), points(a=A), points(b=B, d=D)
    times = router.travel_times(origins, sites, mode="car", period=period)
    found = find_edge_effects(router, times, origins, sites)
    least = minutes_beyond(network, period, origins, sites)
    return found, edge_effects_note(times, found, least, longest_min=20)


def test_a_road_near_the_rim_is_one_of_which_any_part_is(square: RoadNetwork) -> None:
    assert near_boundary(square).tolist() == [False, True, True, True] * 2
    assert near_boundary(square, within_m=500).tolist() == [False] * 8
    info = NetworkInfo("car", ("off_peak",), "square", "none")
    assert not near_boundary(RoadNetwork(square.nodes, square.edges, info)).any()


def test_journeys_near_the_rim_are_those_whose_fastest_way_comes_near_it(
    square: RoadNetwork,
) -> None:
    assert near(square, "off_peak")[0].to_numpy().tolist() == [[False, True]]
    assert near(square, "pm_peak")[0].to_numpy().tolist() == [[True, True]]


def test_the_note_counts_the_journeys_that_matter_and_names_their_ends(
    square: RoadNetwork,
) -> None:
    note = near(square, "off_peak")[1]
    assert note.startswith("1 of 2 journeys come within 2 km of where the road map ends (areas a;")
    # 24 minutes to b and 16 to d: the one is too long to matter, the other is to the nearest site
    note = near(square, "pm_peak")[1]
    assert note.startswith("1 of 1 journeys")
    assert note == wording()["data_note_edge"].format(
        count=1, all=1, km=2, areas="a", sites="d", gain="4.7"
    )


def test_the_note_says_by_how_much_a_journey_could_change_at_most(square: RoadNetwork) -> None:
    # To d it takes 4 + 8 minutes. A way beyond goes at least the straight 5,657 m, at the 1 km a
    # minute of the fastest road: 5.7 minutes, so 6.3 could be gained.
    assert "a road beyond it, by at most 6.3 minutes" in near(square, "off_peak")[1]
    least = minutes_beyond(square, "off_peak", points(a=A, c=C), points(b=B, d=D))
    # From c to d 1,000 m to the boundary and 1,000 back are less than the straight 4,000 m.
    assert least.round(3).to_numpy().tolist() == [[6.0, 5.657], [5.657, 4.0]]


def test_a_journey_that_no_way_beyond_could_beat_is_not_flagged(square: RoadNetwork) -> None:
    even = square.edges.assign(ms_off_peak=4 * 60_000)
    network = dataclasses.replace(square, edges=even)
    router, origins, sites = NetworkRouter(network), points(c=C), points(d=D)
    times = router.travel_times(origins, sites, mode="car", period="off_peak")
    assert times.minutes.loc["c", "d"] == 4.0  # along the southern edge, straight, at full speed
    assert not find_edge_effects(router, times, origins, sites).to_numpy().any()


@pytest.mark.parametrize("longest_min", [7.5, math.inf])
def test_what_is_asked_again_is_enough_to_know_which_journeys_come_near_the_rim(
    square: RoadNetwork, longest_min: float
) -> None:
    # A grid of 36 crossroads, 1.8 km apart in the square of 10 km, each street with times of its
    # own either way; places are on and off the crossroads.
    rng = np.random.default_rng(19)
    nodes = [(500 + 1_800 * x, 500 + 1_800 * y) for y in range(6) for x in range(6)]
    ends = [(n, n + 1) for n in range(36) if n % 6 < 5] + [(n, n + 6) for n in range(30)]
    both = np.array(ends + [(head, tail) for tail, head in ends])
    edges = pd.concat([square.edges.head(1)] * len(both), ignore_index=True).assign(
        from_node=both[:, 0].astype("int32"),
        to_node=both[:, 1].astype("int32"),
        length_m=1_800.0,
        ms_off_peak=rng.integers(90_000, 240_000, len(both)),
    )
    network = RoadNetwork(pd.DataFrame(nodes, columns=["x", "y"]), edges, square.info)
    router = NetworkRouter(network)
    origins, sites = (
        points(**{f"{role}{n}": tuple(rng.integers(500, 9_500, 2)) for n in range(count)})
        for role, count in (("a", 17), ("s", 5))
    )
    times = router.travel_times(origins, sites, mode="car", period="off_peak")
    # The definition, in full: every journey again, with roads near the boundary twice as slow.
    ms = edges["ms_off_peak"].where(~near_boundary(network), 2 * edges["ms_off_peak"])
    slowed = RoadNetwork(network.nodes, edges.assign(ms_off_peak=ms), network.info)
    again = NetworkRouter(slowed).travel_times(origins, sites, mode="car", period="off_peak")
    least = minutes_beyond(network, "off_peak", origins, sites)
    minutes = times.minutes
    nearest = minutes.eq(minutes.min(axis=1), axis="index")
    expected = (again.minutes > minutes) & (minutes > least) & (minutes.le(longest_min) | nearest)
    assert 5 < expected.to_numpy().sum() < 80
    found = find_edge_effects(router, times, origins, sites, longest_min=longest_min)
    pd.testing.assert_frame_equal(found, expected)


def test_without_journeys_near_the_rim_there_is_no_note(square: RoadNetwork) -> None:
    router, origins, sites = NetworkRouter(square), points(a=A), points(b=B)
    times = router.travel_times(origins, sites, mode="car", period="off_peak")
    found, least = find_edge_effects(router, times, origins, sites), times.minutes
    assert edge_effects_note(times, found, least, longest_min=20) == ""


def test_land_without_streets_lies_within_the_rim_where_it_is_small() -> None:
    ring = pd.DataFrame(
        [(x, y) for x in range(0, 20_000, 500) for y in range(0, 20_000, 500)], columns=["x", "y"]
    )
    lake = ring["x"].between(7_000, 12_000) & ring["y"].between(7_000, 12_000)
    lone_road = pd.DataFrame({"x": np.arange(20_000, 30_000, 500), "y": 10_250})
    land = shapely.from_wkt(covered_land(pd.concat([ring[~lake], lone_road])))
    assert land.contains(Point(9_500, 9_500))
    assert land.bounds[2] < 24_000
    assert land.area == pytest.approx(20_000**2, rel=0.1)


@pytest.mark.parametrize("share", [0.55, 0.9, 0.99, 1.0])
def test_cells_amid_others_do_not_change_the_outline_of_land(share: float) -> None:
    random = np.random.default_rng(round(share * 1_000))
    cells = np.argwhere(random.random((13, 16)) < share) + np.array([447, -3])
    stays = _thinned(cells)
    assert set(map(tuple, stays)) <= set(map(tuple, cells))
    whole, thinned = (shapely.multipoints(one * 1_000.0).buffer(3_000) for one in (cells, stays))
    assert shapely.equals(whole, thinned)
    if share > 0.95:
        assert len(stays) < 0.6 * len(cells)


def test_land_with_many_corners_is_widened_in_steps_as_far_as_at_once() -> None:
    angles = np.linspace(0, 2 * np.pi, 1_300)
    reach = 20_000 + 700 * np.sin(angles * 41)
    star = shapely.Polygon(np.column_stack([reach * np.cos(angles), reach * np.sin(angles)]))
    for land in (star, shapely.box(0, 0, 9_000, 7_000)):
        for by_m in (700, 3_000, 30_000):
            apart = widened(land, by_m).symmetric_difference(land.buffer(by_m)).area
            assert apart / land.buffer(by_m).length < 2e-3 * by_m
    assert widened(star, 30_000).wkt != star.buffer(30_000).wkt  # in two steps
    assert widened(star, 700).wkt == star.buffer(700).wkt


def test_a_network_knows_its_extent_and_the_clock_of_its_rules(tmp_path: Path) -> None:
    grid = {f"p{x}{y}": (x * 1_000.0, y * 1_000.0) for x in range(9) for y in range(9)}
    drawn = Map(grid)
    for row in range(9):
        drawn.way(row + 1, " ".join(f"p{x}{row}" for x in range(9)))
        drawn.way(row + 10, " ".join(f"p{row}{y}" for y in range(9)))
    network = build_network([drawn.write(tmp_path / "grid.osm")], clock="tu 8:30")
    assert network.info.clock == "Tu 08:30"
    assert shapely.from_wkt(network.info.extent).area == pytest.approx(8_000**2, rel=0.1)


@pytest.mark.parametrize(
    ("on", "note"),
    [
        ("2018-08-26", ""),
        ("2018-08-27", "The road map is of 2018-02-27, 181 days before this study"),
        ("2026-11-22", "The road map is of 2018-02-27, 3,190 days before this study"),
        ("spring", ""),
    ],
)
def test_a_road_map_older_than_half_a_year_is_said_to_be(on: str, note: str) -> None:
    info = NetworkInfo("car", ("off_peak",), "streets", "none", data_date="2018-02-27")
    assert age_note(info, on).startswith(note)
    assert bool(age_note(info, on)) == bool(note)
