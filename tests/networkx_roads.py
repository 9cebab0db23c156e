"""A network as a networkx graph in which any search obeys the rules of private roads: a peer."""

from typing import Any

import networkx as nx
import pandas as pd

from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG


def to_networkx(network: RoadNetwork) -> "nx.MultiDiGraph[Any]":
    """Return the network as a networkx graph that may be searched without further rules.

    Nodes carry `x`, `y`; edges all columns except the geometry, and `edge`, the row of the
    network's table. Roads that only serve the ends of journeys have nodes of their own,
    `("start", n)` and `("end", n)`, joined to node `n` so that no path leads through them.
    """
    graph = nx.MultiDiGraph(crs=BNG)
    xy = _records(network.nodes[["x", "y"]])
    graph.add_nodes_from(enumerate(xy))
    table = network.edges.drop(columns=["geometry"])
    for edge, row in enumerate(_records(table)):
        # Edges that only start or end journeys get nodes of their own. A step of no time leads from
        # (or to) node `n`: a search can start or end there but not pass through.
        use = row["use"]
        tail, head = int(row["from_node"]), int(row["to_node"])
        if use == "through":
            graph.add_edge(tail, head, edge=edge, **row)
            continue
        for node in (tail, head):
            if (use, node) not in graph:
                graph.add_node((use, node), **xy[node])
                link = ((use, node), node) if use == "start" else (node, (use, node))
                graph.add_edge(*link, edge=-1, length_m=0.0, **_no_time(network))
        graph.add_edge((use, tail), (use, head), edge=edge, **row)
    return graph


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.itertuples(index=False)]


def _no_time(network: RoadNetwork) -> dict[str, int]:
    return {f"ms_{period}": 0 for period in network.info.periods}
