"""The routers: our own over a road network, straight lines, and imported tables."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.errors import RoutingError
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import MAX_SNAP_M, WALK_M_PER_S, Role, Snapper, snapper
from llrgeo.schema import BNG, name_some
from llrgeo.travel.kernels import UNREACHABLE, Arcs, shortest_ms
from llrgeo.travel.times import Track, TravelTimes

_MS_PER_MIN: Final = 60_000


@dataclass(frozen=True, slots=True)
class NetworkRouter:
    """Shortest times over a road network, door to door without parking.

    A point is joined to its nearest edge: the walk to it at 5 km/h and the part of the edge are
    counted. A point with no edge within `max_snap_m` is unreachable.
    """

    network: RoadNetwork
    max_snap_m: float = MAX_SNAP_M

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes from every origin to every destination.

        Raises
        ------
        RoutingError
            If the network is not of this mode.
        """
        if mode != self.network.info.mode:
            msg = f"the network is for {self.network.info.mode}, not {mode}"
            raise RoutingError(msg)
        snapping = snapper(self.network, max_distance_m=self.max_snap_m)
        arcs, starts, ends = _joined(snapping, origins, destinations, period)
        parts = [shortest_ms(arcs, starts, ends[[j]]) for j in track(range(len(ends)))]
        ms = np.hstack(parts)
        minutes = np.where(ms == UNREACHABLE, np.inf, ms / _MS_PER_MIN)
        table = pd.DataFrame(
            minutes, origins.index.rename("area_id"), destinations.index.rename("site_id")
        )
        return TravelTimes(table, mode, period, "network", self.network.fingerprint)


@dataclass(frozen=True, slots=True)
class StraightLineRouter:
    """Straight-line distance times a detour factor at one speed: a first look, no network."""

    speed_kph: float = 40.0
    detour_factor: float = 1.3

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes from every origin to every destination."""
        from_, to = origins.to_crs(BNG), destinations.to_crs(BNG)
        metres = np.column_stack([from_.distance(to.iloc[j]) for j in track(range(len(to)))])
        km = pd.DataFrame(
            metres * self.detour_factor / 1_000,
            origins.index.rename("area_id"),
            destinations.index.rename("site_id"),
        )
        minutes = km / self.speed_kph * 60
        return TravelTimes(minutes, mode, period, "straight line", distance_km=km)


@dataclass(frozen=True, slots=True)
class MatrixRouter:
    """An imported table, for instance from a public-transport tool."""

    times: TravelTimes

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,  # noqa: ARG002 (the protocol's; nothing is computed)
    ) -> TravelTimes:
        """Return the table's minutes for these origins and destinations.

        Raises
        ------
        RoutingError
            If the table is of another mode or period, or lacks an origin or destination.
        """
        table = self.times
        if (mode, period) != (table.mode, table.period):
            msg = f"the table is for {table.mode} {table.period}, not {mode} {period}"
            raise RoutingError(msg)
        for wanted, held, what in (
            (origins.index, table.minutes.index, "areas"),
            (destinations.index, table.minutes.columns, "sites"),
        ):
            absent = wanted.difference(held)
            if len(absent):
                msg = f"the table lacks {len(absent)} {what} ({name_some(absent)})"
                raise RoutingError(msg)
        minutes = table.minutes.loc[origins.index, destinations.index]
        return TravelTimes(minutes, mode, period, table.engine)


def _joined(
    snapping: Snapper, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, period: str
) -> tuple[Arcs, NDArray[np.int64], NDArray[np.int64]]:
    """Add a node for each point and arcs that join it to the ends of its edge."""
    network = snapping.network
    ms = network.weights_ms(period)
    tail, head = network.edges[["from_node", "to_node"]].to_numpy(np.int64).T
    n = len(network.nodes)
    starts = n + np.arange(len(origins))
    ends = n + len(origins) + np.arange(len(destinations))
    out = _connectors(snapping, origins, ms, "origin")
    into = _connectors(snapping, destinations, ms, "destination")
    tails = [tail, starts[out["point"]], tail[into["edge"]]]
    heads = [head, head[out["edge"]], ends[into["point"]]]
    weights = [ms, out["after_ms"] + out["walk_ms"], into["before_ms"] + into["walk_ms"]]
    same = out.merge(into, on="edge", suffixes=("_out", "_into"))
    along = same["before_ms_into"] - same["before_ms_out"]
    direct = same[along >= 0]
    tails.append(starts[direct["point_out"]])
    heads.append(ends[direct["point_into"]])
    weights.append(along[along >= 0] + direct["walk_ms_out"] + direct["walk_ms_into"])
    joined = (
        np.concatenate([np.asarray(x, dtype=np.int64) for x in xs])
        for xs in (tails, heads, weights)
    )
    return Arcs(n + len(origins) + len(destinations), *joined), starts, ends


def _connectors(
    snapping: Snapper, points: gpd.GeoSeries, ms: NDArray[np.int64], role: Role
) -> pd.DataFrame:
    """List for each point the edges it can use: its own and, on a two-way road, the reverse."""
    network = snapping.network
    snaps = snapping.snap(points, role=role).assign(point=np.arange(len(points)))
    snaps = snaps[snaps["edge"] >= 0]
    back = snaps.assign(edge=reverse_edges(network)[snaps["edge"]], share=1 - snaps["share"])
    both = pd.concat([snaps, back[back["edge"] >= 0]], ignore_index=True)
    edge_ms = ms[both["edge"]]
    before = np.rint(edge_ms * both["share"]).astype(np.int64)
    walk = np.rint(both["distance_m"] / WALK_M_PER_S * 1_000).astype(np.int64)
    return both.assign(before_ms=before, after_ms=edge_ms - before, walk_ms=walk)


def reverse_edges(network: RoadNetwork) -> NDArray[np.int64]:
    """Return for every edge the row of the same road driven the other way; -1 where there is none.

    Two edges are one road if they join the same nodes, are of the same use and length.
    """
    edges = network.edges
    key = pd.DataFrame(
        {
            "tail": edges["from_node"],
            "head": edges["to_node"],
            "length": (edges["length_m"] * 100).round().astype(np.int64),
            "use": edges["use"],
            "edge": np.arange(len(edges)),
        }
    ).drop_duplicates(["tail", "head", "length", "use"])
    pairs = key.merge(
        key, left_on=["tail", "head", "length", "use"], right_on=["head", "tail", "length", "use"]
    )
    reverse = np.full(len(edges), -1)
    reverse[pairs["edge_x"]] = pairs["edge_y"]
    reverse[reverse == np.arange(len(edges))] = -1
    return reverse
