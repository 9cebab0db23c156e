"""Small drawings as SVG text: shapes and words with a title and a description for those who listen.

Text is escaped here and nowhere else, so whatever a name holds, it stays text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from markupsafe import Markup, escape

INK = "#16191c"
QUIET = "#4a5157"
GRID = "#c9cdd1"

_KEY_LINE: Final = 20  # from one line of a legend to the next


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing.

    Attributes
    ----------
    name
        Unique on its page; letters, digits and hyphens.
    title
        What it is, in a few words.
    description
        What it shows, in a sentence or two: the alternative text.
    width, height
        In its own units; on a page it is as wide as its frame.
    parts
        Its elements, as SVG text.
    """

    name: str
    title: str
    description: str
    width: float
    height: float
    parts: tuple[Markup, ...]

    def svg(self) -> Markup:
        """Return the drawing as an inline SVG element."""
        head = Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {:g} {:g}" '
            'aria-labelledby="{name}-title {name}-text">'
            '<title id="{name}-title">{}</title><desc id="{name}-text">{}</desc>'
        ).format(self.width, self.height, self.title, self.description, name=self.name)
        return head + Markup("").join(self.parts) + Markup("</svg>")


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> Markup:
    """Return a filled rectangle with a thin edge, so that it shows in forced colours too."""
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="{}" '
        'stroke-width="0.5"/>'
    ).format(x, y, width, height, colour, INK)


def line(points: Iterable[tuple[float, float]], colour: str, *, dashes: str = "") -> Markup:
    """Return a line through points; dashes tell lines apart without colour."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2.5" stroke-dasharray="{}"/>'
    ).format(path, colour, dashes)


def rule(x1: float, y1: float, x2: float, y2: float) -> Markup:
    """Return a thin straight line, for axes and grids."""
    return Markup('<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}" stroke="{}"/>').format(
        x1, y1, x2, y2, GRID
    )


def words(x: float, y: float, text: str, *, anchor: str = "start", size: float = 14) -> Markup:
    """Return a line of text that starts, has its middle or ends at a point."""
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="{:g}" fill="{}" '
        'font-family="Arial, Helvetica, sans-serif">{}</text>'
    ).format(x, y, anchor, size, INK, text)


def shape(geometry: shapely.Geometry, colour: str, *, edge: str = "none") -> Markup:
    """Return polygons as one path, coordinates rounded to a tenth of a unit."""
    return filled(path_of(geometry), colour, edge=edge)


def filled(path: str, colour: str, *, edge: str = "none") -> Markup:
    """Return a path, whose commands `path_of` returns, filled with a colour."""
    return Markup('<path d="{}" fill="{}" stroke="{}" stroke-width="0.8"/>').format(
        path, colour, edge
    )


def hatch(name: str) -> Markup:
    """Return a pattern of thin slanted lines, to fill a shape with as `url(#name)`."""
    return Markup(
        '<defs><pattern id="{}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V5" stroke="{}" stroke-width="1.6"/>'
        "</pattern></defs>"
    ).format(name, INK)


def path_of(geometry: shapely.Geometry) -> str:
    """Return the rings of polygons as the commands of an SVG path."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    places = [f"{x:.1f} {y:.1f}" for x, y in xy.tolist()]
    # The last place of a ring is its first again.
    ends = np.searchsorted(ring, np.arange(len(rings) + 1)).tolist()
    return "".join(f"M{'L'.join(places[start : end - 1])}Z" for start, end in pairwise(ends))


def key(labels: Sequence[str], colours: Sequence[str], *, x: float, y: float) -> list[Markup]:
    """Return a legend: one line a class, from the top down."""
    parts = []
    for row, (label, colour) in enumerate(zip(labels, colours, strict=True)):
        parts.append(rectangle(x, y + row * _KEY_LINE, 16, 12, colour))
        parts.append(words(x + 24, y + row * _KEY_LINE + 11, label, size=13))
    return parts


def safe_name(text: str) -> str:
    """Return a text as a name for an element: other signs than letters and digits are hyphens."""
    return "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in str(escape(text)))
