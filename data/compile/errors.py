"""The three errors of travel times, measured on pairs that no fit has seen.

Of one journey, by district and length; of the difference between two journeys from one area, by
their mean length; of a mean of such differences over many areas. Each is for what it is about.
"""

from itertools import combinations

import numpy as np
import pandas as pd

JOURNEY_EDGES_MIN = (0, 10, 20, 30, 40, 50, 60, 75, 120)
DIFFERENCE_EDGES_MIN = (0, 5, 10, 15, 20, 30, 40, 50, 60, 75, 120)
FEWEST_PAIRS = 30  # a class with fewer is joined with the next longer one
FOUR_IN_FIVE = 0.8
RESAMPLES = 2_000
SEED = 2026


def journey_errors(pairs: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """Return the error of one journey by district and class of modelled length.

    Parameters
    ----------
    pairs
        `authority`, `reference_min`, `model_min`, timed blindly.
    period
        The period that the reference is of.

    Returns
    -------
    pandas.DataFrame
        `authority`, `period`, `from_min`, `to_min`, `pairs`, `bias_min`, `median_abs_min`,
        `p90_abs_min`.
    """
    rows = []
    for authority, chosen in pairs.groupby("authority"):
        error = chosen["model_min"] - chosen["reference_min"]
        for low, high, part in classes(chosen["model_min"], error, JOURNEY_EDGES_MIN):
            size = part.abs()
            figures = (part.mean(), size.median(), size.quantile(0.9))
            rows.append((authority, period, low, high, len(part), *figures))
    names = ["authority", "period", "from_min", "to_min", "pairs"]
    return pd.DataFrame(rows, columns=[*names, "bias_min", "median_abs_min", "p90_abs_min"])


def difference_errors(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the error of differences between two journeys from one place, by mean length.

    Parameters
    ----------
    pairs
        `origin` (a place), `authority`, `destination`, `reference_min`, `model_min`.

    Returns
    -------
    pandas.DataFrame
        `from_min`, `to_min`, `pairs`, `p80_abs_min`.
    """
    found = differences(pairs)
    error = found["error_min"].abs()
    rows = [
        (low, high, len(part), part.quantile(FOUR_IN_FIVE))
        for low, high, part in classes(found["mean_min"], error, DIFFERENCE_EDGES_MIN)
    ]
    return pd.DataFrame(rows, columns=["from_min", "to_min", "pairs", "p80_abs_min"])


def differences(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return every two journeys from one place: `authority`, `destinations`, mean length, error."""
    tables = []
    for (authority, _), journeys in pairs.groupby(["authority", "origin"]):
        two = np.array(list(combinations(range(len(journeys)), 2)), dtype=np.intp)
        first, second = two.reshape(-1, 2).T
        model, reference = (journeys[name].to_numpy() for name in ("model_min", "reference_min"))
        ends = journeys["destination"].to_numpy(str)
        tables.append(
            pd.DataFrame(
                {
                    "authority": authority,
                    "destinations": [
                        f"{a} {b}" for a, b in zip(ends[first], ends[second], strict=True)
                    ],
                    "mean_min": (model[first] + model[second]) / 2,
                    "error_min": (model[second] - model[first])
                    - (reference[second] - reference[first]),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def mean_error(pairs: pd.DataFrame) -> float:
    """Return what four in five means of a difference over all areas do not err beyond, in minutes.

    A mean change is a mean over areas of differences between journeys. Districts err together, so
    districts and not areas are drawn again (cluster bootstrap; Davison and Hinkley 1997, 3.8).
    The mean error of each two destinations is centred first: it is the same error at any number
    of areas and stands with the errors of differences.
    """
    found = differences(pairs)
    centred = found["error_min"] - found.groupby("destinations")["error_min"].transform("mean")
    by_district = centred.groupby([found["destinations"], found["authority"]])
    sums, counts = (by_district.agg(how).unstack(fill_value=0) for how in ("sum", "count"))
    rng = np.random.default_rng(SEED)
    size = sums.shape[1]
    drawn = rng.multinomial(size, np.full(size, 1 / size), RESAMPLES)
    means = (drawn @ sums.to_numpy().T) / (drawn @ counts.to_numpy().T)
    return float(np.quantile(np.abs(means), FOUR_IN_FIVE))


def classes(
    length: pd.Series, values: pd.Series, edges: tuple[int, ...]
) -> list[tuple[int, int, pd.Series]]:
    """Sort values into classes of length; one with too few is joined with the next longer one.

    What is left over at the long end is joined with the class before it.
    """
    found: list[tuple[int, int, pd.Series]] = []
    low = edges[0]
    for high in edges[1:]:
        part = values[(length > low) & (length <= high)]
        if len(part) >= FEWEST_PAIRS:
            found.append((low, high, part))
            low = high
    if low < edges[-1] and found:
        start = found[-1][0]
        part = values[(length > start) & (length <= edges[-1])]
        found[-1] = (start, edges[-1], part)
    return found
