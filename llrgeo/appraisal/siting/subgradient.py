"""The Lagrangian bound of a sum over areas: no plan can be better, and some sites cannot be in one.

The multipliers of the relaxation follow the subgradient (Held, Wolfe and Crowder 1974), deflected
by the step before (Camerini, Fratta and Maffioli 1975).
"""

import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import Model, Positions
from llrgeo.appraisal.siting.relaxation import Relaxation, RelaxedSolution
from llrgeo.arrays import Bools, Floats

_SMALLEST_STEP: Final = 1e-4
_DEFLECTION: Final = 0.3
_AT_ONCE: Final = 100_000_000  # pairs x moves, about 0.1 s, between looks at the clock


@dataclass(frozen=True, slots=True)
class StepRule:
    """How multipliers move.

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


_AT_ROOT: Final = StepRule(iterations=1_000, step=1.0, patience=20)
_AGAIN: Final = StepRule(iterations=300, step=0.1, patience=20)


@dataclass(frozen=True, slots=True)
class LagrangianBound:
    """What no plan can be better than, and what a plan better than the known one cannot have.

    Attributes
    ----------
    value
        The bound on the cost.
    relaxation
        The sites that a better plan may open, and those that it must.
    multipliers
        Of each area, followed by the penalties, at the bound.
    plan
        The sites chosen there: often a good plan, not always a feasible one.
    unused
        Shape (areas, all sites): pairs that no better plan uses; none where sites have limits, for
        an area that is shared out may use any pair a little.
    """

    value: float
    relaxation: Relaxation
    multipliers: Floats
    plan: Positions
    unused: Bools

    def narrow(self, model: Model) -> Model:
        """Return a model with the sites that a better plan may open, and those it must."""
        usable, keep = np.zeros_like(model.keep), np.zeros_like(model.keep)
        usable[self.relaxation.sites] = True
        keep[self.relaxation.sites] = self.relaxation.keep
        return replace(model, keep=keep, close=~usable)


def lagrangian_bound(
    model: Model, upper: float, *, deadline: float, start: LagrangianBound | None = None
) -> LagrangianBound:
    """Bound a sum over areas from below, given the cost of a known plan, until a deadline.

    `start` is a bound of the same model found before, from whose multipliers to go on.

    Constraints on which sites are open, but fixed sites, their number and one in each group, and
    the rule that everyone goes to the nearest site are left out; the bound holds without them, and
    so with them.
    """
    relaxation = Relaxation.of(model)
    multipliers, rule = relaxation.initial_multipliers(), _AT_ROOT
    if start is not None:
        multipliers, rule = start.multipliers, _AGAIN
    return _with_reductions(
        model,
        relaxation,
        ascend(relaxation, multipliers, upper, rule=rule, deadline=deadline),
        upper,
    )


def bound_at(model: Model, multipliers: Floats, upper: float) -> LagrangianBound:
    """Return the bound at some multipliers; `upper` is the cost of a known plan."""
    relaxation = Relaxation.of(model)
    return _with_reductions(model, relaxation, relaxation.solve(multipliers), upper)


def _with_reductions(
    model: Model, relaxation: Relaxation, best: RelaxedSolution, upper: float
) -> LagrangianBound:
    """Return a bound with what it rules out for plans that cost less than a known one."""
    room = upper - best.bound + 1e-9 * abs(upper)
    unused = np.zeros(model.objective.costs.shape, dtype=bool)
    if model.catchments is None:
        # A plan in which an area uses a pair costs at least the bound, plus what the pair costs
        # above 0 and what opening its site adds.
        unused[:, model.close] = True
        extra = np.maximum(relaxation.pair_costs(best.multipliers), 0)
        extra += best.rise_if_open(relaxation)
        unused[:, relaxation.sites] = extra > room
    return LagrangianBound(
        value=best.bound,
        relaxation=reduce_sites(relaxation, best, room),
        multipliers=best.multipliers,
        plan=relaxation.sites[best.chosen],
        unused=unused,
    )


def reduce_sites(relaxation: Relaxation, at: RelaxedSolution, room: float) -> Relaxation:
    """Leave out sites, and fix others open, by what the bound rises to (Beasley 1990).

    A site that costs `room` above the bound to open is in no plan that costs less; one that costs
    as much to close is in all of them.
    """
    needed = relaxation.keep | (at.rise_if_closed(relaxation) > room)
    return relaxation.part(at.rise_if_open(relaxation) <= room, needed)


def ascend(
    relaxation: Relaxation,
    multipliers: Floats,
    upper: float,
    *,
    rule: StepRule,
    deadline: float,
) -> RelaxedSolution:
    """Raise the bound by moving the multipliers along the subgradient; return the best met.

    Parameters
    ----------
    relaxation
        What is to be bounded.
    multipliers
        Where to start.
    upper
        The cost of a known plan; the bound need not rise above.
    rule
        How many moves, and how long.
    deadline
        When to stop, by `time.perf_counter`.
    """
    if relaxation.is_plain and relaxation.costs.size * rule.iterations <= _AT_ONCE:
        return _ascend_compiled(relaxation, multipliers, upper, rule)
    # Invariant: `best` is the highest bound met; `now` is where the climb stands, and may be lower.
    best = now = relaxation.solve(multipliers)
    step = rule.step
    direction = np.zeros(len(multipliers))
    waited = 0
    for _ in range(rule.iterations):
        finished = best.value >= upper or step < _SMALLEST_STEP or not now.subgradient.any()
        if finished or time.perf_counter() >= deadline:
            break
        # Held, Wolfe and Crowder: the step would reach `upper` if the slope were straight.
        direction = now.subgradient + _DEFLECTION * direction
        length = step * (upper - now.value) / max(float(direction @ direction), 1e-12)
        now = relaxation.solve(now.multipliers + length * direction)
        waited += 1
        if now.value > best.value + 1e-9 * abs(upper):
            best, waited = now, 0
        elif waited > rule.patience:
            # The steps are too long to climb further: go back to the best and halve them.
            now, step, waited, direction = best, step / 2, 0, np.zeros(len(multipliers))
    return best


def _ascend_compiled(
    relaxation: Relaxation, multipliers: Floats, upper: float, rule: StepRule
) -> RelaxedSolution:
    """Do the same without limits in one call, which is over before a clock need be looked at."""
    from llrgeo.appraisal.siting.relaxed_sums import PlainRelaxation, Steps, climb

    fewest = max(relaxation.min_sites, int(relaxation.keep.sum()))
    case = PlainRelaxation(relaxation.costs, relaxation.keep, fewest, relaxation.max_sites)
    steps = Steps(rule.iterations, rule.step, rule.patience, _SMALLEST_STEP, _DEFLECTION)
    best = climb(case, multipliers, upper, steps)
    return RelaxedSolution(
        value=float(best.value[0]),
        multipliers=best.multipliers,
        reduced_costs=best.reduced_costs,
        chosen=best.chosen,
        subgradient=best.slope,
    )
