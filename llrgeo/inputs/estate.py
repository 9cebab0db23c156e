"""The estate of sites: floor area, function, emptiness, backlog, parking, as returned."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.table_faults import table_faults
from llrgeo.inputs.tables import read_table
from llrgeo.schema import LARGEST, Column, Schema, name_some, raise_faults, to_numbers

BACKLOG: Final = (
    "backlog_high_gbp",
    "backlog_significant_gbp",
    "backlog_moderate_gbp",
    "backlog_low_gbp",
)
"""Backlog maintenance by risk, the most urgent first."""

NOT_APPLICABLE: Final = ("Not Applicable", "N/A", "n/a", "Not applicable")

RETURNED: Final = {
    "Gross internal floor area": "floor_area_m2",
    "Occupied floor area": "occupied_m2",
    "Clinical space": "clinical_m2",
    "Cost to eradicate high risk backlog": "backlog_high_gbp",
    "Cost to eradicate significant risk backlog": "backlog_significant_gbp",
    "Cost to eradicate moderate risk backlog": "backlog_moderate_gbp",
    "Cost to eradicate low risk backlog": "backlog_low_gbp",
    "Parking spaces available": "parking_spaces",
    "Designated disabled parking spaces": "accessible_spaces",
}
"""Columns of the estates return (ERIC), as their names begin, and ours for them."""

SITE_CODE: Final = "Site Code"
_RETURN_YEAR: Final = re.compile(r"(20\d\d)[-_/ ](?:20)?(\d\d)(?!\d)")
_NUMBERS: Final = (
    "floor_area_m2",
    "occupied_m2",
    "clinical_m2",
    "single_rooms_ensuite",
    "single_rooms_other",
    "maintenance_gbp",
    *BACKLOG,
    "parking_spaces",
    "accessible_spaces",
)
_WHOLE: Final = (
    "single_rooms_ensuite",
    "single_rooms_other",
    "parking_spaces",
    "accessible_spaces",
)
_PART_OF: Final = {
    "occupied_m2": "floor_area_m2",
    "clinical_m2": "floor_area_m2",
    "accessible_spaces": "parking_spaces",
}
_MOST_M2: Final = 2_000_000.0  # a site; the largest hospital of England has some 400,000
_SHARES: Final = ("share_unsuitable", "share_empty", "share_under_used")
ESTATE: Final = Schema(
    "site_id",
    (
        Column("year", "text"),
        *(
            Column(
                name,
                "count" if name in _WHOLE else "number",
                minimum=0,
                maximum=LARGEST if name.endswith("_gbp") else np.inf,
                required=False,
                blank=True,
            )
            for name in _NUMBERS
        ),
        *(
            Column(name, "number", minimum=0, maximum=1, required=False, blank=True)
            for name in _SHARES
        ),
    ),
)


def read_estate(site_ids: Collection[str], path: Path | None = None) -> pd.DataFrame:
    """Read the estate of sites; the embedded returns of 2016/17 without a path.

    Parameters
    ----------
    site_ids
        The sites of the study.
    path
        A table with `site_id`, `year` of the return, and any of the other columns. Or the
        estates return as it is published, with a `Site Code` and its own names of columns: rows
        of other sites are left out, and the year is that of the file's name unless there is a
        column `year`.

    Returns
    -------
    pandas.DataFrame
        On `site_id`; "Not Applicable" and blanks are NaN, never 0. Columns that the file does not
        have are NaN.

    Raises
    ------
    InputError
        If a value is not what it must be, or a row is of a site that the study does not have.
    """
    found = embedded("estate.csv") if path is None else path
    table = read_table(found)
    if SITE_CODE in table.columns:
        table = estate_from_return(table, site_ids, source=found.name)
    return check_estate(table, site_ids, source=found.name)


def estate_from_return(
    table: pd.DataFrame, site_ids: Collection[str], *, source: str
) -> pd.DataFrame:
    """Return the rows of an estates return that are of some sites, with our names of columns.

    Raises
    ------
    InputError
        If no row is of a site of the study, or neither a column nor the name of the file tells the
        year.
    """
    # Names of a return's columns go on after what they begin with ("(m²)"), and differ by year.
    names = {
        str(name): ours
        for begins, ours in RETURNED.items()
        for name in table.columns
        if str(name).casefold().startswith(begins.casefold())
    }
    duplicates = [name for name, ours in names.items() if list(names.values()).count(ours) > 1]
    if duplicates:
        fault = f"columns {name_some(duplicates)} could each be '{names[duplicates[0]]}'; keep one"
        raise_faults([fault], source=source)
    mine = table[table[SITE_CODE].isin(list(site_ids))]
    kept = mine.rename(columns={**names, SITE_CODE: "site_id"})
    # Numbers of returns may have commas between thousands.
    for ours in set(names.values()):
        texts = kept[ours].astype("str").str.replace(",", "")
        kept[ours] = texts.where(kept[ours].notna())
    found = _RETURN_YEAR.search(source)
    faults = [] if len(mine) else ["no Site Code is the id of a site of the study"]
    if "year" not in kept.columns and found is None:
        faults.append("no year; add a column year, or name the file as in ERIC_2024_25.csv")
    raise_faults(faults, source=source)
    if found is not None and "year" not in kept.columns:
        kept = kept.assign(year=f"{found[1]}/{found[2]}")
    return kept[["site_id", "year", *dict.fromkeys(names.values())]]


def check_estate(table: pd.DataFrame, site_ids: Collection[str], *, source: str) -> pd.DataFrame:
    """Check a table of the estate and give it its types; see `read_estate`.

    Raises
    ------
    InputError
        As `read_estate`.
    """
    blanked = table.replace(dict.fromkeys(NOT_APPLICABLE, ""))
    faults = table_faults(blanked, ESTATE)
    if "site_id" in table.columns:
        unknown = [site_id for site_id in table["site_id"] if site_id not in site_ids]
        if unknown:
            faults.append(f"the study has no site {name_some(unknown)}; known are site ids alone")
    raise_faults(faults or _relation_faults(blanked), source=source)
    # "Not applicable" is a blank, and a blank is not 0: it is not known.
    typed = blanked.set_index("site_id")
    numbers = [*_NUMBERS, *_SHARES]
    return typed.reindex(
        columns=[*(name for name in typed.columns if name not in numbers), *numbers]
    ).assign(**{name: lambda t, n=name: to_numbers(t[n]) for name in numbers})


def _relation_faults(table: pd.DataFrame) -> list[str]:
    """Return parts that are more than their whole, and floor areas that no site has."""
    ids = table["site_id"]
    given = {name: to_numbers(table[name]) for name in _NUMBERS if name in table.columns}
    wrong = {
        f"'{part}' is more than '{whole}'": given[part] > given[whole]
        for part, whole in _PART_OF.items()
        if {part, whole} <= set(given)
    }
    if "floor_area_m2" in given:
        area = given["floor_area_m2"]
        wrong["'floor_area_m2' is 0"] = area == 0
        wrong[f"'floor_area_m2' is above {_MOST_M2:,.0f}"] = area > _MOST_M2
    faults = [
        f"column {what} at {name_some(ids[rows])}" for what, rows in wrong.items() if rows.any()
    ]
    return faults if given else ["none of its columns is of the estate"]
