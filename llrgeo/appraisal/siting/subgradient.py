"""The Lagrangian bound of a sum over areas: no plan can be better, and some sites cannot be in one.

The prices of the relaxation follow the subgradient (Held, Wolfe and Crowder 1974), deflected by
the step before.
"""

import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import Mask, Model, Plan, Vector
from llrgeo.appraisal.siting.relaxation import Relaxation, Relaxed

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
class LagrangianBound:
    """What no plan can be better than, and what a plan better than the known one cannot have.

    Attributes
    ----------
    value
        The bound on the cost.
    relaxation
        The sites that a better plan may open, and those that it must.
    price
        Of each area, followed by the fines, at the bound.
    plan
        The sites of most worth there: often a good plan, not always a feasible one.
    unused
        Areas by all sites: pairs that no better plan uses; none where sites have limits, for an
        area that is shared out may use any pair a little.
    """

    value: float
    relaxation: Relaxation
    price: Vector
    plan: Plan
    unused: Mask

    def narrow(self, model: Model) -> Model:
        """Return a model with the sites that a better plan may open, and those it must."""
        usable, keep = np.zeros_like(model.keep), np.zeros_like(model.keep)
        usable[self.relaxation.sites] = True
        keep[self.relaxation.sites] = self.relaxation.keep
        return replace(model, keep=keep, close=~usable)


def lagrangian_bound(model: Model, upper: float, *, ends: float) -> LagrangianBound:
    """Bound a sum over areas from below, given the cost of a known plan; `ends` is when to stop.

    Constraints on which sites are open, but fixed sites, their number and one in each group, and
    the rule that everyone goes to the nearest site are left out; the bound holds without them, and
    so with them.
    """
    relaxation = Relaxation.of(model)
    best = raise_prices(relaxation, relaxation.first_price(), upper, pace=_PACE, ends=ends)
    room = upper - best.value + 1e-9 * abs(upper)
    unused = np.zeros(model.objective.costs.shape, dtype=bool)
    if model.catchments is None:
        unused[:, model.close] = True
        extra = np.maximum(best.gain, 0) + best.opening(relaxation)
        unused[:, relaxation.sites] = extra > room
    return LagrangianBound(
        value=best.value,
        relaxation=narrowed(relaxation, best, room),
        price=best.price,
        plan=relaxation.sites[best.chosen],
        unused=unused,
    )


def narrowed(relaxation: Relaxation, at: Relaxed, room: float) -> Relaxation:
    """Leave out the sites that no plan opens which costs `room` more than a bound; keep the rest.

    Sites that all such plans open must be open.
    """
    needed = relaxation.keep | (at.closing(relaxation) > room)
    return relaxation.part(at.opening(relaxation) <= room, needed)


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
        now = relaxation.at(now.price + length * direction)
        waited += 1
        if now.value > best.value + 1e-9 * abs(upper):
            best, waited = now, 0
        elif waited > pace.patience:
            now, step, waited, direction = best, step / 2, 0, np.zeros(len(price))
    return best
