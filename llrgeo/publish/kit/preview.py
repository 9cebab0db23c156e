"""Preview of a kit: the picture that other websites show beside a link to it (Open Graph)."""

from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties, findfont, get_font

from llrgeo.publish.legend import time_legend
from llrgeo.publish.pages import day, run_mark
from llrgeo.publish.print.base_map import Window, draw_areas, simplify_base_map
from llrgeo.publish.print.page import FONT, PrintedPage, Type, printable
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

# 1,200 by 630 pixels at 300 to the inch, which such previews have.
_SIZE: Final = (101.6, 53.34)
_EDGE: Final = 4.0
_TEXT_WIDTH: Final = 46.0
_TITLE: Final = Type(11, bold=True)
_TEXT: Final = Type(8)


def preview_image(publication: Publication) -> bytes:
    """Return the picture as PNG: the title, that nothing is decided, and the minutes of today.

    It shows today, not an option, so that it leans to none. A text in letters that the font of
    pictures lacks is left out: those who share the link see the page's title beside it.
    """
    words, view = wording(), publication.opening_view
    base_map = simplify_base_map(publication)
    legend = time_legend(view.areas["before_min"], view.areas["people"])
    page = PrintedPage(*_SIZE)
    left = 2 * _EDGE + _TEXT_WIDTH
    size = (_SIZE[0] - left - _EDGE, _SIZE[1] - 2 * _EDGE)
    # The map takes what the text leaves, at the right.
    west, south, east, north = base_map.areas.total_bounds
    window = Window((left, _EDGE), size, (west, south, east, north))
    fills = [(row.item.colour, "") for row in legend.shown]
    draw_areas(page, window, base_map, legend.classes, fills)
    foot = f"{day(publication.date)}. {words['run'].format(run=run_mark(publication))}"
    down = _EDGE
    for text, kind in ((publication.title, _TITLE), (publication.theme.notice, _TEXT)):
        if _has_letters(text):
            down = page.paragraph((_EDGE, down), text, _TEXT_WIDTH, kind, most=5) + 2
    if _has_letters(foot):
        page.text((_EDGE, _SIZE[1] - _EDGE), foot, Type(7))
    return page.png(publication.title, publication.theme.notice)


def _has_letters(text: str) -> bool:
    """Return whether the font of pictures has every letter of a text."""
    return all(ord(sign) in _letters() for sign in printable(text) if not sign.isspace())


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())
