"""The linear relaxation of a set covering: fewest sites, each open in part, that cover all areas.

Of thousands of areas a few hundred have a price; the others are covered when these are. So a row is
put in when a solution leaves its area bare, and the programme stays small (a cutting plane method,
Kelley 1960, on rows that are known from the start).
"""

from dataclasses import dataclass
from typing import Final, Self

import highspy
import numpy as np
from scipy.sparse import csr_array

from llrgeo.appraisal.siting.branching import Fixed, Relaxed
from llrgeo.appraisal.siting.milp import Ending, Programme, run_until
from llrgeo.appraisal.siting.model import Mask, Positions, Vector

_BARE: Final = 1e-6  # of an area's cover
_AT_ONCE: Final = 60  # rows put in: those of the areas covered least
_MOST_ROWS: Final = 600  # beyond, rows that do not bind go
_ALL_STEPS: Final = 2_147_483_647  # of the simplex method


@dataclass(slots=True)
class CoverRelaxation:
    """A covering and the rows of it that are put to HiGHS.

    Attributes
    ----------
    cover
        Shape (areas, sites): which site covers which area; each area has at least one.
    sparse
        The same, as numbers.
    highs
        The programme, which goes on from where it was solved before.
    rows
        The area of each row.
    """

    cover: Mask
    sparse: csr_array
    highs: highspy.Highs
    rows: Positions

    @classmethod
    def of(cls, cover: Mask) -> Self:
        """Return the relaxation of a covering, with the areas that the fewest sites cover."""
        first = np.argsort(cover.sum(axis=1), kind="stable")[: cover.shape[1]]
        programme = Programme()
        # No site need be open more than once. A limit would take from the prices of areas.
        columns = programme.add_columns(cover.shape[1], upper=np.inf)
        programme.charge(columns, np.ones(len(columns)))
        row, site = np.nonzero(cover[first])
        programme.add_rows(len(first), [(row, columns[site], 1.0)], low=1.0)
        highs = programme.relaxation()
        highs.setOptionValue("presolve", "off")  # rows are put in, and bounds move
        return cls(cover, csr_array(cover.astype(float)), highs, first)

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
            covered = self.sparse @ opened
            bare = np.flatnonzero(covered < 1 - _BARE)
            if not len(bare):
                if len(self.rows) > _MOST_ROWS:
                    self.drop_loose(covered)
                return Relaxed(value, opened, np.array(solution.col_dual))
            self._put_in(bare[np.argsort(covered[bare], kind="stable")[:_AT_ONCE]])

    def prices(self) -> Vector:
        """Return what each area adds to the value solved last; 0 where its row is not there."""
        prices = np.zeros(len(self.cover))
        duals = np.array(self.highs.getSolution().row_dual)
        if len(duals) == len(self.rows):
            prices[self.rows] = duals
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
        """Let no solution be worked out whose value is above so many sites."""
        self.highs.setOptionValue("objective_bound", most)

    def drop_loose(self, covered: Vector) -> None:
        """Take out the rows that do not bind; `covered` is how far each area is covered."""
        loose = covered[self.rows] > 1 + _BARE
        self.highs.deleteRows(int(loose.sum()), np.flatnonzero(loose).astype(np.int32))
        self.rows = self.rows[~loose]

    def _put_in(self, areas: Positions) -> None:
        """Put in the rows of some areas."""
        members = self.cover[areas]
        sites = np.nonzero(members)[1].astype(np.int32)
        starts = np.append(0, members.sum(axis=1).cumsum())[:-1].astype(np.int32)
        once, number = np.ones(len(areas)), len(areas)
        unlimited = np.full(number, np.inf)
        self.highs.addRows(number, once, unlimited, len(sites), starts, sites, np.ones(len(sites)))
        self.rows = np.append(self.rows, areas)
