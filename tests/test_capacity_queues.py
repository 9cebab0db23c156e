"""Queues: hand-worked values, tables of the method, identities, and simulations of their own."""

import doctest
import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gamma, gammaincc

from llrgeo.appraisal.capacity import queues
from llrgeo.appraisal.capacity.queues import (
    beds_for_loss,
    beds_for_wait,
    erlang_b,
    erlang_c,
    mean_wait,
    share_waiting,
)
from llrgeo.errors import InputError


def test_the_examples_of_the_module_run() -> None:
    assert doctest.testmod(queues).attempted == 1
    assert doctest.testmod(queues).failed == 0


def test_erlangs_formulas_by_hand() -> None:
    assert erlang_b(2, 1.0) == pytest.approx(0.2)
    assert erlang_b(3, 2.0) == pytest.approx(4 / 19)
    assert erlang_c(3, 2.0) == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("load", "beds", "occupancy"),
    [
        (5, 9, 0.54),
        (10, 15, 0.64),
        (20, 26, 0.74),
        (40, 46, 0.83),
        (80, 86, 0.89),
        (160, 163, 0.93),
    ],
)
def test_beds_that_refuse_one_in_twenty(load: float, beds: int, occupancy: float) -> None:
    assert beds_for_loss(load, 0.05) == beds
    assert load * (1 - erlang_b(beds, load)) / beds == pytest.approx(occupancy, abs=0.006)


@pytest.mark.parametrize(
    ("load", "beds", "refused"),
    [
        (5, 6, 0.19),
        (10, 12, 0.12),
        (20, 24, 0.066),
        (40, 48, 0.030),
        (80, 95, 0.011),
        (160, 189, 0.002),
    ],
)
def test_what_85_per_cent_occupancy_would_refuse(load: float, beds: int, refused: float) -> None:
    assert np.ceil(load / 0.85) == beds
    assert erlang_b(beds, load) == pytest.approx(refused, rel=0.03, abs=0.0005)


@pytest.mark.parametrize(
    ("beds", "wait_days", "blocked"),
    [(22, 7.1, 2073), (24, 1.9, 544), (26, 0.6, 174), (28, 0.2, 57)],
)
def test_waits_and_blocked_acute_beds(beds: int, wait_days: float, blocked: float) -> None:
    wait = mean_wait(beds, 20.0, 25.0)
    assert wait == pytest.approx(wait_days, abs=0.05)
    assert 20 / 25 * 365 * wait == pytest.approx(blocked, abs=0.6)


def test_a_fraction_of_a_bed_agrees_with_the_incomplete_gamma_function() -> None:
    # Jagerman: 1 / B(c, a) = e^a a^-c Gamma(c + 1, a)
    for beds, load in ((0.3, 0.7), (2.6, 1.9), (7.4, 11.2), (25.7, 20.3)):
        inverse = np.exp(load) * load**-beds * gamma(beds + 1) * gammaincc(beds + 1, load)
        assert erlang_b(beds, load) == pytest.approx(1 / inverse, rel=1e-9)


@given(load=st.floats(0.5, 60), share=st.floats(0.001, 0.6))
def test_the_beds_for_a_share_are_the_fewest(load: float, share: float) -> None:
    beds = beds_for_loss(load, share)
    assert erlang_b(beds, load) <= share
    assert beds == 0 or erlang_b(beds - 1, load) > share


def test_beds_that_refuse_exactly_the_share_suffice() -> None:
    assert erlang_b(1, 3.0) == 0.75
    assert beds_for_loss(3.0, 0.75) == 1
    assert beds_for_loss(3.0, 0.74) == 2


def test_the_beds_for_a_wait_are_the_fewest() -> None:
    beds = beds_for_wait(20.0, 25.0, 3.0, 0.1)
    assert share_waiting(beds, 20.0, 25.0, 3.0) <= 0.1 < share_waiting(beds - 1, 20.0, 25.0, 3.0)
    # the share that waits at all is Erlang C
    assert share_waiting(24, 20.0, 25.0, 0.0) == pytest.approx(erlang_c(24, 20.0))
    assert beds_for_wait(0.0, 25.0, 3.0, 0.1) == 0


