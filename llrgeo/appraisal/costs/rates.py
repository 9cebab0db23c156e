"""Rates: the dated figures that costs are worked out by (docs/methods 7)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.arrays import Floats
from llrgeo.schema import name_some

UNIT_VALUES: Final = (
    "value_of_time",
    "mileage",
    "fare",
    "share_without_car",
    "carbon",
    "emission_factor",
    "team_hour",
    "optimism_bias",
    "optimism_mitigated",
    "income_elasticity",
)

_SHARES: Final = ("share_without_car", "optimism_mitigated")


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class Rates:
    """The dated rates that costs are worked out by.

    Attributes
    ----------
    discount_rates
        `kind`, `first_year`, `last_year`, `rate`, `source`, `date`.
    unit_values
        `name` (one of UNIT_VALUES), `value`, `unit`, `source`, `date`.
    incomes
        `fifth` of deprivation (1 is most deprived) and its `income`, for distributional weights.
    service_costs
        `service`, `site_id` (blank for any site), `capital` to open, `transition` and `closure`
        (once), `running` (a year and site), `per_contact` (at a site, `per_home` and `per_video`
        elsewhere, which cost as much if they are left out), `source`, `date`; None if the study
        states none.
    horizon_years
        Years that are appraised; one-off costs fall in year 0, all others in years 1 to here.

    Examples
    --------
    >>> rates = llrgeo.read_inputs(llrgeo.load_study(), ["rates"]).rates
    >>> rates.horizon_years, rates.value("value_of_time") > 0
    (30, True)
    """

    discount_rates: pd.DataFrame
    unit_values: pd.DataFrame
    incomes: pd.DataFrame
    service_costs: pd.DataFrame | None = None
    horizon_years: int = 30

    def value(self, name: str) -> float:
        """Return one of the unit values."""
        return self._unit_values[name]

    def costs_of(self, service: str) -> pd.DataFrame:
        """Return what a service costs, one row a site and one, on a blank, for any other."""
        return self._costs_by_service[service]

    def factors(self, kind: str = "standard") -> Floats:
        """Return the discount factors of years 0 to the horizon; NaN from a year without a rate.

        The factor of year t is the product of 1 / (1 + rate) over years 1 to t, with the rate of
        each year's band (HM Treasury Green Book, declining long-term rates); that of year 0 is 1.
        """
        rates = self.discount_rates[self.discount_rates["kind"] == kind]
        first, last, rate = rates[["first_year", "last_year", "rate"]].to_numpy(float).T
        years = np.arange(1, self.horizon_years + 1)[:, None]
        inside = (years >= first) & (years <= last)
        schedule = np.where(inside.any(axis=1), inside @ rate, np.nan)
        return np.concatenate([[1.0], np.cumprod(1 / (1 + schedule))])

    @cached_property
    def _unit_values(self) -> dict[str, float]:
        return {
            str(name): float(value)
            for name, value in zip(self.unit_values["name"], self.unit_values["value"], strict=True)
        }

    @cached_property
    def _costs_by_service(self) -> dict[str, pd.DataFrame]:
        costs = pd.DataFrame(self.service_costs)
        return {str(name): rows.set_index("site_id") for name, rows in costs.groupby("service")}

    @cached_property
    def annuity(self) -> float:
        """The sum of the factors of years 1 to the horizon: what 1 pound of every year is worth.

        A present value over it is the equivalent annual cost; that of the same cost in every year
        is this cost itself.
        """
        return float(self.factors()[1:].sum())


def rate_faults(rates: Rates, services: list[str]) -> list[str]:
    """Return what is wrong with rates, by the key of their table, given the services there are."""
    faults = []
    stated = set(rates.unit_values["name"])
    missing = [name for name in UNIT_VALUES if name not in stated]
    if missing:
        faults.append(f"unit_values: values are missing: {name_some(missing)}")
    faults += [
        f"unit_values: '{name}' is {rates.value(name):g}; a share is at most 1"
        for name in _SHARES
        if name in stated and rates.value(name) > 1
    ]
    if np.isnan(rates.factors()).any():
        faults.append(f"discount_rates: no rate for all of {rates.horizon_years} years")
    if rates.service_costs is not None:
        costs = rates.service_costs
        # A row without a site is what a service costs wherever no other row says it.
        general = set(costs.loc[costs["site_id"] == "", "service"])
        uncosted = [service for service in services if service not in general]
        if uncosted:
            what = f"service_costs: no costs for {name_some(uncosted)}"
            remedy = (
                "a row with a blank site_id is needed there (of the embedded table name a copy of "
                "data/rates/service_costs.csv with such a row)"
            )
            faults.append(f"{what}; {remedy}, or leave service_costs out")
    return faults
