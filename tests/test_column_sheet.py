"""A sheet of columns: the bytes that xlsxwriter writes cell by cell, whatever the columns hold."""

import datetime as dt
import io
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.publish.data.column_sheet import ColumnSheet

LONG = "\U0001f3e5" * 20_000  # 40,000 UTF-16 units; Excel takes 32,767
KINDS = {
    "numbers": st.floats(allow_nan=True, allow_infinity=True),
    "counts": st.integers(-(2**53), 2**53),
    "text": st.one_of(st.none(), st.text(max_size=5), st.just(" a<b>&\n")),
    "flags": st.booleans(),
    "mixed": st.one_of(
        st.none(), st.just(pd.NA), st.booleans(), st.integers(0, 9), st.floats(), st.text()
    ),
}
DTYPES = {"numbers": float, "counts": "int64", "text": "str", "flags": bool, "mixed": object}


def one_by_one(sheet, number, values, look):
    """Write a column as xlsxwriter's own functions do, by the kind of each value."""
    for row, value in enumerate(values.tolist(), start=1):
        if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
            continue
        if isinstance(value, bool):
            sheet.write_boolean(row, number, value)
        elif isinstance(value, int | float):
            sheet.write_number(row, number, float(value), look)
        else:
            sheet.write_string(row, number, str(value))


def book_of(tables, sheet_class, write):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    looks = [book.add_format({"num_format": pattern}) for pattern in ("0.0", "0.0%", "#,##0")]
    for table in tables:
        sheet = book.add_worksheet(None, sheet_class)
        for number, column in enumerate(table):
            write(sheet, number, table[column], looks[number % 3])
        header = [{"header": column} for column in table]
        sheet.add_table(0, 0, max(len(table), 1), table.shape[1] - 1, {"columns": header})
        sheet.write_comment(0, 0, "What the column holds")
        if len(table):
            sheet.write_url(1, 0, "internal:'Sheet1'!A1", string="first")
    book.close()
    return content.getvalue()


def parts_of(book):
    with ZipFile(io.BytesIO(book)) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist()}


@st.composite
def tables(draw):
    # Links stand over text, so the first column is text.
    kinds = ["text", *draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))]
    length = draw(st.integers(0, 40))
    columns = {
        f"{kind} {number}": pd.Series(
            draw(st.lists(KINDS[kind], min_size=length, max_size=length)), dtype=DTYPES[kind]
        )
        for number, kind in enumerate(kinds)
    }
    return pd.DataFrame(columns)


@settings(max_examples=12, deadline=None)
@given(st.lists(tables(), min_size=1, max_size=2))
def test_columns_make_the_bytes_of_cells_whatever_they_hold(made):
    by_columns = book_of(made, ColumnSheet, ColumnSheet.add_column)
    assert parts_of(by_columns) == parts_of(book_of(made, None, one_by_one))


@pytest.mark.parametrize(
    "second",
    [
        pd.Series(["short", LONG, None, "x"], dtype="str"),
        pd.Series([np.nan, np.inf, -np.inf, np.nan]),
        pd.Series([0.1 + 0.2, 1e22, -1e-7, 12_345_678.25, 0.0, -0.0, 1e22, 0.0]),
        pd.Series([np.float64(2.5), np.int64(3), np.bool_(1), pd.NA], dtype=object),
    ],
    ids=["text beyond Excel's limit", "no cell at all", "digits", "numpy's own"],
)
def test_columns_make_the_bytes_of_cells_at_the_edges(second):
    # Far below, so that some blocks of rows have no cell.
    far = pd.concat([second, pd.Series([None] * 40, dtype=second.dtype), second], ignore_index=True)
    table = pd.DataFrame({"first": ["x"] + [None] * (len(far) - 1), "second": far})
    by_columns = book_of([table], ColumnSheet, ColumnSheet.add_column)
    assert parts_of(by_columns) == parts_of(book_of([table], None, one_by_one_of_numpy))


def one_by_one_of_numpy(sheet, number, values, look):
    plain = [value.item() if isinstance(value, np.generic) else value for value in values.tolist()]
    one_by_one(sheet, number, pd.Series(plain, dtype=object), look)
