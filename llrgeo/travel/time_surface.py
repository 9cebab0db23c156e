"""The time between one site and any point of the land, as the matrix has it.

A point is joined to its nearest road and to no other, walks there, and drives on as the roads
allow. So the times of all points on one road are a few straight lines of the share of its length,
one for each edge along it, and a point's own time is the least of them and the walk.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import WALK_M_PER_S, Role, Snapper
from llrgeo.travel.times import Direction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Roads:
    """The roads that points of one role are joined to, each once, with the edges along it.

    Attributes
    ----------
    network, lines
        The network, and the line of each road.
    tree, of_piece, ends, shares
        An index of the straight pieces of the lines (what is nearest is found faster among short
        ones), the road of each, its two ends (x, y), and the shares of the road's length at them.
    max_distance_m
        A point farther from every road is joined to none.
    start, edge, ahead
        The edges along road i stand from `start[i]` to `start[i + 1]`, each with whether it runs
        as the road's line does.
    """

    network: RoadNetwork
    lines: NDArray[np.object_]
    tree: shapely.STRtree
    of_piece: Ints
    ends: Floats
    shares: Floats
    max_distance_m: float
    start: Ints
    edge: Ints
    ahead: NDArray[np.bool_]

    @classmethod
    def of(cls, snapping: Snapper, role: Role) -> Self:
        """Group the edges that points of a role may be joined to by their lines, either way."""
        # Edges of both directions lie on one line. Lines are normalised, so that both have the same
        # bytes, and `ahead` says which edges run the way of the line.
        tree, edges = snapping.trees[role]
        lines = tree.geometries
        either_way = shapely.normalize(lines)
        road, first = np.unique(shapely.to_wkb(either_way), return_index=True)
        number = np.searchsorted(road, shapely.to_wkb(either_way))
        order = np.argsort(number, kind="stable")
        ahead = shapely.to_wkb(lines) == shapely.to_wkb(either_way)
        start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=len(road)))])
        of_piece, ends, shares = _pieces(either_way[first])
        return cls(
            snapping.network,
            either_way[first],
            shapely.STRtree(np.asarray(shapely.linestrings(ends))),
            of_piece,
            ends,
            shares,
            snapping.max_distance_m,
            start,
            edges[order],
            ahead[order],
        )


@dataclass(frozen=True, slots=True)
class TimeSurface:
    """Milliseconds between one site and any point.

    Attributes
    ----------
    roads
        The roads that points are joined to.
    base, slope
        Of each edge of `roads`: the time from its road's point at share s is base + slope x s.
    own
        Where the site lies on one of these edges: `row` (of the edge), `share` of the site,
        `walk_ms` of the site. From behind it one drives there directly.
    """

    roads: Roads
    base: Floats
    slope: Floats
    own: pd.DataFrame

    @classmethod
    def of(
        cls, roads: Roads, end_ms: Floats, edge_ms: Floats, own: pd.DataFrame, direction: Direction
    ) -> Self:
        """Lay out the times of all roads.

        Parameters
        ----------
        roads
            The roads.
        end_ms
            Of every edge of the network, the time between the site and the edge's head (tail, if
            one comes from the site).
        edge_ms
            Of every edge, its own time.
        own
            The edges that the site lies on: `edge`, `share` along it, `walk_ms`.
        direction
            Which way one travels.
        """
        ms, end = edge_ms[roads.edge], end_ms[roads.edge]
        # Towards the site the share ahead is still to be driven, from the site the share behind.
        falls = roads.ahead == (direction == "to_site")
        rows = pd.DataFrame({"row": np.arange(len(roads.edge)), "edge": roads.edge})
        mine = own[["edge", "share", "walk_ms"]].merge(rows, on="edge")
        along = roads.ahead[mine["row"].to_numpy()]
        mine["share"] = np.where(along, mine["share"], 1 - mine["share"])
        return cls(roads, np.where(falls, end + ms, end), np.where(falls, -ms, ms), mine)

    def at(self, xy: Floats) -> Floats:
        """Return the milliseconds of points (x, y in rows), +inf where they join no road."""
        roads, found = self.roads, np.full(len(xy), np.inf)
        (which, piece), walk_m = roads.tree.query_nearest(
            shapely.points(xy), return_distance=True, all_matches=False
        )
        # Beyond the farthest walk to a road a point joins none, as in the matrix.
        near = walk_m <= roads.max_distance_m
        which, piece, walk_m = which[near], piece[near], walk_m[near]
        # How far along its piece each point is, and so along the road.
        begin, line = roads.ends[piece, 0], roads.ends[piece, 1] - roads.ends[piece, 0]
        squared = (line**2).sum(axis=1)
        along = ((xy[which] - begin) * line).sum(axis=1) / np.where(squared > 0, squared, 1.0)
        shares = roads.shares[piece]
        share = shares[:, 0] + (shares[:, 1] - shares[:, 0]) * np.clip(along, 0, 1)
        found[which] = self.along(roads.of_piece[piece], share) + self.walk_ms(walk_m)
        return found

    def walk_ms(self, walk_m: Floats) -> Floats:
        """Return what it takes to walk to the road, and what is lost at a journey's end."""
        return (walk_m / WALK_M_PER_S + self.roads.network.info.ends_s) * _MS

    def along(self, road: Ints, share: Floats) -> Floats:
        """Return the milliseconds of points on roads, at shares of their length."""
        start = self.roads.start
        counts = start[road + 1] - start[road]
        first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        # Each point's rows stand in a run: those of the edges along its road.
        rows = np.repeat(start[road] - first, counts) + np.arange(counts.sum())
        shares = np.repeat(share, counts)
        ms = self.base[rows] + self.slope[rows] * shares
        for row, site_share, walk in self.own[["row", "share", "walk_ms"]].itertuples(index=False):
            here = np.flatnonzero(rows == row)
            # Slopes that fall lead ahead to the site, those that rise lead back to it.
            ahead = (site_share - shares[here]) * -np.sign(self.slope[int(row)])
            direct = ahead * np.abs(self.slope[int(row)]) + walk
            ms[here] = np.where(ahead >= 0, np.minimum(ms[here], direct), ms[here])
        return np.asarray(np.minimum.reduceat(ms, first)) if len(road) else np.empty(0)


def _pieces(lines: NDArray[np.object_]) -> tuple[Ints, Floats, Floats]:
    """Cut lines at their points: the line of each piece, its ends, and shares of the line's length.

    A line of no length is at share 0.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[:-1] == line[1:]
    ends = np.stack([xy[:-1][joined], xy[1:][joined]], axis=1)
    of_piece = line[:-1][joined]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    total = np.bincount(of_piece, weights=length, minlength=len(lines))
    # Lengths are summed over all lines, then counted from where each line begins.
    behind = np.cumsum(length)
    before = (behind - length) - (np.cumsum(total) - total)[of_piece]
    whole = np.where(total > 0, total, 1.0)[of_piece]
    return of_piece, ends, np.column_stack([before, before + length]) / whole[:, None]
