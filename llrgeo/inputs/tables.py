"""Read input tables: as text first, then checked, then with typed columns and points."""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.csv_quotes import spanning_fault, too_long
from llrgeo.inputs.foreign_files import refuse_foreign
from llrgeo.inputs.spreadsheets import is_spreadsheet, read_spreadsheet
from llrgeo.inputs.table_faults import ROW, SHEET, SHORT_ROWS, first_row, table_faults
from llrgeo.inputs.toml_advice import toml_advice
from llrgeo.inputs.visible_text import as_seen
from llrgeo.schema import BNG, WGS84, Schema, counted, name_some, raise_faults, to_numbers

_SAVE_AS: Final = "'CSV UTF-8 (comma delimited)'"
_LOOKED_AT: Final = 100_000  # rows
_MOST_COLUMNS: Final = 10_000
_SHORT_KEPT: Final = 20  # rows with too few values, of which a message names some
_LARGEST_TOML: Final = 4 << 20  # bytes: a study of 500 services is a tenth of it
_REMOTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|[/\\]vsi|[/\\]{2}\w")
_UNREADABLE: Final = (
    ValueError,
    OSError,
    KeyError,
    TypeError,
    NotImplementedError,
    OverflowError,
)


def read_table(path: Path) -> pd.DataFrame:
    """Read a .csv, .xlsx or .parquet table, every value of text as text so that ids keep zeros.

    Names and values are stripped; blank values are missing. Of a workbook the first sheet that is
    not hidden is read. The index has the row numbers as a spreadsheet counts them; the first row
    that is not blank has the names of columns. For Parquet the index is 0, 1, 2 ...

    Raises
    ------
    InputError
        If the file is absent, empty, or not a table.
    """
    check_file(path)
    try:
        if path.suffix == ".parquet":
            return _from_parquet(path)
        return _tidy(read_spreadsheet(path) if is_spreadsheet(path) else _read_csv(path), path)
    except UnicodeDecodeError as error:
        msg = f"{path}: not text in UTF-8; in a spreadsheet save it as {_SAVE_AS}"
        raise InputError(msg) from error
    except InputError:
        raise
    except csv.Error as error:
        msg = f"{path}: not a readable table: {too_long(error)}"
        raise InputError(msg) from error
    except _UNREADABLE as error:
        msg = f"{path}: not a readable table ({one_line(error)})"
        raise InputError(msg) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with or without the mark that editors on Windows put before UTF-8.

    Raises
    ------
    InputError
        If the file is absent, not UTF-8 or not TOML.
    """
    check_file(path)
    if path.stat().st_size > _LARGEST_TOML:
        msg = f"{path}: larger than 4 MB, which no such file is"
        raise InputError(msg)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path}: not text in UTF-8; save it again with that encoding"
        raise InputError(msg) from error
    try:
        return tomllib.loads(text)
    except (ValueError, OSError, RecursionError) as error:  # a number may be too long to be one
        what = "too deeply nested" if isinstance(error, RecursionError) else one_line(error)
        msg = f"{path}: not a TOML file ({what}){toml_advice(text, what)}"
        raise InputError(msg) from error


def check_file(path: Path) -> None:
    """Refuse an address on the network, a path that is not a file, or an empty one.

    Raises
    ------
    InputError
        If there is nothing, a folder, or a file without content.
    """
    check_local(path)
    if not path.is_file():
        msg = f"{path}: this is a folder, not a file" if path.is_dir() else f"{path}: no such file"
        raise InputError(msg)
    if not path.stat().st_size:
        msg = f"{path}: the file is empty"
        raise InputError(msg)


def check_local(path: str | Path) -> None:
    """Refuse the address of something that is not a file of this machine.

    Raises
    ------
    InputError
        If it is a URL, a share of another machine, or one of GDAL's virtual file systems.
    """
    if _REMOTE.match(str(path)):
        msg = (
            f"{path}: not a file of this machine; only llrgeo fetch goes online. Download it first"
        )
        raise InputError(msg)


def one_line(error: BaseException) -> str:
    """Return the message of an error as one line of at most 200 characters, or its type."""
    text = " ".join(str(error).split())
    return text[:200] if text else type(error).__name__


def typed_points(
    table: pd.DataFrame, schema: Schema, *, source: str, also: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """Check a table against its schema; return it with typed columns and points.

    `also` are faults that were found before.

    Returns
    -------
    geopandas.GeoDataFrame
        On the schema's index, sorted, with points from `lat` and `lon` in EPSG:27700. Blank
        text is empty; blank numbers are NaN.

    Raises
    ------
    InputError
        If the table does not hold what the schema says; the message lists every fault.
    """
    raise_faults([*table_faults(table, schema), *also], source=source)
    typed = table.set_index(table[schema.index].astype(str).str.strip()).drop(columns=schema.index)
    for column in schema.columns:
        if column.name not in typed.columns:
            continue
        values = typed[column.name]
        if column.kind == "text":
            typed[column.name] = values.fillna("").astype(str).str.strip()
        else:
            number = to_numbers(values)
            whole = column.kind == "count" and not column.blank
            typed[column.name] = number.astype("int64") if whole else number
    points = gpd.points_from_xy(typed["lon"], typed["lat"], crs=WGS84)
    return gpd.GeoDataFrame(typed, geometry=points).to_crs(BNG).sort_index()


def duplicate_column_faults(names: Iterable[str]) -> list[str]:
    """Return a fault if columns of a table have the same name, but for capitals and blanks."""
    seen = pd.Series([*names], dtype="object").astype(str)
    keys = seen.map(as_seen)
    duplicates = seen[keys.duplicated(keep=False) & (keys != "")].unique()
    return [f"columns are duplicated ({name_some(duplicates)})"] if len(duplicates) else []


def faults_of_rows(wrong: Mapping[str, pd.Series], ids: pd.Series) -> list[str]:
    """Return a sentence for each kind of fault: the number of rows and some of their ids.

    `wrong` has, for each fault in words, a mask of the rows that have it.
    """
    return [
        f"{counted(int(rows.sum()), 'row')}: {what} ({name_some(ids[rows].unique())})"
        f"{first_row(ids.index[rows])}"
        for what, rows in wrong.items()
        if rows.any()
    ]


def _read_csv(path: Path) -> pd.DataFrame:
    # pandas drops values beyond the header, or takes them as a reason to shift all the others.
    refuse_foreign(path)
    first, names, lengths = _shape(path)
    if len(names) > _MOST_COLUMNS:
        msg = f"{path}: {len(names):,} columns, more than any table"
        raise InputError(msg)
    if long := [(row, length) for row, length in lengths.items() if length > len(names)]:
        _refuse_separators(names, path)
        row, length = long[0]
        msg = (
            f"{path}: {counted(len(long), 'row')} with more values than there are columns: row "
            f"{row} has {length} for {len(names)}; is there a comma at line ends, a value with a "
            'comma and no quotation marks (") around it, or a title above the names of columns?'
        )
        raise InputError(msg)
    # Blank rows are read too, so that all others keep their numbers.
    table = pd.read_csv(
        path, dtype=str, encoding="utf-8-sig", index_col=False, header=first, skip_blank_lines=False
    )
    table = table.set_axis(names, axis="columns") if len(names) == len(table.columns) else table
    if lengths:  # pandas copies what is noted with every step
        table.attrs[SHORT_ROWS] = dict(islice(lengths.items(), _SHORT_KEPT))
    return _numbered(table, first + 2)


def _shape(path: Path) -> tuple[int, list[str], dict[int, int]]:
    """Return the number of a CSV's header row, its names, and the lengths of rows unlike it.

    Blank rows are skipped. The header's number counts from 0; the lengths are by row number as a
    spreadsheet counts. Only the first rows of a large file are checked; pandas refuses a longer row
    below.

    Raises
    ------
    InputError
        If a quotation mark makes one value of several rows.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = enumerate(csv.reader(file))
        first, names = next((pair for pair in rows if any(map(str.strip, pair[1]))), (0, []))
        lengths = {}
        for number, row in islice(rows, _LOOKED_AT):
            if fault := spanning_fault(row, len(names)):
                raise_faults([f"row {number + 1}: {fault}"], source=path.name)
            if row and len(row) != len(names):
                lengths[number + 1] = len(row)
        return first, names, lengths


