"""Ways: the roads that lead from many places to one, as a tree that branches outwards."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from llrgeo.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class WayTree:
    """The ways from some places to one, along the roads.

    Attributes
    ----------
    xy
        Places on the way, in metres (EPSG:27700), shape (places, 2); the first is the destination.
    parent
        The row of the place that comes next on the way, which is less than the place's own. -1 for
        the destination.
    start
        The row at which the way from an origin begins, by the origin's id.
    """

    xy: Floats
    parent: Ints
    start: Mapping[str, int]

    def way(self, origin: str) -> Floats:
        """Return the places from an origin to the destination, shape (places, 2).

        Raises
        ------
        KeyError
            If the tree has no way from there.
        """
        rows: list[int] = []
        row = self.start[origin]
        while row >= 0:
            rows.append(row)
            row = int(self.parent[row])
        return self.xy[rows]

    def only(self, origins: Container[str]) -> "WayTree":
        """Return the tree of the ways from some of the origins; without any, the destination."""
        start = {origin: row for origin, row in self.start.items() if origin in origins}
        kept = np.zeros(len(self.parent), dtype=bool)
        kept[0] = True
        # Follow all ways inwards at once, each as far as a place that another one has passed.
        rows = np.unique(np.fromiter(start.values(), dtype=np.int64, count=len(start)))
        while len(rows := rows[~kept[rows]]):
            kept[rows] = True
            rows = np.unique(self.parent[rows])
        return self._of(np.flatnonzero(kept), start)

    def thinned(self, tolerance_m: float) -> "WayTree":
        """Return the tree with lines simplified to within a tolerance (Douglas and Peucker 1973).

        Places where ways begin, meet and end stay; each stretch between them is simplified.
        """
        children = np.bincount(self.parent[1:], minlength=len(self.parent))
        fixed = children != 1
        fixed[[0, *self.start.values()]] = True
        kept = fixed.copy()
        # Each stretch from a fixed place inwards to the next one is thinned by itself.
        stretches = self._stretches(fixed)
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *stretches])
        of = np.repeat(np.arange(len(stretches)), [len(stretch) for stretch in stretches])
        lines = shapely.simplify(shapely.linestrings(self.xy[rows], indices=of), tolerance_m)
        left, line = shapely.get_coordinates(lines, return_index=True)
        places = set(zip(line.tolist(), *left.T.tolist(), strict=True))
        all_places = zip(of.tolist(), *self.xy[rows].T.tolist(), strict=True)
        kept[rows[[place in places for place in all_places]]] = True
        return self._of(np.flatnonzero(kept), self.start)

    def _stretches(self, fixed: Bools) -> list[list[int]]:
        """Return the rows from each fixed place but the first inwards to the next fixed one."""
        parent, ends = self.parent.tolist(), fixed.tolist()
        stretches = []
        for row in np.flatnonzero(fixed)[1:].tolist():
            stretch = [row, parent[row]]
            while not ends[stretch[-1]]:
                stretch.append(parent[stretch[-1]])
            stretches.append(stretch)
        return stretches

    def _of(self, kept: Ints, start: Mapping[str, int]) -> "WayTree":
        """Return the tree of the rows `kept`, ascending; they include the first and all starts."""
        # One entry more, the last, for the parent of the root, -1.
        is_kept = np.zeros(len(self.parent) + 1, dtype=bool)
        is_kept[[*kept, -1]] = True
        number = np.full(len(self.parent) + 1, -1)
        number[kept] = np.arange(len(kept))
        following = self.parent[kept]
        while not is_kept[following].all():
            following = np.where(is_kept[following], following, self.parent[following])
        renumbered = {origin: int(number[row]) for origin, row in start.items()}
        return WayTree(self.xy[kept], number[following], renumbered)
