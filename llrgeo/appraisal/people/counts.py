"""Counts of people: shares, weighted quantiles, and the check that a table counts everyone once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from llrgeo.arrays import Floats, Ints
from llrgeo.errors import LlrgeoError

_RTOL: Final = 1e-9  # rounding of floats, of the total and by itself
_ATOL: Final = 1e-6


def reconcile(parts: pd.Series | Floats, total: float, *, table: str) -> None:
    """Refuse a table whose people do not add up to the total.

    Parameters
    ----------
    parts
        People of each row; every person is in exactly one of them.
    total
        All people.
    table
        What the table is called in the message.

    Raises
    ------
    LlrgeoError
        If they differ by more than floating-point rounding: a fault of the program, not of data.
    """
    counted = parts.sum()
    if not abs(counted - total) <= _ATOL + _RTOL * abs(total):  # so NaN is refused too
        msg = f"{table}: {counted:,.6g} people counted of {total:,.6g}; this is a fault of llrgeo"
        raise LlrgeoError(msg)


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Divide part by whole, of one shape or broadcast; NaN where the whole is not above 0."""
    above, below = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    result = np.full(above.shape, np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result


def weighted_quantile(values: pd.Series, weights: pd.Series, q: float) -> float:
    """Return the least value that at least the share `q` of all weight does not exceed.

    Values may be +inf (no journey); NaN if there is no weight at all.
    """
    order = np.argsort(values.to_numpy(), kind="stable")
    counts = weights.to_numpy()[order, None]
    return float(sorted_quantiles(values.to_numpy()[order], counts, (q,))[0][0])


def sorted_quantiles(
    minutes: Floats,
    counts: Floats | Ints,
    shares: Sequence[float],
) -> list[Floats]:
    """Return quantiles of the minutes for each column of people.

    Parameters
    ----------
    minutes
        Shape (areas,), ascending; +inf where there is no journey.
    counts
        Shape (areas, groups): people of each area, in the order of the minutes.
    shares
        Shares of the people, each above 0 and up to 1.

    Returns
    -------
    list of numpy.ndarray
        For each share, shape (groups,): the least minutes within which at least that share of the
        people are; +inf where too many have no journey, NaN where a group has nobody.
    """
    running = counts.cumsum(axis=0)
    total = counts.sum(axis=0)
    quantiles = []
    for share in shares:
        # The slack keeps a share that is reached exactly from failing by rounding.
        first = (running >= share * total * (1 - 1e-12)).argmax(axis=0)
        quantiles.append(np.where(total > 0, minutes[first], np.nan))
    return quantiles
