"""Equity: whether long journeys fall on those who can least bear them (docs/methods 5).

Every figure is weighted by people and taken over those who can reach a site; the number who cannot
is always stated beside it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from llrgeo.appraisal.distinct_options import for_distinct_options
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people.area_facts import has_deprivation

if TYPE_CHECKING:
    from llrgeo.arrays import Floats

AVERSIONS: Final = (-0.5, -1.0, -2.0)
COLUMNS: Final = (
    "people", "unreachable", "mean_min", "ede_min", "inequality_min", "ede_low_aversion_min",
    "ede_high_aversion_min", "gini", "worst_tenth_ratio", "concentration_index", "slope_index_min",
)  # fmt: skip
BY_DEPRIVATION: Final = ("concentration_index", "slope_index_min")

_WORST_SHARE: Final = 0.1


def equity_table(
    results: Mapping[str, OptionResult], areas: pd.DataFrame, *, baseline: str
) -> pd.DataFrame:
    """Return the inequality of minutes a contact, one row an option.

    Columns: `people`, `unreachable`, `mean_min`, `ede_min` (Kolm-Pollak equally-distributed
    equivalent at an aversion of -1), `inequality_min` (EDE less mean: what inequality costs, in
    minutes for everyone), the EDE at -0.5 and -2, `gini`, `worst_tenth_ratio`,
    `concentration_index` and `slope_index_min` (from most to least deprived; only of areas whose
    deprivation is known). All but the first two are NaN under an option by which nobody travels. A
    journey that is not there counts as the ceiling, so that an option does not look fairer by
    cutting people off.
    """
    people = areas["residents"].astype(float)
    ranked = has_deprivation(areas)
    rank = deprivation_rank(areas) if ranked else pd.Series(1, areas.index)
    before = results[baseline].scored
    # One scale of aversion for all options, fixed from the baseline's minutes.
    kappas = {aversion: kolm_pollak_kappa(before, people, aversion) for aversion in AVERSIONS}

    def row_of(result: OptionResult) -> dict[str, float]:
        minutes, out_of_reach = result.scored, np.isposinf(result.overall.change["after_min"])
        # Everyone is counted; the indices are over those who travel at all.
        reached = np.isfinite(minutes)
        t, w = minutes[reached], people[reached]
        row = {"people": people.sum(), "unreachable": people[out_of_reach].sum()}
        if (w * t).sum() > 0:
            edes = {
                aversion: kolm_pollak_ede(t, w, kappa=kappa) for aversion, kappa in kappas.items()
            }
            mean = float(np.average(t, weights=w))
            row |= {
                "mean_min": mean,
                "ede_min": edes[-1.0],
                "inequality_min": edes[-1.0] - mean,
                "ede_low_aversion_min": edes[-0.5],
                "ede_high_aversion_min": edes[-2.0],
                "gini": gini(t, w),
                "worst_tenth_ratio": worst_tenth_ratio(t, w),
            }
            if ranked:
                row["concentration_index"] = concentration_index(t, w, rank[reached])
                row["slope_index_min"] = slope_index(t, w, rank[reached])
        return row

    rows = list(for_distinct_options(results, row_of).values())
    columns = [name for name in COLUMNS if ranked or name not in BY_DEPRIVATION]
    return pd.DataFrame(rows, index=pd.Index(results, name="option"), columns=columns)


def deprivation_rank(areas: pd.DataFrame) -> pd.Series:
    """Return the national deprivation rank of each area, or its decile; 1 is most deprived."""
    return areas["imd_rank"] if "imd_rank" in areas.columns else areas["imd_decile"]


def fractional_rank(people: pd.Series, rank: pd.Series) -> pd.Series:
    """Return where each area's people stand between 0 (most deprived) and 1, by midpoints.

    Areas of equal rank share the midpoint of all their people.
    """
    by_rank = people.groupby(rank).sum().sort_index()
    middle = (by_rank.cumsum() - by_rank / 2) / by_rank.sum()
    return rank.map(middle).astype(float)


def concentration_index(minutes: pd.Series, people: pd.Series, rank: pd.Series) -> float:
    """Return the concentration index of minutes over deprivation.

    Below 0, long journeys fall on the more deprived; 0 is no gradient. (Kakwani, Wagstaff and van
    Doorslaer 1997.)
    """
    share = people / people.sum()
    mean = float((share * minutes).sum())
    position = fractional_rank(people, rank)
    return float(2 * (share * (position - 0.5) * (minutes - mean)).sum() / mean)


def slope_index(minutes: pd.Series, people: pd.Series, rank: pd.Series) -> float:
    """Return the slope index of inequality: minutes from the most to the least deprived.

    The slope of the weighted regression of minutes on fractional rank; below 0, the most deprived
    travel longer. NaN where all areas are equally deprived.
    """
    share = people / people.sum()
    position = fractional_rank(people, rank)
    across = position - float((share * position).sum())
    spread = float((share * across**2).sum())
    return float((share * across * minutes).sum() / spread) if spread > 0 else float("nan")


def kolm_pollak_kappa(minutes: pd.Series, people: pd.Series, aversion: float = -1.0) -> float:
    """Return the scale of aversion for a distribution of minutes; unreachable areas apart.

    It is fixed from the baseline for all options, or they could not be compared. NaN if nobody
    travels.
    """
    reached = np.isfinite(minutes)
    t, w = minutes[reached], people[reached]
    squares = float((w * t**2).sum())
    return float(aversion * (w * t).sum() / squares) if squares > 0 else float("nan")


def kolm_pollak_ede(minutes: pd.Series, people: pd.Series, *, kappa: float) -> float:
    """Return the minutes that, if everyone travelled them, would be as bad as what people travel.

    With `kappa` below 0, minutes are a bad: the result is at least the mean. (Sheriff and Maguire
    2020; Logan et al 2021.)
    """
    weighted = logsumexp(-kappa * minutes.to_numpy(), b=people.to_numpy())
    return float(-(weighted - np.log(people.sum())) / kappa)


def gini(minutes: pd.Series, people: pd.Series) -> float:
    """Return the Gini coefficient of minutes over people: 0 is the same for all."""
    # One less twice the area below the Lorenz curve, by trapezia between its points.
    order = np.argsort(minutes.to_numpy(), kind="stable")
    w, t = people.to_numpy(dtype=float)[order], minutes.to_numpy()[order]
    below = np.concatenate([[0.0], np.cumsum(w * t)])
    total = float(below[-1] * w.sum())
    lorenz = float((w * (below[1:] + below[:-1])).sum())
    return 1 - lorenz / total if total else 0.0


def worst_tenth_ratio(minutes: pd.Series, people: pd.Series) -> float:
    """Return the mean minutes of the worst-served tenth of people over the mean of all."""
    order = np.argsort(-minutes.to_numpy(), kind="stable")
    w, t = people.to_numpy(dtype=float)[order], minutes.to_numpy()[order]
    # Take people from the longest journey down, and of the last area only as many as are wanted.
    wanted = _WORST_SHARE * w.sum()
    taken: Floats = np.diff(np.minimum(np.cumsum(w), wanted), prepend=0.0)
    return float((taken @ t / wanted) / np.average(t, weights=w))
