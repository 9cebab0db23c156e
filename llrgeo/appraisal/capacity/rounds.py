"""Rounds of teams: the minutes on the road of a day, from base to home to home and back.

A journey out and back for each visit is right for a crisis, and four to five times too long for
rounds of eight. The length of rounds follows from the density of homes (Daganzo 1984), which
`round_travel` makes travel of; days drawn and solved say how far that errs where visits are few.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely

from llrgeo.appraisal.capacity.tours import MOST_EXACT, good_rounds, shortest_round
from llrgeo.arrays import Floats
from llrgeo.errors import InputError

# The range in which Daganzo's form was tested on this project's network (docs/methods).
_FULL_ROUNDS: Final = 8
_VISITS_A_ROUND: Final = (4, 12)
_PER_KM2: Final = 1_000_000
_DAYS_DRAWN: Final = 5


@dataclass(frozen=True, slots=True)
class Homes:
    """Where the visits of a base may be, and how far all are from one another.

    Attributes
    ----------
    minutes
        Driving, base and homes by base and homes; the base is row and column 0. Without what is
        lost at the ends of a journey (`driving_minutes`): that is counted by the stop.
    x_m, y_m
        Position of the homes, in metres.
    visits
        Expected visits of each home or group of homes.
    """

    minutes: Floats
    x_m: Floats
    y_m: Floats
    visits: Floats

    def __post_init__(self) -> None:
        n = len(self.visits)
        if self.minutes.shape != (n + 1, n + 1) or len(self.x_m) != n or len(self.y_m) != n:
            msg = f"{n} homes need minutes of {n + 1} by {n + 1} and as many positions"
            raise InputError(msg)
        if not (self.visits >= 0).all() or self.visits.sum() == 0:
            msg = "visits of homes must be at least 0, and some above it"
            raise InputError(msg)
        if not np.isfinite(self.minutes).all():
            msg = "some homes cannot be reached from the base or from one another: leave them out"
            raise InputError(msg)


@dataclass(frozen=True, slots=True)
class DayOnTheRoad:
    """Driving of a base's teams in a day.

    Attributes
    ----------
    minutes
        Driving minutes, a lower bound on practice: no time windows, no continuity of carer.
    rounds
        Rounds that are driven.
    """

    minutes: float
    rounds: int


def in_tested_range(visits: float, a_round: float) -> bool:
    """Return whether visits a day and visits of a round are many enough for the continuous form."""
    low, high = _VISITS_A_ROUND
    return visits >= _FULL_ROUNDS * a_round and low <= a_round <= high


def driving_minutes(minutes: Floats, ends_min: Floats) -> Floats:
    """Return the driving in door-to-door minutes; at least 0, and 0 from a place to itself.

    Parameters
    ----------
    minutes
        Door to door, places by places.
    ends_min
        Minutes lost at each place: between door and car, and walking to the road. A round loses
        them at every stop, so they are counted there and not with the driving.
    """
    driven = np.maximum(minutes - ends_min[:, None] - ends_min, 0.0)
    np.fill_diagonal(driven, 0.0)
    return driven


def hull_km2(x_m: Floats, y_m: Floats) -> float:
    """Return the area of the convex hull of points; 0 for points in one line."""
    return _hull_km2(np.column_stack([x_m, y_m]).astype(float).tobytes())


@lru_cache(maxsize=1024)  # the homes of a base are the same in all years, and under most options
def _hull_km2(points: bytes) -> float:
    homes = shapely.multipoints(np.frombuffer(points).reshape(-1, 2))
    return float(shapely.area(shapely.convex_hull(homes))) / _PER_KM2


def mean_of_drawn_days(homes: Homes, visits: int, a_round: int, *, seed: int) -> DayOnTheRoad:
    """Return the driving of a day's visits: the mean of days that are drawn and solved.

    Parameters
    ----------
    homes
        Where visits may be.
    visits, a_round
        Visits a day, and how many fit into a round.
    seed
        Of the days that are drawn.

    Raises
    ------
    InputError
        If a round may not have a visit, or visits are negative.
    """
    if visits < 0 or a_round < 1:
        msg = (
            f"{visits} visits a day in rounds of {a_round}; give 0 or more, in rounds of 1 or more"
        )
        raise InputError(msg)
    if visits == 0:
        return DayOnTheRoad(0.0, 0)
    rng = np.random.default_rng(seed)
    solved = [_solve(draw_day(homes, visits, rng), a_round) for _ in range(_DAYS_DRAWN)]
    minutes, rounds = (float(np.mean([day[part] for day in solved])) for part in (0, 1))
    return DayOnTheRoad(minutes, round(rounds))


def draw_day(homes: Homes, visits: int, rng: np.random.Generator) -> Floats:
    """Draw the homes of a day by their expected visits; return minutes with the base first."""
    drawn = rng.choice(len(homes.visits), visits, p=homes.visits / homes.visits.sum())
    stops = np.concatenate([[0], drawn + 1])
    between: Floats = homes.minutes[np.ix_(stops, stops)]
    return between


def _solve(minutes: Floats, a_round: int) -> tuple[float, int]:
    """Return minutes and number of rounds: exactly if one is enough and short."""
    homes = len(minutes) - 1
    if homes <= min(a_round, MOST_EXACT):
        return shortest_round(minutes)[0], 1
    total, rounds = good_rounds(minutes, a_round)
    return total, len(rounds)
