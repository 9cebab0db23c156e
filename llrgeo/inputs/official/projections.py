"""ONS subnational population projections: people by authority, sex, age and year.

The file is a zip of CSV tables, `AREA_CODE, AREA_NAME, COMPONENT, SEX, AGE_GROUP` and a column for
each year; ages are single years, `90 and over` and `All ages`.
"""

import re
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import check_zip, numbers, with_header
from llrgeo.inputs.official.arcgis import check_all_codes
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import name_some

OLDEST: Final = 90
BAND_YEARS: Final = 5

_KEYS: Final = ("AREA_CODE", "SEX", "AGE_GROUP")
_SEXES: Final = {"persons": "persons", "females": "female", "males": "male"}
_UNPACKED: Final = 500_000_000
_ALL_AGES: Final = "All ages"


@all_or_none
def fetch_projections(
    downloader: Downloader, source: Source, authorities: Sequence[str]
) -> pd.DataFrame:
    """Return people of authorities by sex, five-year age band and year.

    Returns
    -------
    pandas.DataFrame
        Columns `authority_code`, `year`, `sex` (female, male), `age_from` (0, 5, ... 90) and
        `people`, sorted by them.

    Raises
    ------
    InputError
        If the file cannot be had, lacks a column, an authority, an age or a sex, or its single
        years do not add up to its own total.
    """
    check = partial(check_zip, ending=".csv", most_bytes=_UNPACKED)
    path = downloader.get(Query(source, source.url, f"{source.id}.zip", check))
    return bands(read_tables(path, authorities), source=source.id)


def read_tables(path: Path, authorities: Sequence[str]) -> pd.DataFrame:
    """Return the rows of authorities from all tables in the zip, by sex and single year of age.

    Raises
    ------
    InputError
        If a table cannot be read or lacks a column or an authority.
    """
    tables = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(path for path in archive.namelist() if path.lower().endswith(".csv")):
            try:
                with archive.open(name) as file:
                    listed = pd.read_csv(file, dtype=str, encoding="utf-8-sig", header=None)
            except (ValueError, OSError) as error:
                msg = f"{path.name}: {name}: not a readable table ({error})"
                raise InputError(msg) from error
            table = with_header(listed, (), source=f"{path.name}: {name}")
            missing = [key for key in _KEYS if key not in table.columns]
            if missing:
                msg = f"{path.name}: {name}: no column {name_some(missing)}"
                raise InputError(msg)
            tables.append(table[table["AREA_CODE"].isin(authorities)])
    rows = pd.concat(tables, ignore_index=True)
    check_all_codes(rows["AREA_CODE"], authorities, source=path.name)
    return rows


def bands(rows: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Return rows of single years of age as people by five-year band, one row a year.

    Raises
    ------
    InputError
        If a figure is no number, an age or a sex is missing or repeated, or the ages do not add
        up to `All ages`.
    """
    years = [name for name in rows.columns if re.fullmatch(r"(19|20)\d\d", name)]
    figures = pd.DataFrame({year: numbers(rows[year], source=source) for year in years})
    sex = rows["SEX"].str.strip().str.lower().map(_SEXES)
    age = pd.to_numeric(rows["AGE_GROUP"].str.extract(r"^\s*(\d+)")[0], errors="coerce")
    parts = pd.concat([rows[["AREA_CODE"]].assign(sex=sex, age=age), figures], axis=1)
    parts = parts[parts["sex"].isin(["female", "male"])]
    # Rows of single ages begin with a number ("90 and over" too); what does not is the sum of all
    # ages.
    single, total = parts[parts["age"].notna()], parts[parts["age"].isna()]
    _check_ages(single, total, years, source)
    grouped = single.assign(age_from=(single["age"] // BAND_YEARS * BAND_YEARS).astype(int))
    summed = grouped.groupby(["AREA_CODE", "sex", "age_from"])[years].sum()
    keys = {"AREA_CODE": "authority_code", "sex": "sex", "age_from": "age_from"}
    long = summed.reset_index().melt(list(keys), var_name="year", value_name="people")
    long = long.rename(columns=keys).astype({"year": "int64"})
    names = ["authority_code", "year", "sex", "age_from", "people"]
    return long[names].sort_values(names[:-1], ignore_index=True)


def _check_ages(
    single: pd.DataFrame, total: pd.DataFrame, years: Sequence[str], source: str
) -> None:
    """See that each authority has each age of each sex once, and that they add up."""
    count = single.groupby(["AREA_CODE", "sex"])["age"].agg(["size", "nunique"])
    whole = (count == OLDEST + 1).all(axis=1)
    if not years or count.empty or not whole.all() or len(count) % 2:
        msg = f"{source}: not every age from 0 to {OLDEST} of both sexes in every authority"
        raise InputError(msg)
    keys = ["AREA_CODE", "sex"]
    differs = single.groupby(keys)[list(years)].sum() - total.set_index(keys)[list(years)]
    # Each figure is rounded at its source, so a sum of 91 may miss its total by a few people.
    if not (differs.abs() <= (OLDEST + 1) / 2).all(axis=None):
        msg = f"{source}: the ages do not add up to '{_ALL_AGES}'"
        raise InputError(msg)
