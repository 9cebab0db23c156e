"""Rates of appraisal as dated data: discount rates, unit values, incomes and costs of services."""

from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.inputs.tables import read_table
from llrgeo.schema import raise_faults

# The columns of each table that must hold numbers of at least 0; all but one may be above 1.
_NUMBERS: Final = {
    "discount_rates": ("first_year", "last_year", "rate"),
    "unit_values": ("value",),
    "incomes": ("fifth", "income"),
    "service_costs": ("capital", "transition", "closure", "running", "per_contact"),
}
_TEXTS: Final = {
    "discount_rates": ("kind", "source", "date"),
    "unit_values": ("name", "source", "date"),
    "incomes": ("source", "date"),
    "service_costs": ("service", "site_id", "source", "date"),
}


def read_rates(path: Path) -> pd.DataFrame:
    """Read one of the tables of rates; its file's name says which.

    Raises
    ------
    InputError
        If a column is missing, a value is not a number of at least 0, or a row has no source; the
        message lists every fault.
    """
    table = read_table(path)
    numbers, texts = _NUMBERS[path.stem], _TEXTS[path.stem]
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
