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

from llrgeo.publish.data.contents import contents, in_order
from llrgeo.publish.data.dictionary import NEVER_BLANK, column_blank, column_meaning, column_unit
from llrgeo.publish.data.files import flat_table
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

_LONGEST_NAME: Final = 31  # Excel's limit for the name of a sheet
_WIDEST: Final = 48
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
_CREATED: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (Excel's dates have no zone)
_FORMATS: Final = {
    **dict.fromkeys(("people", "contacts", "journeys", "hours", "pounds"), "#,##0"),
    "kilograms": "#,##0",
    "index": "0.000",
    "score,": "0.000",
}
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def render_workbook(publication: Publication, tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return tables as an .xlsx file.

    Parameters
    ----------
    publication
        The title, notes, inputs and assumptions.
    tables
        What the workbook holds, by name: one sheet and one named table each, with one header row
        and no merged cells. Infinite and missing numbers are blank.
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
    ordered = {name: tables[name] for name in in_order(tables)}
    sheets = {
        "contents": contents(tables, names),
        "assumptions": assumptions(publication),
        **ordered,
    }
    for name, table in sheets.items():
        flat = flat_table(table)
        looks = [book.add_format({"num_format": _format(column, name)}) for column in flat.columns]
        sheet = book.add_worksheet(names.get(name, name))
        _table_sheet(sheet, names.get(name, name), flat, looks)
        _note_columns(sheet, publication, name, flat.columns)
    book.close()
    return content.getvalue()


def sheet_names(names: Iterable[str]) -> dict[str, str]:
    """Return a valid sheet name for each table: unique, without forbidden signs, short enough."""
    chosen: dict[str, str] = {}
    taken = {"cover", "notes", "contents", "assumptions"}
    for name in names:
        plain = _FORBIDDEN.sub("_", name)[:_LONGEST_NAME] or "table"
        tries = (f"{plain[: _LONGEST_NAME - 3]}_{number}" for number in range(2, 100))
        chosen[name] = (
            plain
            if plain.lower() not in taken
            else next(one for one in tries if one.lower() not in taken)
        )
        taken.add(chosen[name].lower())
    return chosen


def cover_lines(publication: Publication) -> list[str]:
    """Return the cover: title, date, publisher, standing, run."""
    words, theme = wording(), publication.theme
    lines = [publication.title, publication.date, theme.notice]
    lines += [words["illustrative"]] if publication.illustrative else []
    lines += [words["published_by"].format(publisher=theme.publisher)] if theme.publisher else []
    lines += [theme.contact] if theme.contact else []
    return [*lines, words["run"].format(run=publication.manifest.get("run_id", ""))]


def note_lines(publication: Publication) -> list[str]:
    """Return the notes: how sure the figures are, how to read them, where the data is from."""
    words = wording()
    how = [words[f"workbook_{x}"] for x in ("notes", "people", "blank", "names", "suppressed")]
    return [words["notes_title"], publication.error_note, *how, *publication.sources]


def assumptions(publication: Publication) -> pd.DataFrame:
    """Return the study's settings, one row each: `setting` (a path into the study) and `value`."""
    rows = list(_leaves(publication.manifest.get("study", {}), ""))
    return pd.DataFrame(rows, columns=["setting", "value"])


def _leaves(value: object, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _leaves(one, f"{path}.{number}")
    elif isinstance(value, (list, tuple)):
        yield path, ", ".join(map(str, value))
    else:
        yield path, str(value)


def _text_sheet(sheet: Worksheet, lines: Iterable[str], formats: Mapping[str, Any]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats["title" if row == 0 else "wrap"])


def _table_sheet(sheet: Worksheet, name: str, table: pd.DataFrame, looks: list[Format]) -> None:
    """Write one table with its header in the first row, frozen, each column in its look."""
    rows, columns = table.shape
    for number, (column, look) in enumerate(zip(table.columns, looks, strict=True)):
        values = table[column]
        for row, value in enumerate(values, start=1):
            _write(sheet, (row, number), value, look)
        longest = max([len(str(column)) + 3, *(len(_shown(value)) for value in values.head(200))])
        sheet.set_column(number, number, min(longest + 1, _WIDEST))
    sheet.freeze_panes(1, 1)
    header = [{"header": str(column)} for column in table.columns]
    table_name = "t_" + re.sub(r"\W", "_", name)
    sheet.add_table(
        0, 0, max(rows, 1), columns - 1, {"name": table_name, "columns": header, "style": None}
    )


def _note_columns(
    sheet: Worksheet, publication: Publication, table: str, columns: Iterable[str]
) -> None:
    """Put a note on each heading: what the column holds, its unit, what a blank means."""
    for number, column in enumerate(columns):
        blank = column_blank(column, table)
        parts = (
            column_meaning(publication, table, column),
            column_unit(column, table),
            "" if blank == NEVER_BLANK else wording()["workbook_blank_is"].format(meaning=blank),
        )
        sheet.write_comment(0, number, ". ".join(filter(None, parts)))


def _format(column: str, table: str) -> str:
    """Return the number format of a column by its unit; the value stays as it was computed."""
    unit = column_unit(column, table)
    if unit in {"minutes", "kilometres"}:
        return "0.0"
    if unit.startswith("share"):
        return "0.0%"
    return _FORMATS.get(unit.partition(" ")[0], "General")


def _shown(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, (float, np.floating)) else str(value)


def _write(sheet: Worksheet, at: tuple[int, int], value: object, look: Format) -> None:
    """Write one cell by the kind of its value, so that no text is read as anything else."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(*at, bool(value))
    elif isinstance(value, (int, float, np.integer, np.floating)):
        sheet.write_number(*at, float(value), look)
    else:
        sheet.write_string(*at, str(value))
