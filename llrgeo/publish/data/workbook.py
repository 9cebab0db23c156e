"""The workbook: every published table on a sheet of its own, with a cover, notes and contents.

Formulas and links are off, so text from data stays text. Dates are fixed, so equal publications
make equal bytes.
"""

import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from llrgeo.appraisal.tables.declaration import NEVER_BLANK, PublishedColumn
from llrgeo.publish.data.column_sheet import ColumnSheet
from llrgeo.publish.data.descriptions import ASSUMPTIONS, CONTENTS, DescribedTable
from llrgeo.publish.pages import run_mark
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

_LETTERS_A_LINE: Final = 90  # of a text sheet, whose column is 100 digits wide
_LINE_POINTS: Final = 15.0
_TITLE_POINTS: Final = 26.0
_LONGEST_NAME: Final = 31  # Excel's limit for the name of a sheet
_WIDEST: Final = 48
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
_CREATED: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_ROWS_MEASURED: Final = 200  # rows by which a column's width is chosen
_PLAIN: Final = "General"  # as many digits as a number has
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def render_workbook(publication: Publication, tables: Mapping[str, DescribedTable]) -> bytes:
    """Return tables as an .xlsx file.

    Parameters
    ----------
    publication
        The title, notes, inputs and assumptions.
    tables
        What the workbook holds, by name and in the order of its sheets: one named table each, with
        one header row and no merged cells. Infinite and missing numbers are blank.

    Raises
    ------
    LlrgeoError
        If a table has a column that is not declared.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    book.set_properties(
        {"title": publication.title, "created": _CREATED, "comments": publication.date}
    )
    formats = {
        "title": book.add_format({"bold": True, "font_size": 18}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True}),
    }
    names = sheet_names(tables)
    _text_sheet(book.add_worksheet("cover"), cover_lines(publication), formats)
    _text_sheet(book.add_worksheet("notes"), note_lines(publication), formats)
    sheets = {
        "contents": DescribedTable(contents(tables, names), CONTENTS),
        "assumptions": DescribedTable(settings_table(publication), ASSUMPTIONS),
        **tables,
    }
    by_number: dict[str, Format] = {}  # one look for all columns that show numbers alike
    for name, table in sheets.items():
        flat = table.flat
        columns = [table.description.column(column) for column in flat.columns]
        shown = [_number_format(column) for column in columns]
        for look in shown:
            if look not in by_number:
                by_number[look] = book.add_format({"num_format": look})
        looks = [by_number[look] for look in shown]
        sheet = book.add_worksheet(names.get(name, name), ColumnSheet)
        _table_sheet(sheet, names.get(name, name), flat, looks)
        _note_columns(sheet, columns)
        if name == "contents":
            _link_sheets(sheet, flat["sheet"])
    book.close()
    return content.getvalue()


def sheet_names(names: Iterable[str]) -> dict[str, str]:
    """Return a valid sheet name for each table: unique, without forbidden signs, short enough."""
    chosen: dict[str, str] = {}
    taken = {"cover", "notes", "contents", "assumptions"}
    for name in names:
        # Excel refuses names that are alike but for capitals, so they are compared in small
        # letters.
        plain = _FORBIDDEN.sub("_", name)[:_LONGEST_NAME] or "table"
        tries = (f"{plain[: _LONGEST_NAME - 3]}_{number}" for number in range(2, 100))
        chosen[name] = (
            plain
            if plain.lower() not in taken
            else next(candidate for candidate in tries if candidate.lower() not in taken)
        )
        taken.add(chosen[name].lower())
    return chosen


def contents(tables: Mapping[str, DescribedTable], sheets: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a table: `sheet`, `table`, `rows` and what it is `about`."""
    return pd.DataFrame(
        {
            "sheet": [sheets[name] for name in tables],
            "table": list(tables),
            "rows": [len(table.content) for table in tables.values()],
            "about": [table.description.about for table in tables.values()],
        }
    )


