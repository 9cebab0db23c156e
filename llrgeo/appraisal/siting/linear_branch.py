"""Branch and bound on a linear relaxation, solved anew from where it was solved before.

Of use where the best plan is known and the relaxation is near it. Reduced costs then rule out most
sites at once, and a few dozen parts of the plans are left, each some hundred steps of the simplex
method from the one before. A solver of integer programmes spends most of its time on cutting planes
that are not needed then. The first relaxation, which has nothing to go on from, is solved by an
interior point, and a vertex from there. The part opened last is divided first; the site is the one
that, divided before, raised both bounds most (`branching`).
"""

import time
from dataclasses import dataclass, replace
from typing import Final

import highspy
import numpy as np

from llrgeo.appraisal.siting.branching import Fixed, Part, Pseudocosts, Relaxed
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.milp import Ending, Programme, run_until
from llrgeo.appraisal.siting.model import Model, Positions
from llrgeo.arrays import Ints

_ROUNDING: Final = 1e-6  # of a cost, in units of the difference that counts
_HALF: Final = 0.5  # of a site


@dataclass(slots=True)
class _LinearTree:
    """The best plan so far and the parts that may hold a better one.

    Invariant: a plan that costs less than `best` by more than `unit` is in one of the `parts`.
    Costs of the relaxation are in units.
    """

    model: Model
    columns: Ints
    highs: highspy.Highs
    best: BoundedPlan
    unit: float
    deadline: float
    parts: list[Part]
    costs: Pseudocosts

    def divide_all(self) -> float:
        """Divide until no part is left or time is up; return what no plan costs less than."""
        while self.parts and time.perf_counter() < self.deadline:
            part = self.parts.pop()
            if part.bound >= self.best.cost - self.unit:
                continue
            relaxed = self._relax(part.fixed)
            if relaxed is None:
                self.parts.append(part)
                break
            self._learn(part, relaxed.value)
            if np.isfinite(relaxed.value):
                self._divide(part, relaxed)
        return min([self.best.cost - self.unit, *(part.bound for part in self.parts)])

    def _relax(self, fixed: Fixed) -> Relaxed | None:
        """Solve the relaxation of a part; None where time is up."""
        lower, upper = (fixed > 0).astype(float), (fixed >= 0).astype(float)
        number = len(self.columns)
        self.highs.changeColsBounds(number, self.columns.astype(np.int32), lower, upper)
        target = self.best.cost / self.unit - 1 + _ROUNDING
        self.highs.setOptionValue("objective_bound", target + _ROUNDING)
        ending = run_until(self.highs, self.deadline)
        if ending is Ending.STOPPED:
            return None
        if ending is Ending.NOTHING:
            return Relaxed.nothing()
        value, solution = self.highs.getInfo().objective_function_value, self.highs.getSolution()
        if value >= target:
            return Relaxed.nothing()
        return Relaxed(
            float(value),
            np.array(solution.col_value)[self.columns],
            np.array(solution.col_dual)[self.columns],
        )

    def _learn(self, part: Part, value: float) -> None:
        """Record by how much the last branch of a part raised the bound, up to the best plan."""
        if part.branched < 0:
            return
        rise = min(value, self.best.cost / self.unit) - part.bound / self.unit
        self.costs.learn(part.branched, part.way, rise, part.moved)

    def _divide(self, part: Part, relaxed: Relaxed) -> None:
        """Take a plan where all sites are whole, else open and close the site most in doubt."""
        opened = relaxed.opened
        fractional = relaxed.fractional()
        bound = max(part.bound, relaxed.value * self.unit)
        if not len(fractional):
            # No plan of this part costs less than its relaxation, which is a plan.
            self._take(np.flatnonzero(opened > _HALF))
            return
        # A site whose reduced cost closes the gap stays as it is in every better plan.
        room = self.best.cost / self.unit - 1 + _ROUNDING - relaxed.value
        fixed = relaxed.fix_by_reduced_costs(part.fixed, room)
        site = int(fractional[self.costs.score(fractional, opened).argmax()])
        for way, moved in ((0, opened[site]), (1, 1 - opened[site])):
            half = fixed.copy()
            half[site] = 2 * way - 1
            self.parts.append(Part(half, bound, site, way, float(moved)))

    def _take(self, plan: Positions) -> None:
        cost = self.model.cost(plan)
        if cost < self.best.cost:
            self.best = replace(self.best, plan=plan, cost=cost)


def branch_on_relaxation(
    model: Model,
    relaxed: tuple[Programme, Ints],
    known: BoundedPlan,
    *,
    unit: float,
    deadline: float,
) -> BoundedPlan:
    """Prove that a plan is best, or find the one that is.

    Parameters
    ----------
    model
        What plans cost, and which sites must be open or may not be.
    relaxed
        Its linear programme with costs in units, and the column of each site. With whole sites its
        value is the cost of the plan.
    known
        A feasible plan, and what no plan costs less than.
    unit
        Absolute difference of cost and bound at which to stop.
    deadline
        When to stop, by `time.perf_counter`.
    """
    programme, columns = relaxed
    fixed = model.keep.astype(np.int8) - model.close.astype(np.int8)
    tree = _LinearTree(
        model=model,
        columns=columns,
        highs=_solved_first(programme, deadline),
        best=known,
        unit=unit,
        deadline=deadline,
        parts=[Part(fixed, known.bound)],
        costs=Pseudocosts.of(len(fixed)),
    )
    bound = tree.divide_all()
    return replace(tree.best, bound=max(bound, known.bound))


def _solved_first(programme: Programme, deadline: float) -> highspy.Highs:
    """Return a relaxation with a vertex to go on from, sooner than steps from nothing find one.

    At the deadline, or where the interior point fails, it is solved as far as it came.
    """
    highs = programme.relaxation()
    highs.setOptionValue("time_limit", max(deadline - time.perf_counter(), 0.0))
    highs.setOptionValue("solver", "ipm")
    highs.run()
    highs.setOptionValue("solver", "choose")
    return highs
