"""Maps that need no script: the areas of an edition in classes, as drawings for pages and print."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from llrgeo.publish import drawing, palette
from llrgeo.publish.drawing import Drawing
from llrgeo.publish.edition import Edition
from llrgeo.publish.pages import people
from llrgeo.publish.view import View, change_classes
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG

_WIDTH = 640.0
_MARGIN = 8.0
_SIMPLIFY_M = 250.0
_TOWNS = 16
_LETTER = 7.5  # width of a letter of a name
_LINE = 24.0  # height that a name keeps free


@dataclass(frozen=True, slots=True)
class Frame:
    """The land of an edition, brought to the units of a drawing: one outline an area.

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
    """

    outlines: gpd.GeoSeries
    borders: gpd.GeoSeries
    metres: float
    origin: tuple[float, float]
    height: float

    def place(self, points: gpd.GeoSeries) -> list[tuple[float, float]]:
        """Return points of any CRS in the units of the drawing."""
        land = points.to_crs(BNG)
        x = _MARGIN + (land.x - self.origin[0]) / self.metres
        y = _MARGIN + (self.origin[1] - land.y) / self.metres
        return list(zip(x, y, strict=True))


def frame(edition: Edition) -> Frame:
    """Bring the land to the units of a drawing, simplified without gaps between neighbours."""
    land = edition.base.outlines.geometry.to_crs(BNG)
    simple = gpd.GeoSeries(shapely.coverage_simplify(land.to_numpy(), _SIMPLIFY_M), land.index)
    west, south, east, north = simple.total_bounds
    metres = (east - west) / (_WIDTH - 2 * _MARGIN)
    drawn = simple.affine_transform(
        [1 / metres, 0, 0, -1 / metres, _MARGIN - west / metres, _MARGIN + north / metres]
    )
    borders = drawn.groupby(edition.areas["authority"]).agg(shapely.coverage_union_all)
    height = (north - south) / metres + 2 * _MARGIN
    return Frame(drawn, gpd.GeoSeries(borders), metres, (west, north), height)


def change_map(edition: Edition, land: Frame, view: View) -> Drawing:
    """Draw how an option changes the journey for a service, area by area."""
    limits = palette.change_limits(edition.tolerance_min)
    classes = change_classes(view.areas, limits)
    colours = [*palette.change_colours(edition.tolerance_min), palette.NO_ROUTE_COLOUR]
    labels = palette.change_labels(edition.tolerance_min)
    counts = view.areas["people"].groupby(classes).sum()
    shown = [place for place in range(len(labels)) if counts.get(place, 0)]
    parts = [drawing.shape(_joined(land, classes == place), colours[place]) for place in shown]
    captions = [f"{labels[place]}: {people(counts[place])} people" for place in shown]
    below = drawing.key(
        captions, [colours[place] for place in shown], x=_MARGIN, y=land.height + 10
    )
    title = wording()["map_title"].format(option=view.option.label, service=view.service.label)
    return Drawing(
        name=drawing.safe_name(f"map-{view.option.name}-{view.service.id}"),
        title=title,
        description="; ".join(captions) + ".",
        width=_WIDTH,
        height=land.height + 20 + 20 * len(shown),
        parts=(*parts, *_marks(edition, land, view), *below),
    )


def _joined(land: Frame, chosen: pd.Series) -> shapely.Geometry:
    return shapely.coverage_union_all(np.asarray(land.outlines)[chosen.to_numpy()])


def _marks(edition: Edition, land: Frame, view: View) -> list[Markup]:
    """Return borders, the sites that run the service, and the larger towns."""
    parts = [drawing.shape(border, "none", edge=drawing.INK) for border in land.borders]
    open_sites = sorted(view.option.sites.get(view.service.id, frozenset()))
    spots = land.place(edition.sites.loc[open_sites].geometry)
    parts += [
        Markup(
            '<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="#fff" stroke="{}" stroke-width="2"/>'
        ).format(x, y, drawing.INK)
        for x, y in spots
        if 0 <= x <= _WIDTH and 0 <= y <= land.height
    ]
    return parts + [_haloed(x, y, name) for name, x, y in _towns(edition, land)]


def _towns(edition: Edition, land: Frame) -> list[tuple[str, float, float]]:
    """Choose the towns to name: the largest first, none so near another that names overlap."""
    inside = edition.base.places[edition.base.places.to_crs(BNG).within(_land(edition))]
    ordered = inside.sort_values(["residents", "name"], ascending=[False, True])
    chosen: list[tuple[str, float, float]] = []
    for name, (x, y) in zip(ordered["name"], land.place(ordered.geometry), strict=True):
        near = any(
            abs(x - other_x) < _LETTER * (len(name) + len(other)) / 2 and abs(y - other_y) < _LINE
            for other, other_x, other_y in chosen
        )
        if not near:
            chosen.append((str(name), x, y))
        if len(chosen) == _TOWNS:
            break
    return chosen


def _land(edition: Edition) -> shapely.Geometry:
    return shapely.coverage_union_all(edition.base.outlines.geometry.to_crs(BNG).to_numpy())


def _haloed(x: float, y: float, text: str) -> Markup:
    """Return a name above a point, to be read on any colour."""
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="12" font-weight="bold" '
        'font-family="Arial, Helvetica, sans-serif" fill="{}" stroke="#fff" stroke-width="3" '
        'paint-order="stroke">{}</text>'
    ).format(x, y - 7, drawing.INK, text)
