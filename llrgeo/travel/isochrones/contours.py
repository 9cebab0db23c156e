"""Areas where a surface is low enough, drawn by marching squares on a grid.

Lorensen and Cline, "Marching cubes: a high resolution 3D surface construction algorithm", SIGGRAPH
1987, in two dimensions. Where the border crosses the grid is found by halving, not by a straight
line between values, so steps of the surface (the middle between two roads, a river) are drawn
where they are. What is narrower than the grid is lost.

Finding the cell of the surface that a point lies in is slow; its height in a given cell is not.
Between two points the surface is therefore taken to consist of their cells alone, and the result
is checked with one search for the cell.
"""

from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.travel.isochrones.border_rings import border, ends_of_sides, polygons_within

_PAD: Final = 2  # nodes around the guess: one whose height is computed, one that is outside
_MARGIN: Final = 0.02  # crossings keep this share of a side from its ends: rings never touch there
_HALVINGS: Final = 2  # after these the border is interpolated linearly, except at steps
_STEP_HALVINGS: Final = 5  # further ones at steps: to within 0.2 m on a grid of 30 m
_STEEP: Final = 1.1  # a rise of more than this times the slope is a step
_OFF_SHARE: Final = 1 / 60  # of the grid's step: tolerance of a line along a step
_BEND_SHARE: Final = 1 / 3  # of the grid's step: how far a step may bend off the line


class Surface(Protocol):
    """A surface in cells. Within a cell the slope is bounded; between cells there may be a step.

    Points are x and y in rows; cells are numbers.
    """

    def cells(self, xy: Floats) -> Ints:
        """Return the cell that each point lies in."""

    def choose(self, xy: Floats, cells: Ints) -> Ints:
        """Return the cell of each point, out of a few candidates: a row of `cells` for each."""

    def heights(self, xy: Floats, cells: Ints) -> Floats:
        """Return the height of each point, given its cell."""


class _Ground(NamedTuple):
    """A surface, the level up to which points are inside, and its largest slope a metre."""

    surface: Surface
    level: float
    slope: float

    def over(self, xy: Floats, cells: Ints) -> Floats:
        """Return how far above the level points are, one value a point, given their cells."""
        return self.surface.heights(xy, cells) - self.level


class _Ends(NamedTuple):
    """One end of some lines: coordinates, heights above the level, and cells."""

    xy: Floats
    over: Floats
    cells: Ints

    def of(self, lines: NDArray[Any]) -> "_Ends":
        """Return the ends of some of the lines."""
        return _Ends(self.xy[lines], self.over[lines], self.cells[lines])


class _Crossings(NamedTuple):
    """Where a border crosses sides of squares, whether at a step, and the cells at both ends."""

    places: Floats
    steps: Bools
    cells: Ints


class _Grid(NamedTuple):
    """The nodes of a grid: whether they are inside, their heights above the level, and cells.

    Nodes whose height was not computed have the height NaN and the cell -1.
    """

    origin: Floats
    step: float
    inside: Bools
    over: Floats
    cells: Ints

    def places(self, nodes: Ints) -> Floats:
        """Return the coordinates of nodes by their numbers, shape (nodes, 2), in metres."""
        row, column = np.divmod(nodes, self.inside.shape[1])
        return np.column_stack([column, row]) * self.step + self.origin


def draw_area(
    guess: Bools,
    corner: tuple[float, float],
    step: float,
    surface: Surface,
    *,
    level: float,
    slope: float,
) -> shapely.Geometry:
    """Return the area in which a surface is no higher than a level.

    Parameters
    ----------
    guess
        For each node of a grid (rows from south to north, columns from west to east) whether it
        seems to be inside; next to the border it may be wrong.
    corner
        x and y of the first node.
    step
        Metres between nodes.
    surface
        The surface.
    level
        The greatest height that is inside.
    slope
        The largest rise of the surface in a metre, except at steps.

    Returns
    -------
    shapely.Geometry
        A valid polygon or several; empty where nothing is inside.
    """
    from scipy.ndimage import label

    ground = _Ground(surface, level, slope)
    grid = _checked_near_border(guess, np.array(corner), step, ground)
    sides, onward = border(grid.inside)
    if not len(sides):
        return shapely.Polygon()
    inner, outer = ends_of_sides(sides, grid.inside)
    # Crossings of sides first, then bends between two crossings, then rings and polygons.
    crossed = _crossings(inner, outer, grid, ground)
    bends = _bends(crossed, onward, ground, step)
    piece = label(grid.inside)[0].ravel()[inner].astype(np.int64)
    return polygons_within(crossed.places, onward, bends, piece)


def _checked_near_border(guess: Bools, corner: Floats, step: float, ground: _Ground) -> _Grid:
    """Compute the surface at nodes beside the guessed border, and around those guessed wrong.

    Far from the border the guess is right, or wrong in a patch that reaches the border.
    """
    inside = np.pad(guess, _PAD)
    over, cells = np.full(inside.shape, np.nan), np.full(inside.shape, -1)
    grid = _Grid(corner - _PAD * step, step, inside, over, cells)
    # Nothing at the margin is inside, so that every ring closes.
    margin = np.pad(np.zeros(np.subtract(inside.shape, 2), dtype=bool), 1, constant_values=True)
    steps = np.array([-inside.shape[1], -1, 1, inside.shape[1]])
    new = np.flatnonzero(_beside_border(inside))
    # At the end the surface is known at both ends of all sides that the border crosses.
    while len(new):
        places = grid.places(new)
        cells.flat[new] = ground.surface.cells(places)
        over.flat[new] = ground.over(places, cells.flat[new])
        found = (over.flat[new] <= 0) & ~margin.flat[new]
        wrong = new[found != inside.flat[new]]
        inside.flat[new] = found
        beside = np.unique(wrong[:, None] + steps)
        new = beside[np.isnan(over.flat[beside])]
    return grid


