"""The Lagrangian relaxation without limits, and the climb of its bound, compiled by numba.

A part of the plans has some dozen sites: arrays would take longer to call than to fill.
"""

from typing import NamedTuple

import numpy as np

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.execution.machine_code import compiled


class Subproblem(NamedTuple):
    """The cheapest choice of sites at some multipliers, and the bound that it is."""

    value: Floats  # shape (1,)
    multipliers: Floats  # shape (areas,)
    reduced_costs: Floats  # shape (sites,)
    chosen: Bools  # shape (sites,)
    slope: Floats  # shape (areas,): 1 less how often an area is served


@compiled
def sums_below(costs: Floats, limits: Floats, sums: Floats) -> None:
    """Add to the sum of each site, over areas, how far below an area's limit its cost is, as < 0.

    One pass over the costs, where arrays would write the differences down and read them again.

    Parameters
    ----------
    costs
        Shape (areas, sites), a row after the other in memory.
    limits
        Shape (areas,): the multipliers.
    sums
        Shape (sites,).
    """
    for area in range(len(costs)):
        limit = limits[area]
        for site in range(len(sums)):
            sums[site] += min(costs[area, site] - limit, 0.0)


@compiled
def times_below(costs: Floats, limits: Floats, sites: Ints, times: Floats) -> None:
    """Set at how many of some sites, which are positions, each area costs less than its limit."""
    for area in range(len(costs)):
        limit, below = limits[area], 0
        for site in sites:
            if costs[area, site] < limit:
                below += 1
        times[area] = below


class PlainRelaxation(NamedTuple):
    """A relaxation that nothing limits but fixed sites and their number."""

    costs: Floats  # shape (areas, sites), a row after the other in memory
    keep: Bools  # shape (sites,): must be open
    fewest: int  # open sites, those that must be open among them
    most: int


class Steps(NamedTuple):
    """How multipliers move; see `subgradient.StepRule` and `ascend`."""

    iterations: int
    length: float
    patience: int
    shortest: float
    deflection: float


@compiled
def climb(case: PlainRelaxation, multipliers: Floats, upper: float, steps: Steps) -> Subproblem:
    """Raise the bound by moving the multipliers along the subgradient, as `subgradient.ascend`."""
    areas, sites = case.costs.shape
    now, best = _blank(areas, sites), _blank(areas, sites)
    for area in range(areas):
        now.multipliers[area] = multipliers[area]
    _solve(case, now)
    _copy(now, best)
    direction, step, waited = np.zeros(areas), steps.length, 0
    for _ in range(steps.iterations):
        if best.value[0] >= upper or step < steps.shortest or not now.slope.any():
            break
        _move(now, direction, step * (upper - now.value[0]), steps.deflection)
        _solve(case, now)
        waited += 1
        if now.value[0] > best.value[0] + 1e-9 * abs(upper):
            _copy(now, best)
            waited = 0
        elif waited > steps.patience:
            _copy(best, now)
            step, waited = step / 2, 0
            direction[:] = 0.0
    return best


@compiled
def _blank(areas: int, sites: int) -> Subproblem:
    return Subproblem(
        np.zeros(1), np.zeros(areas), np.zeros(sites), np.zeros(sites, np.bool_), np.zeros(areas)
    )


@compiled
def _copy(source: Subproblem, target: Subproblem) -> None:
    target.value[:] = source.value
    target.multipliers[:] = source.multipliers
    target.reduced_costs[:] = source.reduced_costs
    target.chosen[:] = source.chosen
    target.slope[:] = source.slope


@compiled
def _move(now: Subproblem, direction: Floats, rise: float, deflection: float) -> None:
    """Move the multipliers along the slope, bent by the move before, as far as it would rise."""
    squares = 0.0
    for area in range(len(direction)):
        direction[area] = now.slope[area] + deflection * direction[area]
        squares += direction[area] ** 2
    length = rise / max(squares, 1e-12)
    for area in range(len(direction)):
        now.multipliers[area] += length * direction[area]


@compiled
def _solve(case: PlainRelaxation, at: Subproblem) -> None:
    """Work out the cheapest choice of sites at the multipliers, in place."""
    at.reduced_costs[:] = 0.0
    sums_below(case.costs, at.multipliers, at.reduced_costs)
    value, number = 0.0, 0
    opened = np.empty(case.most, np.int64)
    # Fixed sites stand first whatever they cost; beyond the fewest only those that gain.
    for site in range(len(case.keep)):
        at.chosen[site] = case.keep[site]
        if case.keep[site]:
            opened[number] = site
            number += 1
    while number < case.most:
        site = _cheapest(at)
        if site < 0 or (number >= case.fewest and at.reduced_costs[site] >= 0):
            break
        at.chosen[site] = True
        opened[number] = site
        number += 1
    times_below(case.costs, at.multipliers, opened[:number], at.slope)
    for area in range(len(at.slope)):
        at.slope[area] = 1.0 - at.slope[area]
        value += at.multipliers[area]
    for site in opened[:number]:
        value += at.reduced_costs[site]
    at.value[0] = value


@compiled
def _cheapest(at: Subproblem) -> int:
    """Return the site of least reduced cost that is not chosen, of equals the first; -1 if none."""
    best = -1
    for site in range(len(at.chosen)):
        free = not at.chosen[site]
        if free and (best < 0 or at.reduced_costs[site] < at.reduced_costs[best]):
            best = site
    return best
