"""The events of wards, one by one: compiled by numba on first use and kept for later runs.

An admission takes a free bed at the nearest ward that it may use. If there is none, a step-up
patient goes elsewhere, and a step-down patient waits for the first bed to come free. A step-down
patient never takes one of the last beds of a ward that are kept for step-up.
"""

from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llrgeo.travel.machine_code import compiled

STEP_UP: Final = 0
STEP_DOWN: Final = 1

# The columns of what is counted, by year and stream.
ARRIVED: Final = 0
OWN_FULL: Final = 1
PLACED_AWAY: Final = 2
NO_BED: Final = 3
WAITED: Final = 4
WAIT_DAYS: Final = 5
WAITED_LONGER: Final = 6
COUNTED: Final = 7

_Array = NDArray[Any]


class Admissions(NamedTuple):
    """Admissions in the order of time, one value each.

    `year` is -1 while the wards fill up, and not counted.
    """

    day: _Array
    year: _Array
    stream: _Array
    area: _Array
    stay: _Array


class Wards(NamedTuple):
    """What admissions meet.

    `order` has areas by ranks: the number of the ward that is nearest, next and so on; -1 for
    none. `beds` and `reserved` have one value a ward. `longer_than` is the wait to count, in days.
    """

    order: _Array
    beds: _Array
    reserved: _Array
    longer_than: float


class Tally(NamedTuple):
    """What is counted.

    `counts` has years by streams by `COUNTED`; `placed` has streams by areas by wards, the
    admissions of counted years.
    """

    counts: _Array
    placed: _Array


@compiled
def run_wards(arrivals: Admissions, wards: Wards, tally: Tally) -> None:
    """Play all admissions through the wards and add them to the tally."""
    n = len(arrivals.day)
    free = wards.beds.copy()
    # A heap of the days on which beds come free, and the wards they are in.
    ends: list[tuple[float, int]] = [(np.inf, -1)]
    # Step-down patients who wait, in turn; `first` is the first who may still wait.
    waiting, first, last = np.empty(n + 1, np.int64), 0, 0
    for i in range(n):
        now = arrivals.day[i]
        # First every bed that came free before now is given to whoever waits for it.
        while ends[0][0] <= now:
            day, ward = heappop(ends)
            free[ward] += 1
            position = _next_in_turn(waiting, first, last, ward, arrivals, wards)
            if position >= 0 and free[ward] > wards.reserved[ward]:
                who = waiting[position]
                waiting[position] = -1
                free[ward] -= 1
                heappush(ends, (day + arrivals.stay[who], ward))
                _count_wait(who, ward, day, arrivals, wards, tally)
            while first < last and waiting[first] < 0:
                first += 1
        # Then the new admission looks for a bed: nobody who waits could use one that is free now.
        ward = _free_ward(i, free, arrivals, wards)
        _count_arrival(i, ward, arrivals, wards, tally)
        if ward >= 0:
            free[ward] -= 1
            heappush(ends, (now + arrivals.stay[i], ward))
        elif arrivals.stream[i] == STEP_DOWN:
            waiting[last] = i
            last += 1


@compiled
def _free_ward(i: int, free: _Array, arrivals: Admissions, wards: Wards) -> int:
    """Return the nearest ward with a bed for an admission; -1 if there is none."""
    down = arrivals.stream[i] == STEP_DOWN
    for ward in wards.order[arrivals.area[i]]:
        if ward < 0:
            break
        kept = wards.reserved[ward] if down else 0
        if free[ward] > kept:
            return int(ward)
    return -1


@compiled
def _next_in_turn(
    waiting: _Array, first: int, last: int, ward: int, arrivals: Admissions, wards: Wards
) -> int:
    """Return the position of the first who waits and may use a ward; -1 if there is none."""
    for position in range(first, last):
        who = waiting[position]
        if who < 0:
            continue
        for option in wards.order[arrivals.area[who]]:
            if option == ward:
                return position
    return -1


@compiled
def _count_arrival(i: int, ward: int, arrivals: Admissions, wards: Wards, tally: Tally) -> None:
    """Count an admission: whether its own ward was full, and where it was placed at once."""
    # Those of the warm-up, before the first counted year, take beds but are not counted.
    year = arrivals.year[i]
    if year < 0:
        return
    stream, area = arrivals.stream[i], arrivals.area[i]
    here = tally.counts[year, stream]
    here[ARRIVED] += 1
    # The own ward is the nearest; a placement anywhere else means that it was full.
    own = wards.order[area, 0]
    here[OWN_FULL] += ward != own or ward < 0
    if ward >= 0:
        here[PLACED_AWAY] += ward != own
        tally.placed[stream, area, ward] += 1
    elif stream == STEP_UP:
        here[NO_BED] += 1
    else:
        here[WAITED] += 1


@compiled
def _count_wait(
    who: int,
    ward: int,
    day: float,
    arrivals: Admissions,
    wards: Wards,
    tally: Tally,
) -> None:
    """Count the end of a wait in the year of the admission."""
    year = arrivals.year[who]
    if year < 0:
        return
    area = arrivals.area[who]
    here = tally.counts[year, STEP_DOWN]
    wait = day - arrivals.day[who]
    here[WAIT_DAYS] += wait
    here[WAITED_LONGER] += wait > wards.longer_than
    here[PLACED_AWAY] += ward != wards.order[area, 0]
    tally.placed[STEP_DOWN, area, ward] += 1
