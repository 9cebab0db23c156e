"""Offered load: what people ask of beds, from admissions and stays, over the seasons.

Occupied bed-days that a ward counts are the *carried* load, what was left after refusals; they
understate what was offered.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, nbdtrik, pdtr, pdtrc, pdtrik

from llrgeo.appraisal.capacity.queues import check_share, check_stay
from llrgeo.appraisal.capacity.whole_numbers import rounded_down
from llrgeo.arrays import Floats, Ints
from llrgeo.errors import InputError

DAYS_A_YEAR: Final = 365.0


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


def seasonal_wave(load: float, amplitude: float, stay_days: float) -> SeasonalLoad:
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
    speed = 2 * np.pi / DAYS_A_YEAR
    damped = amplitude / np.hypot(1, speed * stay_days)
    lag = np.arctan(speed * stay_days) / speed
    return SeasonalLoad(float(damped), float(lag), float(load * (1 + damped)))


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


def _share_above(count: float | Ints, load: float, relative_sd: float) -> Floats:
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
