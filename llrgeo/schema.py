"""The vocabulary: column names, coordinate systems, and the check that every table passes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.errors import InputError

Track: TypeAlias = Callable[[Sequence[Any]], Iterable[Any]]
"""Progress: any function that wraps a sequence. `iter` shows nothing."""

WGS84: Final = "EPSG:4326"
BNG: Final = "EPSG:27700"

AGE_BANDS: Final = ("age_0_17", "age_18_64", "age_65_74", "age_75_84", "age_85_plus")
SITE_KINDS: Final = ("city_hospital", "community_hospital", "health_centre", "other")
SITE_STATUSES: Final = ("open", "closed", "proposed")

_SHOWN = 5  # how many bad ids a message names


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what kind of value it holds and within which bounds."""

    name: str
    kind: Literal["text", "count", "number"]
    minimum: float = -np.inf
    maximum: float = np.inf
    choices: tuple[str, ...] = ()
    required: bool = True
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: the column that identifies its rows, and its other columns."""

    index: str
    columns: tuple[Column, ...]


# Coordinates are those of Great Britain: a swapped pair falls outside both ranges.
_LAT = Column("lat", "number", minimum=49.8, maximum=60.9)
_LON = Column("lon", "number", minimum=-8.7, maximum=1.8)

AREAS: Final = Schema(
    "area_id",
    (
        Column("name", "text"),
        Column("ward", "text", required=False),
        Column("authority_code", "text"),
        Column("authority", "text"),
        Column("upper_authority", "text", required=False),
        _LAT,
        _LON,
        Column("residents", "count", minimum=0),
        *(Column(band, "count", minimum=0) for band in AGE_BANDS),
        Column("disabled", "count", minimum=0),
        Column("imd_score", "number", minimum=0, required=False),
        Column("imd_rank", "count", minimum=1, required=False),
        Column("imd_decile", "count", minimum=1, maximum=10),
        Column("rural_urban", "text", choices=("Rural", "Urban")),
    ),
)

SITES: Final = Schema(
    "site_id",
    (
        Column("name", "text"),
        Column("kind", "text", choices=SITE_KINDS),
        Column("status", "text", choices=SITE_STATUSES),
        Column("postcode", "text"),
        _LAT,
        _LON,
        Column("services", "text", blank=True),
        Column("beds", "count", minimum=0, blank=True, required=False),
        Column("authority", "text", required=False, blank=True),
        Column("source", "text", required=False),
    ),
)


def check_table(table: pd.DataFrame, schema: Schema, *, source: str) -> None:
    """Raise one error that lists every fault of a table.

    Parameters
    ----------
    table
        The table as read, with the schema's index still a column.
    schema
        What the table must hold.
    source
        The file or object to name in the message.

    Raises
    ------
    InputError
        If an id is missing or stands twice, a required column is absent, or a value is blank,
        not of its kind, out of bounds or not among the choices.
    """
    raise_faults(table_faults(table, schema), source=source)


def table_faults(table: pd.DataFrame, schema: Schema) -> list[str]:
    """List every fault of a table, for those who check several tables before they refuse any."""
    faults = [*_id_faults(table, schema)]
    for column in schema.columns:
        if column.name in table.columns:
            faults += _column_faults(table, column, schema.index)
        elif column.required:
            found = ", ".join(map(str, table.columns))
            faults.append(f"column '{column.name}' is missing; found {found}")
    return faults


def raise_faults(faults: Iterable[str], *, source: str) -> None:
    """Raise one `InputError` that lists all faults; do nothing where there are none."""
    listed = list(faults)
    if listed:
        heading = f"{source}: {len(listed)} fault{'s' if len(listed) > 1 else ''}"
        raise InputError("\n  - ".join([heading, *listed]))


def name_some(ids: Iterable[object]) -> str:
    """Name the first few ids of a list, with an ellipsis where there are more."""
    listed = [str(one) for one in ids]
    return ", ".join(listed[:_SHOWN]) + (", ..." if len(listed) > _SHOWN else "")


def _id_faults(table: pd.DataFrame, schema: Schema) -> list[str]:
    if schema.index not in table.columns:
        return [f"column '{schema.index}' is missing; it identifies the rows"]
    if table.empty:
        return ["the table has no rows"]
    ids = table[schema.index]
    faults = []
    blank = ids.isna() | (ids.astype(str).str.strip() == "")
    if blank.any():
        faults.append(f"{int(blank.sum())} rows have no {schema.index}")
    doubled = ids[ids.duplicated() & ids.notna()].unique()
    if len(doubled):
        faults.append(f"{len(doubled)} ids of '{schema.index}' stand twice ({name_some(doubled)})")
    return faults


def _column_faults(table: pd.DataFrame, column: Column, index: str) -> list[str]:
    values = table[column.name]
    blank = values.isna() | (values.astype(str).str.strip() == "")
    bad: dict[str, pd.Series] = {} if column.blank else {"is blank": blank}
    if column.kind == "text":
        if column.choices:
            wrong = ~values.isin(column.choices) & ~blank
            bad[f"is not one of {', '.join(column.choices)}"] = wrong
    else:
        number = pd.to_numeric(values, errors="coerce").astype(float)
        finite = number.abs() < np.inf
        bad["is not a number"] = ~finite & ~blank
        bad[f"is below {column.minimum:g}"] = number < column.minimum
        bad[f"is above {column.maximum:g}"] = number > column.maximum
        if column.kind == "count":
            bad["is not a whole number"] = (number % 1 != 0) & finite
    ids = table[index] if index in table.columns else pd.Series(table.index, table.index)
    return [
        f"column '{column.name}' {what} in {int(rows.sum())} of {len(table)} rows "
        f"({name_some(ids[rows])})"
        for what, rows in bad.items()
        if rows.any()
    ]
