"""Simulated sums: minutes, contacts in time and people of each draw, compiled by numba.

Areas come one after another, with some draws side by side. All that belongs to an area then stays
in the processor's cache, and the same is done to many draws at once. Each draw adds areas
up in their order, so that its sums do not depend on the draws beside it.

Shapes: n draws, a areas, s services, b age bands, p pairs of an area and a site, m mixes of shares
at sites, g groups of journeys.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llrgeo.appraisal.journeys.nearest_sites import NO_SITE
from llrgeo.appraisal.uncertainty.simulated_errors import (
    DRAWS_A_WORD,
    draw_errors,
    normal_quantiles,
)
from llrgeo.arrays import Floats, Ints
from llrgeo.execution.machine_code import compiled

_TOGETHER: Final = 128  # draws side by side: fewer would leave loops too short
_SPAN: Final = 10 * _TOGETHER


class DrawnFactors(NamedTuple):
    """The factors of a block of consecutive draws."""

    first: int  # the number of the first, a multiple of `DRAWS_A_WORD`
    speed: Floats  # factor of all minutes, shape (n,)
    rate: Floats  # factor of each service's contacts, shape (n, s)
    growth: Floats  # factor of each age band's people, shape (n, b)


class Estimates(NamedTuple):
    """What the draws vary, and what they do not."""

    minutes: Floats  # of each pair, shape (p,)
    errors: NDArray[np.uint64]  # where the stream of each pair's errors begins, shape (p,)
    error_sd_min: float  # standard deviation of an error
    people: Floats  # shape (a, b)
    contacts: Floats  # a year, shape (a, s, b)
    at_sites: Floats  # share of contacts, shape (m, s)
    standard_min: Floats  # shape (s,)
    ceiling_min: float  # what counts where no site is reached


class JourneyList(NamedTuple):
    """Who travels where: of area i the journeys from `first[i]` up to `first[i + 1]`.

    Journeys of a pair are next to each other.
    """

    first: Ints  # shape (a + 1,)
    pair: Ints  # or NO_SITE
    service: Ints
    mix: Ints  # of which shares at sites the area's journeys are: a row of `at_sites`
    group: Ints  # with which other journeys it is added up


class Sums(NamedTuple):
    """What is added up over the areas, by draw."""

    minutes: Floats  # weighted by what `_weigh` tells, times contacts; shape (g, n)
    in_time: Floats  # contacts, shape (g, n)
    people: Floats  # who make any journey, shape (m, n)


def spans_of(drawn: DrawnFactors) -> list[DrawnFactors]:
    """Divide draws into spans of a thousand and more, so that each is a task of its own."""
    return [
        DrawnFactors(drawn.first + start, *(values[start : start + _SPAN] for values in drawn[1:]))
        for start in range(0, len(drawn.speed), _SPAN)
    ]


def add_up(drawn: DrawnFactors, estimates: Estimates, journeys: JourneyList, groups: int) -> Sums:
    """Return the sums of some draws over all areas, for so many groups of journeys."""
    n = len(drawn.speed)
    shapes = (groups, n), (groups, n), (len(estimates.at_sites), n)
    sums = Sums(*(np.empty(shape) for shape in shapes))
    _fill(drawn, estimates, journeys, normal_quantiles(), sums)
    return sums


@compiled
def _fill(
    drawn: DrawnFactors,
    estimates: Estimates,
    journeys: JourneyList,
    quantiles: NDArray[np.float32],
    sums: Sums,
) -> None:
    """Set the sums of some draws.

    Helpers take single arrays: with a tuple of them numba would count its holders at every call.
    """
    for start in range(0, len(drawn.speed), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        speed = drawn.speed[some]
        # Draws come last, next to each other in memory.
        growth, rate = drawn.growth[some].T.copy(), drawn.rate[some].T.copy()
        demand = np.empty((len(rate), *growth.shape))
        _multiply(growth, rate, demand)
        residents, taken_min = np.empty_like(speed), np.empty_like(speed)
        errors = np.empty(-(-len(speed) // DRAWS_A_WORD) * DRAWS_A_WORD, np.float32)
        contacts, weight = np.empty_like(rate), np.empty((len(sums.people), len(speed)))
        minutes = np.zeros((len(sums.minutes), len(speed)))
        in_time, people = np.zeros_like(minutes), np.zeros_like(weight)
        for area in range(len(estimates.people)):
            _grow(estimates.people[area], growth, residents)
            for service in range(len(rate)):
                _grow(estimates.contacts[area, service], demand[service], contacts[service])
            _weigh(residents, contacts, estimates.at_sites, weight, people)
            first, last = journeys.first[area], journeys.first[area + 1]
            for j in range(first, last):
                pair, service, mix = journeys.pair[j], journeys.service[j], journeys.mix[j]
                if pair == NO_SITE:  # cutting an area off gains nothing
                    for i in range(len(speed)):
                        taken_min[i] = estimates.ceiling_min
                elif j == first or pair != journeys.pair[j - 1]:
                    draw_errors(estimates.errors[pair], drawn.first + start, quantiles, errors)
                    _travel(
                        estimates.minutes[pair], speed, errors, estimates.error_sd_min, taken_min
                    )
                in_time_min = estimates.standard_min[service] if pair != NO_SITE else -np.inf
                group = journeys.group[j]
                for i in range(len(speed)):
                    demand_now = contacts[service, i]
                    minutes[group, i] += weight[mix, i] * demand_now * taken_min[i]
                    in_time[group, i] += demand_now if taken_min[i] <= in_time_min else 0.0
        _store(minutes, start, sums.minutes)
        _store(in_time, start, sums.in_time)
        _store(people, start, sums.people)


@compiled
def _multiply(growth: Floats, rate: Floats, demand: Floats) -> None:
    """Set the factor of each service's contacts, by age band."""
    for service in range(len(rate)):
        for band in range(len(growth)):
            for i in range(rate.shape[1]):
                demand[service, band, i] = growth[band, i] * rate[service, i]


