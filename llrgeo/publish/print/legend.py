"""How a printed map is read: classes with their people, sites with their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import shapely

from llrgeo.publish.legend import Legend
from llrgeo.publish.pages import people
from llrgeo.publish.palette import LegendClass
from llrgeo.publish.print.base_map import Window
from llrgeo.publish.print.page import INK, SMALL, STRONG, TEXT, PrintedPage, Type
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG

_NO_ROUTE_HATCH: Final = "xxx"
_SWATCH: Final = (8.0, 4.0)
_ROW: Final = 5.2
_LABEL: Final = 10.0  # from the edge of a swatch to its label
_COLUMN: Final = 14.5  # of people
_LIST_LINE: Final = 3.5  # height of a line: its mark must fit
_MARK: Final = 5.0  # from a mark of the list to its name
_MOST_COLUMNS: Final = 2
_STATES: Final = ("new", "gone", "kept", "city", "acute")
_MARKS: Final = {
    "kept": ("o", 10.5, INK, "#ffffff"),
    "city": ("o", 10.5, INK, "#ffffff"),
    "acute": ("o", 10.5, INK, "#ffffff"),
    "new": ("s", 10.0, INK, "#ffffff"),
    "gone": ("D", 8.0, "#ffffff", INK),  # of its side: 11 points across
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A line of the list of sites: a heading, a name with its mark, or the rest of a long name."""

    text: str
    type: Type
    state: str = ""
    number: int = 0


def hatch(item: LegendClass) -> str:
    """Return the hatch of a class: none but for longer journeys, denser with more, and no route."""
    if item.kind in {"no_route", "change_no_route"}:
        return _NO_ROUTE_HATCH
    return "/" * (item.steps + 2) if item.steps > 0 else ""


def legend_sentence(legend: Legend) -> str:
    """Return a legend in words, for those who do not see it."""
    counts = (f"{row.label}: {people(row.people)}" for row in legend.shown)
    return wording()["print_counts"].format(counts="; ".join(counts))


def draw_key(
    page: PrintedPage,
    at: tuple[float, float],
    title: str,
    maps: Mapping[str, Legend],
    width_mm: float,
) -> float:
    """Draw the key with a column of people for each map, and return where it ends.

    Parameters
    ----------
    page, at, title, width_mm
        The page, the upper left corner, what the classes are of, and the width.
    maps
        What each map shows, by the heading of its column; all in the same classes.
    """
    x, y = at
    # Columns of people are set from the right edge; the first map's column is the leftmost.
    ends = [x + width_mm - _COLUMN * place for place in reversed(range(len(maps)))]
    for end, head in zip(ends, maps, strict=True):
        page.text((end, y), head, STRONG, align="right")
    y = page.paragraph((x, y), title, ends[0] - _COLUMN - x, STRONG)
    # Only some of the maps may have areas without a route; the longest legend has that row.
    longest = max(maps.values(), key=lambda legend: len(legend.shown))
    for place, row in enumerate(longest.shown):
        page.box((x, y), _SWATCH, row.item.colour, hatch=hatch(row.item))
        page.text((x + _LABEL, y + _SWATCH[1] / 2), row.label)
        for end, legend in zip(ends, maps.values(), strict=True):
            count = legend.rows[place].people
            page.text((end, y + _SWATCH[1] / 2), people(count), align="right")
        y += _ROW
    return y


def numbered_sites(
    sites: gpd.GeoDataFrame, before: frozenset[str], after: frozenset[str]
) -> gpd.GeoDataFrame:
    """Return the sites of a map in the order listed, with `number`, `state`, points in EPSG:27700.

    The state is `kept`, `new` (only after) or `gone` (only before); new ones come first.
    """
    used = sites[sites.index.isin(before | after)].to_crs(BNG)
    states = [
        "kept" if site_id in before & after else "new" if site_id in after else "gone"
        for site_id in used.index
    ]
    order = [_STATES.index(state) for state in states]
    ordered = used.assign(state=states, order=order).sort_values(["order", "name"])
    return gpd.GeoDataFrame(ordered.assign(number=range(1, len(ordered) + 1)))


def draw_sites(page: PrintedPage, window: Window, sites: gpd.GeoDataFrame) -> list[shapely.Point]:
    """Mark sites by their numbers where they lie inside the map; return where on the page."""
    points = [window.place(point) for point in sites.geometry]
    for number, state, point in zip(sites["number"], sites["state"], points, strict=True):
        if not point.is_empty:
            _mark(page, (point.x, point.y), state, number)
    return [point for point in points if not point.is_empty]


def draw_site_list(
    page: PrintedPage, at: tuple[float, float], sites: gpd.GeoDataFrame, size: tuple[float, float]
) -> float:
    """List sites by their numbers, under a heading for each state; return where the list ends.

    It stays within a width and height: many sites are set small and in two columns, and those
    without room even so are counted.
    """
    # Try settings from the most readable to the densest, and take the first with room for all.
    for columns, type_ in ((1, TEXT), (1, SMALL), (_MOST_COLUMNS, SMALL)):
        width, step = _column_width(size[0], columns), _list_step(type_)
        rows = list(_site_rows(sites, width, type_))
        room = int(size[1] / step)
        if len(rows) <= columns * room:
            break
    # Even the densest may lack room: its last line then counts the sites left out.
    if len(rows) > columns * room:
        left = sum(row.number > 0 for row in rows[columns * room - 1 :])
        more = wording()["print_more_sites"].format(count=left)
        rows = [*rows[: columns * room - 1], ListRow(more, type_)]
    for place, row in enumerate(rows):
        column, down = divmod(place, room)
        # Filled down the columns, so that numbers follow one another as one reads.
        x, y = at[0] + column * (width + 3), at[1] + down * step
        if row.number:
            _mark(page, (x + 1.6, y), row.state, row.number)
        page.text((x + (_MARK if row.state else 0), y), row.text, row.type)
    return at[1] + min(len(rows), room) * step


def least_list_height(sites: gpd.GeoDataFrame, width: float) -> float:
    """Return the height that a list of sites needs in its densest setting."""
    rows = list(_site_rows(sites, _column_width(width, _MOST_COLUMNS), SMALL))
    return (len(rows) + 1) // _MOST_COLUMNS * _list_step(SMALL)


def _column_width(width: float, columns: int) -> float:
    return width / columns - 3


def _list_step(type_: Type) -> float:
    return max(type_.line_mm, _LIST_LINE) + (type_.size - SMALL.size) / 2


def _site_rows(sites: gpd.GeoDataFrame, width: float, type_: Type) -> Iterator[ListRow]:
    """Yield the lines of the list: headings, names, and the rest of names that are too long."""
    for state in _STATES:
        chosen = sites[sites["state"] == state]
        if len(chosen):
            heading = wording()[f"print_sites_{state}"]
            yield from (ListRow(line, STRONG) for line in STRONG.lines(heading, width, most=2))
        for number, name in zip(chosen["number"], chosen["name"], strict=True):
            first, *rest = type_.lines(str(name), width - _MARK, most=2)
            yield ListRow(first, type_, state, int(number))
            yield from (ListRow(line, type_, state) for line in rest)


def _mark(page: PrintedPage, at: tuple[float, float], state: str, number: int) -> None:
    """Draw a site: a black disc, a black square if it starts, a white diamond if it stops."""
    marker, size, fill, ink = _MARKS[state]
    page.mark(at, marker, size, (fill, "#ffffff" if fill == INK else INK))
    page.text(at, str(number), Type(7, bold=True, colour=ink), align="center")
