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
    """List for each point every edge along its nearest road.

    A road is often several edges: one each way, and copies where a turn is forbidden.
    """
    tree, edges = snapping.trees[role]
    snaps = snapping.snap(points, role=role)
    point = np.flatnonzero(snaps["edge"] >= 0)
    snaps = snaps.iloc[point]
    # Edges are along one road, either way, if their lines are equally long and both pass its points
    # at a quarter and at three quarters of the length.
    line = snapping.network.lines.to_numpy()[snaps["edge"]]
    early, late = (shapely.line_interpolate_point(line, at, normalized=True) for at in _QUARTERS)
    which, near = tree.query(early, predicate="dwithin", distance=_SAME_M)
    found = tree.geometries[near]
    longer_m = shapely.length(found) - shapely.length(line[which])
    same = shapely.dwithin(found, late[which], _SAME_M) & (np.abs(longer_m) <= _SAME_M)
    which, found, edge = which[same], found[same], edges[near[same]]
    # The share is measured along each edge's own line; a line of no length is left at its start.
    place = shapely.line_interpolate_point(line, snaps["offset_m"].to_numpy())
    along_m, length_m = shapely.line_locate_point(found, place[which]), shapely.length(found)
    share = np.divide(along_m, length_m, out=np.zeros_like(along_m), where=length_m > 0)
    # The walk to the road, and what the network says is lost at a journey's end.
    walk_s = snaps["distance_m"].to_numpy() / WALK_M_PER_S + snapping.network.info.ends_s
    walk_ms = np.rint(walk_s * 1_000).astype(np.int64)
    columns = {"point": point[which], "edge": edge, "share": share, "walk_ms": walk_ms[which]}
    columns["line"] = shapely.to_wkb(found)
    table = pd.DataFrame(columns).sort_values(["point", "edge"], ignore_index=True)
    return UsedRoads(len(points), table)


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
