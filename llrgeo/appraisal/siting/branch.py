"""Branch and bound on the Lagrangian bound: the proof where that bound is near the best plan."""

import heapq
import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.bound import LagrangianBound, Pace, Relaxation, raise_prices
from llrgeo.appraisal.siting.exact import Answer
from llrgeo.appraisal.siting.interchange import Standing, standing
from llrgeo.appraisal.siting.model import Mask, Model, Plan, Vector

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
    plan: Plan
    cost: float
    allowed: float
    ends: float
    branches: list[_Branch] = field(default_factory=list)
    seen: int = 0

    def enter(self, relaxation: Relaxation, price: Vector) -> None:
        """Bound a branch, fix what that settles, and keep it if a better plan may be in it."""
        if relaxation.keep.sum() > relaxation.most or len(relaxation.sites) < relaxation.least:
            return
        target = self.cost - self.allowed
        found = raise_prices(relaxation, price, self.cost, pace=_PACE, ends=self.ends)
        self._try(relaxation.sites[found.chosen])
        if found.value >= target:
            return
        shut, needed = found.fixed(relaxation, target - found.value)
        left = relaxation.part(~shut, needed)
        open_question = np.where(left.keep, np.inf, found.worth[~shut])
        if left.keep.all():
            self._try(left.sites)
            return
        self.seen += 1
        ask = int(open_question.argmin())
        branch = _Branch(found.value, self.seen, left.sites, left.keep, found.price, ask)
        heapq.heappush(self.branches, branch)

    def _try(self, plan: Plan) -> None:
        found = standing(self.model, plan)
        if found < Standing(0.0, self.cost):
            self.plan, self.cost = plan, found.cost


def branch_and_bound(
    model: Model, root: LagrangianBound, plan: Plan, *, gap: float, ends: float
) -> Answer:
    """Prove that a plan is best, or find the one that is.

    Parameters
    ----------
    model
        A sum over areas. Bounds leave out all constraints but fixed sites and the number of
        sites; plans that do not meet the others are passed over.
    root
        Its bound.
    plan
        A feasible plan to start from.
    gap
        Absolute difference of cost and bound at which to stop.
    ends
        When to stop, by `time.perf_counter`.
    """
    search = _Search(model, plan, model.cost(plan), gap, ends)
    search.enter(root.relaxation, root.price)
    while search.branches and time.perf_counter() < ends:
        branch = heapq.heappop(search.branches)
        if branch.bound >= search.cost - gap:
            search.branches.clear()
            break
        asked = np.arange(len(branch.sites)) == branch.ask
        both = Relaxation.of(model, branch.sites, branch.keep)
        search.enter(both.part(np.ones_like(asked), branch.keep | asked), branch.price)
        search.enter(both.part(~asked, branch.keep), branch.price)
    # Whatever was left out costs no less than this.
    bound = min([search.cost - gap, *(branch.bound for branch in search.branches)])
    return Answer(search.plan, max(bound, root.value), search.cost)
