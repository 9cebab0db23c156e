"""The explorer: one page that works from disk, asks for nothing, and says everything in tables."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES
from llrgeo.execution.computed_once import computed_once
from llrgeo.publish import moves, pages, palette
from llrgeo.publish.costs_and_room import costs_and_room
from llrgeo.publish.explorer.map_page import map_page_values
from llrgeo.publish.explorer.own_roads import ROAD_SCRIPTS, has_room, network_text
from llrgeo.publish.explorer.packing import usual_district
from llrgeo.publish.explorer.payload import acute_words, explorer_data, explorer_sites
from llrgeo.publish.explorer.split import PartPage
from llrgeo.publish.explorer.tables import explorer_tables, figure_table, options_table
from llrgeo.publish.explorer.years import year_tables
from llrgeo.publish.gazetteer import NamedPlace
from llrgeo.publish.legend import time_legend
from llrgeo.publish.option_view import OptionView, journey_label
from llrgeo.publish.people_view import PeopleView
from llrgeo.publish.planner_size import has_planner
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import capitalised, in_sentence, option_lines, service_lines
from llrgeo.publish.wording import wording

SCRIPTS: Final = (
    "explorer/assets/idle.js",
    "explorer/assets/unpack.js",
    "explorer/assets/journeys.js",
    "explorer/assets/model.js",
    "explorer/assets/text.js",
    "explorer/assets/find.js",
    "explorer/assets/place.js",
    "explorer/assets/tables.js",
    "explorer/assets/answers.js",
    "explorer/assets/download.js",
    "explorer/assets/finder.js",
    "explorer/assets/own_roads.js",
    "explorer/assets/mine.js",
    "explorer/assets/figures.js",
    "explorer/assets/legend.js",
    "explorer/assets/map.js",
    "explorer/assets/stage.js",
    "explorer/assets/years.js",
    "explorer/assets/paper.js",
    "explorer/assets/view.js",
)
PART_SCRIPTS: Final = ("explorer/assets/kept_place.js", "explorer/assets/part.js")
_TIMETABLED: Final = ("transit", "bus")
_KINDS: Final = ("city_hospital", "community_hospital", "health_centre", "other")
_BAR: Final = {
    "longer": LONGER_CLASSES,
    "same": ("same", "none", "no_data"),
    "shorter": ("shorter",),
}


def render_explorer(publication: Publication) -> str:
    """Return the explorer as one HTML page.

    Roads that leave it larger than an explorer may be are left out, and it says so.
    """
    page = _render(publication, explorer_data(publication))
    if publication.own_roads is None or has_room(page):
        return page
    without = replace(publication, own_roads=None)
    data = {**explorer_data(without), "planning": {"network": None, "no_room": True}}
    return _render(without, data)


def render_part(publication: Publication, part: PartPage, named: Sequence[NamedPlace]) -> str:
    """Return the explorer of a part of a study: `publication` is the part, as `part_of` cuts it."""
    data = explorer_data(publication, named)
    if part.has_roads:
        data["planning"] = {"network": None, "no_room": True}
    return _render(publication, data, part)


def _render(publication: Publication, data: dict[str, Any], part: PartPage | None = None) -> str:
    scripts = (*SCRIPTS, *PART_SCRIPTS) if part else SCRIPTS
    view = part.view if part else publication.opening_view
    people = part.people if part else publication.people[view.option.name]
    options, own_roads = part.options if part else options_table(publication), publication.own_roads
    styles = [pages.leaflet("leaflet.css"), pages.page_style(publication)]
    return pages.render(
        "explorer.html",
        {
            **map_page_values(
                publication, (*ROAD_SCRIPTS, *scripts) if own_roads else scripts, styles
            ),
            "network": network_text(own_roads.network if own_roads else None),
            "part": part,
            "view": view,
            "journey": journey_label(publication.times_for(view.service, view.journey)),
            "data": data,
            "figure_table": figure_table(data),
            "tables": {
                table["id"]: table
                for table in explorer_tables(publication, (view, people), options)
            },
            "deprivation_note": pages.deprivation_note(publication),
            "view_labels": acute_words(publication),
            "headline": headline(publication, view),
            "facts": part.facts if part else costs_and_room(publication),
            "years": year_tables(publication),
            "bar": outcome_bar(people),
            "legend": time_legend(view.areas["before_min"], view.areas["people"]).shown,
            **_choices(publication, view),
        },
    )


def _choices(publication: Publication, view: OptionView) -> dict[str, Any]:
    """Return what the page offers to choose from, and what it leaves out for want of data."""
    sites = explorer_sites(publication)
    open_sites = view.option.sites.get(view.service.id, frozenset())
    city = ["city"] if set(publication.city_hospitals) & set(sites.index) else []
    return {
        "site_names": sites["name"][sorted(open_sites)].tolist(),
        "kinds": _kinds(publication),
        "map_views": ["before", "after", "change", *city],
        "has_timetable": any(times.mode in _TIMETABLED for times in publication.times),
        "planner": has_planner(publication),
        "postcode_example": usual_district(publication.postcodes),
    }


def _kinds(publication: Publication) -> list[tuple[str, str]]:
    """Return the sign of each kind of site and what the study calls it, by the order of roles."""
    words, pairs = wording(), _signs_of_kinds(publication.whole)
    return [
        (sign, words.get(f"kind_{kind}", capitalised(kind.replace("_", " "))))
        for sign, kind in pairs
    ]


@computed_once
def _signs_of_kinds(publication: Publication) -> list[tuple[str, str]]:
    sites = explorer_sites(publication)
    pairs = set(zip(palette.site_signs(sites), sites["kind"], strict=True))
    return sorted(pairs, key=lambda pair: (_KINDS.index(pair[0]), pair[1]))


def headline(publication: Publication, view: OptionView) -> dict[str, list[str]]:
    """Return what is said of a view: over all services, what moves, and for its service alone."""
    words = wording()
    # The baseline is compared with nothing: only its own minutes are given.
    if view.option is publication.baseline:
        service, mean = in_sentence(view.service.label), view.everyone["mean_before_min"]
        average = words["today_average"].format(service=service, before=pages.minutes(mean))
        nobody = words["today_nobody"].format(service=service)
        sentence = nobody if pd.isna(mean) else average
        return {"option": [words["baseline_chosen"]], "moves": [], "service": [sentence]}
    return {
        "option": option_lines(publication.people[view.option.name]),
        "moves": move_lines(publication, view),
        "service": service_lines(view),
    }


def move_lines(publication: Publication, view: OptionView) -> list[str]:
    """Return what an option would stop and start where, services that move alike in one line."""
    words = wording()
    started = moves.starts(publication, view.option)
    starts = [words["moves_starts"].format(moves=moves.moves_in_words([move])) for move in started]
    stopped = moves.stops(publication, view.option)
    stops = [words["moves_stops"].format(moves=moves.moves_in_words([move])) for move in stopped]
    return [*(stops or [words["moves_no_stops"]]), *starts]


def outcome_bar(view: PeopleView) -> list[dict[str, Any]]:
    """Return the parts of the headline's bar: where each starts and how wide it is, of 1,000."""
    everyone = view.everyone.to_dict()
    counts = {
        kind: float(sum(everyone[name] for name in classes)) for kind, classes in _BAR.items()
    }
    parts, start = [], 0.0
    for kind, people in counts.items():
        width = 1_000 * people / sum(counts.values())
        parts.append({"kind": kind, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return parts