@compiled
def _grow(expected: Floats, growth: Floats, found: Floats) -> None:
    """Set what some draws make of a number that is expected by age band."""
    for i in range(len(found)):
        found[i] = 0.0
    for band in range(len(expected)):
        if expected[band] != 0.0:  # few services are for all ages
            for i in range(len(found)):
                found[i] += expected[band] * growth[band, i]


@compiled
def _weigh(
    residents: Floats, contacts: Floats, at_sites: Floats, weight: Floats, people: Floats
) -> None:
    """Set what a contact at a site weighs, by mix, and add the people who make any journey.

    All journeys of an area, to whatever service, weigh as much as its residents together.
    """
    for mix in range(len(at_sites)):
        for i in range(len(residents)):
            weight[mix, i] = 0.0
        for service in range(len(contacts)):
            for i in range(len(residents)):
                weight[mix, i] += at_sites[mix, service] * contacts[service, i]
        for i in range(len(residents)):
            made = weight[mix, i]
            counted = residents[i] if made > 0.0 else 0.0
            people[mix, i] += counted
            weight[mix, i] = counted / made if made > 0.0 else 0.0


@compiled
def _travel(
    known_min: float,
    speed: Floats,
    errors: NDArray[np.float32],
    error_sd_min: float,
    taken_min: Floats,
) -> None:
    """Set the minutes of a pair."""
    for i in range(len(speed)):
        taken_min[i] = max(known_min * speed[i] + error_sd_min * errors[i], 0.0)


@compiled
def _store(found: Floats, start: int, sums: Floats) -> None:
    """Copy the sums of a block of draws into those of all draws."""
    for row in range(len(found)):
        for i in range(found.shape[1]):
            sums[row, start + i] = found[row, i]
