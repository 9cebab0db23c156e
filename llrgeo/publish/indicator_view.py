"""What readers see of an indicator: its values as text, and the classes that maps colour it by."""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.places.indicators import Indicator, PlaceFigures
from llrgeo.publish.palette import NO_ROUTE_COLOUR, TIME_COLOURS
from llrgeo.publish.wording import wording

PLACE_RANKINGS: Final = "place_rankings"  # the table that the indicators are ranked in

NO_FIGURE_COLOUR: Final = NO_ROUTE_COLOUR
_CLASSES: Final = 5
_MOST_DECIMALS: Final = 6
_DIGITS: Final = 3  # that a value keeps, whatever its size
_ENDS: Final = 5  # places at each end of a ranking that a table shows


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """An indicator as pages and maps show it.

    Attributes
    ----------
    figures
        Its values.
    decimals
        How many decimals its values are written with.
    edges
        The upper edges of all classes but the last, which has no end; a value of an edge is below
        it. Each class has about as many places.
    """

    figures: PlaceFigures
    decimals: int
    edges: tuple[float, ...]

    @property
    def indicator(self) -> Indicator:
        """What the values say."""
        return self.figures.indicator

    @property
    def heading(self) -> str:
        """The label, with the unit where the label does not say it."""
        label, unit = self.indicator.label, self.indicator.unit
        return label if unit.lower() in label.lower() else f"{label} ({unit})"

    @property
    def labels(self) -> tuple[str, ...]:
        """What the classes are called, the lowest first, and the one without a figure last."""
        words, ends = wording(), [self.text(edge) for edge in self.edges]
        if not ends:
            return words["indicator_any"], words["indicator_none"]
        middle = [
            words["indicator_class"].format(low=low, high=high) for low, high in pairwise(ends)
        ]
        first = words["indicator_first"].format(high=ends[0])
        last = words["indicator_last"].format(low=ends[-1])
        return first, *middle, last, words["indicator_none"]

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours of the classes, darker for higher values; grey without a figure."""
        places = np.linspace(0, len(TIME_COLOURS) - 1, len(self.edges) + 1).round().astype(int)
        return *(TIME_COLOURS[place] for place in places), NO_FIGURE_COLOUR

    @property
    def classes(self) -> pd.Series:
        """The class of each place, by its number; the last is without a figure."""
        values = self.figures.values.round(self.decimals)  # as a reader sees them
        found = np.searchsorted(self.edges, values.to_numpy(), side="left")
        return pd.Series(np.where(values.isna(), len(self.edges) + 1, found), values.index)

    def text(self, value: float) -> str:
        """Return a value as readers see it, without its unit."""
        words = wording()
        sign = words["minus"] if round(value, self.decimals) < 0 else ""
        return f"{sign}{words.number(abs(value), self.decimals)}"


def view_indicator(figures: PlaceFigures) -> IndicatorView:
    """Return how an indicator is shown: decimals as its values have them, classes of equal size."""
    values = figures.values.dropna()
    decimals = _decimals(values)
    distinct = np.unique(values.round(decimals))
    # Quantiles of the distinct values, so that places that share one do not empty a class.
    shares = np.arange(1, _CLASSES) / _CLASSES
    edges = np.quantile(distinct, shares, method="inverted_cdf") if len(distinct) > 1 else []
    inner = sorted({float(edge) for edge in edges if edge < distinct[-1]})
    return IndicatorView(figures, decimals, tuple(inner))


def describe_indicator(figures: PlaceFigures) -> str:
    """Return what a reader has to know of an indicator: unit, direction, source, date, error."""
    words, indicator = wording(), figures.indicator
    about_error = words[
        "indicator_error_none" if figures.errors.isna().all() else "indicator_error"
    ]
    parts = [
        words["indicator_unit"].format(unit=indicator.unit),
        words[f"indicator_better_{indicator.better}"],
        words["indicator_source"].format(source=indicator.source, date=indicator.date),
        *([about_error] if indicator.better != "none" else []),
        *([words["indicator_hidden"]] if figures.hidden.any() else []),
    ]
    return " ".join(parts)


def rank_texts(rows: pd.DataFrame, *, of_all: bool = False) -> dict[str, str]:
    """Return each rank of one figure as readers see it, by place; empty where there is none.

    Ranks that places share are marked; those among places that have no row say of how many.

    Parameters
    ----------
    rows
        All rows of table `place_rankings` that are of one figure, kind of place and option.
    of_all
        Whether each rank names the number of places, for readers who see no other place.
    """
    # Columns as lists: with many options there are many small tables.
    places, ranks, counts = (rows[name].tolist() for name in ("place", "rank", "of"))
    given_ranks = [rank for rank in ranks if pd.notna(rank)]
    more = any(count > len(rows) for count in counts if pd.notna(count))
    words, times = wording(), Counter(given_ranks)
    phrase = words["rank_of" if of_all or more else "rank_plain"]
    texts = dict.fromkeys(places, "")
    for place, rank, count in zip(places, ranks, counts, strict=True):
        if pd.notna(rank):
            shown = words["rank_shared"].format(rank=rank) if times[rank] > 1 else rank
            texts[place] = phrase.format(rank=shown, all=count)
    return texts


def rows_at_both_ends(view: IndicatorView, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first and the last places that have a figure, all if they are few.

    `rows` are those of one indicator in table `place_rankings`, in order of rank.
    """
    with_figure = rows[rows["value"].notna()]
    # Without a better end there are no ranks: highest first, then by name.
    if view.indicator.better == "none":
        with_figure = with_figure.sort_values(["value", "place"], ascending=[False, True])
    if len(with_figure) <= 2 * _ENDS:
        return with_figure
    return pd.concat([with_figure.head(_ENDS), with_figure.tail(_ENDS)])


def blank_text(*, hidden: bool) -> str:
    """Return the text in place of a figure that is hidden, or that is missing."""
    return wording()["indicator_star" if hidden else "indicator_blank"]


def _decimals(values: pd.Series) -> int:
    """Return as many decimals as the values have, and no more than their size asks for."""
    largest = float(values.abs().max()) if len(values) else 0.0
    size = math.floor(math.log10(largest)) if largest else 0
    most = min(max(0, _DIGITS - size), _MOST_DECIMALS)
    fits = (
        decimals
        for decimals in range(most)
        if np.allclose(values, values.round(decimals), rtol=0, atol=10.0 ** -(most + 2))
    )
    return next(fits, most)
