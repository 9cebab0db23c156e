"""What every router promises, and what our own adds."""

import dataclasses
import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point
from timetables import write_feed
from town import ORIGIN

from llrgeo.errors import InputError, NetworkError, RoutingError
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.roads.snap import Snapper, snapper
from llrgeo.schema import BNG
from llrgeo.travel import routers
from llrgeo.travel.imported.matrix_routers import MatrixRouter
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.straight_lines import StraightLineRouter
from llrgeo.travel.team_times import times_from_sites
from llrgeo.travel.times import Router, TravelTimes
from llrgeo.travel.transit.departures import TransitRules
from llrgeo.travel.transit.router import TransitRouter

TRIP = {"mode": "car", "period": "off_peak"}


def test_the_edges_that_places_are_joined_to_are_found_once(
    town_network: RoadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = NetworkRouter(town_network)
    east, north = ORIGIN
    homes = gpd.GeoSeries([Point(east + 300, north + 20), Point(east, north + 700)], crs=BNG)
    found = router.joined_edges(homes, "origin")
    monkeypatch.setattr(Snapper, "joined", None)  # a second search would fail
    slower = router.retimed("off_peak", town_network.weights_ms("off_peak") * 2)
    for same in (router, slower):
        np.testing.assert_array_equal(same.joined_edges(homes, "origin"), found)
    with pytest.raises(TypeError):
        router.joined_edges(homes.iloc[:1], "origin")


def test_an_error_measured_in_another_period_is_none_of_this_one(town_network: RoadNetwork) -> None:
    """Journeys of the rush hour were marked by what those at noon may be wrong by."""
    east, north = ORIGIN
    here = gpd.GeoSeries({"a": Point(east + 500, north + 10)}, crs=BNG)

    def times(periods: list[str]) -> TravelTimes:
        journey = {"authority": "Town", "from_min": 0, "to_min": 60, "pairs": 40}
        journey |= {"bias_min": 0.1, "median_abs_min": 1.3, "p90_abs_min": 2.9}
        accuracy = {
            "journeys": [{**journey, "period": period} for period in periods],
            "differences": [{"from_min": 0, "to_min": 60, "pairs": 40, "p80_abs_min": 0.7}],
            "mean_min": 0.6,
        }
        info = dataclasses.replace(
            town_network.info, accuracy=accuracy, error_min=1.1, error="Measured."
        )
        router = NetworkRouter(dataclasses.replace(town_network, info=info))
        return router.travel_times(here, here, **TRIP)

    for periods in (["off_peak"], ["am_peak", "off_peak"], []):  # no period: of any
        found = times(periods)
        assert found.accuracy.is_measured
        assert (found.accuracy.mean_min, found.error_min) == (0.6, 1.1)
        assert found.error_note == "Measured."
    found = times(["night", "am_peak"])
    assert not found.accuracy.is_measured
    assert np.isnan([found.accuracy.mean_min, found.error_min]).all()
    assert found.error_note == (
        "Measured. How far times may be wrong was measured in other hours alone (am peak, night); "
        "those of off peak are untested."
    )


def test_from_a_point_of_a_road_to_the_same_point_nothing_is_driven(
    town_network: RoadNetwork,
) -> None:
    """On two sides of one point of a street, too far apart to walk straight: nobody drives."""
    east, north = ORIGIN
    places = {"south": Point(east + 500, north - 1_200), "north": Point(east + 500, north + 450)}
    here = gpd.GeoSeries(places, crs=BNG)
    times = NetworkRouter(town_network).travel_times(here, here, **TRIP)
    assert times.minutes.loc["south", "north"] == pytest.approx(1.65 / 5 * 60, abs=0.1)
    assert times.distance_km is not None
    assert times.distance_km.loc["south", "north"] == 0


@pytest.fixture(params=["network", "straight line", "matrix", "transit"])
def router(
    request: pytest.FixtureRequest,
    town_network: RoadNetwork,
    town_times: TravelTimes,
    tmp_path: Path,
) -> Router:
    if request.param == "transit":
        timetable = read_timetable([write_feed(tmp_path / "bus.zip")], dt.date(2026, 11, 24))
        return TransitRouter(timetable, TransitRules((dt.time(9, 30), dt.time(10, 30))))
    return {
        "network": NetworkRouter(town_network),
        "straight line": StraightLineRouter(),
        "matrix": MatrixRouter(dataclasses.replace(town_times, engine="GTFS")),
    }[request.param]


@pytest.fixture
def trip(router: Router) -> dict[str, str]:
    """Return a mode and period that the router is for."""
    if isinstance(router, TransitRouter):
        return {"mode": "transit", "period": router.rules.period}
    return TRIP


def points(**metres: tuple[float, float]) -> gpd.GeoSeries:
    """Place points at metres east and north of the town's corner."""
    at = [Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in metres.values()]
    return gpd.GeoSeries(at, index=list(metres), crs=BNG)


def road(from_node: int, to_node: int, **columns: object) -> dict[str, object]:
    """Describe an edge of one minute and one kilometre, unless told otherwise."""
    plain = {
        "length_m": 1_000.0,
        "ms_off_peak": 60_000,
        "road_class": "residential",
        "road_name": "",
        "use": "through",
        "snappable": True,
        "geometry": None,
    }
    return {"from_node": from_node, "to_node": to_node, **plain, **columns}


def network_of(xy: list[tuple[float, float]], *roads: dict[str, object]) -> RoadNetwork:
    nodes = pd.DataFrame(np.array(xy) + ORIGIN, columns=["x", "y"])
    return RoadNetwork(nodes, pd.DataFrame(roads), NetworkInfo("car", ("off_peak",), "toy", "none"))


def both_ways(a: int, b: int, **columns: object) -> list[dict[str, object]]:
    return [road(a, b, **columns), road(b, a, **columns)]


class TestEveryRouter:
    def test_gives_a_row_an_origin_and_a_column_a_destination_in_their_order(
        self,
        router: Router,
        trip: dict[str, str],
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
    ) -> None:
        times = router.travel_times(town_areas.geometry, town_sites.geometry[::-1], **trip)
        assert list(times.minutes.index) == ["W", "N", "E", "F"]
        assert list(times.minutes.columns) == ["C", "B", "A"]
        assert {"mode": times.mode, "period": times.period} == trip
        assert times.direction == "to_site"

    def test_states_what_computed_the_times(
        self,
        router: Router,
        trip: dict[str, str],
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
    ) -> None:
        assert router.travel_times(town_areas.geometry, town_sites.geometry, **trip).engine

    def test_gives_kilometres_on_the_axes_of_the_minutes_or_none(
        self,
        router: Router,
        trip: dict[str, str],
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
    ) -> None:
        times = router.travel_times(town_areas.geometry, town_sites.geometry, **trip)
        assert (times.distance_km is None) == (times.mode == "transit")
        if times.distance_km is not None:
            pd.testing.assert_index_equal(times.distance_km.index, times.minutes.index)
            pd.testing.assert_index_equal(times.distance_km.columns, times.minutes.columns)

    def test_leaves_the_points_as_they_were(
        self,
        router: Router,
        trip: dict[str, str],
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
    ) -> None:
        before = town_areas.geometry.copy()
        router.travel_times(town_areas.geometry, town_sites.geometry, **trip)
        pd.testing.assert_series_equal(town_areas.geometry, before)

    def test_answers_for_one_pair_alone_as_among_many(
        self,
        router: Router,
        trip: dict[str, str],
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
    ) -> None:
        many = router.travel_times(town_areas.geometry, town_sites.geometry, **trip)
        one = router.travel_times(town_areas.geometry[["E"]], town_sites.geometry[["C"]], **trip)
        assert one.minutes.loc["E", "C"] == many.minutes.loc["E", "C"]

    def test_turns_the_direction_round_for_teams_that_leave_from_sites(
        self, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
    ) -> None:
        router = StraightLineRouter()
        times = times_from_sites(router, town_areas.geometry, town_sites.geometry, **TRIP)
        assert times.direction == "from_site"
        assert times.minutes.index.name == "area_id"
        assert list(times.minutes.columns) == ["A", "B", "C"]


class TestNetworkRouter:
    def test_gives_the_minutes_and_kilometres_worked_out_on_paper(
        self,
        town_network: RoadNetwork,
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
        town_times: TravelTimes,
    ) -> None:
        times = NetworkRouter(town_network).travel_times(
            town_areas.geometry, town_sites.geometry, **TRIP
        )
        pd.testing.assert_frame_equal(times.minutes, town_times.minutes, atol=1e-4)
        pd.testing.assert_frame_equal(times.distance_km, town_times.distance_km, atol=2e-4)
        assert times.network == town_network.fingerprint

    def test_finds_the_roads_of_the_same_points_once_for_all_periods_and_directions(
        self,
        town_network: RoadNetwork,
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        found, asked = routers.roads_of_points, []

        def counted(snapping: object, points: gpd.GeoSeries, role: str) -> object:
            asked.append((len(points), role))
            return found(snapping, points, role)

        monkeypatch.setattr(routers, "roads_of_points", counted)
        router, ends = NetworkRouter(town_network), (town_areas.geometry, town_sites.geometry)
        first = router.travel_times(*ends, **TRIP)
        again = router.travel_times(*ends, **TRIP)
        pd.testing.assert_frame_equal(again.minutes, first.minutes)
        assert asked == [(4, "origin"), (3, "destination")]
        back = times_from_sites(router, *ends, **TRIP)
        assert asked[2:] == [(3, "origin"), (4, "destination")]
        alone = times_from_sites(NetworkRouter(town_network), *ends, **TRIP)
        pd.testing.assert_frame_equal(back.minutes, alone.minutes)

    def test_takes_the_period_asked_for(
        self,
        town_network: RoadNetwork,
        town_areas: gpd.GeoDataFrame,
        town_sites: gpd.GeoDataFrame,
        town_times: TravelTimes,
    ) -> None:
        times = NetworkRouter(town_network).travel_times(
            town_areas.geometry, town_sites.geometry, mode="car", period="pm_peak"
        )
        pd.testing.assert_frame_equal(times.minutes, 2 * town_times.minutes, atol=1e-4)

    def test_gives_the_way_back_its_own_time(
        self, town_network: RoadNetwork, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
    ) -> None:
        times = times_from_sites(
            NetworkRouter(town_network), town_areas.geometry, town_sites.geometry, **TRIP
        )
        # 4 -> 3 is closed: from C at 4 to W at 0 by 1; from 2 and 6 nothing is in the way.
        assert times.minutes.loc["W"].round(3).tolist() == [2, 2, 2]
        assert times.minutes.loc["E", "B"] == pytest.approx(3)

    def test_counts_the_walk_to_the_road_and_the_part_of_it_that_is_driven(
        self, town_network: RoadNetwork
    ) -> None:
        router = NetworkRouter(town_network)
        home, shop = points(h=(250, -100)), points(s=(1_000, 500))
        times = router.travel_times(home, shop, **TRIP)
        # 100 m at 5 km/h are 1.2 minutes; 750 m to node 1 and 500 m on to the shop.
        assert times.minutes.loc["h", "s"] == pytest.approx(1.2 + 0.75 + 0.5, abs=1e-4)
        assert times.distance_km.loc["h", "s"] == pytest.approx(1.25)

    @pytest.mark.parametrize(("start", "end"), [(200, 700), (700, 200)])
    def test_drives_along_one_road_without_passing_a_crossroads(
        self, town_network: RoadNetwork, start: float, end: float
    ) -> None:
        times = NetworkRouter(town_network).travel_times(
            points(a=(start, 0)), points(b=(end, 0)), **TRIP
        )
        assert times.minutes.loc["a", "b"] == pytest.approx(0.5)

    def test_drives_round_when_the_destination_lies_behind_on_a_one_way_road(
        self, town_network: RoadNetwork
    ) -> None:
        router = NetworkRouter(town_network)
        west, east = points(w=(300, 1_000)), points(e=(800, 1_000))
        assert router.travel_times(west, east, **TRIP).minutes.loc["w", "e"] == pytest.approx(0.5)
        back = router.travel_times(east, west, **TRIP).minutes.loc["e", "w"]
        assert back == pytest.approx(0.2 + 3 + 0.3)

    def test_calls_a_journey_beyond_the_limit_unreachable(
        self, town_network: RoadNetwork, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
    ) -> None:
        router = NetworkRouter(town_network, limit_min=2.5)
        times = router.travel_times(town_areas.geometry, town_sites.geometry, **TRIP)
        assert np.isinf(times.minutes.loc["N"]).tolist() == [True, False, False]
        assert np.isinf(times.distance_km.loc["N"]).tolist() == [True, False, False]

    def test_refuses_a_mode_that_the_network_is_not_for(
        self, town_network: RoadNetwork, town_sites: gpd.GeoDataFrame
    ) -> None:
        with pytest.raises(RoutingError, match="for car, not walk"):
            NetworkRouter(town_network).travel_times(
                town_sites.geometry, town_sites.geometry, mode="walk", period="off_peak"
            )

    def test_takes_the_faster_of_parallel_roads(self) -> None:
        slow = road(0, 1, ms_off_peak=90_000, snappable=False)
        network = network_of([(0, 0), (1_000, 0)], slow, *both_ways(0, 1))
        times = NetworkRouter(network).travel_times(points(a=(0, 0)), points(b=(1_000, 0)), **TRIP)
        assert times.minutes.loc["a", "b"] == pytest.approx(1)

    def test_takes_the_shorter_of_equally_fast_ways(self) -> None:
        long_way = road(0, 1, length_m=1_700.0, snappable=False)
        network = network_of([(0, 0), (1_000, 0)], long_way, *both_ways(0, 1))
        times = NetworkRouter(network).travel_times(points(a=(0, 0)), points(b=(1_000, 0)), **TRIP)
        assert times.distance_km.loc["a", "b"] == pytest.approx(1)


def test_of_equally_near_streets_that_with_the_lowest_end_is_the_nearest() -> None:
    # The point is 30 m from three streets, each driven both ways; the lowest end is at (-90, 130),
    # of edges 4 and 5, and the index returns them in an order of its own.
    xy = [(60, -100), (60, 700), (0, 500), (0, -200), (-90, 130), (260, 130)]
    roads = [*both_ways(0, 1), road(2, 3), road(3, 2), *both_ways(4, 5), road(3, 0), road(1, 2)]
    network = network_of(xy, *roads, *both_ways(1, 5), *both_ways(3, 4))
    nearest = snapper(network).snap(points(o=(30, 100)), role="origin").iloc[0]
    assert (nearest["edge"], nearest["distance_m"]) == (4, 30)


def test_the_part_of_a_road_is_counted_in_whole_steps() -> None:
    # A third of 90 s is 30 s, but of 1,048,576 steps it is 349,525 and two thirds 699,051.
    network = network_of(
        [(0, 0), (900, 0)], *both_ways(0, 1, length_m=900.0, ms_off_peak=200_000_001)
    )
    times = NetworkRouter(network).travel_times(points(a=(300, 0)), points(b=(600, 0)), **TRIP)
    assert times.minutes.loc["a", "b"] * 60_000 == pytest.approx(
        round(200_000_001 * 699_051 / 2**20) - round(200_000_001 * 349_525 / 2**20), abs=1e-3
    )


class TestPrivateRoads:
    """Streets 0-1-2 go round by the south; a private road 0-3-2 would be a short cut."""

    @pytest.fixture
    def network(self) -> RoadNetwork:
        xy = [(0, 0), (1_000, -2_000), (2_000, 0), (1_000, 0)]
        public = [*both_ways(0, 1, ms_off_peak=600_000), *both_ways(1, 2, ms_off_peak=600_000)]
        private = [
            edge
            for use in ("start", "end")
            for pair in ((0, 3), (3, 2))
            for edge in both_ways(*pair, use=use)
        ]
        return network_of(xy, *public, *private)

    def minutes(
        self, network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]
    ) -> float:
        times = NetworkRouter(network).travel_times(points(a=start), points(b=end), **TRIP)
        return times.minutes.loc["a", "b"]

    def test_are_no_short_cut(self, network: RoadNetwork) -> None:
        # The points lie on the public road, a quarter of the way from nodes 0 and 2.
        assert self.minutes(network, (250, -500), (1_750, -500)) == pytest.approx(15)

    def test_can_start_a_journey(self, network: RoadNetwork) -> None:
        assert self.minutes(network, (1_000, 1), (250, -500)) == pytest.approx(1 + 2.5, abs=0.02)

    def test_can_end_a_journey(self, network: RoadNetwork) -> None:
        assert self.minutes(network, (1_750, -500), (1_000, 1)) == pytest.approx(3.5, abs=0.02)

    def test_can_be_the_whole_of_a_journey(self, network: RoadNetwork) -> None:
        assert self.minutes(network, (200, 0), (700, 0)) == pytest.approx(0.5)
        assert self.minutes(network, (700, 0), (200, 0)) == pytest.approx(0.5)

    def test_can_be_the_whole_of_a_journey_where_each_way_has_nodes_of_its_own(self) -> None:
        # Nodes 2 -> 3 is the way out of the private road 0-1, 4 -> 5 the way in.
        private = [road(2, 3, use="start"), road(4, 5, use="end")]
        joints = [road(3, 1, length_m=0.0, ms_off_peak=0), road(0, 4, length_m=0.0, ms_off_peak=0)]
        public = [edge | {"snappable": False} for edge in [*both_ways(0, 1), *joints]]
        network = network_of([(0, 0), (1_000, 0)] * 3, *public, *private)
        assert self.minutes(network, (200, 0), (700, 0)) == pytest.approx(0.5)


class TestMatrixRouter:
    def test_refuses_another_mode(
        self, town_times: TravelTimes, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
    ) -> None:
        with pytest.raises(RoutingError, match="for car off_peak, not walk night"):
            MatrixRouter(town_times).travel_times(
                town_areas.geometry, town_sites.geometry, mode="walk", period="night"
            )

    def test_names_the_sites_that_the_table_lacks(
        self, town_times: TravelTimes, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
    ) -> None:
        router = MatrixRouter(town_times.select(["A", "C"]))
        with pytest.raises(RoutingError, match=r"lacks 1 sites \(B\)"):
            router.travel_times(town_areas.geometry, town_sites.geometry, **TRIP)

    def test_keeps_what_the_table_knows_of_itself(
        self, town_times: TravelTimes, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
    ) -> None:
        known = dataclasses.replace(town_times, engine="GTFS", error_min=2.0)
        times = MatrixRouter(known).travel_times(
            town_areas.geometry[:1], town_sites.geometry, **TRIP
        )
        assert isinstance(times, TravelTimes)
        assert (times.engine, times.error_min) == ("GTFS", 2.0)


def test_a_straight_line_takes_its_length_times_the_detour_at_the_speed() -> None:
    router = StraightLineRouter(speed_kph=30.0, detour_factor=1.5)
    times = router.travel_times(points(a=(0, 0)), points(b=(3_000, 4_000)), **TRIP)
    assert times.distance_km.loc["a", "b"] == pytest.approx(7.5)
    assert times.minutes.loc["a", "b"] == pytest.approx(15)


@pytest.mark.parametrize("kind", ["network", "straight line"])
def test_a_router_takes_tables_as_well_as_points_and_tells_what_are_none(town_network, kind):
    router = NetworkRouter(town_network) if kind == "network" else StraightLineRouter(speed_kph=40)
    east, north = ORIGIN
    points = gpd.GeoSeries({"a": Point(east, north), "b": Point(east + 900, north)}, crs=BNG)
    table = gpd.GeoDataFrame({"who": ["x", "y"]}, points.index, geometry=points)
    expected = router.travel_times(points, points, **TRIP).minutes
    assert expected.loc["a", "b"] > 0
    pd.testing.assert_frame_equal(router.travel_times(table, table, **TRIP).minutes, expected)
    with pytest.raises(InputError, match="destinations are of the type list"):
        router.travel_times(points, [1, 2], **TRIP)
    with pytest.raises(NetworkError, match="origins have no coordinate system"):
        router.travel_times(points.set_crs(None, allow_override=True), points, **TRIP)
