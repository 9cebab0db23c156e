"""The events of wards, one by one: compiled by numba on first use and cached on disk.

An admission takes a free bed at the nearest ward that it may use. If there is none, a step-up
patient goes elsewhere, and a step-down patient waits for the first bed to come free. A step-down
patient never takes one of the last beds of a ward that are kept for step-up.
"""

from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llrgeo.execution.machine_code import compiled

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

    `year` is -1 while the wards fill up, and not counted. `leaving` are the positions of all in
    the order of the days on which they would leave if each had a bed on arrival: with these known
    no queue of events is kept, but for those who waited.
    """

    day: _Array
    year: _Array
    stream: _Array
    area: _Array
    stay: _Array
    leaving: _Array


class Wards(NamedTuple):
    """What admissions meet.

    `order` has areas by ranks: the number of the ward that is nearest, next and so on; -1 for
    none. `beds` and `reserved` have one value a ward.
    """

    order: _Array
    beds: _Array
    reserved: _Array


class Placements(NamedTuple):
    """What became of each admission.

    `at_once` is the ward that it was given on arrival, `later` the one after a wait of `wait_days`;
    -1 for none.
    """

    at_once: _Array
    later: _Array
    wait_days: _Array


class Tally(NamedTuple):
    """What is counted.

    `counts` has years by streams by `COUNTED`; `placed` has streams by areas by wards, the
    admissions of counted years.
    """

    counts: _Array
    placed: _Array


@compiled
def run_wards(arrivals: Admissions, wards: Wards) -> Placements:
    """Play all admissions through the wards.

    Helpers take single arrays: with a tuple of them numba would count its holders at every call.
    """
    n, day, free = len(arrivals.day), arrivals.day, wards.beds.copy()
    found = Placements(np.full(n, -1), np.full(n, -1), np.zeros(n))
    # A heap of the days on which beds of those who waited come free, and the wards they are in.
    ends: list[tuple[float, int]] = [(np.inf, -1)]
    # Step-down patients who wait, in turn, those before `first` no longer.
    waiting, first, last = np.empty(n, np.int64), 0, 0
    gone = 0  # how many of `leaving` have had their day
    for i in range(n):
        # First every bed that came free before now is given to whoever waits for it.
        while True:
            # Whoever is to come has not left, so that there always is a next of `leaving`.
            who = arrivals.leaving[gone]
            ended = day[who] + arrivals.stay[who] if who < i else np.inf
            if min(ended, ends[0][0]) > day[i]:
                break
            if ends[0][0] < ended:
                ended, ward = heappop(ends)
            else:
                ward, gone = found.at_once[who], gone + 1
            if ward < 0:  # who had no bed on arrival leaves none on that day
                continue
            free[ward] += 1
            if first < last and free[ward] > wards.reserved[ward]:
                turn = _next_in_turn(waiting[first:last], ward, arrivals.area, wards.order)
                if turn >= 0:
                    who, waiting[first + turn] = waiting[first + turn], -1
                    free[ward] -= 1
                    found.later[who], found.wait_days[who] = ward, ended - day[who]
                    heappush(ends, (ended + arrivals.stay[who], ward))
                first = _first_who_waits(waiting, first, last)
        # Then the new admission looks for a bed: nobody who waits could use one that is free now.
        down = arrivals.stream[i] == STEP_DOWN
        ward = _free_ward(wards.order[arrivals.area[i]], free, wards.reserved, down)
        found.at_once[i] = ward
        if ward >= 0:
            free[ward] -= 1
        elif down:
            waiting[last] = i
            last += 1
    return found


@compiled
def _free_ward(nearest: _Array, free: _Array, reserved: _Array, down: bool) -> int:  # noqa: FBT001 (compiled)
    """Return the first ward with a bed for an admission; -1 if there is none."""
    for ward in nearest:
        if ward >= 0 and free[ward] > (reserved[ward] if down else 0):
            return int(ward)
    return -1


@compiled
def _first_who_waits(waiting: _Array, first: int, last: int) -> int:
    """Return the position of the first who still waits; `last` if there is none."""
    while first < last and waiting[first] < 0:
        first += 1
    return first


@compiled
def _next_in_turn(waiting: _Array, ward: int, area: _Array, order: _Array) -> int:
    """Return the position of the first who waits and may use a ward; -1 if there is none."""
    for position, who in enumerate(waiting):
        if who < 0:
            continue
        for option in order[area[who]]:
            if option == ward:
                return position
    return -1


@compiled
def count_events(
    found: Placements, arrivals: Admissions, own: _Array, longer_than: float, tally: Tally
) -> None:
    """Add what became of admissions to the tally.

    `own` is the nearest ward of each area: a placement anywhere else means that it was full.
    `longer_than` is the wait to count, in days.
    """
    counts, placed = tally.counts, tally.placed
    for i, (year, stream, area) in enumerate(
        zip(arrivals.year, arrivals.stream, arrivals.area)  # noqa: B905 (numba has no strict)
    ):
        # Those of the warm-up, before the first counted year, take beds but are not counted.
        if year < 0:
            continue
        ward = found.at_once[i]
        counts[year, stream, ARRIVED] += 1
        counts[year, stream, OWN_FULL] += ward < 0 or ward != own[area]
        if ward < 0:
            counts[year, stream, NO_BED if stream == STEP_UP else WAITED] += 1
            # Nobody knows how long those will have waited who still wait at the end.
            ward, wait = found.later[i], found.wait_days[i]
            counts[year, stream, WAIT_DAYS] += wait
            counts[year, stream, WAITED_LONGER] += ward >= 0 and wait > longer_than
        if ward >= 0:
            counts[year, stream, PLACED_AWAY] += ward != own[area]
            placed[stream, area, ward] += 1
