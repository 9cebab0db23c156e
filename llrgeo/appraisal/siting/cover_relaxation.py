"""The linear relaxation of a set covering: fewest sites, each open in part, that cover all areas.

Of thousands of areas a few hundred have a price; the others are covered when these are. So a row is
put in when a solution leaves its area bare, and the programme stays small (a cutting plane method,
Kelley 1960, on rows that are known from the start). Cuts, which whole sites meet but not those open
in part, raise its value (`cover_cuts`); they are kept, and put in again where a solution misses
them.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from llrgeo.appraisal.siting.branching import WHOLE, Fixed, Relaxed
from llrgeo.appraisal.siting.cover_cuts import Rows, zero_half_cuts
from llrgeo.appraisal.siting.milp import Ending, Programme, run_until
from llrgeo.appraisal.siting.model import Positions
from llrgeo.arrays import Bools, Floats

_MISSED: Final = 1e-6  # of a row's limit
_AT_ONCE: Final = 60  # rows put in: those missed most
_MOST_ROWS: Final = 600  # beyond, rows that do not bind go
_MOST_CUTS: Final = 3_000  # that are kept; beyond, those that are not put in go
_ALL_STEPS: Final = 2_147_483_647  # of the simplex method


@dataclass(slots=True)
class CoverRelaxation:
    """A covering and the rows of it that are put to HiGHS.

    Attributes
    ----------
    terms, least
        The rows that are known, shapes (areas + cuts, sites) and (areas + cuts,): the sum of terms
        x open sites is at least so much. Those of the areas come first, at least one each.
    areas
        How many.
    highs
        The programme, which goes on from where it was solved before.
    rows
        Which of the rows are put in.
    rng
        Of the search for cuts.
    """

    terms: csr_array
    least: Floats
    areas: int
    highs: highspy.Highs
    rows: Positions
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    @classmethod
    def of(cls, cover: Bools) -> Self:
        """Return the relaxation of a covering, with the areas that the fewest sites cover.

        Parameters
        ----------
        cover
            Shape (areas, sites): which site covers which area; each area has at least one.
        """
        areas, sites = cover.shape
        first = np.argsort(cover.sum(axis=1), kind="stable")[:sites]
        programme = Programme()
        # No site need be open more than once. A limit would take from the prices of areas.
        columns = programme.add_columns(sites, upper=np.inf)
        programme.charge(columns, np.ones(len(columns)))
        row, site = np.nonzero(cover[first])
        programme.add_rows(len(first), [(row, columns[site], 1.0)], low=1.0)
        highs = programme.relaxation()
        highs.setOptionValue("presolve", "off")  # rows are put in, and bounds move
        return cls(csr_array(cover.astype(float)), np.ones(areas), areas, highs, first)

    def solve(self, deadline: float, most: float = np.inf) -> Relaxed | None:
        """Return the fewest sites at the bounds that are set; None where time is up.

        The value is +inf where no plan is within the bounds or each has more than `most` sites.
        """
        while True:
            ending = run_until(self.highs, deadline)
            if ending is Ending.STOPPED:
                return None
            if ending is Ending.NOTHING:
                return Relaxed.nothing()
            value = float(self.highs.getInfo().objective_function_value)
            # Rows that are not there can but raise it.
            if value > most:
                return Relaxed.nothing()
            solution = self.highs.getSolution()
            opened = np.array(solution.col_value)
            slack = self.terms @ opened - self.least
            missed = np.flatnonzero(slack < -_MISSED)
            if not len(missed):
                if len(self.rows) > _MOST_ROWS:
                    self._drop(slack)
                return Relaxed(value, opened, np.array(solution.col_dual))
            self._put_in(missed[np.argsort(slack[missed], kind="stable")[:_AT_ONCE]])

    def cut(self, opened: Floats) -> bool:
        """Look for cuts that the solution found last misses; return whether there are any.

        They are put in when the programme is solved next.
        """
        slack = self.terms @ opened - self.least
        tight = np.flatnonzero(slack < 1)
        tight = tight[np.argsort(slack[tight], kind="stable")]
        terms = np.rint(self.terms[tight].toarray()).astype(np.int64)
        # Areas of like sites, of those in doubt, make equal sums: the one with least slack is left.
        fractional = (opened > WHOLE) & (opened < 1 - WHOLE)
        odd = np.packbits(terms[:, fractional] & 1, axis=1)
        _, chosen = np.unique(
            np.column_stack([odd, self.least[tight] % 2 > 0]), axis=0, return_index=True
        )
        least = np.rint(self.least[tight[chosen]]).astype(np.int64)
        cuts = zero_half_cuts(Rows(terms[chosen], least), opened, self.rng)
        if len(self.least) - self.areas + len(cuts.least) > _MOST_CUTS:
            self._forget()
        self.terms = vstack([self.terms, csr_array(cuts.terms.astype(float))]).tocsr()
        self.least = np.append(self.least, cuts.least)
        return len(cuts.least) > 0

    def prices(self) -> Floats:
        """Return what each area adds to the value solved last; 0 where its row is not there.

        Only where there are no cuts is the value the sum of prices.
        """
        prices = np.zeros(self.areas)
        if not self.highs.getSolution().dual_valid:
            self.highs.run()  # rows that do not bind went: without a step, the prices of the others
        duals = np.array(self.highs.getSolution().row_dual)
        if len(duals) == len(self.rows):
            of_area = self.rows < self.areas
            prices[self.rows[of_area]] = duals[of_area]
        return prices

    def fix(self, fixed: Fixed) -> None:
        """Set which sites must be open, which may be, and which must not."""
        lower, upper = (fixed > 0).astype(float), (fixed >= 0).astype(float)
        self.highs.changeColsBounds(len(fixed), np.arange(len(fixed), dtype=np.int32), lower, upper)

    def values_if_fixed(self, site: int, steps: int, deadline: float) -> tuple[float, float]:
        """Return the value that so many steps lead to if a site is closed, and if it is opened.

        +inf where no plan of at most as many sites is left. The site may be open or not; where the
        programme was solved last is where it goes on from.
        """
        basis, values = self.highs.getBasis(), []
        self.highs.setOptionValue("simplex_iteration_limit", steps)
        for way in (0.0, 1.0):
            self.highs.changeColBounds(site, way, way)
            over = run_until(self.highs, deadline) is Ending.NOTHING
            values.append(np.inf if over else self.highs.getInfo().objective_function_value)
            self.highs.changeColBounds(site, 0.0, 1.0)
            self.highs.setBasis(basis)
        self.highs.setOptionValue("simplex_iteration_limit", _ALL_STEPS)
        return values[0], values[1]

    def stop_above(self, most: float) -> None:
        """Stop the solver once the value exceeds so many sites."""
        self.highs.setOptionValue("objective_bound", most)

    def _drop(self, slack: Floats) -> None:
        """Remove the rows that do not bind; `slack` is by how much each known row is met."""
        loose = slack[self.rows] > _MISSED
        self.highs.deleteRows(int(loose.sum()), np.flatnonzero(loose).astype(np.int32))
        self.rows = self.rows[~loose]

    def _forget(self) -> None:
        """Forget the cuts that are not put in."""
        kept = np.arange(len(self.least)) < self.areas
        kept[self.rows] = True
        self.rows = (np.cumsum(kept) - 1)[self.rows]
        self.terms, self.least = self.terms[kept], self.least[kept]

    def _put_in(self, rows: Positions) -> None:
        """Add some of the known rows."""
        terms, number = self.terms[rows], len(rows)
        unlimited = np.full(number, np.inf)
        starts, sites = terms.indptr[:-1].astype(np.int32), terms.indices.astype(np.int32)
        self.highs.addRows(
            number, self.least[rows], unlimited, len(sites), starts, sites, terms.data
        )
        self.rows = np.append(self.rows, rows)
