"""Entrances of sites: journeys end at the one they are shortest by, whatever computes them.

In the toy town the health centre C lies at crossroads 4. A way in at 3 is west of it, at the mouth
of the one-way street that leads to 4; minutes from W, N and E are 1, 2 and 4 to it, 2, 1 and 3 to
crossroads 4. The farm reaches neither.
"""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_isochrones import wrongly_told
from test_servers import TRIP, Server, serving
from timetables import at, write_feed
from town import grid_xy

from llrgeo.errors import InputError
from llrgeo.inputs.entrances import entrances_note, parse_entrances, places_of_arrival
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.inputs.sites import read_sites
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG, WGS84
from llrgeo.study.catchment_areas import compute_isochrones
from llrgeo.study.config import load_study
from llrgeo.study.inputs import StudyInputs, read_inputs
from llrgeo.study.run import build_publication, run_study
from llrgeo.study.times import (
    compute_team_times,
    compute_times,
    judged_times,
    write_times,
)
from llrgeo.travel.dataset import Dataset
from llrgeo.travel.imported.servers import OsrmRouter
from llrgeo.travel.routers import travel_times
from llrgeo.travel.routes.paths import find_routes
from llrgeo.travel.straight_lines import StraightLineRouter
from llrgeo.travel.times import load_travel_times
from llrgeo.travel.transit.departures import TransitRules
from llrgeo.travel.transit.itineraries import find_itineraries
from llrgeo.travel.transit.router import TransitRouter

INF = float("inf")
AT_3, AT_3_OR_4 = [1, 2, 4, INF], [1, 1, 3, INF]  # from W, N, E and F


def degrees(*nodes: int) -> list[str]:
    """Return `lat lon` of crossroads."""
    points = gpd.GeoSeries.from_xy(*grid_xy()[list(nodes)].T, crs=BNG).to_crs(WGS84)
    return [f"{point.y:.7f} {point.x:.7f}" for point in points]


def doors(*nodes: int) -> gpd.GeoSeries:
    """Return one place with entrances at some crossroads."""
    return gpd.GeoSeries([shapely.MultiPoint(grid_xy()[list(nodes)])], index=["C"], crs=BNG)


def with_entrances(study: Path, text: str) -> StudyInputs:
    """State the entrances of site C in the town's table, and read its study."""
    path = study.with_name("sites.csv")
    sites = pd.read_csv(path, dtype=str).set_index("site_id")
    sites.loc["C", "entrances"] = text
    sites.to_csv(path)
    return read_inputs(load_study(study))


@pytest.mark.parametrize(("nodes", "expected"), [([3], AT_3), ([3, 4], AT_3_OR_4)])
def test_a_study_travels_to_the_entrances_of_its_sites(
    town_study: Path, nodes: list[int], expected: list[float]
) -> None:
    inputs = with_entrances(town_study, ";".join(degrees(*nodes)))
    [times] = compute_times(inputs).values()
    assert times.minutes["C"].loc[["W", "N", "E", "F"]].tolist() == expected
    assert times.minutes["A"].loc[["W", "N", "E", "F"]].tolist() == [2, 3, 1, INF]  # as it was
    # The same minutes when one service is sited, written in blocks, or read by a script.
    assert judged_times(inputs, inputs.sites).minutes.equals(times.minutes)
    write_times(inputs, Dataset(town_study.parent / "blocks", origins=3, destinations=2))
    written = load_travel_times(town_study.parent / "blocks" / "car_off_peak")
    assert written.minutes.loc[times.minutes.index, times.minutes.columns].equals(times.minutes)
    network = inputs.routers["car"].network
    scripted = travel_times(network, inputs.areas, inputs.sites).minutes.round(1)
    assert scripted.equals(times.minutes)
    # The site is drawn where it was.
    assert inputs.sites.geometry["C"].distance(shapely.Point(grid_xy()[4])) < 0.1


