"""Workbooks (.xlsx) read as tables: the first sheet that shows, every value as its text."""

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.table_faults import ROW, SHEET
from llrgeo.schema import name_some

if TYPE_CHECKING:
    from openpyxl import Workbook

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_LARGEST: Final = 200 << 20  # bytes unpacked; a sheet of 100,000 rows has some 50 MB
_PIECE: Final = 1 << 20  # bytes of a sheet that are looked through at once
_FORMULA: Final = b"<f"  # how a cell's formula begins in a sheet
_MERGED: Final = b"<mergeCell "


def is_spreadsheet(path: Path) -> bool:
    """Return whether a file is a workbook, by its first bytes, whatever its ending.

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
        If it is no workbook, larger than 200 MB unpacked, or its first sheet is empty; if cells of
        the table are merged, or have a formula without its result.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            marks = _marks(packed) if unpacked <= _LARGEST else frozenset()
        sheet = _first_sheet(path, marks) if unpacked <= _LARGEST else None
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do on a damaged file
        msg = f"{path}: not a readable workbook ({type(error).__name__}); save it as .xlsx or CSV"
        raise InputError(msg) from error
    if sheet is None:
        msg = f"{path}: {unpacked / 2**20:,.0f} MB unpacked, more than any table of places"
        raise InputError(msg)
    rows, note = sheet
    first = _first_of(rows)
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


def _first_of(rows: list[list[str | None]]) -> int | None:
    """Return the row of the names: blank ones above it are passed over, as in a CSV."""
    return next((n for n, row in enumerate(rows) if any(row)), None)


def _marks(packed: zipfile.ZipFile) -> frozenset[bytes]:
    """Return which of formulas and merged cells there are in any sheet of a workbook."""
    found: set[bytes] = set()
    for name in packed.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            with packed.open(name) as part:
                end = b""
                while piece := part.read(_PIECE):
                    # A mark may lie over the border of two pieces.
                    found |= {mark for mark in (_FORMULA, _MERGED) if mark in end + piece}
                    end = piece[-len(_MERGED) :]
    return frozenset(found)


def _first_sheet(path: Path, marks: frozenset[bytes]) -> tuple[list[list[str | None]], str]:
    """Return the rows of the first sheet that is not hidden, and which of several it is."""
    with _opened(path, read_only=True, data_only=True) as book:
        sheets = book.worksheets
        sheet = next((shown for shown in sheets if shown.sheet_state == "visible"), sheets[0])
        title, others = sheet.title, ", ".join(repr(o.title) for o in sheets if o is not sheet)
        cells = [*sheet.rows]
    if _FORMULA in marks:
        # A formula that gave an empty text is one of type "str"; one without a result is of "n".
        blank = {
            (row, n)
            for row, values in enumerate(cells)
            for n, cell in enumerate(values)
            if cell.value is None and cell.data_type == "n"
        }
        _refuse_unsaved_formulas(path, title, blank)
    rows = [[_text(cell.value) for cell in row] for row in cells]
    if _MERGED in marks:
        _refuse_merged(path, title, rows)
    note = f"sheet '{title}' was read, and not {others}" if others else ""
    return rows, note


@contextmanager
def _opened(path: Path, *, read_only: bool, data_only: bool) -> Iterator["Workbook"]:
    import openpyxl

    # By its name openpyxl refuses what does not end in .xlsx, and of what it leaves out, such as
    # rules for what may be typed, it warns.
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield openpyxl.load_workbook(file, read_only=read_only, data_only=data_only)


def _refuse_unsaved_formulas(path: Path, title: str, blank: set[tuple[int, int]]) -> None:
    """Refuse formulas that no program has computed: their cells would be read as blanks."""
    with _opened(path, read_only=True, data_only=False) as book:
        found = [
            cell.coordinate
            for row, values in enumerate(book[title].rows)
            for n, cell in enumerate(values)
            if cell.data_type == "f" and (row, n) in blank
        ]
    if found:
        msg = (
            f"{path}: formulas without their results in {len(found)} cells ({name_some(found)}): "
            "open and save it in a spreadsheet program, or paste the values"
        )
        raise InputError(msg)


def _refuse_merged(path: Path, title: str, rows: list[list[str | None]]) -> None:
    """Refuse merged cells from the row of names on: all but the first of them would be blank.

    A single value in that row is a title, which the reader of the table refuses as such.
    """
    first = _first_of(rows) or 0
    title_alone = sum(map(bool, rows[first] if rows else ())) == 1
    with _opened(path, read_only=False, data_only=True) as book:
        sheet = book[title]
        found = [
            str(cells.coord)
            for cells in sorted(sheet.merged_cells.ranges, key=lambda cells: cells.bounds[::-1])
            if cells.max_row > first + title_alone
            and sheet.cell(cells.min_row, cells.min_col).value is not None
        ]
    if found:
        msg = (
            f"{path}: merged cells ({name_some(found)}): only the first of them has a value. "
            "Unmerge them and fill in each"
        )
        raise InputError(msg)


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
