"""Compare modelled travel times with reference times: error statistics and a linear fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.arrays import Floats
from llrgeo.errors import InputError
from llrgeo.files import StrPath
from llrgeo.inputs.tables import read_table
from llrgeo.schema import name_some, raise_faults, require_columns, to_numbers
from llrgeo.travel.pairs import PAIR_COLUMNS
from llrgeo.travel.times import TravelTimes

DISTANCE_BANDS_KM: Final = (0.0, 5.0, 10.0, 20.0, 40.0, np.inf)

_OPTIONAL_COLUMNS: Final = ("mode", "period")
# DfT, TAG unit M3.1: a modelled time is close if within 15 % or 1 minute of the observed one.
_TAG_SHARE: Final = 0.15
_TAG_MIN: Final = 1.0
_FOLDS: Final = 5
_AS_MODELLED: Final = "as the modelled ones, or more:"
_IF_SECONDS: Final = "are they seconds? Then divide by 60"
_IF_HOURS: Final = "are they hours? Then multiply by 60"
_OTHER_UNIT: Final = 20.0  # times; of a unit of 60, and no model is so wrong
_FEWEST_PAIRS: Final = 3
# The median error of fewer pairs, or of fewer areas than folds, differs much from sample to sample.
_ENOUGH_PAIRS: Final = 30


@dataclass(frozen=True, slots=True)
class TravelTimeFit:
    """The straight line that turns modelled minutes into the reference's.

    Attributes
    ----------
    factor
        Multiplies modelled minutes (driving slower or faster than modelled).
    delay_min
        Minutes added to every journey (parking, walking in).
    mae_min
        Mean absolute error of the fitted minutes on areas that the line was not fitted to
        (five folds of areas); NaN where all pairs are of one area.
    """

    factor: float
    delay_min: float
    mae_min: float


@dataclass(frozen=True, slots=True)
class TravelTimeComparison:
    """How modelled travel times differ from a reference.

    Attributes
    ----------
    pairs
        One row a pair reachable in both: `area_id`, `site_id`, `modelled_min`,
        `reference_min`, `difference_min` (modelled less reference), `distance_km` and
        `authority` (NaN and blank where not given).
    overall
        One row of statistics: `pairs`, `bias_min` (mean difference), `mae_min`,
        `median_abs_min`, `p10_min`, `p50_min`, `p90_min` (quantiles of the difference), `r2`
        (squared correlation), `share_close` (within 15 % or 1 minute, DfT's TAG M3.1).
    by_distance, by_authority
        The same statistics by distance band and by authority; no rows where these are unknown.
    unreachable
        Pairs that the reference reaches and the model does not.
    not_compared
        Pairs of the reference whose area or site the model does not have.
    fit
        The line that brings the model closest to the reference.
    """

    pairs: pd.DataFrame
    overall: pd.DataFrame
    by_distance: pd.DataFrame
    by_authority: pd.DataFrame
    unreachable: int
    not_compared: int
    fit: TravelTimeFit

    @property
    def is_rough(self) -> bool:
        """Whether the pairs are too few (below 30, or of under five areas) to state an error by."""
        return len(self.pairs) < _ENOUGH_PAIRS or self.pairs["area_id"].nunique() < _FOLDS

    @property
    def median_abs_min(self) -> float:
        """The median absolute error in minutes: the figure that results quote."""
        return float(self.overall["median_abs_min"].iloc[0])


def read_reference(path: StrPath) -> pd.DataFrame:
    """Read reference travel times: `area_id`, `site_id`, `travel_time_min`, one row a pair.

    The columns `mode` and `period`, which `llrgeo times` writes, are kept where the file has them;
    a pair may then have one row for each mode and period.

    Raises
    ------
    InputError
        If a column is missing, a pair is duplicated, or a time is negative or not a number.
    """
    path = Path(path)
    table = read_table(path)
    require_columns(table, PAIR_COLUMNS, source=path.name)
    minutes = to_numbers(table["travel_time_min"])
    optional = [name for name in _OPTIONAL_COLUMNS if name in table.columns]
    # A pair may have one row for each mode and period that the file names.
    raise_faults(_pair_faults(table, minutes, ["area_id", "site_id", *optional]), source=path.name)
    texts = {name: table[name].fillna("").astype(str).str.strip() for name in optional}
    columns = [*PAIR_COLUMNS, *optional]
    reference = table[columns].assign(travel_time_min=minutes.astype(float), **texts)
    return reference.reset_index(drop=True)


def _pair_faults(table: pd.DataFrame, minutes: pd.Series, pair: list[str]) -> list[str]:
    """Return the faults of a reference: rows without minutes, and rows of the same pair."""
    faults = []
    wrong = table.loc[~minutes.between(0, np.inf, inclusive="left"), "area_id"]
    if len(wrong):
        faults.append(
            f"{len(wrong)} rows have no time of zero or more minutes ({name_some(wrong)})"
        )
    duplicates = table.loc[table.duplicated(pair), "area_id"]
    if len(duplicates):
        faults.append(f"{len(duplicates)} pairs are duplicated (areas {name_some(duplicates)})")
    return faults


def compare_travel_times(
    times: TravelTimes,
    reference: pd.DataFrame | TravelTimes,
    *,
    distance_km: pd.DataFrame | None = None,
    authority: pd.Series | None = None,
    bands_km: Sequence[float] = DISTANCE_BANDS_KM,
) -> TravelTimeComparison:
    """Compare modelled minutes with a reference, pair by pair.

    Parameters
    ----------
    times
        The modelled times.
    reference
        `area_id`, `site_id`, `travel_time_min`, or the times of another router; pairs the model
        does not have are counted and left out.
    distance_km
        Kilometres, shaped as the times; the times' own where not given.
    authority
        Name of the authority on `area_id`.
    bands_km
        Limits of the distance bands, in rising order.

    Raises
    ------
    InputError
        If a column is missing, a pair is duplicated, a time is blank, infinite or negative, fewer
        than three pairs can be compared, or the reference is in seconds or in hours.

    Examples
    --------
    >>> import pandas as pd
    >>> times = llrgeo.TravelTimes(pd.DataFrame({"A": [10.0, 22.0, 31.0]}, index=["a", "b", "c"]))
    >>> driven = pd.DataFrame({"area_id": ["a", "b", "c"], "site_id": "A",
    ...                        "travel_time_min": [12.0, 21.0, 35.0]})
    >>> llrgeo.compare_travel_times(times, driven).median_abs_min
    2.0
    """
    if isinstance(reference, TravelTimes):
        reference = reference.to_long().dropna(subset=["travel_time_min"])
    require_columns(reference, PAIR_COLUMNS, source="reference")
    minutes = to_numbers(reference["travel_time_min"])
    faults = _pair_faults(reference, minutes, ["area_id", "site_id"])
    raise_faults(faults, source="reference")
    # Pairs whose area or site the model does not have, and pairs that it does not reach, are
    # counted and left out.
    modelled = reference["area_id"].isin(times.minutes.index) & reference["site_id"].isin(
        times.minutes.columns
    )
    pairs = _pairs(times.minutes, reference[modelled])
    reached = np.isfinite(pairs["modelled_min"])
    compared = pairs[reached].reset_index(drop=True)
    _check_comparable(compared, len(reference))
    distance = times.distance_km if distance_km is None else distance_km
    compared["distance_km"] = np.nan if distance is None else _look_up(distance, compared)
    compared["authority"] = "" if authority is None else compared["area_id"].map(authority)
    band = pd.cut(compared["distance_km"], list(bands_km), right=False, labels=_labels(bands_km))
    return TravelTimeComparison(
        compared,
        overall=_statistics(compared, pd.Series("all pairs", compared.index, name="group")),
        by_distance=_statistics(compared, band.rename("distance_band")),
        by_authority=_statistics(compared, compared["authority"].replace("", np.nan)),
        unreachable=int((~reached).sum()),
        not_compared=int((~modelled).sum()),
        fit=fit_travel_times(compared),
    )


def _check_comparable(compared: pd.DataFrame, given: int) -> None:
    """Refuse a reference of whose pairs too few can be compared, or that is not in minutes."""
    if len(compared) < _FEWEST_PAIRS:
        msg = (
            f"only {len(compared)} of the reference's {given} pairs can be compared, of "
            f"{_FEWEST_PAIRS} at least; area_id and site_id must be those of the travel times"
        )
        raise InputError(msg)
    raise_faults(_unit_faults(compared), source="reference")


def _unit_faults(compared: pd.DataFrame) -> list[str]:
    """Return a fault if the reference is so far from the modelled times that its unit is another.

    Seconds are 60 times as many as minutes; a model that is off by 20 times is no model.
    """
    both = compared[(compared["modelled_min"] > 0) & (compared["reference_min"] > 0)]
    ratio = float((both["reference_min"] / both["modelled_min"]).median())
    if ratio > _OTHER_UNIT:
        return [f"half of its times are {ratio:,.0f} times as long {_AS_MODELLED} {_IF_SECONDS}"]
    if ratio < 1 / _OTHER_UNIT:
        return [f"half of its times are {1 / ratio:,.0f} times as short {_AS_MODELLED} {_IF_HOURS}"]
    return []


def fit_travel_times(pairs: pd.DataFrame) -> TravelTimeFit:
    """Fit reference = delay + factor x modelled by least squares, and cross-validate the error.

    Parameters
    ----------
    pairs
        `area_id`, `modelled_min`, `reference_min`; at least three rows.
    """
    # A fold holds whole areas: errors of one area are alike, so a line fitted to some of its rows
    # would seem better on the others than it is.
    modelled = pairs["modelled_min"].to_numpy(float)
    reference = pairs["reference_min"].to_numpy(float)
    fold = pairs["area_id"].rank(method="dense").to_numpy(int) % _FOLDS
    errors = np.full(len(pairs), np.nan)
    for k in range(_FOLDS):
        held_out = fold == k
        if held_out.all():  # of one area: nothing is left to fit a line to
            continue
        factor, delay = _line(modelled[~held_out], reference[~held_out])
        errors[held_out] = np.abs(delay + factor * modelled[held_out] - reference[held_out])
    factor, delay = _line(modelled, reference)
    return TravelTimeFit(factor, delay, float(errors.mean()))


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line; slope 1 where x does not vary."""
    if len(x) <= 1 or np.ptp(x) == 0:
        return 1.0, float((y - x).mean()) if len(x) else 0.0
    slope, intercept = np.polyfit(x, y, 1)
    return float(slope), float(intercept)


def _pairs(minutes: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    pairs = reference[["area_id", "site_id"]].reset_index(drop=True)
    pairs["modelled_min"] = _look_up(minutes, pairs)
    pairs["reference_min"] = reference["travel_time_min"].to_numpy(float)
    pairs["difference_min"] = pairs["modelled_min"] - pairs["reference_min"]
    return pairs


def _labels(bands_km: Sequence[float]) -> list[str]:
    """Return the labels of distance bands, such as `0-5 km` and `40 km and more`."""
    return [
        f"{low:g}-{high:g} km" if np.isfinite(high) else f"{low:g} km and more"
        for low, high in pairwise(bands_km)
    ]


def _look_up(matrix: pd.DataFrame, pairs: pd.DataFrame) -> Floats:
    rows = matrix.index.get_indexer(pd.Index(pairs["area_id"]))
    columns = matrix.columns.get_indexer(pd.Index(pairs["site_id"]))
    values: Floats = matrix.to_numpy(float)[rows, columns]
    return values


def _statistics(pairs: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Return statistics of the differences, one row a group; pairs without a group are left out."""
    rows = {}
    for name, part in pairs.groupby(group, observed=True):
        # Modelled minus reference: above 0 the model is too slow.
        difference = part["difference_min"]
        absolute = difference.abs()
        # TAG unit M3.1: within 15 % of the observed time, or within 1 minute of it.
        close = (absolute <= _TAG_MIN) | (absolute <= _TAG_SHARE * part["reference_min"])
        rows[name] = {
            "pairs": len(part),
            "bias_min": difference.mean(),
            "mae_min": absolute.mean(),
            "median_abs_min": absolute.median(),
            "p10_min": difference.quantile(0.1),
            "p50_min": difference.quantile(0.5),
            "p90_min": difference.quantile(0.9),
            "r2": _r2(part),
            "share_close": close.mean(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(str(group.name))


def _r2(part: pd.DataFrame) -> float:
    """Return the squared correlation; NaN where either side does not vary."""
    sides = part[["modelled_min", "reference_min"]].to_numpy(float)
    if len(part) < _FEWEST_PAIRS or (np.ptp(sides, axis=0) == 0).any():
        return float("nan")
    return float(np.corrcoef(sides.T)[0, 1] ** 2)
