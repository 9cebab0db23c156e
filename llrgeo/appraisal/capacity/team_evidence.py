"""Evidence about teams: rounds and their staff by base, and response to crises by queue."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.capacity.crisis import (
    Dispatch,
    nearest_free_share,
    share_in_time,
    share_in_time_by_base,
    teams_for_share,
)
from llrgeo.appraisal.capacity.offered_load import DAYS_A_YEAR
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rounds import (
    Homes,
    day_on_the_road,
    driving_minutes,
    star_minutes,
)
from llrgeo.appraisal.capacity.setting import (
    CapacitySetting,
    CrisisService,
    RoundService,
    WaysBetweenHomes,
)
from llrgeo.appraisal.capacity.staffing import contract_of, teams_wte, visits_wte
from llrgeo.errors import InputError

_SECONDS_A_MINUTE: Final = 60


def rounds_by_base(setting: CapacitySetting, *, seed: int) -> pd.DataFrame:
    """Return the rounds of teams and their staff by option, service, base and year.

    Columns: the keys; `visits` a year; `visits_a_day`; `rounds` a day; `drive_min` a day, the
    shortest rounds times the service's factor, and `method`; `star_min` a day, out and back for
    each visit, to compare; `travel_min` of a visit, stops included; `visit_min`; `wte`;
    `wte_star`; `share_on_road` of the team's time.
    """
    if setting.roads is None:
        return pd.DataFrame()
    demand = {service.id: setting.demand_by_year(service.rates) for service in setting.rounds}
    rows = []
    for option in setting.options:
        for service in setting.rounds:
            bases = setting.drive_min(option, service.id)
            for base in sorted(bases["site_id"].dropna().unique()):
                own = bases.index[bases["site_id"] == base]
                out = bases.loc[own, "travel_time_min"]
                # Who answers to a base is the same in all years; how many visits there are is not.
                for year, of_areas in demand[service.id].items():
                    visits = of_areas[own]
                    keys = {"option": option, "service": service.id, "site_id": base, "year": year}
                    found = _base(setting.roads, out, visits, service, setting.parameters, seed)
                    rows.append({**keys, **found})
    return pd.DataFrame(rows)


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


def homes_of(roads: WaysBetweenHomes, out_min: pd.Series, visits: pd.Series) -> Homes:
    """Return the homes of a base's areas, with driving minutes; visits are spread over areas."""
    own = out_min.index
    n = len(own)
    table = np.zeros((n + 1, n + 1))
    table[0, 1:] = table[1:, 0] = out_min.to_numpy()
    table[1:, 1:] = roads.between.loc[own, own].to_numpy()
    driven = driving_minutes(table, np.full(n + 1, roads.ends_min))
    x, y = (roads.positions.loc[own, name].to_numpy(float) for name in ("easting", "northing"))
    return Homes(driven, x, y, visits.to_numpy(float))


def _base(
    roads: WaysBetweenHomes,
    out_min: pd.Series,
    visits: pd.Series,
    service: RoundService,
    parameters: Parameters,
    seed: int,
) -> dict[str, object]:
    """Return the figures of one base in one year."""
    # Rounds are of whole visits, at least one; posts are of the visits as they are.
    homes = homes_of(roads, out_min, visits)
    a_day = float(visits.sum()) / parameters.value("visit_days")
    whole = max(1, round(a_day))
    constant = parameters.value("rounds_constant")
    day = day_on_the_road(homes, whole, service.a_round, constant=constant, seed=seed)
    drive = day.minutes * service.practice_factor
    # Beside the rounds, what each visit would take out and back: the figure that others quote.
    star = star_minutes(_mean_out(homes), whole)
    # A round of n visits has n + 1 legs, each with its stop; out and back has two a visit.
    stop = parameters.value("stop_s") / _SECONDS_A_MINUTE
    legs = whole + day.rounds
    fixed = service.care_min + parameters.value("visit_admin_min")
    travel = (drive + legs * stop) / whole
    travel_star = star / whole + 2 * stop
    contract = contract_of(parameters)

    def staff(minutes: float) -> float:
        return visits_wte(
            float(visits.sum()), fixed + minutes, contract, pairs_share=service.pairs_share
        )

    return {
        "visits": float(visits.sum()),
        "visits_a_day": a_day,
        "rounds": day.rounds,
        "drive_min": drive,
        "method": day.method,
        "star_min": star,
        "travel_min": travel,
        "visit_min": fixed + travel,
        "wte": staff(travel),
        "wte_star": staff(travel_star),
        "share_on_road": travel / (fixed + travel),
    }


