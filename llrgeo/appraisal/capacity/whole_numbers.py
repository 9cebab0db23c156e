"""Whole numbers: rounded up or down, but for what floating point has added or taken.

75 beds of which 32 % are closed are 51 open ones, though 75 * (1 - 0.32) is 50.99999999999999.
"""

from typing import Final

import numpy as np

_NOISE: Final = 1e-9


def rounded_up(value: float) -> int:
    """Return the least whole number that is not below a value."""
    return int(np.ceil(value - _NOISE))


def rounded_down(value: float) -> int:
    """Return the greatest whole number that is not above a value."""
    return int(np.floor(value + _NOISE))
