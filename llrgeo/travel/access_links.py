"""Access links: the walk between a point and its nearest road, and the drive along that road."""

from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Floats, Ints
from llrgeo.inputs.entrances import each_entrance
from llrgeo.roads.edge_lines import edge_lines
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import MAX_SNAP_M, TIE_M, WALK_M_PER_S, Role, Snapper
from llrgeo.schema import BNG
from llrgeo.travel.search.graph import AccessLinks, LayeredNetwork, SearchGraph, pack, search_graph
from llrgeo.travel.search.od_matrix import MatrixRequest

SHARE_STEPS: Final = 1 << 20  # positions along a road are rounded to so many steps of its length


@dataclass(frozen=True, slots=True)
class UsedRoads:
    """The roads that points are joined to.

    Attributes
    ----------
    points
        Number of points.
    table
        One row a point and edge, sorted: `point` (row number of the point), `edge`, `share` (0 to
        1 of the edge's length at which the point lies), `walk_ms` between the point and the road,
        including the network's fixed time at each end of a journey, `line` (WKB of the edge's
        line, equal for all copies of a road), `entrance` (row of `xy`).
        A point too far from every road has no row and is unreachable. A place with several
        entrances has rows for each of them, so a journey uses the entrance it is shortest by.
    xy, off_m, of_point
        Coordinates of each entrance (or point; EPSG:27700), its distance from the nearest road,
        and the row number of its point; no rows where walks from point to point do not count.
    """

    points: int
    table: pd.DataFrame
    xy: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    off_m: Floats = field(default_factory=lambda: np.zeros(0))
    of_point: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def roads_of_points(snapping: Snapper, points: gpd.GeoSeries, role: Role) -> UsedRoads:
    """List for each point every edge along its nearest road, or along all that are equally near.

    A road is often several edges: one for each direction, and copies where a turn is forbidden. A
    MultiPoint is a place with several entrances.
    """
    network = snapping.network
    entrances, of_point = each_entrance(points.to_crs(BNG))
    off_m = snapping.distances_m(entrances, role=role)
    table = snapping.links(entrances, off_m, role=role).rename(columns={"point": "entrance"})
    table["point"] = of_point[table["entrance"].to_numpy()]
    walk_s = table.pop("distance_m").to_numpy() / WALK_M_PER_S + network.info.ends_s
    table["walk_ms"] = np.rint(walk_s * 1_000).astype(np.int64)
    lines = edge_lines(network.nodes, network.edges, table["edge"].to_numpy())
    table["line"] = shapely.to_wkb(lines)
    return UsedRoads(len(points), table, shapely.get_coordinates(entrances), off_m, of_point)


def build_request(
    network: RoadNetwork,
    layered: LayeredNetwork,
    period: str,
    origin_roads: UsedRoads,
    destination_roads: UsedRoads,
    graph: SearchGraph | None = None,
) -> MatrixRequest:
    """Build the request for a matrix, from the roads of its origins and its destinations.

    A journey leaves its first road at the road's head and enters its last at the tail; journeys
    along one road, which pass neither, are listed separately. `graph` is the network's graph in the
    period, if it was built before.
    """
    leave, arrive = origin_roads.table["edge"], destination_roads.table["edge"]
    exits = link_keys(network, period, origin_roads, "origin")
    entries = link_keys(network, period, destination_roads, "destination")
    columns = ["point_origin", "point_destination", "key"]
    along = direct_journeys(network, period, origin_roads, destination_roads)
    # Journeys that pass no node, along one road or on foot, are not in the graph: they are listed
    # beside it.
    direct = pd.concat([along[columns], straight_walks(origin_roads, destination_roads)[columns]])
    return MatrixRequest(
        search_graph(network, layered, period) if graph is None else graph,
        _links(origin_roads, layered.head[leave], exits),
        _links(destination_roads, layered.tail[arrive], entries),
        direct["point_origin"].to_numpy(np.int64),
        direct["point_destination"].to_numpy(np.int64),
        direct["key"].to_numpy(np.int64),
    )


def link_keys(network: RoadNetwork, period: str, used: UsedRoads, role: Role) -> Ints:
    """Return the key between each point and an end of its road, in the order of `used.table`.

    An origin's key is the walk to the road and the drive on to the head of the edge; a
    destination's key is the drive from the tail of the edge to the point and the walk from there.
    """
    keyed = _keyed(network, period, used.table)
    driven = keyed["after" if role == "origin" else "before"]
    return (driven + keyed["walk"]).to_numpy(np.int64)


