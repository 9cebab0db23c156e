"""A network and a yardstick, made ready to be timed again and again with other speeds."""

from dataclasses import dataclass
from typing import Self

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from speeds import edge_seconds
from yardsticks import Yardstick

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import WALK_M_PER_S, snapper

MARGIN_M = 10_000.0


@dataclass(frozen=True)
class Access:
    """How points reach the network: both ends of the edge that each is snapped to.

    Attributes
    ----------
    nodes
        (n, 2): the edge's first and last node.
    edge, share
        (n,) row of the edge; (n, 2) share of it to drive to either end.
    walk_s
        (n,) seconds on foot from the point to the edge.
    """

    nodes: NDArray[np.int64]
    edge: NDArray[np.int64]
    share: NDArray[np.float64]
    walk_s: NDArray[np.float64]

    @classmethod
    def of(cls, network: RoadNetwork, points: gpd.GeoSeries) -> Self:
        """Snap points to a network; edges count as two-way, which only the fit may assume."""
        snaps = snapper(network).snap(points, role="origin")
        edge = snaps["edge"].to_numpy(dtype=np.int64)
        nodes = network.edges[["from_node", "to_node"]].to_numpy(dtype=np.int64)[edge]
        share = snaps["share"].to_numpy()
        walk_s = (snaps["distance_m"] / WALK_M_PER_S).to_numpy()
        return cls(nodes, edge, np.column_stack([share, 1 - share]), walk_s)

    def seconds(self, edge_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return seconds (n, 2) from each point to either end of its edge."""
        return self.walk_s[:, None] + self.share * edge_s[self.edge][:, None]


@dataclass(frozen=True)
class Bench:
    """A network's untimed edges and the pairs of one yardstick on it.

    Attributes
    ----------
    edges
        Directed edges with what `edge_seconds` needs.
    near
        Which of the edges lie in the yardstick's region; journeys do not leave it.
    size
        Number of nodes.
    origins, destinations
        How the yardstick's places reach the network.
    pairs
        (m, 2) positions of origin and destination.
    minutes, group, destination
        (m,) independent minutes, the group held back together, the destination's label.
    extra
        Parameters, in minutes, that the independent minutes include besides driving.
    relative
        Whether a miss counts by its share of the minutes.
    """

    edges: pd.DataFrame
    near: NDArray[np.bool_]
    size: int
    origins: Access
    destinations: Access
    pairs: NDArray[np.int64]
    minutes: NDArray[np.float64]
    group: NDArray[np.str_]
    destination: NDArray[np.str_]
    extra: list[str]
    relative: bool

    @classmethod
    def of(cls, network: RoadNetwork, edges: pd.DataFrame, yardstick: Yardstick) -> Self:
        """Snap a yardstick's places to the network that these edges make."""
        pairs = yardstick.pairs
        origin = yardstick.origins.index.get_indexer(pd.Index(pairs["origin"]))
        destination = yardstick.destinations.index.get_indexer(pd.Index(pairs["destination"]))
        return cls(
            edges=edges,
            near=_in_region(network, yardstick),
            size=len(network.nodes),
            origins=Access.of(network, yardstick.origins),
            destinations=Access.of(network, yardstick.destinations),
            pairs=np.column_stack([origin, destination]),
            minutes=pairs["minutes"].to_numpy(),
            group=pairs["group"].to_numpy(dtype=str),
            destination=pairs["destination"].to_numpy(dtype=str),
            extra=list(yardstick.extra),
            relative=yardstick.relative,
        )

    def model_minutes(
        self, classes: pd.DataFrame, value: "pd.Series[float]"
    ) -> NDArray[np.float64]:
        """Return the modelled minutes (m,) of each pair, with what the yardstick includes."""
        edge_s = edge_seconds(self.edges, classes, value)
        reverse = self._reverse_graph(edge_s)
        between = dijkstra(reverse, indices=self.destinations.nodes.ravel())
        origin, destination = self.pairs.T
        leave = self.origins.seconds(edge_s)[origin]
        arrive = self.destinations.seconds(edge_s)[destination]
        ways = [
            leave[:, i] + between[2 * destination + j, self.origins.nodes[origin, i]] + arrive[:, j]
            for i in range(2)
            for j in range(2)
        ]
        driven_s: NDArray[np.float64] = np.min(ways, axis=0)
        return driven_s / 60 + float(value[self.extra].sum())

    def _reverse_graph(self, edge_s: NDArray[np.float64]) -> csr_array:
        """Return the graph with every edge turned round, the fastest of parallel edges."""
        reverse = self.edges[["to_node", "from_node"]].to_numpy()[self.near]
        seconds = edge_s[self.near]
        order = np.lexsort((seconds, reverse[:, 1], reverse[:, 0]))
        pair = reverse[order]
        first = np.r_[True, (pair[1:] != pair[:-1]).any(axis=1)]
        fastest, rows = seconds[order][first], pair[first]
        return csr_array((fastest, (rows[:, 0], rows[:, 1])), shape=(self.size, self.size))


def _in_region(network: RoadNetwork, yardstick: Yardstick) -> NDArray[np.bool_]:
    """Say which edges have both ends in the yardstick's bounding box and a margin around it."""
    bounds = [yardstick.origins.total_bounds, yardstick.destinations.total_bounds]
    low = np.min(bounds, axis=0)[:2] - MARGIN_M
    high = np.max(bounds, axis=0)[2:] + MARGIN_M
    xy = network.nodes[["x", "y"]].to_numpy()
    inside = ((xy >= low) & (xy <= high)).all(axis=1)
    near: NDArray[np.bool_] = inside[network.edges[["from_node", "to_node"]]].all(axis=1)
    return near