def cover_lines(publication: Publication) -> list[str]:
    """Return the cover: title, date, publisher, standing, run."""
    words, theme = wording(), publication.theme
    lines = [publication.title, publication.date, theme.notice]
    lines += [words["illustrative"]] if publication.illustrative else []
    lines += [words["published_by"].format(publisher=theme.publisher)] if theme.publisher else []
    lines += [theme.contact] if theme.contact else []
    return [*lines, words["run"].format(run=run_mark(publication))]


def note_lines(publication: Publication) -> list[str]:
    """Return the notes: how sure the figures are, how to read them, where the data is from."""
    words = wording()
    how = [words[f"workbook_{x}"] for x in ("notes", "people", "blank", "names", "suppressed")]
    return [words["notes_title"], publication.error_note, *how, *publication.sources]


def settings_table(publication: Publication) -> pd.DataFrame:
    """Return the study's settings, one row each: `setting` (a path into the study) and `value`."""
    rows = list(_leaves(publication.manifest.get("study", {}), ""))
    return pd.DataFrame(rows, columns=["setting", "value"])


def _leaves(value: object, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, start=1):
            yield from _leaves(item, f"{path}.{number}")
    elif isinstance(value, (list, tuple)):
        yield path, ", ".join(map(str, value))
    else:
        yield path, str(value)


def _text_sheet(sheet: Worksheet, lines: Iterable[str], formats: Mapping[str, Any]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats["title" if row == 0 else "wrap"])
        # Excel makes room for text that wraps when it opens a file; LibreOffice cuts it instead.
        broken = sum(-(-max(len(part), 1) // _LETTERS_A_LINE) for part in line.split("\n"))
        sheet.set_row(row, _TITLE_POINTS if row == 0 else broken * _LINE_POINTS)


def _link_sheets(sheet: Worksheet, names: Iterable[str]) -> None:
    """Make each name in the contents a link to its sheet: within the workbook, to nowhere else."""
    for row, name in enumerate(names, start=1):
        inside = str(name).replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{inside}'!A1", string=str(name))


def _table_sheet(sheet: ColumnSheet, name: str, table: pd.DataFrame, looks: list[Format]) -> None:
    """Write one table with its header in the first row, frozen, each column in its look."""
    rows, columns = table.shape
    for number, (column, look) in enumerate(zip(table.columns, looks, strict=True)):
        values = table[column]
        sheet.add_column(number, values, look)
        shown = {*values.array[:_ROWS_MEASURED].tolist()}
        # Wide enough for the heading with its filter button, and for the first rows; not for a
        # whole text.
        longest = max([len(str(column)) + 3, *(len(_cell_text(value)) for value in shown)])
        sheet.set_column(number, number, min(longest + 1, _WIDEST))
    sheet.freeze_panes(1, 1)
    # A table of Excel's own: it filters and sorts, and formulas can name its columns.
    header = [{"header": str(column)} for column in table.columns]
    table_name = "t_" + re.sub(r"\W", "_", name)
    sheet.add_table(
        0, 0, max(rows, 1), columns - 1, {"name": table_name, "columns": header, "style": None}
    )


def _note_columns(sheet: Worksheet, columns: Iterable[PublishedColumn]) -> None:
    """Put a note on each heading: what the column holds, its unit, what a blank means."""
    blank_is = wording()["workbook_blank_is"]
    for number, column in enumerate(columns):
        never = column.blank == NEVER_BLANK
        parts = (
            column.meaning,
            column.unit.name if column.unit else "",
            "" if never else blank_is.format(meaning=column.blank),
        )
        sheet.write_comment(0, number, ". ".join(filter(None, parts)))


def _number_format(column: PublishedColumn) -> str:
    """Return the number format of a column by its unit; the value stays as it was computed."""
    return (column.unit and column.unit.pattern) or _PLAIN


def _cell_text(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, (float, np.floating)) else str(value)
