"""The ratio of two kinds of work: both by turns, the least seconds of each.

A ratio does not depend on the machine as seconds do. A busy machine disturbs a round, seldom all of
them: where a ratio seems worse than recorded by more than is allowed, more rounds are taken.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from ratios import WORSE

ROUNDS = 3
ATTEMPTS = 4


class Pair(NamedTuple):
    """Ours and its yardstick: each returns the CPU seconds of one round."""

    ours: Callable[[], float]
    yardstick: Callable[[], float]
    rounds: int = ROUNDS


def settled(pair: Pair, known: float) -> float:
    """Return the ratio of the least seconds of both sides, taking more rounds while it is worse."""
    ours, yardstick = math.inf, math.inf
    for _ in range(ATTEMPTS):
        for _ in range(pair.rounds):
            yardstick = min(yardstick, pair.yardstick())
            ours = min(ours, pair.ours())
        if ours <= WORSE * known * yardstick:
            break
    return float(ours / yardstick)
