"""Offered load: admissions and stays, seasons, days with too many patients."""

import numpy as np
import pytest
from scipy.stats import nbinom, norm, poisson

from llrgeo.appraisal.capacity.offered_load import (
    mean_in_beds,
    offered_load,
    patients_quantile,
    seasonal_wave,
    share_of_days_over,
)
from llrgeo.errors import InputError


def test_the_load_is_admissions_times_stays() -> None:
    assert offered_load(940 * 0.4, 37.4) == pytest.approx(38.5, abs=0.05)
    assert offered_load(550, 20) == pytest.approx(30.1, abs=0.05)


def test_the_season_is_damped_and_late() -> None:
    year = seasonal_wave(40.0, 0.2, 25.0)
    assert year.amplitude / 0.2 == pytest.approx(0.919, abs=0.0005)
    assert year.lag_days == pytest.approx(23.6, abs=0.05)
    assert year.peak == pytest.approx(40 * (1 + 0.2 * 0.919), abs=0.01)


def test_the_wave_is_that_of_patients_counted_day_by_day() -> None:
    days = np.arange(4 * 365)
    admissions = 1.6 * (1 + 0.2 * np.sin(2 * np.pi * days / 365))
    # Each day's patients are yesterday's who stay on, and those who came since.
    stay_on = np.exp(-1 / 25)
    load = np.zeros(len(days))
    for day in days[1:]:
        load[day] = load[day - 1] * stay_on + admissions[day] * 25 * (1 - stay_on)
    wave, year = seasonal_wave(40.0, 0.2, 25.0), slice(-365, None)
    assert load[year].max() == pytest.approx(wave.peak, rel=1e-3)
    lag = load[year].argmax() - admissions[year].argmax()
    assert lag == pytest.approx(wave.lag_days, abs=1)


@pytest.mark.parametrize(
    ("load", "beds"), [(5, 9), (10, 15), (20, 28), (40, 51), (80, 95), (160, 181)]
)
def test_days_with_more_patients_than_beds(load: float, beds: int) -> None:
    assert patients_quantile(load, 0.05) == beds
    assert share_of_days_over(beds, load) <= 0.05 < share_of_days_over(beds - 1, load)


def test_an_uncertain_load_needs_more_beds() -> None:
    # the normal form of the method, which holds for large loads
    spread = np.sqrt(160 + (0.1 * 160) ** 2)
    normal = np.ceil(160 + norm.isf(0.05) * spread)
    assert patients_quantile(160, 0.05, relative_sd=0.1) == pytest.approx(normal, abs=1)
    assert patients_quantile(160, 0.05, relative_sd=0.1) > 181


def test_an_uncertain_load_is_a_poisson_of_a_gamma() -> None:
    rng = np.random.default_rng(3)
    loads = rng.gamma(0.3**-2, 12 * 0.3**2, 400_000)
    patients = rng.poisson(loads)
    beds = patients_quantile(12, 0.05, relative_sd=0.3)
    assert (patients > beds).mean() == pytest.approx(
        share_of_days_over(beds, 12, relative_sd=0.3), abs=0.0015
    )
    assert np.minimum(patients, 14).mean() == pytest.approx(
        mean_in_beds(14, 12, relative_sd=0.3), abs=0.03
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: offered_load(100, 0), "the mean stay is 0"),
        (lambda: offered_load(-100, 9), "admissions are -100"),
        (lambda: seasonal_wave(4, 1.2, 9), "amplitude of admissions is 1.2"),
        (lambda: patients_quantile(-4, 0.05), "load -4"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("relative_sd", [0.0, 0.07, 0.8])
def test_days_over_are_those_of_the_distributions_of_scipy(relative_sd: float) -> None:
    for load in (0.06, 2.7, 31.0, 415.0):
        size = 1 / relative_sd**2 if relative_sd else np.nan
        patients = nbinom(size, size / (size + load)) if relative_sd else poisson(load)
        for share in (0.3, 0.05, 0.002):
            found = patients_quantile(load, share, relative_sd=relative_sd)
            assert found == patients.ppf(1 - share)
        over = [share_of_days_over(n, load, relative_sd=relative_sd) for n in (0, 3, 44, 600)]
        assert over == pytest.approx(patients.sf([0, 3, 44, 600]), rel=1e-12)
