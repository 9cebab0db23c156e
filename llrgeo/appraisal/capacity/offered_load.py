"""Offered load: what people ask of beds, from admissions and stays, over the seasons.

Occupied bed-days that a ward counts are the *carried* load, what was left after refusals; they
understate what was offered. `offered_from_occupied` puts that right where the beds are known.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betainc, gammaincc, gammainccinv, nbdtrik, pdtr, pdtrc, pdtrik

from llrgeo.appraisal.capacity.queues import check_share, check_stay, erlang_b
from llrgeo.appraisal.capacity.whole_numbers import rounded_down
from llrgeo.errors import InputError

DAYS_A_YEAR: Final = 365.0
_PER: Final = 1_000  # rates are a year and 1,000 residents
_LONGEST: Final = 1e-9  # a share of stays this small is left out of the sum over past days


@dataclass(frozen=True, slots=True)
class SeasonalLoad:
    """What a yearly wave of admissions does to the beds in use.

    Attributes
    ----------
    amplitude
        Height of the wave of the load, as a share of its mean.
    lag_days
        Days by which its peak comes after that of admissions.
    peak
        The greatest load, in erlangs: beds are sized for this.
    """

    amplitude: float
    lag_days: float
    peak: float


def admissions_of(people: pd.DataFrame, rates: pd.Series) -> pd.Series:
    """Return admissions a year of each area: people of a band times its rate, over the bands.

    Parameters
    ----------
    people
        Areas by age bands.
    rates
        Admissions a year and 1,000 people, by age band; a band left out has none.

    Raises
    ------
    InputError
        If a rate is of a band that the people do not have, or is negative.
    """
    unknown = rates.index.difference(people.columns)
    if len(unknown):
        msg = f"rates are of the unknown age band '{unknown[0]}'; known are {list(people.columns)}"
        raise InputError(msg)
    if not (rates >= 0).all():
        msg = f"the rate of {rates.index[~(rates >= 0)][0]} is not a number of at least 0"
        raise InputError(msg)
    return (people[rates.index] @ rates.astype(float) / _PER).rename("admissions")


def offered_load(admissions: float, stay_days: float) -> float:
    """Return the offered load in erlangs of admissions a year that stay a mean number of days.

    Raises
    ------
    InputError
        If the stay is not above 0, or admissions are negative.
    """
    check_stay(stay_days)
    if not 0 <= admissions < np.inf:
        msg = f"admissions are {admissions:g} a year; they must be at least 0"
        raise InputError(msg)
    return admissions * stay_days / DAYS_A_YEAR


def offered_from_occupied(occupied_bed_days: float, beds: float) -> float:
    """Return the load that must have been offered, if these bed-days a year were occupied.

    Solves a (1 - B(c, a)) = carried for a: those refused are put back. It assumes that who found
    no bed went elsewhere.

    Raises
    ------
    InputError
        If the bed-days do not fit into the beds.
    """
    from scipy.optimize import brentq

    carried = occupied_bed_days / DAYS_A_YEAR
    if not 0 <= carried < beds:
        msg = (
            f"{occupied_bed_days:g} occupied bed-days a year do not fit into {beds:g} beds; "
            "state more beds, or fewer bed-days"
        )
        raise InputError(msg)
    high = max(1.0, carried)
    # The carried load tends to the number of beds as the offered one grows: a root exists.
    while high * (1 - erlang_b(beds, high)) < carried:
        high *= 2
    return float(brentq(lambda a: a * (1 - erlang_b(beds, a)) - carried, 0, high))


def seasonal_wave(
    load: float, amplitude: float, stay_days: float, *, period_days: float = DAYS_A_YEAR
) -> SeasonalLoad:
    """Return the load under admissions l (1 + A sin wt) and exponential stays.

    Mt/G/infinity (Jennings, Mandelbaum, Massey and Whitt 1996): the wave of the load is lower by
    sqrt(1 + (wL)^2) and late by atan(wL) / w.

    Raises
    ------
    InputError
        If the stay is not above 0 or the amplitude does not lie between 0 and 1.
    """
    check_stay(stay_days)
    if not 0 <= amplitude <= 1:
        msg = f"the amplitude of admissions is {amplitude:g}; it must lie between 0 and 1"
        raise InputError(msg)
    speed = 2 * np.pi / period_days
    damped = amplitude / np.hypot(1, speed * stay_days)
    lag = np.arctan(speed * stay_days) / speed
    return SeasonalLoad(float(damped), float(lag), float(load * (1 + damped)))


def load_over_year(
    admissions_a_day: NDArray[np.float64], stay_days: float, *, cv: float = 1.0
) -> NDArray[np.float64]:
    """Return the offered load on each day of a cycle of daily admissions that repeats for ever.

    m(t) = sum over u of lambda(t - u) P(stay > u): a bed is in use today if its patient came u
    days ago and stays longer than that. Stays are gamma distributed with this mean and coefficient
    of variation (1 is exponential). Size beds for the greatest value.

    Raises
    ------
    InputError
        If the stay is not above 0.
    """
    check_stay(stay_days, cv)
    days = len(admissions_a_day)
    # A cv of 0 is a constant stay, the limit of a gamma distribution. A gamma distribution of this
    # mean and coefficient of variation stands for all stays.
    shape = 1 / max(cv, 1e-3) ** 2
    scale = stay_days / shape
    # So many past days as it takes until a bed is as good as never still in use, in whole cycles.
    last = int(np.ceil(gammainccinv(shape, _LONGEST) * scale)) + 1
    last = -(-last // days) * days
    # The mean share of day u after admission that a bed is still in use, by Simpson's rule.
    u = np.arange(last)
    begins, middle, ends = (gammaincc(shape, (u + part) / scale) for part in (0, 0.5, 1))
    present = (begins + 4 * middle + ends) / 6
    # Days of earlier cycles had the same admissions, so they are folded into one.
    folded = present.reshape(-1, days).sum(axis=0)
    # The load of a day is the sum over past days of admissions times the share still there: a
    # circular convolution, which is a product of spectra.
    spectrum = np.fft.rfft(admissions_a_day) * np.fft.rfft(folded)
    return np.fft.irfft(spectrum, days)


def patients_quantile(load: float, share: float, *, relative_sd: float = 0.0) -> int:
    """Return the number of beds that patients exceed on at most a share of days.

    M/G/infinity: patients present are Poisson with the load as mean. Where the load is itself
    uncertain or bunched (winter, batches), with relative standard deviation s, they are negative
    binomial with variance a + (s a)^2: exact if the load is gamma distributed, and good for
    small loads too, where the normal form a + z sqrt(v) is not.

    Raises
    ------
    InputError
        If the share does not lie above 0 and below 1, or the load or `relative_sd` is negative.
    """
    check_share(share)
    if not (0 <= load < np.inf and relative_sd >= 0):
        msg = f"load {load:g} and its relative sd {relative_sd:g} must be at least 0"
        raise InputError(msg)
    if load == 0:
        return 0
    # The quantile of a discrete distribution is the fewest that meets it: the root of its
    # continuous form, rounded up, or one less where rounding errors put that root too high.
    target = 1 - share
    if relative_sd == 0:
        most = max(np.ceil(pdtrik(target, load)), 0.0)
        return int(most - (most > 0 and pdtr(most - 1, load) >= target))
    size, probability = _bunched(load, relative_sd)
    most = max(np.ceil(nbdtrik(target, size, probability)), 0.0)
    return int(most - (most > 0 and betainc(size, most, probability) >= target))


def share_of_days_over(beds: float, load: float, *, relative_sd: float = 0.0) -> float:
    """Return the share of days with more patients than beds; see `patients_quantile`."""
    if load == 0:
        return 0.0
    return float(_share_above(rounded_down(beds), load, relative_sd))


def mean_in_beds(beds: float, load: float, *, relative_sd: float = 0.0) -> float:
    """Return the mean of the patients present who have a bed, the rest being in extra places."""
    if load == 0:
        return 0.0
    # E[min(N, c)] is the sum over k below c of P(N > k).
    return float(_share_above(np.arange(rounded_down(beds)), load, relative_sd).sum())


def _share_above(
    count: float | NDArray[np.int64], load: float, relative_sd: float
) -> NDArray[np.float64]:
    """Return the share of days with more patients present than a count, or each of some counts."""
    # By special functions: scipy.stats takes longer to import than all beds take to work out.
    if relative_sd == 0:
        return np.asarray(pdtrc(count, load))
    size, probability = _bunched(load, relative_sd)
    return np.asarray(betainc(np.asarray(count) + 1, size, 1 - probability))


def _bunched(load: float, relative_sd: float) -> tuple[float, float]:
    """Return size and probability of the negative binomial of patients present on a day."""
    size = 1 / relative_sd**2
    return size, size / (size + load)
