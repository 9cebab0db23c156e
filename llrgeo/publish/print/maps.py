"""Print maps: a page for each option, one of the way to the city hospitals, one to compare options.

A4 and A3, each as SVG and PNG with its alternative text. They read in greyscale: a longer journey
is hatched, and within a direction a larger change, or more minutes, is darker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.journeys.nearest_sites import nearest_site
from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.publish.legend import Legend, change_legend, time_legend
from llrgeo.publish.moves import stop_sentence
from llrgeo.publish.option_view import OptionView, journey_label
from llrgeo.publish.pages import day, number, people, run_mark
from llrgeo.publish.print.base_map import (
    PrintedBaseMap,
    Window,
    draw_areas,
    draw_base_map,
    draw_names,
    draw_scale,
    emptiest_corner,
    scale_spot,
    simplify_base_map,
)
from llrgeo.publish.print.legend import (
    draw_key,
    draw_site_list,
    draw_sites,
    hatch,
    least_list_height,
    legend_sentence,
    numbered_sites,
)
from llrgeo.publish.print.page import HEADING, INK, MESSAGE, SMALL, STRONG, PrintedPage, Type
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import option_lines, service_lines
from llrgeo.publish.wording import wording

FOLDER: Final = "print"

_A4: Final = (297.0, 210.0)
_A3: Final = (420.0, 297.0)
_EDGE: Final = 10.0
_SIDE: Final = 100.0  # width of the column right of an A4 map
_GAP: Final = 5.0  # between the map and the foot
_CAPTION: Final = 29.0  # height of the texts over one of several maps: all have one scale
_CAPTION_LINES: Final = 5
_NOTE_LINES: Final = 5
_MESSAGE_LINES: Final = 7
_SOURCE_LINES: Final = 8
_PANELS: Final = 5  # options on a sheet that compares them; the sixth place holds the key
_ACROSS: Final = 3
_FAR_MIN: Final = 30
_INSET_LEAST: Final = 44.0  # height that a map of the city must have to be of use
_PANEL_INSET: Final = (34.0, 34.0)  # of a map of the city on a map beside others
_NAMED: Final = Type(7, bold=True)
_INSET_AROUND_M: Final = 500  # how far beyond the city it shows


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished page: its name as a file, what it shows, in short and at length."""

    name: str
    title: str
    description: str
    page: PrintedPage


def print_maps(publication: Publication) -> dict[str, str | bytes]:
    """Return the print maps of a publication: an SVG, a PNG and a text each.

    An option is drawn for the service that worsens for most people, and says so.
    """
    files: dict[str, str | bytes] = {}
    for sheet in _sheets(publication, simplify_base_map(publication)):
        name = f"{FOLDER}/{sheet.name}"
        files[f"{name}.svg"] = sheet.page.svg(sheet.title, sheet.description)
        files[f"{name}.png"] = sheet.page.png(sheet.title, sheet.description)
        files[f"{name}.txt"] = f"{sheet.title}\n\n{sheet.description}\n"
    return files


def _sheets(publication: Publication, base_map: PrintedBaseMap) -> Iterator[Sheet]:
    views = [publication.option_view(option) for option in publication.alternatives]
    for view in views:
        yield option_sheet(publication, base_map, view)
    if publication.city_hospitals:
        yield city_sheet(publication, base_map)
    for start in range(0, len(views), _PANELS):
        yield compare_sheet(
            publication, base_map, views[start : start + _PANELS], start // _PANELS + 1
        )


def option_sheet(publication: Publication, base_map: PrintedBaseMap, view: OptionView) -> Sheet:
    """Draw what an option changes for a service, on A4."""
    words, legend = wording(), change_legend(view, publication.tolerance_min)
    what = words["print_change"].format(
        service=view.service.label, journey=journey_label(view.journey)
    )
    before = publication.baseline.sites.get(view.service.id, frozenset())
    after = view.option.sites.get(view.service.id, frozenset())
    sites = numbered_sites(publication.sites, before, after)
    title, message = view.option.label, _option_message(publication, view)
    stops = stop_sentence(publication, view.option)
    page = _single_map(publication, base_map, legend, sites, (title, what, message, stops))
    # What a sheet has no room for, its text says in full.
    return Sheet(
        f"{view.option.name}_{view.service.id}_a4",
        f"{title}. {what}",
        " ".join([message, stops, legend_sentence(legend), words["print_figures"]]),
        page,
    )


def _option_message(publication: Publication, view: OptionView) -> str:
    """Return what an option means over all services, then for the one of the map."""
    return " ".join([*option_lines(publication.people[view.option.name]), *service_lines(view)])