def test_waits_grow_with_the_variance_of_stays() -> None:
    assert mean_wait(10, 8.3, 25.0, cv=0.4) == pytest.approx(mean_wait(10, 8.3, 25.0) * 0.58)
    # P(W > w) falls by the slower rate of the longer waits
    assert share_waiting(10, 8.3, 25.0, 7.0, cv=1.5) == pytest.approx(
        erlang_c(10, 8.3) * np.exp(-1.7 * 7 / 25 / 1.625)
    )


@pytest.mark.parametrize("cv", [0.0, 0.71, 1.0])
def test_erlang_b_holds_for_any_stay(cv: float) -> None:
    refused, half = _simulate_loss(20.0, 26, cv, seed=5)
    assert erlang_b(26, 20.0) == pytest.approx(refused, abs=half)


@pytest.mark.parametrize(("cv", "slack"), [(1.0, 0.0), (0.4, 0.15)])
def test_waits_lie_in_the_interval_of_a_simulation(cv: float, slack: float) -> None:
    # exact for exponential stays; the approximation for others is within 15 %
    wait, half = _simulate_waits(8.3, 10, 25.0, cv, seed=7)
    assert mean_wait(10, 8.3, 25.0, cv=cv) == pytest.approx(wait, abs=half + slack * wait)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: erlang_b(-1, 2.0), "number of beds is -1"),
        (lambda: erlang_b(3, -2.0), "offered load is -2"),
        (lambda: beds_for_loss(3e8, 0.1), "offered load is 300,000,000; above 100,000 none"),
        (lambda: erlang_b(2e9, 3.0), "number of beds is 2,000,000,000; above 100,000 none"),
        (
            lambda: erlang_c(20, 20.5),
            "no steady state: the queue grows without end|no steady state",
        ),
        (lambda: mean_wait(3, 2.0, 0.0), "the mean stay is 0"),
        (lambda: mean_wait(3, 2.0, 4.0, cv=-0.2), "coefficient of variation"),
        (lambda: share_waiting(3, 2.0, 4.0, -1.0), "a wait of -1"),
        (lambda: beds_for_loss(3.0, 0.0), "target share of 0"),
        (lambda: beds_for_loss(-3.0, 0.1), "offered load is -3"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


def _stays(rng: np.random.Generator, mean: float, cv: float, n: int) -> np.ndarray:
    return np.full(n, mean) if cv == 0 else rng.gamma(cv**-2, mean * cv**2, n)


def _simulate_loss(load: float, beds: int, cv: float, *, seed: int) -> tuple[float, float]:
    """Return the share refused of many arrivals, and the half width of its 99 % interval."""
    rng, batches, size = np.random.default_rng(seed), 30, 4_000
    gaps, stays = rng.exponential(1 / load, (batches + 1) * size), _stays(rng, 1, cv, 10**6)
    ends: list[float] = []
    refused = np.zeros(len(gaps))
    for i, now in enumerate(np.cumsum(gaps)):
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        if len(ends) < beds:
            heapq.heappush(ends, now + stays[i])
        else:
            refused[i] = 1
    means = refused.reshape(-1, size).mean(axis=1)[1:]  # the first batch fills the beds
    return means.mean(), 2.76 * means.std(ddof=1) / batches**0.5


def _simulate_waits(
    load: float, beds: int, stay: float, cv: float, *, seed: int
) -> tuple[float, float]:
    """Return the mean wait of many arrivals served in turn, and its 99 % half width."""
    rng, batches, size = np.random.default_rng(seed), 30, 12_000
    n = (batches + 1) * size
    arrivals, stays = np.cumsum(rng.exponential(stay / load, n)), _stays(rng, stay, cv, n)
    free = [0.0] * beds
    waits = np.empty(n)
    for i, now in enumerate(arrivals):
        start = max(now, free[0])
        heapq.heapreplace(free, start + stays[i])
        waits[i] = start - now
    means = waits.reshape(-1, size).mean(axis=1)[1:]
    return means.mean(), 2.76 * means.std(ddof=1) / batches**0.5
