"""The straight pieces of roads that are nearest to points, found by a grid of square cells.

An index of rectangles (`shapely.STRtree`) looks up one point after the other. For hundreds of
thousands of points, as along the border of an area, array operations over all of them are faster.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from scipy.sparse import csr_array

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.roads.edge_lines import within

_Found: TypeAlias = tuple[Ints, Ints, Floats]

_HAIR_M: Final = 0.001  # more than any rounding
# Points of one look-up: the arrays of candidates take some 12 KB a point.
_AT_ONCE: Final = 1 << 10


@dataclass(frozen=True, slots=True)
class PieceGrid:
    """Straight pieces of lines by the cells of a grid that they pass through.

    Attributes
    ----------
    ends
        Both ends of each piece, shape (pieces, 2, 2), in metres.
    corner, cell_m
        The lower left corner of the grid, and how wide its cells are.
    near
        For each cell (rows from south to north) a piece in the nearest cell that has any.
    start, piece
        The pieces of all cells, row by row: those of cell i are `piece[start[i] : start[i + 1]]`.
    """

    ends: Floats
    corner: Floats
    cell_m: float
    near: Ints
    start: Ints
    piece: Ints

    @classmethod
    def of(cls, ends: Floats) -> Self:
        """Sort pieces, given by their ends, into a grid of about as many cells as pieces."""
        from scipy.ndimage import distance_transform_edt

        if not len(ends):
            return cls(ends, np.zeros(2), 1.0, *np.zeros((3, 1, 1), dtype=np.int64))
        x, y = ends.reshape(-1, 2).T
        corner = np.array([x.min(), y.min()]) - _HAIR_M
        size_m = np.array([x.max(), y.max()]) - corner + _HAIR_M
        # About as many cells as pieces, also where all pieces lie on one line.
        cell_m = max(np.sqrt(size_m.prod() / len(ends)), size_m.max() / len(ends), 1.0)
        columns, rows = (size_m // cell_m).astype(np.int64) + 1
        found = _in_cells(ends, corner, cell_m, columns)
        cells = csr_array(found, shape=(rows * columns, len(ends)))
        start, piece = cells.indptr.astype(np.int64), cells.indices.astype(np.int64)
        empty = (start[1:] == start[:-1]).reshape(rows, columns)
        row, column = distance_transform_edt(empty, return_distances=False, return_indices=True)
        return cls(ends, corner, cell_m, piece[start[row * columns + column]], start, piece)

    def touching(self, land: Floats) -> Ints:
        """Return the pieces whose boxes touch a piece of land, itself a box of shape (4,)."""
        first, last = self.ends[:, 0].T, self.ends[:, 1].T
        boxes = np.concatenate([np.minimum(first, last), np.maximum(first, last)])
        return np.flatnonzero(within(boxes, land))

    def nearest(self, xy: Floats, slack_m: float = 0.0) -> _Found:
        """Return the pieces nearest to points, shape (points, 2), and all within a slack of those.

        Returns
        -------
        tuple of numpy.ndarray
            One row a point and piece, in the order of points: row of the point, piece (a pair may
            be repeated), metres between them. Without pieces there is no row.
        """

        def some(rows: slice) -> _Found:
            column, row = self._cell(xy[rows]).T
            # The distance to a near piece is an upper bound for the nearest one, which limits the
            # cells to look in.
            which, piece, found_m = self._around(
                xy[rows], apart_m(xy[rows], self.ends[self.near[row, column]]) + slack_m
            )
            # Each point has at least one row, that of the near piece.
            first = np.searchsorted(which, np.arange(len(row)))
            nearest = found_m <= (np.minimum.reduceat(found_m, first) + slack_m)[which]
            return which[nearest], piece[nearest], found_m[nearest]

        return self._by_parts(len(xy), some)

    def within(self, xy: Floats, radius_m: Floats) -> _Found:
        """Return the pieces within each point's own radius, as `nearest` returns them."""

        def some(rows: slice) -> _Found:
            which, piece, found_m = self._around(xy[rows], radius_m[rows])
            near = found_m <= radius_m[rows][which]
            return which[near], piece[near], found_m[near]

        return self._by_parts(len(xy), some)

    def _by_parts(self, points: int, some: Callable[[slice], _Found]) -> _Found:
        """Return the results of `some` for all points, computed for `_AT_ONCE` points at a time."""
        starts = range(0, points if len(self.ends) else 0, _AT_ONCE)
        found = [some(slice(start, start + _AT_ONCE)) for start in starts]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        passed = [np.full(len(part[0]), start) for part, start in zip(found, starts, strict=True)]
        which, piece, found_m = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return which + np.concatenate(passed), piece, found_m

    def _around(self, xy: Floats, most_m: Floats) -> _Found:
        """Return the pieces in the cells around points, up to `most_m`, and their distances.

        These are all pieces within that distance, and some beyond.
        """
        columns = self.near.shape[1]
        most = most_m[:, None] + _HAIR_M
        low, high = self._cell(xy - most), self._cell(xy + most)
        # Cells of one row are consecutive, and so are their pieces: one run for each point and row.
        point, row = numbers_of_runs(low[:, 1], high[:, 1] - low[:, 1] + 1)
        begin = self.start[row * columns + low[point, 0]]
        count = self.start[row * columns + high[point, 0] + 1] - begin
        run, at = numbers_of_runs(begin, count)
        which, piece = point[run], self.piece[at]
        return which, piece, apart_m(xy[which], self.ends[piece])

    def _cell(self, xy: Floats) -> Ints:
        """Return the column and row of the cell of each point, or the nearest in the grid."""
        last = np.array(self.near.shape)[::-1] - 1
        return np.clip(np.floor((xy - self.corner) / self.cell_m), 0, last).astype(np.int64)


