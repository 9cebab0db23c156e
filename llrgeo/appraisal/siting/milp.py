"""A mixed-integer linear programme, put together block by block and solved by HiGHS."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

import highspy
import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.errors import LlrgeoError

NO_OPTIONS: Final[Mapping[str, bool | int | float | str]] = MappingProxyType({})


class Ending(Enum):
    """How HiGHS came to an end."""

    SOLVED = auto()
    NOTHING = auto()  # no solution, or none that costs as little as was asked for
    STOPPED = auto()  # time or steps are up


_ENDINGS: Final[Mapping[highspy.HighsModelStatus, Ending]] = MappingProxyType(
    {
        highspy.HighsModelStatus.kOptimal: Ending.SOLVED,
        highspy.HighsModelStatus.kInfeasible: Ending.NOTHING,
        highspy.HighsModelStatus.kObjectiveBound: Ending.NOTHING,
        highspy.HighsModelStatus.kTimeLimit: Ending.STOPPED,
        highspy.HighsModelStatus.kIterationLimit: Ending.STOPPED,
    }
)


def run_until(highs: highspy.Highs, deadline: float) -> Ending:
    """Let HiGHS solve what it holds, until a time by `time.perf_counter`; return how it ended.

    Raises
    ------
    LlrgeoError
        If it ended in any other way; the message says how.
    """
    # HiGHS counts the time of all its runs.
    left = max(deadline - time.perf_counter(), 0.0)
    highs.setOptionValue("time_limit", highs.getRunTime() + left)
    highs.run()
    status = highs.getModelStatus()
    if status not in _ENDINGS:
        msg = f"HiGHS ended with '{highs.modelStatusToString(status)}'"
        raise LlrgeoError(msg)
    return _ENDINGS[status]


@dataclass(frozen=True, slots=True)
class Solution:
    """What HiGHS found.

    Attributes
    ----------
    values
        Of all columns; None if none was found.
    bound
        No solution costs less; +inf if there is none at all.
    """

    values: Floats | None
    bound: float


@dataclass(slots=True)
class Programme:
    """Columns and rows, collected in blocks."""

    charges: list[tuple[Ints, Floats]] = field(default_factory=list)
    lowers: list[Floats] = field(default_factory=list)
    uppers: list[Floats] = field(default_factory=list)
    whole: list[Bools] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    lows: list[Floats] = field(default_factory=list)
    highs: list[Floats] = field(default_factory=list)
    constant: float = 0.0
    columns: int = 0
    rows: int = 0

    def add_columns(
        self,
        count: int,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = 1.0,
        whole: bool = False,
    ) -> Ints:
        """Add columns and return their numbers."""
        self.lowers.append(np.broadcast_to(np.asarray(lower, float), count))
        self.uppers.append(np.broadcast_to(np.asarray(upper, float), count))
        self.whole.append(np.full(count, whole))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def charge(self, columns: Ints, costs: Floats, constant: float = 0.0) -> None:
        """Add a cost for each unit of columns, and a constant to the whole."""
        self.charges.append((columns, costs))
        self.constant += constant

    def costs(self) -> Floats:
        """Return what each column costs."""
        total = np.zeros(self.columns)
        for columns, costs in self.charges:
            np.add.at(total, columns, costs)
        return total

    def add_rows(
        self,
        count: int,
        entries: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike]],
        *,
        low: ArrayLike = -np.inf,
        high: ArrayLike = np.inf,
    ) -> None:
        """Add rows: low <= sum <= high; entries are rows (from 0), columns and values."""
        # Rows of a block count from 0; those of the programme go on from the blocks before.
        for row, column, value in entries:
            at = np.broadcast_arrays(np.asarray(row) + self.rows, column, np.asarray(value, float))
            self.entries.append((at[0].ravel(), at[1].ravel(), at[2].ravel()))
        self.lows.append(np.broadcast_to(np.asarray(low, float), count))
        self.highs.append(np.broadcast_to(np.asarray(high, float), count))
        self.rows += count

    def solve(
        self,
        *,
        gap: float,
        deadline: float,
        seed: int,
        start: tuple[Ints, Floats] | None = None,
        options: Mapping[str, bool | int | float | str] = NO_OPTIONS,
    ) -> Solution:
        """Minimise.

        Parameters
        ----------
        gap
            Absolute difference of cost and bound at which to stop.
        deadline
            When to stop, by `time.perf_counter`.
        seed
            Of the solver's own choices.
        start
            Columns and their values in a solution that is known.
        options
            Further options of HiGHS.
        """
        highs = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("threads", 1),  # results do not depend on the machine
            ("random_seed", seed),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", max(gap, 1e-9)),
            *options.items(),
        ):
            highs.setOptionValue(name, value)
        highs.passModel(self._lp())
        # A known plan gives an upper bound at once; HiGHS completes
        # the columns that it does not name.
        if start is not None:
            highs.setSolution(len(start[0]), start[0].astype(np.int32), start[1])
        if run_until(highs, deadline) is Ending.NOTHING:
            return Solution(None, np.inf)
        # When time runs out there may be a bound without a solution.
        info = highs.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = np.array(highs.getSolution().col_value) if found else None
        return Solution(values, float(info.mip_dual_bound))

    def row_prices(self, deadline: float) -> Floats:
        """Return what the limit of each row adds to the cost where columns need not be whole.

        These are the dual values of the linear relaxation, shape (rows,), at an interior point:
        exact to about 1e-8 alone, but much sooner where rows are many. At `deadline`, by
        `time.perf_counter`, they are what the solver has by then, or 0.
        """
        highs = self.relaxation()
        highs.setOptionValue("time_limit", max(deadline - time.perf_counter(), 0.0))
        highs.setOptionValue("solver", "ipm")
        highs.setOptionValue("run_crossover", "off")
        highs.run()
        prices = np.array(highs.getSolution().row_dual)
        return prices if len(prices) == self.rows else np.zeros(self.rows)

    def relaxation(self) -> highspy.Highs:
        """Return the programme put to HiGHS, to be solved as if no column had to be whole."""
        highs = highspy.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("solve_relaxation", True)):
            highs.setOptionValue(name, value)
        highs.passModel(self._lp())
        return highs

    def _lp(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        # HiGHS takes a matrix by columns (CSC); entries of the same cell are summed on the way.
        row, column, value = (
            np.concatenate([entry[part] for entry in self.entries]) for part in range(3)
        )
        matrix = coo_array((value, (row, column)), shape=(self.rows, self.columns)).tocsc()
        lp.num_col_, lp.num_row_ = self.columns, self.rows
        lp.col_cost_ = self.costs()
        lp.col_lower_, lp.col_upper_ = np.concatenate(self.lowers), np.concatenate(self.uppers)
        lp.row_lower_, lp.row_upper_ = np.concatenate(self.lows), np.concatenate(self.highs)
        lp.offset_ = self.constant
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[whole] for whole in np.concatenate(self.whole).tolist()]
        return lp
