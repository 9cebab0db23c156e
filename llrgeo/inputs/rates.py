"""Rates of appraisal as dated data: discount rates, unit values, incomes and costs of services."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from llrgeo.inputs.tables import read_table
from llrgeo.schema import raise_faults

RatesKind = Literal["discount_rates", "unit_values", "incomes", "service_costs"]

# The columns of each table that must hold numbers of at least 0; all but one may be above 1.
_NUMBERS: Final[Mapping[RatesKind, tuple[str, ...]]] = {
    "discount_rates": ("first_year", "last_year", "rate"),
    "unit_values": ("value",),
    "incomes": ("fifth", "income"),
    "service_costs": ("capital", "transition", "closure", "running", "per_contact"),
}
_TEXTS: Final[Mapping[RatesKind, tuple[str, ...]]] = {
    "discount_rates": ("kind", "source", "date"),
    "unit_values": ("name", "source", "date"),
    "incomes": ("source", "date"),
    "service_costs": ("service", "site_id", "source", "date"),
}


def read_rates(path: Path, *, kind: RatesKind) -> pd.DataFrame:
    """Read one of the tables of rates.

    Raises
    ------
    InputError
        If a column is missing, a value is not a number of at least 0, or a row has no source; the
        message lists every fault.
    """
    table = read_table(path)
    numbers, texts = _NUMBERS[kind], _TEXTS[kind]
    missing = [name for name in (*numbers, *texts) if name not in table.columns]
    raise_faults((f"column '{name}' is missing" for name in missing), source=path.name)
    typed = table.assign(**{name: table[name].fillna("").str.strip() for name in texts})
    for name in numbers:
        typed[name] = pd.to_numeric(table[name], errors="coerce")
    faults = [
        f"column '{name}' is not a number of at least 0 in row {row + 1}"
        for name in numbers
        for row in typed.index[~(typed[name] >= 0)]
    ]
    faults += [f"row {row + 1} has no source" for row in typed.index[typed["source"] == ""]]
    raise_faults(faults, source=path.name)
    return typed
