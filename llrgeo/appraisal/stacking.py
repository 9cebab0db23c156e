"""Stacking: tables below one another, the rows of each named in columns of their own."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

Names = TypeVar("Names", bound=str | tuple[str, ...])


def stack_tables(parts: Mapping[Names, pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Return tables of the same columns as one, whose first columns say which each row is of.

    Parameters
    ----------
    parts
        The tables, at least one, by what they are called: one name, or several. Their own indexes
        are left out. One table may be there under several names.
    names
        The columns of these names. A column of the whole table is much quicker than one of each.
    """
    whole = pd.concat(list(parts.values()), ignore_index=True)
    keys = [key if isinstance(key, tuple) else (key,) for key in parts]
    rows = np.repeat(np.arange(len(parts)), [len(part) for part in parts.values()])
    for number, name in enumerate(names):
        values = np.array([key[number] for key in keys], dtype=object)
        whole.insert(number, name, pd.Series(values[rows], dtype="str"))
    return whole
