"""The explorer's answer for a reader's own postcode: the roads it is given, and its minutes."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from own_roads_cases import (
    explorer_engine,
    minutes_in_page,
    minutes_in_python,
    town_with_postcodes,
)

from llrgeo.publish.explorer import own_roads
from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.explorer.payload import explorer_sites
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.roads.network_files import load_network
from llrgeo.roads.part import part_of
from llrgeo.schema import BNG
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.used_roads import roads_in_use


def random_roads(seed: int) -> RoadNetwork:
    """Return a crooked grid of roads with random times, some one-way, some private."""
    rng = np.random.default_rng(seed)
    side = 9
    xy = np.array([(400 * x, 400 * y) for x in range(side) for y in range(side)], dtype=float)
    xy = np.rint(xy + rng.uniform(-90, 90, xy.shape))
    number = np.arange(side * side).reshape(side, side)
    pairs = [(number[:-1], number[1:]), (number[:, :-1], number[:, 1:])]
    ends = np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in pairs])
    back = ends[rng.random(len(ends)) < 0.83, ::-1]
    ends = np.concatenate([ends, back])
    length_m = np.rint(np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T) * 12) / 10
    edges = pd.DataFrame(ends, columns=["from_node", "to_node"]).assign(
        length_m=length_m,
        ms_off_peak=np.rint(length_m * rng.uniform(60, 200, len(ends))).astype(np.int64),
        ms_am_peak=np.rint(length_m * rng.uniform(70, 300, len(ends))).astype(np.int64),
        ms_night=np.int64(7_001),
        road_class="street",
        road_name="Any Road",
        use=rng.choice(["through"] * 22 + ["start", "end"], len(ends)),
        snappable=True,
        geometry=None,
    )
    info = NetworkInfo("car", ("off_peak", "am_peak", "night"), "random", "none", ends_s=21.0)
    return RoadNetwork(pd.DataFrame(xy, columns=["x", "y"]), edges, info)


@pytest.mark.parametrize("seed", range(6))
def test_on_the_roads_in_use_every_journey_takes_as_long(seed):
    rng = np.random.default_rng(100 + seed)
    router = NetworkRouter(random_roads(seed))
    homes = gpd.GeoSeries(shapely.points(rng.uniform(-200, 3_400, (11, 2)).round()), crs=BNG)
    doors = rng.uniform(0, 3_200, (4, 2)).round(1)
    goals = gpd.GeoSeries(
        [shapely.MultiPoint(doors[:2]), *map(shapely.Point, doors[2:])], list("PQR"), crs=BNG
    )
    kept = roads_in_use(router, homes, goals, periods=("am_peak", "off_peak"))
    part = part_of(router.snapping, kept, ("am_peak", "off_peak"))
    assert kept.sum() < 0.8 * len(kept)
    assert part.network.info.periods == ("am_peak", "off_peak")
    smaller = NetworkRouter(part.network)
    smaller.__dict__["snapping"] = part
    for period in ("am_peak", "off_peak"):
        whole, some = (
            one.travel_times(homes, goals, mode="car", period=period) for one in (router, smaller)
        )
        pd.testing.assert_frame_equal(whole.minutes, some.minutes)
        pd.testing.assert_frame_equal(whole.distance_km, some.distance_km)


def test_roads_that_no_journey_needs_are_left_out():
    # Due east along y = 0 in 9 minutes; round by the north in 20.
    xy = pd.DataFrame({"x": [0.0, 900, 1_800, 900], "y": [0.0, 0, 0, 700]})
    ends = [(0, 1), (1, 2), (0, 3), (3, 2)]
    edges = pd.DataFrame([*ends, *((b, a) for a, b in ends)], columns=["from_node", "to_node"])
    edges = edges.assign(
        length_m=950.0, ms_off_peak=[240_000, 300_000, 600_000, 600_000] * 2, road_class="street",
        road_name="", use="through", snappable=True, geometry=None,
    )  # fmt: skip
    router = NetworkRouter(RoadNetwork(xy, edges, NetworkInfo("car", ("off_peak",), "t", "t")))
    home, goal = (gpd.GeoSeries([shapely.Point(x, -3)], crs=BNG) for x in (211, 1_700))
    kept = roads_in_use(router, home, goal, periods=["off_peak"])
    # The roads of both ends in either direction, and nothing of the way round.
    assert kept.tolist() == [True, True, False, False, True, True, False, False]


@pytest.fixture(scope="module")
def town(town_study_once, tmp_path_factory):
    """Return the publication and the network of the toy town with postcodes of its own."""
    study = town_with_postcodes(town_study_once, tmp_path_factory.mktemp("postcodes"))
    return build_publication(run_study(load_study(study))), load_network(study.parent / "network")


@pytest.fixture(scope="module")
def page(town):
    return explorer_engine(town[0])


def test_the_page_finds_the_minutes_that_python_finds(town, page):
    publication, network = town
    codes = publication.own_roads.postcodes.index
    expected = minutes_in_python(publication, NetworkRouter(network), codes, "off_peak")
    assert (minutes_in_page(page, codes, "car-off_peak") == expected.to_numpy()).all()
    area = publication.postcodes[codes[0]]
    middle = publication.judged_by.minutes.loc[area, expected.columns]
    assert (expected != middle).to_numpy().any(axis=1).sum() >= len(codes) - 1


def test_the_answer_is_of_the_sites_nearest_to_the_postcode(town, page):
    publication, network = town
    codes = publication.own_roads.postcodes.index
    minutes = minutes_in_python(publication, NetworkRouter(network), codes, "off_peak")
    today = {service: sorted(sites) for service, sites in publication.baseline.sites.items()}
    for option in publication.options:
        for code in codes:
            for row in json.loads(page.call("rows", code, option.name, "car-off_peak")):
                then = minutes.loc[code, sorted(option.sites[row["service"]])]
                assert row["before"] == minutes.loc[code, today[row["service"]]].min()
                assert (row["after"], row["site"]) == (then.min(), then.idxmin())


def test_the_way_begins_at_the_postcode_and_ends_at_the_site(town, page):
    publication, _ = town
    site = explorer_sites(publication).iloc[-1]
    for code, place in publication.own_roads.postcodes.iterrows():
        way = np.array(json.loads(page.call("way", code, site.name, "car-off_peak")))
        line = gpd.GeoSeries.from_xy(way[:, 1], way[:, 0], crs="EPSG:4326").to_crs(BNG)
        ends = line.get_coordinates().to_numpy()[[0, -1]]
        home = place[["easting", "northing"]].to_numpy(float)
        door = publication.own_roads.arrivals.loc[[site.name]].get_coordinates().to_numpy()[0]
        assert np.abs(ends - [home, door]).max() < 1
        assert len(way) > 2


def test_roads_that_have_no_room_are_left_out_and_the_page_says_so(town, monkeypatch):
    publication, _ = town
    whole = render_explorer(publication)
    assert 'id="network"' in whole
    room = len(whole.encode("utf-8"))
    monkeypatch.setattr(own_roads, "LIMITS", (room, room))
    assert render_explorer(publication) == whole
    monkeypatch.setattr(own_roads, "LIMITS", (room - 1, room))
    without = render_explorer(publication)
    assert 'id="network"' not in without
    assert '"no_room":true' in without
    assert "llrgeoSearch" not in without.replace("llrgeoSearch.", "")
    plain = render_explorer(replace(publication, own_roads=None))
    assert '"no_room"' not in plain
