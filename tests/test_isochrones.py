"""Isochrones of the toy town: the kilometres within reach can be counted on its map."""

import sys
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from road_maps import LAT, LON, M_IN_LAT, M_IN_LON, Map
from town import ORIGIN

from llrgeo.errors import InputError, NetworkError, RoutingError
from llrgeo.roads.edge_lines import edge_boxes
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.osm import build_network
from llrgeo.roads.snap import serving_edges
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.isochrones import reachable as drawn
from llrgeo.travel.isochrones.contours import draw_area
from llrgeo.travel.isochrones.reachable import _surface, isochrones
from llrgeo.travel.isochrones.rough_times import grid_step
from llrgeo.travel.isochrones.site_search import MS_PER_MIN, Entrances, Reach, SiteSearch
from llrgeo.travel.isochrones.time_surface import Roads, TimeSurface, _alike, _normalized
from llrgeo.travel.routers import NetworkRouter

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from dense_town import dense_town


def at(east: float, north: float) -> gpd.GeoSeries:
    points = gpd.points_from_xy([ORIGIN[0] + east], [ORIGIN[1] + north], crs=BNG)
    return gpd.GeoSeries(points, index=pd.Index(["S"], name="site_id"))


def test_peaks_shrink_what_is_in_reach(town_network: RoadNetwork) -> None:
    free = isochrones(town_network, at(1_000, 1_000), [1.0])
    peak = isochrones(town_network, at(1_000, 1_000), [1.0], period="pm_peak")
    assert peak.area.iloc[0] < free.area.iloc[0]


def test_longer_limits_hold_shorter_ones(
    town_network: RoadNetwork, town_sites: gpd.GeoDataFrame
) -> None:
    found = isochrones(town_network, town_sites.geometry, [3, 1, 2])
    assert list(found["minutes"]) == [1, 2, 3] * 3
    assert list(found["site_id"].unique()) == ["A", "B", "C"]
    for _, rows in found.groupby("site_id"):
        areas = rows.geometry.to_list()
        assert areas[1].covers(areas[0])
        assert areas[2].covers(areas[1])
    assert found.crs == BNG
    assert found.is_valid.all()


def scattered(network: RoadNetwork, count: int, beyond_m: float) -> gpd.GeoSeries:
    """Scatter points over a network's land and some way beyond."""
    xy = network.nodes[["x", "y"]].to_numpy()
    ends = np.quantile(xy, [0.01, 0.99], axis=0) + np.array([[-beyond_m], [beyond_m]])
    points = np.random.default_rng(11).uniform(*ends, (count, 2))
    return gpd.GeoSeries(gpd.points_from_xy(*points.T, crs=BNG))


def wrongly_told(
    network: RoadNetwork, site: gpd.GeoSeries, points: gpd.GeoSeries, limit: float, direction: str
) -> np.ndarray:
    """Return by how many seconds points are off the limit that the area tells wrongly."""
    router = NetworkRouter(network)
    ends = (points, site) if direction == "to_site" else (site, points)
    times = router.travel_times(*ends, mode="car", period="off_peak").minutes.to_numpy().ravel()
    [area] = isochrones(network, site, [limit], direction=direction).geometry
    wrong = shapely.contains(area, points.to_numpy()) != (times <= limit)
    return np.abs(times[wrong] - limit) * 60


@pytest.mark.parametrize("direction", ["to_site", "from_site"])
@pytest.mark.parametrize(("limit", "east"), [(4.3, 1_000), (9.1, 730), (14.7, 1_270)])
def test_areas_equal_the_matrix(
    town_network: RoadNetwork, limit: float, east: float, direction: str
) -> None:
    """In the toy town, its one-way street, its slow road and 600 m of fields around it."""
    points = scattered(town_network, 1_500, 600)
    off_s = wrongly_told(town_network, at(east, 1_000), points, limit, direction)
    assert len(off_s) <= 7
    assert off_s.max(initial=0) <= 30


