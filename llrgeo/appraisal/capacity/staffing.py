"""Staffing: whole-time equivalents (WTE) of posts, wards and visits.

Headroom is the share of *paid* time that is leave, sickness and study: a WTE works contract x
(1 - headroom). The other convention, an uplift on worked time (x 1.22), gives 5 % less.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.whole_numbers import rounded_down, rounded_up
from llrgeo.errors import InputError

_HOURS_A_WEEK: Final = 168
_MINUTES_AN_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Contract:
    """What one whole-time equivalent works.

    Attributes
    ----------
    hours_a_week
        Paid hours a week.
    headroom
        Share of paid time that is not worked: leave, sickness, study.
    weeks_a_year
        Paid weeks.
    """

    hours_a_week: float
    headroom: float
    weeks_a_year: float

    def __post_init__(self) -> None:
        if not (self.hours_a_week > 0 and 0 <= self.headroom < 1 and self.weeks_a_year > 0):
            msg = (
                f"a contract of {self.hours_a_week:g} hours, headroom {self.headroom:g}, "
                f"{self.weeks_a_year:g} weeks cannot be; headroom lies from 0 to below 1"
            )
            raise InputError(msg)

    @property
    def productive_hours(self) -> float:
        """Return hours worked a year by one WTE."""
        return self.hours_a_week * self.weeks_a_year * (1 - self.headroom)

    def wte_of_post(self, hours_a_week: float = _HOURS_A_WEEK) -> float:
        """Return the WTE that keep one post filled for some hours a week; all week by default."""
        return hours_a_week / self.hours_a_week / (1 - self.headroom)


@dataclass(frozen=True, slots=True)
class NurseRules:
    """How many registered nurses a ward has by shift.

    `beds_a_nurse_day` and `beds_a_nurse_night` are ratios; `fewest` is the floor of a shift, for
    breaks and lone working. Day and night are half of the week each.
    """

    beds_a_nurse_day: float
    beds_a_nurse_night: float
    fewest: int

    def __post_init__(self) -> None:
        if not (self.beds_a_nurse_day > 0 and self.beds_a_nurse_night > 0 and self.fewest >= 0):
            msg = "nurses by shift need ratios above 0 and a floor of at least 0"
            raise InputError(msg)

    def by_shift(self, beds: int) -> tuple[int, int]:
        """Return registered nurses by day and by night; none for a ward without beds."""
        if beds <= 0:
            return 0, 0
        day = max(self.fewest, rounded_up(beds / self.beds_a_nurse_day))
        return day, max(self.fewest, rounded_up(beds / self.beds_a_nurse_night))


def contract_of(parameters: Parameters) -> Contract:
    """Return the contract that parameters describe."""
    names = ("contract_hours", "headroom", "weeks_a_year")
    return Contract(*(parameters.value(name) for name in names))


def nurse_rules_of(parameters: Parameters) -> NurseRules:
    """Return the nurses by shift that parameters describe."""
    day, night = (parameters.value(f"beds_per_nurse_{shift}") for shift in ("day", "night"))
    return NurseRules(day, night, int(parameters.value("fewest_nurses")))


def ward_wte(beds: int, rules: NurseRules, contract: Contract) -> float:
    """Return the WTE of registered nurses that a ward of some beds needs."""
    return sum(rules.by_shift(beds)) * contract.wte_of_post(_HOURS_A_WEEK / 2)


def ward_table(sizes: Iterable[int], rules: NurseRules, contract: Contract) -> pd.DataFrame:
    """Return nurses by ward size.

    Columns, by `beds`: `nurses_day`, `nurses_night`, `wte`, `wte_a_bed`.

    Raises
    ------
    InputError
        If a ward has no beds.
    """
    listed = list(sizes)
    if min(listed) < 1:
        msg = f"a ward of {min(listed)} beds was asked for"
        raise InputError(msg)
    # A ward of one bed has the floor of a shift; from there on nurses rise in whole numbers.
    shifts = [rules.by_shift(size) for size in listed]
    wte = np.array([ward_wte(size, rules, contract) for size in listed])
    return pd.DataFrame(
        {
            "nurses_day": [day for day, _ in shifts],
            "nurses_night": [night for _, night in shifts],
            "wte": wte,
            "wte_a_bed": wte / np.array(listed),
        },
        index=pd.Index(listed, name="beds"),
    )


def smallest_efficient_ward(rules: NurseRules, contract: Contract, *, largest: int) -> int:
    """Return the fewest beds at which a nurse serves as many beds as in any ward up to `largest`.

    The minimum efficient size follows from the ratios and the floor; it is not asserted.
    """
    # The smallest size at which nurses a bed are as few as in any ward up to the largest.
    table = ward_table(range(1, largest + 1), rules, contract)
    best = table["wte_a_bed"].min()
    return int(table.index[np.isclose(table["wte_a_bed"], best, rtol=1e-9)][0])


def split_into_wards(beds: int, *, largest: int) -> list[int]:
    """Return the sizes of the fewest wards that hold some beds, as equal as can be."""
    if beds <= 0:
        return []
    wards = -(-beds // largest)  # rounded up
    # The beds left over after an equal share go one each to the first wards.
    return [beds // wards + (ward < beds % wards) for ward in range(wards)]


def site_nurses_wte(beds: int, rules: NurseRules, contract: Contract, *, largest: int) -> float:
    """Return the WTE of registered nurses of a site's beds, split into wards."""
    sizes = split_into_wards(beds, largest=largest)
    return sum((ward_wte(size, rules, contract) for size in sizes), 0.0)


def visits_wte(
    visits: float, minutes: float, contract: Contract, *, pairs_share: float = 0.0
) -> float:
    """Return the WTE that visits a year need.

    Parameters
    ----------
    visits
        Visits a year: of demand, not of today's activity where visits are put off.
    minutes
        Minutes of one visit: care, travel, stops and admin.
    contract
        What a WTE works.
    pairs_share
        Share of visits that two people make.

    Raises
    ------
    InputError
        If visits or minutes are negative, or the share does not lie between 0 and 1.
    """
    if not (visits >= 0 and minutes >= 0 and 0 <= pairs_share <= 1):
        msg = f"{visits:g} visits of {minutes:g} minutes, {pairs_share:g} of them by pairs"
        raise InputError(msg)
    hours = visits * minutes / _MINUTES_AN_HOUR
    return hours / contract.productive_hours * (1 + pairs_share)


def visits_a_round(shift_min: float, fixed_min: float, minutes: float) -> int:
    """Return the visits that fit into a shift: what is left of it over the minutes of a visit.

    `fixed_min` is what the shift starts and ends with: admin, and the first and last leg.

    Raises
    ------
    InputError
        If a visit takes no time.
    """
    if not minutes > 0:
        msg = f"a visit takes {minutes:g} minutes; it must be above 0"
        raise InputError(msg)
    return max(0, rounded_down((shift_min - fixed_min) / minutes))


def teams_wte(
    teams: float, hours_a_day: float, contract: Contract, *, staff_a_team: float
) -> float:
    """Return the WTE of teams on duty for some hours of every day of the week."""
    return teams * contract.wte_of_post(hours_a_day * 7) * staff_a_team