def _mean_out(homes: Homes) -> float:
    share = homes.visits / homes.visits.sum()
    return float(share @ (homes.minutes[0, 1:] + homes.minutes[1:, 0])) / 2


def _response(
    setting: CapacitySetting, bases: pd.DataFrame, service: CrisisService, calls: pd.Series
) -> dict[str, float]:
    """Return teams and shares in time in a year.

    `bases` is what `drive_min` returns, `calls` are those of the year by area.
    """
    value = setting.parameters.value
    hours = value("response_hours_a_day")
    # Calls an hour while teams are on duty, at the height of the day.
    peak = float(calls.sum()) / DAYS_A_YEAR / hours * service.peak_factor
    dispatch = dispatch_of(service, setting.parameters, peak)
    drives = bases["travel_time_min"].fillna(np.inf)
    weights = calls.to_numpy(float)
    # All bases as one queue, then each base alone: what pooling saves is the difference.
    pooled = _fewest(dispatch, drives, calls, service.share)
    teams = pd.Series(
        {
            base: _fewest(
                dispatch.split(float(calls[own].sum() / calls.sum())),
                drives[own],
                calls[own],
                service.share,
            )
            for base in sorted(bases["site_id"].dropna().unique())
            for own in [bases["site_id"] == base]
        },
        dtype=float,
    )
    contract, staff = contract_of(setting.parameters), value("response_staff_a_team")
    # A base that no number of teams brings to the standard leaves
    # the sum, and what follows, unknown.
    apart = teams.isna().any()
    return {
        "calls_an_hour": peak,
        "teams_pooled": pooled,
        "share_pooled": np.nan
        if np.isnan(pooled)
        else share_in_time(dispatch, int(pooled), drives.to_numpy(), weights),
        "wte_pooled": teams_wte(pooled, hours, contract, staff_a_team=staff),
        "teams_by_base": teams.sum(skipna=False),
        "share_by_base": np.nan
        if apart
        else share_in_time_by_base(dispatch, teams, bases["site_id"], drives, calls),
        "share_nearest_free": np.nan if apart else _nearest_free(setting, dispatch, teams, weights),
        "wte_by_base": teams_wte(teams.sum(skipna=False), hours, contract, staff_a_team=staff),
    }


def dispatch_of(service: CrisisService, parameters: Parameters, calls_an_hour: float) -> Dispatch:
    """Return the queue of a service's calls: its own standard and job, else the parameters'."""
    own = {
        "response_job_h": service.job_h,
        "response_standard_min": service.standard_min,
        "response_call_min": service.call_min,
    }
    job_h, standard, call = (
        parameters.value(name) if said is None else said for name, said in own.items()
    )
    return Dispatch(calls_an_hour, job_h, standard, call)


def _nearest_free(
    setting: CapacitySetting, dispatch: Dispatch, teams: pd.Series, weights: NDArray[np.float64]
) -> float:
    """Return the share of calls with a free team within reach (Daskin 1983, Larson 1975)."""
    on_duty = int(teams.sum())
    if not 0 < dispatch.load < on_duty:
        return np.nan
    drives = setting.minutes if setting.drives is None else setting.drives
    # Of each area: the teams of all bases whose drive fits into what triage leaves.
    areas = setting.people[setting.base_year].index
    near = drives.loc[areas, list(teams.index)] <= dispatch.standard_min - dispatch.call_min
    reach = (near.to_numpy() @ teams.to_numpy()).astype(np.int64)
    return nearest_free_share(reach, weights, on_duty, dispatch.load)


def _fewest(dispatch: Dispatch, drives: pd.Series, calls: pd.Series, share: float) -> float:
    """Return the fewest teams, or NaN where the drive alone leaves too few in time."""
    try:
        return teams_for_share(dispatch, drives.to_numpy(), calls.to_numpy(float), share=share)
    except InputError:
        return np.nan
