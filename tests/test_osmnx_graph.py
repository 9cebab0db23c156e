"""Networks as OSMnx graphs and back: same units, same CRS, same times."""

import json
from dataclasses import replace

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from road_maps import Map

import llrgeo
from llrgeo.errors import NetworkError
from llrgeo.roads.osmnx_graph import OWN

COLUMNS = ("length_m", "ms_off_peak", "road_class", "road_name", "use", "snappable")


@pytest.fixture
def network(tmp_path):
    """Return bent, one-way and private streets, and a turn that is forbidden."""
    places = {
        "a": (0.0, 0.0), "b": (400.0, 0.0), "m": (600.0, 50.0), "c": (800.0, 0.0),
        "d": (400.0, 400.0), "e": (800.0, 430.0), "f": (1_200.0, 0.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "a b", name="High Street", maxspeed="20 mph").way(2, "b m c")
    drawn.way(3, "b d", oneway="yes").way(4, "c e", oneway="-1").way(5, "d e")
    drawn.way(6, "c f", access="private")
    return llrgeo.build_network([drawn.write(tmp_path / "town.osm")])


def assert_same_network(one, other):
    assert one.info == other.info
    assert np.abs(one.nodes[["x", "y"]] - other.nodes[["x", "y"]]).to_numpy().max() < 0.007
    assert one.edges[["from_node", "to_node"]].equals(other.edges[["from_node", "to_node"]])
    for name in COLUMNS:
        assert one.edges[name].tolist() == other.edges[name].tolist(), name
    assert one.lines.geom_equals_exact(other.lines, 0.007).all()


def test_a_network_comes_back_as_it_went(network):
    assert set(network.edges["use"]) == {"through", "start", "end"}
    assert network.edges["geometry"].notna().any()
    assert_same_network(network, llrgeo.network_from_graph(llrgeo.network_to_graph(network)))


def test_the_embedded_network_comes_back_to_the_metre():
    whole = llrgeo.load_network(llrgeo.load_study().path("network"))
    network = llrgeo.RoadNetwork(whole.nodes, whole.edges.head(3_000), whole.info)
    back = llrgeo.network_from_graph(llrgeo.network_to_graph(network))
    assert back.nodes.equals(network.nodes)
    assert back.edges["ms_am_peak"].equals(network.edges["ms_am_peak"])


def test_a_graph_may_be_projected_or_saved_on_its_way(network, tmp_path):
    graph = llrgeo.network_to_graph(network)
    assert_same_network(
        network, llrgeo.network_from_graph(ox.project_graph(graph, to_crs="EPSG:32630"))
    )
    ox.save_graphml(graph, tmp_path / "town.graphml")
    assert_same_network(
        network, llrgeo.network_from_graph(ox.load_graphml(tmp_path / "town.graphml"))
    )


def test_a_graph_saved_when_the_extent_was_called_rim_is_read(network):
    land = "POLYGON ((0 0, 9 0, 9 7, 0 0))"
    info = replace(network.info, extent=land)
    graph = llrgeo.network_to_graph(replace(network, info=info))
    described = json.loads(graph.graph[OWN])
    described["rim"] = described.pop("extent")
    graph.graph[OWN] = json.dumps(described)
    assert llrgeo.network_from_graph(graph).info == info


def test_osmnx_reads_metres_seconds_and_degrees(network):
    graph = llrgeo.network_to_graph(network)
    nodes, edges = ox.graph_to_gdfs(graph)
    assert nodes.crs == edges.crs == "EPSG:4326"
    assert nodes["x"].between(-8, 2).all()
    assert nodes["y"].between(49, 61).all()
    # OSMnx measures on a sphere, which differs from the ellipsoid by up to 1 in 200.
    streets = edges[(edges["length"] > 0) & (edges["highway"] != "turn")]
    straight = streets[network.edges.loc[streets["edge"], "geometry"].isna().to_numpy()]
    ends = [nodes.loc[straight.index.get_level_values(level)] for level in ("u", "v")]
    circle = ox.distance.great_circle(
        ends[0]["y"].to_numpy(), ends[0]["x"].to_numpy(),
        ends[1]["y"].to_numpy(), ends[1]["x"].to_numpy(),
    )  # fmt: skip
    assert circle == pytest.approx(straight["length"].to_numpy(), rel=0.005)
    assert (streets["travel_time"] * 1_000).tolist() == streets["ms_off_peak"].tolist()
    kph = streets["length"] / streets["travel_time"] * 3.6
    assert streets["speed_kph"].to_numpy() == pytest.approx(kph.to_numpy())


def test_osmnx_finds_the_way_that_we_find(town_network):
    graph = llrgeo.network_to_graph(town_network)
    way = ox.shortest_path(graph, 5, 6, weight="travel_time")
    # by 8 and 7, 4 minutes; over the slow road it would be 8
    assert way == [5, 8, 7, 6] or nx.path_weight(graph, way, "travel_time") == 180
    assert nx.path_weight(graph, way, "travel_time") == 180


def test_what_has_been_taken_out_is_gone_and_what_was_added_needs_times(town_network):
    graph = llrgeo.network_to_graph(town_network)
    graph.remove_edge(0, 1)
    assert len(llrgeo.network_from_graph(graph).edges) == 22
    graph.add_edge(0, 2, length=70)
    with pytest.raises(NetworkError, match=r"lack length_m, ms_off_peak, .* remove 'llrgeo' from"):
        llrgeo.network_from_graph(graph)
