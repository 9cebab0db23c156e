"""Evidence about crisis response: teams on duty, and the calls that they reach in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeVar

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.crisis import (
    Dispatch,
    nearest_free_share,
    response,
    share_in_time,
    share_in_time_by_base,
    teams_for_share,
)
from llrgeo.appraisal.capacity.offered_load import DAYS_A_YEAR
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.setting import CapacitySetting, CrisisService
from llrgeo.appraisal.capacity.staffing import contract_of, teams_wte
from llrgeo.arrays import Floats
from llrgeo.errors import InputError

T = TypeVar("T")

_HOURS_A_DAY: Final = 24
_PAIR: Final = 2  # people of a vehicle at night
_BY_TEAMS: Final = ("teams", "calls_an_hour", "share_in_time", "busy")
_NEARLY: Final = 0.01  # of calls: fewer than these more teams would not be worth asking for
_NO_CALLS: Final = {
    **dict.fromkeys(("calls_an_hour", "teams_pooled"), 0.0),
    **dict.fromkeys(("share_pooled", "wte_pooled"), np.nan),
    "teams_by_base": 0.0,
    **dict.fromkeys(("share_by_base", "share_nearest_free", "wte_by_base"), np.nan),
}
"""A year in which nobody calls: no team is needed by day, and there is no share of calls."""


def response_to_crises(setting: CapacitySetting) -> pd.DataFrame:
    """Return teams on duty and the share in time by option, service and year.

    Columns: the keys; `calls_an_hour` at the peak; `teams_pooled`, the fewest in one pool that
    reach the service's share in time, with `share_pooled` and `wte_pooled`; `teams_by_base`, if
    each base answers alone for its areas and has the fewest that reach the share of its own, with
    `share_by_base` and `wte_by_base`; `share_nearest_free`, the share that finds one of these
    teams free within reach if bases help one another. NaN where the drive alone leaves too few in
    time.
    """
    demand = {service.id: setting.demand_by_year(service.rates) for service in setting.crisis}
    rows = []
    for option in setting.options:
        for service in setting.crisis:
            bases = setting.drive_min(option, service.id)
            for year, calls in demand[service.id].items():
                keys = {"option": option, "service": service.id, "year": year}
                rows.append({**keys, **_response(setting, bases, service, calls)})
    return pd.DataFrame(rows)


def crisis_by_teams(setting: CapacitySetting) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each number of teams in one pool reaches in time, in the base year.

    From the fewest teams that keep up with the busiest hours to those that reach nearly all that
    the drive allows.

    Returns
    -------
    tuple of pandas.DataFrame
        By hours together: `option`, `service`; `hours`, the `busiest` or the `mean` of those on
        duty, or `all`, the calls of every hour by what its own teams reach, where calls by hour are
        stated; `teams`; `calls_an_hour`; `share_in_time`; `busy`, the mean share of teams that are
        out. And by each hour, of services that state calls by hour: with `hour`, that of the clock
        at which it begins. Each is a queue of its own calls, as if they went on at that rate: too
        strict where calls rise, too kind where they fall.
    """
    first, together, apart = int(setting.parameters.value("response_from_hour")), [], []
    for option in setting.options:
        for service in setting.crisis:
            queue = _TeamQueue.of(setting, option, service)
            together.append(queue.reached("hours", {"busiest": service.peak, "mean": 1.0}))
            # The factors begin with the hour from which teams respond, not with midnight.
            by_hour = {(first + n) % _HOURS_A_DAY: of for n, of in enumerate(service.factors)}
            if by_hour:
                apart.append(queue.reached("hour", by_hour))
                together.append(_all_hours(apart[-1]).assign(hours="all"))
    return _concatenated(together, "hours"), _concatenated(apart, "hour")


def _concatenated(parts: list[pd.DataFrame], hours: str) -> pd.DataFrame:
    """Return tables below one another; an empty one where nobody calls."""
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return found[["option", "service", hours, *_BY_TEAMS]] if len(found) else pd.DataFrame()


