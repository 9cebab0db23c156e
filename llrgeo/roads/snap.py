"""Snap points to the nearest edge at which a journey may start or end."""

from dataclasses import dataclass
from typing import Final, Literal, Self, TypeAlias, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from llrgeo.arrays import Bools, Floats
from llrgeo.errors import NetworkError
from llrgeo.roads.edge_lines import edge_lines, edge_points, within
from llrgeo.roads.islands import on_islands
from llrgeo.roads.network import EdgeUse, RoadNetwork
from llrgeo.roads.piece_grid import PieceGrid, cut
from llrgeo.schema import BNG

MAX_SNAP_M: Final = 1_600.0
TIE_M: Final = 0.25  # points are given to about a decimetre: nearer roads count as equally near
WALK_M_PER_S: Final = 5_000 / 3_600
_SAME_M: Final = 1e-6  # distances that differ by less differ by rounding alone

Role = Literal["origin", "destination"]
Edges: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class EdgeIndex:
    """A spatial index of edges.

    Attributes
    ----------
    edges
        Rows of the network's edges, ascending.
    pieces, of_piece
        The straight pieces of their lines, and the edge of each, as its number in `edges`.
    """

    edges: Edges
    pieces: PieceGrid
    of_piece: Edges

    @classmethod
    def of(cls, network: RoadNetwork, edges: Edges) -> Self:
        """Index some edges of a network, given by their rows."""
        of_piece, ends = cut(*edge_points(network.nodes, network.edges, edges))
        return cls(edges, PieceGrid.of(ends), of_piece)

    def nearest_m(self, xy: Floats) -> Floats:
        """Return the metres from points (x, y in rows) to the nearest edge; +inf without one."""
        near_m, placed = np.full(len(xy), np.inf), np.flatnonzero(np.isfinite(xy).all(axis=1))
        which, _, found_m = self.pieces.nearest(xy[placed])
        near_m[placed[which]] = found_m
        return near_m

    def within(self, xy: Floats, radius_m: Floats) -> tuple[Edges, Edges]:
        """Return the edges within each point's own radius: rows of points, and numbers of edges.

        Each pair once, sorted.
        """
        which, piece, _ = self.pieces.within(xy, radius_m)
        # Each once by hash, then sorted: several times as fast as np.unique.
        pairs = np.sort(pd.unique(which * len(self.edges) + self.of_piece[piece]))
        point, number = np.divmod(pairs, max(len(self.edges), 1))
        return point, number


Indexes: TypeAlias = dict[Role, EdgeIndex]
"""The edges that serve each role."""