def apart_m(xy: Floats, ends: Floats) -> Floats:
    """Return the distances of points, shape (points, 2), to pieces, one each, shape (points, 2, 2).

    Computed in the steps of GEOS, so that distances are equal bit for bit, and all pieces that meet
    at a corner are equally near to points beyond it.
    """
    (ax, ay), (bx, by) = ends[:, 0].T, ends[:, 1].T
    x, y = xy.T
    along_x, along_y = bx - ax, by - ay
    squared = along_x * along_x + along_y * along_y
    with np.errstate(divide="ignore", invalid="ignore"):  # a piece of no length is a point
        share = ((x - ax) * along_x + (y - ay) * along_y) / squared
        beside = np.abs(((ay - y) * along_x - (ax - x) * along_y) / squared) * np.sqrt(squared)
    before, behind = (squared == 0) | (share <= 0), share >= 1
    end_x, end_y = x - np.where(before, ax, bx), y - np.where(before, ay, by)
    found: Floats = np.where(before | behind, np.sqrt(end_x * end_x + end_y * end_y), beside)
    return found


def cut(xy: Floats, count: Ints) -> tuple[Ints, Floats]:
    """Cut lines at their points: the line of each piece, and its ends, shape (pieces, 2, 2).

    Points have shape (points, 2), line after line; `count` is the number of points of each line.
    """
    line = np.repeat(np.arange(len(count)), count)
    joined = line[:-1] == line[1:]
    return line[:-1][joined], np.stack([xy[:-1][joined], xy[1:][joined]], axis=1)


def _in_cells(
    ends: Floats, corner: Floats, cell_m: float, columns: int
) -> tuple[Bools, tuple[Ints, Ints]]:
    """Return a sparse matrix of cells (rows) and the pieces that pass through or beside them."""
    line = ends[:, 1] - ends[:, 0]
    # Parts are shorter than a cell is wide, so that each reaches from its cell at most to the next.
    parts = (np.hypot(*line.T) // cell_m).astype(np.int64) + 1
    piece, number = numbers_of_runs(np.zeros(len(ends), np.int64), parts)
    low, beyond = [], []
    for begin, step, edge in zip(ends[:, 0].T, line.T / parts, corner, strict=True):
        x, step_x = begin[piece] - edge, step[piece]
        both = [np.floor((x + step_x * (number + i)) / cell_m).astype(np.int64) for i in (0, 1)]
        low.append(np.minimum(*both))
        beyond.append(both[0] != both[1])
    cell = low[1] * columns + low[0]
    across, up = map(np.flatnonzero, beyond)
    slant = across[beyond[1][across]]
    rows = np.concatenate([cell, cell[across] + 1, cell[up] + columns, cell[slant] + columns + 1])
    found = piece[np.concatenate([np.arange(len(cell)), across, up, slant])]
    return np.ones(len(rows), dtype=bool), (rows, found)


def numbers_of_runs(begin: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of runs: `count[i]` consecutive ones from `begin[i]` on, run after run.

    The first array is the run of each number, the second the number.
    """
    run = np.repeat(np.arange(len(count)), count)
    passed = np.cumsum(count) - count
    return run, np.arange(len(run)) + np.repeat(begin - passed, count)