@dataclass(frozen=True, slots=True)
class _TeamQueue:
    """Calls of an option's service in the base year, and the numbers of teams to assess.

    `drives` (minutes, +inf where no base reaches) and `calls` (a year) are by area.
    """

    option: str
    service: CrisisService
    parameters: Parameters
    drives: pd.Series
    calls: pd.Series
    mean: float
    numbers: list[int]

    @classmethod
    def of(cls, setting: CapacitySetting, option: str, service: CrisisService) -> Self:
        """Return the queue of a service; `numbers` of teams suit its busiest hours."""
        drives = setting.drive_min(option, service.id)["travel_time_min"].fillna(np.inf)
        calls = setting.demand(service.rates, setting.base_year)
        mean = calls_an_hour(calls, setting.parameters)
        peak = dispatch_of(service, setting.parameters, mean * service.peak)
        numbers = _numbers_to_assess(peak, drives, calls) if mean else []
        return cls(option, service, setting.parameters, drives, calls, mean, numbers)

    def reached(self, when: str, factors: Mapping[T, float]) -> pd.DataFrame:
        """Return what teams reach in some hours; empty without any calls.

        `factors` are calls of these hours over their mean, `when` the column that names the hours.
        """
        if not self.numbers:
            return pd.DataFrame(columns=["option", "service", when, *_BY_TEAMS])
        drives, calls = self.drives.to_numpy(float), self.calls.to_numpy(float)
        rows = []
        for hours, factor in factors.items():
            dispatch = dispatch_of(self.service, self.parameters, self.mean * factor)
            rows += [
                (hours, teams, dispatch.calls_an_hour, *response(dispatch, teams, drives, calls))
                for teams in self.numbers
            ]
        found = pd.DataFrame(rows, columns=[when, *_BY_TEAMS])
        return found.assign(option=self.option, service=self.service.id)


