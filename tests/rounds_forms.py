"""Forms of the length of rounds as their authors write them, to hold the project's own against."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from llrgeo.appraisal.capacity.rounds import Homes, hull_km2
from llrgeo.arrays import Floats
from llrgeo.errors import InputError

_NEAR_KM: Final = 0.3  # pairs closer than this say little of the pace
_PER_KM: Final = 1_000


@dataclass(frozen=True, slots=True)
class Region:
    """What rounds from a base depend on, in the continuous form.

    Attributes
    ----------
    mean_min
        Mean minutes one way from base to home, weighted by visits.
    area_km2
        Area of the convex hull of the visited homes, not of a district.
    pace
        Minutes a straight kilometre between homes.
    """

    mean_min: float
    area_km2: float
    pace: float


def daganzo_minutes(region: Region, visits: float, a_round: float, *, constant: float) -> float:
    """Return driving minutes a day: 2 t N / C + k pace sqrt(A N) (Daganzo 1984).

    `constant` k is that of a grid-like network. Use for N >= 8 C and C from 4 to 12.
    """
    between = constant * region.pace * np.sqrt(region.area_km2 * visits)
    return float(2 * region.mean_min * visits / a_round + between)


def figliozzi_minutes(region: Region, visits: float, a_round: float, *, constant: float) -> float:
    """Return driving minutes a day: 2 t m + k pace sqrt(A N) (N - m) / N (Figliozzi 2008)."""
    rounds = np.ceil(visits / a_round)
    between = constant * region.pace * np.sqrt(region.area_km2 * visits)
    return float(2 * region.mean_min * rounds + between * (visits - rounds) / visits)


def single_tour_minutes(region: Region, visits: float, *, constant: float) -> float:
    """Return the minutes of one tour through many homes (Beardwood and others 1959).

    For large numbers only: a single round of six to eight homes errs by half either way.
    """
    return float(constant * region.pace * np.sqrt(region.area_km2 * visits))


def star_minutes(mean_min: float, visits: float) -> float:
    """Return minutes a day of one journey out and back for each visit: right for a crisis."""
    return 2 * mean_min * visits


def region_of(homes: Homes) -> Region:
    """Return what the continuous form needs to know of homes."""
    share = homes.visits / homes.visits.sum()
    # Streets may be one-way: the mean of the way out and the way back.
    there_and_back = (homes.minutes[0, 1:] + homes.minutes[1:, 0]) / 2
    visited = homes.visits > 0
    x, y = homes.x_m[visited], homes.y_m[visited]
    pace = network_pace(homes.minutes[1:, 1:][np.ix_(visited, visited)], x, y)
    return Region(float(share @ there_and_back), hull_km2(x, y), pace)


def network_pace(minutes: Floats, x_m: Floats, y_m: Floats) -> float:
    """Return minutes a straight kilometre over all pairs that are not next to one another.

    Raises
    ------
    InputError
        If no two homes are far enough apart.
    """
    km = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m) / _PER_KM
    apart = km > _NEAR_KM
    if not apart.any():
        msg = f"no two homes are over {_NEAR_KM:g} km apart: their pace cannot be told"
        raise InputError(msg)
    return float(minutes[apart].sum() / km[apart].sum())
