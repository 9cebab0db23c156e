"""The embedded planning network: whole, reachable, near the truth, and what its scripts build."""

import dataclasses
import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import KDTree

from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import load_network
from llrgeo.roads.snap import main_component, snapper
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import TravelTimes

COMPILE = Path(__file__).parents[1] / "data" / "compile"
ROYAL_INFIRMARY = "RWEAA"
LARGEST_FILE_BYTES = 3_000_000
MAX_SNAP_M = 1_000.0

# Rounded minutes of a route planner to the Royal Infirmary, from door to door without parking.
INDICATIVE_MIN = {
    "loughborough": 26,
    "RT5PA": 32,  # Melton Mowbray
    "RWELS": 30,  # St Luke's, Market Harborough
    "hinckley-bosworth": 28,
    "feilding-palmer": 26,
    "RWELR": 42,  # Rutland Memorial, Oakham
    "RWELC": 27,  # Coalville
    "RWEAK": 12,  # Leicester General
    "RWEAE": 13,  # Glenfield
}


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Return the embedded network."""
    return load_network(embedded("network"))


@pytest.fixture(scope="module")
def scripts() -> Iterator[SimpleNamespace]:
    """Import the scripts that compile the network."""
    names = ("classified_roads", "local_streets", "network", "speeds")
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(COMPILE)
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    for name in set(sys.modules) - before:
        if str(COMPILE) in str(getattr(sys.modules[name], "__file__", "")):
            sys.modules.pop(name)


def points_of(table: str, index: str) -> gpd.GeoSeries:
    """Return the points of an embedded table."""
    rows = pd.read_csv(embedded(table), index_col=index)
    return gpd.GeoSeries.from_xy(rows["easting"], rows["northing"], crs=BNG, index=rows.index)


def drive(network: RoadNetwork, origins: gpd.GeoSeries, to: gpd.GeoSeries) -> TravelTimes:
    return NetworkRouter(network).travel_times(origins, to, mode="car", period="off_peak")


def test_every_place_of_the_network_can_reach_every_other(network):
    assert main_component(network).all()


def test_every_area_and_site_lies_within_a_kilometre_of_a_road(network):
    places = pd.concat([points_of("areas.csv", "area_id"), points_of("sites.csv", "site_id")])
    snaps = snapper(network).snap(gpd.GeoSeries(places, crs=BNG), role="origin")
    assert snaps["distance_m"].max() < MAX_SNAP_M


def test_no_journey_starts_on_a_motorway_or_a_slip_road(network):
    closed = network.edges["road_class"].isin(["motorway", "slip_road"])
    assert closed.any()
    assert not network.edges.loc[closed, "snappable"].any()


def test_a_motorway_is_reached_only_by_slip_roads_at_its_junctions(network):
    edges = network.edges
    on_motorway = edges.loc[edges["road_class"] == "motorway", ["from_node", "to_node"]]
    joining = edges[edges["from_node"].isin(np.unique(on_motorway))]
    assert set(joining["road_class"]) == {"motorway", "slip_road"}


def test_files_are_small_enough_to_read_and_to_version():
    sizes = {file.name: file.stat().st_size for file in embedded("network").iterdir()}
    assert max(sizes.values()) < LARGEST_FILE_BYTES, sizes


def test_peaks_are_slower_than_off_peak_and_nights_no_slower(network):
    hours = {period: network.weights_ms(period).sum() for period in network.info.periods}
    assert hours["pm_peak"] > hours["am_peak"] > hours["off_peak"] >= hours["night"]


def test_the_network_says_that_it_is_modelled_and_how_far_off_it_is(network):
    error = tomllib.loads(embedded("roads/error.toml").read_text(encoding="utf-8"))
    assert network.info.modelled
    assert network.info.error == error["statement"]
    assert network.info.error_min == error["royal_infirmary"]["median_abs_min"]
    assert f"{network.info.error_min:.1f} minutes" in network.info.error


def test_the_error_was_measured_in_every_area_of_the_embedded_study(network):
    areas = read_areas(embedded("areas.csv"))
    assert areas.within(shapely.from_wkt(network.info.measured_in)).all()


def test_hospitals_are_within_fifteen_percent_of_indicative_times(network):
    sites = points_of("sites.csv", "site_id")
    times = drive(network, sites.loc[list(INDICATIVE_MIN)], sites.loc[[ROYAL_INFIRMARY]])
    share = times.minutes[ROYAL_INFIRMARY] / pd.Series(INDICATIVE_MIN) - 1
    assert share.abs().max() < 0.15, share.round(2).to_dict()


def test_what_is_lost_at_the_ends_is_in_every_journey_once_at_either_end(
    town_network, town_areas, town_sites
):
    info = dataclasses.replace(town_network.info, ends_s=90.0)
    longer = dataclasses.replace(town_network, info=info)
    plain = drive(town_network, town_areas.geometry, town_sites.geometry).minutes
    with_ends = drive(longer, town_areas.geometry, town_sites.geometry).minutes
    np.testing.assert_allclose(with_ends, plain + 3.0)
    assert longer.fingerprint != town_network.fingerprint


def test_stated_errors_meet_their_aims():
    error = tomllib.loads(embedded("roads/error.toml").read_text(encoding="utf-8"))
    assert error["royal_infirmary"]["r2"] >= 0.97
    assert error["royal_infirmary"]["mean_abs_min"] <= 2.5
    assert error["nottingham_qmc"]["r2"] >= 0.93
    assert error["rutland_streets"]["pairs"] >= 500


@pytest.mark.reference
def test_the_shipped_network_is_as_near_to_independent_times_as_stated(network, reference, scripts):
    """The shipped values have seen all the times, so they miss them by no more than was stated."""
    table = pd.read_csv(reference / "data" / "reference_car_minutes.csv")
    postcodes = pd.read_parquet(embedded("postcodes.parquet")).set_index("postcode")
    places = postcodes.loc[table["site_postcode"].unique()]
    to = gpd.GeoSeries.from_xy(places["easting"], places["northing"], crs=BNG, index=places.index)
    minutes = drive(network, points_of("areas.csv", "area_id"), to).minutes
    minutes += scripts.speeds.read_parameters()["value"]["terminal_min"]
    stated = tomllib.loads(embedded("roads/error.toml").read_text(encoding="utf-8"))
    for postcode, name in (("LE1 5WW", "royal_infirmary"), ("NG7 2UH", "nottingham_qmc")):
        known = table[table["site_postcode"] == postcode].set_index("area_id")["travel_time_min"]
        modelled = minutes.loc[known.index, postcode]
        assert modelled.corr(known) ** 2 > stated[name]["r2"] - 0.01
        assert (modelled - known).abs().mean() < stated[name]["mean_abs_min"] + 0.1


def test_the_scripts_build_a_small_box_twice_alike(scripts):
    postcodes = pd.read_parquet(embedded("postcodes.parquet"))
    links = scripts.classified_roads.read_links(sorted(embedded("roads").glob("links*.csv")))
    box = shapely.box(450_000, 300_000, 460_000, 310_000)
    inside = postcodes["easting"].between(450_000, 460_000) & postcodes["northing"].between(
        300_000, 310_000
    )
    some_links = links[links.within(box)].reset_index(drop=True)
    first, second = (
        scripts.network.compile_network(
            postcodes[inside].sample(frac=1, random_state=seed), some_links
        )
        for seed in (1, 2)
    )
    assert first.fingerprint == second.fingerprint


@pytest.mark.slow
def test_the_shipped_network_is_what_the_scripts_build(network, scripts):
    postcodes = pd.read_parquet(embedded("postcodes.parquet"))
    links = scripts.classified_roads.read_links(sorted(embedded("roads").glob("links*.csv")))
    assert scripts.network.compile_network(postcodes, links).fingerprint == network.fingerprint


def test_gabriel_neighbours_have_nobody_in_the_circle_between_them(scripts):
    nodes = np.random.default_rng(3).uniform(0, 1_000, (60, 2))
    pairs = scripts.local_streets.gabriel_pairs(nodes)
    joined = {tuple(pair) for pair in pairs}
    for i in range(60):
        for j in range(i + 1, 60):
            centre = (nodes[i] + nodes[j]) / 2
            radius = np.hypot(*(nodes[i] - nodes[j])) / 2
            distance = np.hypot(*(np.delete(nodes, [i, j], axis=0) - centre).T)
            assert ((i, j) in joined) == bool((distance >= radius).all())


def test_thinned_points_keep_their_distance_and_miss_nobody(scripts):
    points = np.random.default_rng(4).uniform(0, 2_000, (500, 2))
    kept = scripts.local_streets.thin(points, 200.0)
    assert KDTree(kept).query(kept, k=2)[0][:, 1].min() > 200
    assert KDTree(kept).query(points)[0].max() <= 200


def test_a_junction_name_in_two_places_is_refused(scripts, tmp_path):
    file = tmp_path / "links.csv"
    file.write_text(
        "road,road_class,carriageway,oneway,speed_mph,from,to,path\n"
        "A1,trunk,single,no,,North,South,52.7 -1.1; 52.6 -1.1\n"
        "A2,trunk,single,no,,South,West,52.5 -1.1; 52.5 -1.2\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="South"):
        scripts.classified_roads.read_links([file])
