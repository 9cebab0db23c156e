"""Branch and bound on the Lagrangian bound: the proof where that bound is near the best plan."""

import heapq
import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.exact import BoundedPlan, assign_areas
from llrgeo.appraisal.siting.model import Model, Positions
from llrgeo.appraisal.siting.relaxation import Relaxation
from llrgeo.appraisal.siting.subgradient import LagrangianBound, StepRule, ascend, reduce_sites
from llrgeo.arrays import Bools, Floats

# A node starts from its parent's multipliers, which are nearly right.
AT_NODE: Final = StepRule(iterations=60, step=0.3, patience=7)


@dataclass(frozen=True, slots=True, order=True)
class _Node:
    """A part of the plans: those of some sites, some of them fixed open.

    Nodes are ordered by bound, then by `number`, in which they were met. `branch_at` is the site,
    among `sites`, on which the node is divided.
    """

    bound: float
    number: int
    sites: Positions = field(compare=False)
    keep: Bools = field(compare=False)
    multipliers: Floats = field(compare=False)
    branch_at: int = field(compare=False)


@dataclass(slots=True)
class _Tree:
    """The best plan so far, and the nodes that may hold a better one.

    Invariant: a plan that costs less than `best` by more than `gap` is in one of the `nodes`.
    """

    model: Model
    root: Relaxation
    best: BoundedPlan
    gap: float
    deadline: float
    nodes: list[_Node] = field(default_factory=list)
    seen: int = 0
    tried: set[bytes] = field(default_factory=set)

    def enter(self, relaxation: Relaxation, multipliers: Floats) -> None:
        """Bound a part of the plans, fix what that settles, and keep it if it is not done with."""
        if not relaxation.has_plans:
            return
        # A part whose bound reaches `target` holds no plan better by more than the gap.
        target = self.best.cost - self.gap
        found = ascend(
            relaxation, multipliers, self.best.cost, rule=AT_NODE, deadline=self.deadline
        )
        self._try(relaxation.sites[found.chosen])
        bound = found.bound
        if bound >= target:
            return
        # What the bound settles is fixed for the whole subtree, so
        # that nodes get smaller with depth.
        left = reduce_sites(relaxation, found, target - bound)
        if left.keep.all():
            self._try(left.sites)
            return
        self.seen += 1
        # Reduced costs are of the sites before the reduction; those of the sites left are read out.
        among = np.isin(relaxation.sites, left.sites)
        branch_at = site_in_doubt(found.reduced_costs[among], found.chosen[among], left.keep)
        node = _Node(bound, self.seen, left.sites, left.keep, found.multipliers, branch_at)
        heapq.heappush(self.nodes, node)

    def divide(self, node: _Node) -> None:
        """Enter the two halves of a node: with the site in doubt open, and with it closed."""
        # Both halves are parts of the root: a mask over its sites says
        # which are left, one which are fixed.
        left = np.isin(self.root.sites, node.sites)
        keep = np.zeros_like(left)
        keep[left] = node.keep
        doubted = self.root.sites == node.sites[node.branch_at]
        self.enter(self.root.part(left, keep | doubted), node.multipliers)
        self.enter(self.root.part(left & ~doubted, keep), node.multipliers)

    def _try(self, plan: Positions) -> None:
        """Take a plan if it is feasible and better; each is looked at once."""
        if plan.tobytes() in self.tried or self.model.cost(plan) >= self.best.cost:
            return
        self.tried.add(plan.tobytes())
        self.best = min(self.best, assign_areas(self.model, plan), key=lambda found: found.cost)


def site_in_doubt(reduced_costs: Floats, chosen: Bools, keep: Bools) -> int:
    """Return the site of least reduced cost among those chosen that may close, or among all.

    The bound of the half without it rises most, and it is in most of the plans that are near.
    """
    free = chosen & ~keep
    if not free.any():
        free = ~keep
    return int(np.where(free, reduced_costs, np.inf).argmin())


def branch_and_bound(
    model: Model, root: LagrangianBound, known: BoundedPlan, *, gap: float, deadline: float
) -> BoundedPlan:
    """Prove that a plan is best, or find the one that is.

    The node of least bound is divided first (Land and Doig 1960; on the Lagrangian bound,
    Christofides and Beasley 1982).

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
    deadline
        When to stop, by `time.perf_counter`.
    """
    tree = _Tree(model, root.relaxation, known, gap, deadline)
    tree.enter(root.relaxation, root.multipliers)
    while tree.nodes and time.perf_counter() < deadline:
        node = heapq.heappop(tree.nodes)
        # The node of least bound cannot hold a better plan, so no other can: the proof is complete.
        if node.bound >= tree.best.cost - gap:
            tree.nodes.clear()
            break
        tree.divide(node)
    # A plan in no node costs no less than this; one in a node no less than the node's bound.
    bound = min([tree.best.cost - gap, *(node.bound for node in tree.nodes)])
    return replace(tree.best, bound=max(bound, root.value))