def _all_hours(by_hour: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over hours by number of teams: calls in time by calls, teams by hours."""
    reached = by_hour["share_in_time"] * by_hour["calls_an_hour"]
    keys = ["option", "service", "teams"]
    means = (
        by_hour.assign(reached=reached)
        .groupby(keys, sort=False, as_index=False)[["calls_an_hour", "reached", "busy"]]
        .mean()
    )
    return means.assign(share_in_time=means["reached"] / means["calls_an_hour"])


def calls_an_hour(calls: pd.Series, parameters: Parameters) -> float:
    """Return the mean calls an hour while teams are on duty, of calls a year by area."""
    return float(calls.sum()) / DAYS_A_YEAR / parameters.value("response_hours_a_day")


def _numbers_to_assess(dispatch: Dispatch, drives: pd.Series, calls: pd.Series) -> list[int]:
    """Return numbers of teams from those that keep up to those that more would hardly help."""
    weights, minutes = calls.to_numpy(float), drives.to_numpy(float)
    near = np.average(minutes <= dispatch.standard_min - dispatch.call_min, weights=weights)
    numbers = [int(dispatch.load) + 1]
    while share_in_time(dispatch, numbers[-1], minutes, weights) < near - _NEARLY:
        numbers.append(numbers[-1] + 1)
    return numbers


def _response(
    setting: CapacitySetting, bases: pd.DataFrame, service: CrisisService, calls: pd.Series
) -> dict[str, float]:
    """Return teams and shares in time in a year.

    `bases` is what `drive_min` returns, `calls` are those of the year by area.
    """
    value = setting.parameters.value
    hours = value("response_hours_a_day")
    # Calls an hour while teams are on duty, at the height of the day.
    peak = calls_an_hour(calls, setting.parameters) * service.peak
    dispatch = dispatch_of(service, setting.parameters, peak)
    if not peak:
        night = _night_wte(service, bases["site_id"].nunique(), setting.parameters)
        return {**_NO_CALLS, "wte_pooled": night, "wte_by_base": night}
    drives = bases["travel_time_min"].fillna(np.inf)
    weights = calls.to_numpy(float)
    # All bases as one queue, then each base alone: what pooling saves is the difference.
    pooled = _fewest(dispatch, drives.to_numpy(), weights, service.share)
    teams = _teams_by_base(dispatch, bases["site_id"], drives.to_numpy(), weights, service.share)
    contract, staff = contract_of(setting.parameters), value("response_staff_a_team")
    night = _night_wte(service, len(teams), setting.parameters)
    # A base that no number of teams brings to the standard leaves the sum, and what follows,
    # unknown.
    apart = teams.isna().any()
    return {
        "calls_an_hour": peak,
        "teams_pooled": pooled,
        "share_pooled": np.nan
        if np.isnan(pooled)
        else share_in_time(dispatch, int(pooled), drives.to_numpy(), weights),
        "wte_pooled": teams_wte(pooled, hours, contract, staff_a_team=staff) + night,
        "teams_by_base": teams.sum(skipna=False),
        "share_by_base": np.nan
        if apart
        else share_in_time_by_base(dispatch, teams, bases["site_id"], drives, calls),
        "share_nearest_free": np.nan if apart else _nearest_free(setting, dispatch, teams, weights),
        "wte_by_base": teams_wte(teams.sum(skipna=False), hours, contract, staff_a_team=staff)
        + night,
    }


def _teams_by_base(
    dispatch: Dispatch, base: pd.Series, drives: Floats, calls: Floats, share: float
) -> pd.Series:
    """Return the fewest teams of each base that answers alone; NaN where none are enough."""
    found, all_calls = [], calls.sum()
    code, names = pd.factorize(base, sort=True)
    for place in range(len(names)):
        areas = np.flatnonzero(code == place)
        part = float(calls[areas].sum() / all_calls)
        # A base whose areas do not call needs no team.
        alone = dispatch.split(part)
        found.append(_fewest(alone, drives[areas], calls[areas], share) if part else 0)
    return pd.Series(found, pd.Index(names), dtype=float)


def _night_wte(service: CrisisService, bases: int, parameters: Parameters) -> float:
    """Return the staff of pairs at every base in the hours in which teams are not on duty.

    Nobody goes out alone then.
    """
    hours = _HOURS_A_DAY - parameters.value("response_hours_a_day")
    contract = contract_of(parameters)
    return teams_wte(service.night_pairs * bases, hours, contract, staff_a_team=_PAIR)


def dispatch_of(service: CrisisService, parameters: Parameters, calls_an_hour: float) -> Dispatch:
    """Return the queue of a service's calls: its own standard and job, else the parameters'."""
    own = {
        "response_job_h": service.job_h,
        "response_standard_min": service.standard_min,
        "response_call_min": service.call_min,
    }
    job_h, standard, call = (
        parameters.value(name) if stated is None else stated for name, stated in own.items()
    )
    return Dispatch(calls_an_hour, job_h, standard, call)


def _nearest_free(
    setting: CapacitySetting, dispatch: Dispatch, teams: pd.Series, weights: Floats
) -> float:
    """Return the share of calls with a free team within reach (Daskin 1983, Larson 1975)."""
    on_duty = int(teams.sum())
    if not 0 < dispatch.load < on_duty:
        return np.nan
    drives = setting.minutes if setting.drives is None else setting.drives
    # Of each area: the teams of all bases whose drive fits into what triage leaves.
    rows = drives.index.get_indexer(setting.people[setting.base_year].index)
    columns = drives.columns.get_indexer(teams.index)
    near = drives.to_numpy()[np.ix_(rows, columns)] <= dispatch.standard_min - dispatch.call_min
    reach = (near @ teams.to_numpy()).astype(np.int64)
    return nearest_free_share(reach, weights, on_duty, dispatch.load)


def _fewest(dispatch: Dispatch, drives: Floats, calls: Floats, share: float) -> float:
    """Return the fewest teams, or NaN where the drive alone leaves too few in time."""
    try:
        return teams_for_share(dispatch, drives, calls, share=share)
    except InputError:
        return np.nan
