"""Figures by group of people where a group has many levels, such as hundreds of authorities.

People by group are a table of areas by groups and levels. The column of an authority has people in
its own areas and zeros elsewhere; areas and authorities grow together, and so the table grows with
the square of a study. Of such columns only the areas that have anyone are kept, one column's areas
after another's, and all these columns are worked out at once.
"""

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple, Protocol, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.people.counts import sorted_quantiles
from llrgeo.arrays import Bools, Floats, Ints

Columns: TypeAlias = dict[str, NDArray[Any]]

_MANY: Final = 40  # levels of a group; below, all columns at once are quicker


class Counted(Protocol):
    """People by column. What is asked about has one value an area; answers have one a column."""

    def ordered(self, minutes: Floats) -> Self:
        """Return the same people, areas from the shortest journey to the longest."""
        ...

    def people(self, chosen: Bools) -> Ints:
        """Return the people of the chosen areas."""
        ...

    def weighted(self, values: Floats, chosen: Bools) -> Floats:
        """Return the sum of a value of the chosen areas over their people."""
        ...

    def total(self, values: Floats) -> Floats:
        """Return the sum of a value of all areas over their people."""
        ...

    def quantiles(self, minutes: Floats, shares: Sequence[float]) -> list[Floats]:
        """Return quantiles of the minutes that the people are ordered by (`sorted_quantiles`)."""
        ...

    def longest(self, minutes: Floats) -> Floats:
        """Return the longest finite minutes of anyone; NaN where there are none.

        The people are ordered by these minutes.
        """
        ...


@dataclass(frozen=True, slots=True)
class AllAreas:
    """Columns over all areas: `counts` has areas by columns, `area` their places.

    Counts are floats, so that people are one product: whole numbers, which no order rounds.
    """

    counts: Floats
    area: Ints

    def ordered(self, minutes: Floats) -> "AllAreas":
        """As `Counted.ordered`."""
        order = np.argsort(minutes, kind="stable")
        return AllAreas(self.counts[order], order)

    def people(self, chosen: Bools) -> Ints:
        """As `Counted.people`."""
        return (chosen[self.area] @ self.counts).astype(np.int64)

    def weighted(self, values: Floats, chosen: Bools) -> Floats:
        """As `Counted.weighted`."""
        here = chosen[self.area]
        return values[self.area][here] @ self.counts[here]

    def total(self, values: Floats) -> Floats:
        """As `Counted.total`."""
        return self.counts.T @ values[self.area]

    def quantiles(self, minutes: Floats, shares: Sequence[float]) -> list[Floats]:
        """As `Counted.quantiles`."""
        return sorted_quantiles(minutes[self.area], self.counts, shares)

    def longest(self, minutes: Floats) -> Floats:
        """As `Counted.longest`."""
        here = minutes[self.area]
        finite = np.isfinite(here)
        # From the longest journey down: that of the first area with anyone. A last one of nobody
        # is for columns without any.
        falling = np.append(here[finite][::-1], np.nan)
        anyone = np.vstack([self.counts[finite][::-1] > 0, np.ones(self.counts.shape[1], bool)])
        longest: Floats = falling[anyone.argmax(axis=0)]
        return longest


