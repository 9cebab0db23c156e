"""Crisis response by queue: the worked example, pooling, and simulations of its own."""

import heapq

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.crisis import (
    Dispatch,
    larson_q,
    nearest_free_share,
    response,
    share_in_time,
    share_in_time_by_base,
    shares_in_time,
    teams_for_share,
)
from llrgeo.appraisal.capacity.queues import erlang_c
from llrgeo.errors import InputError

LLR = Dispatch(17_900 / 365 / 12, 1.75, 120, 30)
DRIVE, CALLS = np.array([20.0]), np.array([1.0])


def test_one_pool_for_llr() -> None:
    assert LLR.calls_an_hour == pytest.approx(4.1, abs=0.02)
    shares = [share_in_time(LLR, teams, DRIVE, CALLS) for teams in (9, 10, 11)]
    assert shares == pytest.approx([0.88, 0.96, 0.99], abs=0.006)
    assert teams_for_share(LLR, DRIVE, CALLS, share=0.95) == 10
    assert response(LLR, 7, DRIVE, CALLS) == (0, 1)  # 7 teams for 7.15 erlangs
    in_time, busy = response(LLR, 9, DRIVE, CALLS)
    assert in_time == shares[0]
    assert busy == pytest.approx(7.15 / 9, abs=0.001)


def test_seven_separate_bases() -> None:
    bases = list("abcdefg")
    base = pd.Series(bases, index=bases)
    drive, calls = pd.Series(20.0, index=bases), pd.Series(13.0, index=bases)
    for teams, expected in ((2, 0.82), (3, 0.97)):
        found = share_in_time_by_base(LLR, pd.Series(teams, index=bases), base, drive, calls)
        assert found == pytest.approx(expected, abs=0.006)


def test_bases_by_hand() -> None:
    base = pd.Series({"n": "x", "s": "x", "w": "y"})
    drive = pd.Series({"n": 11.0, "s": 95.0, "w": 17.0})
    calls = pd.Series({"n": 4.0, "s": 2.0, "w": 3.0})
    teams = pd.Series({"x": 7, "y": 4})
    found = share_in_time_by_base(LLR, teams, base, drive, calls)
    x = shares_in_time(LLR.split(6 / 9), 7, np.array([11.0, 95.0]))
    y = shares_in_time(LLR.split(3 / 9), 4, np.array([17.0]))
    assert x[1] == 0  # the drive alone breaks the standard
    assert found == pytest.approx((4 * x[0] + 3 * y[0]) / 9)


def test_a_drive_that_leaves_no_minute_to_wait_is_in_time_if_a_team_is_free() -> None:
    free = 1 - erlang_c(9, LLR.load)
    assert share_in_time(LLR, 9, np.array([120.0 - 30]), CALLS) == pytest.approx(free)
    assert 0.5 < free < 0.9


def test_jobs_that_vary_more_make_more_calls_late() -> None:
    varied = Dispatch(LLR.calls_an_hour, 1.75, 120, 30, cv=1.6)
    rate = (9 / 1.75 - LLR.calls_an_hour) * 2 / (1 + 1.6**2)
    by_hand = 1 - erlang_c(9, LLR.load) * np.exp(-rate * 70 / 60)
    assert share_in_time(varied, 9, DRIVE, CALLS) == pytest.approx(by_hand)
    assert by_hand < share_in_time(LLR, 9, DRIVE, CALLS)


def test_no_number_of_teams_shortens_the_drive() -> None:
    drives, calls = np.array([20.0, 100.0]), np.array([7.0, 3.0])
    with pytest.raises(InputError, match="no number of teams reaches 75% in time"):
        teams_for_share(LLR, drives, calls, share=0.75)


@pytest.mark.parametrize(("teams", "drive"), [(9, 20.0), (8, 55.0)])
def test_the_share_lies_in_the_interval_of_a_simulation(teams: int, drive: float) -> None:
    late, half = _simulate(LLR, teams, LLR.standard_min - LLR.call_min - drive, seed=3)
    expected = share_in_time(LLR, teams, np.array([drive]), CALLS)
    assert expected == pytest.approx(1 - late, abs=half)


def test_larsons_correction_by_hand() -> None:
    # two teams at a load of 1: P0 = 1/3, P1 = 1/3, all busy 1/3
    assert larson_q(2, 0.5, 0) * 0.5 == pytest.approx(1 / 3 + 1 / 3 * 0.5)
    assert larson_q(2, 0.5, 1) * 0.5 * 0.5 == pytest.approx(1 / 3 * 0.5)


def test_free_teams_within_reach() -> None:
    reach, calls = np.array([0, 1, 3]), np.array([2.0, 5.0, 4.0])
    free = nearest_free_share(reach, calls, 5, 3.4)
    by_hand = [sum(larson_q(5, 0.68, j) * 0.68**j * 0.32 for j in range(k)) for k in (0, 1, 3)]
    assert free == pytest.approx(np.average(by_hand, weights=calls))


def test_larsons_correction_in_a_simulation() -> None:
    """Among five servers tried in random order, count calls that find the first three busy."""
    rng, batches, size = np.random.default_rng(2), 30, 4_000
    n = (batches + 1) * size
    arrivals, jobs = np.cumsum(rng.exponential(1 / 3.4, n)), rng.exponential(1.0, n)
    order = rng.random((n, 5)).argsort(axis=1)
    ends = np.zeros(5)
    found = np.zeros(n)
    for i, now in enumerate(arrivals):
        tried = order[i][:3]
        found[i] = (ends[tried] <= now).any()
        free = [s for s in order[i] if ends[s] <= now]
        server = free[0] if free else int(ends.argmin())
        ends[server] = max(now, ends[server]) + jobs[i]
    means = found.reshape(-1, size).mean(axis=1)[1:]
    exact = nearest_free_share(np.array([3]), np.array([1.0]), 5, 3.4)
    assert exact == pytest.approx(means.mean(), abs=2.76 * means.std(ddof=1) / batches**0.5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Dispatch(4.0, 0.0, 120, 30), "mean stay is 0"),
        (lambda: Dispatch(4.0, 1.0, 120, 130), "call longer than the standard"),
        (lambda: larson_q(3, 1.0, 1), "have no free one"),
        (
            lambda: share_in_time_by_base(
                LLR,
                pd.Series({"x": 2}),
                pd.Series({"n": "z"}),
                pd.Series({"n": 4.0}),
                pd.Series({"n": 1.0}),
            ),
            "no number of teams for the base z",
        ),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


def _simulate(dispatch: Dispatch, teams: int, slack_min: float, *, seed: int):
    """Return the share of calls that wait longer than the slack, and its 99 % half width."""
    rng, batches, size = np.random.default_rng(seed), 30, 8_000
    n = (batches + 1) * size
    arrivals = np.cumsum(rng.exponential(1 / dispatch.calls_an_hour, n))
    jobs = rng.exponential(dispatch.job_h, n)
    free = [0.0] * teams
    late = np.zeros(n)
    for i, now in enumerate(arrivals):
        start = max(now, free[0])
        heapq.heapreplace(free, start + jobs[i])
        late[i] = (start - now) * 60 > slack_min
    means = late.reshape(-1, size).mean(axis=1)[1:]
    return means.mean(), 2.76 * means.std(ddof=1) / batches**0.5
