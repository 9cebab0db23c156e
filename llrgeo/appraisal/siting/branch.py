"""Branch and bound on the Lagrangian bound: the proof where that bound is near the best plan."""

import heapq
import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.exact import Answer, settle
from llrgeo.appraisal.siting.model import Mask, Model, Plan, Vector
from llrgeo.appraisal.siting.relaxation import Relaxation
from llrgeo.appraisal.siting.subgradient import LagrangianBound, Pace, narrowed, raise_prices

# A branch starts from prices that are nearly right.
_PACE: Final = Pace(iterations=40, step=0.3, patience=7)


@dataclass(frozen=True, slots=True, order=True)
class _Branch:
    """Plans of some sites, and the site to ask next whether it is open."""

    bound: float
    number: int
    sites: Plan = field(compare=False)
    keep: Mask = field(compare=False)
    price: Vector = field(compare=False)
    ask: int = field(compare=False)


@dataclass(slots=True)
class _Search:
    """The best plan so far and the branches that may hold a better one."""

    model: Model
    root: Relaxation
    best: Answer
    gap: float
    ends: float
    branches: list[_Branch] = field(default_factory=list)
    seen: int = 0
    tried: set[bytes] = field(default_factory=set)

    def enter(self, relaxation: Relaxation, price: Vector) -> None:
        """Bound a branch, fix what that settles, and keep it if a better plan may be in it."""
        if not relaxation.has_plans:
            return
        target = self.best.cost - self.gap
        found = raise_prices(relaxation, price, self.best.cost, pace=_PACE, ends=self.ends)
        self._try(relaxation.sites[found.chosen])
        if found.value >= target:
            return
        left = narrowed(relaxation, found, target - found.value)
        if left.keep.all():
            self._try(left.sites)
            return
        self.seen += 1
        among = np.isin(relaxation.sites, left.sites)
        ask = _in_doubt(found.worth[among], found.chosen[among], left.keep)
        branch = _Branch(found.value, self.seen, left.sites, left.keep, found.price, ask)
        heapq.heappush(self.branches, branch)

    def divide(self, branch: _Branch) -> None:
        """Enter the two halves of a branch: with the site in question open, and shut."""
        left = np.isin(self.root.sites, branch.sites)
        keep = np.zeros_like(left)
        keep[left] = branch.keep
        asked = self.root.sites == branch.sites[branch.ask]
        self.enter(self.root.part(left, keep | asked), branch.price)
        self.enter(self.root.part(left & ~asked, keep), branch.price)

    def _try(self, plan: Plan) -> None:
        """Take a plan if it is feasible and better; each is looked at once."""
        if plan.tobytes() in self.tried or self.model.cost(plan) >= self.best.cost:
            return
        self.tried.add(plan.tobytes())
        self.best = min(self.best, settle(self.model, plan), key=lambda one: one.cost)


def _in_doubt(worth: Vector, chosen: Mask, keep: Mask) -> int:
    """Return the site of middle worth among those chosen that may be shut, or among all."""
    free = np.flatnonzero(chosen & ~keep)
    if not len(free):
        free = np.flatnonzero(~keep)
    return int(free[np.argsort(worth[free], kind="stable")[len(free) // 2]])


def branch_and_bound(
    model: Model, root: LagrangianBound, known: Answer, *, gap: float, ends: float
) -> Answer:
    """Prove that a plan is best, or find the one that is.

    Parameters
    ----------
    model
        A sum over areas. What its bound leaves out makes the search longer: plans that do not
        meet it are passed over.
    root
        Its bound.
    known
        A feasible plan to start from.
    gap
        Absolute difference of cost and bound at which to stop.
    ends
        When to stop, by `time.perf_counter`.
    """
    search = _Search(model, root.relaxation, known, gap, ends)
    search.enter(root.relaxation, root.price)
    while search.branches and time.perf_counter() < ends:
        branch = heapq.heappop(search.branches)
        if branch.bound >= search.best.cost - gap:
            search.branches.clear()
            break
        search.divide(branch)
    # Whatever was left out costs no less than this.
    bound = min([search.best.cost - gap, *(branch.bound for branch in search.branches)])
    return replace(search.best, bound=max(bound, root.value))
