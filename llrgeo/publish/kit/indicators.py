"""Figures of a place from other sources, on its pages: its own, or those of where it lies."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from llrgeo.appraisal.places.indicators import PlaceFigures, places_of
from llrgeo.publish.indicator_view import (
    PLACE_RANKINGS,
    IndicatorView,
    blank_text,
    describe_indicator,
    rank_texts,
    view_indicator,
)
from llrgeo.publish.kit.figures import PlaceView
from llrgeo.publish.option_view import area_labels
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording


@dataclass(frozen=True, slots=True)
class PlaceIndicator:
    """An indicator as the page of a place shows it.

    Attributes
    ----------
    heading
        What it is, with its unit.
    value
        As text; a range where the place has several values.
    rank
        Among all places of its kind, as text; empty without one, or where there are several.
    of
        The authority or area that the value is of, or how many of them.
    about
        Unit, direction, source, date and error, in sentences.
    """

    heading: str
    value: str
    rank: str
    of: str
    about: str


def place_indicators(view: PlaceView) -> list[PlaceIndicator]:
    """Return the study's indicators for a place, in their order; none if it has no rankings."""
    publication = view.publication
    if PLACE_RANKINGS not in publication.tables:
        return []
    return [_place_indicator(view, figures) for figures in publication.figures]


def indicator_table(indicators: list[PlaceIndicator]) -> dict[str, Any] | None:
    """Return the indicators of a place as a table; None without any."""
    if not indicators:
        return None
    words = wording()
    heads = [words[f"column_{name}"] for name in ("figure", "value", "rank", "figure_of")]
    rows = [
        [indicator.heading, indicator.value, indicator.rank, indicator.of]
        for indicator in indicators
    ]
    return {"id": "figures", "caption": words["kit_figures"], "heads": heads, "rows": rows}


def indicator_lines(indicators: list[PlaceIndicator]) -> list[str]:
    """Return the indicators of a place in sentences, for a voice."""
    words, lines = wording(), []
    for indicator in indicators:
        key = "kit_figure_ranked" if indicator.rank else "kit_figure"
        lines.append(
            words[key].format(
                figure=indicator.heading,
                place=indicator.of,
                value=indicator.value,
                rank=indicator.rank,
            )
        )
    return lines


def _place_indicator(view: PlaceView, figures: PlaceFigures) -> PlaceIndicator:
    """Return an indicator of the places in which the areas of the page lie."""
    shown, publication = view_indicator(figures), view.publication
    places = places_of(publication.areas, figures.kind).loc[list(view.place.areas)]
    names = places.drop_duplicates().tolist()
    about = describe_indicator(figures)
    if len(names) > 1:
        # Areas differ, and no average is made of them: what is averaged may not be added up.
        return PlaceIndicator(shown.heading, _range(shown, names), "", _count(len(names)), about)
    rows = publication.tables[PLACE_RANKINGS]
    ranks = rank_texts(rows[rows["figure_id"] == shown.indicator.id], of_all=True)
    return PlaceIndicator(
        shown.heading,
        _value(shown, names[0]),
        ranks.get(names[0], ""),
        _name(publication, figures, names[0]),
        about,
    )


def _value(shown: IndicatorView, place: str) -> str:
    value = shown.figures.values.get(place)
    if value is None or pd.isna(value):
        return blank_text(hidden=bool(shown.figures.hidden.get(place, False)))
    return shown.text(float(value))


def _range(shown: IndicatorView, names: list[str]) -> str:
    """Return the least and the most of several places, those without a figure left out."""
    values = shown.figures.values.reindex(names).round(shown.decimals).dropna()
    if values.empty:
        return blank_text(hidden=False)
    low, high = shown.text(values.min()), shown.text(values.max())
    return low if low == high else wording()["figure_range"].format(low=low, high=high)


def _name(publication: Publication, figures: PlaceFigures, place: str) -> str:
    if figures.kind != "area":
        return place
    return str(area_labels(publication.areas)[place])


def _count(number: int) -> str:
    return wording()["figure_places"].format(count=number)
