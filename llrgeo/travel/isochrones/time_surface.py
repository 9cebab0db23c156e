"""The time between one site and any point of the land, exactly as the matrix has it.

A journey starts with the walk to the nearest road, and continues by the roads. So the times of all
points on one road are a few linear functions of the share of its length, one for each edge along
it, and a point's time is the least of them plus the walk. From a point that is no farther from the
site than both are from their roads together one walks straight.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.roads.edge_lines import edge_points
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.piece_grid import PieceGrid, cut, numbers_of_runs
from llrgeo.roads.snap import MAX_SNAP_M, TIE_M, WALK_M_PER_S, Edges
from llrgeo.travel.isochrones.site_search import Entrances, Reach
from llrgeo.travel.times import Direction

_MS_PER_S: Final = 1_000
_ROUNDING: Final = 1e-9  # of a road's length


@dataclass(frozen=True, slots=True)
class Roads:
    """The roads that points of one role are joined to, each once, with the edges along it.

    Attributes
    ----------
    network, boxes
        The network, and the least and greatest x and y of each road, shape (4, roads).
    pieces, of_piece, shares
        A spatial index of the straight pieces of the lines, the road of each piece, and the shares
        of the road's length at its two ends.
    max_distance_m
        A point farther than this from every road is joined to none.
    start, edge, ahead
        The edges along road i are at rows `start[i]` to `start[i + 1]` of `edge`; `ahead` tells
        whether an edge has the direction of the road's line.
    public
        Which roads are for through traffic. A point is joined to another road only if that is
        nearer than all of these.
    """

    network: RoadNetwork
    boxes: Floats
    pieces: PieceGrid
    of_piece: Ints
    shares: Floats
    max_distance_m: float
    start: Ints
    edge: Ints
    ahead: Bools
    public: Bools

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
        _, points_of_first = numbers_of_runs(begin[first], count[first])
        xy, count = either_way[points_of_first], count[first]
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
        """Return the distance of points to pieces, one each, and the shares of their roads there.

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
        """Return points along pieces, with their ends: coordinates, roads, shares of the roads.

        Coordinates have shape (points, 2), in metres; the others (points,); in the order of pieces.
        """
        ends = self.pieces.ends[pieces]
        line = ends[:, 1] - ends[:, 0]
        gaps = np.maximum(np.ceil(np.hypot(*line.T) / spacing_m), 1).astype(np.int64)
        # The last point of a piece is the first of the next; only at the end of a road it is not.
        count = gaps + (self.shares[pieces, 1] >= 1 - _ROUNDING)
        part = numbers_of_runs(np.zeros_like(count), count)[1] / np.repeat(gaps, count)
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
        For each edge of `roads`: the time of its road's point at share s is base + slope x s.
    own
        The edges that the site lies on: one may drive along them directly.
    entrances
        The site's entrances, from which one may walk straight.
    """

    roads: Roads
    base: Floats
    slope: Floats
    own: OwnRoad
    entrances: Entrances

    @classmethod
    def of(cls, roads: Roads, reach: Reach, edge_ms: Floats, direction: Direction) -> Self:
        """Build the surface from the times of all roads.

        Parameters
        ----------
        roads
            The roads.
        reach
            The times between the site and the head of every edge of the network (its tail, if one
            comes from the site), the edges that the site lies on, and its entrances.
        edge_ms
            The time along every edge of the network.
        direction
            The direction of travel.
        """
        ms, end = edge_ms[roads.edge], reach.ms[roads.edge]
        # To the site one drives the share of the edge ahead, from the site the share behind.
        falls = roads.ahead == (direction == "to_site")
        rows = pd.DataFrame({"row": np.arange(len(roads.edge)), "edge": roads.edge})
        mine = reach.own[["edge", "share", "walk_ms"]].merge(rows, on="edge")
        row, share = mine["row"].to_numpy(), mine["share"].to_numpy()
        on_it = OwnRoad(
            row, np.where(roads.ahead[row], share, 1 - share), mine["walk_ms"].to_numpy(float)
        )
        return cls(
            roads, np.where(falls, end + ms, end), np.where(falls, -ms, ms), on_it, reach.entrances
        )

    def at(self, xy: Floats) -> Floats:
        """Return the milliseconds of points (x, y in rows), +inf where they join no road."""
        return self.heights(xy, self.cells(xy))

    def cells(self, xy: Floats) -> Ints:
        """Return the piece of a road that each point is joined to, -1 for none.

        Of roads equally near, to `TIE_M`, one for through traffic is chosen, then the quickest, as
        in the matrix, then the first: the choice does not depend on what other roads there are.
        """
        which, piece, walk_m = self.roads.pieces.nearest(xy, TIE_M)
        return self._joined(xy, which, piece, walk_m)

    def choose(self, xy: Floats, cells: Ints) -> Ints:
        """Return the piece that each point is joined to, out of a few pieces (columns) a point."""
        # Mostly all columns are the same piece, which is looked at once.
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
        """Return each point's piece, out of candidates `piece` at `walk_m` for rows `which`."""
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

        `xy` has shape (points, 2). `off_m` is the distance of points from their roads, +inf where
        they are joined to none.
        """
        found: Floats = np.full(len(xy), np.inf)
        for entrance, entrance_off_m in zip(*self.entrances, strict=True):
            apart_m = np.hypot(*(xy - entrance).T)
            walked = apart_m <= np.minimum(np.maximum(off_m + entrance_off_m, TIE_M), MAX_SNAP_M)
            ms = apart_m[walked] / WALK_M_PER_S * _MS_PER_S
            found[walked] = np.minimum(found[walked], ms)
        return found

    def walk_ms(self, walk_m: Floats) -> Floats:
        """Return the milliseconds of walks to the road, with the fixed time at a journey's end."""
        return (walk_m / WALK_M_PER_S + self.roads.network.info.ends_s) * _MS_PER_S

    def along(self, road: Ints, share: Floats) -> Floats:
        """Return the milliseconds of points on roads, at shares of their length."""
        start = self.roads.start
        counts = start[road + 1] - start[road]
        first = np.cumsum(counts) - counts
        # The rows of each point are consecutive: the edges along its road.
        rows = np.repeat(start[road] - first, counts) + np.arange(counts.sum())
        shares = np.repeat(share, counts)
        ms = self.base[rows] + self.slope[rows] * shares
        for row, site_share, walk in zip(*self.own, strict=True):
            here = np.flatnonzero(rows == row)
            # Where times fall along the road, the site is ahead; where they rise, behind.
            ahead = (site_share - shares[here]) * -np.sign(self.slope[row])
            direct = ahead * np.abs(self.slope[row]) + walk
            ms[here] = np.where(ahead >= 0, np.minimum(ms[here], direct), ms[here])
        return np.asarray(np.minimum.reduceat(ms, first))


def _changes(values: Ints) -> Bools:
    """Return which values (none below 0) differ from the one before; the first always does."""
    return np.asarray(np.diff(values, prepend=-1) != 0)


def _normalized(xy: Floats, count: Ints) -> tuple[Floats, Bools]:
    """Return the points of lines in an order that both directions share, and which had it before.

    A line begins at its lower end, by x and then by y; rings are normalized by GEOS. Points have
    shape (points, 2); `count` is the number of points of each line.
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
    """Return a number for each line, equal for equal lines, and the first line of each number.

    Numbers follow the order of the lines' well-known binary: by number of points, then by
    coordinates, compared as the bytes that they are stored in.
    """
    # With its bytes reversed, a float is an integer that sorts as its bytes in memory do.
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
    """Cut lines into straight pieces: the line of each piece, its ends, its shares of the line.

    Ends have shape (pieces, 2, 2), shares at the ends (pieces, 2): 0 for a line of no length.
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
    """Return the least and the greatest x and y of each line, shape (4, lines)."""
    begin = np.cumsum(count) - count
    if not len(begin):
        return np.zeros((4, 0))
    return np.vstack([np.minimum.reduceat(xy, begin).T, np.maximum.reduceat(xy, begin).T])
