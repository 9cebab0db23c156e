"""ONS population estimates of small areas: a workbook of single years of age by sex."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import check_zip
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.ons_geography import check_all_codes
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import name_some

OLDEST: Final = 90  # years and over
AGES: Final = tuple(f"{sex}{age}" for sex in "FM" for age in range(OLDEST + 1))
HEADER_ROW: Final = 4

_UNPACKED: Final = 2 << 30


@all_or_none
def read_estimates(downloader: Downloader, source: Source, areas: Sequence[str]) -> pd.DataFrame:
    """Return residents of areas by sex and single year of age: columns F0 to F90 and M0 to M90.

    Raises
    ------
    InputError
        If the workbook cannot be had, lacks a column or an area, or a cell is not a count.
    """
    check = partial(check_zip, ending=".xml", most_bytes=_UNPACKED)
    path = downloader.get(Query(source, source.url, f"{source.id}.xlsx", check))
    table = read_workbook(path, source.options["sheet"])
    check_all_codes(set(areas) & set(table.index), areas, source=source.id)
    return table.loc[list(areas)]


def read_workbook(path: Path, sheet: str) -> pd.DataFrame:
    """Read the sheet of a year, on the code of its small areas.

    Raises
    ------
    InputError
        If it is no workbook, or the sheet, a column or a count is missing.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 (slow to load)

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, OSError, KeyError, ValueError) as error:
        msg = f"{path.name}: not a workbook ({error})"
        raise InputError(msg) from error
    if sheet not in book.sheetnames:
        msg = f"{path.name}: no sheet '{sheet}'; there are {name_some(book.sheetnames)}"
        raise InputError(msg)
    rows = book[sheet].iter_rows(min_row=HEADER_ROW, values_only=True)
    names = [str(name).strip() for name in next(rows, ())]
    code = next((name for name in names if name.startswith("LSOA") and "Code" in name), "")
    lacking = [name for name in (code or "LSOA 2021 Code", *AGES) if name not in names]
    if lacking:
        msg = (
            f"{path.name}: sheet '{sheet}', row {HEADER_ROW}: no column {name_some(lacking)}; "
            f"it has {name_some(names)}"
        )
        raise InputError(msg)
    wanted = [names.index(name) for name in AGES]
    key = names.index(code)
    return _table({str(row[key]): _counts(row, wanted) for row in rows if row[key]}, path)


def _counts(row: Sequence[Any], wanted: Sequence[int]) -> list[Any]:
    return [row[at] for at in wanted]


def _table(rows: dict[str, list[Any]], path: Path) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(AGES))
    counts: pd.DataFrame = table.apply(pd.to_numeric, errors="coerce")
    wrong = counts.index[~(counts >= 0).all(axis=1)]
    if len(wrong) or counts.empty:
        msg = f"{path.name}: not counts of residents: {name_some(wrong) or 'no rows'}"
        raise InputError(msg)
    return counts.astype("int64")
