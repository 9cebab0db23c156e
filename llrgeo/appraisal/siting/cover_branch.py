"""Whether so many sites cover everyone: branch and bound on the linear relaxation.

A part of the plans is closed when its relaxation has more sites than are asked for. Each part is a
few dozen steps of the simplex method from the one before, on the few rows that matter
(`cover_relaxation`). The site to divide on is the one that raises both bounds most: some are tried,
a few steps each, as long as little is known of them (reliability branching, Achterberg, Koch and
Martin 2005). The half in which it is open comes first, where a plan may be.
"""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.branching import Part, Pseudocosts, Relaxed
from llrgeo.appraisal.siting.cover_relaxation import CoverRelaxation
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.model import Positions

_ROUNDING: Final = 1e-6  # of a number of sites
_HALF: Final = 0.5  # of a site
_TRIED: Final = 8  # sites of a part that are tried
_LOOKED_AT: Final = 32  # sites of a part, those in the order of what is expected of them
# Rounds of cuts, and by what share of what is left one has to raise the value to be followed by
# another: before the first branch, and after so many. Further down, steps of the simplex method
# close parts sooner than cuts do.
_CUTS: Final = ((30, 0.01), *((3, 0.1),) * 5, (0, 1.0))
_NEAR: Final = 1.0  # sites from the relaxation to the number, up to which cuts do not pay
_STEPS: Final = 100  # of the simplex method, for each half that is tried


@dataclass(slots=True)
class _CoverTree:
    """The parts that may hold a plan of at most `number` sites: every such plan is in one.

    `near` is whether the relaxation of all has nearly as many: few branches are needed then, and no
    cuts. None until it is solved.
    """

    relaxation: CoverRelaxation
    number: int
    deadline: float
    parts: list[Part]
    costs: Pseudocosts
    near: bool | None = None

    def find(self) -> Positions | None:
        """Return a plan; None where there is none, or time is up and some parts are left."""
        while self.parts and time.perf_counter() < self.deadline:
            part = self.parts.pop()
            self.relaxation.fix(part.fixed)
            relaxed = self._relax(*_CUTS[min(part.depth, len(_CUTS) - 1)])
            if relaxed is None:
                self.parts.append(part)
                break
            if part.branched >= 0:
                rise = min(relaxed.value, self.number) - part.bound
                self.costs.learn(part.branched, part.way, rise, part.moved)
            if np.isposinf(relaxed.value):
                continue
            fractional = relaxed.fractional()
            if not len(fractional):
                return np.flatnonzero(relaxed.opened > _HALF)
            self._divide(part, relaxed, fractional)
        return None

    def _relax(self, rounds: int, worth: float) -> Relaxed | None:
        """Solve the relaxation, None where time is up.

        Up to so many rounds of cuts go in, as long as one raises the value by a share (`worth`) of
        what is left to the number of sites.
        """
        relaxed = self.relaxation.solve(self.deadline, self.number + _ROUNDING)
        if self.near is None and relaxed is not None:
            self.near = self.number - relaxed.value < _NEAR
        for _ in range(0 if self.near else rounds):
            if relaxed is None or not len(relaxed.fractional()):
                break
            if not self.relaxation.cut(relaxed.opened):
                break
            tighter = self.relaxation.solve(self.deadline, self.number + _ROUNDING)
            if tighter is None:
                break  # what was known before holds
            rise, room = tighter.value - relaxed.value, self.number - relaxed.value
            relaxed = tighter
            if rise < worth * room:
                break
        return relaxed

    def _divide(self, part: Part, relaxed: Relaxed, fractional: Positions) -> None:
        """Close and open the site of a part that is expected to raise the bounds most."""
        bound = max(part.bound, relaxed.value)
        fixed = relaxed.fix_by_reduced_costs(part.fixed, self.number + _ROUNDING - relaxed.value)
        self.relaxation.fix(fixed)
        site = self._branching_site(fractional, relaxed)
        for way, moved in ((0, relaxed.opened[site]), (1, 1 - relaxed.opened[site])):
            half = fixed.copy()
            half[site] = 2 * way - 1
            self.parts.append(Part(half, bound, site, way, float(moved), part.depth + 1))

    def _branching_site(self, fractional: Positions, relaxed: Relaxed) -> int:
        """Return the site whose halves are expected to raise the bound most, tried where new."""
        expected = self.costs.score(fractional, relaxed.opened)
        likely = fractional[np.argsort(-expected, kind="stable")[:_LOOKED_AT]]
        new = likely[(self.costs.tries[:, likely] == 0).any(axis=0)]
        room = self.number - relaxed.value
        for site in new[:_TRIED].tolist():
            opened = float(relaxed.opened[site])
            values = self.relaxation.values_if_fixed(site, _STEPS, self.deadline)
            for way, moved in ((0, opened), (1, 1 - opened)):
                self.costs.learn(site, way, min(values[way] - relaxed.value, room), moved)
        return int(likely[self.costs.score(likely, relaxed.opened).argmax()])


def cover_with(relaxation: CoverRelaxation, number: int, *, deadline: float) -> BoundedPlan:
    """Find a plan of at most so many sites that covers all areas, or show that there is none.

    Parameters
    ----------
    relaxation
        Of the covering. What it learns of cuts is of use for the next number.
    number
        Of sites.
    deadline
        When to stop, by `time.perf_counter`.

    Returns
    -------
    BoundedPlan
        The bound is on the number of sites; +inf where there is no such plan.
    """
    # A little above what closes a part, so that rounding opens none.
    relaxation.stop_above(number + 2 * _ROUNDING)
    start = np.zeros(relaxation.terms.shape[1], dtype=np.int8)
    costs = Pseudocosts.of(len(start))
    tree = _CoverTree(relaxation, number, deadline, [Part(start, 0.0)], costs)
    plan = tree.find()
    if plan is not None:
        return BoundedPlan(plan, min([len(plan), *(part.bound for part in tree.parts)]), len(plan))
    return BoundedPlan(None, min((part.bound for part in tree.parts), default=np.inf), np.inf)
