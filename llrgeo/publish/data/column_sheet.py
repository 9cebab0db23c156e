"""A worksheet that takes whole columns, and writes the bytes that it would write cell by cell.

xlsxwriter keeps an object for each cell and asks each one what it is. Here a cell is its text from
the start, and a row is the texts of its columns, joined. Only what stands below the header is
written so; the header, its notes and all that surrounds the cells are left to xlsxwriter.
"""

from collections.abc import Callable, Hashable
from io import StringIO
from typing import IO, Any, Final, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

_LONGEST_TEXT: Final = 32_767  # UTF-16 units that Excel takes in one cell
_ROWS_A_SPAN: Final = 16  # rows that say together which columns they reach
_NUMBER: Final = ">"  # what the end of a number's cell begins with; others begin with their type

_Value = TypeVar("_Value", bound=Hashable)


class _Column(NamedTuple):
    """A column below the header.

    `ends` has the end of each cell's text (empty: no cell), `look` is that of numbers, and
    `first_number` the row of the first of them, from 0; None if there is none.
    """

    name: str
    ends: list[str]
    look: Format
    first_number: int | None

    def cells(self) -> list[str]:
        """Return the text of each cell; a look gets its index when it is first asked for it."""
        numbers = self.first_number is not None
        look = f' s="{self.look._get_xf_index()}"' if numbers else ""  # noqa: SLF001 (no other door)
        return [
            f'<c r="{self.name}{row}"{look if end[0] == _NUMBER else ""}{end}' if end else ""
            for row, end in enumerate(self.ends, start=2)
        ]


class _Ends(dict[_Value, str]):
    """The ends of cells by their value: most values of a sheet occur in many of its cells."""

    def __init__(self, make: Callable[[_Value], str]) -> None:
        super().__init__()
        self._make: Callable[[_Value], str] = make

    def __missing__(self, value: _Value) -> str:
        end = self[value] = self._make(value)
        return end


class ColumnSheet(Worksheet):  # type: ignore[misc] # xlsxwriter declares no types
    """A worksheet of one header row with columns below it, each added whole."""

    fh: IO[str]  # where the sheet is written

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[int, _Column] = {}
        self._texts, self._numbers = _Ends(self._text), _Ends(_number)

    def add_column(self, number: int, values: pd.Series, look: Format) -> None:
        """Add a column below its heading; no value is read as anything but what it is.

        Parameters
        ----------
        number
            Its place, from 0.
        values
            Numbers, text, yes and no, or any of them. Missing and infinite values are blank.
        look
            The number format of its numbers.
        """
        ends = self._ends(values)[: self.xls_rowmax - 1]
        numbers = (row for row, end in enumerate(ends) if end[:1] == _NUMBER)
        self._columns[number] = _Column(xl_col_to_name(number), ends, look, next(numbers, None))
        # A sheet reaches as far as its last cell that is not blank.
        last = next((row for row in range(len(ends), 0, -1) if ends[row - 1]), 0)
        self._check_dimensions(last, number)

    def add_table(
        self,
        first_row: int,
        first_col: int,
        last_row: int,
        last_col: int,
        options: dict[str, Any] | None = None,
    ) -> int:
        """Add a table as xlsxwriter does, but without a record of each of its cells."""
        made: int = super().add_table(first_row, first_col, first_row + 1, last_col, options)
        reach = xl_range(first_row, first_col, last_row, last_col)
        self.tables[-1].update(range=reach, a_range=reach, autofilter=reach)
        return made

    def _ends(self, values: pd.Series) -> list[str]:
        """Return the end of each cell: by the column's kind, else by the kind of each value."""
        if isinstance(values.dtype, pd.StringDtype):
            index_of, before = self._texts, len(self._texts)
            ends = [index_of[text] if isinstance(text, str) else "" for text in values.tolist()]
            # The table of texts counts all cells: also those that were not asked for a second time.
            self.str_table.count += sum(map(bool, ends)) - (len(index_of) - before)
            return ends
        if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
            numbers = values.to_numpy(float).tolist()
            # Of 0 and -0, which are equal, each is written as it is.
            return [self._numbers[value] if value else _number(value) for value in numbers]
        return [self._end(value) for value in values.tolist()]

    def _end(self, value: object) -> str:
        """Return the end of one cell by the kind of its value."""
        if value is None or value is pd.NA:
            return ""
        if isinstance(value, (bool, np.bool_)):
            return f' t="b"><v>{int(value)}</v></c>'
        if isinstance(value, (int, float, np.integer, np.floating)):
            return _number(float(value))
        return self._text(str(value))

    def _text(self, text: str) -> str:
        """Return the end of a cell of text; the workbook keeps each text once."""
        if len(text) * 2 > _LONGEST_TEXT:
            units = text.encode("utf-16-le")[: 2 * _LONGEST_TEXT]
            text = units.decode("utf-16-le", "ignore")
        index = self.str_table._get_shared_string_index(text)  # noqa: SLF001 (no other door)
        return f' t="s"><v>{index}</v></c>'

    def _write_rows(self) -> None:
        """Write each row that has a cell, by joining what its columns have there."""
        columns = self._columns_of_cells()
        spans = _spans(columns)
        for row, cells in enumerate(map("".join, zip(*columns, strict=True))):
            if cells:
                span = spans[row // _ROWS_A_SPAN]
                self.fh.write(f'<row r="{row + 1}" spans="{span}">{cells}</row>')

    def _columns_of_cells(self) -> list[list[str]]:
        """Return the text of each cell, by column and row, the header's first."""
        # Looks get their index in the order in which rows need them; links begin the first row.
        single_cells = [
            (row, number, self._own_cell(row, number, cell))
            for row, cells in sorted(self.table.items())
            for number, cell in cells.items()
        ]
        numbers = sorted(self._columns, key=lambda at: (self._columns[at].first_number or 0, at))
        columns = {number: ["", *self._columns[number].cells()] for number in numbers}
        # Cells that xlsxwriter was given one by one (headings, links) take precedence over columns.
        for row, number, cell in single_cells:
            columns[number][row] = cell
        return [columns[number] for number in sorted(columns)]

    def _own_cell(self, row: int, number: int, cell: object) -> str:
        """Return what xlsxwriter writes for a cell that it keeps itself."""
        sheet, text = self.fh, StringIO()
        self.fh = text
        try:
            self._write_cell(row, number, cell)
        finally:
            self.fh = sheet
        return text.getvalue()


def _spans(columns: list[list[str]]) -> list[str]:
    """Return the first and the last column that has a cell, by blocks of 16 rows."""
    written = np.array([list(map(bool, cells)) for cells in columns])
    spans = []
    for start in range(0, written.shape[1], _ROWS_A_SPAN):
        reached = np.flatnonzero(written[:, start : start + _ROWS_A_SPAN].any(axis=1))
        spans.append(f"{reached[0] + 1}:{reached[-1] + 1}" if reached.size else "")
    return spans


def _number(number: float) -> str:
    """Return the end of a cell of a number; an infinite or missing one has none."""
    # What is neither infinite nor missing differs from itself by 0.
    return f"{_NUMBER}<v>{number:.16G}</v></c>" if number - number == 0 else ""
