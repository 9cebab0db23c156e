"""Base map for print: areas, borders, main roads and towns, laid out in millimetres."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.inputs.base_map import joined_outlines
from llrgeo.publish.print.page import INK, QUIET, SMALL, PrintedPage, Type
from llrgeo.publish.publication import Publication
from llrgeo.schema import BNG

_AREA_TOLERANCE_M: Final = 120  # a third of a millimetre on A4
_ROAD_TOLERANCE_M: Final = 100
_AROUND_M: Final = 2_000  # how far beyond the land roads are drawn
_KM: Final = 1_000
_MILE_M: Final = 1_609.344
_TOWN: Final = Type(7, bold=True, halo=True)
_ROAD: Final = Type(7, colour=QUIET, halo=True)
_SHIFTS: Final = (0.0, -3.2, 3.2, -4.8, 4.8)  # millimetres; farther off, a name misleads
_FAR_SHIFTS: Final = (*_SHIFTS, -6.4, 6.4)  # but the largest town is known, and must be named
_BESIDE: Final = 10.0  # farther than a name is moved
_APART: Final = 0.6  # millimetres that names keep from each other
_SCALE: Final = (58.0, 12.0)  # room for the arrow and the scale bars


@dataclass(frozen=True, slots=True)
class PrintedBaseMap:
    """What lies under every map of a publication, in EPSG:27700.

    Attributes
    ----------
    areas
        Polygons on `area_id`; neighbours share their borders.
    edges, borders
        The borders of the areas and those of the authorities.
    roads
        Main roads: a line for each number, by number.
    places
        Towns inside, the largest first: points by name.
    """

    areas: gpd.GeoSeries
    edges: shapely.Geometry
    borders: shapely.Geometry
    roads: gpd.GeoSeries
    places: gpd.GeoSeries


def simplify_base_map(publication: Publication) -> PrintedBaseMap:
    """Simplify the base map of a publication to what can be seen on paper."""
    # Simplified as a coverage, neighbours keep one border between them.
    outlines = publication.base.outlines.geometry.to_crs(BNG)
    simple = shapely.coverage_simplify(outlines.to_numpy(), _AREA_TOLERANCE_M)
    areas = gpd.GeoSeries(simple, outlines.index, crs=BNG)
    land = joined_outlines(simple)
    authorities = areas.groupby(publication.areas["authority"]).agg(joined_outlines)
    # Roads reach a little beyond the land, so that a reader sees where they lead.
    roads = publication.base.main_roads.to_crs(BNG)
    inside = roads.clip(land.simplify(_ROAD_TOLERANCE_M).buffer(_AROUND_M))
    lines = inside.dissolve("road").geometry.line_merge().simplify(_ROAD_TOLERANCE_M)
    named = publication.base.towns.to_crs(BNG)
    towns = named[named.within(land)]
    ordered = towns.sort_values(["residents", "name"], ascending=[False, True])
    return PrintedBaseMap(
        areas,
        edges=shapely.line_merge(shapely.union_all(shapely.boundary(simple))),
        borders=shapely.line_merge(
            shapely.union_all([authority.boundary for authority in authorities])
        ),
        roads=gpd.GeoSeries(lines[~lines.is_empty]),
        places=ordered.set_index("name").geometry,
    )


@dataclass(frozen=True, slots=True)
class Window:
    """The frame of a map on a page, and the land that it shows.

    Attributes
    ----------
    corner, size
        Of the frame, in millimetres.
    land
        West, south, east and north, EPSG:27700.
    """

    corner: tuple[float, float]
    size: tuple[float, float]
    land: tuple[float, float, float, float]

    @property
    def frame(self) -> shapely.Polygon:
        """The frame on the page."""
        return shapely.box(*self.corner, *np.add(self.corner, self.size))

    @property
    def mm_per_m(self) -> float:
        """Millimetres on the page for a metre of land."""
        west, south, east, north = self.land
        return min(self.size[0] / (east - west), self.size[1] / (north - south))

    def place(self, shape: Any) -> Any:  # noqa: ANN401 - as what was given
        """Return land as it lies on the page, cut off at the frame."""
        west, south, east, north = self.land
        middle = np.array([(west + east) / 2, (south + north) / 2])
        centre = np.array(self.corner) + np.array(self.size) / 2
        scale = np.array([self.mm_per_m, -self.mm_per_m])
        # The page counts downwards and the land upwards, so the second axis is turned.
        moved = shapely.transform(shape, lambda xy: centre + (xy - middle) * scale)
        return shapely.clip_by_rect(moved, *self.corner, *np.add(self.corner, self.size))


def draw_areas(
    page: PrintedPage,
    window: Window,
    base_map: PrintedBaseMap,
    classes: pd.Series,
    fills: Iterable[tuple[str, str]],
) -> None:
    """Fill the areas by their class: a colour and a hatch for each, then their thin borders."""
    for place, (colour, hatch) in enumerate(fills):
        chosen = base_map.areas.to_numpy()[(classes == place).to_numpy()]
        page.fill(window.place(joined_outlines(chosen)), colour, hatch=hatch)
    page.line(window.place(base_map.edges), "#ffffff", 0.15)


def draw_base_map(page: PrintedPage, window: Window, base_map: PrintedBaseMap) -> None:
    """Draw borders and main roads over the areas."""
    page.line(window.place(shapely.union_all(base_map.roads.to_numpy())), QUIET, 0.6)
    page.line(window.place(base_map.borders), INK, 0.9)


def draw_names(
    page: PrintedPage, window: Window, base_map: PrintedBaseMap, marks: Iterable[shapely.Point]
) -> None:
    """Name towns, the largest first, and roads, clear of marks, of each other and of the frame."""
    outside = window.frame.buffer(_BESIDE).difference(window.frame)
    # What is taken grows with every name that is set; the largest town comes first and may move
    # farthest, because readers look for it.
    taken: list[shapely.Geometry] = [outside, *(mark.buffer(1.6) for mark in marks)]
    shifts: tuple[float, ...] = _FAR_SHIFTS
    for name, point in base_map.places.items():
        spot = window.place(point)
        # Towns outside the window are passed over, but keep their turn: only the first may move
        # far.
        if not spot.is_empty:
            _name(page, spot, (str(name), _TOWN), taken, shifts)
        shifts = _SHIFTS
    for road, line in base_map.roads.items():
        drawn = window.place(line)
        if not drawn.is_empty:
            longest = max(shapely.get_parts(drawn), key=lambda part: part.length)
            middle = longest.interpolate(0.5, normalized=True)
            _name(page, middle, (str(road), _ROAD), taken, _SHIFTS)


def _name(
    page: PrintedPage,
    point: shapely.Point,
    words: tuple[str, Type],
    taken: list[shapely.Geometry],
    shifts: tuple[float, ...],
) -> None:
    """Set a name at a point, else above or below it, unless there is no room at all."""
    name, type_ = words
    half, line = type_.width_mm(name) / 2 + _APART, type_.line_mm / 2
    for shift in shifts:
        y = point.y + shift
        room = shapely.box(point.x - half, y - line, point.x + half, y + line)
        if not any(room.intersects(other) for other in taken):
            page.text((point.x, y), name, type_, align="center")
            taken.append(room)
            return


def scale_spot(
    window: Window, base_map: PrintedBaseMap, marks: Iterable[shapely.Point]
) -> tuple[float, float]:
    """Choose a place for the scale: the first corner of the map clear of marks and of land."""
    west, north = window.corner
    east, south = np.add(window.corner, window.size) - _SCALE
    land = window.place(joined_outlines(base_map.areas))
    taken = shapely.union_all([land, *(mark.buffer(2) for mark in marks)])
    # Clear of land first: the scale is wanted in the sea, or beyond the border, not on a town.
    corners = [(west, south), (west, north), (east, south), (east, north)]
    clear = (
        (x, y)
        for x, y in corners
        if not taken.intersects(shapely.box(x, y, x + _SCALE[0], y + _SCALE[1]))
    )
    x, y = next(clear, corners[0])
    return x + 3, y + 5


def emptiest_corner(
    window: Window, base_map: PrintedBaseMap, size: tuple[float, float]
) -> tuple[float, float]:
    """Return where a frame of a size covers least land: its place in a corner of the map."""
    (west, north), (width, height) = window.corner, size
    east, south = west + window.size[0] - width, north + window.size[1] - height
    land = window.place(joined_outlines(base_map.areas))
    corners = [(east, south), (west, south), (east, north), (west, north)]

    def covered(at: tuple[float, float]) -> float:
        frame = shapely.box(at[0], at[1], at[0] + width, at[1] + height)
        return float(frame.intersection(land).area)

    return min(corners, key=covered)


def draw_scale(page: PrintedPage, window: Window, at: tuple[float, float]) -> None:
    """Draw a north arrow and, right of it, scale bars in kilometres and miles."""
    x, y = at
    arrow = shapely.Polygon([(x, y - 5), (x + 2, y + 2), (x, y + 0.6), (x - 2, y + 2)])
    page.fill(arrow, INK)
    page.text((x, y + 4.6), "N", Type(8, bold=True), align="center")
    # Each bar is the longest round length within a fifth of the map.
    shown = window.size[0] / window.mm_per_m / 5
    for unit, metres, down in (("km", _KM, -2.0), ("miles", _MILE_M, 3.5)):
        count = max((step for step in (1, 2, 5, 10, 20, 50) if step * metres <= shown), default=1)
        length = count * metres * window.mm_per_m
        page.box((x + 7, y + down), (length / 2, 1), INK)
        page.box((x + 7 + length / 2, y + down), (length / 2, 1), "#ffffff")
        page.text((x + 8 + length, y + down + 0.5), f"{count} {unit}", SMALL)
