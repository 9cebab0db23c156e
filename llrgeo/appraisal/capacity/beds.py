"""Beds: what the beds of each site do, and the beds that a stated target needs.

The number of beds follows from a target of access, never from a load over an occupancy.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.offered_load import offered_load, seasonal_wave
from llrgeo.appraisal.capacity.targets import BedUse, Stay, Target
from llrgeo.appraisal.capacity.whole_numbers import rounded_up
from llrgeo.errors import InputError
from llrgeo.schema import name_some

Stream = Literal["step_up", "step_down"]

_USE: Final = (
    "occupancy",
    "share_refused",
    "share_waiting",
    "mean_wait_days",
    "blocked_bed_days",
    "share_days_over",
)


@dataclass(frozen=True, slots=True)
class BedService:
    """A service that admits to beds.

    Attributes
    ----------
    id
        The service's id.
    rates
        Admissions a year and 1,000 people by age band; a band left out has none.
    stay
        How long one admission holds a bed.
    target
        What may happen to an admission.
    stream
        `step_up` (from home: cannot wait) or `step_down` (from an acute bed: waits in it).
    amplitude
        Height of the yearly wave of admissions as a share of their mean; 0 has no seasons.
    closed_share
        Share of beds that are not open (outbreaks, works).
    """

    id: str
    rates: pd.Series
    stay: Stay
    target: Target
    stream: Stream = "step_up"
    amplitude: float = 0.0
    closed_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.closed_share < 1:
            msg = f"service '{self.id}': the closed share is {self.closed_share:g}; at most 0.99"
            raise InputError(msg)
        seasonal_wave(0.0, self.amplitude, self.stay.days)

    def load(self, admissions: float) -> float:
        """Return the offered load of admissions a year, at the height of the season."""
        mean = offered_load(admissions, self.stay.days)
        return seasonal_wave(mean, self.amplitude, self.stay.days).peak

    def beds(self, load: float) -> int:
        """Return the fewest beds, some of them closed, that keep to the target."""
        open_beds = self.target.beds(load, self.stay)
        return rounded_up(open_beds / (1 - self.closed_share))

    def use(self, beds: float, load: float) -> BedUse:
        """Return what happens at a number of beds, some of them closed."""
        return self.target.use(beds * (1 - self.closed_share), load, self.stay)


def bed_table(admissions: pd.Series, beds: pd.Series, service: BedService) -> pd.DataFrame:
    """Return what the beds of each site do under their load.

    Parameters
    ----------
    admissions
        Admissions a year by site.
    beds
        Beds by site, on the same index; NaN where no number is stated.
    service
        The service that admits.

    Returns
    -------
    pandas.DataFrame
        On `site_id`: `admissions` a year, `offered_load` (erlangs at the height of the season),
        `beds`, the fields of `BedUse` (NaN where they do not apply or no beds are stated),
        `beds_needed` for the target, `beds_short` (needed above those stated; NaN if none are)
        and `occupancy_needed` at the beds needed.

    Raises
    ------
    InputError
        If beds are negative or fractional.
    """
    check_beds(beds, what=service.id)
    # Beds have to serve the height of the season, so the load is that and not the mean.
    loads = admissions.map(service.load)
    needed = loads.map(service.beds)
    uses = [_use(service, *pair) for pair in zip(beds, loads, strict=True)]
    table = pd.DataFrame({"admissions": admissions, "offered_load": loads, "beds": beds})
    for name in _USE:
        table[name] = [getattr(use, name) for use in uses]
    table["beds_needed"] = needed
    table["beds_short"] = (needed - beds).clip(lower=0)
    # How full the beds would be if there were as many as are needed: a result, never an aim.
    at_need = [service.use(*pair).occupancy for pair in zip(needed, loads, strict=True)]
    return table.assign(occupancy_needed=at_need).rename_axis("site_id")


def check_beds(beds: pd.Series, *, what: str) -> None:
    """Refuse beds that are negative, fractional or infinite; NaN means not stated.

    Raises
    ------
    InputError
        If there are such; the message names the sites.
    """
    stated = beds.dropna().astype(float)
    values = stated.to_numpy()
    fine = (values >= 0) & (values < np.inf)
    fine[fine] = values[fine] % 1 == 0
    if not fine.all():
        bad = stated[~fine]
        found = ", ".join(f"{value:g}" for value in bad.head())
        msg = f"{what}: beds at {name_some(bad.index)} are {found}; give whole numbers from 0"
        raise InputError(msg)


def check_loads(admissions: pd.Series, beds: pd.Series, service: BedService) -> None:
    """Refuse a waiting list that grows without end from the first year.

    Raises
    ------
    InputError
        If a site's load is not below its beds, and the target lets nobody be refused.
    """
    for site in beds.dropna().index:
        load = service.load(float(admissions.loc[site]))
        try:
            service.target.check(float(beds.loc[site]) * (1 - service.closed_share), load)
        except InputError as error:
            msg = f"{service.id} at {site}: {error}"
            raise InputError(msg) from error


def beds_per_1000_aged_75_plus(beds: float, people: pd.DataFrame) -> float:
    """Return beds for each 1,000 people aged 75 and over (areas by age bands)."""
    older = float(people[["age_75_84", "age_85_plus"]].to_numpy().sum())
    return beds / older * 1_000 if older else float("nan")


def _use(service: BedService, beds: float, load: float) -> BedUse:
    return service.use(beds, load) if beds >= 0 else BedUse(float("nan"))
