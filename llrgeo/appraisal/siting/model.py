"""The model of a siting problem in numbers: sites that may open, what a plan costs, its limits.

Everything an area-by-area constraint or objective says is a `Tally`: a sum over areas of the cost
of the cheapest open site. Search, bound and exact method all work on tallies.
"""

from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.float64]
Vector: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Plan: TypeAlias = NDArray[np.int64]
"""Positions of the open sites, ascending."""

SLACK = 1e-9
"""How far, relative to its limit, a sum may pass it: the machine's rounding."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A sum over areas of the cost of the cheapest open site.

    Attributes
    ----------
    costs
        Areas by sites, weighted by people; +inf where an area must not use a site.
    limit
        What the sum must not exceed.
    """

    costs: Matrix
    limit: float = np.inf

    def of(self, plan: Plan) -> float:
        """Return the sum under a plan."""
        return float(self.costs[:, plan].min(axis=1).sum())


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A linear constraint on which sites are open: low <= sum of coefficients <= high."""

    coefficients: Vector
    low: float
    high: float

    def excess(self, total: Matrix) -> Matrix:
        """Return by how much sums of coefficients miss the row, relative to its size."""
        missing = np.maximum(self.low - total, total - self.high)
        return _relative(missing, max(abs(self.coefficients).max(initial=1.0), 1.0))


@dataclass(frozen=True, slots=True)
class Catchments:
    """Limits on how much each site does.

    Attributes
    ----------
    contacts
        Areas by sites: what a site gets if an area goes there; 0 where it is out of reach.
    most
        What each site has room for; +inf for no limit.
    least
        What each open site needs; everyone then goes to the nearest. None where nothing is asked.
    preference
        Areas by sites: the rank of each site for an area, nearest first.
    """

    contacts: Matrix
    most: Vector
    least: Vector | None
    preference: NDArray[np.int64]

    def part(self, left: Mask) -> Self:
        """Return the limits of some of the sites alone."""
        return replace(
            self,
            contacts=self.contacts[:, left],
            most=self.most[left],
            least=None if self.least is None else self.least[left],
            preference=self.preference[:, left],
        )

    def excess(self, plan: Plan) -> float:
        """Return by how much a plan with everyone at the nearest site misses the limits."""
        loads = self.loads(plan)
        over = np.maximum(loads - self.most[plan], 0).sum()
        short = 0.0 if self.least is None else np.maximum(self.least[plan] - loads, 0).sum()
        missed = float(over + short) / max(self.contacts.max(axis=1).sum(), 1.0)
        return missed if missed > SLACK else 0.0

    def loads(self, plan: Plan) -> Vector:
        """Return the contacts of each open site when everyone goes to the nearest."""
        nearest = self.preference[:, plan].argmin(axis=1)
        sent = self.contacts[np.arange(len(nearest)), plan[nearest]]
        loads: Vector = np.bincount(nearest, weights=sent, minlength=len(plan)).astype(float)
        return loads


@dataclass(frozen=True, slots=True)
class Model:
    """A siting problem in numbers.

    Attributes
    ----------
    objective
        What is to be least.
    opening
        What each open site adds to the objective.
    keep, close
        Sites that must be open, and that must not.
    least, most
        How many sites may be open.
    rows
        Further constraints on which sites are open.
    limits
        Sums over areas that must not exceed their limits.
    covered, cover
        Positions of areas, and a row for each: it needs an open site where the row is true.
    backup
        Weights (of the areas of `cover`) to be lost where fewer than two such sites are open;
        they add to the objective. None where no backup is asked for.
    catchments
        Limits on how much sites do; None for no limits.
    worst_of
        If any, the objective is how far the worst of these sums is above its limit.
    """

    objective: Tally
    opening: Vector
    keep: Mask
    close: Mask
    least: int
    most: int
    rows: tuple[PlanRow, ...]
    limits: tuple[Tally, ...]
    covered: NDArray[np.int64]
    cover: Mask
    backup: Vector | None = None
    catchments: Catchments | None = None
    worst_of: tuple[Tally, ...] = ()

    def cost(self, plan: Plan) -> float:
        """Return what a plan costs when everyone goes to the nearest site."""
        if self.worst_of:
            return max(one.of(plan) - one.limit for one in self.worst_of)
        lost = 0.0
        if self.backup is not None:
            lost = float(self.backup[self.cover[:, plan].sum(axis=1) < 2].sum())  # noqa: PLR2004 (no second site)
        return self.objective.of(plan) + float(self.opening[plan].sum()) + lost

    @property
    def contradicts_itself(self) -> bool:
        """Whether the fixed sites and the number of sites leave no plan at all."""
        free = ~self.close
        both = (self.keep & self.close).any()
        return bool(both or self.keep.sum() > self.most or free.sum() < self.least)


def _relative(missing: Matrix, size: float) -> Matrix:
    """Return what is missing, with the machine's rounding taken for none."""
    relative = missing / size
    return np.where(relative > SLACK, relative, 0.0)


def tally_excess(tally: Tally, total: Matrix) -> Matrix:
    """Return by how much sums of a tally pass its limit, relative to it."""
    return _relative(total - tally.limit, max(abs(tally.limit), 1.0))
