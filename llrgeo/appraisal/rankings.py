"""Rankings of places: shared ranks, how far the next place is, and whether that can be told."""

from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.indicators import Better

STANDINGS: Final = ("apart", "too_close", "no_error", "last", "")
"""How sure a place is ahead of the next: by more than the error, by no more than it, by an error
that was not measured; the last has none after it; blank where a place is not ranked."""

_DIGITS: Final = 12  # 0.1 + 0.2 and 0.3 share a rank
_NAMED: Final = 3
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
    ranked = values.notna() & (better != "none")
    # Lower is better from here on; digits beyond the twelfth are noise of floats.
    sign = -1.0 if better == "higher" else 1.0
    level = values[ranked].map(lambda value: sign * float(f"{value:.{_DIGITS}g}")).astype(float)
    steps = _steps(level, errors)
    # Each place takes what is known of its step, and its own error with the largest of the next.
    own = steps.reindex(level).set_index(level.index).reindex(values.index)
    gap = own["gap"].astype(float)
    gap_error = pd.Series(
        np.hypot(errors.reindex(values.index).to_numpy(), own["next_error"].to_numpy()),
        values.index,
    )
    # Later masks override earlier ones: within the error, then not known, then last, then unranked.
    is_last = ranked & (own["next_place"] == "")
    standing = pd.Series("apart", values.index, dtype="str")
    standing = standing.mask(gap <= gap_error + _NOISE, "too_close")
    standing = standing.mask(gap_error.isna() & np.isfinite(gap), "no_error")
    standing = standing.mask(is_last, "last").mask(~ranked, "")
    return pd.DataFrame(
        {
            "rank": level.rank(method="min").reindex(values.index).astype("Int64"),
            "of": pd.Series(int(ranked.sum()), values.index).where(ranked).astype("Int64"),
            "next_place": own["next_place"].fillna("").astype("str"),
            "gap_to_next": gap,
            "gap_error": gap_error.where(~is_last),
            "standing": standing,
        },
        index=values.index,
    )


def _steps(level: pd.Series, errors: pd.Series) -> pd.DataFrame:
    """Return for each distinct level, best first, who is next, how far, and by what error."""
    places = {value: sorted(map(str, held.index)) for value, held in level.groupby(level)}
    largest = errors.reindex(level.index).groupby(level).agg(lambda of: of.max(skipna=False))
    levels = sorted(level.unique().tolist())
    rows = [
        (_named(places[after]), after - here, float(largest[after]))
        for here, after in pairwise(levels)
    ]
    if levels:
        rows.append(("", np.nan, np.nan))
    table = pd.DataFrame(rows, index=levels, columns=["next_place", "gap", "next_error"])
    return table.astype({"next_place": "str", "gap": float, "next_error": float})


def _named(places: list[str]) -> str:
    """Name places that share a rank; a name may hold commas, so semicolons part them."""
    return "; ".join([*places[:_NAMED], *(["..."] if len(places) > _NAMED else [])])
