"""Figures of places by id or by name, from a user's file: read, and matched with the study's."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.inputs.tables import read_table
from llrgeo.schema import LARGEST, PlaceKind, name_some, number_note, raise_faults, to_numbers

KEYS: Final[Mapping[str, PlaceKind]] = {
    "area_id": "area",
    "authority_code": "authority",
    "authority": "authority",
    "upper_authority": "upper_authority",
}
"""The columns that say what a figure is of, with the kind of place; the first found counts."""

_HOW: Final = "write plain numbers such as 12.5, without % and without commas for thousands"
_IF_SUPPRESSED: Final = (
    " (small numbers are suppressed in it: leave those cells blank, or ask for the counts and mark "
    'the study data_class = "restricted")'
)


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """A file of figures of places.

    Attributes
    ----------
    source
        The name of the file.
    key
        The column that says which place a row is of, one of KEYS.
    cells
        As read, on the names or ids of places.
    """

    source: str
    key: str
    cells: pd.DataFrame

    @property
    def kind(self) -> PlaceKind:
        """The kind of place in its rows."""
        return KEYS[self.key]


def read_place_table(path: Path) -> PlaceTable:
    """Read a file of figures of places (.csv, .xlsx or .parquet).

    Raises
    ------
    InputError
        If it has no column that says what its figures are of, or a row has no place or one that
        another row has; the message lists every fault.
    """
    table = read_table(path)
    # The first of the known columns counts; a second one is a figure like any other.
    key = next((name for name in KEYS if name in table.columns), "")
    if not key:
        fault = f"none of the columns {', '.join(KEYS)} is there; found {name_some(table.columns)}"
        raise_faults([fault], source=path.name)
    places = _as_text(table[key])
    raise_faults(_place_faults(places, key), source=path.name)
    return PlaceTable(path.name, key, table.set_index(pd.Index(places)).drop(columns=key))


def unknown_faults(table: PlaceTable, known: pd.Index) -> list[str]:
    """Return which places of a file the study does not have, and what they may be meant as."""
    unknown = [str(place) for place in table.cells.index if place not in known]
    if not unknown:
        return []
    what = f"{len(unknown)} of {len(table.cells)} values of '{table.key}' are not in the study"
    return [f"{what} ({name_some(unknown)}){_advice(unknown, known)}"]


def value_faults(table: PlaceTable, column: str, *, least: float, whole: bool = False) -> list[str]:
    """Return what is wrong with a column of figures, without its values: they may be of patients.

    Parameters
    ----------
    table
        The file.
    column
        Its column of figures; blank cells are no fault, unless all are.
    whole
        Whether the figures count something, and are whole numbers.
    least
        The least value that a figure may have.
    """
    if column not in table.cells.columns:
        return [f"column '{column}' is missing; found {name_some(table.cells.columns)}"]
    cells, numbers = table.cells[column], to_numbers(table.cells[column])
    if cells.isna().all():
        return [f"column '{column}' is blank for every place"]
    bad = _bad_values(cells, numbers, least, whole=whole)
    return [
        f"column '{column}' {what} for {name_some(numbers.index[rows])}{note}"
        for what, rows, note in bad
        if rows.any()
    ]


def figures_of(table: PlaceTable, column: str) -> pd.Series:
    """Return a column without faults as numbers on the places of its file; NaN where blank."""
    return to_numbers(table.cells[column])


def _bad_values(
    cells: pd.Series, numbers: pd.Series, least: float, *, whole: bool
) -> Iterator[tuple[str, pd.Series, str]]:
    """Yield what may be wrong with values, which values it is wrong with, and what to do."""
    note = number_note(cells, advice=_IF_SUPPRESSED) or f" ({_HOW})"
    yield "is not a number", cells.notna() & numbers.isna(), note
    yield f"is below {least:g}", numbers < least, ""
    yield f"is above {LARGEST:g}", numbers > LARGEST, ""
    if whole:
        yield "is no whole number", numbers % 1 > 0, " (count is true)"


def _as_text(places: pd.Series) -> pd.Series:
    """Return ids as text; whole numbers without the decimals that a table of numbers gives them."""
    if not pd.api.types.is_float_dtype(places):
        return places.astype("str").str.strip().where(places.notna())
    # A blank cell makes a column of whole numbers one of decimals: 7 becomes 7.0.
    whole = places.notna() & np.isfinite(places) & (places % 1 == 0)
    text = places.where(~whole, 0).astype("str")
    return text.mask(whole, places.where(whole, 0).astype("int64").astype("str")).where(
        places.notna()
    )


def _place_faults(places: pd.Series, key: str) -> Iterator[str]:
    if places.empty:
        yield "the table has no rows"
    blank = places.isna() | (places == "")
    if blank.any():
        yield f"{int(blank.sum())} rows have no {key}"
    duplicates = places[places.duplicated() & ~blank].unique()
    if len(duplicates):
        yield f"'{key}' has duplicates ({name_some(duplicates)})"


def _advice(unknown: list[str], known: pd.Index) -> str:
    """Return advice on unknown places: lost leading zeros, or a similar id."""
    bare = {str(place).lstrip("0") for place in known if str(place).startswith("0")}
    if bare & set(unknown):
        return "; a spreadsheet dropped their leading zeros: save the ids as text"
    near = difflib.get_close_matches(unknown[0], [str(place) for place in known], n=1)
    if near and near[0] != unknown[0]:
        return f"; is {unknown[0]} meant as {near[0]}?"
    return "; leave them out, or say others = true to rank with them"
