"""The Lagrangian bound of the p-median: no plan can be better, and some sites cannot be in one.

The rule that everyone is served once is relaxed with a price for each area: L(price) = sum of
prices + the p smallest r_j, r_j = sum over areas of min(0, cost - price) (METHODS 8). The prices
follow the subgradient (Held, Wolfe and Crowder 1974), deflected by the step before.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import Mask, Matrix, Model, Vector

_PATIENCE: Final = 20  # steps without a better bound before they are halved
_SMALLEST_STEP: Final = 1e-4
_DEFLECTION: Final = 0.3


@dataclass(frozen=True, slots=True)
class LagrangianBound:
    """What no plan can be better than, and what a plan better than the known one cannot have.

    Attributes
    ----------
    value
        The bound on the cost.
    shut
        Sites that no better plan opens.
    needed
        Sites that every better plan opens.
    unused
        Areas by sites: pairs that no better plan uses.
    """

    value: float
    shut: Mask
    needed: Mask
    unused: Mask


def lagrangian_bound(model: Model, upper: float, *, iterations: int = 1_000) -> LagrangianBound:
    """Bound a sum over areas from below, given the cost of a known plan.

    Constraints other than fixed sites and the number of sites are left out; the bound holds
    without them, and so with them.
    """
    relaxed = _Relaxed(model, upper)
    costs = model.objective.costs[:, ~model.close]
    # Prices beyond the cheapest and dearest site of an area gain nothing.
    cheapest, dearest = costs.min(axis=1), costs.max(axis=1)
    price = np.partition(costs, min(1, costs.shape[1] - 1), axis=1)[:, :2].max(axis=1)
    best, best_price = -np.inf, price
    direction = np.zeros(len(price))
    step, waited = 1.0, 0
    for _ in range(iterations):
        value, slope = relaxed.evaluate(price)
        waited += 1
        if value > best + 1e-9 * abs(upper):
            best, best_price, waited = value, price, 0
        if upper - best <= 1e-10 * abs(upper) or step < _SMALLEST_STEP or not slope.any():
            break
        if waited > _PATIENCE:
            step, waited, price, direction = step / 2, 0, best_price, np.zeros(len(price))
            continue
        direction = slope + _DEFLECTION * direction
        length = step * (upper - value) / max(float(direction @ direction), 1e-12)
        price = np.clip(price + length * direction, cheapest, dearest)
    return relaxed.conclude(best_price)


class _Relaxed:
    """The relaxed problem: what it is worth at given prices."""

    def __init__(self, model: Model, upper: float) -> None:
        self._free = np.flatnonzero(~model.close)
        self._costs: Matrix = model.objective.costs[:, self._free]
        self._keep = model.keep[self._free]
        self._most = min(model.most, len(self._free))
        self._model = model
        self._upper = upper

    def evaluate(self, price: Vector) -> tuple[float, Vector]:
        """Return the bound at some prices and its subgradient."""
        gain = self._costs - price[:, None]
        worth = np.minimum(gain, 0).sum(axis=0)
        chosen = self._choose(worth)
        served = (gain[:, chosen] < 0).sum(axis=1)
        return float(price.sum() + worth[chosen].sum()), 1.0 - served

    def conclude(self, price: Vector) -> LagrangianBound:
        """Return the bound at some prices and what follows from it."""
        gain = self._costs - price[:, None]
        worth = np.minimum(gain, 0).sum(axis=0)
        chosen = self._choose(worth)
        value = float(price.sum() + worth[chosen].sum())
        is_chosen = np.zeros(len(worth), dtype=bool)
        is_chosen[chosen] = True
        room = self._upper - value + 1e-9 * abs(self._upper)
        dearest = worth[is_chosen & ~self._keep].max(initial=-np.inf)
        # Another site takes the place of one that is shut, or none does where fewer will do.
        no_other = np.inf if self._model.least == self._model.most else 0.0
        next_best = worth[~is_chosen].min(initial=no_other)
        extra = np.where(is_chosen, 0.0, worth - dearest)  # to open a site that was not chosen
        shut, needed, unused = self._blank()
        shut[self._free] |= extra > room
        needed[self._free] = self._keep | (is_chosen & (next_best - worth > room))
        unused[:, self._free] = np.maximum(gain, 0) + extra > room
        return LagrangianBound(value, shut, needed, unused)

    def _choose(self, worth: Vector) -> np.ndarray:
        ranked = np.argsort(np.where(self._keep, -np.inf, worth), kind="stable")
        return ranked[: self._most]

    def _blank(self) -> tuple[Mask, Mask, Mask]:
        shape = self._model.objective.costs.shape
        shut = self._model.close.copy()
        unused = np.broadcast_to(shut, shape).copy()
        return shut, np.zeros(shape[1], dtype=bool), unused
