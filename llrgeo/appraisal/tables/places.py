"""Declared table of places compared: access under each option, and the study's own indicators."""

from typing import Final

import pandas as pd

from llrgeo.appraisal.disclosure import publish_as_is
from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.appraisal.places.indicators import PlaceFigures, places_of
from llrgeo.appraisal.places.place_rankings import rank_authorities, rank_figures
from llrgeo.appraisal.tables.columns import DATE, SOURCE, explained
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDeclaration
from llrgeo.appraisal.tables.units import AS_STATED, PEOPLE, PLACES_RANKED, RANK
from llrgeo.schema import PlaceKind

_NOT_RANKED: Final = "the place is not ranked by the figure"
_OF_TIMES: Final = "travel times of the study"


def kinds_compared(context: EvidenceContext) -> tuple[PlaceKind, ...]:
    """Return the kinds of place that are compared on access.

    Upper-tier authorities are, where the study has indicators of them.
    """
    if not has_authorities(context.appraisal_inputs.areas):
        return ()
    upper = any(figures.kind == "upper_authority" for figures in context.evidence_inputs.figures)
    return ("authority", "upper_authority") if upper else ("authority",)


def _rankings(context: EvidenceContext) -> pd.DataFrame:
    areas, appraisal_inputs = context.appraisal_inputs.areas, context.appraisal_inputs
    tables = [
        rank_authorities(
            context.results, appraisal_inputs, baseline=context.baseline, kind=kind
        ).assign(source=_OF_TIMES, date="", hidden=False)
        for kind in kinds_compared(context)
    ]
    tables += [_of_indicator(figures, areas) for figures in context.evidence_inputs.figures]
    table = pd.concat(tables, ignore_index=True)
    labels = {each.indicator.id: each.indicator.label for each in context.evidence_inputs.figures}
    # What readers call the figures of access is in the catalogue of words, by their ids.
    return table.assign(figure=[labels.get(key, key) for key in table["figure_id"]])


def _of_indicator(figures: PlaceFigures, areas: pd.DataFrame) -> pd.DataFrame:
    places = pd.Index(places_of(areas, figures.kind).unique())
    source, date = figures.indicator.source, figures.indicator.date
    return rank_figures(figures, places).assign(option="", source=source, date=date)


PLACES: Final = (
    TableDeclaration(
        "place_rankings",
        "Places compared by access under each option, and by the study's own indicators.",
        (
            PublishedColumn(
                "option", "Name of the option", blank="the same under every option: an indicator"
            ),
            PublishedColumn(
                "place_kind", "Whether the place is an area, an authority or an upper-tier one"
            ),
            PublishedColumn("place", "Name of the authority, or code of the area"),
            PublishedColumn("figure_id", "The key of the figure"),
            PublishedColumn("figure", "What places are compared on, in words"),
            PublishedColumn("unit", "The unit of value, gap_to_next and gap_error"),
            PublishedColumn("better", "Which values are better: higher, lower, or none of them"),
            PublishedColumn(
                "value",
                "The figure of the place",
                AS_STATED,
                "there is no figure, nobody there has a journey, or it is hidden",
            ),
            PublishedColumn(
                "people", "How many people the figure counts", PEOPLE, "it counts no residents"
            ),
            PublishedColumn(
                "hidden", "Whether the figure is hidden because it, or another, counts 1 to 7"
            ),
            PublishedColumn(
                "rank", "Rank of the place; 1 is best, equals share", RANK, _NOT_RANKED
            ),
            PublishedColumn("of", "How many places are ranked", PLACES_RANKED, _NOT_RANKED),
            PublishedColumn(
                "next_place", "The places with the next rank", blank="none comes after it"
            ),
            PublishedColumn(
                "gap_to_next",
                "How far the value is from that of the next place",
                AS_STATED,
                "none comes after it, or there nobody has a journey",
            ),
            PublishedColumn(
                "gap_error",
                "What that gap may err by",
                AS_STATED,
                "none comes after it, or no error is known",
            ),
            PublishedColumn(
                "standing",
                "Whether the place is ahead of the next for sure: a gap up to its error is too "
                "close to say",
                blank=_NOT_RANKED,
            ),
            explained(SOURCE, "Who published the figure"),
            explained(DATE, "Of when the figure is"),
        ),
        _rankings,
        # Access is of residents, and indicators were rounded and hidden before they were ranked.
        publish_as_is,
        applies=lambda context: bool(kinds_compared(context) or context.evidence_inputs.figures),
    ),
)