def _numbered(table: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return a table whose index has the row numbers of a spreadsheet, from `first` on."""
    return table.set_axis(pd.RangeIndex(first, first + len(table), name=ROW), axis="index")


def _from_parquet(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path)
    return table.reset_index() if any(table.index.names) else table


def _tidy(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table with stripped names and values, without columns that have neither."""
    _refuse_separators(list(table.columns), path)
    names = table.columns.astype(str).str.strip()
    raise_faults(duplicate_column_faults(names), source=path.name)
    texts = {n: table.iloc[:, n].str.strip() for n in range(len(names))}
    # Spreadsheets save empty columns beside a table. A column with values and no name is kept, so
    # that the check against the schema refuses it.
    kept = [n for n, text in texts.items() if names[n] or text.notna().any()]
    tidy = pd.DataFrame({names[n]: texts[n].mask(texts[n] == "") for n in kept}, table.index)
    tidy = tidy.dropna(how="all")
    if sheet := table.attrs.get(SHEET):
        tidy.attrs[SHEET] = sheet
    if short := table.attrs.get(SHORT_ROWS):
        tidy.attrs[SHORT_ROWS] = {row: short[row] for row in tidy.index.intersection([*short])}
    return tidy


def _refuse_separators(names: Sequence[object], path: Path) -> None:
    if len(names) == 1 and re.search(r"[;|\t]", str(names[0])):
        msg = f"{path}: columns are not separated by commas; in a spreadsheet save it as {_SAVE_AS}"
        raise InputError(msg)
