"""Check a table against its schema: each fault names its column, rows, ids and the value found."""

import re
from collections.abc import Container, Mapping
from difflib import get_close_matches
from typing import Final

import pandas as pd

from llrgeo.inputs.visible_text import HIDDEN_CHARACTERS, as_seen, has_hidden, is_garbled, is_seen
from llrgeo.schema import (
    DEGREES,
    LARGEST,
    LAT_RANGE,
    LON_RANGE,
    Column,
    Schema,
    name_some,
    number_note,
    to_numbers,
)

ROW: Final = "row"
"""Name of the index of a table whose rows are numbered as in the spreadsheet that it came from."""

SHORT_ROWS: Final = "short_rows"
"""Key in the `attrs` of a table: rows with fewer values than columns, with the number of values."""

SHEET: Final = "sheet"
"""Key in the `attrs` of a table: which of several sheets of a workbook it is, in words."""

_LEAST_SIMILAR: Final = 0.85  # of two names of columns, by difflib
_MOST: Final = 1e9  # no count of people or households of England is larger
_ERRORS: Final = frozenset(
    ["#CALC!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#SPILL!", "#VALUE!"]
)
_MADE_OF_IDS: Final = (  # 1E+08 of 100000000, or of an id as 1E8; days of MAR1 or 1-3
    r"\d(?:\.\d+)?E\+\d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    r"|(?i:\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)
_FEW: Final = 3  # columns besides that of ids: with fewer, a row of blanks may be intended
_LONGEST: Final = 5_000  # letters: no name, source or list of services is longer
_SHOWN: Final = 40  # letters of a value that a message shows


def table_faults(table: pd.DataFrame, schema: Schema) -> list[str]:
    """List every fault of a table.

    A fault is an id that is missing or is duplicated, a required column that is absent, or a value
    that is blank, not of its kind, out of bounds or not among the choices.

    Parameters
    ----------
    table
        The table as read, with the schema's index still a column.
    schema
        What the table must hold.
    """
    misspelt = _misspelt(table, schema)
    faults = [*_id_faults(table, schema), *_misspelt_faults(misspelt)]
    only_id = _rows_with_only_id(table, schema.index)
    if only_id.any():
        rows = f"{_rows(table, only_id, schema.index)}{first_row(table.index[only_id])}"
        faults.append(f"there is an id and nothing else in {rows}; is it a note below the table?")
    filled = table[~only_id]
    for column in schema.columns:
        if column.name in table.columns:
            faults += _column_faults(filled, column, schema.index)
    faults += _absent_faults(table, schema, {*misspelt.values()})
    if {"lat", "lon"} <= {column.name for column in schema.columns} & set(table.columns):
        faults += _place_faults(table, schema.index)
    return faults + (short_row_faults(filled) if faults else [])


def _rows_with_only_id(table: pd.DataFrame, index: str) -> pd.Series:
    """Return which rows have an id and nothing else: each of their blanks would be a fault."""
    others = table.drop(columns=index, errors="ignore")
    if others.shape[1] < _FEW or index not in table.columns:
        return pd.Series(data=False, index=table.index)
    return others.isna().all(axis="columns") & table[index].notna()


def row_number(table: pd.DataFrame, row: int) -> int:
    """Return the number of a row as a spreadsheet counts, where the names of columns are row 1.

    `row` is a label of the table's index, as `read_table` returns it.
    """
    return row if table.index.name == ROW else row + 1


def first_row(rows: pd.Index) -> str:
    """Return `: row N` for the first of some rows of a table, empty if rows are not numbered."""
    return f": row {rows[0]}" if rows.name == ROW else ""


def short_row_faults(table: pd.DataFrame) -> list[str]:
    """Return a sentence on rows with fewer values than columns: a missing comma shifts values.

    Blanks at a row's end may be left out, so it is only reported besides other faults.
    """
    found: dict[int, int] = table.attrs.get(SHORT_ROWS, {})
    short = {row: count for row, count in found.items() if row in table.index}
    if not short:
        return []
    row, count = next(iter(short.items()))
    others = f" (so have rows {name_some([*short][1:])})" if len(short) > 1 else ""
    counts = f"{count} values for {len(table.columns)} columns"
    return [f"row {row} has {counts}{others}; is a comma missing in it?"]


def _id_faults(table: pd.DataFrame, schema: Schema) -> list[str]:
    if schema.index not in table.columns:
        found = ", ".join(filter(None, map(str, table.columns)))
        missing = f"column '{schema.index}' is missing; it identifies the rows"
        sheet = f" ({note})" if (note := table.attrs.get(SHEET)) else ""
        return [f"{missing}. The first line must hold the names of columns; found {found}{sheet}"]
    if table.empty:
        return ["the table has no rows"]
    ids = table[schema.index]
    blank = ids.isna() | (ids.astype(str).str.strip() == "")
    faults = []
    if blank.any():
        where = first_row(ids.index[blank])
        faults = [f"{int(blank.sum())} rows have no {schema.index}{where} (NA and null are none)"]
    stripped = ids[~blank].astype(str).str.strip()
    if (wrong := stripped.isin(_ERRORS)).any():
        row = first_row(stripped.index[wrong])
        found = name_some(stripped[wrong].unique())
        faults.append(f"'{schema.index}' is an error value of a spreadsheet ({found}){row}")
    if (made := stripped.str.fullmatch(_MADE_OF_IDS)).any():
        found = f"{name_some(stripped[made].unique())}){first_row(stripped.index[made])}"
        what = "what a spreadsheet makes of ids that look like numbers or dates"
        faults.append(f"'{schema.index}' is {what} ({found}; format the column as text first")
    unseen = [name for name in stripped if not all(map(is_seen, name))]
    if unseen:
        faults.append(
            f"{len(unseen)} ids of '{schema.index}' have characters that do not show "
            f"({name_some(map(ascii, unseen))})"
        )
    # Ids that look the same are duplicates, whatever their capitals or encoding of accents.
    seen = stripped.map(as_seen)
    if times := seen[seen.duplicated()].nunique():
        again = seen.duplicated(keep=False)
        rows = f": rows {name_some(table.index[~blank][again])}" if table.index.name == ROW else ""
        duplicates = name_some(stripped[again].unique())
        faults.append(f"{times} ids of '{schema.index}' are duplicated ({duplicates}){rows}")
    return faults


def _absent_faults(table: pd.DataFrame, schema: Schema, misspelt: Container[str]) -> list[str]:
    """Return a fault for each missing required column that is not there under a misspelt name."""
    names = [column.name for column in schema.columns if column.required]
    absent = [name for name in names if name not in table.columns and name not in misspelt]
    faults = [f"column '{name}' is missing" for name in absent]
    if faults and schema.index in table.columns:  # otherwise the missing index's fault lists them
        faults[0] += f"; found {', '.join(map(str, table.columns))}"
    return faults


def _misspelt(table: pd.DataFrame, schema: Schema) -> dict[str, str]:
    """Return unknown columns and, for each, the missing column whose name is close to its own.

    Otherwise a misspelt optional column would silently be ignored.
    """
    known = [schema.index, *(column.name for column in schema.columns)]
    absent = [name for name in known if name not in table.columns]
    strange = [str(name) for name in table.columns if name not in known]
    found = {}
    for name in strange:
        # `Imd decile` is meant as `imd_decile`, whatever its capitals and blanks.
        plain = re.sub(r"[\W_]+", "_", name.lower()).strip("_")
        close = get_close_matches(plain, absent, 1, _LEAST_SIMILAR)
        other_band = any(map(str.isdigit, name)) and plain not in absent  # alike, and meant
        if close and not other_band:
            found[name] = close[0]
    return found


def _misspelt_faults(misspelt: Mapping[str, str]) -> list[str]:
    """Return a fault for each misspelt column with its likely name; one for all of many."""
    if len(misspelt) <= _FEW:
        return [
            f"column '{name}' is unknown; did you mean '{meant}'?"
            for name, meant in misspelt.items()
        ]
    listed = ", ".join(f"'{meant}' for '{name}'" for name, meant in misspelt.items())
    return [f"{len(misspelt)} columns are unknown; did you mean {listed}?"]


def _column_faults(table: pd.DataFrame, column: Column, index: str) -> list[str]:
    values = table[column.name]
    blank = values.isna() | (values.astype(str).str.strip() == "")
    bad: dict[str, pd.Series] = {} if column.blank else {"is blank": blank}
    if column.kind == "text":
        if column.choices:
            wrong = ~values.isin(column.choices) & ~blank
            bad[f"is not one of {', '.join(column.choices)}"] = wrong
        bad["is an error value of a spreadsheet"] = values.isin(_ERRORS)
        bad[f"has {HIDDEN_CHARACTERS}"] = values.map(has_hidden).astype(bool)
        bad["has letters that an encoding has spoilt"] = values.map(is_garbled).astype(bool)
        bad[f"is longer than {_LONGEST:,} letters"] = values.astype(str).str.len() > _LONGEST
    else:
        number = to_numbers(values)
        finite = number.notna()
        maximum = min(column.maximum, _MOST if column.kind == "count" else LARGEST)
        bad[f"is not a number{number_note(values[~finite & ~blank])}"] = ~finite & ~blank
        bad[f"is below {column.minimum:g}"] = number < column.minimum
        bad[f"is above {maximum:g}"] = number > maximum
        if column.kind == "count":
            bad["is not a whole number"] = (number % 1 != 0) & finite
    return [
        f"column '{column.name}' {what} in {_rows(table, rows, index)}{_first(table, rows, column)}"
        for what, rows in bad.items()
        if rows.any()
    ]


def _place_faults(table: pd.DataFrame, index: str) -> list[str]:
    """Return the faults of coordinates that are numbers, with the first bad pair."""
    lat, lon = (to_numbers(table[name]) for name in ("lat", "lon"))
    given = lat.notna() & lon.notna()
    outside = given & ~(lat.between(*LAT_RANGE) & lon.between(*LON_RANGE))
    swapped = lat.between(*LON_RANGE) & lon.between(*LAT_RANGE)
    metres = given & ((lat.abs() > DEGREES) | (lon.abs() > DEGREES))
    kinds = {
        "looks swapped": swapped,
        "looks like eastings and northings, not degrees": metres,
        "lies outside Great Britain": outside & ~swapped & ~metres,
    }
    return [
        f"{what}: lat {lat[rows].iloc[0]:.7g} lon {lon[rows].iloc[0]:.7g} in "
        f"{_rows(table, rows, index)}{_first(table, rows)}"
        for what, rows in kinds.items()
        if rows.any()
    ]


def _rows(table: pd.DataFrame, rows: pd.Series, index: str) -> str:
    """Return a text that counts some rows and names the first few by their ids."""
    ids = table[index] if index in table.columns else pd.Series(table.index, table.index)
    named = f" ({name_some(known)})" if len(known := ids[rows].dropna()) else ""
    return f"{int(rows.sum())} of {len(table)} rows{named}"


def _first(table: pd.DataFrame, rows: pd.Series, column: Column | None = None) -> str:
    """Return a text on the first row: its number, where rows are numbered, and its value."""
    row = first_row(table.index[rows])
    value = "" if column is None else table.loc[rows, column.name].iloc[0]
    text = "" if pd.isna(value) else str(value).strip()
    found = f": '{text[:_SHOWN]}'" if text and not has_hidden(text) else ""
    return row + found
