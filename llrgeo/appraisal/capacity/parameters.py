"""Parameters: the defaults of capacity by name, each with its unit, source, date and standing."""

from dataclasses import dataclass

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.schema import name_some


@dataclass(frozen=True, slots=True)
class Parameters:
    """A table of parameters that is asked by name.

    Attributes
    ----------
    table
        On `name`: `value`, `unit`, `source`, `date`, `standing`.
    """

    table: pd.DataFrame

    def value(self, name: str) -> float:
        """Return the value of a parameter.

        Raises
        ------
        InputError
            If the table does not have it.
        """
        if name not in self.table.index:
            msg = f"the parameter '{name}' is missing; found {name_some(self.table.index)}"
            raise InputError(msg)
        return float(self.table["value"][name])

    def used(self, names: list[str]) -> pd.DataFrame:
        """Return the rows of some parameters, to be printed beside what they made."""
        return self.table.loc[names, ["value", "unit", "source", "date", "standing"]]
