"""New homes: dwellings finished in each area by year, read and checked."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.inputs.tables import faults_of_rows, read_table
from llrgeo.schema import raise_faults, require_columns, to_numbers

_MOST: Final = 100_000
"""Homes of an area in a year: more than London finishes in two."""
_COLUMNS: Final = ("area_id", "year", "homes")
_FIRST_YEAR, _LAST_YEAR = 1991, 2200


def read_housing(area_ids: Collection[str], path: Path) -> pd.DataFrame:
    """Read the new homes of areas, such as those that a local plan allocates.

    Parameters
    ----------
    area_ids
        The areas of the study.
    path
        A CSV with `area_id`, `year` and `homes`: dwellings finished in that year. An area that is
        not listed has none.

    Returns
    -------
    pandas.DataFrame
        `area_id`, `year` (int), `homes` (float), as in the file.

    Raises
    ------
    InputError
        If a column is missing, a number is not what it must be, an area is unknown, or an area has
        a year twice; the message lists every fault.
    """
    return check_housing(read_table(path), area_ids, source=path.name)


def check_housing(table: pd.DataFrame, area_ids: Collection[str], *, source: str) -> pd.DataFrame:
    """Check a table of new homes and give it its types; see `read_housing`.

    Raises
    ------
    InputError
        As `read_housing`.
    """
    require_columns(table, _COLUMNS, source=source)
    typed = pd.DataFrame(
        {
            "area_id": table["area_id"].astype("str").str.strip(),
            "year": to_numbers(table["year"]),
            "homes": to_numbers(table["homes"]),
        }
    )
    raise_faults(_faults(typed, area_ids), source=source)
    return typed.astype({"year": int}).reset_index(drop=True)


def _faults(table: pd.DataFrame, area_ids: Collection[str]) -> list[str]:
    """Return what is wrong with the values, each with the areas that have it."""
    if table.empty:
        return ["the table has no rows"]
    area, year, homes = table["area_id"], table["year"], table["homes"]
    bad = {
        "no area of the study": ~area.isin(list(area_ids)),
        f"year is no whole number from {_FIRST_YEAR} to {_LAST_YEAR}": ~(
            year.between(_FIRST_YEAR, _LAST_YEAR) & (year % 1 == 0)
        ),
        f"homes are no number from 0 to {_MOST:,}": ~homes.between(0, _MOST),
        "a year is there twice": table.duplicated(["area_id", "year"]),
    }
    return faults_of_rows(bad, area)
