"""Maps that need no script: the areas of a publication in classes, as drawings for pages."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from llrgeo.inputs.base_map import BaseMap, joined_outlines
from llrgeo.publish.legend import Legend, LegendRow
from llrgeo.publish.option_view import OptionView, journey_label
from llrgeo.publish.publication import Publication
from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG

WIDTH: Final = 480.0
_MARGIN: Final = 8.0
_SIMPLIFY_M: Final = 250.0
_TOWNS: Final = 16
_NAME_SIZE: Final = 12.0
# Measures of a name, for each unit of its size.
_LETTER: Final = 7 / 12  # width of a letter
_NAME_TOPS: Final = (-5 / 3, 1 / 2)  # a name is put above its town, or else below
_NAME_HEIGHT: Final = 7 / 6
_DOT: Final = 4.0  # radius of a site


@dataclass(frozen=True, slots=True)
class Frame:
    """The land of a publication, brought to the units of a drawing: one outline an area.

    Attributes
    ----------
    outlines
        Polygons on `area_id`, x to the right and y downwards.
    borders
        The outlines of the authorities.
    metres
        Metres of land in one unit of the drawing.
    origin
        The corner of the land that is the drawing's upper left, EPSG:27700.
    height
        Of the drawing.
    drawn
        Parts of maps that were drawn before: borders, sites and towns by the sites, and classes by
        the class of each area. Options that run a service alike share them.
    """

    outlines: gpd.GeoSeries
    borders: gpd.GeoSeries
    metres: float
    origin: tuple[float, float]
    height: float
    drawn: dict[Hashable, tuple[Markup, ...]] = field(default_factory=dict)

    def place(self, points: gpd.GeoSeries) -> list[tuple[float, float]]:
        """Return points of any CRS in the units of the drawing."""
        land = points.to_crs(BNG)
        x = _MARGIN + (land.x - self.origin[0]) / self.metres
        y = _MARGIN + (self.origin[1] - land.y) / self.metres
        return list(zip(x, y, strict=True))

    def shape(self, land: shapely.Geometry) -> shapely.Geometry:
        """Return a shape in EPSG:27700 in the units of the drawing, cut off at its edges."""
        middle, (west, north) = np.array([_MARGIN, _MARGIN]), self.origin
        scale = np.array([1, -1]) / self.metres
        drawn = shapely.transform(land, lambda xy: middle + (xy - (west, north)) * scale)
        return shapely.clip_by_rect(drawn, 0, 0, WIDTH, self.height)


def frame(publication: Publication) -> Frame:
    """Bring the land of a publication to the units of a drawing."""
    return frame_of(publication.base, publication.areas["authority"])


def frame_of(base: BaseMap, authorities: pd.Series) -> Frame:
    """Bring the land to the units of a drawing, simplified without gaps between neighbours."""
    land = base.outlines.geometry.to_crs(BNG)
    # One simplification for all areas keeps their shared borders shared.
    simple = gpd.GeoSeries(shapely.coverage_simplify(land.to_numpy(), _SIMPLIFY_M), land.index)
    west, south, east, north = simple.total_bounds
    metres = (east - west) / (WIDTH - 2 * _MARGIN)
    drawn = simple.affine_transform(
        [1 / metres, 0, 0, -1 / metres, _MARGIN - west / metres, _MARGIN + north / metres]
    )
    borders = drawn.groupby(authorities).agg(joined_outlines)
    height = (north - south) / metres + 2 * _MARGIN
    return Frame(drawn, gpd.GeoSeries(borders), metres, (west, north), height)


def is_hatched(row: LegendRow) -> bool:
    """Return whether the areas of a class are hatched: those of longer journeys are."""
    return row.item.steps > 0


def change_map(publication: Publication, land: Frame, view: OptionView, legend: Legend) -> Drawing:
    """Draw how an option changes the journey for a service, by the classes of a legend."""
    words = wording()
    name = drawing.safe_name(f"map-{view.option.name}-{view.service.id}")
    parts = [drawing.hatch(f"{name}-hatch")]
    # One shape a class: hundreds of areas of a colour are one path, and the page stays small.
    for shape, row in zip(_class_paths(land, legend), legend.rows, strict=True):
        parts.append(drawing.filled(shape, row.item.colour))
        if is_hatched(row):
            parts.append(drawing.filled(shape, f"url(#{name}-hatch)"))
    title = words["map_title"].format(
        option=view.option.label, service=view.service.label, journey=journey_label(view.journey)
    )
    counts = "; ".join(
        words["people_by_class"].format(label=row.label, people=words.persons(row.people))
        for row in legend.rows
        if row.people
    )
    return Drawing(
        name=name,
        title=title,
        description=f"{counts}.",
        width=WIDTH,
        height=land.height,
        parts=(*parts, *_marks_of(publication, land, view)),
    )


def _class_paths(land: Frame, legend: Legend) -> tuple[Markup, ...]:
    """Return the outline of each class of a legend, as the commands of a path."""
    classes = legend.classes.to_numpy()
    key = "classes", len(legend.rows), classes.tobytes()
    if key not in land.drawn:
        outlines = np.asarray(land.outlines)
        joined = (joined_outlines(outlines[classes == k]) for k in range(len(legend.rows)))
        land.drawn[key] = tuple(Markup("{}").format(drawing.path_of(shape)) for shape in joined)
    return land.drawn[key]


def _marks_of(publication: Publication, land: Frame, view: OptionView) -> tuple[Markup, ...]:
    """Return borders, towns, and the sites that run a view's service."""
    open_sites = tuple(sorted(view.option.sites.get(view.service.id, frozenset())))
    key = "marks", open_sites
    if key not in land.drawn:
        places = publication.sites.loc[list(open_sites)].geometry
        land.drawn[key] = tuple(marks(publication.base, land, places))
    return land.drawn[key]


