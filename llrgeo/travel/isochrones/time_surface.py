"""The time between one site and any point of the land, as the matrix has it.

A point is joined to its nearest road and to no other, walks there, and drives on as the roads
allow. So the times of all points on one road are a few straight lines of the share of its length,
one for each edge along it, and a point's own time is the least of them and the walk. From a point
that is no farther from the site than both are from their roads together one walks straight.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.roads.edge_lines import edge_points
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.piece_grid import PieceGrid, cut
from llrgeo.roads.snap import MAX_SNAP_M, TIE_M, WALK_M_PER_S, Edges
from llrgeo.travel.isochrones.site_search import Doors, Reach
from llrgeo.travel.times import Direction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MS: Final = 1_000
_ROUNDING: Final = 1e-9  # of a road's length


@dataclass(frozen=True, slots=True)
class Roads:
    """The roads that points of one role are joined to, each once, with the edges along it.

    Attributes
    ----------
    network, boxes
        The network, and the least x and y and the greatest of each road, shape (4, roads).
    pieces, of_piece, shares
        The straight pieces of the lines by place, the road of each, and the shares of the road's
        length at its two ends.
    max_distance_m
        A point farther from every road is joined to none.
    start, edge, ahead
        The edges along road i stand from `start[i]` to `start[i + 1]`, each with whether it runs
        as the road's line does.
    public
        Which roads anyone may pass through. Others serve no point that one of these is as near to.
    """

    network: RoadNetwork
    boxes: Floats
    pieces: PieceGrid
    of_piece: Ints
    shares: Floats
    max_distance_m: float
    start: Ints
    edge: Ints
    ahead: NDArray[np.bool_]
    public: NDArray[np.bool_]

    @classmethod
    def of(cls, network: RoadNetwork, edges: Edges, max_distance_m: float = MAX_SNAP_M) -> Self:
        """Group edges (rows) that points may be joined to by their lines, either way."""
        # Edges of both directions lie on one line, and `ahead` says which run the way of the line.
        points, count = edge_points(network.nodes, network.edges, edges)
        either_way, ahead = _normalized(points, count)
        number, first = _alike(either_way, count)
        order = np.argsort(number, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=len(first)))])
        begin = np.cumsum(count) - count
        xy, count = either_way[_runs(begin[first], count[first])], count[first]
        of_piece, ends, shares = _pieces(xy, count)
        through = network.uses["through"][edges]
        return cls(
            network,
            _boxes(xy, count),
            PieceGrid.of(ends),
            of_piece,
            shares,
            max_distance_m,
            start,
            edges[order],
            ahead[order],
            np.bincount(number, through, minlength=len(first)) > 0,
        )

    def beside(self, xy: Floats, piece: Ints) -> tuple[Floats, Floats]:
        """Return how far points are from pieces, one each, and at which share of their roads.

        `xy` has shape (points, 2). Metres and shares of 0 to 1 have shape (points,).
        """
        ends = self.pieces.ends[piece]
        begin, line = ends[:, 0], ends[:, 1] - ends[:, 0]
        squared = (line**2).sum(axis=1)
        along = ((xy - begin) * line).sum(axis=1) / np.where(squared > 0, squared, 1.0)
        part = np.clip(along, 0, 1)
        walk_m = np.hypot(*(xy - begin - line * part[:, None]).T)
        shares = self.shares[piece]
        return walk_m, shares[:, 0] + (shares[:, 1] - shares[:, 0]) * part

    def points(self, pieces: Ints, spacing_m: float) -> tuple[Floats, Ints, Floats]:
        """Set points along pieces, their ends among them: places, roads, shares of the roads.

        Places have shape (points, 2), in metres; the others (points,), all in the order of pieces.
        """
        ends = self.pieces.ends[pieces]
        line = ends[:, 1] - ends[:, 0]
        gaps = np.maximum(np.ceil(np.hypot(*line.T) / spacing_m), 1).astype(np.int64)
        # The last point of a piece is the first of the next; only at the end of a road it is not.
        count = gaps + (self.shares[pieces, 1] >= 1 - _ROUNDING)
        part = _runs(np.zeros_like(count), count) / np.repeat(gaps, count)
        begin, more = self.shares[pieces].T
        xy = np.empty((len(part), 2))
        for at, first, along in zip(xy.T, ends[:, 0].T, line.T, strict=True):
            at[:] = np.repeat(first, count) + np.repeat(along, count) * part
        share = np.repeat(begin, count) + np.repeat(more - begin, count) * part
        return xy, np.repeat(self.of_piece[pieces], count), share


class OwnRoad(NamedTuple):
    """Edges that a site lies on: rows of edges, shares of their roads and walks, shape (edges,)."""

    row: Ints
    share: Floats
    walk_ms: Floats


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
        Where the site lies on one of these edges. From behind it one drives there directly.
    doors
        The site's entrances, from which one may walk straight.
    """

    roads: Roads
    base: Floats
    slope: Floats
    own: OwnRoad
    doors: Doors

    @classmethod
    def of(cls, roads: Roads, reach: Reach, edge_ms: Floats, direction: Direction) -> Self:
        """Lay out the times of all roads.

        Parameters
        ----------
        roads
            The roads.
        reach
            The times between the site and the head of every edge of the network (its tail, if one
            comes from the site), the edges that the site lies on, and its entrances.
        edge_ms
            Of every edge, its own time.
        direction
            Which way one travels.
        """
        ms, end = edge_ms[roads.edge], reach.ms[roads.edge]
        # Towards the site the share ahead is still to be driven, from the site the share behind.
        falls = roads.ahead == (direction == "to_site")
        rows = pd.DataFrame({"row": np.arange(len(roads.edge)), "edge": roads.edge})
        mine = reach.own[["edge", "share", "walk_ms"]].merge(rows, on="edge")
        row, share = mine["row"].to_numpy(), mine["share"].to_numpy()
        on_it = OwnRoad(
            row, np.where(roads.ahead[row], share, 1 - share), mine["walk_ms"].to_numpy(float)
        )
        return cls(
            roads, np.where(falls, end + ms, end), np.where(falls, -ms, ms), on_it, reach.doors
        )

    def at(self, xy: Floats) -> Floats:
        """Return the milliseconds of points (x, y in rows), +inf where they join no road."""
        return self.heights(xy, self.cells(xy))

    def cells(self, xy: Floats) -> Ints:
        """Return the piece of a road that each point is joined to, -1 for none.

        Of roads as near, to `TIE_M`, it is one that anyone may pass through, the one that is
        quickest, as in the matrix, and of those the first: the same whichever other roads are laid
        out.
        """
        which, piece, walk_m = self.roads.pieces.nearest(xy, TIE_M)
        return self._joined(xy, which, piece, walk_m)

    def choose(self, xy: Floats, cells: Ints) -> Ints:
        """Return the piece that each point is joined to, of a few pieces (columns) a point."""
        # Mostly all are one, which counts once.
        new = cells >= 0
        for column in range(1, cells.shape[1]):
            new[:, column] &= (cells[:, :column] != cells[:, column, None]).all(axis=1)
        which, at = np.nonzero(new)
        piece = cells[which, at]
        walk_m = np.full(cells.shape, np.inf)
        walk_m[which, at] = self.roads.beside(xy[which], piece)[0]
        near = (walk_m <= walk_m.min(axis=1)[:, None] + TIE_M)[which, at]
        return self._joined(xy, which[near], piece[near], walk_m[which, at][near])

    def _joined(self, xy: Floats, which: Ints, piece: Ints, walk_m: Floats) -> Ints:
        """Return the piece that each point is joined to, of those as near: rows in their order."""
        found = np.full(len(xy), -1)
        # Beyond the farthest walk to a road a point joins none, as in the matrix.
        near = walk_m <= self.roads.max_distance_m
        which, piece, walk_m = which[near], piece[near], walk_m[near]
        tied = np.bincount(which)[which] > 1
        found[which[~tied]] = piece[~tied]
        which, piece, walk_m = which[tied], piece[tied], walk_m[tied]
        # A road counts by its nearest piece.
        road = self.roads.of_piece[piece]
        order = np.lexsort((piece, walk_m, road, which))
        order = order[_changes(which[order]) | _changes(road[order])]
        which, piece, road = which[order], piece[order], road[order]
        walk_m, share = self.roads.beside(xy[which], piece)
        ms = self.along(road, share) + self.walk_ms(walk_m)
        order = np.lexsort((piece, ms, ~self.roads.public[road], which))
        first = order[_changes(which[order])]
        found[which[first]] = piece[first]
        return found

    def heights(self, xy: Floats, cells: Ints) -> Floats:
        """Return the milliseconds of points that are joined to given pieces; of -1 to none."""
        found, joined = np.full(len(xy), np.inf), cells >= 0
        walk_m, share = self.roads.beside(xy[joined], cells[joined])
        found[joined] = self.along(self.roads.of_piece[cells[joined]], share) + self.walk_ms(walk_m)
        off_m = np.full(len(xy), np.inf)
        off_m[joined] = walk_m
        return np.asarray(np.minimum(found, self.straight_ms(xy, off_m)))

    def straight_ms(self, xy: Floats, off_m: Floats) -> Floats:
        """Return the milliseconds of walks straight to or from the site, as `straight_walks` does.

        `off_m` says how far points, shape (points, 2), are from their roads; +inf are those too far
        from it, who walk to the road no more readily than to the site.
        """
        found: Floats = np.full(len(xy), np.inf)
        for door, door_off_m in zip(*self.doors, strict=True):
            apart_m = np.hypot(*(xy - door).T)
            walked = apart_m <= np.minimum(np.maximum(off_m + door_off_m, TIE_M), MAX_SNAP_M)
            ms = apart_m[walked] / WALK_M_PER_S * _MS
            found[walked] = np.minimum(found[walked], ms)
        return found

    def walk_ms(self, walk_m: Floats) -> Floats:
        """Return what each walk to the road takes, with what is lost at a journey's end."""
        return (walk_m / WALK_M_PER_S + self.roads.network.info.ends_s) * _MS

    def along(self, road: Ints, share: Floats) -> Floats:
        """Return the milliseconds of points on roads, at shares of their length."""
        start = self.roads.start
        counts = start[road + 1] - start[road]
        first = np.cumsum(counts) - counts
        # Each point's rows stand in a run: those of the edges along its road.
        rows = np.repeat(start[road] - first, counts) + np.arange(counts.sum())
        shares = np.repeat(share, counts)
        ms = self.base[rows] + self.slope[rows] * shares
        for row, site_share, walk in zip(*self.own, strict=True):
            here = np.flatnonzero(rows == row)
            # Slopes that fall lead ahead to the site, those that rise lead back to it.
            ahead = (site_share - shares[here]) * -np.sign(self.slope[row])
            direct = ahead * np.abs(self.slope[row]) + walk
            ms[here] = np.where(ahead >= 0, np.minimum(ms[here], direct), ms[here])
        return np.asarray(np.minimum.reduceat(ms, first))


