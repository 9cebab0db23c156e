"""A siting problem in numbers: which sites may open, what a plan costs, and its limits.

What an objective or a constraint says area by area is an `AssignmentSum`: the sum over areas of the
cost of the cheapest open site. Interchange, the Lagrangian bound and HiGHS all work on such sums.
"""

from dataclasses import dataclass, replace
from typing import Final, Self, TypeAlias

import numpy as np

from llrgeo.arrays import Bools, Floats, Ints

Positions: TypeAlias = Ints
"""Positions of sites among the candidates, ascending. A plan is the positions of its open sites."""

SLACK: Final = 1e-9
"""How far, relative to its limit, a sum may pass it: the machine's rounding."""

LARGE: Final = 150_000
"""Pairs of area and site, beyond which compiled code is quicker with its loading."""

_SECOND: Final = 2  # sites that cover an area: one, and one in reserve


@dataclass(frozen=True, slots=True)
class AssignmentSum:
    """The sum over areas of the cost of the cheapest open site.

    Attributes
    ----------
    costs
        Shape (areas, sites), weighted by people; +inf where an area must not use a site.
    limit
        What the sum must not exceed; +inf for no limit.
    """

    costs: Floats
    limit: float = np.inf

    def total(self, plan: Positions) -> float:
        """Return the sum under a plan."""
        return float(self.costs[:, plan].min(axis=1).sum())

    def excess(self, total: Floats) -> Floats:
        """Return by how much totals pass the limit, relative to it."""
        return _relative(total - self.limit, max(abs(self.limit), 1.0))


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A linear constraint on which sites are open: low <= sum of coefficients <= high.

    Attributes
    ----------
    coefficients
        Shape (sites,).
    low, high
        Between which the sum over the open sites lies; infinite for no limit.
    """

    coefficients: Floats
    low: float
    high: float

    def excess(self, total: Floats) -> Floats:
        """Return by how much sums of coefficients miss the row, relative to its size."""
        missing = np.maximum(self.low - total, total - self.high)
        return _relative(missing, max(abs(self.coefficients).max(initial=1.0), 1.0))


@dataclass(frozen=True, slots=True)
class Catchments:
    """Limits on how many contacts each site has.

    Attributes
    ----------
    contacts
        Shape (areas, sites): what a site gets if an area goes there; 0 where it is out of reach.
    capacity
        Shape (sites,): what each site has room for; +inf for no limit.
    minimum
        Shape (sites,): what each open site needs; everyone then goes to the nearest. None where
        nothing is asked.
    preference
        Shape (areas, sites): the rank of each site for an area, nearest first, from 0.
    """

    contacts: Floats
    capacity: Floats
    minimum: Floats | None
    preference: Positions

    def part(self, left: Bools) -> Self:
        """Return the limits of some of the sites alone."""
        return replace(
            self,
            contacts=self.contacts[:, left],
            capacity=self.capacity[left],
            minimum=None if self.minimum is None else self.minimum[left],
            preference=self.preference[:, left],
        )

    def excess(self, plan: Positions) -> float:
        """Return by how much a plan misses the limits, relative to all contacts.

        Everyone goes to the nearest site.
        """
        loads = self.loads(plan)
        over = np.maximum(loads - self.capacity[plan], 0).sum()
        short = 0.0 if self.minimum is None else np.maximum(self.minimum[plan] - loads, 0).sum()
        missed = float(over + short) / max(self.contacts.max(axis=1).sum(), 1.0)
        return missed if missed > SLACK else 0.0

    def loads(self, plan: Positions) -> Floats:
        """Return the contacts of each open site when everyone goes to the nearest."""
        # The open site of least rank; ranks are unique, so that there are no ties.
        nearest = self.preference[:, plan].argmin(axis=1)
        sent = self.contacts[np.arange(len(nearest)), plan[nearest]]
        loads: Floats = np.bincount(nearest, weights=sent, minlength=len(plan)).astype(float)
        return loads


@dataclass(frozen=True, slots=True)
class Model:
    """A siting problem in numbers.

    Attributes
    ----------
    objective
        The sum over areas that is to be least.
    site_costs
        Shape (sites,): what each open site adds to the cost.
    keep, close
        Shape (sites,): sites that must be open, and that must not.
    min_sites, max_sites
        How many sites may be open.
    rows
        Further constraints on which sites are open.
    limits
        Sums over areas that must not exceed their limits.
    covered, cover
        Positions of areas, and a row (of `cover`, by sites) for each: it needs an open site where
        the row is true.
    backup
        Weights (of the areas of `cover`) to be lost where fewer than two such sites are open;
        they add to the cost. None where no backup is asked for.
    catchments
        Limits on how many contacts sites have; None for no limits.
    worst_of
        If any, the cost is how far the worst of these sums is above its limit, and no other.
    """

    objective: AssignmentSum
    site_costs: Floats
    keep: Bools
    close: Bools
    min_sites: int
    max_sites: int
    rows: tuple[SiteRow, ...]
    limits: tuple[AssignmentSum, ...]
    covered: Positions
    cover: Bools
    backup: Floats | None = None
    catchments: Catchments | None = None
    worst_of: tuple[AssignmentSum, ...] = ()

    def cost(self, plan: Positions) -> float:
        """Return what a plan costs when everyone goes to the nearest site."""
        # A regret: how far the plan is behind the best plan of its worst scenario.
        if self.worst_of:
            return max(total.total(plan) - total.limit for total in self.worst_of)
        lost = 0.0
        if self.backup is not None:
            lost = float(self.backup[self.cover[:, plan].sum(axis=1) < _SECOND].sum())
        return self.objective.total(plan) + float(self.site_costs[plan].sum()) + lost

    @property
    def contradicts_itself(self) -> bool:
        """Whether the fixed sites and the number of sites leave no plan at all."""
        free = ~self.close
        both = (self.keep & self.close).any()
        return bool(both or self.keep.sum() > self.max_sites or free.sum() < self.min_sites)


def _relative(missing: Floats, size: float) -> Floats:
    """Return what is missing relative to a size; the machine's rounding is nothing."""
    relative = missing / size
    return np.where(relative > SLACK, relative, 0.0)
