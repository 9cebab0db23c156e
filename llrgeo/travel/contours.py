"""Areas where a surface is low enough, drawn by marching squares on a grid.

Lorensen and Cline, "Marching cubes: a high resolution 3D surface construction algorithm", SIGGRAPH
1987, in two dimensions. Where the border crosses the grid is found by halving, not by a straight
line between values, so steps of the surface (the middle between two roads, a river) are drawn
where they are. What is narrower than the grid is lost.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Surface: TypeAlias = Callable[[Floats], Floats]

_BAND: Final = 1  # nodes to either side of the border that are asked about
_MARGIN: Final = 0.02  # corners are kept clear, so that rings do not touch there
_HALVINGS: Final = 1  # then a border is a straight line between values, but for steps
_STEP_HALVINGS: Final = 6  # more, at steps: of a grid of 30 m, to within 0.2 m
_STEEP: Final = 1.1  # times as much as any slope is a step
_OFF_SHARE: Final = 1 / 60  # of the grid by which a line along a step may be off
_BEND_SHARE: Final = 1 / 3  # of the grid that a step may bend off the line

# Sides of a square, from its lower left corner against the clock: bottom, right, top, left. For
# each set of corners inside (1, 2, 4, 8 in the same order) the sides that the border comes in and
# goes out by, the inside on its left.
_SIDES: Final[dict[int, tuple[tuple[int, int], ...]]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}


def draw_area(
    guess: Bools, corner: tuple[float, float], step: float, surface: Surface, slope: float
) -> shapely.Geometry:
    """Return the area in which a surface is 0 or lower.

    Parameters
    ----------
    guess
        For each node of a grid (rows from south to north, columns from west to east) whether it
        seems to be inside; next to the border it may be wrong.
    corner
        x and y of the first node.
    step
        Between nodes, metres.
    surface
        Returns the values of points (x, y in rows).
    slope
        The most that the surface rises in a metre, but for steps.

    Returns
    -------
    shapely.Geometry
        A valid polygon or several; empty where nothing is inside.
    """
    # Only nodes beside the guessed border are asked about: far from it the guess is right.
    nodes = np.pad(guess, 1 + _BAND)
    origin = np.array(corner) - (1 + _BAND) * step
    band = binary_dilation(nodes, iterations=_BAND) & binary_dilation(~nodes, iterations=_BAND)
    rows, columns = np.nonzero(band)
    values = np.full(nodes.shape, np.nan)  # of nodes that were asked about
    values[rows, columns] = surface(np.column_stack([columns, rows]) * step + origin)
    nodes[rows, columns] = values[rows, columns] <= 0
    # Nothing at the margin is inside, so that every ring closes.
    for edge in (nodes[0], nodes[-1], nodes[:, 0], nodes[:, -1]):
        edge[:] = False
    sides, onward = _border(nodes)
    if not len(sides):
        return shapely.Polygon()
    # Where sides are crossed, then where a border between two
    # crossings bends, then rings, then area.
    places, steps = _crossings(sides, (nodes, values), (origin, step), surface, slope)
    bends = _bends(places, onward, steps, surface, step)
    area = shapely.build_area(shapely.MultiLineString(_rings(places, onward, bends)))
    return area if area.is_valid else shapely.make_valid(area, method="structure")


def _border(nodes: Bools) -> tuple[Ints, Ints]:
    """Return the sides of squares that the border crosses, and which of them comes next."""
    corners = nodes.astype(np.int64)
    code = corners[:-1, :-1] + 2 * corners[:-1, 1:] + 4 * corners[1:, 1:] + 8 * corners[1:, :-1]
    width = nodes.shape[1]
    # A side's number is that of its lower or left node, and that of all nodes more if it stands.
    come, go = [], []
    for kind, pairs in _SIDES.items():
        rows, columns = np.nonzero(code == kind)
        node = rows * width + columns
        sides = (node, node + 1 + nodes.size, node + width, node + nodes.size)
        for first, last in pairs:
            come.append(sides[first])
            go.append(sides[last])
    from_, to = np.concatenate(come), np.concatenate(go)
    order = np.argsort(from_)
    return from_[order], np.searchsorted(from_[order], to[order])


def _crossings(
    sides: Ints,
    known: tuple[Bools, Floats],
    grid: tuple[Floats, float],
    surface: Surface,
    slope: float,
) -> tuple[Floats, Bools]:
    """Return where the border crosses sides of squares, and whether it is a step there."""
    (nodes, values), (origin, step) = known, grid
    width = nodes.shape[1]
    first = sides % nodes.size
    last = first + np.where(sides >= nodes.size, width, 1)
    # Halved from the end that is inside.
    inside = nodes.ravel()[first]
    ends = np.where(inside, first, last), np.where(inside, last, first)
    low, high = (np.column_stack([node % width, node // width]) * step + origin for node in ends)
    found = [values.ravel()[node] for node in ends]
    for value, places in zip(found, (low, high), strict=True):
        missing = np.isnan(value)
        value[missing] = surface(places[missing])
    share, steps = _halved((low, high), (found[0], found[1]), surface, slope)
    share = np.clip(share, _MARGIN, 1 - _MARGIN)[:, None]
    return low + (high - low) * share, steps


def _halved(
    ends: tuple[Floats, Floats], values: tuple[Floats, Floats], surface: Surface, slope: float
) -> tuple[Floats, Bools]:
    """Return the share of the way from points inside to points outside at which the border is."""
    low, high = ends
    length = np.hypot(*(high - low).T)
    begin, end = np.zeros(len(low)), np.ones(len(low))
    value = [grid.copy() for grid in values]
    steps = np.ones(len(low), dtype=bool)
    # After `_HALVINGS` only steps are halved further: elsewhere
    # the surface is straight between ends.
    for turn in range(_HALVINGS + _STEP_HALVINGS):
        rows = np.flatnonzero(steps)
        middle = (begin[rows] + end[rows]) / 2
        found = surface(low[rows] + (high - low)[rows] * middle[:, None])
        within = found <= 0
        begin[rows[within]], value[0][rows[within]] = middle[within], found[within]
        end[rows[~within]], value[1][rows[~within]] = middle[~within], found[~within]
        if turn + 1 == _HALVINGS:
            with np.errstate(invalid="ignore"):  # where no road is near on either side
                rises = value[1] - value[0]
            steps = ~(rises <= _STEEP * slope * length * (end - begin))
    with np.errstate(invalid="ignore"):
        # On a slope the border is where a straight line between the
        # two values is 0; at a step, midway.
        along = np.where(steps, 0.5, -value[0] / np.where(steps, 1.0, value[1] - value[0]))
    return begin + (end - begin) * np.clip(np.nan_to_num(along, nan=0.5), 0, 1), steps


def _bends(
    places: Floats, onward: Ints, steps: Bools, surface: Surface, step: float
) -> dict[int, Floats]:
    """Return a further place after crossings whose line to the next leaves a step that bends."""
    # Lines on a slope are straight enough; of those at a step, the middle is asked about.
    rows = np.flatnonzero((steps | steps[onward]) & (onward != np.arange(len(onward))))
    line = places[onward[rows]] - places[rows]
    length = np.hypot(*line.T)
    rows, line, length = (part[length > 0] for part in (rows, line, length))
    middle, left = (
        places[rows] + line / 2,
        np.column_stack([-line[:, 1], line[:, 0]]) / length[:, None],
    )
    near, far = (left * step * share for share in (_OFF_SHARE, _BEND_SHARE))
    off = (surface(middle + near) > 0) | (surface(middle - near) <= 0)
    # The inside is on the left; where that holds farther off, the step is in between.
    clear = off.copy()
    values = np.full((2, len(rows)), np.nan)
    values[:, off] = surface((middle + far)[off]), surface((middle - far)[off])
    clear[off] = (values[0, off] <= 0) & (values[1, off] > 0)
    low, high = (middle + far)[clear], (middle - far)[clear]
    share, _ = _halved((low, high), (values[0, clear], values[1, clear]), surface, 0.0)
    found = low + (high - low) * share[:, None]
    return dict(zip(rows[clear].tolist(), found, strict=True))


def _rings(places: Floats, onward: Ints, bends: dict[int, Floats]) -> list[Floats]:
    """Follow the border from side to side; every ring ends where it began."""
    seen = np.zeros(len(places), dtype=bool)
    following = onward.tolist()
    rings = []
    for first in range(len(places)):
        if seen[first]:
            continue
        ring, at = [], first
        while not seen[at]:
            seen[at] = True
            ring.append(places[at])
            if at in bends:
                ring.append(bends[at])
            at = following[at]
        rings.append(np.array([*ring, places[first]]))
    return rings