def city_sheet(publication: Publication, base_map: PrintedBaseMap) -> Sheet:
    """Draw the minutes to the nearest city hospital today, on A4."""
    words, journey = wording(), publication.judged_by
    hospitals = frozenset(publication.city_hospitals)
    minutes = nearest_site(journey, hospitals)["travel_time_min"]
    legend = time_legend(minutes, publication.areas["residents"])
    called = "city" if publication.called_city else "acute"
    what = words["print_city"].format(journey=journey_label(journey))
    sites = numbered_sites(publication.sites, hospitals, hospitals).assign(state=called)
    title = words[f"print_{called}_title"]
    message = city_message(minutes, publication.areas, called=called)
    page = _single_map(publication, base_map, legend, sites, (title, what, message))
    description = " ".join([message, legend_sentence(legend), words["print_figures"]])
    return Sheet("city_hospitals_today_a4", f"{title}. {what}", description, page)


def city_message(minutes: pd.Series, areas: pd.DataFrame, *, called: str = "city") -> str:
    """Return how many people live far from the hospitals, and where the way is longest.

    `called` is `city` or `acute`, as the study calls them. Where areas name no authorities, only
    how many live far is said.
    """
    # Means are over those who can reach a hospital; the far ones include those who cannot.
    far = areas.loc[minutes > _FAR_MIN, "residents"].sum()
    words = wording()
    message = words[f"print_{called}_message"].format(
        far=people(far), all=people(areas["residents"].sum()), limit=_FAR_MIN
    )
    if not has_authorities(areas):
        return message
    reached = np.isfinite(minutes)
    residents = areas.loc[reached, "residents"]
    spent = (minutes[reached] * residents).groupby(areas["authority"]).sum()
    means = spent / residents.groupby(areas["authority"]).sum()
    longest = words["print_longest"].format(authority=means.idxmax(), mean=number(means.max()))
    return f"{message} {longest}"


