"""The simulation against its plain definition: each draw, option and area by itself."""

from dataclasses import replace
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import CLINIC, random_settings, town_setting
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp, kstest, norm

from llrgeo.appraisal.demand import Service, Shares
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.nearest_sites import NO_SITE
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.uncertainty.simulated_errors import (
    begin_streams,
    draw_errors,
    normal_quantiles,
    random_word,
)
from llrgeo.appraisal.uncertainty.simulated_sums import DrawnFactors, Estimates, JourneyList, add_up
from llrgeo.appraisal.uncertainty.simulation import Uncertainty, simulate
from llrgeo.schema import AGE_BANDS
from llrgeo.travel.times import TravelTimes

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]

DRAWS, SEED = 17, 3
UNSURE = Uncertainty(7.0, speed_sd=0.1, rate_sd=0.3, growth_sd=0.2)


def factors(rng: np.random.Generator, sd: float, shape: tuple[int, ...]) -> np.ndarray:
    """Draw factors with mean 1 as the simulation does."""
    return rng.lognormal(-np.log1p(sd**2) / 2, np.sqrt(np.log1p(sd**2)), shape)


def word_of(state: int, number: int) -> int:
    """Return a word of SplitMix64 by whole numbers of any size (Steele, Lea and Flood 2014)."""
    word = (state + (number + 1) * 0x9E3779B97F4A7C15) % 2**64
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
    return word ^ (word >> 31)