@pytest.mark.parametrize("east", [3_400, 4_700, 12_000])
@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_a_site_that_no_road_is_near_is_reached_on_foot_as_in_the_matrix(
    town_network: RoadNetwork, east: float, direction: str
) -> None:
    """1.4 km off the last road, beyond the walk to any (1.6 km), and with no road on its land."""
    site = at(east, 1_000)
    spread = np.random.default_rng(3).uniform(-1_900, 1_900, (1_500, 2))
    places = shapely.get_coordinates(site.to_numpy()) + spread
    points = gpd.GeoSeries(gpd.points_from_xy(*places.T, crs=BNG))
    for limit in (7.0, 22.0):
        off_s = wrongly_told(town_network, site, points, limit, direction)
        assert off_s.max(initial=0) <= 30
        assert isochrones(town_network, site, [limit], direction=direction).area[0] > 1e6


@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_along_a_private_road_one_drives_to_a_site_on_it(tmp_path: Path, direction: str) -> None:
    """Who lives at its end need not drive out to the street and in again."""
    drawn = Map({"a": (0, 0), "b": (900, 0), "c": (900, 1_400)})
    drawn.way(1, "a b").way(2, "b c", access="private")
    network = build_network([drawn.write(tmp_path / "map.osm")])
    place = gpd.GeoSeries.from_xy([LON + 900 * M_IN_LON], [LAT + 350 * M_IN_LAT], crs=WGS84)
    site = place.set_axis(pd.Index(["S"], name="site_id")).to_crs(BNG)
    points = scattered(network, 1_500, 100)
    off_s = wrongly_told(network, site, points, 1.7, direction)
    assert len(off_s) <= 7
    assert off_s.max(initial=0) <= 30


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from(["to_site", "from_site"]))
def test_roads_about_the_reach_draw_the_area_that_all_roads_do(seed: int, direction: str) -> None:
    network = dense_town(40)
    spread = np.random.default_rng(seed).uniform(300, 2_400, 2)
    site = at(float(spread[0]), float(spread[1]))
    [near] = isochrones(network, site, [1.3], direction=direction).geometry
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn, "within", lambda boxes, _: np.ones(boxes.shape[1], dtype=bool))
        [whole] = isochrones(network, site, [1.3], direction=direction).geometry
    assert 10_000 < near.area < 2_000_000
    assert near.equals_exact(whole)


@pytest.mark.reference
@pytest.mark.parametrize("direction", ["to_site", "from_site"])
@pytest.mark.parametrize("limit", [5, 10, 20, 30])
def test_areas_in_rutland_equal_the_matrix(
    rutland: RoadNetwork, limit: float, direction: str
) -> None:
    oakham = gpd.GeoSeries.from_xy([486_200], [308_800], crs=BNG, index=["oakham"])
    off_s = wrongly_told(rutland, oakham, scattered(rutland, 2_000, 0), limit, direction)
    assert len(off_s) <= 10
    assert off_s.max(initial=0) <= 30


@pytest.mark.reference
def test_areas_of_many_limits_in_rutland_hold_one_another(rutland: RoadNetwork) -> None:
    """To the last digit: the union of two areas may lack a nanometre of either."""
    village = gpd.GeoSeries.from_xy([494_198.06390672416], [302_033.5294908893], crs=BNG)
    areas = isochrones(rutland, village, [5, 10, 20, 30]).geometry
    assert areas.is_valid.all()
    assert [wide.covers(narrow) for narrow, wide in pairwise(areas)] == [True] * 3


@pytest.fixture(scope="module")
def rutland(reference: Path) -> RoadNetwork:
    return build_network([reference / "data/osm/rutland-2018.osm.pbf"])


LONG_WAY_ROUND = Map({"a": (0, 0), "b": (3_000, 0), "c": (3_000, 80), "d": (0, 80)})
LONG_WAY_ROUND.way(1, "a b").way(2, "b c").way(3, "c d")
CROSSING = Map({"a": (0, 0), "b": (400, 0), "c": (3_400, 0), "d": (3_800, 0)})
CROSSING.way(1, "a b").way(2, "c d").way(3, "b c", route="ferry", duration="00:10")
# The motorway has no lane beside it: its verge is 2,000 m from the street, an hour and a half off.
VERGE = Map({"a": (0, 0), "b": (600, 0), "c": (600, 2_600)})
VERGE.way(1, "a b").way(2, "b c", highway="motorway", oneway="no")


