"""Small numbers: what must not be published where demand is patients' activity (METHODS 10).

The rule of NHS England's hospital statistics below national level: counts of 1 to 7 are
suppressed, others rounded to the nearest 5, and enough further cells are suppressed that none can
be worked out from the margins.
"""

from collections.abc import Mapping
from typing import Final

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.activity import CARE_PLACES

SMALLEST: Final = 1
LARGEST: Final = 7
ROUND_TO: Final = 5

_REVEALING: Final = ("costs_by_site", "choice_of_site", "burden", "patient_costs_by_fifth")


def suppress_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of evidence with contacts suppressed, for restricted data.

    Tables from which suppressed contacts could be worked out, by dividing a cost for instance,
    are left out.
    """
    kept = {name: table for name, table in tables.items() if name not in _REVEALING}
    keys = ["option", "service"]
    kept["flows"] = _suppressed(kept["flows"], keys, ["contacts"])
    kept["site_loads"] = _suppressed(kept["site_loads"], keys, ["contacts"]).drop(
        columns=["share_used", "over_capacity"]
    )
    kept["places_of_care"] = _suppressed(
        kept["places_of_care"], ["option"], list(CARE_PLACES)
    ).drop(columns=["contacts", "contacts_in_time"])
    if "over_the_border" in kept:
        kept["over_the_border"] = _suppressed(kept["over_the_border"], keys, ["contacts"])
    return kept


def suppress_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Return a table of counts with small ones and their givers-away missing, others rounded.

    Parameters
    ----------
    counts
        Counts of patients or contacts whose row and column totals are or could be published.

    Returns
    -------
    pandas.DataFrame
        Whole numbers, missing (NA) where suppressed, which pages show as `*`.
    """
    hidden = is_small(counts.to_numpy(float))
    hidden = _protect(counts.to_numpy(float), hidden)
    rounded = (counts / ROUND_TO).round() * ROUND_TO
    return rounded.astype("Int64").mask(pd.DataFrame(hidden, counts.index, counts.columns))


def suppress_series(counts: pd.Series) -> pd.Series:
    """Return a list of counts suppressed and rounded, whose total is or could be published."""
    return suppress_counts(counts.to_frame()).iloc[:, 0]


def suppress_averages(averages: pd.Series, people: pd.Series) -> pd.Series:
    """Return means or medians, missing where they are of 1 to 7 people."""
    return averages.mask(is_small(people.to_numpy(float)))


def is_small(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where counts, rounded to whole numbers, lie between 1 and 7; above 0 counts as 1."""
    return np.logical_and(counts > 0, np.round(counts) <= LARGEST)


def can_be_solved(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which hidden cells follow from the others and the totals of rows and columns.

    Take rows and columns as nodes and hidden cells as edges between them: the cell is determined
    if and only if its edge is a bridge, for a cell on a cycle can be raised where the next is
    lowered.
    """
    graph = nx.Graph((("row", int(i)), ("column", int(j))) for i, j in np.argwhere(hidden))
    solved = np.zeros_like(hidden)
    for one, other in nx.bridges(graph):
        row, column = (one, other) if one[0] == "row" else (other, one)
        solved[row[1], column[1]] = True
    return solved


def _suppressed(table: pd.DataFrame, keys: list[str], columns: list[str]) -> pd.DataFrame:
    parts = [part.assign(**suppress_counts(part[columns])) for _, part in table.groupby(keys)]
    return pd.concat(parts).sort_index()


def _protect(counts: NDArray[np.float64], hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Hide further cells, the smallest first, until no hidden cell can be solved for.

    A table of one column is protected against its total alone: two cells must be hidden.
    """
    hidden = hidden.copy()
    price = np.where(counts > 0, counts, counts.max(initial=0.0) + 1)  # empty cells come last
    while (solved := _solved(hidden)).any():
        beside = np.logical_or(solved.any(axis=1, keepdims=True), solved.any(axis=0, keepdims=True))
        open_price = np.where(beside & ~hidden, price, np.inf)
        if np.isinf(open_price).all():
            break  # all of their rows and columns are hidden
        hidden.flat[open_price.argmin()] = True
    return hidden


def _solved(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if hidden.shape[1] == 1:
        return hidden if hidden.sum() == 1 else np.zeros_like(hidden)
    return can_be_solved(hidden)
