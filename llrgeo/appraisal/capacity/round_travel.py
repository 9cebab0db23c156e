"""Travel of a visit at home: its part of the rounds from a base, in minutes and kilometres.

The one place where rounds become staff's time on the road: the tables `rounds`, `burden` and
`costs` and the planner's page (`rounds.js`) all use this form (docs/methods 11). It needs no more
than a study knows of every base, old or new: the ways to homes, and where they are.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rounds import hull_km2, in_tested_range
from llrgeo.arrays import Floats
from llrgeo.errors import InputError

_SECONDS_A_MINUTE: Final = 60
_THERE_AND_BACK: Final = 2


@dataclass(frozen=True, slots=True)
class RoundsForm:
    """How a service's rounds are driven: what the form needs beside where homes are.

    Attributes
    ----------
    a_round
        Visits of a full round.
    constant
        Of the way between homes (Daganzo 1984).
    practice_factor
        Real rounds over the shortest ones.
    stop_min
        Minutes lost at the end of each leg of a round.
    ends_min
        Minutes lost at each of the two ends of a journey, which travel times hold.
    days
        Days of the year on which visits are made.
    """

    a_round: int
    constant: float
    practice_factor: float = 1.0
    stop_min: float = 0.0
    ends_min: float = 0.0
    days: float = 365.0

    def __post_init__(self) -> None:
        if not (
            self.a_round >= 1 and 1 <= self.practice_factor < np.inf and 0 < self.days < np.inf
        ):
            msg = (
                f"rounds of {self.a_round} visits, {self.practice_factor:g} times the shortest, on "
                f"{self.days:g} days; a round has 1 or more, the factor is at least 1"
            )
            raise InputError(msg)
        # Anything negative would make hours that shrink with each visit; NaN would make no hours.
        constants = (self.constant, self.stop_min, self.ends_min)
        if not all(0 <= value < np.inf for value in constants):
            msg = (
                f"a constant of {self.constant:g}, {self.stop_min:g} minutes a stop and "
                f"{self.ends_min:g} at the ends of a journey; each is a number from 0 up"
            )
            raise InputError(msg)

    @classmethod
    def of(
        cls, parameters: Parameters, *, a_round: int, practice_factor: float, ends_min: float
    ) -> Self:
        """Return the form of a service by the parameters of capacity."""
        return cls(
            a_round,
            parameters.value("rounds_constant"),
            practice_factor,
            parameters.value("stop_s") / _SECONDS_A_MINUTE,
            ends_min,
            parameters.value("visit_days"),
        )


class VisitedHomes(NamedTuple):
    """The areas that a base serves; every array has shape (areas,)."""

    visits: Floats  # a year
    out_min: Floats  # from base to home, door to door
    out_km: Floats  # NaN where the times carry no distances
    straight_km: Floats  # the same as the crow flies
    x_m: Floats
    y_m: Floats


class VisitTravel(NamedTuple):
    """What staff spend on the road for one visit, by area: out and back, or its part of rounds."""

    minutes: Floats
    km: Floats


class RoundTravel(NamedTuple):
    """The rounds of a base."""

    visit: VisitTravel  # of one visit in each area
    rounds_a_visit: float  # 1 if each visit is a journey of its own


def rounds_a_visit(a_day: float, a_round: int) -> float:
    """Return the rounds of a day over its visits; 1 if each visit is a journey of its own.

    From eight full rounds on, 1 / C (Daganzo 1984). With fewer visits the last round is not full:
    C visits or fewer are left for it, any number as likely, so that a day has N / C + (C - 1) / 2C
    rounds on average, and at least one.
    """
    if in_tested_range(a_day, a_round):
        return 1 / a_round
    rounds = max(1.0, a_day / a_round + (1 - 1 / a_round) / 2)
    return min(1.0, rounds / a_day) if a_day > 0 else 1.0


def driven_min(out_min: Floats, ends_min: float) -> Floats:
    """Return the driving in minutes from door to door; at least 0."""
    return np.maximum(out_min - _THERE_AND_BACK * ends_min, 0.0)


def out_and_back(homes: VisitedHomes, form: RoundsForm) -> VisitTravel:
    """Return the travel of a visit if each is a journey of its own, with a stop at either end.

    What is lost at the ends of a journey is lost at every stop, and counted there.
    """
    driven = driven_min(homes.out_min, form.ends_min)
    return VisitTravel(_THERE_AND_BACK * (driven + form.stop_min), _THERE_AND_BACK * homes.out_km)


def round_travel(homes: VisitedHomes, form: RoundsForm) -> RoundTravel:
    """Return the staff's travel of one visit in each area that a base serves.

    Driving of N visits a day is 2 t N r + k pace sqrt(A N), with r the rounds of a visit, t the
    mean drive one way, A the hull of the homes in km2 and pace the minutes of a straight kilometre
    from base to homes; times the factor for practice, and never more than out and back for each
    visit. An area's own part is its own way there and back times r; the way between homes is the
    same for all visits of the base. So the sum of visits times minutes is that of the base.
    """
    every_year = homes.visits.sum()
    a_day = float(every_year) / form.days
    alone = RoundTravel(out_and_back(homes, form), 1.0)
    if not a_day > 0:
        return alone
    driven = driven_min(homes.out_min, form.ends_min)
    mean_min, mean_km, straight_km = (
        float(homes.visits @ by_home) / float(every_year)
        for by_home in (driven, homes.out_km, homes.straight_km)
    )
    shared = rounds_a_visit(a_day, form.a_round)
    # Straight kilometres between homes that a visit adds; none if all homes are in one place.
    visited = homes.visits > 0
    hull = hull_km2(homes.x_m[visited], homes.y_m[visited])
    between = form.constant * float(np.sqrt(hull / a_day)) if straight_km > 0 else 0.0
    pace, detour = (by_home / straight_km if between else 0.0 for by_home in (mean_min, mean_km))
    there = _THERE_AND_BACK * shared
    if form.practice_factor * (there * mean_min + pace * between) >= _THERE_AND_BACK * mean_min:
        return alone
    stops = form.stop_min * (1 + shared)
    visit = VisitTravel(
        form.practice_factor * (there * driven + pace * between) + stops,
        form.practice_factor * (there * homes.out_km + detour * between),
    )
    return RoundTravel(visit, shared)
