"""Rates within age bands: how a band's rate moves as the ages and sexes within it do.

A band is wide: of those aged 85 and over more will be 95 in twenty years, and more of them men.
Rates by single year of age and sex say what that does to the rate of the band as a whole.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.schema import AGE_BANDS

_WIDTH: Final = 5  # years of a band of projections
_ADULT: Final = 18
_EDGES: Final = dict(
    zip(AGE_BANDS, ((0, 18), (18, 65), (65, 75), (75, 85), (85, np.inf)), strict=True)
)
_CLOSE: Final = 0.01  # rates that are written out are rounded: so far they may be off


def single_years(people: pd.DataFrame, *, share_under_18: float) -> pd.DataFrame:
    """Return people by single year of age and sex, from those of five-year bands.

    Parameters
    ----------
    people
        Sexes by five-year bands (`age_0`, `age_5`, ...; the last is open).
    share_under_18
        Share of people aged 15 to 19 who are under 18.

    Returns
    -------
    pandas.DataFrame
        Sexes by age (0, 1, ...; the last is open): people of a five-year band are spread evenly
        over its years, those aged 15 to 19 by the share.
    """
    columns = {}
    firsts = sorted(int(name.removeprefix("age_")) for name in people.columns)
    for first in firsts[:-1]:
        of_band = people[f"age_{first}"].astype(float)
        # Only in the band that holds the 18th birthday are some of its years minors and some
        # adults.
        minors = max(0, _ADULT - first)
        for age in range(first, first + _WIDTH):
            if not 0 < minors < _WIDTH:
                columns[age] = of_band / _WIDTH
            elif age < _ADULT:
                columns[age] = of_band * share_under_18 / minors
            else:
                columns[age] = of_band * (1 - share_under_18) / (_WIDTH - minors)
    columns[firsts[-1]] = people[f"age_{firsts[-1]}"].astype(float)
    return pd.DataFrame(columns)


def band_rates(people: pd.DataFrame, rates: pd.DataFrame) -> pd.Series:
    """Return the rate of each age band: the mean of rates over the people in it.

    Parameters
    ----------
    people
        Sexes by single year of age, from `single_years`.
    rates
        Ages by sexes; ages above the last have the last's.

    Returns
    -------
    pandas.Series
        By age band; NaN for a band that nobody is in.
    """
    ages = people.columns.to_numpy()
    of_age = rates.reindex(np.minimum(ages, rates.index.max()))
    used = people * of_age[list(people.index)].to_numpy().T
    found = {}
    for band, (low, high) in _EDGES.items():
        inside = (ages >= low) & (ages < high)
        total = people.loc[:, inside].to_numpy().sum()
        found[band] = used.loc[:, inside].to_numpy().sum() / total if total else np.nan
    return pd.Series(found, dtype=float)


def rate_factors(by_year: Mapping[int, pd.Series], base: int) -> dict[int, pd.Series]:
    """Return each year's rates of bands over those of the base year; 1 where there is none."""
    first = by_year[base]
    return {
        year: (rates / first.where(first > 0)).fillna(1.0).astype(float)
        for year, rates in by_year.items()
    }


def level_fault(stated: pd.Series, counted: pd.Series) -> str:
    """Return how stated rates of bands differ from rates by single year; empty if they agree.

    One truth: the tables without years count by the stated ones.
    """
    stated_rates = stated.reindex(counted.index).fillna(0.0)
    off = counted[
        (counted - stated_rates).abs() > _CLOSE * counted.clip(lower=stated_rates)
    ].dropna()
    if off.empty:
        return ""
    parts = [f"{band} = {rate:.4g}" for band, rate in counted.fillna(0.0).items() if rate > 0]
    return (
        f"rates of {', '.join(map(str, off.index))} are not what the rates by single year make of "
        f"the people of the first year; write rates = {{ {', '.join(parts)} }}"
    )
