"""Rankings of places: shared ranks, how far the next place is, and whether that gap is certain."""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.places.indicators import Better
from llrgeo.arrays import Floats, Ints

STANDINGS: Final = ("apart", "too_close", "no_error", "last", "")
"""How sure a place is ahead of the next: by more than the error, by no more than it, by an error
that was not measured; the last has none after it; blank where a place is not ranked."""

RankColumns: TypeAlias = dict[str, Any]
"""Arrays by column, a value a place."""

_DIGITS: Final = 12  # 0.1 + 0.2 and 0.3 share a rank
_MOST_NAMED: Final = 3
_NOISE: Final = 1e-9  # a gap of exactly the error is within it


def rank_places(values: pd.Series, errors: pd.Series, *, better: Better) -> pd.DataFrame:
    """Rank places by a figure; equal values share a rank.

    Parameters
    ----------
    values
        On the names of places; NaN is not ranked, +inf (nobody there has a journey) is ranked.
    errors
        What each value may err by, on the same index and in the same unit; NaN if not measured.
    better
        Which values are better; with "none" no place is ranked.

    Returns
    -------
    pandas.DataFrame
        On the same index: `rank` (1 is best, missing where not ranked), `of` (how many places are
        ranked), `next_place` (all that share the next rank), `gap_to_next` (how far its value is
        from theirs; +inf where they have no journey), `gap_error` (what that gap may err by: two
        independent errors, the root of the sum of their squares) and `standing`, one of STANDINGS.

    Examples
    --------
    >>> values = pd.Series({"Ash": 12.0, "Elm": 9.5, "Oak": 12.0, "Yew": 15.5})
    >>> errors = pd.Series(1.5, values.index)
    >>> ranked = rank_places(values, errors, better="lower")
    >>> ranked["rank"].tolist(), ranked.loc["Elm", "next_place"], ranked.loc["Elm", "standing"]
    ([2, 1, 2, 4], 'Ash; Oak', 'apart')
    """
    return pd.DataFrame(rank_columns(values, errors, better=better), index=values.index)


def rank_columns(values: pd.Series, errors: pd.Series, *, better: Better) -> RankColumns:
    """Return the columns of `rank_places`."""
    numbers = values.to_numpy(float)
    ranked = ~np.isnan(numbers) & (better != "none")
    steps = _steps(values[ranked], errors, better)
    # Each place takes what is known of its step; those without a rank take the last: nothing.
    step_of = np.full(len(values), -1)
    step_of[ranked] = steps.step
    gap, gap_error = (
        steps.gap[step_of],
        np.hypot(_aligned(errors, values.index), steps.next_error[step_of]),
    )
    next_place = steps.next_place[step_of]
    is_last = ranked & (next_place == "")
    unknown, close = np.isnan(gap_error) & np.isfinite(gap), gap <= gap_error + _NOISE
    # The first that holds counts: not ranked, last, by an error not known, within the error.
    holds = [~ranked, is_last, unknown, close]
    standing = np.select(holds, ["", "last", "no_error", "too_close"], "apart")
    return {
        "rank": pd.arrays.IntegerArray(steps.rank[step_of], ~ranked),
        "of": pd.arrays.IntegerArray(np.full(len(values), ranked.sum()), ~ranked),
        "next_place": pd.array(next_place, dtype="str"),
        "gap_to_next": gap,
        "gap_error": np.where(is_last, np.nan, gap_error),
        "standing": pd.array(standing, dtype="str"),
    }


class _Steps(NamedTuple):
    """What is known of each distinct value, best first, and last of none."""

    step: Ints  # of each ranked place
    rank: Ints
    next_place: NDArray[np.object_]  # blank after the last
    gap: Floats  # to the next value; NaN after the last
    next_error: Floats  # the largest of those that have the next value


def _steps(values: pd.Series, errors: pd.Series, better: Better) -> _Steps:
    """Return for each distinct value, best first, who is next, how far, and by what error."""
    # Lower is better from here on; digits beyond the twelfth are noise of floats.
    sign = -1.0 if better == "higher" else 1.0
    level = np.array([sign * float(f"{value:.{_DIGITS}g}") for value in values.tolist()], float)
    levels, step = np.unique(level, return_inverse=True)
    held: list[list[str]] = [[] for _ in levels]
    for place, at in zip(map(str, values.index), step.tolist(), strict=True):
        held[at].append(place)
    # Sorted by step and error, the last of a step has its largest error: NaN if any is not known.
    counts = np.bincount(step, minlength=len(levels))
    error = _aligned(errors, values.index)
    largest = error[np.lexsort((error, step))][np.cumsum(counts) - 1]
    # The last step has none after it, and one more stands for places without a rank.
    after = min(len(levels), 1)
    none = [np.nan] * (after + 1)
    return _Steps(
        step,
        np.array([*(np.cumsum(counts) - counts + 1), 0]),
        np.array(
            [*(_joined_names(sorted(places)) for places in held[1:]), *[""] * (after + 1)], object
        ),
        np.array([*np.diff(levels), *none]),
        np.array([*largest[1:], *none]),
    )


def _aligned(errors: pd.Series, places: pd.Index) -> Floats:
    found = errors if errors.index is places else errors.reindex(places)
    return found.to_numpy(float)


def _joined_names(places: list[str]) -> str:
    """Name places that share a rank; a name may hold commas, so semicolons part them."""
    return "; ".join([*places[:_MOST_NAMED], *(["..."] if len(places) > _MOST_NAMED else [])])
