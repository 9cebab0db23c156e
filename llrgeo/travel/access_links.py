"""Access links: the walk between a point and its nearest road, and the drive along that road."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import WALK_M_PER_S, Role, Snapper
from llrgeo.travel.graph import AccessLinks, IntArray, LayeredNetwork, pack, search_graph
from llrgeo.travel.od_matrix import MatrixRequest

_SAME_M: Final = 0.05  # lines of one length whose quarter points are this close are one road
_QUARTERS: Final = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class UsedRoads:
    """The roads that points use.

    Attributes
    ----------
    points
        How many points.
    table
        One row a point and edge, sorted: `point` (row number of the point), `edge`, `share` (0 to
        1 of the edge's length at which the point lies), `walk_ms` between the point and the road,
        with what the network says is lost at a journey's end, `line` (WKB of the edge's line, the
        same of all copies of a road).
        A point too far from every road has no row, so nothing reaches it.
    """

    points: int
    table: pd.DataFrame


def roads_of_points(snapping: Snapper, points: gpd.GeoSeries, role: Role) -> UsedRoads:
    """List for each point every edge along its nearest road, or roads where several are as near.

    A road is often several edges: one each way, and copies where a turn is forbidden.
    """
    network = snapping.network
    table = snapping.links(points, role=role)
    walk_s = table.pop("distance_m").to_numpy() / WALK_M_PER_S + network.info.ends_s
    table["walk_ms"] = np.rint(walk_s * 1_000).astype(np.int64)
    table["line"] = shapely.to_wkb(network.lines.to_numpy()[table["edge"]])
    off_m = snapping.snap(points, role=role)["distance_m"].to_numpy()
    return UsedRoads(len(points), table, shapely.get_coordinates(points.to_crs(BNG)), off_m)


def build_request(
    network: RoadNetwork, layered: LayeredNetwork, period: str, out: UsedRoads, into: UsedRoads
) -> MatrixRequest:
    """Build the request for a matrix, from the roads of origins (`out`) and destinations (`into`).

    A journey leaves its first road at the road's head and enters its last at the tail; journeys
    along one road, which pass neither, are listed apart.
    """
    leave, arrive = (_keyed(network, period, used.table) for used in (out, into))
    exits = leave["after"] + leave["walk"]
    entries = arrive["before"] + arrive["walk"]
    direct = direct_journeys(network, period, out, into)
    return MatrixRequest(
        search_graph(network, layered, period),
        _links(out.points, leave["point"], layered.head[leave["edge"]], exits),
        _links(into.points, arrive["point"], layered.tail[arrive["edge"]], entries),
        direct["point_out"].to_numpy(np.int64),
        direct["point_into"].to_numpy(np.int64),
        direct["key"].to_numpy(np.int64),
    )


def direct_journeys(
    network: RoadNetwork, period: str, out: UsedRoads, into: UsedRoads
) -> pd.DataFrame:
    """List the journeys that stay on one road, the destination ahead of the origin.

    Returns
    -------
    pandas.DataFrame
        `point_out` and `point_into`, the origin's and destination's row numbers, `edge_out`,
        `share_out` and `share_into` along it, and `key`.
    """
    leave, arrive = (_keyed(network, period, used.table) for used in (out, into))
    same = leave.merge(arrive, on="line", suffixes=("_out", "_into"))
    same = same[same["share_into"] >= same["share_out"]]
    driven = same["before_into"] - same["before_out"]
    return same.assign(key=driven + same["walk_out"] + same["walk_into"])


def _links(points: int, point: pd.Series, node: IntArray, key: pd.Series) -> AccessLinks:
    return AccessLinks(points, point.to_numpy(np.int64), node, key.to_numpy(np.int64))


def _keyed(network: RoadNetwork, period: str, used: pd.DataFrame) -> pd.DataFrame:
    """Add keys: of the drive along the edge `before` and `after` the point, and of the `walk`."""
    edge = used["edge"].to_numpy()
    ms, length_m = network.weights_ms(period)[edge], network.edges["length_m"].to_numpy()[edge]
    share = used["share"].to_numpy()
    before = pack(np.rint(ms * share).astype(np.int64), length_m * share)
    walk = pack(used["walk_ms"].to_numpy(), np.zeros(len(used)))
    return used.assign(before=before, after=pack(ms, length_m) - before, walk=walk)
