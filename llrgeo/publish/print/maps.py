"""Print maps: a page for each option, one of the way to the city hospitals, one to compare options.

A4 and A3, each as SVG and PNG with its alternative text. They read in greyscale: a longer journey
is hatched, and within a direction a larger change, or more minutes, is darker.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.journeys.nearest_sites import nearest_site
from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.publish.legend import Legend, change_legend, time_legend
from llrgeo.publish.moves import stop_sentence
from llrgeo.publish.option_view import OptionView, journey_label
from llrgeo.publish.pages import number, people
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
    least_list_height,
    legend_sentence,
    numbered_sites,
)
from llrgeo.publish.print.page import INK, STRONG, PrintedPage, Type
from llrgeo.publish.print.sheet_parts import (
    A3,
    A4,
    EDGE,
    Sheet,
    SheetTexts,
    class_fills,
    densest_authority,
    draw_foot,
    draw_head,
    window_of,
)
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import option_lines, service_lines
from llrgeo.publish.wording import wording

FOLDER: Final = "print"

_SIDE: Final = 100.0  # width of the column right of an A4 map
_CAPTION: Final = 29.0  # height of the texts over one of several maps: all have one scale
_CAPTION_LINES: Final = 5
_PANELS: Final = 5  # options on a sheet that compares them; the sixth place holds the key
_ACROSS: Final = 3
_FAR_MIN: Final = 30
_INSET_LEAST: Final = 44.0  # height that a map of the city must have to be of use
_PANEL_INSET: Final = (34.0, 34.0)  # of a map of the city on a map beside others
_NAMED: Final = Type(7, bold=True)


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
    texts = SheetTexts(title, what, message, stops)
    page = _single_map(publication, base_map, legend, sites, texts)
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
    page = _single_map(publication, base_map, legend, sites, SheetTexts(title, what, message))
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
    page = PrintedPage(*A3)
    top = draw_head(page, publication, SheetTexts(title, what, words["print_compare_how"]))
    # A grid of equal cells: one an option, and one more for the key.
    rows = -(-(len(views) + 1) // _ACROSS)
    cell = (A3[0] - 2 * EDGE) / _ACROSS, (draw_foot(page, publication) - top) / rows
    corners = [
        (EDGE + place % _ACROSS * cell[0], top + place // _ACROSS * cell[1])
        for place in range(len(views) + 1)
    ]
    legends, description = {}, []
    for place, view in enumerate(views):
        letter, legend = chr(ord("A") + place), change_legend(view, publication.tolerance_min)
        legends[letter] = legend
        sentences = " ".join(option_lines(publication.people[view.option.name]))
        shown = words["print_panel"].format(service=view.service.label)
        description.append(f"{letter}: {view.option.label}. {sentences} {shown}")
        texts = (f"{letter}  {view.option.label}", shown, sentences)
        frame = corners[place], (cell[0] - 6, cell[1] - 4)
        window = _panel(page, base_map, legend, frame, texts)
        if has_authorities(publication.areas):
            _panel_inset(page, window, base_map, legend, publication.areas)
    corner = corners[-1]
    down = draw_key(page, corner, words["print_key_change"], legends, cell[0])
    land = window_of(base_map, corner, (cell[0] - 6, cell[1] - 4 - _CAPTION))
    draw_scale(page, land, (corner[0] + 3, down + 10))
    description.append(words["print_figures"])
    name = f"compare_options_{number}_a3"
    return Sheet(name, f"{title}. {what}", " ".join(description), page)


def _panel_inset(
    page: PrintedPage,
    window: Window,
    base_map: PrintedBaseMap,
    legend: Legend,
    areas: gpd.GeoDataFrame,
) -> None:
    """Draw the densest authority at a larger scale, in the emptiest corner of a panel's map."""
    name, land = densest_authority(areas, base_map.areas)
    at = emptiest_corner(window, base_map, _PANEL_INSET)
    page.box(at, _PANEL_INSET, "#ffffff")
    inset = Window(at, _PANEL_INSET, land)
    draw_areas(page, inset, base_map, legend.classes, class_fills(legend))
    draw_base_map(page, inset, base_map)
    page.line(inset.frame.exterior, INK, 0.5)
    page.box(at, (_PANEL_INSET[0], 5.0), "#ffffff")  # its name is set on white
    heading = wording()["print_inset"].format(authority=name)
    page.paragraph((at[0] + 1, at[1] + 2.6), heading, _PANEL_INSET[0] - 2, _NAMED, most=1)


def _single_map(
    publication: Publication,
    base_map: PrintedBaseMap,
    legend: Legend,
    sites: gpd.GeoDataFrame,
    texts: SheetTexts,
) -> PrintedPage:
    """Draw an A4 page: headings, the map, the key and the list of sites right of it, the foot."""
    page = PrintedPage(*A4)
    top = draw_head(page, publication, texts)
    bottom = draw_foot(page, publication)
    right = A4[0] - EDGE - _SIDE
    window = window_of(base_map, (EDGE, top), (right - EDGE - 4, bottom - top))
    draw_areas(page, window, base_map, legend.classes, class_fills(legend))
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


def _inset(
    page: PrintedPage,
    window: Window,
    base_map: PrintedBaseMap,
    legend: Legend,
    sites: gpd.GeoDataFrame,
) -> None:
    """Draw a part of the map at a larger scale, in a frame."""
    draw_areas(page, window, base_map, legend.classes, class_fills(legend))
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
    window = window_of(base_map, (x, y + _CAPTION), (width, height - _CAPTION))
    draw_areas(page, window, base_map, legend.classes, class_fills(legend))
    draw_base_map(page, window, base_map)
    draw_names(page, window, base_map, [])
    return window
