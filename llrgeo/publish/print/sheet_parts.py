"""What all printed sheets share: sizes, headings, foot, and the window on the land.

A sheet is measured in millimetres from its upper left corner.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.publish.legend import Legend
from llrgeo.publish.pages import day, run_mark
from llrgeo.publish.print.base_map import PrintedBaseMap, Window
from llrgeo.publish.print.legend import hatch
from llrgeo.publish.print.page import HEADING, MESSAGE, SMALL, STRONG, PrintedPage
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

A4: Final = (297.0, 210.0)
A3: Final = (420.0, 297.0)
EDGE: Final = 10.0  # margin on all sides

_GAP: Final = 5.0  # between the map and the foot
_NOTE_LINES: Final = 5
_MESSAGE_LINES: Final = 7
_SOURCE_LINES: Final = 8
_INSET_AROUND_M: Final = 500  # how far beyond the city its map shows


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished page: its name as a file, what it shows, in short and at length."""

    name: str
    title: str
    description: str
    page: PrintedPage


@dataclass(frozen=True, slots=True)
class SheetTexts:
    """The texts at the head of a sheet.

    Attributes
    ----------
    title, shown
        Its heading, and what its map shows.
    message
        What the map says, in sentences.
    detail
        What else there is to say, such as what would stop where, set smaller; empty for nothing.
    """

    title: str
    shown: str
    message: str
    detail: str = ""


def draw_head(page: PrintedPage, publication: Publication, texts: SheetTexts) -> float:
    """Set the study's name and the texts of a sheet; return where they end, in mm from the top."""
    width = page.size[0] - 2 * EDGE
    page.paragraph((EDGE, 10), publication.title, width, SMALL, most=1)
    down = page.paragraph((EDGE, 16), texts.title, width, HEADING, most=2)
    down = page.paragraph((EDGE, down), texts.shown, width, STRONG, most=2)
    down = page.paragraph((EDGE, down + 1), texts.message, width, MESSAGE, most=_MESSAGE_LINES)
    if texts.detail:
        down = page.paragraph((EDGE, down), texts.detail, width, most=_MESSAGE_LINES)
    return down + 2


def draw_foot(page: PrintedPage, publication: Publication) -> float:
    """Set standing, sources and run, up from the edge of the page; return where the map may end.

    How much there is to say sets the height: a long list of sources makes the map smaller, and one
    that is longer still is cut off with a pointer to where all of it is.
    """
    words, theme = wording(), publication.theme
    notes = [words["about_what"], publication.error_note, words["about_outlines"], theme.notice]
    notes += [words["illustrative"]] if publication.illustrative else []
    sources = f"{words['about_sources']}: {' '.join(publication.sources)}"
    run = f"{day(publication.date)}. {words['run'].format(run=run_mark(publication))}."
    publisher = words["published_by"].format(publisher=theme.publisher) if theme.publisher else ""
    width = page.size[0] - 2 * EDGE
    named = SMALL.lines(sources, width, most=_SOURCE_LINES + 1)
    if len(named) > _SOURCE_LINES:
        named = [*named[: _SOURCE_LINES - 1], words["print_more_sources"]]
    lines = [
        *SMALL.lines(f"{run} {publisher} {theme.contact}", width, most=2),
        *SMALL.lines(" ".join(filter(None, notes)), width, most=_NOTE_LINES),
        *named,
    ]
    top = page.size[1] - EDGE - SMALL.line_mm * (len(lines) - 1)
    for place, line in enumerate(lines):
        page.text((EDGE, top + place * SMALL.line_mm), line, SMALL)
    return top - _GAP


def window_of(
    base_map: PrintedBaseMap, corner: tuple[float, float], size: tuple[float, float]
) -> Window:
    """Return the window that shows the whole study, with its corner and size in mm."""
    west, south, east, north = base_map.areas.total_bounds
    return Window(corner, size, (west, south, east, north))


def class_fills(legend: Legend) -> list[tuple[str, str]]:
    """Return the colour and the hatch of each class."""
    return [(row.item.colour, hatch(row.item)) for row in legend.shown]


def densest_authority(
    areas: pd.DataFrame, outlines: gpd.GeoSeries
) -> tuple[str, tuple[float, float, float, float]]:
    """Return the authority with the most residents to its land, and its land's bounds.

    Its areas are too small to tell apart on a map of the whole.
    """
    land = outlines.area.groupby(areas["authority"]).sum()
    name = (areas["residents"].groupby(areas["authority"]).sum() / land).idxmax()
    west, south, east, north = gpd.GeoSeries(outlines[areas["authority"] == name]).total_bounds
    around = _INSET_AROUND_M
    return str(name), (west - around, south - around, east + around, north + around)
