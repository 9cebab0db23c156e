"""Evidence about rounds of teams: their driving and their staff, by base."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rounds import (
    Homes,
    day_on_the_road,
    driving_minutes,
    star_minutes,
)
from llrgeo.appraisal.capacity.setting import (
    CapacitySetting,
    RoundService,
    WaysBetweenHomes,
)
from llrgeo.appraisal.capacity.staffing import contract_of, visits_wte

_SECONDS_A_MINUTE: Final = 60
_NO_VISITS: Final[dict[str, object]] = {
    **dict.fromkeys(("visits", "visits_a_day", "rounds", "drive_min"), 0.0),
    "method": "sampled",
    **dict.fromkeys(("star_min", "travel_min", "visit_min", "wte", "wte_star"), 0.0),
    "share_on_road": 0.0,
}
"""A base whose areas need no visit in a year."""


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
    fixed = service.care_min + parameters.value("visit_admin_min")
    if not visits.sum():
        return {**_NO_VISITS, "visit_min": fixed}
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
