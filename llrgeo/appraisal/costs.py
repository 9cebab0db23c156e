"""Costs: what options cost the provider and the patients over the years (docs/methods 7).

By the Green Book of HM Treasury. Real prices throughout. Provider costs and
patient-borne costs are never mixed without saying so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.activity import burden_of
from llrgeo.appraisal.evaluation import OptionResult, ServiceResult
from llrgeo.schema import name_some, raise_faults

PROVIDER: Final = ("capital", "transition", "closure", "running", "contact_costs", "team_travel")
PATIENT: Final = ("patient_time", "patient_mileage", "patient_fares")
SOCIETY: Final = ("carbon_cost",)
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

_KG_PER_TONNE: Final = 1_000
_ONE_OFF: Final = ("capital", "transition", "closure")


@dataclass(frozen=True, slots=True)
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
        return float(self.unit_values.set_index("name")["value"][name])

    def factors(self, kind: str = "standard") -> NDArray[np.float64]:
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


def rate_faults(rates: Rates, services: list[str]) -> list[str]:
    """Return what is wrong with rates, given the services there are."""
    faults = []
    known = set(rates.unit_values["name"])
    missing = [name for name in UNIT_VALUES if name not in known]
    if missing:
        faults.append(f"unit values are missing: {name_some(missing)}")
    faults += [
        f"the unit value '{name}' is {rates.value(name):g}; a share is at most 1"
        for name in _SHARES
        if name in known and rates.value(name) > 1
    ]
    if np.isnan(rates.factors()).any():
        faults.append(f"no discount rate for all of {rates.horizon_years} years")
    if rates.service_costs is not None:
        costs = rates.service_costs
        general = set(costs.loc[costs["site_id"] == "", "service"])
        uncosted = [service for service in services if service not in general]
        if uncosted:
            what = f"no costs for {name_some(uncosted)}"
            faults.append(f"{what}; a row with a blank site_id is needed")
    return faults


def cost_lines(results: Mapping[str, OptionResult], rates: Rates, *, baseline: str) -> pd.DataFrame:
    """Return the provider's costs by option, service and site.

    Columns: `option`, `service`, `site_id`, `change` (opened, closed or kept), then `capital` with
    optimism bias, `transition` and `closure` once, `running` and `contact_costs` a year, in GBP. A
    row without a site has the contacts by video, which happen at none.

    Raises
    ------
    InputError
        If unit values, discount rates or the costs of a service are missing.
    """
    services = list(results[baseline].services)
    given = [] if rates.service_costs is not None else ["no costs of services were given"]
    raise_faults([*given, *rate_faults(rates, services)], source="rates")
    # Optimism bias is what is left of it after mitigation (Green Book supplement on optimism bias).
    bias = rates.value("optimism_bias") * (1 - rates.value("optimism_mitigated"))
    costs = pd.DataFrame(rates.service_costs)
    lines = []
    for name, result in results.items():
        for service, service_result in result.services.items():
            before = set(results[baseline].services[service].loads.index)
            of_service = costs[costs["service"] == service].set_index("site_id")
            by_site = _service_cost_lines(of_service, before, service_result)
            lines.append(by_site.assign(option=name, service=service))
    table = pd.concat(lines, ignore_index=True)
    table["capital"] *= 1 + bias
    columns = ["option", "service", "site_id", "change", *_ONE_OFF, "running", "contact_costs"]
    return table[columns]


def cost_table(
    lines: pd.DataFrame, results: Mapping[str, OptionResult], rates: Rates, *, baseline: str
) -> pd.DataFrame:
    """Return present values by option, what they buy, and the equivalent annual cost.

    `lines` are what `cost_lines` returns for the same results.

    Columns, all in GBP at present value unless they say otherwise: each kind of cost; sums for the
    provider, patients and society as a whole; `equivalent_annual_cost` (the whole over the sum of
    discount factors); `horizon_years`; then against the baseline `extra_provider`, `benefits`
    (patients' and carbon costs saved), `benefit_cost_ratio`, `hours_saved` a year and
    `gbp_per_hour_saved` (the provider's equivalent annual cost over them). A ratio that has no
    meaning, because nothing is saved or nothing is spent, is NaN.
    """
    # One-off costs fall in year 0, whose factor is 1; a cost of every year is multiplied by the sum
    # of the factors of years 1 to the horizon.
    factors = rates.factors()
    every_year = factors[1:].sum()
    table = lines.groupby("option", sort=False)[[*_ONE_OFF, "running", "contact_costs"]].sum()
    table[["running", "contact_costs"]] *= every_year
    yearly = pd.DataFrame(
        {name: _journey_costs_of(result, rates) for name, result in results.items()}
    ).T
    table = table.join(yearly * every_year).reindex(list(results))
    # A cost that is not known (NaN) makes a sum unknown; it is never taken as nothing.
    table["provider"] = table[list(PROVIDER)].sum(axis=1, skipna=False)
    table["patients"] = table[list(PATIENT)].sum(axis=1, skipna=False)
    table["net_present_cost"] = table[["provider", "patients", *SOCIETY]].sum(axis=1, skipna=False)
    table["equivalent_annual_cost"] = table["net_present_cost"] / factors.sum()
    table["horizon_years"] = rates.horizon_years
    return table.join(_against_baseline(table, results, rates, baseline)).rename_axis("option")


def equivalent_annual_cost(flows: NDArray[np.float64], factors: NDArray[np.float64]) -> float:
    """Return the yearly cost that has the same present value, to compare unequal lives."""
    years = factors[: len(flows)]
    return float(flows @ years / years.sum())


def _service_cost_lines(
    costs: pd.DataFrame, before: set[str], result: ServiceResult
) -> pd.DataFrame:
    """Return the costs of one service under one option, one row a site of it or the baseline.

    A last row, without a site, has its contacts by video, if there are any.
    """
    loads, allocation = result.loads, result.allocation
    sites = sorted(before | set(loads.index))
    # A site's own row of rates, or else the service's general row, whose site_id is blank.
    table = costs.loc[[site if site in costs.index else "" for site in sites]]
    table = table.assign(site_id=sites).reset_index(drop=True)
    now = table["site_id"].isin(loads.index)
    was = table["site_id"].isin(before)
    at_site, at_home = (
        table["site_id"].map(allocation.groupby("site_id")[place].sum()).fillna(0.0)
        for place in ("at_site", "at_home")
    )
    lines = table.assign(
        change=np.select([now & ~was, was & ~now], ["opened", "closed"], default="kept"),
        capital=table["capital"].where(now & ~was, 0.0),
        transition=table["transition"].where(now & ~was, 0.0),
        closure=table["closure"].where(was & ~now, 0.0),
        running=table["running"].where(now, 0.0),
        contact_costs=table["per_contact"] * at_site + _unit_cost(table, "per_home") * at_home,
    )
    by_video = float(allocation["by_video"].sum())
    if by_video == 0:
        return lines
    # Contacts by video happen at no site: they have a row of their own, at the general rate.
    general = costs.loc[[""]].reset_index(drop=True)
    nowhere = dict.fromkeys((*_ONE_OFF, "running"), 0)
    video = general.assign(
        site_id="",
        change="kept",
        contact_costs=_unit_cost(general, "per_video") * by_video,
        **nowhere,
    )
    return pd.concat([lines, video], ignore_index=True)


def _unit_cost(costs: pd.DataFrame, name: str) -> pd.Series:
    """Return what a contact at home or by video costs: as much as at a site if nothing is said."""
    return costs[name] if name in costs.columns else costs["per_contact"]


def _journey_costs_of(result: OptionResult, rates: Rates) -> dict[str, float]:
    """Return what journeys cost in a year."""
    return _journey_costs(result.burden.sum(skipna=False), rates)


def _journey_costs(sums: pd.Series, rates: Rates) -> dict[str, float]:
    """Return the costs of a year's trips, hours and kilometres of patients and teams."""
    team_mileage = sums["team_km"] * rates.value("mileage")
    kg = (sums["patient_km"] + sums["team_km"]) * rates.value("emission_factor")
    return {
        "team_travel": sums["team_hours"] * rates.value("team_hour") + team_mileage,
        **patient_costs({str(name): value for name, value in sums.items()}, rates),
        "carbon_cost": kg / _KG_PER_TONNE * rates.value("carbon"),
    }


def _against_baseline(
    table: pd.DataFrame,
    results: Mapping[str, OptionResult],
    rates: Rates,
    baseline: str,
) -> pd.DataFrame:
    """Compare each option with the baseline; journeys count where they exist both times.

    A journey that an option takes away saves nobody's time: its hours and costs are left out on
    both sides.
    """
    factors = rates.factors()
    every_year = factors[1:].sum()
    provider = table["provider"]
    extra = provider - float(provider[baseline])
    pairs = {
        name: _burdens_of_kept_journeys(results[baseline], result)
        for name, result in results.items()
    }
    saved = pd.Series(
        {name: old["patient_hours"] - new["patient_hours"] for name, (old, new) in pairs.items()}
    )
    benefits = pd.Series(
        {
            name: (_patient_and_carbon_costs(old, rates) - _patient_and_carbon_costs(new, rates))
            * every_year
            for name, (old, new) in pairs.items()
        }
    )
    return pd.DataFrame(
        {
            "extra_provider": extra,
            "benefits": benefits,
            "benefit_cost_ratio": benefits / extra.where(extra > 0),
            "hours_saved": saved,
            "gbp_per_hour_saved": extra / factors.sum() / saved.where(saved > 0),
        }
    )


def _burdens_of_kept_journeys(
    before: OptionResult, after: OptionResult
) -> tuple[pd.Series, pd.Series]:
    """Return a year's trips, hours and kilometres before and after, of journeys made both times."""
    sums = []
    # Areas that reach a site of the service under both options.
    reached = {
        name: (
            service.allocation["site_id"].notna()
            & after.services[name].allocation["site_id"].notna()
        )
        for name, service in before.services.items()
    }
    for result in (before, after):
        parts = [
            burden_of(service.allocation[reached[name]], kg_per_km=0.0)
            for name, service in result.services.items()
        ]
        sums.append(pd.DataFrame(parts).sum(skipna=False))
    return sums[0], sums[1]


def _patient_and_carbon_costs(journeys: pd.Series, rates: Rates) -> float:
    """Return what journeys cost patients and, by their carbon, society in a year."""
    costs = _journey_costs(journeys, rates)
    return sum(costs[name] for name in (*PATIENT, *SOCIETY))


def patient_costs(journeys: Mapping[str, float], rates: Rates) -> dict[str, float]:
    """Return what patients pay for their hours, kilometres and trips.

    Those without a car pay a fare there and back, all others by the kilometre. Their time is that
    of the study's travel times, though a bus takes longer than a car.
    """
    without_car = rates.value("share_without_car")
    return {
        "patient_time": journeys["patient_hours"] * rates.value("value_of_time"),
        "patient_mileage": journeys["patient_km"] * (1 - without_car) * rates.value("mileage"),
        "patient_fares": journeys["patient_trips"] * without_car * rates.value("fare"),
    }