def test_teams_set_out_from_the_entrance(town_study: Path) -> None:
    text = town_study.read_text(encoding="utf-8")
    text = text.replace("standard_min = 2,", 'standard_min = 2, delivery = "team",')
    town_study.write_text(text, encoding="utf-8")
    before = compute_team_times(read_inputs(load_study(town_study)))["car", "off_peak"].minutes
    inputs = with_entrances(town_study, degrees(3)[0])
    after = compute_team_times(inputs)["car", "off_peak"].minutes
    # From 4 to the east it is the slow road, 5 minutes, or 3 round the corner; from 3 it is 4.
    assert before["C"].loc[["W", "N", "E"]].tolist() == [2, 1, 3]
    assert after["C"].loc[["W", "N", "E"]].tolist() == [1, 2, 4]


def test_an_entrance_may_be_for_some_modes_alone(town_sites: gpd.GeoDataFrame) -> None:
    west, north = degrees(3, 7)
    sites = town_sites.assign(entrances=["", "", f"car: {west}; walk cycle {north}"])
    expected = {"car": 3, "walk": 7, "walk_slow": 7, "cycle": 7, "transit": 7}
    for mode, node in expected.items():
        place = places_of_arrival(sites, mode)["C"]
        assert place.distance(shapely.Point(grid_xy()[node])) < 0.1, mode
    for_cars = town_sites.assign(entrances=["", "", f"car {west}"])
    assert places_of_arrival(for_cars, "walk").equals(town_sites.geometry.rename(None))
    assert entrances_note(for_cars) == ("1 site is reached at entrances that the study states (C).")
    assert entrances_note(town_sites) == entrances_note(town_sites.assign(entrances="")) == ""


