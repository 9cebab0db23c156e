"""Parameters: the defaults of capacity by name, each with its unit, source, date and standing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.schema import name_some


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
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
        if name not in self._values:
            msg = f"the parameter '{name}' is missing; found {name_some(self.table.index)}"
            raise InputError(msg)
        return self._values[name]

    @cached_property
    def _values(self) -> Mapping[str, float]:
        """Values by name: they are asked for by the thousand."""
        return {str(name): float(value) for name, value in self.table["value"].items()}

    def used(self, names: list[str]) -> pd.DataFrame:
        """Return the rows of some parameters, to be printed beside what they made."""
        return self.table.loc[names, ["value", "unit", "source", "date", "standing"]]
