"""What branch and bound on a linear relaxation knows: a relaxed part, and what branches did.

By how much opening and closing a site raised the bound, for each unit that its column moved, says
what it is worth to divide on it again (pseudocosts, Benichou et al. 1971). The two halves count as
a product, so that both rise (Achterberg, Koch and Martin 2005).
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from llrgeo.appraisal.siting.model import Positions
from llrgeo.arrays import Floats

WHOLE: Final = 1e-6  # how far from 0 or 1 an open site is whole
_LEAST: Final = 1e-6  # what a half is expected to raise the bound by, at least

Fixed = NDArray[np.int8]
"""Of each site: 1 where it must be open, -1 where it must not be, 0 where it may."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The relaxation of a part: its value, and of each site how far it is open and what that adds.

    The value is +inf where the part has no plan that is wanted.
    """

    value: float
    opened: Floats
    reduced_costs: Floats

    @classmethod
    def nothing(cls) -> Self:
        """Return the relaxation of a part that has no plan that is wanted."""
        return cls(np.inf, np.zeros(0), np.zeros(0))

    def fractional(self) -> Positions:
        """Return the sites that are open in part, among which a search branches."""
        return np.flatnonzero((self.opened > WHOLE) & (self.opened < 1 - WHOLE))

    def fix_by_reduced_costs(self, fixed: Fixed, room: float) -> Fixed:
        """Return what is fixed, with the sites whose reduced cost is above the room left.

        Every plan that is wanted has them as they are.
        """
        narrowed, free = fixed.copy(), fixed == 0
        narrowed[free & (self.opened <= WHOLE) & (self.reduced_costs > room)] = -1
        narrowed[free & (self.opened >= 1 - WHOLE) & (-self.reduced_costs > room)] = 1
        return narrowed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the plans: what is fixed, what each of its plans costs at least, its last branch.

    The cost is the programme's own: a number of sites, where that is what is to be least. `way` is
    1 where the site `branched` was opened and 0 where it was closed, and `moved` by how much its
    column had to move for it. `depth` is how many sites were branched on.
    """

    fixed: Fixed
    bound: float
    branched: int = -1
    way: int = 0
    moved: float = 1.0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Pseudocosts:
    """By how much closing (row 0) and opening (row 1) each site raised the bound, shape (2, sites).

    Attributes
    ----------
    raised
        In all, for each unit that the column moved.
    tries
        How often it was done.
    """

    raised: Floats
    tries: Floats

    @classmethod
    def of(cls, sites: int) -> Self:
        """Return pseudocosts of which nothing is known."""
        return cls(np.zeros((2, sites)), np.zeros((2, sites)))

    def learn(self, site: int, way: int, rise: float, moved: float) -> None:
        """Record by how much the bound rose when the column of a site moved so far."""
        self.raised[way, site] += max(rise, 0.0) / moved
        self.tries[way, site] += 1

    def score(self, sites: Positions, opened: Floats) -> Floats:
        """Return by how much two halves are expected to raise the bound, as a product.

        Shape (sites asked about,). `opened` is how far every site is open.
        """
        expected = np.empty((2, len(sites)))
        for way, moved in ((0, opened[sites]), (1, 1 - opened[sites])):
            tries = self.tries[way]
            usual = self.raised[way].sum() / tries.sum() if tries.any() else 1.0
            own = self.raised[way, sites] / np.maximum(tries[sites], 1)
            expected[way] = np.where(tries[sites] > 0, own, usual) * moved
        score: Floats = np.maximum(expected, _LEAST).prod(axis=0)
        return score
