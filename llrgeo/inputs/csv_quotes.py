"""Find quotation marks of a CSV that are closed in a later row: rows between would be lost.

A mark before a name, and one before a name of a later row, join everything between into one value:
the row has the right number of values, and the lost rows would not be noticed.
"""

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import IO, Final

_FEWEST: Final = 3  # columns: in a table of two, a note may have a line that reads like a row
_SHOWN: Final = 20  # letters of a value that a message shows


def spanning_fault(row: Sequence[str], columns: int) -> str:
    r"""Say which value of a row begins in it and ends in a later one; empty if none does.

    A value of several lines may be meant, as in a note. It is not where the commas in it are those
    that are between it and the end of its row, and between the begin of the later row and it.

    Examples
    --------
    >>> spanning_fault(["N", "North,300,52.1\nE,East", "200", "52.2"], 4)
    'the quotation mark (") before \'North,300,52.1\' is closed in a later row, if at all'
    >>> spanning_fault(["N", "North,\na village", "300", "52.1"], 4)
    ''
    """
    for number, value in enumerate(row):
        if "\n" not in value:
            continue
        first, *_, last = value.split("\n")
        to_end, from_start = columns - 1 - number, number
        fits = (first.count(","), last.count(",")) == (to_end, from_start) and columns >= _FEWEST
        if fits or (len(row) < columns and "," in value):
            begins = first[:_SHOWN].strip()
            return f"the quotation mark (\") before '{begins}' is closed in a later row, if at all"
    return ""


def first_spanning(file: IO[bytes]) -> str:
    """Return the fault of the first row of a CSV that goes on in a later one; empty if none.

    A file in which each line has its marks in pairs is passed over quickly.
    """
    if not any(line.count(b'"') % 2 for line in file):
        return ""
    file.seek(0)
    with TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        return _first_fault(csv.reader(text))


def too_long(error: csv.Error) -> str:
    """Return the message for a value that is longer than the reader's limit."""
    return f'a value is longer than any; is a quotation mark (") not closed? ({error})'


def _first_fault(rows: Iterable[Sequence[str]]) -> str:
    columns = number = 0
    try:
        for number, row in enumerate(rows, start=1):
            columns = columns or len(row)
            if fault := spanning_fault(row, columns):
                return f"row {number}: {fault}"
    except csv.Error as error:
        return f"row {number + 1}: {too_long(error)}"
    return ""
