"""Crisis response: the share of calls reached in time, by the number of teams on duty.

A call waits for triage, for a free team, and for its drive. Teams are servers of a queue (M/M/c):
with few of them it is the wait for a team that breaks the standard, not the drive, so pooling
bases counts for more than moving them. Rates are those of the busiest hours, not of the mean.
"""

from dataclasses import dataclass
from math import factorial
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.queues import check_stay, erlang_c
from llrgeo.arrays import Floats, Ints
from llrgeo.errors import InputError

_MINUTES_AN_HOUR: Final = 60
_MOST_TEAMS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Calls of one dispatch area, and the standard they are held to.

    Attributes
    ----------
    calls_an_hour
        Calls an hour while teams are on duty, in the busiest hours.
    job_h
        Hours of a job: out, on scene, write-up and back.
    standard_min
        Minutes within which the team should be there.
    call_min
        Minutes of triage before a team is sent.
    cv
        Coefficient of variation of jobs; 1 is exponential, any other is approximate.
    """

    calls_an_hour: float
    job_h: float
    standard_min: float
    call_min: float
    cv: float = 1.0

    def __post_init__(self) -> None:
        check_stay(self.job_h, self.cv)
        if not (self.calls_an_hour >= 0 and 0 <= self.call_min <= self.standard_min):
            msg = (
                f"{self.calls_an_hour:g} calls an hour, {self.call_min:g} of "
                f"{self.standard_min:g} minutes for the call: neither may be negative, nor the "
                "call longer than the standard"
            )
            raise InputError(msg)

    @property
    def load(self) -> float:
        """Return the teams that are busy on average, in erlangs."""
        return self.calls_an_hour * self.job_h

    def split(self, share: float) -> "Dispatch":
        """Return the dispatch of a share of the calls."""
        return Dispatch(
            self.calls_an_hour * share, self.job_h, self.standard_min, self.call_min, self.cv
        )


def shares_in_time(dispatch: Dispatch, teams: int, drive_min: Floats) -> Floats:
    """Return the share of calls from each area that a team reaches in time.

    P = 1 - C(c, a) exp(-(c / h - lambda) slack), where the slack is what triage and the drive
    leave of the standard; 0 where they leave nothing, and everywhere if the teams are too few for
    the calls, for then waits grow without end.
    """
    # What is left of the standard after the call is handled and the drive is made: the longest
    # wait.
    slack_h = (dispatch.standard_min - dispatch.call_min - drive_min) / _MINUTES_AN_HOUR
    # No steady state: every call waits without end, unless there are no calls at all.
    if dispatch.load >= teams:
        return np.where(slack_h >= 0, 1.0, 0.0) * (0.0 if dispatch.load > 0 else 1.0)
    # Waits are exponential with this rate for those who wait (M/M/c); the last factor is the
    # approximation of Lee and Longton (1959) for jobs that are not exponential.
    rate = (teams / dispatch.job_h - dispatch.calls_an_hour) * 2 / (1 + dispatch.cv**2)
    waits = erlang_c(teams, dispatch.load) if dispatch.load else 0.0
    in_time = 1 - waits * np.exp(-rate * np.maximum(slack_h, 0.0))
    return np.where(slack_h >= 0, in_time, 0.0)


def share_in_time(dispatch: Dispatch, teams: int, drive_min: Floats, calls: Floats) -> float:
    """Return the share of all calls reached in time; `calls` weights the areas."""
    return float(np.average(shares_in_time(dispatch, teams, drive_min), weights=calls))


def teams_for_share(dispatch: Dispatch, drive_min: Floats, calls: Floats, *, share: float) -> int:
    """Return the fewest teams on duty that reach a share of calls in time.

    Raises
    ------
    InputError
        If the drives alone leave fewer in time, however many teams there are.
    """
    # With unlimited teams nobody waits: calls that are late even then no number of teams reaches.
    near = np.average(drive_min <= dispatch.standard_min - dispatch.call_min, weights=calls)
    if near <= share:
        msg = (
            f"no number of teams reaches {share:.0%} in time: the drive alone leaves "
            f"{near:.0%} within the standard"
        )
        raise InputError(msg)
    for teams in range(max(1, int(np.ceil(dispatch.load))), _MOST_TEAMS):
        if share_in_time(dispatch, teams, drive_min, calls) >= share:
            return teams
    msg = f"no number of teams up to {_MOST_TEAMS} reaches {share:.0%} in time"
    raise InputError(msg)


def response(
    dispatch: Dispatch, teams: int, drive_min: Floats, calls: Floats
) -> tuple[float, float]:
    """Return the share of calls reached in time, and the mean share of teams that are out.

    `drive_min` and `calls` are by area; +inf cannot be reached and is counted as late.
    """
    busy = min(dispatch.load / teams, 1.0) if teams else 1.0
    return share_in_time(dispatch, teams, drive_min, calls), busy


def share_in_time_by_base(
    dispatch: Dispatch, teams: pd.Series, base: pd.Series, drive_min: pd.Series, calls: pd.Series
) -> float:
    """Return the share in time where each base answers for its own areas alone.

    Parameters
    ----------
    dispatch
        Of all calls; each base has its areas' share of them.
    teams
        Teams on duty, by base.
    base, drive_min, calls
        By area: its base, the drive from there, and its calls.

    Raises
    ------
    InputError
        If an area's base has no number of teams.
    """
    unknown = set(base.dropna()) - set(teams.index)
    if unknown:
        msg = f"no number of teams for the base {min(unknown)}"
        raise InputError(msg)
    code = teams.index.get_indexer(pd.Index(base))
    weights, minutes = calls.to_numpy(float), drive_min.to_numpy(float)
    reached, all_calls = 0.0, calls.sum()
    for place, count in enumerate(teams.tolist()):
        # Calls of a base come to its own teams: a queue of its own, thinner than the pooled one.
        areas = np.flatnonzero(code == place)
        calls_of_base = weights[areas]
        part = dispatch.split(float(calls_of_base.sum() / all_calls))
        reached += float(shares_in_time(part, int(count), minutes[areas]) @ calls_of_base)
    return reached / float(calls.sum())


def nearest_free_share(reach: Ints, calls: Floats, teams: int, load: float) -> float:
    """Return the share of calls that find a team free within reach, when the nearest free is sent.

    Maximum expected covering (Daskin 1983), sum w (1 - q^k), with the correction of Larson (1975)
    for teams that are not busy independently: they share one queue.

    Parameters
    ----------
    reach
        Teams within reach of each area, k.
    calls
        Weights of the areas.
    teams, load
        Teams on duty in all, and the mean number busy.
    """
    # The chance that the first j teams tried are busy and the next is free, summed up to k.
    busy = load / teams
    free = np.concatenate(
        [[0.0], np.cumsum([larson_q(teams, busy, j) * busy**j * (1 - busy) for j in range(teams)])]
    )
    return float(np.average(free[reach], weights=calls))


def larson_q(teams: int, busy: float, ahead: int) -> float:
    """Return Larson's (1975) correction Q(c, q, j) for teams that share one queue.

    Q q^j (1 - q) is the chance that the j teams tried first are busy and the next one is free,
    when servers of an M/M/c queue are tried in random order.

    Raises
    ------
    InputError
        If teams are busy all the time, or as many are ahead as there are.
    """
    if not (0 <= busy < 1 and 0 <= ahead < teams):
        msg = f"{teams} teams busy {busy:g} of the time with {ahead} ahead have no free one"
        raise InputError(msg)
    # Erlangs: with each team busy that share of the time.
    load = teams * busy
    # The chance that none is busy, from the balance of the queue.
    inverse = sum(load**k / factorial(k) for k in range(teams))
    none_busy = 1 / (inverse + load**teams / factorial(teams) / (1 - busy))
    terms = (
        factorial(teams - ahead - 1)
        * (teams - k)
        / factorial(k - ahead)
        * teams**k
        / factorial(teams)
        * busy ** (k - ahead)
        for k in range(ahead, teams)
    )
    return float(sum(terms) * none_busy / (1 - busy))