@pytest.mark.parametrize(
    ("drawn", "site", "limit", "inside", "outside"),
    [
        (LONG_WAY_ROUND, (0, -5), 2, (0, -60), (0, 80)),
        (CROSSING, (0, 0), 15, (300, 20), (1_900, 0)),
        (VERGE, (0, 0), 10, (600, 300), (600, 2_000)),
    ],
)
def test_nobody_starts_on_the_far_bank_on_the_water_or_on_a_verge(
    tmp_path: Path, drawn: Map, site: tuple, limit: float, inside: tuple, outside: tuple
) -> None:
    network = build_network([drawn.write(tmp_path / "map.osm")])
    places = [
        gpd.GeoSeries.from_xy([LON + x * M_IN_LON], [LAT + y * M_IN_LAT], crs=WGS84)
        for x, y in (site, inside, outside)
    ]
    [area] = isochrones(network, places[0], [limit], period="night").geometry
    told = [area.contains(place.to_crs(BNG).iloc[0]) for place in places[1:]]
    assert told == [True, False]


def test_a_limit_with_time_to_spare_holds_every_street(town_network: RoadNetwork) -> None:
    found = isochrones(town_network, at(0, 0), [60])
    assert found.covers(town_network.lines.union_all()).all()


def test_a_site_far_from_every_road_is_reached_on_foot_alone(town_network: RoadNetwork) -> None:
    site = at(15_000, 15_000)
    # ten minutes' walk of 5 km/h about it
    [area] = isochrones(town_network, site, [10]).geometry
    assert np.sqrt(area.area / np.pi) == pytest.approx(10 / 60 * 5_000, abs=1)


def test_limits_and_periods_that_make_no_sense_are_refused(town_network: RoadNetwork) -> None:
    with pytest.raises(RoutingError, match="minutes must be above zero and finite, not 10, 0"):
        isochrones(town_network, at(0, 0), [10, 0])
    with pytest.raises(RoutingError, match="minutes must be above zero and finite, not inf"):
        isochrones(town_network, at(0, 0), [np.inf])
    with pytest.raises(RoutingError, match=r"minutes are a list of limits: \[10\], not 10"):
        isochrones(town_network, at(0, 0), 10)
    with pytest.raises(RoutingError, match="no minutes are given; no sites are given"):
        isochrones(town_network, at(0, 0)[:0], [])
    with pytest.raises(NetworkError, match="no period"):
        isochrones(town_network, at(0, 0), [10], period="rush")


def test_directions_and_sites_that_make_no_sense_are_refused(town_network: RoadNetwork) -> None:
    with pytest.raises(RoutingError, match="direction must be to_site or from_site, not to"):
        isochrones(town_network, at(0, 0), [1], direction="to")
    twice = pd.concat([at(0, 0), at(1_000, 0)])
    with pytest.raises(RoutingError, match=r"site ids are duplicated \(S\)"):
        isochrones(town_network, twice, [1])
    nowhere = gpd.GeoSeries([None], index=["S"], crs=BNG)
    with pytest.raises(InputError, match=r"1 of 1 sites have no geometry \(S\)"):
        isochrones(town_network, nowhere, [1])


def test_for_a_shape_stands_a_point_inside(town_network: RoadNetwork) -> None:
    shape = at(1_000, 1_000).buffer(1)
    [of_shape] = isochrones(town_network, shape, [1]).geometry
    [of_point] = isochrones(town_network, shape.representative_point(), [1]).geometry
    assert of_shape.area > 0
    assert of_shape.equals(of_point)


def test_a_point_farther_from_every_road_than_one_may_walk_has_no_time(
    town_network: RoadNetwork,
) -> None:
    edges = serving_edges(town_network)["origin"]
    roads = Roads.of(town_network, edges, max_distance_m=70)
    edge_ms = town_network.weights_ms("off_peak").astype(float)
    nowhere = pd.DataFrame({"edge": [0], "share": [0.3], "walk_ms": [9.0]}).iloc[:0]
    reach = Reach(edge_ms * 3, nowhere, Entrances(np.zeros((0, 2)), np.zeros(0)))
    surface = TimeSurface.of(roads, reach, edge_ms, "to_site")
    found = surface.at(np.array([[1_500.0, 2_069.0], [1_500.0, 2_071.0]]) + ORIGIN)
    assert np.isfinite(found).tolist() == [True, False]


