"""Legends: how many people live in each class of a map, the same on every page and sheet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from llrgeo.publish import palette
from llrgeo.publish.option_view import OptionView, change_places, time_places
from llrgeo.publish.palette import LegendClass
from llrgeo.publish.wording import wording


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A row of a legend: the class, what it is called, and the residents who live there."""

    item: LegendClass
    label: str
    people: int


@dataclass(frozen=True, slots=True)
class Legend:
    """What a map shows.

    Attributes
    ----------
    classes
        The class of each area, by its place among the rows.
    rows
        One row a class; the last is for no route.
    """

    classes: pd.Series
    rows: tuple[LegendRow, ...]

    @property
    def shown(self) -> tuple[LegendRow, ...]:
        """The rows that readers see: "no route" only where people live who have none."""
        *rows, no_route = self.rows
        return (*rows, no_route) if (self.classes == len(rows)).any() else tuple(rows)


def change_legend(view: OptionView, tolerance_min: float) -> Legend:
    """Return the classes of change of a view, much shorter first."""
    places = change_places(view.areas, palette.change_limits(tolerance_min))
    return _legend(places, view.areas["people"], palette.change_classes(tolerance_min))


def time_legend(minutes: pd.Series, residents: pd.Series) -> Legend:
    """Return the classes of minutes, one an area; +inf is no route."""
    places = pd.Series(time_places(minutes), minutes.index)
    return _legend(places, residents, palette.time_classes())


def class_label(item: LegendClass) -> str:
    """Return what readers call a class."""
    words = wording()
    if item.kind == "no_route":
        return words["no_route"]
    key = f"legend_{item.kind}"
    if item.kind == "time" and item.low_min == 0:
        key += "_first"
    elif item.kind in {"time", "shorter", "longer"} and math.isinf(item.high_min):
        key += "_last"
    # "1 minute", "1.5 minutes": the phrase for about the same holds its unit.
    unit = words["minute" if item.high_min == 1 else "minutes"].format(count=f"{item.high_min:g}")
    return words[key].format(low=f"{item.low_min:g}", high=f"{item.high_min:g}", size=unit)


def _legend(places: pd.Series, residents: pd.Series, classes: Sequence[LegendClass]) -> Legend:
    counts = np.bincount(places, residents, len(classes)).astype(np.int64)
    rows = (
        LegendRow(item, class_label(item), count)
        for item, count in zip(classes, counts.tolist(), strict=True)
    )
    return Legend(places, tuple(rows))