def _beside_border(inside: Bools) -> Bools:
    """Return which nodes have a neighbour on the other side of the border."""
    near = np.zeros(inside.shape, dtype=bool)
    for ahead, behind in (
        ((slice(1, None), slice(None)), (slice(-1), slice(None))),
        ((slice(None), slice(1, None)), (slice(None), slice(-1))),
    ):
        differ = inside[ahead] != inside[behind]
        near[ahead] |= differ
        near[behind] |= differ
    return near


def _crossings(inner: Ints, outer: Ints, grid: _Grid, ground: _Ground) -> _Crossings:
    """Return where the border crosses sides of squares, and whether it is a step there."""
    # Halved from the end that is inside.
    low, high = (
        _Ends(grid.places(nodes), grid.over.ravel()[nodes], grid.cells.ravel()[nodes])
        for nodes in (inner, outer)
    )
    share, steps = _halved(low, high, np.column_stack([low.cells, high.cells]), ground)
    share = np.clip(share, _MARGIN, 1 - _MARGIN)[:, None]
    places = low.xy + (high.xy - low.xy) * share
    return _Crossings(places, steps, np.column_stack([low.cells, high.cells]))


def _halved(low: _Ends, high: _Ends, cells: Ints, ground: _Ground) -> tuple[Floats, Bools]:
    """Return where on lines from points inside to points outside the border is, as a share.

    `cells` has a row of cells for each line: those that it is assumed to pass through. The second
    array tells whether the border is at a step.
    """
    share, steps = _halved_among(low, high, cells, ground)
    # Where the step found lies in none of these cells, the cell is searched for at each halving.
    rows = np.flatnonzero(steps)
    places = low.xy[rows] + (high.xy[rows] - low.xy[rows]) * share[rows, None]
    strange = rows[~(ground.surface.cells(places)[:, None] == cells[rows]).any(axis=1)]
    if len(strange):
        ends = low.of(strange), high.of(strange)
        share[strange], steps[strange] = _halved_among(*ends, None, ground)
    return share, steps


def _halved_among(
    low: _Ends, high: _Ends, cells: Ints | None, ground: _Ground
) -> tuple[Floats, Bools]:
    """Find the border by halving lines that pass only through some cells; None: through any."""
    along = high.xy - low.xy
    length = np.hypot(*along.T)
    begin, end = np.zeros(len(length)), np.ones(len(length))
    value = [low.over.copy(), high.over.copy()]
    steps = np.ones(len(length), dtype=bool)
    # After `_HALVINGS` only steps are halved further: elsewhere the surface is nearly linear.
    for turn in range(_HALVINGS + _STEP_HALVINGS):
        rows = np.flatnonzero(steps)
        middle = (begin[rows] + end[rows]) / 2
        xy = low.xy[rows] + along[rows] * middle[:, None]
        chosen = (
            ground.surface.cells(xy) if cells is None else ground.surface.choose(xy, cells[rows])
        )
        found = ground.over(xy, chosen)
        within = found <= 0
        begin[rows[within]], value[0][rows[within]] = middle[within], found[within]
        end[rows[~within]], value[1][rows[~within]] = middle[~within], found[~within]
        if turn + 1 == _HALVINGS:
            with np.errstate(invalid="ignore"):  # where no road is near on either side
                rises = value[1] - value[0]
            steps = ~(rises <= _STEEP * ground.slope * length * (end - begin))
    with np.errstate(invalid="ignore"):
        # On a slope the border is where the line between the two values is 0; at a step, midway.
        part = np.where(steps, 0.5, -value[0] / np.where(steps, 1.0, value[1] - value[0]))
    return begin + (end - begin) * np.clip(np.nan_to_num(part, nan=0.5), 0, 1), steps


def _bends(crossed: _Crossings, onward: Ints, ground: _Ground, step: float) -> tuple[Ints, Floats]:
    """Return rows of crossings from which the border, at a step, bends before the next; and where.

    A bend is a place beside the middle of the line to the next crossing, shape (bends, 2).
    """
    # Lines on a slope are straight enough; of those at a step the middle is checked.
    places, steps = crossed.places, crossed.steps
    rows = np.flatnonzero((steps | steps[onward]) & (onward != np.arange(len(onward))))
    line = places[onward[rows]] - places[rows]
    length = np.hypot(*line.T)
    rows, line, length = (part[length > 0] for part in (rows, line, length))
    middle = places[rows] + line / 2
    left = np.column_stack([-line[:, 1], line[:, 0]]) / length[:, None]
    # The line is assumed to pass through the cells of its ends and that of its middle.
    cells = np.column_stack(
        [crossed.cells[rows], crossed.cells[onward[rows]], ground.surface.cells(middle)]
    )

    def over(which: Ints | slice, across: float) -> _Ends:
        xy, passed = (middle + left * (step * across))[which], cells[which]
        chosen = ground.surface.choose(xy, passed)
        return _Ends(xy, ground.over(xy, chosen), chosen)

    # The inside is on the left. Where that fails close to the line, the step is searched for
    # farther off on both sides.
    every = slice(None)
    off = (over(every, _OFF_SHARE).over > 0) | (over(every, -_OFF_SHARE).over <= 0)
    bent = np.flatnonzero(off)
    low, high = over(bent, _BEND_SHARE), over(bent, -_BEND_SHARE)
    clear = (low.over <= 0) & (high.over > 0)
    low, high = low.of(clear), high.of(clear)
    share, _ = _halved(low, high, cells[bent[clear]], ground)
    found = low.xy + (high.xy - low.xy) * share[:, None]
    return rows[bent[clear]], found
