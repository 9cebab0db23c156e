"""Evidence about rounds of teams: their driving and their staff, by base."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.round_travel import (
    RoundsForm,
    VisitedHomes,
    out_and_back,
    round_travel,
)
from llrgeo.appraisal.capacity.rounds import (
    Homes,
    driving_minutes,
    in_tested_range,
    mean_of_drawn_days,
)
from llrgeo.appraisal.capacity.setting import (
    CapacitySetting,
    RoundService,
    WaysBetweenHomes,
    round_forms,
)
from llrgeo.appraisal.capacity.staffing import contract_of, visits_wte
from llrgeo.arrays import Floats

_EAST_NORTH: Final = ("easting", "northing")
_M_PER_KM: Final = 1_000
_NO_VISITS: Final[dict[str, object]] = {
    **dict.fromkeys(("visits", "visits_a_day", "rounds", "drive_min"), 0.0),
    "drawn_min": np.nan,
    **dict.fromkeys(("star_min", "travel_min", "visit_min", "wte", "wte_star"), 0.0),
    "share_on_road": 0.0,
}
"""A base whose areas need no visit in a year."""


def rounds_by_base(setting: CapacitySetting, *, seed: int) -> pd.DataFrame:
    """Return the rounds of teams and their staff by option, service, base and year.

    Columns: the keys; `visits` a year; `visits_a_day`; `rounds` a day; `drive_min` a day, by
    `round_travel`; `drawn_min`, the same by days drawn and solved, where ways between homes are
    known, in the base year, if visits are too few for the form to have been tested, else NaN;
    `star_min` a day, out and back for each visit, to compare; `travel_min` of a visit, stops
    included; `visit_min`; `wte`; `wte_star`; `share_on_road` of the team's time.
    """
    if setting.roads is None:
        return pd.DataFrame()
    demand = {service.id: setting.demand_by_year(service.rates) for service in setting.rounds}
    forms = round_forms(setting.rounds, setting.parameters, setting.roads)
    rows = []
    for option in setting.options:
        for service in setting.rounds:
            # Who answers to a base is the same in all years; how many visits there are is not.
            for served in _served(setting, option, service.id, forms[service.id]):
                for year, of_areas in demand[service.id].items():
                    keys = {"option": option, "service": service.id, "site_id": served.base}
                    visits = of_areas.to_numpy(float)[served.own]
                    found = _base(served, visits, service, setting.parameters)
                    if year == setting.base_year:
                        found["drawn_min"] = _drawn_min(served, visits, setting.roads, seed)
                    rows.append({**keys, "year": year, **found})
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class _Served:
    """The areas that answer to a base; arrays are over them.

    `own` are their positions among all areas, `out_min` the minutes from the base to each, door to
    door, `straight_km` the same as the crow flies, `x_m` and `y_m` where they are.
    """

    base: str
    own: NDArray[np.intp]
    ids: pd.Index
    out_min: Floats
    straight_km: Floats
    x_m: Floats
    y_m: Floats
    form: RoundsForm

    def a_day(self, visits: Floats) -> float:
        """Return visits a day of visits a year by area."""
        return float(visits.sum()) / self.form.days

    def homes(self, visits: Floats) -> VisitedHomes:
        """Return what the form needs to know; kilometres on roads are not."""
        unknown = np.full(len(visits), np.nan)
        return VisitedHomes(visits, self.out_min, unknown, self.straight_km, *(self.x_m, self.y_m))


def _served(
    setting: CapacitySetting, option: str, service: str, form: RoundsForm
) -> Iterator[_Served]:
    """Yield the bases of an option's service, in the order of their ids, with their areas."""
    if setting.roads is None:
        return
    bases = setting.drive_min(option, service)
    minutes = bases["travel_time_min"].to_numpy(float)
    code, names = pd.factorize(bases["site_id"], sort=True)
    # Where all homes and the bases are: shapes (2, areas) and (bases, 2).
    homes_m = setting.roads.positions.loc[bases.index, list(_EAST_NORTH)].to_numpy(float).T
    bases_m = setting.roads.bases.loc[list(names), list(_EAST_NORTH)].to_numpy(float)
    for place, base in enumerate(names):
        rows = np.flatnonzero(code == place)
        (x, y), (east, north) = homes_m[:, rows], bases_m[place]
        straight = np.hypot(x - east, y - north) / _M_PER_KM
        yield _Served(str(base), rows, bases.index[rows], minutes[rows], straight, x, y, form)


def homes_of(
    between: pd.DataFrame, roads: WaysBetweenHomes, out_min: pd.Series, visits: pd.Series
) -> Homes:
    """Return the homes of a base's areas, with driving minutes; visits are spread over areas."""
    ids = out_min.index
    n = len(ids)
    table = np.zeros((n + 1, n + 1))
    table[0, 1:] = table[1:, 0] = out_min.to_numpy()
    table[1:, 1:] = between.loc[ids, ids].to_numpy()
    driven = driving_minutes(table, np.full(n + 1, roads.ends_min))
    x, y = (roads.positions.loc[ids, name].to_numpy(float) for name in ("easting", "northing"))
    return Homes(driven, x, y, visits.to_numpy(float))


def _base(
    served: _Served, by_area: Floats, service: RoundService, parameters: Parameters
) -> dict[str, object]:
    """Return the figures of one base in one year; `by_area` are visits of the year."""
    fixed = service.care_min + parameters.value("visit_admin_min")
    visits = float(by_area.sum())
    if not visits:
        return {**_NO_VISITS, "visit_min": fixed}
    homes, form, a_day = served.homes(by_area), served.form, served.a_day(by_area)
    found = round_travel(homes, form)
    # Of all visits of the base; beside the rounds, what each visit would take out and back.
    travel, travel_star = (
        float(homes.visits @ way.minutes) / visits
        for way in (found.visit, out_and_back(homes, form))
    )
    # A round of n visits has n + 1 legs, each with its stop; out and back has two a visit.
    drive = travel - form.stop_min * (1 + found.rounds_a_visit)
    contract = contract_of(parameters)

    def staff(minutes: float) -> float:
        return visits_wte(visits, fixed + minutes, contract, pairs_share=service.pairs_share)

    return {
        "visits": visits,
        "visits_a_day": a_day,
        "rounds": a_day * found.rounds_a_visit,
        "drive_min": a_day * drive,
        "drawn_min": np.nan,
        "star_min": a_day * (travel_star - 2 * form.stop_min),
        "travel_min": travel,
        "visit_min": fixed + travel,
        "wte": staff(travel),
        "wte_star": staff(travel_star),
        "share_on_road": travel / (fixed + travel),
    }


def _drawn_min(served: _Served, by_area: Floats, roads: WaysBetweenHomes, seed: int) -> float:
    """Return minutes a day by days drawn and solved, where the form is not known to be good."""
    a_day, form, between = served.a_day(by_area), served.form, roads.between
    if between is None or not a_day or in_tested_range(a_day, form.a_round):
        return np.nan
    # Days have whole visits, at least one; their driving is taken in proportion.
    whole = max(1, round(a_day))
    homes = homes_of(
        between, roads, pd.Series(served.out_min, served.ids), pd.Series(by_area, served.ids)
    )
    day = mean_of_drawn_days(homes, whole, form.a_round, seed=seed)
    return day.minutes * form.practice_factor * a_day / whole
