"""All plans that cost no more than a limit: one tree for the best few plans, or for least regret.

The plans are divided as in branch and bound (`branch`), by the Lagrangian bound. A part is dropped
only where every plan in it costs more than the limit, and looked through where few are left.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import comb
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.branch import AT_NODE, site_in_doubt
from llrgeo.appraisal.siting.enumerate_plans import all_plans, plan_totals
from llrgeo.appraisal.siting.interchange import after_moves
from llrgeo.appraisal.siting.model import Model, Positions
from llrgeo.appraisal.siting.relaxation import Relaxation
from llrgeo.appraisal.siting.subgradient import ascend, lagrangian_bound, reduce_sites
from llrgeo.arrays import Bools, Floats

_FEW: Final = 1_000_000  # costs to look at (areas x plans x sites): as long as a bound takes
_ROUNDING: Final = 1e-9  # of a limit: plans that cost as much are not lost


@dataclass(slots=True)
class NearBest:
    """The plans that cost no more than a limit, which may be lowered while they are met.

    Attributes
    ----------
    model
        A sum over areas whose number of sites is fixed, and which nothing else limits.
    limit
        What a plan may cost.
    deadline
        When to stop, by `time.perf_counter`.
    least
        No plan costs less; known once the plans are asked for.
    """

    model: Model
    limit: float
    deadline: float
    least: float = -np.inf

    def plans(self) -> Iterator[tuple[float, Positions]]:
        """Yield what each plan costs, and the plan; a plan may cost more than the limit.

        Raises
        ------
        TimeoutError
            If time ran out before all were met.
        """
        start = lagrangian_bound(self.model, self.limit, deadline=self.deadline)
        root, self.least = start.relaxation, start.value
        parts = [(np.ones(len(root.sites), dtype=bool), root.keep, start.multipliers)]
        while parts:
            if time.perf_counter() >= self.deadline:
                raise TimeoutError
            left, keep, multipliers = parts.pop()
            part = root.part(left, keep)
            if not part.has_plans:
                continue
            found = ascend(part, multipliers, self.limit, rule=AT_NODE, deadline=self.deadline)
            room = self.limit - found.bound + _ROUNDING * abs(self.limit)
            if room < 0:
                continue
            # What the bound settles holds of all plans in the part that keep to the limit.
            narrow = reduce_sites(part, found, room)
            if self._is_few(narrow):
                yield from self._each(narrow)
                continue
            among = np.isin(part.sites, narrow.sites)
            at = site_in_doubt(found.reduced_costs[among], found.chosen[among], narrow.keep)
            parts += _halves(root, narrow, at, found.multipliers)

    def _is_few(self, part: Relaxation) -> bool:
        free, number = int((~part.keep).sum()), self.model.max_sites
        plans = comb(free, number - int(part.keep.sum())) if number >= part.keep.sum() else 0
        return plans * number * len(self.model.objective.costs) <= _FEW

    def _each(self, part: Relaxation) -> Iterator[tuple[float, Positions]]:
        """Yield every plan of a part."""
        usable, keep = np.zeros_like(self.model.keep), np.zeros_like(self.model.keep)
        usable[part.sites], keep[part.sites] = True, part.keep
        for plans in all_plans(replace(self.model, keep=keep, close=~usable)):
            costs = plan_totals(self.model.objective, plans)
            yield from zip(costs.tolist(), plans, strict=True)


def _halves(
    root: Relaxation, part: Relaxation, at: int, multipliers: Floats
) -> list[tuple[Bools, Bools, Floats]]:
    """Return the plans of a part with a site, and those without, as masks over the root's sites."""
    left = np.isin(root.sites, part.sites)
    keep = np.zeros_like(left)
    keep[left] = part.keep
    branched = root.sites == part.sites[at]
    return [(left & ~branched, keep, multipliers), (left, keep | branched, multipliers)]


def is_free_choice(model: Model) -> bool:
    """Return whether a plan is any sites of one number, apart from fixed sites."""
    limited = model.rows or model.limits or len(model.covered)
    return not limited and model.catchments is None and model.min_sites == model.max_sites


def best_few(
    model: Model, best: Positions, *, count: int, deadline: float
) -> list[tuple[float, Positions]]:
    """Return the plans that cost least, with what they cost, cheapest first, from the best one.

    `model` is a free choice, and has as many plans as are asked for one swap away from the best.

    Raises
    ------
    TimeoutError
        If time ran out.
    """
    # As many plans one swap away cost no more than the last of the few does.
    swaps = after_moves(model.objective, best)[:-1, :-1]
    swaps = swaps[~model.keep[best]][:, ~model.close & ~np.isin(np.arange(len(model.keep)), best)]
    tree = NearBest(model, float(np.sort(swaps, axis=None)[count - 2]), deadline)
    few: list[tuple[float, tuple[int, ...]]] = []
    for cost, plan in tree.plans():
        if cost <= tree.limit * (1 + _ROUNDING):
            few = sorted([*few, (cost, tuple(plan.tolist()))])[:count]
        if len(few) == count:
            tree.limit = min(tree.limit, few[-1][0])
    return [(cost, np.array(plan)) for cost, plan in few]