def compare_sheet(
    publication: Publication, base_map: PrintedBaseMap, views: Sequence[OptionView], number: int
) -> Sheet:
    """Draw up to five options side by side, on A3, with a key that counts people for each."""
    words, first = wording(), views[0]
    title = words["print_compare_title"]
    what = words["print_compare"].format(journey=journey_label(first.journey))
    page = PrintedPage(*_A3)
    top = _head(page, publication, (title, what, words["print_compare_how"]))
    # A grid of equal cells: one an option, and one more for the key.
    rows = -(-(len(views) + 1) // _ACROSS)
    cell = ((_A3[0] - 2 * _EDGE) / _ACROSS, (_foot(page, publication) - top) / rows)
    maps, description = {}, []
    for place, view in enumerate(views):
        letter, legend = chr(ord("A") + place), change_legend(view, publication.tolerance_min)
        corner = (_EDGE + place % _ACROSS * cell[0], top + place // _ACROSS * cell[1])
        maps[letter] = legend
        sentences = " ".join(option_lines(publication.people[view.option.name]))
        shown = words["print_panel"].format(service=view.service.label)
        description.append(f"{letter}: {view.option.label}. {sentences} {shown}")
        size = (cell[0] - 6, cell[1] - 4)
        texts = (f"{letter}  {view.option.label}", shown, sentences)
        window = _panel(page, base_map, legend, (corner, size), texts)
        if has_authorities(publication.areas):
            name, city = densest_authority(publication.areas, base_map.areas)
            at = emptiest_corner(window, base_map, _PANEL_INSET)
            page.box(at, _PANEL_INSET, "#ffffff")
            inset = Window(at, _PANEL_INSET, city)
            draw_areas(page, inset, base_map, legend.classes, _fills(legend))
            draw_base_map(page, inset, base_map)
            page.line(inset.frame.exterior, INK, 0.5)
            page.box(at, (_PANEL_INSET[0], 5.0), "#ffffff")  # its name stands on white
            heading = words["print_inset"].format(authority=name)
            page.paragraph((at[0] + 1, at[1] + 2.6), heading, _PANEL_INSET[0] - 2, _NAMED, most=1)
    last = len(views)
    corner = (_EDGE + last % _ACROSS * cell[0], top + last // _ACROSS * cell[1])
    down = draw_key(page, corner, words["print_key_change"], maps, cell[0])
    land = _window(base_map, corner, (cell[0] - 6, cell[1] - 4 - _CAPTION))
    draw_scale(page, land, (corner[0] + 3, down + 10))
    description.append(words["print_figures"])
    name = f"compare_options_{number}_a3"
    return Sheet(name, f"{title}. {what}", " ".join(description), page)


def _single_map(
    publication: Publication,
    base_map: PrintedBaseMap,
    legend: Legend,
    sites: gpd.GeoDataFrame,
    texts: tuple[str, ...],
) -> PrintedPage:
    """Draw an A4 page: headings, the map, the key and the list of sites right of it, the foot."""
    page = PrintedPage(*_A4)
    top = _head(page, publication, texts)
    bottom = _foot(page, publication)
    right = _A4[0] - _EDGE - _SIDE
    window = _window(base_map, (_EDGE, top), (right - _EDGE - 4, bottom - top))
    draw_areas(page, window, base_map, legend.classes, _fills(legend))
    draw_base_map(page, window, base_map)
    points = draw_sites(page, window, sites)
    draw_names(page, window, base_map, points)
    draw_scale(page, window, scale_spot(window, base_map, points))
    title = wording()["print_key"]
    down = draw_key(page, (right, top), title, {wording()["column_people"]: legend}, _SIDE) + 3
    # The inset is drawn only if the list of sites, set densely, leaves it enough height.
    room = bottom - down
    with_inset = has_authorities(publication.areas) and (
        least_list_height(sites, _SIDE) <= room - _INSET_LEAST
    )
    height = room - _INSET_LEAST if with_inset else room
    down = draw_site_list(page, (right, down), sites, (_SIDE, height))
    if with_inset:
        name, land = densest_authority(publication.areas, base_map.areas)
        heading = wording()["print_inset"].format(authority=name)
        down = page.paragraph((right, down + 3), heading, _SIDE, STRONG, most=1)
        window = Window((right, down), (_SIDE, bottom - down), land)
        _inset(page, window, base_map, legend, sites)
    return page


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


def _inset(
    page: PrintedPage,
    window: Window,
    base_map: PrintedBaseMap,
    legend: Legend,
    sites: gpd.GeoDataFrame,
) -> None:
    """Draw a part of the map at a larger scale, in a frame."""
    draw_areas(page, window, base_map, legend.classes, _fills(legend))
    draw_base_map(page, window, base_map)
    draw_names(page, window, base_map, draw_sites(page, window, sites))
    page.line(window.frame.exterior, INK, 0.5)


def _panel(
    page: PrintedPage,
    base_map: PrintedBaseMap,
    legend: Legend,
    frame: tuple[tuple[float, float], tuple[float, float]],
    texts: tuple[str, str, str],
) -> Window:
    """Draw one of several maps of a page, in a frame (corner and size), under its texts.

    The texts are what the option is called, which service the map shows, and who has a longer and
    a shorter journey over all services.
    """
    (x, y), (width, height) = frame
    down = page.paragraph((x, y), texts[0], width, STRONG, most=1)
    down = page.paragraph((x, down), texts[1], width, most=1)
    page.paragraph((x, down), texts[2], width, most=_CAPTION_LINES)
    window = _window(base_map, (x, y + _CAPTION), (width, height - _CAPTION))
    draw_areas(page, window, base_map, legend.classes, _fills(legend))
    draw_base_map(page, window, base_map)
    draw_names(page, window, base_map, [])
    return window


def _fills(legend: Legend) -> list[tuple[str, str]]:
    """Return the colour and the hatch of each class."""
    return [(row.item.colour, hatch(row.item)) for row in legend.shown]


def _window(
    base_map: PrintedBaseMap, corner: tuple[float, float], size: tuple[float, float]
) -> Window:
    west, south, east, north = base_map.areas.total_bounds
    return Window(corner, size, (west, south, east, north))


def _head(page: PrintedPage, publication: Publication, texts: tuple[str, ...]) -> float:
    """Set the study's name, the title, what is shown and the message; return where they end.

    What more there is to say, such as what would stop where, is set smaller below the message.
    """
    title, what, message, *more = texts
    width = page.size[0] - 2 * _EDGE
    page.paragraph((_EDGE, 10), publication.title, width, SMALL, most=1)
    down = page.paragraph((_EDGE, 16), title, width, HEADING, most=2)
    down = page.paragraph((_EDGE, down), what, width, STRONG, most=2)
    down = page.paragraph((_EDGE, down + 1), message, width, MESSAGE, most=_MESSAGE_LINES)
    for text in more:
        down = page.paragraph((_EDGE, down), text, width, most=_MESSAGE_LINES)
    return down + 2


def _foot(page: PrintedPage, publication: Publication) -> float:
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
    width = page.size[0] - 2 * _EDGE
    named = SMALL.lines(sources, width, most=_SOURCE_LINES + 1)
    if len(named) > _SOURCE_LINES:
        named = [*named[: _SOURCE_LINES - 1], words["print_more_sources"]]
    lines = [
        *SMALL.lines(f"{run} {publisher} {theme.contact}", width, most=2),
        *SMALL.lines(" ".join(filter(None, notes)), width, most=_NOTE_LINES),
        *named,
    ]
    top = page.size[1] - _EDGE - SMALL.line_mm * (len(lines) - 1)
    for place, line in enumerate(lines):
        page.text((_EDGE, top + place * SMALL.line_mm), line, SMALL)
    return top - _GAP
