"""Rooms, machines and parking: whether there are enough, and how many would be."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from llrgeo.appraisal.capacity.offered_load import patients_quantile
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.whole_numbers import rounded_up
from llrgeo.errors import InputError

_MINUTES_AN_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class RoomHours:
    """When rooms are open, and how much of that can be filled.

    Attributes
    ----------
    weeks
        Weeks a year.
    hours_a_week
        Open hours a week.
    use
        Share of open hours that contacts fill, by design.
    """

    weeks: float
    hours_a_week: float
    use: float

    def __post_init__(self) -> None:
        if not (self.weeks > 0 and self.hours_a_week > 0 and 0 < self.use <= 1):
            msg = (
                f"rooms open {self.weeks:g} weeks of {self.hours_a_week:g} hours at a use of "
                f"{self.use:g}; all must be above 0, and the use at most 1"
            )
            raise InputError(msg)

    @property
    def open_hours(self) -> float:
        """Return the open hours a year of one room."""
        return self.weeks * self.hours_a_week


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How people come to a site and how long they stay.

    Attributes
    ----------
    days
        Days a year with contacts.
    peak_hour_share
        Share of a day's contacts that arrive in its busiest hour.
    car_share
        Share that arrives by car.
    parked_h
        Mean hours a car stays.
    """

    days: float
    peak_hour_share: float
    car_share: float
    parked_h: float

    def __post_init__(self) -> None:
        shares = (self.peak_hour_share, self.car_share)
        if not (self.days > 0 and self.parked_h > 0 and all(0 <= share <= 1 for share in shares)):
            msg = "arrivals need days and hours above 0 and shares between 0 and 1"
            raise InputError(msg)


def room_hours_of(parameters: Parameters) -> RoomHours:
    """Return the hours of rooms that parameters describe."""
    names = ("room_weeks", "room_hours_a_week", "room_use")
    return RoomHours(*(parameters.value(name) for name in names))


def arrivals_of(parameters: Parameters) -> Arrivals:
    """Return the arrivals that parameters describe."""
    names = ("contact_days", "peak_hour_share", "car_share", "parked_h")
    return Arrivals(*(parameters.value(name) for name in names))


def room_load(contacts: float, slot_min: float, hours: RoomHours) -> float:
    """Return the rooms that contacts a year fill, not rounded.

    Raises
    ------
    InputError
        If contacts are negative or a slot takes no time.
    """
    if not (contacts >= 0 and slot_min > 0):
        msg = f"{contacts:g} contacts in slots of {slot_min:g} minutes; a slot must be above 0"
        raise InputError(msg)
    # Hours of contacts over the hours a year that one room is filled by design.
    return contacts * slot_min / _MINUTES_AN_HOUR / (hours.open_hours * hours.use)


def rooms_needed(contacts: float, slot_min: float, hours: RoomHours) -> int:
    """Return the rooms that contacts a year need."""
    return rounded_up(room_load(contacts, slot_min, hours))


def room_table(
    contacts: pd.Series, rooms: pd.Series, hours: RoomHours, *, slot_min: float
) -> pd.DataFrame:
    """Return whether the rooms of each site suffice.

    Columns, by site: `contacts` a year, `rooms` that are there (NaN where none are stated),
    `rooms_needed`, `rooms_short` (NaN where none are stated), `use` of the rooms that are there.

    Raises
    ------
    InputError
        If rooms are negative or fractional.
    """
    bad = rooms[~((rooms >= 0) & (rooms % 1 == 0)) & rooms.notna()]
    if len(bad):
        msg = f"rooms at {bad.index[0]} are {bad.iloc[0]:g}; give whole numbers from 0"
        raise InputError(msg)
    needed = contacts.map(lambda yearly: rooms_needed(yearly, slot_min, hours))
    # The load is in rooms filled to the design's use; times that use, in rooms open all hours.
    busy = contacts.map(lambda yearly: room_load(yearly, slot_min, hours)) * hours.use
    return pd.DataFrame(
        {
            "contacts": contacts,
            "rooms": rooms,
            "rooms_needed": needed,
            "rooms_short": (needed - rooms).clip(lower=0),
            "use": busy / rooms.where(rooms > 0),
        }
    )


def scans_a_year(machine: pd.Series) -> float:
    """Return the scans a year of one machine of a kind.

    `machine` is a row of the table of machines: `scans_an_hour`, `hours_a_day`, `days_a_year`,
    `uptime`.
    """
    hours = float(machine["hours_a_day"] * machine["days_a_year"] * machine["uptime"])
    return hours * float(machine["scans_an_hour"])


def machines_needed(scans: float, machine: pd.Series) -> int:
    """Return the machines of a kind that scans a year need."""
    return rounded_up(scans / scans_a_year(machine))


def machine_table(slots: pd.Series, machines: pd.Series, machine: pd.Series) -> pd.DataFrame:
    """Return whether the machines of a kind suffice at each site.

    `slots` are scans a year and the slots that patients miss.

    Columns, by site: `machines` that are there (NaN where none are stated), `machines_needed`,
    `machines_short` (NaN where none are stated), `use` of the machines that are there (NaN for
    none), `use_needed` of those needed (NaN where none is needed).
    """
    scans_a_machine = scans_a_year(machine)
    needed = slots.map(lambda yearly: machines_needed(yearly, machine))
    return pd.DataFrame(
        {
            "machines": machines,
            "machines_needed": needed,
            "machines_short": (needed - machines).clip(lower=0),
            "use": slots / (machines.where(machines > 0) * scans_a_machine),
            "use_needed": slots / (needed.where(needed > 0) * scans_a_machine),
        }
    )


def mean_cars(contacts: float, arrivals: Arrivals) -> float:
    """Return the mean cars parked in the peak hour by contacts a year."""
    # Little's law: cars present are cars arriving an hour times the hours each stays.
    in_peak = contacts / arrivals.days * arrivals.peak_hour_share
    return in_peak * arrivals.car_share * arrivals.parked_h


def parking_needed(contacts: float, arrivals: Arrivals, *, full_share: float) -> int:
    """Return the spaces for patients that fill up in at most a share of peak hours.

    Cars present are Poisson (M/G/infinity): arrivals do not wait for one another.
    """
    return patients_quantile(mean_cars(contacts, arrivals), full_share)


def accessible_spaces(spaces: int, share: float) -> int:
    """Return how many of the spaces are accessible: the share, rounded up."""
    return rounded_up(spaces * share)