def test_points_lie_beside_pieces_of_any_length(tmp_path: Path) -> None:
    """A bend of 67 cm among pieces of 90 and 400 metres."""
    drawn = Map({"a": (0, 0), "b": (90, 7), "c": (90.5, 7.45), "d": (420, -230)})
    network = build_network([drawn.way(1, "a b c d").write(tmp_path / "map.osm")])
    roads = Roads.of(network, serving_edges(network)["origin"])
    pieces = np.repeat(np.arange(len(roads.pieces.ends)), 40)
    lines = shapely.linestrings(roads.pieces.ends)
    assert 0.6 < shapely.length(lines).min() < 0.7
    middle = shapely.get_coordinates(shapely.centroid(lines))[pieces]
    xy = middle + np.random.default_rng(5).normal(0, 0.8, middle.shape)
    walk_m, share = roads.beside(xy, pieces)
    whole = network.lines.to_numpy()[roads.edge[roads.ahead]][roads.of_piece[pieces]]
    points = shapely.points(xy)
    assert walk_m == pytest.approx(shapely.distance(points, lines[pieces]))
    on_it = shapely.line_interpolate_point(whole, share, normalized=True)
    assert shapely.distance(points, on_it) == pytest.approx(walk_m, abs=1e-6)


def test_a_grid_has_six_million_nodes_at_most() -> None:
    assert grid_step(np.array([2_999.0, 1_999.0]) * 30) == 30
    assert grid_step(np.array([2_999.0, 2_000.0]) * 30) == 60
    assert grid_step(np.array([400_000.0, 700_000.0])) == 240


class Disc:
    """A step: 3 within some metres of a point, and 17 beyond."""

    def __init__(self, centre: tuple[float, float], radius_m: float) -> None:
        self.centre, self.radius_m = np.array(centre), radius_m

    def cells(self, xy: np.ndarray) -> np.ndarray:
        return (np.hypot(*(xy - self.centre).T) > self.radius_m).astype(np.int64)

    def choose(self, xy: np.ndarray, cells: np.ndarray) -> np.ndarray:
        del cells
        return self.cells(xy)

    def heights(self, xy: np.ndarray, cells: np.ndarray) -> np.ndarray:
        del xy
        return np.where(cells == 0, 3.0, 17.0)


@pytest.mark.parametrize("wrong", [slice(8, 20), slice(0, 9)])
def test_a_patch_that_was_guessed_wrongly_is_drawn_rightly(wrong: slice) -> None:
    """Whole columns of nodes, seven of which the disc covers, were guessed to be out, or in."""
    disc = Disc((13.0, -11.0), 203.0)
    x, y = np.meshgrid(np.arange(-300.0, 330, 30), np.arange(-300.0, 330, 30))
    inside = disc.cells(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape) == 0
    right = draw_area(inside, (-300, -300), 30, disc, level=9, slope=0.7)
    for guessed in (False, True):
        guess = inside.copy()
        guess[3:18, wrong] = guessed
        assert guess.sum() not in {0, inside.sum()}
        area = draw_area(guess, (-300, -300), 30, disc, level=9, slope=0.7)
        assert area.equals_exact(right)


@pytest.mark.parametrize("centre", [(7.3, 4.1), (13.9, -11.2)])
def test_a_step_that_bends_within_a_square_is_bent_midway(centre: tuple[float, float]) -> None:
    """Straight lines between crossings lack 1.4 % of this disc; bent midway, a quarter of that."""
    disc = Disc(centre, 101.7)
    x, y = np.meshgrid(np.arange(-150.0, 180, 30), np.arange(-150.0, 180, 30))
    inside = disc.cells(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape) == 0
    area = draw_area(inside, (-150, -150), 30, disc, level=9, slope=0.7).area
    assert area == pytest.approx(np.pi * 101.7**2, rel=0.0045)


