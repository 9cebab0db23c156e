"""Approximate times of the nodes of a grid, to guess from which of them a site is in reach."""

from typing import Final, NamedTuple

import numpy as np

from llrgeo.arrays import Floats, Ints
from llrgeo.roads.snap import MAX_SNAP_M, WALK_M_PER_S
from llrgeo.travel.isochrones.site_search import Entrances
from llrgeo.travel.isochrones.time_surface import TimeSurface

STEP_M: Final = 30.0  # between nodes of the grid; narrower parts of an area may be lost
_MOST_NODES: Final = 6_000_000  # of the grid, whose step is doubled for larger areas


class RoughTimes(NamedTuple):
    """Approximate times at the nodes of a grid: each is joined to the nearest sampled road point.

    `step` is the metres between nodes, `first` the column and row of the first node (counted from
    x = 0 and y = 0), and `ms` the times, rows from south to north: +inf where no road is near.
    """

    step: float
    first: Ints
    ms: Floats


def rough_times(surface: TimeSurface, land: Floats, step: float) -> RoughTimes:
    """Return rough times on a grid over some land.

    Parameters
    ----------
    surface
        The times between a site and any point.
    land
        A box with roads in it: the least x and y and the greatest, shape (4,).
    step
        Metres between nodes.
    """
    xy, ms = _samples(surface, land)
    first = np.floor(land[:2] / step).astype(np.int64)
    width, height = (np.ceil(land[2:] / step).astype(np.int64) - first + 1).tolist()
    # Each node is taken to be joined to the sampled point of a road that is nearest to it.
    column, row = np.rint(xy / step).astype(np.int64).T - first[:, None]
    within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    nodes = row[within] * width + column[within]
    nearest = _nearest(nodes, height, width)

    # Samples are laid out on the grid, too: looking them up there is quicker.
    def sampled(values: Floats) -> Floats:
        """Return a value of the samples for each node; +inf where there are none."""
        laid = np.full(height * width, np.inf)
        laid[nodes] = values[within]
        return laid[nearest]

    x, y = ((first[i] + np.arange(n)) * step for i, n in ((0, width), (1, height)))
    walk_m = np.hypot(x - sampled(xy[:, 0]), y[:, None] - sampled(xy[:, 1]))
    found = sampled(ms) + surface.walk_ms(walk_m)
    found[walk_m > surface.roads.max_distance_m] = np.inf
    # Around the site one may walk straight there.
    about = [
        np.flatnonzero((np.abs(nodes - entrance[:, None]) <= MAX_SNAP_M).any(axis=0))
        for nodes, entrance in zip((y, x), surface.entrances.xy.T[::-1], strict=True)
    ]
    block = np.ix_(*about)
    north, east = np.meshgrid(y[about[0]], x[about[1]], indexing="ij")
    straight = surface.straight_ms(
        np.column_stack([east.ravel(), north.ravel()]), walk_m[block].ravel()
    )
    found[block] = np.minimum(found[block], straight.reshape(north.shape))
    return RoughTimes(step, first, found)


def grid_step(size_m: Floats) -> float:
    """Return the metres between nodes: `STEP_M`, doubled until land of a size has few enough."""
    step = STEP_M
    while (size_m / step + 1).prod() > _MOST_NODES:
        step *= 2
    return step


def land_in_reach(
    boxes: Floats, least_ms: Floats, entrances: Entrances, limit_ms: float, ends_s: float
) -> Floats:
    """Return a box of the land on which points within a limit, and their roads, may lie.

    Parameters
    ----------
    boxes, least_ms
        Least and greatest x and y of each road, shape (4, roads), and the time of its better end.
    entrances
        The entrances of the site.
    limit_ms, ends_s
        The limit, and the seconds lost at a journey's end.

    Returns
    -------
    numpy.ndarray
        A box of shape (4,), NaN where nothing is in reach.
    """
    # From a road one can walk at most for what is left of the limit at its better end.
    left_ms = limit_ms - least_ms - ends_s * 1_000
    reached = left_ms > 0
    reach_m = np.minimum(left_ms[reached] / 1_000 * WALK_M_PER_S, MAX_SNAP_M)
    # A point with a straight walk is within that walk of the site, and no farther from its road
    # than the walk and the site's distance to the road together, nor than `MAX_SNAP_M`.
    straight_m = min(limit_ms / 1_000 * WALK_M_PER_S, MAX_SNAP_M)
    around_m = straight_m + np.minimum(straight_m + entrances.off_m, MAX_SNAP_M)
    # A point in reach is within `reach_m` of a road in reach. A road out of reach that is nearer to
    # the point is within twice that distance of the road in reach.
    low = np.column_stack([boxes[:2, reached] - 2 * reach_m, entrances.xy.T - around_m])
    high = np.column_stack([boxes[2:, reached] + 2 * reach_m, entrances.xy.T + around_m])
    if not low.size:
        return np.full(4, np.nan)
    return np.append(low.min(axis=1), high.max(axis=1))


def land_within(surface: TimeSurface, limit_ms: float) -> Floats:
    """Return the land on which points within a limit may lie, as `land_in_reach` does."""
    roads = surface.roads
    every = np.arange(len(roads.start) - 1)
    ends = [surface.along(every, np.full(len(every), share)) for share in (0.0, 1.0)]
    own = np.searchsorted(roads.start, surface.own.row, side="right") - 1
    least_ms = np.minimum(*ends)
    least_ms[own] = surface.own.walk_ms.min(initial=np.inf)
    ends_s = roads.network.info.ends_s
    return land_in_reach(roads.boxes, least_ms, surface.entrances, limit_ms, ends_s)


def _nearest(nodes: Ints, height: int, width: int) -> Ints:
    """Return the nearest of some nodes to each node of a grid; the node itself if there are none.

    Nodes are numbered row by row, and the result has the grid's shape, (height, width).
    """
    from scipy.ndimage import distance_transform_edt

    if not len(nodes):
        return np.arange(height * width).reshape(height, width)
    empty = np.ones(height * width, dtype=bool)
    empty[nodes] = False
    row, column = distance_transform_edt(
        empty.reshape(height, width), return_distances=False, return_indices=True
    )
    return np.asarray(row * width + column)


def _samples(surface: TimeSurface, land: Floats) -> tuple[Floats, Floats]:
    """Return points along all roads on some land: coordinates, shape (points, 2), and times."""
    roads = surface.roads
    # Points half a grid step apart, so that each node of the grid has one near.
    xy, road, share = roads.points(roads.pieces.touching(land), STEP_M / 2)
    ms = surface.along(road, share)
    # Where several points fall on one node the last one counts: one of a road for through traffic.
    order = np.argsort(roads.public[road], kind="stable")
    return xy[order], ms[order]