def test_entrances_are_said_on_the_pages(town_study: Path) -> None:
    with_entrances(town_study, degrees(3)[0])
    publication = build_publication(run_study(load_study(town_study)))
    assert "1 site is reached at entrances that the study states (C)." in publication.sources


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("52.6", "'52.6' is not latitude and longitude"),
        ("gate 52.6 -1.1", "'gate 52.6 -1.1': no mode gate; there are car, walk"),
        ("-1.1 52.6", "lies outside Great Britain; latitude comes first"),
        ("52.6 -1.1", "'entrances' of C: 52.6 -1.1 is .* km from the site"),
        ("52.6 west", "is not latitude and longitude"),
    ],
)
def test_what_cannot_be_an_entrance_is_refused(town_study: Path, text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        with_entrances(town_study, text)


def test_degrees_may_be_parted_by_commas_and_blank_is_none(town_study: Path) -> None:
    assert parse_entrances(" ;") == ()
    [entrance] = parse_entrances("CAR, 52.61, -1.12;")
    assert entrance == (("car",), 52.61, -1.12)
    path = town_study.with_name("sites.csv")
    pd.read_csv(path, dtype=str).assign(entrances="").to_csv(path, index=False)
    assert read_sites(path)["entrances"].tolist() == ["", "", ""]


def test_a_route_ends_at_the_entrance_that_it_is_shortest_by(
    town_network: RoadNetwork, town_areas: gpd.GeoDataFrame
) -> None:
    ends = pd.concat([doors(3, 4)] * 2)
    routes = find_routes(town_network, town_areas.geometry.loc[["W", "E"]], ends, period="off_peak")
    assert routes["travel_time_min"].tolist() == [1, 3]
    arrived = [shapely.get_point(line, -1).coords[0] for line in routes.geometry]
    np.testing.assert_allclose(arrived, grid_xy()[[3, 4]])
    back = find_routes(town_network, ends, town_areas.geometry.loc[["W", "E"]], period="off_peak")
    left = [shapely.get_point(line, 0).coords[0] for line in back.geometry]
    np.testing.assert_allclose(left, grid_xy()[[3, 4]])


def test_who_stands_off_the_road_near_an_entrance_walks_to_it(town_network: RoadNetwork) -> None:
    # Both are 300 m from any street, 50 m from each other: 36 seconds at 5 km/h.
    home = gpd.GeoSeries.from_xy([450_300], [300_350], index=["h"], crs=BNG)
    site = gpd.GeoSeries([shapely.MultiPoint([(452_000, 302_000), (450_300, 300_300)])], crs=BNG)
    times = travel_times(town_network, home, site)
    assert times.minutes.iloc[0, 0] == pytest.approx(0.6)
    [line] = find_routes(town_network, home, site, period="off_peak").geometry
    assert line.length == pytest.approx(50)


@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_the_area_in_reach_is_that_of_all_entrances(
    town_network: RoadNetwork, direction: str
) -> None:
    rng = np.random.default_rng(7)
    xy = rng.uniform([449_700, 299_700], [452_300, 302_300], (1_200, 2))
    points = gpd.GeoSeries(gpd.points_from_xy(*xy.T, crs=BNG))
    off_s = wrongly_told(town_network, doors(3, 8), points, 4.3, direction)
    assert len(off_s) <= 6
    assert off_s.max(initial=0) <= 30


def test_isochrones_of_a_study_start_from_the_entrance(town_study: Path) -> None:
    inputs = with_entrances(town_study, degrees(3)[0])
    found = compute_isochrones(inputs, [0.9]).set_index("site_id").geometry["C"]
    west_of_3, south_of_4 = (
        shapely.Point(450_000 + x, 300_000 + y) for x, y in ((0, 700), (1_000, 700))
    )
    assert [found.contains(place) for place in (west_of_3, south_of_4)] == [True, False]


def test_buses_are_left_for_the_nearest_entrance(tmp_path: Path) -> None:
    feed = write_feed(tmp_path / "bus.zip")
    half_past = dt.time(9, 30)
    router = TransitRouter(
        read_timetable([feed], dt.date(2026, 11, 24)), TransitRules((half_past, half_past))
    )
    home, [far, near] = at(home=(0, 0)), at(far=(5_000, 500), near=(5_050, 0))
    site = gpd.GeoSeries([shapely.MultiPoint([far, near])], index=["s"], crs=BNG)
    times = router.travel_times(home, site, mode="transit", period=router.rules.period)
    # 10 minutes until the bus, 15 on it, 50 m x 1.4 at 80 m a minute.
    assert times.minutes.iloc[0, 0] == pytest.approx(25 + 50 * 1.4 / 80, abs=0.01)
    legs = find_itineraries(router, home, site)
    assert legs.geometry.iloc[-1].coords[-1] == pytest.approx(near.coords[0])


def test_straight_lines_go_to_the_nearest_entrance() -> None:
    home = gpd.GeoSeries.from_xy([0], [0], index=["a"], crs=BNG)
    site = gpd.GeoSeries([shapely.MultiPoint([(9_000, 0), (3_000, 4_000)])], ["A"], crs=BNG)
    times = StraightLineRouter(39.0, 1.3).travel_times(home, site, mode="car", period="off_peak")
    assert times.minutes.iloc[0, 0] == pytest.approx(10)


def test_a_server_is_asked_for_every_entrance(town_areas: gpd.GeoDataFrame) -> None:
    homes = town_areas.geometry.head(3)
    with serving() as url:
        router = OsrmRouter(url, points_at_once=2)
        one = [router.travel_times(homes, doors(node), **TRIP) for node in (3, 8)]
        both = router.travel_times(homes, doors(3, 8), **TRIP)
    np.testing.assert_allclose(both.minutes, np.minimum(*(times.minutes for times in one)))
    chosen = one[0].minutes["C"] <= one[1].minutes["C"]
    assert 0 < chosen.sum() < 3
    expected = one[0].distance_km["C"].where(chosen, one[1].distance_km["C"])
    np.testing.assert_allclose(both.distance_km["C"], expected)
    assert Server.asked


def test_a_site_off_the_road_is_in_reach_by_an_entrance(town_study: Path) -> None:
    """The site's own point may be far from every road; one entrance that is not is enough."""
    path = town_study.with_name("sites.csv")
    sites = pd.read_csv(path, dtype=str).set_index("site_id")
    off = gpd.GeoSeries.from_xy([449_100], [299_100], crs=BNG).to_crs(WGS84).iloc[0]
    sites.loc["C", ["lat", "lon", "postcode"]] = [f"{off.y:.6f}", f"{off.x:.6f}", ""]
    sites.to_csv(path)
    gate = gpd.GeoSeries.from_xy([449_950], [300_000], crs=BNG).to_crs(WGS84).iloc[0]
    inputs = with_entrances(town_study, f"{off.y} {off.x}; {gate.y:.7f} {gate.x:.7f}")
    [times] = compute_times(inputs).values()
    assert times.minutes.loc["W", "C"] == pytest.approx(0.6)
