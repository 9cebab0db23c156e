"""The explorer's indicators: figures of places, which a reader can put on the map and rank."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from llrgeo.appraisal.places.indicators import places_of
from llrgeo.publish.indicator_view import (
    PLACE_RANKINGS,
    IndicatorView,
    blank_text,
    describe_indicator,
    rank_texts,
    rows_at_both_ends,
    view_indicator,
)
from llrgeo.publish.option_view import area_labels
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import PlaceKind


def explorer_figures(publication: Publication) -> dict[str, Any]:
    """Return the indicators with their values, classes and ranks, as plain values.

    `places` has, for each kind of authority, the names and the place of each area among them; an
    area is its own. Values are as readers see them, null where there is none or it is hidden.
    """
    if PLACE_RANKINGS not in publication.tables:
        return {"list": [], "places": {}}
    areas = publication.areas
    kinds: list[PlaceKind] = ["authority", "upper_authority"]
    # Names of authorities are in the page only where an indicator is by authority.
    used = [kind for kind in kinds if any(each.kind == kind for each in publication.figures)]
    names = {kind: _names(areas, kind) for kind in (*used, "area")}
    return {
        "list": [
            _figure(publication, view_indicator(figures), names[figures.kind])
            for figures in publication.figures
        ],
        "places": {
            kind: {
                "names": names[kind].tolist(),
                "of": names[kind].get_indexer(pd.Index(places_of(areas, kind))).tolist(),
            }
            for kind in used
        },
    }


def _names(areas: pd.DataFrame, kind: PlaceKind) -> pd.Index:
    """Return the places of a kind: areas in their order, authorities by name."""
    places = places_of(areas, kind)
    named: pd.Index = pd.Index(places if kind == "area" else sorted(places.unique()))
    return named


def _figure(publication: Publication, view: IndicatorView, places: pd.Index) -> dict[str, Any]:
    indicator, figures = view.indicator, view.figures
    ranked = publication.tables[PLACE_RANKINGS]
    ranked = ranked[ranked["figure_id"] == indicator.id]
    values = figures.values.reindex(places).round(view.decimals)
    # Hidden counts are blank in the data too: a page must not carry what it does not show.
    hidden = figures.hidden.reindex(places, fill_value=False)
    ranks = rank_texts(ranked, of_all=True)
    return {
        "id": indicator.id,
        "label": indicator.label,
        "heading": view.heading,
        "kind": figures.kind,
        "decimals": view.decimals,
        "described": describe_indicator(figures),
        "edges": list(view.edges),
        "labels": list(view.labels),
        "colours": list(view.colours),
        "values": [None if pd.isna(value) else value for value in values.tolist()],
        "hidden": [place for place, is_hidden in enumerate(hidden) if is_hidden],
        "ranks": [ranks.get(place, "") for place in places],
        "caption": _caption(view, ranked),
        "rows": _rows(publication, view, ranked),
    }


def _shown(view: IndicatorView, ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table: all authorities, or the areas at both ends."""
    return rows_at_both_ends(view, ranked) if view.figures.kind == "area" else ranked


def _caption(view: IndicatorView, ranked: pd.DataFrame) -> str:
    if view.figures.kind != "area":
        return view.indicator.label
    return wording()["table_report_indicators_area"].format(
        figure=view.indicator.label, shown=len(_shown(view, ranked)), all=len(ranked)
    )


def _rows(publication: Publication, view: IndicatorView, ranked: pd.DataFrame) -> list[list[str]]:
    """Return the cells of each place: its name, figure, rank, and how far the next is."""
    ranks = rank_texts(ranked)
    labels = area_labels(publication.areas).to_dict() if view.figures.kind == "area" else {}
    rows = []
    for row in _shown(view, ranked).to_dict("records"):
        place = row["place"]
        has_figure = not pd.isna(row["value"])
        value = view.text(row["value"]) if has_figure else blank_text(hidden=row["hidden"])
        rows.append([labels.get(place, place), value, ranks[place], _next(view, row)])
    return rows


def _next(view: IndicatorView, row: Mapping[Hashable, Any]) -> str:
    """Return how far the next place is, in words where that cannot be told."""
    words, standing = wording(), row["standing"]
    if standing in {"", "last"}:
        return ""
    if standing == "too_close":
        return words["place_standing_too_close"]
    gap = view.text(row["gap_to_next"])
    return gap if standing == "apart" else words["gap_no_error"].format(gap=gap)
