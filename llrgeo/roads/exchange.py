"""Build networks from OSMnx graphs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import osmnx as ox

from llrgeo.errors import NetworkError
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.osm import assemble, finish
from llrgeo.roads.osm_files.elements import Way
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.osmnx_graph import is_own, read_own
from llrgeo.schema import WGS84

if TYPE_CHECKING:
    import networkx as nx

_WAY_TAGS: Final = (
    "access", "access:backward", "access:forward", "area", "bicycle", "bridge", "construction",
    "cycleway", "dual_carriageway", "duration", "foot", "highway", "impassable", "junction",
    "layer", "maxheight", "maxspeed", "maxspeed:advisory",
    "maxspeed:advisory:backward", "maxspeed:advisory:forward", "maxspeed:backward",
    "maxspeed:forward", "maxspeed:type", "maxwidth", "motor_vehicle", "motorcar", "motorroad",
    "name", "oneway", "oneway:bicycle", "oneway:motor_vehicle", "ref", "route", "service",
    "smoothness", "source:maxspeed", "vehicle",
)  # fmt: skip
_NODE_TAGS: Final = (
    "access", "barrier", "crossing", "highway", "locked", "maxheight", "motor_vehicle",
    "railway", "traffic_calming",
)  # fmt: skip
_NO_RESTRICTIONS: Final = (
    "OSMnx graphs carry no turn restrictions, so times are too short where turns are forbidden."
)


def network_from_graph(graph: "nx.MultiDiGraph[Any]", *, mode: str = "car") -> RoadNetwork:
    """Build a network from an OSMnx graph in any CRS, best an unsimplified one.

    Simplification joined ways and kept lists of their tags; of such a list the first in
    alphabetical order counts. A graph that `network_to_graph` made keeps its times and its mode.

    Raises
    ------
    NetworkError
        If the graph has no streets of the mode, or no CRS.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> back = llrgeo.network_from_graph(llrgeo.network_to_graph(network))
    >>> back.weights_ms("pm_peak").tolist() == network.weights_ms("pm_peak").tolist()
    True
    """
    if not graph.graph.get("crs"):
        msg = "the graph states no CRS. Set graph.graph['crs'], 'EPSG:4326' for degrees."
        raise NetworkError(msg)
    if is_own(graph):
        return read_own(graph)
    graph = ox.project_graph(graph, to_crs=WGS84)
    extract = _extract(graph)
    network = finish(assemble(extract, mode), mode)
    info = network.info
    return network.described(source="OSMnx graph", error=f"{info.error} {_NO_RESTRICTIONS}")


def _extract(graph: "nx.MultiDiGraph[Any]") -> Extract:
    """Read a graph as if it were a file: its streets as ways over nodes."""
    place: dict[int, tuple[float, float]] = {
        node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)
    }
    ways: list[Way] = []
    pieces: dict[tuple[str, bool], list[tuple[int, int, dict[str, Any]]]] = defaultdict(list)
    # Simplified edges carry their own line, and each becomes a way. Other edges are pieces between
    # two nodes, which are joined to the way that they were cut from; a reversed piece repeats one.
    for tail, head, data in sorted(graph.edges(data=True), key=_edge_order):
        if "geometry" in data or isinstance(data.get("osmid"), list):
            ways += _simplified_way(len(ways), tail, head, data, place)
        elif not data.get("reversed", False):
            pieces[str(data.get("osmid")), bool(data.get("oneway"))].append((tail, head, data))
    for parts in pieces.values():
        tags = _tags(parts[0][2])
        ways += [Way(len(ways) + n, tags, nodes) for n, nodes in enumerate(_chains(parts))]
    ids = np.array(sorted(place), dtype=np.int64)
    lon, lat = np.array([place[node] for node in ids.tolist()]).reshape(-1, 2).T
    points = {
        node: {key: str(data[key]) for key in _NODE_TAGS if _is_given(data.get(key))}
        for node, data in graph.nodes(data=True)
    }
    points = {node: tags for node, tags in points.items() if tags}
    return Extract(ids, lon, lat, points, ways, [], "", {}, {"ways": len(ways)})


def _edge_order(edge: tuple[int, int, dict[str, Any]]) -> tuple[int, int, str]:
    tail, head, data = edge
    return tail, head, str(data.get("osmid"))


def _simplified_way(
    number: int,
    tail: int,
    head: int,
    data: Mapping[str, Any],
    place: dict[int, tuple[float, float]],
) -> list[Way]:
    """Read a simplified edge as a way, none if it is reversed; add nodes for bends to `place`."""
    if data.get("reversed", False):
        return []
    bends = list(data["geometry"].coords)[1:-1] if "geometry" in data else []
    first = min(*place, 0) - 1
    added = [first - n for n in range(len(bends))]
    place.update(zip(added, bends, strict=True))
    return [Way(number, _tags(data), np.array([tail, *added, head], dtype=np.int64))]


def _chains(parts: list[tuple[int, int, dict[str, Any]]]) -> list[np.ndarray]:
    """Join the pieces of one way, each between two nodes, into lines."""
    onward: dict[int, list[int]] = defaultdict(list)
    entered = {head for _, head, _ in parts}
    for tail, head, _ in parts:
        onward[tail].append(head)
    lines = []
    # First from nodes that no piece leads to, then from any other node left: what remains is rings.
    for start in [*(node for node in onward if node not in entered), *onward]:
        while onward[start]:
            line = [start]
            while onward[line[-1]]:
                line.append(onward[line[-1]].pop(0))
            lines.append(np.array(line, dtype=np.int64))
    return lines


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for key in _WAY_TAGS:
        value = data.get(key)
        if _is_given(value):
            found[key] = str(min(map(str, value)) if isinstance(value, list) else value)
    # OSMnx has reversed lines that were one-way against the order of their nodes.
    found["oneway"] = "yes" if data.get("oneway") in {True, "yes", "True"} else "no"
    return found


def _is_given(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and np.isnan(value))