def direct_journeys(
    network: RoadNetwork, period: str, origin_roads: UsedRoads, destination_roads: UsedRoads
) -> pd.DataFrame:
    """List the journeys that stay on one road, the destination ahead of the origin.

    Returns
    -------
    pandas.DataFrame
        `point_origin` and `point_destination` (row numbers), `entrance_origin` and
        `entrance_destination`, `edge_origin`, `share_origin` and `share_destination` along it, and
        `key`.
    """
    needed = ["line", "point", "entrance", "edge", "share", "steps", "before", "walk"]
    leave, arrive = (
        _keyed(network, period, used.table)[needed] for used in (origin_roads, destination_roads)
    )
    same = leave.merge(arrive, on="line", suffixes=("_origin", "_destination"))
    same = same[same["steps_destination"] >= same["steps_origin"]]
    driven = same["before_destination"] - same["before_origin"]
    return same.assign(key=driven + same["walk_origin"] + same["walk_destination"])


def straight_walks(origin_roads: UsedRoads, destination_roads: UsedRoads) -> pd.DataFrame:
    """List the journeys that are walked straight from point to point, without a car.

    Two places off the road may be nearer to each other than to it. A journey is walked straight if
    that is no longer than the walks to the road and from it together, and at most `MAX_SNAP_M`. A
    journey from a place to itself takes no time. Places on the roads along opposite banks of a
    river have no such walk, because their walks to the road are short.

    Returns
    -------
    pandas.DataFrame
        `point_origin`, `point_destination`, `entrance_origin`, `entrance_destination` (row numbers)
        and `key`, with no kilometres driven; one row a pair of points at most.
    """
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    if len(origin_roads.xy) and len(destination_roads.xy):
        # The point farther off the road sets the search radius: the sum of both distances to the
        # road is at most twice the greater of them.
        pairs.append(_within(origin_roads.xy, destination_roads.xy, 2 * origin_roads.off_m))
        pairs.append(
            _within(destination_roads.xy, origin_roads.xy, 2 * destination_roads.off_m)[:, ::-1]
        )
    origin, destination = np.unique(np.concatenate(pairs), axis=0).T
    if not origin.size:
        none = (
            "point_origin",
            "point_destination",
            "entrance_origin",
            "entrance_destination",
            "key",
        )
        return pd.DataFrame({name: [] for name in none}, dtype=np.int64)
    # Walked only where that is no farther than both walks to the road together (at least `TIE_M`).
    apart_m = np.hypot(*(origin_roads.xy[origin] - destination_roads.xy[destination]).T)
    detour_m = np.maximum(origin_roads.off_m[origin] + destination_roads.off_m[destination], TIE_M)
    near = apart_m <= np.minimum(detour_m, MAX_SNAP_M)
    ms = np.rint(apart_m[near] / WALK_M_PER_S * 1_000).astype(np.int64)
    walks = pd.DataFrame(
        {
            "point_origin": origin_roads.of_point[origin[near]],
            "point_destination": destination_roads.of_point[destination[near]],
            "entrance_origin": origin[near],
            "entrance_destination": destination[near],
            "key": pack(ms, np.zeros(int(near.sum()))),
        }
    )
    return walks.sort_values("key", kind="stable").drop_duplicates(
        ["point_origin", "point_destination"]
    )


def _within(places: Floats, others: Floats, radius_m: Floats) -> Ints:
    """List the pairs (place, other) no farther apart than the place's own radius, clipped."""
    radius_m = np.clip(radius_m, TIE_M, MAX_SNAP_M)
    around, index = shapely.points(places), shapely.STRtree(np.asarray(shapely.points(others)))
    return index.query(around, predicate="dwithin", distance=radius_m).T


def _links(used: UsedRoads, node: Ints, key: Ints) -> AccessLinks:
    return AccessLinks(used.points, used.table["point"].to_numpy(np.int64), node, key)


def _keyed(network: RoadNetwork, period: str, used: pd.DataFrame) -> pd.DataFrame:
    """Add keys: of the drive along the edge `before` and `after` the point, and of the `walk`."""
    edge = used["edge"].to_numpy()
    ms, length_m = network.weights_ms(period)[edge], network.edges["length_m"].to_numpy()[edge]
    # With unrounded shares the last bit of a quotient could change the milliseconds. With shares in
    # whole steps both products are exact, so they round alike on every machine and in the pages'
    # JavaScript.
    steps = np.rint(used["share"].to_numpy() * SHARE_STEPS)
    share = steps / SHARE_STEPS
    before_dm = np.rint(np.rint(length_m * 10) * share)
    before = pack(np.rint(ms * share).astype(np.int64), before_dm / 10)
    walk = pack(used["walk_ms"].to_numpy(), np.zeros(len(used)))
    after = pack(ms, length_m) - before
    return used.assign(before=before, after=after, walk=walk, steps=steps)
