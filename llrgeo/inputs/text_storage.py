"""Storage of text in frames: Python strings while a study runs, Arrow where files are written.

pandas keeps text in Arrow arrays where pyarrow is installed. They are compact for millions of rows,
but each look-up by an id makes Python's strings of the whole column first. A study makes thousands
of tables of some hundred rows and looks up in all of them: with Python's strings it takes a quarter
less time, and all its figures are the same.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import numpy as np
import pandas as pd

_OPTION: Final = "mode.string_storage"
_ARROW: Final = pd.StringDtype("pyarrow", na_value=np.nan)

P = ParamSpec("P")
T = TypeVar("T")
Frame = TypeVar("Frame", bound=pd.DataFrame)


def with_python_strings(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function during which new columns of text are Python's strings.

    pandas' option is as it was before and after. The dtype of such columns is `str` in any case,
    and tables are equal in both.
    """

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> T:
        with pd.option_context(_OPTION, "python"):
            return function(*args, **kwargs)

    return within


def arrow_text(table: Frame) -> Frame:
    """Return a table whose text is Arrow's, as Parquet files have it whatever pandas kept."""
    text = [name for name, dtype in table.dtypes.items() if isinstance(dtype, pd.StringDtype)]
    return table.astype(dict.fromkeys(text, _ARROW))
