"""The report's chapter on places: access compared by authority, and the study's indicators."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import pandas as pd

from llrgeo.appraisal.places.place_rankings import ACCESS_FIGURES
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
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

_ACROSS: Final = 4  # indicators beside each other in a table
_CELL: Final = {
    "apart": "place_cell",
    "no_error": "place_cell",
    "too_close": "place_cell_close",
    "last": "place_cell_last",
}
Writer: TypeAlias = Callable[[float], str]
"""How a value is written, and a gap between two."""


def places_chapter(publication: Publication) -> dict[str, Any] | None:
    """Return the tables of the chapter, and what each indicator is; None where there are none."""
    if PLACE_RANKINGS not in publication.tables:
        return None
    ranks = publication.tables[PLACE_RANKINGS]
    views = [view_indicator(figures) for figures in publication.figures]
    return {
        "access": list(_access_tables(publication, ranks)),
        "unmeasured": _is_unmeasured(ranks),
        "described": [(view.indicator.label, describe_indicator(view.figures)) for view in views],
        "indicators": [
            *_authority_tables(ranks, views),
            *(_area_table(publication, ranks, view) for view in views if _of_areas(view)),
        ],
    }


def _is_unmeasured(ranks: pd.DataFrame) -> bool:
    """Return whether the times of access, and so each of its ranks, were never measured."""
    of_access = ranks[ranks["option"] != ""]
    return len(of_access) > 0 and bool(of_access["gap_error"].isna().all())


def _access_tables(publication: Publication, ranks: pd.DataFrame) -> Iterator[Table]:
    """Yield a table an option and kind of place: a row a place, a column a figure of access."""
    words = wording()
    for kind in ("authority", "upper_authority"):
        of_kind = ranks[(ranks["place_kind"] == kind) & (ranks["option"] != "")]
        # Indicators have no option: they are the same under each, and have tables of their own.
        parts = dict(list(of_kind.groupby(["option", "figure_id"])))
        for option in publication.options:
            shown = [name for name in ACCESS_FIGURES if (option.name, name) in parts]
            if not shown:
                continue
            cells = [_cells(parts[option.name, name], _access_text(name)) for name in shown]
            places = sorted(set().union(*cells))
            yield _table(
                f"places-{kind}-{option.name}",
                words[f"table_report_places_{kind}"].format(option=option.label),
                [words["column_place"], *(words[f"column_figure_{name}"] for name in shown)],
                [[place, *(of[place] for of in cells)] for place in places],
            )


def _authority_tables(ranks: pd.DataFrame, views: list[IndicatorView]) -> Iterator[Table]:
    """Yield the indicators of authorities, a few to a table: a row a place."""
    words = wording()
    for kind in ("authority", "upper_authority"):
        alike = [view for view in views if view.figures.kind == kind]
        for first in range(0, len(alike), _ACROSS):
            some = alike[first : first + _ACROSS]
            rows = [ranks[ranks["figure_id"] == view.indicator.id] for view in some]
            # A place that one indicator lacks is blank in its column, and
            # not left out of the table.
            cells = [_cells(of, view.text) for of, view in zip(rows, some, strict=True)]
            places = sorted(set().union(*cells))
            none = words["indicator_blank"]
            yield _table(
                f"indicators-{kind}-{first}",
                words[f"table_report_indicators_{kind}"],
                [words["column_place"], *(view.heading for view in some)],
                [[place, *(of.get(place, none) for of in cells)] for place in places],
            )


def _of_areas(view: IndicatorView) -> bool:
    return view.figures.kind == "area"


def _area_table(publication: Publication, ranks: pd.DataFrame, view: IndicatorView) -> Table:
    """Return the areas at both ends of an indicator; all of them stand in the tables."""
    words, rows = wording(), ranks[ranks["figure_id"] == view.indicator.id]
    shown, cells = rows_at_both_ends(view, rows), _cells(rows, view.text)
    labels = area_labels(publication.areas)
    caption = words["table_report_indicators_area"].format(
        figure=view.indicator.label, shown=len(shown), all=len(rows)
    )
    heads = [words["column_area"], view.heading]
    table = [[labels[area], cells[area]] for area in shown["place"]]
    return _table(f"indicators-area-{view.indicator.id}", caption, heads, table)


def _cells(rows: pd.DataFrame, write: Writer) -> dict[str, str]:
    """Return for each place its figure with, in brackets, its rank and how far the next is."""
    words, ranks = wording(), rank_texts(rows)
    cells = {}
    names = ("place", "value", "standing", "gap_to_next", "hidden")
    columns = [rows[name].tolist() for name in names]
    for place, value, standing, gap, concealed in zip(*columns, strict=True):
        # Not known, known without a rank, or ranked: three kinds of cell, never a 0.
        if pd.isna(value):
            cells[place] = blank_text(hidden=concealed)
        elif not ranks[place]:
            cells[place] = write(value)
        else:
            phrase = words[_CELL[standing]]
            cells[place] = phrase.format(value=write(value), rank=ranks[place], gap=write(gap))
    return cells


def _access_text(name: str) -> Writer:
    """Return how a figure of access is written, and gaps between two of them."""
    words = wording()
    if ACCESS_FIGURES[name][0] == "minutes":
        return words.minutes
    return lambda value: words.share(value, 1)


def _table(key: str, caption: str, heads: list[str], rows: list[list[str]]) -> Table:
    texts = list(range(1, len(heads)))
    return {"id": key, "caption": caption, "heads": heads, "rows": rows, "texts": texts}
