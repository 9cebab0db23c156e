"""The way a journey takes: its line and the names of its roads."""

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import snapper
from llrgeo.schema import BNG
from llrgeo.travel.access_links import UsedRoads, ask, drives_along, roads_of_points
from llrgeo.travel.dijkstra import backwards_from
from llrgeo.travel.graph import UNREACHABLE, IntArray, SearchGraph, layers, unpack
from llrgeo.travel.od_matrix import Question


class Stretch(NamedTuple):
    """A part of an edge that is driven, from one share of its length to another."""

    edge: int
    start: float = 0.0
    end: float = 1.0


class Way(NamedTuple):
    """A journey's time and length in one key, and the stretches it drives."""

    key: int
    stretches: list[Stretch]


_NO_WAY: Final = Way(UNREACHABLE, [])


def find_routes(
    network: RoadNetwork, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, *, period: str
) -> gpd.GeoDataFrame:
    """Return the best way from each origin to the destination that stands in the same row.

    Parameters
    ----------
    network
        The network.
    origins, destinations
        Points in any declared CRS, as many of the one as of the other.
    period
        Which of the network's times count.

    Returns
    -------
    geopandas.GeoDataFrame
        On the origins' index, in EPSG:27700: `travel_time_min` and `distance_km` as in the matrix,
        `roads` (their names in order, parted by `; `), and the line from point to point. An
        unreachable destination has infinite time and no line.
    """
    snapping = snapper(network)
    laid = layers(network)
    out = roads_of_points(snapping, origins, "origin")
    into = roads_of_points(snapping, destinations, "destination")
    question = ask(network, laid, period, out, into)
    direct = drives_along(network, period, out, into)
    ways = []
    for row in range(len(origins)):
        round_about = _way_by_nodes(question, out, into, row)
        along = _way_along(direct, row)
        ways.append(min(along, round_about, key=lambda way: way.key))
    minutes, km = unpack(np.array([way.key for way in ways], dtype=np.int64))
    ends = zip(*(points.to_crs(BNG).to_numpy() for points in (origins, destinations)), strict=True)
    lines = [_line(network, way, *pair) for way, pair in zip(ways, ends, strict=True)]
    return gpd.GeoDataFrame(
        {
            "travel_time_min": minutes,
            "distance_km": km,
            "roads": [_names(network, way) for way in ways],
        },
        index=origins.index,
        geometry=np.array(lines, dtype=object),
        crs=BNG,
    )


def _way_along(direct: pd.DataFrame, row: int) -> Way:
    """Return the best way that stays on one road."""
    mine = direct[(direct["point_out"] == row) & (direct["point_into"] == row)]
    if mine.empty:
        return _NO_WAY
    best = mine.iloc[int(mine["key"].argmin())]
    stretch = Stretch(int(best["edge_out"]), best["share_out"], best["share_into"])
    return Way(int(best["key"]), [stretch])


def _way_by_nodes(question: Question, out: UsedRoads, into: UsedRoads, row: int) -> Way:
    """Return the best way that passes at least one node."""
    here = slice(row, row + 1)
    pair = question.part(here, here)
    graph, exits, entries = pair.graph, pair.exits, pair.entries
    if not (len(exits.node) and len(entries.node)):
        return _NO_WAY
    goal = graph.nodes
    backwards = backwards_from(graph, entries)
    found, onward = dijkstra(backwards, indices=[goal], return_predecessors=True)
    totals = found[0, exits.node] + exits.key
    leave = int(totals.argmin())
    if np.isinf(totals[leave]):
        return _NO_WAY
    nodes = [int(exits.node[leave])]
    while onward[0, nodes[-1]] != goal:
        nodes.append(int(onward[0, nodes[-1]]))
    arrive = int(np.where(entries.node == nodes[-1], entries.key, UNREACHABLE).argmin())
    first = out.table[out.table["point"] == row].iloc[leave]
    last = into.table[into.table["point"] == row].iloc[arrive]
    return Way(
        int(totals[leave]),
        [
            Stretch(int(first["edge"]), start=first["share"]),
            *(Stretch(edge) for edge in _edges_between(graph, np.array(nodes))),
            Stretch(int(last["edge"]), end=last["share"]),
        ],
    )


def _edges_between(graph: SearchGraph, nodes: IntArray) -> list[int]:
    """Return the edges that join nodes in a row; steps between layers are none."""
    arcs = graph.tail * graph.nodes + graph.head
    edges = graph.edge[np.searchsorted(arcs, nodes[:-1] * graph.nodes + nodes[1:])]
    return [int(edge) for edge in edges if edge >= 0]


def _names(network: RoadNetwork, way: Way) -> str:
    names = network.edges["road_name"].iloc[[stretch.edge for stretch in way.stretches]]
    named = names[names != ""]
    return "; ".join(named[named != named.shift()])


def _line(
    network: RoadNetwork, way: Way, start: shapely.Point, end: shapely.Point
) -> shapely.LineString | None:
    if not way.stretches:
        return None
    lines = network.lines.to_numpy()
    parts = [
        substring(lines[stretch.edge], stretch.start, stretch.end, normalized=True)
        for stretch in way.stretches
    ]
    places = shapely.get_coordinates([start, *parts, end])
    moved = np.ones(len(places), dtype=bool)
    moved[1:] = (np.diff(places, axis=0) != 0).any(axis=1)
    moved[-1] |= moved.sum() == 1  # a journey to where one is still needs two places for a line
    return shapely.LineString(places[moved])
