"""The report's chapter on places: access compared by authority, and the study's indicators."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import pandas as pd

from llrgeo.appraisal.place_rankings import ACCESS_FIGURES
from llrgeo.publish.indicator_view import IndicatorView, describe_indicator, view_indicator
from llrgeo.publish.option_view import area_labels
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording

NAME: Final = "place_rankings"
_ACROSS: Final = 4  # indicators beside each other in a table
_ENDS: Final = 5  # areas at each end of a ranking that a table shows
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
    if NAME not in publication.tables:
        return None
    ranks = publication.tables[NAME]
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
    """Say whether the times of access, and so each of its ranks, were never measured."""
    of_access = ranks[ranks["option"] != ""]
    return len(of_access) > 0 and bool(of_access["gap_error"].isna().all())


def _access_tables(publication: Publication, ranks: pd.DataFrame) -> Iterator[Table]:
    """Yield a table an option and kind of place: a row a place, a column a figure of access."""
    words = wording()
    for kind in ("authority", "upper_authority"):
        of_kind = ranks[(ranks["place_kind"] == kind) & (ranks["option"] != "")]
        for option in publication.options:
            rows = of_kind[of_kind["option"] == option.name]
            shown = [name for name in ACCESS_FIGURES if (rows["figure_id"] == name).any()]
            if not shown:
                continue
            cells = [_cells(rows[rows["figure_id"] == name], _access_text(name)) for name in shown]
            places = sorted(rows["place"].unique())
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
            cells = [_cells(of, view.text) for of, view in zip(rows, some, strict=True)]
            places = sorted(set().union(*cells))
            none = words["indicator_blank"]
            yield _table(
                f"indicators-{kind}-{first}",
                words[f"table_report_indicators_{kind}"],
                [words["column_place"], *(_headed(view) for view in some)],
                [[place, *(of.get(place, none) for of in cells)] for place in places],
            )


def _of_areas(view: IndicatorView) -> bool:
    return view.figures.kind == "area"


def _area_table(publication: Publication, ranks: pd.DataFrame, view: IndicatorView) -> Table:
    """Return the areas at both ends of an indicator; all of them stand in the tables."""
    words, rows = wording(), ranks[ranks["figure_id"] == view.indicator.id]
    known = rows[rows["value"].notna()]
    if view.indicator.better == "none":
        known = known.sort_values(["value", "place"], ascending=[False, True])
    shown = known
    if len(known) > 2 * _ENDS:
        shown = pd.concat([known.head(_ENDS), known.tail(_ENDS)])
    cells = _cells(rows, view.text)
    labels = area_labels(publication.areas)
    caption = words["table_report_indicators_area"].format(
        figure=view.indicator.label, shown=len(shown), all=len(rows)
    )
    heads = [words["column_area"], _headed(view)]
    table = [[labels[area], cells[area]] for area in shown["place"]]
    return _table(f"indicators-area-{view.indicator.id}", caption, heads, table)


def _headed(view: IndicatorView) -> str:
    """Return an indicator's heading: its label, and its unit where the label does not say it."""
    label, unit = view.indicator.label, view.indicator.unit
    return label if unit in label else f"{label} ({unit})"


def _cells(rows: pd.DataFrame, write: Writer) -> dict[str, str]:
    """Return for each place its figure with, in brackets, its rank and how far the next is."""
    words = wording()
    shared = rows["rank"].duplicated(keep=False)
    beyond = (rows["of"] > len(rows)).fillna(value=False)  # places that have no row are ranked with
    cells = {}
    for row, tied, more in zip(rows.to_dict("records"), shared, beyond, strict=True):
        if pd.isna(row["value"]):
            cells[row["place"]] = words["indicator_star" if row["hidden"] else "indicator_blank"]
            continue
        value = write(row["value"])
        if pd.isna(row["rank"]):
            cells[row["place"]] = value
            continue
        rank = words["rank_of" if more else "rank_plain"].format(rank=row["rank"], all=row["of"])
        rank = words["rank_shared"].format(rank=rank) if tied else rank
        cells[row["place"]] = words[_CELL[row["standing"]]].format(
            value=value, rank=rank, gap=write(row["gap_to_next"])
        )
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
