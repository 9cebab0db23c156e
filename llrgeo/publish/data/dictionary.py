"""The data dictionary: what every column of every published file holds, its unit, its blanks."""

from collections.abc import Iterator, Mapping

import pandas as pd

from llrgeo.errors import LlrgeoError
from llrgeo.publish.data.descriptions import DATA_DICTIONARY, DescribedTable


def data_dictionary(contents: Mapping[tuple[str, str], DescribedTable]) -> pd.DataFrame:
    """Return a row for each column of published tables, those of the dictionary itself included.

    Parameters
    ----------
    contents
        Tables as they are written, by the file and the name of the table or layer in it.

    Raises
    ------
    LlrgeoError
        If a table has a column that is not declared.
    """
    names = [column.name for column in DATA_DICTIONARY.columns]
    itself = DescribedTable(pd.DataFrame(columns=names, dtype=str), DATA_DICTIONARY)
    described = {**contents, ("tables/data_dictionary.csv", "data_dictionary"): itself}
    rows = [
        row for (file, table), found in described.items() for row in _table_rows(file, table, found)
    ]
    return pd.DataFrame(rows, columns=names)


def _table_rows(file: str, table: str, described: DescribedTable) -> Iterator[tuple[str, ...]]:
    for name, values in described.content.items():
        try:
            column = described.description.column(str(name))
        except LlrgeoError as error:
            msg = f"{file}: table '{table}': {error}"
            raise LlrgeoError(msg) from error
        kind = _kind(values)
        unit = column.unit.name if column.unit and kind == "number" else ""
        yield file, table, column.name, kind, unit, column.meaning, column.blank


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "yes or no"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"
