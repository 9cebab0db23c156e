"""Population projections: people of each authority by year, sex and five-year age band."""

from itertools import combinations, product
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.tables import read_table
from llrgeo.schema import SEXES, counted, name_some, raise_faults, require_columns, to_numbers

AGES: Final = tuple(f"age_{age}" for age in range(0, 101, 5))
"""The five-year bands, by their first year of age; the last is open."""

_KEYS: Final = ("authority_code", "variant", "year", "sex")
_MOST_PEOPLE: Final = 1e8  # of one age and authority: more than England has in all
_YEARS: Final = (1900, 2300)
_MOST_A_YEAR: Final = 0.03  # no authority of England is projected to change faster


def read_projections(path: Path | None = None) -> pd.DataFrame:
    """Read projections; the embedded ones (Leicester, Leicestershire, Rutland) without a path.

    Columns of the file: `authority_code`, `variant`, `year`, `sex` (female or male) and a column
    for each of `AGES`.

    Returns
    -------
    pandas.DataFrame
        On (`variant`, `authority_code`, `year`, `sex`), sorted, with the columns of `AGES`.

    Raises
    ------
    InputError
        If the table does not hold what it must, or is a splice; the message lists every fault.
    """
    found = embedded("projections.csv") if path is None else path
    return check_projections(read_table(found), source=found.name)


def check_projections(table: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Check a table of projections and give it its types; see `read_projections`.

    A **splice** is refused: rows of several variants, or of estimates and a projection, that are
    joined end to end. Growth across such a seam never happened.

    Raises
    ------
    InputError
        As `read_projections`.
    """
    require_columns(table, (*_KEYS, *AGES), source=source)
    typed = table[[*_KEYS, *AGES]].copy()
    for name in ("year", *AGES):
        typed[name] = to_numbers(table[name])
    raise_faults(_value_faults(typed), source=source)
    typed["year"] = typed["year"].astype(int)
    keys = ["variant", "authority_code", "year", "sex"]
    typed = typed.set_index(keys).sort_index()
    raise_faults(_grid_faults(typed), source=source)
    raise_faults([*_splice_faults(typed), *_jump_faults(typed)], source=source)
    return typed


def _value_faults(table: pd.DataFrame) -> list[str]:
    faults = [] if len(table) else ["the table has no rows"]
    people = table[list(AGES)]
    bad = ~((people >= 0) & (people <= _MOST_PEOPLE)).all(axis=1)
    if bad.any():
        faults.append(
            f"people are not numbers of 0 to {_MOST_PEOPLE:,.0f} in "
            f"{counted(int(bad.sum()), 'row')}"
        )
    if (~table["year"].between(*_YEARS) | (table["year"] % 1 != 0)).any():
        first, last = _YEARS
        faults.append(f"column 'year' is not a whole number from {first} to {last} in some rows")
    blank = [name for name in ("authority_code", "variant") if table[name].isna().any()]
    faults += [f"column '{name}' is blank in some rows" for name in blank]
    wrong = set(table["sex"]) - set(SEXES)
    if wrong:
        faults.append(f"column 'sex' holds {name_some(sorted(map(str, wrong)))}, not female, male")
    return faults


def _grid_faults(table: pd.DataFrame) -> list[str]:
    """Return what is missing or duplicates: each authority and year needs one row a sex."""
    if table.index.has_duplicates:
        first = table.index[table.index.duplicated()][0]
        return [f"rows are duplicated, the first for {' '.join(map(str, first))}"]
    faults: list[str] = []
    for variant, rows in table.reset_index().groupby("variant"):
        codes, years = (rows[name].unique() for name in ("authority_code", "year"))
        found = set(rows[["authority_code", "year", "sex"]].itertuples(index=False, name=None))
        absent = [row for row in product(codes, years, SEXES) if row not in found]
        if absent:
            what = " ".join(map(str, absent[0]))
            faults.append(f"variant {variant} lacks {counted(len(absent), 'row')}, as {what}")
    return faults


def _splice_faults(table: pd.DataFrame) -> list[str]:
    """Return the pairs of variants that cover different years: parts, not variants."""
    years = {
        str(variant): set(rows.index.get_level_values("year"))
        for variant, rows in table.groupby(level="variant")
    }
    return [
        f"variants {a} ({min(years[a])}-{max(years[a])}) and {b} ({min(years[b])}-{max(years[b])}) "
        "cover different years: a splice of two sources. Keep the rows of one"
        for a, b in combinations(years, 2)
        if years[a] != years[b]
    ]


def _jump_faults(table: pd.DataFrame) -> list[str]:
    """Return the years in which an authority changes as only a change of source does."""
    total = table.sum(axis=1).groupby(level=["variant", "authority_code", "year"]).sum()
    faults = []
    for _, people in total.groupby(level=["variant", "authority_code"]):
        rows = people.rename("after").reset_index()
        rows["before"] = rows["after"].shift()
        # Tables may have every fifth year only: what is allowed grows with the years between two
        # rows.
        jump = (rows["after"] / rows["before"] - 1).abs() > _MOST_A_YEAR * rows["year"].diff()
        faults += [
            f"people of {row.authority_code} jump from {row.before:,.0f} to {row.after:,.0f} in "
            f"{row.year}: a splice of two sources. Keep the rows of one"
            for row in rows[jump].itertuples()
        ]
    return faults
