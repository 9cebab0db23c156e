"""Outlines as TopoJSON: every border is stored once, on a grid, so that a page stays small.

The format is that of the TopoJSON specification 1.0 (Bostock and Metcalf 2013): arcs of
delta-coded grid points, and polygons that refer to arcs by number, `~n` meaning arc n reversed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Self, TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from llrgeo.schema import WGS84

Point: TypeAlias = tuple[int, int]
Arc: TypeAlias = tuple[Point, ...]

_GRID: Final = 20_000  # steps across the map: about 5 m on a county, below a pixel of any screen
_RING: Final = 4  # a closed ring has at least four points
_ALONG: Final = 2  # neighbours of a point along a border


@dataclass(frozen=True, slots=True)
class _Grid:
    """The grid of longitudes and latitudes that points are moved to."""

    corner: tuple[float, float]
    step: tuple[float, float]

    @classmethod
    def over(cls, shapes: np.ndarray) -> Self:
        """Lay a grid over shapes."""
        west, south, east, north = shapely.total_bounds(shapes)
        return cls((west, south), ((east - west) / _GRID, (north - south) / _GRID))

    def snap(self, lines: np.ndarray) -> list[Arc]:
        """Return the points of lines on the grid, without those that fall on one another."""
        coordinates, line = shapely.get_coordinates(lines, return_index=True)
        grid = np.rint((coordinates - self.corner) / self.step).astype(int)
        # Points closer than a step fall on one another; only the first of them is kept.
        kept = np.ones(len(grid), dtype=bool)
        kept[1:] = (np.diff(grid, axis=0) != 0).any(axis=1) | (np.diff(line) != 0)
        points = list(zip(*grid[kept].T.tolist(), strict=True))
        # Points lie line after line; a line without any ends where it begins.
        ends = np.searchsorted(line[kept], np.arange(len(lines) + 1)).tolist()
        return [tuple(points[begin:end]) for begin, end in pairwise(ends)]


class _Arcs:
    """The arcs of a topology, each numbered once however often it is used."""

    def __init__(self) -> None:
        self.numbers: dict[Arc, int] = {}

    def number(self, arc: Arc) -> int:
        """Return the number of an arc, `~number` if it is known in the other direction."""
        backwards = arc[::-1]
        if backwards < arc:
            return ~self.numbers.setdefault(backwards, len(self.numbers))
        return self.numbers.setdefault(arc, len(self.numbers))


def encode_topology(outlines: gpd.GeoSeries, lines: gpd.GeoSeries) -> dict[str, Any]:
    """Encode polygons and lines as one TopoJSON object.

    Parameters
    ----------
    outlines
        Polygons that share their borders exactly (a coverage), in any coordinate system.
    lines
        Lines to draw over them.

    Returns
    -------
    dict
        A topology with the objects `areas` and `lines`, both in the order given.
    """
    polygons, drawn = outlines.to_crs(WGS84), lines.to_crs(WGS84)
    # One grid for areas and roads: points that meet in the data meet on the grid.
    grid = _Grid.over(np.concatenate([polygons.to_numpy(), drawn.to_numpy()]))
    shapes = _rings(polygons.to_numpy(), grid)
    # Arcs run from junction to junction, so two neighbours share the arc between them.
    junctions = _junctions(ring for shape in shapes for part in shape for ring in part)
    arcs = _Arcs()
    areas = [
        {
            "type": "MultiPolygon",
            "arcs": [[[*_cut(ring, junctions, arcs)] for ring in part] for part in shape if part],
        }
        for shape in shapes
    ]
    roads = [
        {
            "type": "MultiLineString",
            "arcs": [[arcs.number(line)] for line in grid.snap(shapely.get_parts(shape))],
        }
        for shape in drawn
    ]
    return {
        "type": "Topology",
        "transform": {"scale": list(grid.step), "translate": list(grid.corner)},
        "arcs": [_deltas(arc) for arc in arcs.numbers],
        "objects": {
            "areas": {"type": "GeometryCollection", "geometries": areas},
            "lines": {"type": "GeometryCollection", "geometries": roads},
        },
    }


def _rings(shapes: np.ndarray, grid: _Grid) -> list[list[list[Arc]]]:
    """Return the rings of each part of each shape on the grid, but those too small for it."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    of_parts: list[list[Arc]] = [[] for _ in parts]
    for part, ring in zip(part_of_ring.tolist(), grid.snap(rings), strict=True):
        if len(ring) >= _RING:
            of_parts[part].append(ring)
    of_shapes: list[list[list[Arc]]] = [[] for _ in shapes]
    for shape, rings_of_part in zip(shape_of_part.tolist(), of_parts, strict=True):
        of_shapes[shape].append(rings_of_part)
    return of_shapes


def _junctions(rings: Iterable[Arc]) -> set[Point]:
    """Return the points where borders meet: those with other than two neighbours."""
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for point, following in pairwise(ring):
            neighbours[point].add(following)
            neighbours[following].add(point)
    return {point for point, others in neighbours.items() if len(others) != _ALONG}


def _cut(ring: Arc, junctions: set[Point], arcs: _Arcs) -> Iterator[int]:
    """Yield the numbers of the arcs that make up a ring."""
    points = ring[:-1]
    cuts = [place for place, point in enumerate(points) if point in junctions]
    # A ring may begin anywhere. Beginning at a junction makes its arcs those of its neighbours;
    # an island has none and begins at its least point, which every reader of it finds alike.
    start = cuts[0] if cuts else points.index(min(points))
    turned = (*points[start:], *points[: start + 1])
    ends = [*(cut - start for cut in cuts[1:]), len(points)]
    begin = 0
    for end in ends:
        yield arcs.number(turned[begin : end + 1])
        begin = end


def _deltas(arc: Arc) -> list[list[int]]:
    """Return a grid line as its first point and the steps from each point to the next."""
    steps = ([x - x_before, y - y_before] for (x_before, y_before), (x, y) in pairwise(arc))
    return [list(arc[0]), *steps]
