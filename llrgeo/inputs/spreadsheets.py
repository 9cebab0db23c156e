"""Workbooks (.xlsx) read as tables: the first sheet that shows, every value as its text."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.table_faults import ROW, SHEET

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_LARGEST: Final = 200 << 20  # bytes unpacked; a sheet of 100,000 rows has some 50 MB


def is_spreadsheet(path: Path) -> bool:
    """Tell whether a file is a workbook, by its first bytes, whatever its ending.

    Raises
    ------
    InputError
        If it is one of a kind that is not read.
    """
    with path.open("rb") as file:
        begins = file.read(len(_ZIP))
    if begins == _OLD_EXCEL:
        msg = f"{path}: a workbook of an old kind, or one with a password; save it as .xlsx or CSV"
        raise InputError(msg)
    return begins == _ZIP


def read_spreadsheet(path: Path) -> pd.DataFrame:
    """Read the first sheet of a workbook that is not hidden; its first row has the columns' names.

    All values are text. Of a workbook of several sheets `attrs` says which one was read.

    Raises
    ------
    InputError
        If it is no workbook, larger than 200 MB unpacked, or its first sheet is empty.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        sheet = _first_sheet(path) if unpacked <= _LARGEST else None
    except Exception as error:  # openpyxl raises whatever its parts do on a damaged file
        msg = f"{path}: not a readable workbook ({type(error).__name__}); save it as .xlsx or CSV"
        raise InputError(msg) from error
    if sheet is None:
        msg = f"{path}: {unpacked / 2**20:,.0f} MB unpacked, more than any table of places"
        raise InputError(msg)
    rows, note = sheet
    # Blank rows above the names are passed over, as blank lines above a CSV.
    first = next((n for n, row in enumerate(rows) if any(row)), None)
    if first is None:
        msg = f"{path}: the first sheet is empty"
        raise InputError(msg)
    width = max(map(len, rows))
    names, *values = [row + [None] * (width - len(row)) for row in rows[first:]]
    numbers = pd.RangeIndex(first + 2, first + 2 + len(values), name=ROW)
    table = pd.DataFrame(values, numbers, columns=range(width), dtype="str")
    table = table.set_axis([name or "" for name in names], axis=1)
    table.attrs[SHEET] = note
    return table


def _first_sheet(path: Path) -> tuple[list[list[str | None]], str]:
    """Return the rows of the first sheet that is not hidden, and which of several it is."""
    import openpyxl

    with path.open("rb") as file:  # by its name openpyxl refuses what does not end in .xlsx
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = book.worksheets
        sheet = next((shown for shown in sheets if shown.sheet_state == "visible"), sheets[0])
        others = ", ".join(repr(other.title) for other in sheets if other is not sheet)
        note = f"sheet '{sheet.title}' was read, and not {others}" if others else ""
        return [[_text(value) for value in row] for row in sheet.values], note


def _text(value: object) -> str | None:
    """Return a cell as text: whole numbers without decimals, days without an hour.

    A workbook has no mark of either: its numbers have decimals, and its days begin at midnight.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
