"""Simulated errors: what the minutes of a journey are off by in each draw, compiled by numba.

An error follows from the seed, the journey and the number of the draw alone, so that errors are
made where they are used, in any order and any part of them, and none is kept. Each journey has a
stream of random words by SplitMix64 (Steele, Lea and Flood 2014), whose n-th word is worked out
without those before it. A word has four times 16 bits, each of which picks one of 65,536 equally
likely values of the normal distribution: its quantiles in the middle of as many equal parts. Their
standard deviation is 0.99999, the largest is 4.3, and a distribution function made of them is
never farther from the normal one than 1 in 131,072, where 10,000 draws tell 1 in 100.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from llrgeo.arrays import Floats, Ints
from llrgeo.execution.machine_code import compiled

DRAWS_A_WORD: Final = 4

_QUANTILES: Final = 2**16  # as many as 16 bits tell apart
# SplitMix64: what its state grows by, and what its mixer multiplies by and shifts by.
_GROWTH: Final = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS: Final = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS: Final = np.uint64(30), np.uint64(27), np.uint64(31)
_PART: Final = np.uint64(_QUANTILES - 1)
_SECOND, _THIRD, _FOURTH = np.uint64(16), np.uint64(32), np.uint64(48)


def normal_quantiles() -> NDArray[np.float32]:
    """Return 65,536 equally likely values of the normal distribution, the least first.

    In single precision they are the same on every machine, whatever its logarithms round to.
    """
    found: Floats = ndtri((np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    return found.astype(np.float32)


@compiled
def random_word(state: np.uint64, number: int) -> np.uint64:
    """Return a word of the stream of SplitMix64 that begins at a state, counted from 0."""
    word = state + np.uint64(number + 1) * _GROWTH
    word = (word ^ (word >> _SHIFTS[0])) * _MULTIPLIERS[0]
    word = (word ^ (word >> _SHIFTS[1])) * _MULTIPLIERS[1]
    return word ^ (word >> _SHIFTS[2])


@compiled
def draw_errors(
    state: np.uint64, first: int, quantiles: NDArray[np.float32], errors: NDArray[np.float32]
) -> None:
    """Set the errors of a journey in some draws, in standard deviations.

    Parameters
    ----------
    state
        Where the stream of the journey begins.
    first
        The number of the first draw, a multiple of `DRAWS_A_WORD`.
    quantiles
        What `normal_quantiles` returns.
    errors
        Is filled, the draws one after another; as long as a multiple of `DRAWS_A_WORD`.
    """
    for number in range(len(errors) // DRAWS_A_WORD):
        word, i = random_word(state, first // DRAWS_A_WORD + number), DRAWS_A_WORD * number
        errors[i] = quantiles[word & _PART]
        errors[i + 1] = quantiles[(word >> _SECOND) & _PART]
        errors[i + 2] = quantiles[(word >> _THIRD) & _PART]
        errors[i + 3] = quantiles[word >> _FOURTH]


@compiled
def begin_streams(key: np.uint64, pairs: Ints) -> NDArray[np.uint64]:
    """Return where the stream of each journey begins: a word of the stream that a key begins.

    `pairs` number the journeys. Streams split off like this overlap with odds of one to a million
    for 100,000 journeys of 10,000 draws.
    """
    found = np.empty(len(pairs), np.uint64)
    for i in range(len(pairs)):
        found[i] = random_word(key, pairs[i])
    return found
