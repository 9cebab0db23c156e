"""The Lagrangian bound of a sum over areas: no plan can be better, and some sites cannot be in one.

The rule that everyone is served once is relaxed with a price for each area: L(price) = sum of
prices + the p smallest worths, the worth of a site being the sum over areas of min(0, cost -
price) (METHODS 8). The prices follow the subgradient (Held, Wolfe and Crowder 1974), deflected by
the step before.
"""

import time
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from llrgeo.appraisal.siting.model import Mask, Matrix, Model, Plan, Vector

_SMALLEST_STEP: Final = 1e-4
_DEFLECTION: Final = 0.3


@dataclass(frozen=True, slots=True)
class Pace:
    """How prices move.

    Attributes
    ----------
    iterations
        At most so many moves.
    step
        The length of the first, relative to what closes the gap on a straight slope.
    patience
        Moves without a better bound before the step is halved.
    """

    iterations: int
    step: float
    patience: int


_PACE: Final = Pace(iterations=1_000, step=1.0, patience=20)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A sum over areas without the rule that everyone is served once.

    Attributes
    ----------
    sites
        Positions of the sites that may be open.
    costs
        Areas by those sites.
    keep
        Which of them must be open.
    least, most
        How many may be.
    """

    sites: Plan
    costs: Matrix
    keep: Mask
    least: int
    most: int

    @classmethod
    def of(cls, model: Model, sites: Plan, keep: Mask) -> Self:
        """Return the relaxation of a model to some sites, of which some must be open."""
        return cls(sites, model.objective.costs[:, sites], keep, model.least, model.most)

    def part(self, left: Mask, keep: Mask) -> Self:
        """Return the relaxation with some of the sites alone, of which some must be open."""
        return replace(self, sites=self.sites[left], costs=self.costs[:, left], keep=keep[left])

    def at(self, price: Vector) -> "Relaxed":
        """Return what the relaxation is worth at some prices."""
        gain = self.costs - price[:, None]
        worth = np.minimum(gain, 0).sum(axis=0)
        ranked = np.argsort(np.where(self.keep, -np.inf, worth), kind="stable")
        chosen = np.zeros(len(worth), dtype=bool)
        chosen[ranked[: self.most]] = True
        slope = 1.0 - (gain[:, chosen] < 0).sum(axis=1)
        return Relaxed(float(price.sum() + worth[chosen].sum()), price, worth, chosen, slope)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A relaxation at some prices.

    Attributes
    ----------
    value
        A bound: no plan of the relaxation's sites costs less.
    price
        Of each area.
    worth
        Of each site.
    chosen
        The sites of most worth.
    slope
        How the value changes with the prices.
    """

    value: float
    price: Vector
    worth: Vector
    chosen: Mask
    slope: Vector

    def fixed(self, relaxation: Relaxation, room: float) -> tuple[Mask, Mask]:
        """Return the sites that no plan opens, and that all open, that costs `room` more."""
        dearest = self.worth[self.chosen & ~relaxation.keep].max(initial=-np.inf)
        # Another site takes the place of one that is shut, or none does where fewer will do.
        no_other = np.inf if relaxation.least == relaxation.most else 0.0
        next_best = self.worth[~self.chosen].min(initial=no_other)
        shut = ~self.chosen & (self.worth - dearest > room)
        needed = relaxation.keep | (self.chosen & (next_best - self.worth > room))
        return shut, needed


@dataclass(frozen=True, slots=True)
class LagrangianBound:
    """What no plan can be better than, and what a plan better than the known one cannot have.

    Attributes
    ----------
    value
        The bound on the cost.
    relaxation
        The sites that a better plan may open, and those that it must.
    price
        Of each area, at the bound.
    unused
        Areas by all sites: pairs that no better plan uses.
    """

    value: float
    relaxation: Relaxation
    price: Vector
    unused: Mask

    def narrow(self, model: Model) -> Model:
        """Return a model with the sites that a better plan may open, and those it must."""
        usable, keep = np.zeros_like(model.keep), np.zeros_like(model.keep)
        usable[self.relaxation.sites] = True
        keep[self.relaxation.sites] = self.relaxation.keep
        return replace(model, keep=keep, close=~usable)


def lagrangian_bound(model: Model, upper: float, *, ends: float) -> LagrangianBound:
    """Bound a sum over areas from below, given the cost of a known plan; `ends` is when to stop.

    Constraints other than fixed sites and the number of sites are left out; the bound holds
    without them, and so with them.
    """
    sites = np.flatnonzero(~model.close)
    relaxation = Relaxation.of(model, sites, model.keep[sites])
    costs = relaxation.costs
    price = np.partition(costs, min(1, len(sites) - 1), axis=1)[:, :2].max(axis=1)
    best = raise_prices(relaxation, price, upper, pace=_PACE, ends=ends)
    room = upper - best.value + 1e-9 * abs(upper)
    shut, needed = best.fixed(relaxation, room)
    dearest = best.worth[best.chosen & ~relaxation.keep].max(initial=-np.inf)
    extra = np.where(best.chosen, 0.0, best.worth - dearest)  # to open a site that is not chosen
    unused = np.ones(model.objective.costs.shape, dtype=bool)
    unused[:, sites] = np.maximum(costs - best.price[:, None], 0) + extra > room
    return LagrangianBound(best.value, relaxation.part(~shut, needed), best.price, unused)


def raise_prices(
    relaxation: Relaxation,
    price: Vector,
    upper: float,
    *,
    pace: Pace,
    ends: float,
) -> Relaxed:
    """Raise the bound by moving the prices along the subgradient.

    Parameters
    ----------
    relaxation
        What is to be bounded.
    price
        Where to start.
    upper
        The cost of a known plan; the bound need not rise above.
    pace
        How many moves, and how long.
    ends
        When to stop, by `time.perf_counter`.
    """
    # Prices beyond the cheapest and dearest site of an area gain nothing.
    cheapest, dearest = relaxation.costs.min(axis=1), relaxation.costs.max(axis=1)
    best = now = relaxation.at(price)
    step = pace.step
    direction = np.zeros(len(price))
    waited = 0
    for _ in range(pace.iterations):
        finished = best.value >= upper or step < _SMALLEST_STEP or not now.slope.any()
        if finished or time.perf_counter() >= ends:
            break
        direction = now.slope + _DEFLECTION * direction
        length = step * (upper - now.value) / max(float(direction @ direction), 1e-12)
        now = relaxation.at(np.clip(now.price + length * direction, cheapest, dearest))
        waited += 1
        if now.value > best.value + 1e-9 * abs(upper):
            best, waited = now, 0
        elif waited > pace.patience:
            now, step, waited, direction = best, step / 2, 0, np.zeros(len(price))
    return best