@dataclass(frozen=True, slots=True)
class OwnAreas:
    """Columns each over the areas that have anyone: their places, and people.

    Those of column i are from `start[i]` up to `start[i + 1]`, where `column` is i.
    """

    start: Ints
    column: Ints
    area: Ints
    counts: Ints

    @classmethod
    def of(cls, counts: Ints, columns: Ints) -> Self:
        """Return what there is in some columns of counts, areas by columns."""
        areas = [np.flatnonzero(counts[:, column]) for column in columns]
        start = np.cumsum([0, *map(len, areas)])
        column, area = np.repeat(np.arange(len(areas)), np.diff(start)), np.concatenate(areas)
        return cls(start, column, area, counts[area, columns[column]])

    def ordered(self, minutes: Floats) -> "OwnAreas":
        """As `Counted.ordered`."""
        order = np.lexsort((minutes[self.area], self.column))
        return OwnAreas(self.start, self.column, self.area[order], self.counts[order])

    def people(self, chosen: Bools) -> Ints:
        """As `Counted.people`."""
        return self._sums(np.where(chosen[self.area], self.counts, 0))

    def weighted(self, values: Floats, chosen: Bools) -> Floats:
        """As `Counted.weighted`."""
        here = np.flatnonzero(chosen[self.area])
        start = np.searchsorted(here, self.start)
        value, people = values[self.area[here]], self.counts[here].astype(float)
        # One product a column, as of any other column: a running sum would round otherwise.
        return np.array([value[a:b] @ people[a:b] for a, b in pairwise(start)])

    def total(self, values: Floats) -> Floats:
        """As `Counted.total`."""
        return self.weighted(values, np.full(len(values), fill_value=True))

    def quantiles(self, minutes: Floats, shares: Sequence[float]) -> list[Floats]:
        """As `Counted.quantiles`."""
        total = self._sums(self.counts)
        before = np.cumsum(total) - total
        running = np.cumsum(self.counts) - before[self.column]
        anyone = total > 0
        quantiles = []
        for share in shares:
            enough = np.flatnonzero(running >= (share * total * (1 - 1e-12))[self.column])
            first = enough[np.searchsorted(enough, self.start[:-1][anyone])]
            found = np.full(len(total), np.nan)
            found[anyone] = minutes[self.area[first]]
            quantiles.append(found)
        return quantiles

    def longest(self, minutes: Floats) -> Floats:
        """As `Counted.longest`."""
        found = np.full(len(self.start) - 1, np.nan)
        here = minutes[self.area]
        finite = np.isfinite(here)
        # Rising within each column: of values for one place the last stays.
        found[self.column[finite]] = here[finite]
        return found

    def _sums(self, counts: Ints) -> Ints:
        running = np.concatenate([[0], np.cumsum(counts)])
        sums: Ints = running[self.start[1:]] - running[self.start[:-1]]
        return sums


class _Divided(NamedTuple):
    """Columns of people: of groups of few levels; of many, if there are any; which are of many."""

    few: AllAreas
    own: OwnAreas | None
    many: Bools

    @classmethod
    def of(cls, people: pd.DataFrame) -> Self:
        """Divide a table by the number of levels of its groups."""
        counts, areas = people.to_numpy(), np.arange(len(people))
        if counts.shape[1] <= _MANY:
            return cls(AllAreas(counts.astype(float), areas), None, np.zeros(counts.shape[1], bool))
        group, size = np.unique(people.columns.get_level_values("group"), return_counts=True)
        many = people.columns.get_level_values("group").isin(group[size > _MANY])
        if not many.any():
            return cls(AllAreas(counts.astype(float), areas), None, many)
        own_areas = OwnAreas.of(counts, np.flatnonzero(many))
        return cls(AllAreas(counts[:, ~many].astype(float), areas), own_areas, many)


# A study asks about the same table a hundred times, and dividing it takes as long as any answer. It
# is divided once, and what was made of it goes with it.
_divided_by_id: Final[dict[int, _Divided]] = {}


def by_columns(people: pd.DataFrame, figures: Callable[[Counted], Columns]) -> Columns:
    """Return figures with a value for each column of `people`.

    Parameters
    ----------
    people
        Residents by area (rows) and group and level (columns), as `people_by_group` returns them;
        not changed afterwards.
    figures
        Of some columns of these, a value for each of them, by name.
    """
    key = id(people)
    if key not in _divided_by_id:
        _divided_by_id[key] = _Divided.of(people)
        weakref.finalize(people, _divided_by_id.pop, key)
    few, own_areas, many = _divided_by_id[key]
    found = figures(few)
    if own_areas is None:
        return found
    found_of_many, joined = figures(own_areas), Columns()
    for name, values in found.items():
        joined[name] = np.empty(len(many), dtype=values.dtype)
        joined[name][~many], joined[name][many] = values, found_of_many[name]
    return joined
