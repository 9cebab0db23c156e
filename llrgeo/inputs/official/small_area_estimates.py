"""ONS population estimates of small areas: a workbook of single years of age by sex."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import check_zip, refuse_duplicate_columns, refuse_repeated
from llrgeo.inputs.official.arcgis import check_all_codes
from llrgeo.inputs.official.downloader import Downloader, all_or_none
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
    from openpyxl import load_workbook

    # The file is opened here, for a workbook that is refused half-way does not close its own.
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except (BadZipFile, OSError, KeyError, ValueError) as error:
            msg = f"{path.name}: not a workbook ({error})"
            raise InputError(msg) from error
        if sheet not in book.sheetnames:
            msg = f"{path.name}: no sheet '{sheet}'; there are {name_some(book.sheetnames)}"
            raise InputError(msg)
        rows = book[sheet].iter_rows(min_row=HEADER_ROW, values_only=True)
        names = [str(name).strip() for name in next(rows, ())]
        key, wanted = _places(names, f"{path.name}: sheet '{sheet}', row {HEADER_ROW}")
        counts = [(str(row[key]).strip(), *(row[at] for at in wanted)) for row in rows if row[key]]
    return _table(counts, path)


def _places(names: Sequence[str], source: str) -> tuple[int, list[int]]:
    """Return where the code of an area and its ages stand, by the names of columns."""
    refuse_duplicate_columns([name for name in names if name != "None"], source=source)
    code = next((name for name in names if name.startswith("LSOA") and "Code" in name), "")
    missing = [name for name in (code or "LSOA 2021 Code", *AGES) if name not in names]
    if missing:
        msg = f"{source}: no column {name_some(missing)}; it has {name_some(names)}"
        raise InputError(msg)
    return names.index(code), [names.index(name) for name in AGES]


def _table(rows: list[tuple[Any, ...]], path: Path) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["area_id", *AGES])
    refuse_repeated(table["area_id"], source=path.name)
    table = table.set_index("area_id").rename_axis(None)
    counts: pd.DataFrame = table.apply(pd.to_numeric, errors="coerce")
    wrong = counts.index[~(counts >= 0).all(axis=1)]
    if len(wrong) or counts.empty:
        msg = f"{path.name}: not counts of residents: {name_some(wrong) or 'no rows'}"
        raise InputError(msg)
    return counts.astype("int64")
