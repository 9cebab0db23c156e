"""A user's own figures, such as counted activity or indicators of places, matched by id."""

from pathlib import Path

import pandas as pd

from llrgeo.inputs.tables import read_table
from llrgeo.schema import LARGEST, name_some, number_note, raise_faults, require_columns, to_numbers


def read_figures(path: Path, *, index: str) -> pd.DataFrame:
    """Read a table of numbers.

    Parameters
    ----------
    path
        A .csv or .parquet table.
    index
        The column that says what the figures are of.

    Returns
    -------
    pandas.DataFrame
        On the index, every other column as numbers.

    Raises
    ------
    InputError
        If the index is missing or is duplicated, or a value is not a number; the message lists
        every fault but no value, for figures may be of patients.
    """
    table = read_table(path)
    require_columns(table, [index], source=path.name)
    figures = table.set_index(table[index].astype(str).str.strip()).drop(columns=index)
    numbers: pd.DataFrame = figures.apply(to_numbers)
    duplicates = numbers.index[numbers.index.duplicated()]
    if not numbers.size:
        raise_faults(["the table has no figures"], source=path.name)
    if "" in numbers.columns:
        raise_faults(["a column has figures but no name"], source=path.name)
    faults = [f"{index} is duplicated ({name_some(duplicates)})"] if len(duplicates) else []
    faults += [
        f"column '{name}' is not a number for {name_some(numbers.index[numbers[name].isna()])}"
        f"{number_note(figures[name])}"
        for name in numbers.columns
        if numbers[name].isna().any()
    ]
    faults += [
        f"column '{name}' is beyond 1e+12 for {name_some(numbers.index[far])}"
        for name in numbers.columns
        if (far := numbers[name].abs() > LARGEST).any()
    ]
    raise_faults(faults, source=path.name)
    return numbers
