"""Figures by group of people where a group has many levels, such as hundreds of authorities.

People by group are a table of areas by groups and levels. The column of an authority has people in
its own areas and zeros elsewhere; areas and authorities grow together, and so the table grows with
the square of a study. Columns of such groups are worked out over the areas that have anyone.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64] | slice
Counts: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, NDArray[Any]]

_MANY: Final = 40  # levels of a group; below, all columns at once are quicker


def by_columns(people: pd.DataFrame, figures: Callable[[Rows, Counts], Columns]) -> Columns:
    """Return figures with a value for each column of `people`.

    Parameters
    ----------
    people
        Residents by area (rows) and group and level (columns), as `people_by_group` returns them.
    figures
        Of the places of some areas and their people, shape (areas, columns), a value for each of
        these columns, by name. Areas without people of a column must not change its figures.
    """
    counts = people.to_numpy()
    if counts.shape[1] <= _MANY:
        return figures(slice(None), counts)
    group, size = np.unique(people.columns.get_level_values("group"), return_counts=True)
    many = people.columns.get_level_values("group").isin(group[size > _MANY])
    if not many.any():
        return figures(slice(None), counts)
    parts = [(np.flatnonzero(~many), figures(slice(None), counts[:, ~many]))]
    for place in np.flatnonzero(many):
        rows = np.flatnonzero(counts[:, place])
        if not len(rows):  # nobody: one area stands for all
            rows = np.array([0])
        parts.append((np.array([place]), figures(rows, counts[rows, place, None])))
    joined: Columns = {}
    for name, first in parts[0][1].items():
        joined[name] = np.empty(counts.shape[1], dtype=first.dtype)
        for places, found in parts:
            joined[name][places] = found[name]
    return joined
