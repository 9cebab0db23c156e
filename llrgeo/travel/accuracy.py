"""Accuracy: measured errors of travel times against independent ones, by kind of statement.

There are three errors, for three kinds of statement. The error of the minutes of one journey varies
by district, period and length. The error of a difference between two journeys from one area is
smaller, because what slows the start of both cancels; it decides which site is nearest and whether
a change is real. The error of a mean over many areas is smallest. None stands in for another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from llrgeo.arrays import Bools, Floats

_JOURNEY: Final = (
    "authority",
    "period",
    "from_min",
    "to_min",
    "pairs",
    "bias_min",
    "median_abs_min",
    "p90_abs_min",
)
_DIFFERENCE: Final = ("from_min", "to_min", "pairs", "p80_abs_min")


@dataclass(frozen=True, slots=True)
class JourneyError:
    """The measured error of a class of journeys: modelled minus independent minutes.

    Attributes
    ----------
    pairs
        Number of journeys that it was measured on.
    bias_min
        Mean error.
    median_abs_min, p90_abs_min
        Median and 90th percentile of the absolute error.
    """

    pairs: int
    bias_min: float
    median_abs_min: float
    p90_abs_min: float


def _rows(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The measured errors of one network's travel times; without figures, nothing was measured.

    Attributes
    ----------
    journeys
        One row an authority, period and class of length (over `from_min` up to `to_min` modelled
        minutes): `pairs`, `bias_min`, `median_abs_min`, `p90_abs_min`.
    differences
        One row a class of the two journeys' mean length: `pairs`, and `p80_abs_min`, the 80th
        percentile of the absolute error of a difference between two journeys from one area.
    mean_min
        80th percentile, in minutes, of the absolute error of a mean change over many areas (not a
        mean of errors); NaN if it was not measured.
    source
        The data that it was measured on, in words.

    Examples
    --------
    >>> differences = pd.DataFrame(
    ...     {"from_min": [0, 20], "to_min": [20, 60], "pairs": [40, 50], "p80_abs_min": [1.0, 3.0]}
    ... )
    >>> accuracy = Accuracy(differences=differences)
    >>> accuracy.difference_min([8.0, 30.0, 70.0], [12.0, 20.0, 90.0]).tolist()
    [1.0, 2.0, 3.0]
    """

    journeys: pd.DataFrame = field(default_factory=lambda: _rows(_JOURNEY))
    differences: pd.DataFrame = field(default_factory=lambda: _rows(_DIFFERENCE))
    mean_min: float = float("nan")
    source: str = ""
    _columns: Mapping[str, NDArray[Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # As arrays: `of_journey` is called once a journey, and reading rows of a frame is slow.
        columns = {name: self.journeys[name].to_numpy() for name in _JOURNEY}
        object.__setattr__(self, "_columns", columns)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Return the accuracy read from plain values, as `network.json` holds them."""
        return cls(
            journeys=pd.DataFrame(values.get("journeys", []), columns=list(_JOURNEY)),
            differences=pd.DataFrame(values.get("differences", []), columns=list(_DIFFERENCE)),
            mean_min=float(values.get("mean_min", float("nan"))),
            source=str(values.get("source", "")),
        )

    @property
    def is_measured(self) -> bool:
        """Whether differences between journeys were measured at all."""
        return not self.differences.empty

    def in_period(self, period: str) -> "Accuracy":
        """Return what is known of the times of a period: nothing if only others were measured.

        Errors of differences and of means have no period of their own: they are of the periods that
        errors of journeys name, or of any where these name none.
        """
        measured = set(self.journeys["period"])
        return self if not measured or period in measured else UNMEASURED

    def of_journey(self, authority: str, period: str, minutes: float) -> JourneyError | None:
        """Return the error of the class that a journey is in; None where none was measured."""
        column = self._columns
        own = (column["authority"] == authority) & (column["period"] == period)
        # A class excludes its lower limit; a journey of no time at all belongs to the first class.
        over = column["from_min"] < max(minutes, np.nextafter(0.0, 1.0))
        within = own & over & (minutes <= column["to_min"])
        if not within.any():
            return None
        pairs, *errors = (column[name][int(within.argmax())] for name in _JOURNEY[4:])
        return JourneyError(int(pairs), *map(float, errors))

    def difference_min(self, first_min: ArrayLike, second_min: ArrayLike) -> Floats:
        """Return the error of the difference between two journeys from one area, in minutes.

        The error is interpolated between the midpoints of the measured classes of the journeys'
        mean length, and is constant below the first midpoint and above the last.

        Parameters
        ----------
        first_min, second_min
            Minutes, of one shape.

        Returns
        -------
        numpy.ndarray
            Of that shape; NaN where nothing was measured or a journey is unreachable (inf).
        """
        # The error grows with the lengths of the two journeys, so it is looked up by their mean.
        mean = (np.asarray(first_min, dtype=float) + np.asarray(second_min, dtype=float)) / 2
        if not self.is_measured:
            return np.full_like(mean, np.nan)
        middle = (self.differences["from_min"] + self.differences["to_min"]).to_numpy(float) / 2
        error = np.interp(mean, middle, self.differences["p80_abs_min"].to_numpy(float))
        return np.where(np.isfinite(mean), error, np.nan)

    def too_close(self, first_min: ArrayLike, second_min: ArrayLike) -> Bools:
        """Return where two journeys differ by no more than the error of their difference.

        False where nothing was measured or a journey is unreachable.
        """
        first, second = (np.asarray(minutes, dtype=float) for minutes in (first_min, second_min))
        error = self.difference_min(first, second)
        # Where either journey is missing there is no difference to judge: never too close.
        apart = np.full(error.shape, np.inf)
        measured = np.isfinite(error)
        apart[measured] = np.abs(second[measured] - first[measured])
        # Minutes are tenths: a difference of exactly the error is within it.
        return measured & (apart <= error + 1e-9)


UNMEASURED: Final = Accuracy()
