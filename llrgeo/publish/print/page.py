"""PrintedPage: a page measured in millimetres, drawn once, written as SVG and as PNG.

Matplotlib draws. Text is never read as markup or mathematics, nothing depends on the clock or on
random ids, and the font is the one that travels with Matplotlib, so equal pages make equal bytes.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from shapely.geometry.base import BaseGeometry

INK: Final = "#1a1a1a"
QUIET: Final = "#4d4d4d"

_MM_PER_INCH: Final = 25.4
_MM_PER_POINT: Final = _MM_PER_INCH / 72
FONT: Final = "DejaVu Sans"
_SHORTENED: Final = " ..."
_LINE: Final = 1.3  # distance of lines, in sizes
_DPI: Final = 300  # what printers ask for
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONG_DECIMAL: Final = re.compile(r"(?<=[ML\d] )(-?\d+\.\d)\d+(?=[ \n\"])")
_SETTINGS: Final[dict[Any, Any]] = {
    "font.family": [FONT],
    "hatch.linewidth": 0.5,
    "path.simplify": False,
    "text.hinting": "none",  # letters keep their widths at any size, as they are measured
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and edited
    "svg.hashsalt": "llrgeo",
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True)
class Type:
    """How text is set: size in points, weight, colour, and whether it has a white edge."""

    size: float
    bold: bool = False
    colour: str = INK
    halo: bool = False

    def width_mm(self, text: str) -> float:
        """Return how wide a line of text is in the font of the page, word by word."""
        words = text.split(" ")
        widths = [_width_em(word, bold=self.bold) for word in words]
        spaces = (len(words) - 1) * _width_em(" ", bold=self.bold)
        return (sum(widths) + spaces) * self.size * _MM_PER_POINT

    def lines(self, text: str, width_mm: float, *, most: int) -> list[str]:
        """Return text in at most so many lines of a width; what has no room is cut off, marked."""
        lines = [""]
        # Greedy: each word goes on the line where it fits, as a browser breaks lines.
        for word in self._pieces(printable(text).split(), width_mm):
            longer = f"{lines[-1]} {word}".strip()
            if self.width_mm(longer) <= width_mm:
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) > most:
            last = lines[most - 1]
            while last and self.width_mm(last + _SHORTENED) > width_mm:
                last = last[:-1]
            lines = [*lines[: most - 1], last.rstrip() + _SHORTENED]
        return lines

    def _pieces(self, words: list[str], width_mm: float) -> Iterator[str]:
        """Yield words, and those that are wider than a line in pieces."""
        for word in words:
            rest = word
            while self.width_mm(rest) > width_mm:
                size = next(
                    n for n in range(1, len(rest)) if self.width_mm(rest[: n + 1]) > width_mm
                )
                yield rest[:size]
                rest = rest[size:]
            yield rest

    @property
    def line_mm(self) -> float:
        """The distance between lines."""
        return self.size * _MM_PER_POINT * _LINE


HEADING: Final = Type(15, bold=True)
MESSAGE: Final = Type(9.5)
STRONG: Final = Type(8.5, bold=True)
TEXT: Final = Type(8)
SMALL: Final = Type(7, colour=QUIET)  # no type on a page is smaller
MOST_LINES: Final = 4


class PrintedPage:
    """A page; points are millimetres from its top left corner."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.size: tuple[float, float] = (width_mm, height_mm)
        self._figure = Figure(figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH))
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, width_mm)
        self._axes.set_ylim(height_mm, 0)
        self._axes.set_axis_off()

    def text(
        self, at: tuple[float, float], text: str, type_: Type = TEXT, *, align: str = "left"
    ) -> None:
        """Set one line of text that starts, or has its middle or end, at a point."""
        with mpl.rc_context(_SETTINGS):
            drawn = self._axes.text(
                *at,
                printable(text),
                fontsize=type_.size,
                fontweight="bold" if type_.bold else "normal",
                color=type_.colour,
                ha=align,
                va="center_baseline",
                zorder=10,
            )
        if type_.halo:
            drawn.set_path_effects([withStroke(linewidth=2.5, foreground="white")])

    def paragraph(
        self,
        at: tuple[float, float],
        text: str,
        width_mm: float,
        type_: Type = TEXT,
        *,
        most: int = MOST_LINES,
    ) -> float:
        """Set text in lines of a width, down from `at`; return where the next line would be."""
        x, y = at
        for line in type_.lines(text, width_mm, most=most):
            self.text((x, y), line, type_)
            y += type_.line_mm
        return y

    def fill(self, shape: BaseGeometry, colour: str, *, hatch: str = "") -> None:
        """Fill polygons given in millimetres, hatched in ink if asked for."""
        if not shape.is_empty:
            # Rings of holes run against their shell, so that the path leaves them unfilled.
            oriented = shapely.orient_polygons(shape)
            rings = shapely.get_rings(shapely.get_parts(oriented))
            with mpl.rc_context(_SETTINGS):
                patch = PathPatch(
                    _path(rings),
                    facecolor=colour,
                    edgecolor=INK,
                    linewidth=0,
                    hatch=hatch,
                    zorder=1,
                )
            self._axes.add_patch(patch)

    def line(self, shape: BaseGeometry, colour: str, width_pt: float) -> None:
        """Draw lines given in millimetres."""
        if not shape.is_empty:
            path = _path(shapely.get_parts(shape))
            patch = PathPatch(
                path, fill=False, edgecolor=colour, linewidth=width_pt, joinstyle="round", zorder=2
            )
            self._axes.add_patch(patch)

    def box(
        self, at: tuple[float, float], size: tuple[float, float], colour: str, *, hatch: str = ""
    ) -> None:
        """Draw a filled rectangle with a thin edge, down and right from `at`."""
        shape = shapely.box(*at, at[0] + size[0], at[1] + size[1])
        self.fill(shape, colour, hatch=hatch)
        self.line(shape.exterior, INK, 0.5)

    def mark(
        self, at: tuple[float, float], marker: str, size: float, colours: tuple[str, str]
    ) -> None:
        """Draw a mark, of Matplotlib's, over everything but text: its fill and its edge."""
        self._axes.plot(
            *at,
            marker=marker,
            markersize=size,
            markerfacecolor=colours[0],
            markeredgecolor=colours[1],
            markeredgewidth=0.9,
            zorder=5,
        )

    def svg(self, title: str, description: str) -> str:
        """Return the page as SVG, with a title and a description for those who do not see it."""
        with mpl.rc_context(_SETTINGS):
            drawn = io.StringIO()
            self._figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        words = Markup('<title id="title">{}</title>\n<desc id="text">{}</desc>\n').format(
            printable(title), printable(description)
        )
        start = drawn.getvalue().index("<svg")
        head, body = drawn.getvalue()[start:].split(">", maxsplit=1)
        named = f'{head} role="img" aria-labelledby="title text">\n{words}'
        rounded = _LONG_DECIMAL.sub(r"\1", body)
        return f'<?xml version="1.0" encoding="utf-8"?>\n{named}{rounded}'

    def png(self, title: str, description: str) -> bytes:
        """Return the page as PNG, with title and description among its metadata."""
        metadata = {
            "Software": None,
            "Title": printable(title),
            "Description": printable(description),
        }
        with mpl.rc_context(_SETTINGS):
            drawn = io.BytesIO()
            self._figure.savefig(drawn, format="png", dpi=_DPI, metadata=metadata)
        return drawn.getvalue()


def printable(text: str) -> str:
    """Return text without signs that no page can hold, such as control characters."""
    return _UNPRINTABLE.sub(" ", text)


@cache
def _width_em(text: str, *, bold: bool) -> float:
    """Return how wide text is in sizes of its type."""
    font = FontProperties(family=FONT, size=1, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def _path(lines: np.ndarray) -> Path:
    """Return lines and rings as one path."""
    parts = [shapely.get_coordinates(line) for line in lines]
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(part) - 1)] for part in parts]
    return Path(np.concatenate(parts), np.concatenate(codes))
