"""Networks from OSMnx graphs, against networkx on networks from the same files."""

from pathlib import Path

import networkx as nx
import osmnx as ox
import pytest
from networkx_roads import to_networkx
from road_maps import Map

from llrgeo.errors import NetworkError
from llrgeo.roads.exchange import network_from_graph
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.osm import build_network


@pytest.fixture
def town(tmp_path: Path) -> Path:
    places = {
        "a": (0.0, 0.0), "b": (400.0, 0.0), "m": (600.0, 50.0), "c": (800.0, 0.0),
        "d": (400.0, 400.0), "e": (800.0, 400.0), "f": (1_200.0, 0.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "a b m c", name="High Street", maxspeed="20 mph")
    drawn.way(2, "b d", oneway="yes").way(3, "c e", oneway="-1").way(4, "d e")
    return drawn.way(5, "c f", access="private").write(tmp_path / "town.osm")


def osmnx_graph(town: Path, *, simplify: bool) -> nx.MultiDiGraph:
    tags = [*ox.settings.useful_tags_way, "access"]
    before, ox.settings.useful_tags_way = ox.settings.useful_tags_way, tags
    try:
        return ox.graph_from_xml(town, simplify=simplify, retain_all=True)
    finally:
        ox.settings.useful_tags_way = before


def shortest_ms(network: RoadNetwork) -> dict[tuple[float, float], dict[tuple[float, float], int]]:
    """Return the milliseconds between all public places, by coordinates in whole metres."""
    graph = to_networkx(network)
    at = {node: (round(d["x"]), round(d["y"])) for node, d in graph.nodes(data=True)}
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="ms_off_peak"))
    return {
        at[a]: {at[b]: ms for b, ms in to.items() if isinstance(b, int)}
        for a, to in lengths.items()
        if isinstance(a, int)
    }


@pytest.mark.parametrize("simplify", [False, True])
def test_an_osmnx_graph_gives_the_times_of_its_file(town: Path, *, simplify: bool) -> None:
    from_graph = network_from_graph(osmnx_graph(town, simplify=simplify))
    from_file = build_network([town])
    expected, found = shortest_ms(from_file), shortest_ms(from_graph)
    places = set(expected) & set(found)
    assert len(places) >= 4
    for a in places:
        for b in places:
            assert found[a].get(b) == pytest.approx(expected[a].get(b), abs=3), (a, b)


def test_a_graph_says_that_it_has_no_turn_restrictions(town: Path) -> None:
    network = network_from_graph(osmnx_graph(town, simplify=True))
    assert "High Street" in set(network.edges["road_name"])
    assert "no turn restrictions" in network.info.error


def test_a_graph_without_a_crs_is_refused(town: Path) -> None:
    nowhere = osmnx_graph(town, simplify=False)
    del nowhere.graph["crs"]
    with pytest.raises(NetworkError, match="states no CRS"):
        network_from_graph(nowhere)


def test_no_path_of_the_networkx_graph_leads_through_a_private_road(tmp_path: Path) -> None:
    places = {"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (800.0, 0.0), "d": (400.0, 900.0)}
    drawn = Map(places).way(1, "a b", access="private").way(2, "b c").way(3, "a d").way(4, "d b")
    network = build_network([drawn.write(tmp_path / "map.osm")])
    graph = to_networkx(network)
    used = [row["use"] for _, _, row in graph.edges(data=True) if row["edge"] >= 0]
    assert sorted(used) == sorted(network.edges["use"])
    metres = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length_m"))
    a, c = int(network.nodes["x"].argmin()), int(network.nodes["x"].argmax())
    # by d: the 400 m of private road would be shorter than 985 and 900
    assert metres[a][c] == pytest.approx(985 + 900 + 400, abs=5)