@dataclass(frozen=True, slots=True)
class Snapper:
    """A network prepared for snapping: a spatial index of its edges for each role.

    Attributes
    ----------
    network
        The network.
    max_distance_m
        A point farther than this from every edge is not snapped.
    """

    network: RoadNetwork
    indexes: Indexes
    max_distance_m: float = MAX_SNAP_M

    def snap(self, points: gpd.GeoSeries, *, role: Role) -> pd.DataFrame:
        """Snap points to the nearest edge that may serve a role.

        Of edges that are equally near, such as both directions of a street, the one with the
        lowest end, by x and then by y, is chosen, and of those with the same ends the first.

        Parameters
        ----------
        points
            Points in any declared CRS.
        role
            `origin` leaves the point, `destination` arrives at it.

        Returns
        -------
        pandas.DataFrame
            On the points' index: `edge` (row of the network's edges; -1 if none is within the
            limit), `offset_m` along the edge, `share` (0 to 1 of the edge's length),
            `distance_m` from point to edge (measured also where it is beyond the limit).

        Raises
        ------
        NetworkError
            If the points have no coordinate system.
        """
        places = _in_metres(points)
        # Points without any road stay at -1 and an infinite distance.
        where, edge, distance = self._nearest(places, role)
        nearest = np.full(len(places), -1)
        distance_m = np.full(len(places), np.inf)
        nearest[where], distance_m[where] = edge, distance
        along = np.zeros((2, len(places)))
        along[:, where] = _along(self._lines(edge), places[where])
        offset_m, share = along
        nearest[distance_m > self.max_distance_m] = -1
        columns = {"edge": nearest, "offset_m": offset_m, "share": share, "distance_m": distance_m}
        return pd.DataFrame(columns, index=points.index)

    def distances_m(self, points: gpd.GeoSeries, *, role: Role) -> Floats:
        """Return the metres from points to the nearest edge that may serve a role, shape (points,).

        +inf where no edge may.

        Raises
        ------
        NetworkError
            If the points have no coordinate system.
        """
        return self.indexes[role].nearest_m(_xy(_in_metres(points)))

    def joined(
        self, points: gpd.GeoSeries, near_m: Floats, *, role: Role
    ) -> tuple[NDArray[np.intp], Edges]:
        """List every edge that is as near to a point as its nearest one, to `TIE_M`.

        These are both directions of a road and its copies, and all streets where a point lies on a
        junction or half way between them. A road that only serves the ends of journeys does not
        count where a public road is as near: a point at its mouth is on the street.

        Parameters
        ----------
        points
            Points in any declared CRS.
        near_m
            Metres from each to its nearest edge, as `distances_m` returns.
        role
            `origin` leaves the point, `destination` arrives at it.

        Returns
        -------
        tuple of arrays
            Pairs of points (row numbers) and edges (rows of the network's edges), sorted. A point
            beyond the limit from every edge is in no pair.

        Raises
        ------
        NetworkError
            If the points have no coordinate system.
        """
        xy = _xy(_in_metres(points))
        index, near = self.indexes[role], np.flatnonzero(near_m <= self.max_distance_m)
        which, found = index.within(xy[near], near_m[near] + TIE_M)
        point, edge = near[which], index.edges[found]
        # Private roads serve a point only where no public road is as near.
        public = self.network.uses["through"][edge]
        has_public = np.bincount(point[public], minlength=len(xy)) > 0
        kept = public | ~has_public[point]
        return point[kept], edge[kept]

    def links(self, points: gpd.GeoSeries, near_m: Floats, *, role: Role) -> pd.DataFrame:
        """List the edges that points are joined to, and where each point lies along them.

        Parameters and errors are those of `joined`.

        Returns
        -------
        pandas.DataFrame
            One row a point and edge, sorted: `point` (row number), `edge` (row of the network's
            edges), `share` along it, `distance_m` from the point. A point beyond the limit from
            every edge has no row.
        """
        places = _in_metres(points)
        point, edge = self.joined(points, near_m, role=role)
        lines = self._lines(edge)
        return pd.DataFrame(
            {
                "point": point,
                "edge": edge,
                "share": _along(lines, places[point])[1],
                "distance_m": shapely.distance(lines, places[point]),
            }
        )

    def _nearest(self, places: NDArray[np.object_], role: Role) -> tuple[Edges, Edges, Floats]:
        """Return places that have an edge, their nearest one by the rule of `snap`, and metres."""
        index, xy = self.indexes[role], _xy(places)
        near_m = index.nearest_m(xy)
        near = np.flatnonzero(np.isfinite(near_m))
        # The rule chooses among all edges that are equally near.
        which, number = index.within(xy[near], near_m[near] + _SAME_M)
        low = _lowest_ends(self._lines(index.edges[number]))
        # Sorted by place, lowest end and row, the first of each place is the chosen one.
        order = np.lexsort((number, low[:, 1], low[:, 0], which))
        which, number = which[order], number[order]
        first = np.diff(which, prepend=-1) > 0
        where = near[which[first]]
        return where, index.edges[number[first]], near_m[where]

    def _lines(self, edges: Edges) -> NDArray[np.object_]:
        return edge_lines(self.network.nodes, self.network.edges, edges)


def snapper(network: RoadNetwork, *, max_distance_m: float = MAX_SNAP_M) -> Snapper:
    """Index the edges of a network that may serve points (`serving_edges`) by place."""
    indexes: Indexes = {}
    for role, rows in serving_edges(network).items():
        # Where no road only starts or ends a journey, both roles share one index.
        known = (index for index in indexes.values() if np.array_equal(index.edges, rows))
        indexes[role] = next(known, None) or EdgeIndex.of(network, rows)
    return Snapper(network, indexes, max_distance_m)


def snapper_about(
    network: RoadNetwork, points: gpd.GeoSeries, role: Role, *, edges: Edges, boxes: Floats
) -> Snapper:
    """Return a snapper of only the edges that points of a role may be joined to.

    Parameters
    ----------
    network, points, role
        The network, and the points, any declared CRS, with their role.
    edges
        The edges that may serve the role (`serving_edges`).
    boxes
        The box of every edge of the network (`edge_boxes`).

    Raises
    ------
    NetworkError
        If the points have no coordinate system, or a stored geometry is no line.
    """
    # The box around all points, extended by the longest walk to a road.
    around = shapely.total_bounds(_in_metres(points)) + MAX_SNAP_M * np.array([-1, -1, 1, 1])
    near = edges[within(boxes[:, edges], around)]
    return Snapper(network, {role: EdgeIndex.of(network, near)})