def marks(base: BaseMap, land: Frame, sites: gpd.GeoSeries) -> list[Markup]:
    """Return borders, circles at sites, and the names of the larger towns."""
    parts = [drawing.shape(border, "none", edge=drawing.INK) for border in land.borders]
    # Sites beyond the frame of the land are in no map, though people may go there.
    spots = [(x, y) for x, y in land.place(sites) if 0 <= x <= WIDTH and 0 <= y <= land.height]
    parts += [
        Markup(
            '<circle cx="{:.1f}" cy="{:.1f}" r="{:g}" fill="#fff" stroke="{}" stroke-width="2"/>'
        ).format(x, y, _DOT, drawing.INK)
        for x, y in spots
    ]
    return parts + town_names(base, land, spots)


def town_names(
    base: BaseMap,
    land: Frame,
    spots: Iterable[tuple[float, float]] = (),
    *,
    most: int = _TOWNS,
    size: float = _NAME_SIZE,
) -> list[Markup]:
    """Return the names of the largest towns, in a size of type, clear of spots where they can."""
    chosen = _towns(base, land, spots, size)[:most]
    return [_haloed(x, y, name, size) for name, x, y in chosen]


def _towns(
    base: BaseMap, land: Frame, spots: Iterable[tuple[float, float]], size: float
) -> list[tuple[str, float, float]]:
    """Choose the towns to name, the largest first, and where: clear of names, if possible of sites.

    Returns the name, and the middle of its foot.
    """
    ordered = base.places_within
    dots = shapely.union_all([shapely.Point(spot).buffer(_DOT + 1) for spot in spots])
    # Greedy by size: a name that would cover a larger town's is left out.
    chosen: list[tuple[str, float, float]] = []
    taken: list[shapely.Polygon] = []
    for name, (x, y) in zip(ordered["name"], land.place(ordered.geometry), strict=True):
        half = size * _LETTER * len(name) / 2
        tops = [y + size * top for top in _NAME_TOPS]
        rooms = [shapely.box(x - half, top, x + half, top + size * _NAME_HEIGHT) for top in tops]
        free = [room for room in rooms if not shapely.intersects(room, taken).any()]
        if free and len(chosen) < _TOWNS:
            clear = (place for place in free if not place.intersects(dots))
            room = next(clear, free[0])
            chosen.append((str(name), x, room.bounds[3] - size / 4))
            taken.append(room)
    return chosen


def _haloed(x: float, y: float, text: str, size: float) -> Markup:
    """Return a name to be read on any colour; it stays within the drawing."""
    half = size * _LETTER * len(text) / 2
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="{:g}" font-weight="bold" '
        'font-family="Arial, Helvetica, sans-serif" fill="{}" stroke="#fff" stroke-width="3" '
        'paint-order="stroke">{}</text>'
    ).format(min(max(x, half), WIDTH - half), y, size, drawing.INK, text)
