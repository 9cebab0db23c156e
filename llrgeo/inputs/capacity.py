"""Default parameters of beds, teams, rooms and estate as dated data: read and checked.

Every row has its `source`, `date` and `standing`: official (a publication of the body that sets or
counts it), published (found in some publication) or assumption (of this project; replace it).
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.table_faults import table_faults
from llrgeo.inputs.tables import read_table
from llrgeo.schema import Column, Schema, name_some, raise_faults, to_numbers

STANDINGS: Final = ("official", "published", "assumption")
STUDY: Final = "study"
"""The standing of a value that a study sets itself."""
CapacityKind = Literal["parameters", "optimism_bias", "machines"]

_DATED: Final = (
    Column("source", "text"),
    Column("date", "text"),
    Column("standing", "text", choices=STANDINGS),
)
_SCHEMAS: Final[dict[CapacityKind, Schema]] = {
    "parameters": Schema(
        "name",
        (
            Column("value", "number"),
            Column("unit", "text", blank=True),
            Column("minimum", "number"),
            Column("maximum", "number"),
            *_DATED,
        ),
    ),
    "optimism_bias": Schema(
        "kind",
        (
            Column("capital_upper", "number", minimum=0),
            Column("capital_lower", "number", minimum=0),
            Column("duration_upper", "number", minimum=0),
            Column("duration_lower", "number", minimum=0),
            *_DATED,
        ),
    ),
    "machines": Schema(
        "kind",
        (
            Column("scans_an_hour", "number", minimum=0.01, maximum=100),
            Column("hours_a_day", "number", minimum=0.1, maximum=24),
            Column("days_a_year", "number", minimum=1, maximum=366),
            Column("uptime", "number", minimum=0, maximum=1),
            *_DATED,
        ),
    ),
}


def read_capacity(kind: CapacityKind, path: Path | None = None) -> pd.DataFrame:
    """Read one table of defaults of capacity; the embedded one if no path is given.

    Returns
    -------
    pandas.DataFrame
        On `name` or `kind`, with numbers as numbers.

    Raises
    ------
    InputError
        If a column is missing, a value is not what it must be, or a row has no source; the
        message lists every fault.
    """
    found = embedded(f"capacity/{kind}.csv") if path is None else path
    table, schema = read_table(found), _SCHEMAS[kind]
    raise_faults(table_faults(table, schema), source=found.name)
    typed = table.set_index(schema.index)
    numbers = [column.name for column in schema.columns if column.kind == "number"]
    typed[numbers] = typed[numbers].apply(to_numbers)
    raise_faults(_beyond(typed) if kind == "parameters" else (), source=found.name)
    return typed


def set_parameters(
    parameters: pd.DataFrame, values: dict[str, float], *, source: str = "parameters"
) -> pd.DataFrame:
    """Return parameters with some values replaced by a study's own; `source` says where they stand.

    Raises
    ------
    InputError
        If a name is unknown or a value lies outside its bounds; the message lists every fault.
    """
    unknown = [name for name in values if name not in parameters.index]
    faults = [
        f"the parameter '{name}' is unknown; "
        + (f"did you mean '{near[0]}'?" if near else f"known are {name_some(parameters.index)}")
        for name in unknown
        for near in [get_close_matches(name, parameters.index, 1)]
    ]
    replaced = parameters.copy()
    given = [name for name in values if name not in unknown]
    replaced.loc[given, "value"] = [float(values[name]) for name in given]
    # A value of the study's own must not be cited to the source of the default.
    replaced.loc[given, ["source", "standing", "date"]] = ["the study", STUDY, ""]
    raise_faults([*faults, *_beyond(replaced)], source=source)
    return replaced


def _beyond(parameters: pd.DataFrame) -> list[str]:
    """Return the parameters that lie outside their own bounds."""
    value, low, high = (parameters[name] for name in ("value", "minimum", "maximum"))
    bad = parameters[~((value >= low) & (value <= high))]
    return [
        f"{name} is {row['value']:g}; it must lie between {row['minimum']:g} and {row['maximum']:g}"
        for name, row in bad.iterrows()
    ]