def serving_edges(network: RoadNetwork) -> dict[Role, Edges]:
    """Return the rows of the edges of a network that may serve origins, and destinations.

    The main component is the largest set of nodes that can all reach one another by roads for
    through traffic. A road serves origins if it leads into the component, and destinations if it
    leads out of it; a one-way dead end serves only one of them. The same holds for roads that only
    start (or end) journeys, also by way of others of their kind. Roads for through traffic on an
    island (`on_islands`) serve both, for journeys within it.
    """
    snappable = network.edges["snappable"].to_numpy(bool)
    through, starts, ends = (network.uses[name] for name in get_args(EdgeUse))
    head, tail = (network.edges[end].to_numpy() for end in ("to_node", "from_node"))
    graph = _graph(network, through)
    label = _components(graph)
    main = _largest(label)
    # A journey starts on an edge whose head leads into the main component, and ends on one whose
    # tail is reached from it. Where all roads are public, one graph serves for both.
    leads = _graph(network, through | starts) if starts.any() else graph
    reached = _graph(network, through | ends) if ends.any() else graph
    leading, led_to = _reached(leads.T.tocsr(), main), _reached(reached, main)
    island = on_islands(network.nodes[["x", "y"]].to_numpy(float), label, main, leading | led_to)
    inland = through & island[tail] & (label[tail] == label[head])
    origin = (through | starts) & leading[head] | inland
    destination = (through | ends) & led_to[tail] | inland
    return {
        "origin": np.flatnonzero(snappable & origin),
        "destination": np.flatnonzero(snappable & destination),
    }


def main_component(network: RoadNetwork) -> Bools:
    """Return for every node whether it is in the largest strongly connected component."""
    return _largest(_components(_graph(network, network.uses["through"])))


def _components(graph: csr_array) -> NDArray[np.int32]:
    """Return the strongly connected component of every node of a graph, numbered from 0."""
    label: NDArray[np.int32] = connected_components(graph, directed=True, connection="strong")[1]
    return label


def _largest(label: NDArray[np.int32]) -> Bools:
    """Return for every node whether it is in the largest component."""
    main: Bools = label == np.bincount(label).argmax()
    return main


def _lowest_ends(lines: NDArray[np.object_]) -> Floats:
    """Return the lower of both ends of each line, by x and then by y."""
    start = shapely.get_coordinates(shapely.get_point(lines, 0))
    end = shapely.get_coordinates(shapely.get_point(lines, -1))
    lower = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    return np.where(lower[:, None], end, start)


def _in_metres(points: gpd.GeoSeries) -> NDArray[np.object_]:
    if points.crs is None:
        msg = "points to snap have no coordinate system; set one with set_crs"
        raise NetworkError(msg)
    places: NDArray[np.object_] = points.to_crs(BNG).to_numpy()
    return places


def _xy(places: NDArray[np.object_]) -> Floats:
    """Return x and y of places in rows, NaN of those that have none."""
    return np.column_stack([shapely.get_x(places), shapely.get_y(places)])


def _along(lines: NDArray[np.object_], places: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Return the position of each place along its line: metres, and share of the line's length."""
    offset_m, length_m = shapely.line_locate_point(lines, places), shapely.length(lines)
    return offset_m, np.divide(offset_m, length_m, out=np.zeros(len(lines)), where=length_m > 0)


def _reached(graph: csr_array, main: Bools) -> Bools:
    """Return the nodes that arcs of a graph lead to from the main component, with its own nodes."""
    reached = main.copy()
    if main.any():
        found = breadth_first_order(graph, int(main.argmax()), return_predecessors=False)
        reached[found] = True
    return reached


def _graph(network: RoadNetwork, edges: Bools) -> csr_array:
    """Return some edges of a network as a matrix of arcs."""
    tail, head = (network.edges[end].to_numpy()[edges] for end in ("from_node", "to_node"))
    ones = np.ones(len(tail), dtype=np.int8)
    n = len(network.nodes)
    return csr_array((ones, (tail, head)), shape=(n, n))