def errors_of(key: int, pair: int) -> np.ndarray:
    """Return the errors of a journey in all draws, in standard deviations."""
    state = word_of(key, pair)
    parts = [word_of(state, i // 4) >> 16 * (i % 4) & 0xFFFF for i in range(DRAWS)]
    return np.array([NormalDist().inv_cdf((part + 0.5) / 65_536) for part in parts])


def number_of(pair: tuple[str, str], inputs: AppraisalInputs) -> int:
    """Return the place of a journey in the matrix of minutes, row after row."""
    minutes = inputs.times.minutes
    area, site = minutes.index.get_loc(pair[0]), minutes.columns.get_loc(pair[1])
    return area * len(minutes.columns) + site


def with_a_second_service(case: Case, seed: int) -> Case:
    """Add a service of other sites and shares than the clinic, and shares of one option's own."""
    inputs, fewer, more = case
    rng = np.random.default_rng(seed)
    rates, usual = {"age_18_64": 70.0, "age_75_84": 30.0}, Shares(0.1, 0.3)
    scans = Service("scans", "Scans", "visitor", rates, 17.0, shares=usual)
    some = [frozenset(rng.choice(inputs.sites.index, 1)) for _ in range(2)]
    own = Shares(*rng.choice([(0.1, 0.3), (0.3, 0.1), (0.2, 0.0)]))
    fewer, more = (
        replace(option, sites={**option.sites, "scans": sites})
        for option, sites in zip((fewer, more), some, strict=True)
    )
    more = replace(more, shares={"scans": own})
    return replace(inputs, services=(*inputs.services, scans)), fewer, more


@settings(max_examples=12, deadline=None)
@given(random_settings(), st.integers(0, 2**16))
def test_each_draw_is_what_its_plain_definition_says(case: Case, other: int) -> None:
    inputs, fewer, more = with_a_second_service(case, other)
    services = inputs.visited
    results = evaluate_options([fewer, more], inputs, baseline="fewer")
    used = {
        (name, service.id): result.services[service.id].allocation["site_id"]
        for name, result in results.items()
        for service in services
    }
    made = {(area, site) for each in used.values() for area, site in each.dropna().items()}
    # The draws in the order in which the simulation asks for them.
    rng = np.random.default_rng(SEED)
    key = int(rng.integers(2**64, dtype="u8"))
    error = {pair: errors_of(key, number_of(pair, inputs)) * 7.0 * 1.4826 for pair in made}
    speed = factors(rng, 0.1, (DRAWS,))
    rate = factors(rng, 0.3, (DRAWS, len(services)))
    growth = factors(rng, 0.2, (DRAWS, len(AGE_BANDS)))
    ages = dict(zip(inputs.areas.index, inputs.areas[list(AGE_BANDS)].to_numpy(), strict=True))
    rates = [[service.rates.get(band, 0.0) for band in AGE_BANDS] for service in services]
    found = simulate(results, inputs, UNSURE, draws=DRAWS, seed=SEED)
    for option in (fewer, more):
        shares = [option.shares_of(service.id, service.shares) for service in services]
        for draw in range(DRAWS):
            spent = travellers = in_time = contacts = 0.0
            for area in inputs.areas.index:
                people = ages[area] * growth[draw]
                asked = [
                    people @ by_band / 1_000 * rate[draw, s] for s, by_band in enumerate(rates)
                ]
                travel = sum(a * share.at_sites for a, share in zip(asked, shares, strict=True))
                travellers += people.sum() * (travel > 0)
                for service, number, share in zip(services, asked, shares, strict=True):
                    site, minutes = used[option.name, service.id][area], inputs.ceiling
                    if isinstance(site, str):
                        drawn = error[area, site][draw]
                        known = inputs.times.minutes.loc[area, site]
                        minutes = max(known * speed[draw] + drawn, 0.0)
                    if travel > 0:
                        spent += people.sum() * number * share.at_sites / travel * minutes
                    soon = isinstance(site, str) and minutes <= service.travel_standard_min
                    in_time += number * (share.video + (1 - share.video) * soon)
                    contacts += number
            mean, within = (
                found.values[m][option.name][draw] for m in ("mean_minutes", "within_standard")
            )
            # Quantiles are kept in single precision: an error of 40 minutes to 0.000003.
            expected = spent / travellers if travellers else np.nan
            assert mean == pytest.approx(expected, abs=1e-5, nan_ok=True)
            assert within == pytest.approx(in_time / contacts if contacts else np.nan, nan_ok=True)


def test_the_sums_of_a_draw_do_not_depend_on_the_draws_beside_it() -> None:
    rng = np.random.default_rng(4)
    estimates = Estimates(
        rng.random(3) * 9,
        rng.integers(2**64, size=3, dtype="u8"),
        3.0,
        rng.random((2, 3)),
        rng.random((2, 2, 3)),
        np.array([[0.3, 0.7]]),
        np.array([4.0, 6.0]),
        20.0,
    )
    places = ([0, 2, 5], [0, 1, NO_SITE, 2, 2], [0, 1, 0, 0, 1], [0] * 5, [0, 1, 0, 2, 1])
    journeys = JourneyList(*(np.array(each) for each in places))
    speed, rate, growth = (rng.random(shape) for shape in ((300,), (300, 2), (300, 3)))
    together = add_up(DrawnFactors(0, speed, rate, growth), estimates, journeys, 3)
    # 128 draws are worked on side by side, and errors are made for four at a time.
    for first, last in ((0, 1), (124, 131), (128, 300), (296, 297)):
        some = slice(first, last)
        alone = add_up(
            DrawnFactors(first, speed[some], rate[some], growth[some]), estimates, journeys, 3
        )
        for found, expected in zip(alone, together, strict=True):
            assert found.tolist() == expected[:, some].tolist()


def test_the_words_of_a_stream_are_those_of_splitmix64() -> None:
    # The first five of seed 1234567, as other implementations have them.
    known = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    state = np.uint64(1234567)
    assert [int(random_word(state, number)) for number in range(5)] == known
    assert [word_of(1234567, number) for number in range(5)] == known
    assert begin_streams(state, np.array([3, 0])).tolist() == [known[3], known[0]]


def test_errors_are_normal_and_tell_nothing_of_one_another() -> None:
    # Neighbours in numbering are the likeliest to have something in common.
    journeys, draws = 400, 10_000
    errors, quantiles = np.empty((journeys, draws), np.float32), normal_quantiles()
    for state, row in zip(begin_streams(np.uint64(5), np.arange(journeys)), errors, strict=True):
        draw_errors(state, 0, quantiles, row)
    assert kstest(errors.ravel(), "norm").pvalue > 0.001
    within = errors.astype(float)
    n = within.size
    # A mean of n products of two errors has a standard deviation of about 1 / n**0.5.
    for other in (
        within * np.roll(within, 1, axis=0),
        *(within * np.roll(within, step, axis=1) for step in (1, 2, 3, 4, 8)),
    ):
        assert abs(other.mean()) < 4 / n**0.5
    between = np.corrcoef(within)[np.triu_indices(journeys, 1)] * draws**0.5
    assert kstest(between, "norm").pvalue > 0.001


def test_the_quantiles_are_the_normal_distribution() -> None:
    quantiles = normal_quantiles().astype(float)
    assert len(quantiles) == 65_536
    np.testing.assert_array_equal(quantiles, -quantiles[::-1])
    assert quantiles.std() == pytest.approx(1.0, abs=2e-5)
    assert (quantiles**4).mean() == pytest.approx(3.0, abs=1e-3)
    assert np.abs(norm.cdf(quantiles) - (np.arange(65_536) + 0.5) / 65_536).max() < 1e-7


@pytest.mark.parametrize("speed_sd", [0.0, 0.05])
def test_intervals_are_those_of_other_normal_draws_within_their_sampling_error(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes, speed_sd: float
) -> None:
    inputs = replace(
        town_setting(town_areas, town_sites, TravelTimes(town_times.minutes + 40)),
        services=(CLINIC,),
    )
    # Journeys too long for an error to reach 0; the farm's is not there.
    inputs = replace(inputs, areas=inputs.areas.drop(index="F"))
    today = Option("today", "Today", {"clinic": frozenset("A")})
    results = evaluate_options([today], inputs, baseline="today")
    unsure = Uncertainty(2.0, speed_sd, rate_sd=0.0, growth_sd=0.0)
    draws = 10_000
    found = simulate(results, inputs, unsure, draws=draws, seed=1).values["mean_minutes"]["today"]
    residents = inputs.areas[list(AGE_BANDS)].sum(axis=1).to_numpy()
    minutes = inputs.times.minutes.loc[inputs.areas.index, "A"].to_numpy()
    rng = np.random.default_rng(2)
    error = rng.normal(0, 2.0 * 1.4826, (draws, len(minutes)))
    other = (minutes * factors(rng, speed_sd, (draws, 1)) + error) @ residents / residents.sum()
    # The same distribution by the sample's own test, and each published quantile in the binomial
    # error of its rank: of 10,000 draws, four standard deviations.
    assert ks_2samp(found, other).pvalue > 0.001
    for q in (0.05, 0.5, 0.95):
        rank = 4 * (2 * q * (1 - q) / draws) ** 0.5
        low, high = np.quantile(other, [q - rank, q + rank])
        assert low < np.quantile(found, q) < high
