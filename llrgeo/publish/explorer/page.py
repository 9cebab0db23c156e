"""The explorer: one page that works from disk, asks for nothing, and says everything in tables."""

from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from llrgeo.publish import pages, palette
from llrgeo.publish.explorer.leaflet_map import MAP_NAME, empty_map
from llrgeo.publish.explorer.payload import acute_words, explorer_data, explorer_sites
from llrgeo.publish.legend import change_legend, class_label
from llrgeo.publish.option_view import (
    OUTCOMES,
    OptionView,
    journey_label,
)
from llrgeo.publish.publication import Publication
from llrgeo.publish.sentences import headline
from llrgeo.publish.wording import wording

SCRIPTS: Final = (
    "explorer/assets/unpack.js",
    "explorer/assets/model.js",
    "explorer/assets/text.js",
    "explorer/assets/tables.js",
    "explorer/assets/answers.js",
    "explorer/assets/map.js",
    "explorer/assets/view.js",
)
ZOOM: Final = 9
_KINDS: Final = ("city_hospital", "community_hospital", "health_centre", "other")
_ALWAYS: Final = ("improved", "unchanged", "worsened")
_BAR: Final = {
    "shorter": ("gained", "improved"),
    "same": ("unchanged", "none"),
    "longer": ("worsened", "lost"),
}


def render_explorer(publication: Publication) -> str:
    """Return the explorer as one HTML page."""
    view = publication.opening_view
    points = publication.areas.to_crs("EPSG:4326").geometry
    parts = empty_map((round(points.y.mean(), 4), round(points.x.mean(), 4)), ZOOM)
    scripts = [pages.leaflet("leaflet.js"), parts.script, *map(pages.asset, SCRIPTS)]
    styles = [pages.leaflet("leaflet.css"), pages.page_style(publication)]
    return pages.render(
        "explorer.html",
        {
            "publication": publication,
            "view": view,
            "journey": journey_label(publication.times_for(view.service, view.journey)),
            "run": pages.run_mark(publication),
            "policy": pages.content_policy(scripts=scripts, styles=styles),
            "scripts": [Markup(script) for script in scripts],  # noqa: S704 - our own and vendored files
            "styles": [Markup(style) for style in styles],  # noqa: S704 - the accent is a checked colour
            "map_element": Markup(parts.html),  # noqa: S704 - holds no text from data
            "map_name": MAP_NAME,
            "data": explorer_data(publication),
            "tables": {table["id"]: table for table in explorer_tables(view)},
            "deprivation_note": pages.deprivation_note(publication),
            "view_labels": acute_words(publication),
            "headline": headline(view),
            "bar": outcome_bar(view),
            "legend": change_legend(view, publication.tolerance_min).shown,
            **_choices(publication, view),
        },
    )


def _choices(publication: Publication, view: OptionView) -> dict[str, Any]:
    """Return what the page offers to choose from, and what it leaves out for want of data."""
    sites = explorer_sites(publication)
    open_sites = view.option.sites.get(view.service.id, frozenset())
    city = ["city"] if set(publication.city_hospitals) & set(sites.index) else []
    return {
        "site_names": sites.loc[sorted(open_sites), "name"].tolist(),
        "kinds": _kinds(sites),
        "map_views": ["change", "after", "before", *city],
        "has_postcodes": publication.postcodes is not None,
    }


def _kinds(sites: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the sign of each kind of site and what the study calls it, by the order of roles."""
    words = wording()
    pairs = set(zip(palette.site_signs(sites), sites["kind"], strict=True))
    ordered = sorted(pairs, key=lambda pair: (_KINDS.index(pair[0]), pair[1]))
    return [(sign, words.get(f"kind_{kind}", kind.replace("_", " "))) for sign, kind in ordered]


def outcome_bar(view: OptionView) -> list[dict[str, Any]]:
    """Return the parts of the headline's bar: where each starts and how wide it is, of 1,000."""
    everyone = view.everyone
    total = everyone[list(OUTCOMES)].sum()
    parts, start = [], 0.0
    for kind, outcomes in _BAR.items():
        width = 1_000 * float(everyone[list(outcomes)].sum() / total)
        parts.append({"kind": kind, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return parts


def explorer_tables(view: OptionView) -> list[dict[str, Any]]:
    """Return the tables of a view: id, caption, heads and rows of text."""
    shown = [name for name in OUTCOMES if name in _ALWAYS or view.everyone[name]]
    words = wording()
    heads = [words[f"column_{_COLUMNS[name]}"] for name in shown]
    place, mean = words["column_place"], [words["column_before"], words["column_after"]]
    tenth = view.groups.index.get_level_values(0) == "tenth"
    by_place, by_tenth = view.groups[~tenth], view.groups[tenth]
    areas = [words["column_area"], *mean, words["column_change"]]
    return [
        _table("winners", [place, *heads], _outcome_rows(by_place, shown)),
        *(
            [_table("deprivation", [words["column_tenth"], *heads], _outcome_rows(by_tenth, shown))]
            if tenth.any()
            else []
        ),
        _table(
            "bands",
            [words["column_time"], words["column_before_people"], words["column_after_people"]],
            [
                [class_label(item), pages.people(before), pages.people(after)]
                for item, before, after in zip(
                    palette.time_classes(), view.bands["before"], view.bands["after"], strict=True
                )
            ],
        ),
        _table("means", [place, *mean], _mean_rows(view.groups)),
        _table("changed", areas, _area_rows(view.most_changed)),
        _table("areas", areas, _area_rows(view.areas)),
    ]


_COLUMNS: Final = {
    "gained": "gained",
    "improved": "shorter",
    "unchanged": "same",
    "worsened": "longer",
    "lost": "lost",
    "none": "none",
}


def _table(name: str, heads: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"id": name, "caption": wording()[f"table_{name}"], "heads": heads, "rows": rows}


def _level_label(group: str, level: str) -> str:
    words = wording()
    if group == "everyone":
        return words["everyone"]
    if group != "tenth":
        return level
    ends = {"1": words["tenth_first"], "10": words["tenth_last"]}
    return ends.get(level, words["tenth"].format(tenth=level))


def _outcome_rows(groups: pd.DataFrame, shown: list[str]) -> list[list[str]]:
    counts = groups[shown].map(pages.people).to_numpy()
    return [[_level_label(*key), *row] for key, row in zip(groups.index, counts, strict=True)]


def _mean_rows(groups: pd.DataFrame) -> list[list[str]]:
    means = groups[["mean_before_min", "mean_after_min"]].map(_mean).to_numpy()
    return [[_level_label(*key), *row] for key, row in zip(groups.index, means, strict=True)]


def _mean(value: float) -> str:
    return wording()["nobody"] if pd.isna(value) else pages.number(value, 1)


def _area_rows(areas: pd.DataFrame) -> list[list[str]]:
    columns = ("label", "before_min", "after_min", "outcome", "change_min")
    return [
        [label, pages.minutes(before), pages.minutes(after), change_mark(outcome, change)]
        for label, before, after, outcome, change in zip(
            *(areas[column] for column in columns), strict=True
        )
    ]


def change_mark(outcome: str, change_min: float) -> str:
    """Return a change as a sign and minutes, or in words where minutes cannot be told."""
    if outcome in {"improved", "worsened", "unchanged"}:
        sign = {"improved": "▼", "worsened": "▲", "unchanged": "="}[outcome]
        return f"{sign} {pages.number(abs(change_min), 1)}"
    return wording()[f"mark_{outcome}"]