def _changes(values: Ints) -> NDArray[np.bool_]:
    """Return which values, none below 0, differ from the one before, as the first does."""
    return np.asarray(np.diff(values, prepend=-1) != 0)


def _runs(begin: Ints, count: Ints) -> Ints:
    """Return the numbers of runs one after the other: so many from where each begins."""
    passed = np.cumsum(count) - count
    return np.repeat(begin - passed, count) + np.arange(count.sum())


def _normalized(xy: Floats, count: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the points of lines in the order that both directions share, and whose it was before.

    A line begins at its lower end, by x and then by y; where a ring begins is left to GEOS. Points
    have shape (points, 2), so many a line.
    """
    begin, last = np.cumsum(count) - count, np.cumsum(count) - 1
    apart = xy[begin] - xy[last]
    above = np.where(apart[:, 0] == 0, apart[:, 1], apart[:, 0])
    # A line that begins at its upper end is read from its last point to its first.
    back = np.repeat(above > 0, count)
    rows = np.arange(len(xy))
    made, kept = xy[np.where(back, np.repeat(begin + last, count) - rows, rows)], above < 0
    rings = above == 0
    points = np.repeat(rings, count)
    lines = shapely.linestrings(xy[points], indices=np.repeat(np.arange(rings.sum()), count[rings]))
    turned = shapely.normalize(lines)
    made[points] = shapely.get_coordinates(turned)
    kept[rings] = shapely.equals_exact(turned, lines)
    return made, kept


def _alike(xy: Floats, count: Ints) -> tuple[Ints, Ints]:
    """Return the number of each line by its coordinates, and the first line of each number.

    Numbers follow the order of the lines' well-known binary: by how many points they have, then by
    their coordinates, each read as the bytes that it is stored in.
    """
    # The bytes of a number in memory, read from the first, are an integer that sorts as they do.
    words = np.ascontiguousarray(xy).view("<u8").byteswap()
    begin = np.cumsum(count) - count
    number, first = np.empty(len(count), np.int64), [np.empty(0, np.int64)]
    numbered = 0
    sizes = np.unique(count)
    for size in sizes[np.argsort(sizes.astype("<u4").byteswap())]:
        rows = np.flatnonzero(count == size)
        keys = words[begin[rows][:, None] + np.arange(size)].reshape(len(rows), -1)
        order = np.lexsort(keys.T[::-1])  # the last key decides first; equal lines stay in order
        differs = np.ones(len(rows), dtype=bool)
        differs[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
        number[rows[order]] = numbered + np.cumsum(differs) - 1
        first.append(rows[order[differs]])
        numbered += int(differs.sum())
    return number, np.concatenate(first)


def _pieces(xy: Floats, count: Ints) -> tuple[Ints, Floats, Floats]:
    """Cut lines at their points: the line of each piece, its ends, and shares of the line's length.

    A line of no length is at share 0.
    """
    of_piece, ends = cut(xy, count)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    total = np.bincount(of_piece, weights=length, minlength=len(count))
    # Lengths are summed over all lines, then counted from where each line begins.
    behind = np.cumsum(length)
    before = (behind - length) - (np.cumsum(total) - total)[of_piece]
    whole = np.where(total > 0, total, 1.0)[of_piece]
    return of_piece, ends, np.column_stack([before, before + length]) / whole[:, None]


def _boxes(xy: Floats, count: Ints) -> Floats:
    """Return the least x and y and the greatest of each line, shape (4, lines)."""
    begin = np.cumsum(count) - count
    if not len(begin):
        return np.zeros((4, 0))
    return np.vstack([np.minimum.reduceat(xy, begin).T, np.maximum.reduceat(xy, begin).T])
