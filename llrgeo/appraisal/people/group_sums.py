"""Group sums: numbers added up by group, to the last digit as pandas' `groupby(...).sum()`.

pandas makes some tables for each sum, and an appraisal has thousands of small ones.
"""

import numpy as np

from llrgeo.arrays import Floats, Ints
from llrgeo.execution.machine_code import compiled


def group_sums(group: Ints, values: Floats | Ints, groups: int) -> Floats:
    """Return the sum of the values of each group.

    Parameters
    ----------
    group
        The number of the group of each value, from 0; a value with -1 is in none.
    values
        Finite, of the same length.
    groups
        How many groups there are; the sum of one without values is 0.
    """
    numbers, sums = np.asarray(values, np.float64), np.zeros(groups)
    if (group[1:] < group[:-1]).any():
        _add_up(np.asarray(group, np.int64), numbers, sums)
        return sums
    # Groups one after the other, as where there is one alone: numpy adds up each by pairs.
    first = np.flatnonzero(np.diff(group, prepend=-1))
    if len(first):
        sums[group[first]] = np.add.reduceat(numbers, first)
    return sums


@compiled
def _add_up(group: Ints, values: Floats, sums: Floats) -> None:
    """Add each value to the sum of its group, and carry what the addition rounds off (Kahan 1965).

    So the sums hardly rest on the order of the values.
    """
    rounded = np.zeros(len(sums))  # what the additions so far put on top of the true sums
    for i in range(len(group)):
        g = group[i]
        if g >= 0:
            value = values[i] - rounded[g]
            total = sums[g] + value
            rounded[g] = total - sums[g] - value
            sums[g] = total
