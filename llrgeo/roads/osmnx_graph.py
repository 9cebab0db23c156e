"""Convert networks to OSMnx graphs and back without loss, in OSMnx's units and CRS.

Nodes carry `x`, `y` as longitude and latitude (EPSG:4326). Edges carry what OSMnx's own functions
read (`osmid`, `length` in metres, `travel_time` in seconds, `speed_kph`, `highway`, `name`,
`oneway`, `geometry`), and every column of our table.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.errors import NetworkError
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.schema import BNG, WGS84

OWN: Final = "llrgeo"  # the key of a graph that was a network
_DECIMALS: Final = 2  # centimetres: converting to degrees and back moves points by 1 mm
_KPH: Final = 3_600  # metres in a millisecond to kilometres in an hour
# How the columns are read again; GraphML makes text of everything.
_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "length_m": float,
    "road_class": str,
    "road_name": str,
    "use": str,
    "snappable": lambda value: str(value) == "True",
}


def network_to_graph(network: RoadNetwork) -> "nx.MultiDiGraph[Any]":
    """Return a network as an OSMnx graph, which `network_from_graph` converts back.

    `travel_time` is of the network's first period; `ms_<period>` has the milliseconds of each.
    `use` is `start` or `end` on roads where only a journey's first or last leg may pass: OSMnx's
    own routing does not know that, and goes through. Edges of class `turn` have no length; they
    carry the time of a turn, and where a turn is forbidden there is none.

    Returns
    -------
    networkx.MultiDiGraph
        In EPSG:4326. It can be given to `osmnx.save_graphml`, `osmnx.graph_to_gdfs`,
        `osmnx.project_graph` and `osmnx.plot_graph`.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> graph = llrgeo.network_to_graph(network)
    >>> graph.graph["crs"], graph.edges[0, 1, 0]["travel_time"]
    ('EPSG:4326', 60.0)
    >>> len(llrgeo.network_from_graph(graph).edges)
    23
    """
    info = json.dumps(asdict(network.info))
    graph = nx.MultiDiGraph(crs=WGS84, **{OWN: info})
    points = gpd.GeoSeries.from_xy(network.nodes["x"], network.nodes["y"], crs=BNG).to_crs(WGS84)
    graph.add_nodes_from(
        (node, {"x": x, "y": y})
        for node, (x, y) in enumerate(zip(points.x.tolist(), points.y.tolist(), strict=True))
    )
    # OSMnx's own columns besides ours; travel_time and speed_kph are of the first period.
    first = network.edges[f"ms_{network.info.periods[0]}"]
    bent = network.edges["geometry"].notna()
    table = network.edges.assign(
        edge=range(len(network.edges)),
        osmid=range(len(network.edges)),
        length=network.edges["length_m"],
        travel_time=first / 1_000,
        speed_kph=network.edges["length_m"] / first.clip(lower=1) * _KPH,
        highway=network.edges["road_class"],
        name=network.edges["road_name"],
        oneway=True,  # every row is of one direction
        geometry=network.lines.to_crs(WGS84).where(bent, None),
    )
    names = [str(name) for name in table.columns if name not in {"from_node", "to_node"}]
    for tail, head, row in zip(
        table["from_node"].tolist(),
        table["to_node"].tolist(),
        table[names].astype(object).itertuples(index=False, name=None),
        strict=True,
    ):
        data = dict(zip(names, row, strict=True))
        if data["geometry"] is None:
            del data["geometry"]  # OSMnx takes an edge without one as straight
        graph.add_edge(tail, head, **data)
    return graph


def is_own(graph: "nx.MultiDiGraph[Any]") -> bool:
    """Return whether a graph was made by `network_to_graph`, with times on its edges."""
    return OWN in graph.graph


def read_own(graph: "nx.MultiDiGraph[Any]") -> RoadNetwork:
    """Return the network of a graph that `network_to_graph` made, with all changes since.

    Edges are in the order of the network; those that were added come last.

    Raises
    ------
    NetworkError
        If an edge lacks what a network needs.
    """
    info = json.loads(graph.graph[OWN])
    info["periods"] = tuple(info["periods"])
    if "rim" in info:  # a graph saved before `extent` had its name
        info["extent"] = info.pop("rim")
    order = sorted(graph.nodes)  # OSMnx's functions do not keep the order of nodes
    ids = {node: row for row, node in enumerate(order)}
    nodes = pd.DataFrame(_metres(graph, order), columns=["x", "y"])
    last = graph.number_of_edges()
    # In the order of the network; edges that were added since come last.
    rows = sorted(graph.edges(data=True), key=lambda edge: int(edge[2].get("edge", last)))
    reads: dict[str, Callable[[Any], Any]] = {
        **_READ,
        **{f"ms_{period}": int for period in info["periods"]},
    }
    missing = sorted({name for _, _, row in rows for name in reads if name not in row})
    if missing:
        msg = (
            f"edges of the graph lack {', '.join(missing)}. Give every edge what the others have, "
            f"or remove '{OWN}' from graph.graph to have it read as any other OSMnx graph."
        )
        raise NetworkError(msg)
    edges = pd.DataFrame(
        {name: [read(row[name]) for _, _, row in rows] for name, read in reads.items()}
    )
    ends = {
        "from_node": np.array([ids[tail] for tail, _, _ in rows], dtype=np.int32),
        "to_node": np.array([ids[head] for _, head, _ in rows], dtype=np.int32),
    }
    lines = gpd.GeoSeries([row.get("geometry") for _, _, row in rows], crs=graph.graph["crs"])
    edges = edges.assign(**ends, geometry=_packed(lines.to_crs(BNG)))
    return RoadNetwork(nodes, edges, NetworkInfo(**info))


def _metres(graph: "nx.MultiDiGraph[Any]", order: list[Any]) -> np.ndarray:
    """Return eastings and northings of the nodes, to the centimetre."""
    xy = [(float(graph.nodes[node]["x"]), float(graph.nodes[node]["y"])) for node in order]
    x, y = np.array(xy).reshape(-1, 2).T
    points = gpd.GeoSeries.from_xy(x, y, crs=graph.graph["crs"]).to_crs(BNG)
    return np.column_stack([points.x, points.y]).round(_DECIMALS)


def _packed(lines: gpd.GeoSeries) -> NDArray[np.object_]:
    """Return lines as WKB, to the centimetre; nothing for a straight edge."""
    rounded = shapely.transform(lines.to_numpy(), lambda xy: xy.round(_DECIMALS))
    packed = np.empty(len(rounded), dtype=object)
    packed[:] = [None if line is None else shapely.to_wkb(line) for line in rounded]
    return packed
