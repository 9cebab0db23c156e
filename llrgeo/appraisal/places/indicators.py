"""Indicators: a study's own figures of places, such as those of a dashboard of authorities.

Each says what it is, whether more of it is better, who published it and when. Counts of real
patients are hidden and rounded before anything is ranked, mapped or compared, so that all that
follows from them tells no more than what is shown (docs/methods 10 and 12).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.disclosure import LARGEST, ROUND_TO, is_small
from llrgeo.schema import PlaceKind

Better: TypeAlias = Literal["higher", "lower", "none"]

COLUMN_PREFIX: Final = "indicator__"
"""What a column that holds an indicator begins with, so that no other is named like it."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a figure of places says.

    Attributes
    ----------
    id
        Its key.
    label
        What readers call it.
    unit
        Of its values, such as "%" or "people".
    better
        Whether the higher or the lower value is better; with "none" places are not ranked by it.
    source, date
        Who published it, and of when it is.
    """

    id: str
    label: str
    unit: str
    better: Better
    source: str
    date: str

    @property
    def column(self) -> str:
        """The name of a column that holds it."""
        return f"{COLUMN_PREFIX}{self.id}"


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """An indicator with its value for each place, as it may be shown.

    Attributes
    ----------
    indicator
        What the values say.
    kind
        What kind of place they are of.
    values
        On `area_id`, or on the names of authorities; NaN where there is none or it is hidden.
        Places beyond the study may be among them, to be ranked with.
    errors
        What each value may err by, in its unit, on the same index; NaN where that is not known.
    hidden
        Which values are hidden because they count few people, or protect one that does.
    """

    indicator: Indicator
    kind: PlaceKind
    values: pd.Series
    errors: pd.Series
    hidden: pd.Series

    def by_area(self, areas: pd.DataFrame) -> pd.Series:
        """Return for each area its own value, or that of the authority in which it lies."""
        return places_of(areas, self.kind).map(self.values).astype(float)


def places_of(areas: pd.DataFrame, kind: PlaceKind) -> pd.Series:
    """Return the place of a kind to which each area belongs; an area is its own."""
    if kind == "area":
        return areas.index.to_series()
    return areas[kind]


def protect_counts(counts: pd.Series, groups: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return counts of real patients as they may be shown, and which of them are hidden.

    Counts of 1 to 7 are hidden, others rounded to the nearest 5. The total of a group may be
    published elsewhere, so where a group has small counts more of it is hidden, in the order of
    names, which tells nothing: at least one of more than 7, and until what is hidden adds up to 6
    more than it must (1 for each small count, 8 for each other). Then a small count may be any from
    1 to 6, the others taking what it leaves. A group that has nothing left to show hides its zeros
    too, so that not even the 1 is known of any.

    Parameters
    ----------
    counts
        On places; NaN where there is none.
    groups
        The group of each place, such as the authority of an area, on the same index.
    """
    small = is_small(counts)
    rounded = ((counts / ROUND_TO).round() * ROUND_TO).mask(small)
    hidden = small.copy()
    for _, members in counts.groupby(groups, sort=True):
        few = small[members.index]
        if not few.any():
            continue
        # What the hidden counts have to spare, before each further one would be added to them.
        left = members[(members > 0) & ~few].sort_index()
        spare = left - (LARGEST + 1)
        before = (members[few] - 1).sum() + spare.cumsum() - spare
        further = left.index[(before < LARGEST - 1) | (np.arange(len(left)) == 0)]
        hidden[further] = True
        # With none left, "at least 1 each" would narrow down many of 1: zeros are hidden with them.
        if len(further) == len(left):
            hidden[members.index[members == 0]] = True
    return rounded.mask(hidden), hidden


def hide_together(figures: Sequence[PlaceFigures], groups: pd.Series) -> list[PlaceFigures]:
    """Hide a place in each of several counts where it is hidden in one of them.

    A hidden count may be the difference of two others: of all patients and those who are men. A
    group that has nothing left to show hides its zeros too, as `protect_counts` does.

    Parameters
    ----------
    figures
        Counts of places of one kind, protected one by one.
    groups
        The group of each place, as `protect_counts` takes it.
    """
    while True:
        places = frozenset(place for each in figures for place in each.hidden.index[each.hidden])
        found = [_hide_places(each, places, groups) for each in figures]
        if all(new.hidden.equals(old.hidden) for new, old in zip(found, figures, strict=True)):
            return found
        figures = found


def _hide_places(
    figures: PlaceFigures, places: frozenset[object], groups: pd.Series
) -> PlaceFigures:
    """Hide some places of a count, and the zeros of groups that have no other count to show."""
    counted = figures.values.notna() | figures.hidden
    hidden = counted & figures.values.index.isin(places)
    shown = figures.values.mask(hidden)
    of_place = groups.reindex(shown.index)
    left = (shown > 0).groupby(of_place).transform("any")
    hidden |= counted & hidden.groupby(of_place).transform("any") & ~left
    return replace(figures, values=figures.values.mask(hidden), hidden=hidden)


def of_kind(figures: Iterable[PlaceFigures], *kinds: PlaceKind) -> list[PlaceFigures]:
    """Return the figures of some kinds of place, in their order."""
    return [each for each in figures if each.kind in kinds]
