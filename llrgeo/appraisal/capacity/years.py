"""Demand over the years: rates that age with health, and what changes demand, step by step."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.schema import AGE_BANDS, OLDER_BANDS

# The middle of each age band, in years; the open one as if it were ten years wide.
_MIDDLES: Final = dict(zip(AGE_BANDS, (9.0, 41.5, 70.0, 80.0, 90.0), strict=True))
RateFactors: TypeAlias = Mapping[str, Mapping[int, pd.Series]]
"""Rates of a year over those of the first year: by service, year and age band."""


def age_gradient(rates: pd.Series) -> pd.Series:
    """Return how steeply rates rise with age: d ln(rate) / d age, by band.

    Central differences between the middles of bands, one-sided for the last and where a
    neighbour has no rate. 0 for bands under 65, to which healthy ageing is not applied, and for a
    band that has no rate or no neighbour with one.
    """
    by_band = rates.reindex(list(AGE_BANDS)).fillna(0.0).astype(float)
    with np.errstate(divide="ignore"):
        logs = np.log(by_band.to_numpy())
    ages = np.array([_MIDDLES[band] for band in AGE_BANDS])
    slopes: dict[str, float] = {}
    for i, band in enumerate(AGE_BANDS):
        # The neighbours that have a rate; the band itself stands in for one that has none.
        near = [k for k in (i - 1, i, i + 1) if 0 <= k < len(ages) and np.isfinite(logs[k])]
        usable = band in OLDER_BANDS and i in near and len(near) > 1
        # The rise of the log of the rate between the neighbours, over the years between their
        # middles.
        rise = (logs[near[-1]] - logs[near[0]]) / (ages[near[-1]] - ages[near[0]]) if usable else 0
        slopes[band] = float(rise)
    return pd.Series({band: slopes[str(band)] for band in rates.index}, dtype=float)


def rates_after(rates: pd.Series, years_on: float, *, health_gain_years: float) -> pd.Series:
    """Return rates of a later year, if people of an age grow healthier or sicker.

    r exp(-delta g t): delta is the years of age gained each year. 0 keeps today's health at each
    age, a critical assumption; 0.1 makes a person of 80 in ten years as healthy as one of 79 now.
    """
    gained = health_gain_years * years_on
    if gained == 0:
        return rates.astype(float)
    return pd.Series(rates * np.exp(-gained * age_gradient(rates)), name=rates.name)


def rates_of_year(
    rates: pd.Series,
    years: tuple[int, int],
    *,
    health_gain_years: float,
    factors: RateFactors,
) -> pd.Series:
    """Return the rates of a year: people of an age as healthy, and bands as old, as they then are.

    Parameters
    ----------
    rates
        Of the first year, by age band; the name is that of the service.
    years
        The first year and the year.
    health_gain_years
        Years of age gained each year (`rates_after`).
    factors
        Rates of a year over those of the first, by service, year and band; for services whose
        rates were counted by single year of age.
    """
    base, year = years
    later = rates_after(rates, year - base, health_gain_years=health_gain_years)
    within = factors.get(str(rates.name), {}).get(year)
    return later if within is None else later * within.reindex(later.index, fill_value=1.0)


def waterfall(levels: Mapping[str, float]) -> pd.DataFrame:
    """Return what each step adds to demand, in the order given; the steps add up exactly.

    Parameters
    ----------
    levels
        The level after each step, the start first: such as today, population, health, other
        growth, shift of care, length of stay. The share of a step depends on the order, so state
        it.

    Returns
    -------
    pandas.DataFrame
        On `step`: `level` after it, in whole units, and `change` it makes. The first level plus
        all changes is the last level, to the unit.

    Raises
    ------
    InputError
        If there is nothing to compare.
    """
    if not levels:
        msg = "a waterfall needs at least the level it starts from"
        raise InputError(msg)
    # Levels are rounded, not changes, so that what is printed adds up.
    level = np.rint(np.array(list(levels.values()))).astype(np.int64)
    change = np.diff(level, prepend=level[0])
    return pd.DataFrame(
        {"level": level, "change": change}, index=pd.Index(list(levels), name="step")
    )


def first_year_short(needed: pd.DataFrame, have: pd.Series) -> pd.Series:
    """Return the first year in which each site needs more than it has; missing if none.

    `needed` has sites by years; `have` is by site, NaN where nothing is stated (then missing).
    """
    years = sorted(needed.columns)
    stated = have.reindex(needed.index).fillna(np.inf).to_numpy(float)
    short = needed[years].to_numpy(float) > stated[:, None]
    never = np.asarray(~short.any(axis=1))
    first = pd.arrays.IntegerArray(np.array(years)[short.argmax(axis=1)], never)
    return pd.Series(first, needed.index, name="first_year_short")