AT = st.sampled_from([0.0, 1.5, -2.0, 0.1, 300_000.0, 451_234.567])


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(st.tuples(AT, AT), min_size=2, max_size=4), min_size=1, max_size=12))
def test_roads_are_told_apart_and_ordered_as_their_well_known_binary_is(
    points: list[list[tuple[float, float]]],
) -> None:
    lines = np.array([shapely.LineString(line) for line in points], dtype=object)
    expected = shapely.to_wkb(shapely.normalize(lines))
    count = shapely.get_num_coordinates(lines)
    xy, kept = _normalized(shapely.get_coordinates(lines), count)
    normal = shapely.linestrings(xy, indices=np.repeat(np.arange(len(lines)), count))
    assert shapely.to_wkb(normal).tolist() == expected.tolist()
    assert kept.tolist() == (shapely.to_wkb(lines) == expected).tolist()
    number, first = _alike(xy, count)
    _, at, of_line = np.unique(expected, return_index=True, return_inverse=True)
    assert (number.tolist(), first.tolist()) == (of_line.tolist(), at.tolist())


def test_a_private_short_cut_takes_nobody_in_from_beyond_its_public_end(tmp_path: Path) -> None:
    """Who is as near to a public street as to a private one is on the street, as in the matrix."""
    places = {
        "a": (0, 0), "b": (600, 0), "c": (600, 400), "e": (1_400, 400), "d": (1_400, -800),
        "f": (0, -800),
    }  # fmt: skip
    town = Map(places).way(1, "f a").way(2, "a b", access="private").way(3, "b c").way(4, "c e d f")
    network = build_network([town.write(tmp_path / "town.osm")], mode="walk")

    def spot(east: float, north: float) -> gpd.GeoSeries:
        points = gpd.points_from_xy([LON + east * M_IN_LON], [LAT + north * M_IN_LAT], crs=WGS84)
        return gpd.GeoSeries(points, index=pd.Index(["S"], name="site_id"))

    corner = spot(600, 0)  # b, where both streets end
    minutes = NetworkRouter(network).travel_times(
        corner, spot(0, -10), mode="walk", period="off_peak"
    )
    assert minutes.minutes.iloc[0, 0] > 40
    area = isochrones(network, spot(0, -10), [15]).geometry.iloc[0]
    assert not area.contains(corner.to_crs(BNG).iloc[0])
    assert area.contains(spot(300, -30).to_crs(BNG).iloc[0])  # who lives on the private street


def test_near_a_site_off_the_road_one_walks_straight(tmp_path: Path) -> None:
    """Between streets 80 m apart, 6 km from each other by road: 105 m straight is too far."""
    streets = Map({"a": (0, 0), "b": (3_000, 0), "c": (3_000, 80), "d": (0, 80)})
    network = build_network([streets.way(1, "a b c d").write(tmp_path / "map.osm")])
    site, near, far = (
        gpd.GeoSeries.from_xy([LON], [LAT + north * M_IN_LAT], crs=WGS84) for north in (45, 30, -60)
    )
    [area] = isochrones(network, site, [2], period="night").geometry
    assert [area.contains(place.to_crs(BNG).iloc[0]) for place in (near, far)] == [True, False]


@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_times_of_points_are_those_of_the_matrix_to_a_millisecond(
    tmp_path: Path, direction: str
) -> None:
    """Also far beyond a corner, where streets are as near to a quarter of a metre."""
    places = {"a": (0, 0), "b": (600, 0), "c": (600, 400), "d": (1_300, 400), "e": (1_300, -700)}
    town = Map(places).way(1, "a b", access="private").way(2, "b c", oneway="yes").way(3, "c d e a")
    network = build_network([town.write(tmp_path / "town.osm")])
    angle = np.radians(np.arange(0, 360, 0.4))
    round_ = np.column_stack([np.sin(angle), np.cos(angle)])
    xy = np.concatenate([np.array(places[end]) + round_ * 290 for end in "abcd"])
    site, points = (
        gpd.GeoSeries.from_xy(LON + x * M_IN_LON, LAT + y * M_IN_LAT, crs=WGS84).to_crs(BNG)
        for x, y in (np.array([[700.0, 300.0]]).T, xy.T)
    )
    boxes = edge_boxes(network.nodes, network.edges)
    search = SiteSearch.of(network, site, boxes, period="night", direction=direction)
    surface = _surface(search, search.reach(0, 60), boxes, 60 * MS_PER_MIN)
    ends = (points, site) if direction == "to_site" else (site, points)
    times = NetworkRouter(network).travel_times(*ends, mode="car", period="night").minutes
    found = surface.at(shapely.get_coordinates(points.to_numpy())) / MS_PER_MIN
    assert found == pytest.approx(times.to_numpy().ravel(), abs=3 / MS_PER_MIN)
