"""Costs of one option by itself and against the baseline, from who goes where (docs/methods 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.journeys.burden import burden_of
from llrgeo.appraisal.journeys.use_arrays import ServiceUse
from llrgeo.arrays import Bools, Floats

ONE_OFF: Final = ("capital", "transition", "closure")
PROVIDER: Final = (*ONE_OFF, "running", "contact_costs", "team_travel")
PATIENT: Final = ("patient_time", "patient_mileage", "patient_fares")
SOCIETY: Final = ("carbon_cost",)

_KG_PER_TONNE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ServiceAtSites:
    """A service at some sites: what its costs follow from.

    Attributes
    ----------
    sites
        The sites that run it.
    use
        Who goes where.
    """

    sites: frozenset[str]
    use: ServiceUse


@dataclass(frozen=True, slots=True)
class CostChange:
    """What an option costs and saves against the baseline, at present value.

    Journeys and contacts count where they exist both times: one that an option takes away saves
    nobody anything, neither the patient nor the provider.

    Attributes
    ----------
    extra_provider
        Pounds that the provider pays more; below 0 it saves.
    benefits
        Pounds of patients' time, mileage and fares and of carbon that are saved; NaN where the
        travel times carry no distances.
    hours_saved
        Hours a year that patients travel less.
    annuity
        What 1 pound of every year is worth (`Rates.annuity`).
    """

    extra_provider: float
    benefits: float
    hours_saved: float
    annuity: float

    @property
    def net(self) -> float:
        """Pounds that all pay more, provider, patients and carbon: the whole-life cost."""
        return self.extra_provider - self.benefits

    @property
    def provider_a_year(self) -> float:
        """Pounds a year that the provider pays more: the equivalent annual cost."""
        return self.extra_provider / self.annuity


class _ServiceCost(NamedTuple):
    """What a service costs, of the areas that reach a site of it both times."""

    once: float
    yearly: float
    journeys: dict[str, float]


ComputedCosts: TypeAlias = dict[tuple[str, int, frozenset[str], bytes], _ServiceCost]
"""What services cost, by service, use, sites, and areas that count."""


def cost_change(
    before: Mapping[str, ServiceAtSites],
    after: Mapping[str, ServiceAtSites],
    rates: Rates,
    computed: ComputedCosts,
) -> CostChange:
    """Return what an option costs and saves against the baseline; both name the same services.

    `computed` is filled: a service that several options, or one and the baseline, run alike costs
    the same each time, and is worked out once. It holds for these rates and this baseline, while
    the uses are held: it tells them apart by their place in memory.
    """
    # Areas that reach a site of the service both times.
    kept = {name: was.use.reaches & after[name].use.reaches for name, was in before.items()}
    annuity = rates.annuity
    paid: list[float] = []
    borne: list[float] = []
    hours: list[float] = []
    for uses in (before, after):
        parts = []
        for name, use in uses.items():
            # By the use itself and by the areas that count in it; results hold the uses.
            key = name, id(use.use), use.sites, kept[name].tobytes()
            if key not in computed:
                computed[key] = _service_cost(rates, name, before[name].sites, use, kept[name])
            parts.append(computed[key])
        once, every_year = sum(part.once for part in parts), sum(part.yearly for part in parts)
        journeys = pd.DataFrame([part.journeys for part in parts]).sum(skipna=False)
        costs = journey_costs(journeys, rates)
        paid.append(once + (every_year + costs["team_travel"]) * annuity)
        borne.append(sum(costs[name] for name in (*PATIENT, *SOCIETY)) * annuity)
        hours.append(float(journeys["patient_hours"]))
    return CostChange(paid[1] - paid[0], borne[0] - borne[1], hours[0] - hours[1], annuity)


def _service_cost(
    rates: Rates, service: str, before: frozenset[str], at: ServiceAtSites, kept: Bools
) -> _ServiceCost:
    """Return what a service costs; `kept` says of each area whether it counts."""
    costs = _costs_by_site(rates, service, before, at, kept)
    return _ServiceCost(
        float(costs.capital.sum() + costs.transition.sum() + costs.closure.sum()),
        float(costs.running.sum() + costs.contact_costs.sum()) + costs.by_video,
        burden_of(at.use.journeys_in(kept), kg_per_km=np.nan),
    )


class _CostsBySite(NamedTuple):
    """The provider's costs of one service; shape (sites of it or of the baseline,)."""

    sites: list[str]
    opened: Bools
    closed: Bools
    capital: Floats  # with optimism bias
    transition: Floats
    closure: Floats
    running: Floats  # a year, as all below
    contact_costs: Floats
    by_video: float  # of contacts by video, which happen at no site


def _costs_by_site(
    rates: Rates, service: str, before: frozenset[str], at: ServiceAtSites, kept: Bools
) -> _CostsBySite:
    """Return what a service costs at each site; `kept` says of each area whether it counts."""
    costs = rates.costs_of(service)
    sites = sorted(before | at.sites)
    # A site's own row of rates, or else the service's general row, whose site_id is blank.
    place = {str(site): row for row, site in enumerate(costs.index)}
    rows = [place.get(site, place[""]) for site in sites]
    rate = {name: costs[name].to_numpy()[rows] for name in costs.select_dtypes("number")}
    # A building that opens has capital and transition, one that closes its closure; what stays
    # runs on.
    now, was = (
        np.array([site in site_ids for site in sites], bool) for site_ids in (at.sites, before)
    )
    opened, closed = now & ~was, was & ~now
    # Optimism bias is what is left of it after mitigation (Green Book supplement on optimism bias).
    bias = rates.value("optimism_bias") * (1 - rates.value("optimism_mitigated"))
    at_site, at_home = at.use.contacts_at(sites, kept)
    # A contact at home or by video costs as much as at a site unless rates state otherwise.
    per_home = rate.get("per_home", rate["per_contact"])
    video = costs["per_video" if "per_video" in costs.columns else "per_contact"]
    return _CostsBySite(
        sites,
        opened,
        closed,
        np.where(opened, rate["capital"], 0.0) * (1 + bias),
        np.where(opened, rate["transition"], 0.0),
        np.where(closed, rate["closure"], 0.0),
        np.where(now, rate["running"], 0.0),
        rate["per_contact"] * at_site + per_home * at_home,
        float(at.use.split.by_video.sum()) * float(video.to_numpy()[place[""]]),
    )


def service_cost_lines(
    rates: Rates, service: str, before: frozenset[str], at: ServiceAtSites
) -> pd.DataFrame:
    """Return the provider's costs of one service, one row a site of it or of the baseline.

    Columns: `site_id`, `change` (opened, closed or kept), then `capital` with optimism bias,
    `transition` and `closure` once, `running` and `contact_costs` a year, in GBP. A last row,
    without a site, has the contacts by video, if there are any: they happen at none.

    Parameters
    ----------
    rates
        Rates with `service_costs`.
    service
        The service's id.
    before
        The sites that run it in the baseline.
    at
        Its sites under the option, and who goes where.
    """
    everyone = np.ones(len(at.use.nearest.site), dtype=bool)
    costs = _costs_by_site(rates, service, before, at, everyone)
    nowhere = [""] if at.use.split.by_video.any() else []  # where contacts by video happen
    none = np.zeros(len(nowhere))
    change = np.select([costs.opened, costs.closed], ["opened", "closed"], default="kept")
    return pd.DataFrame(
        {
            "site_id": [*costs.sites, *nowhere],
            "change": [*change.tolist(), *("kept" for _ in nowhere)],
            **{name: np.append(getattr(costs, name), none) for name in (*ONE_OFF, "running")},
            "contact_costs": np.append(costs.contact_costs, none + costs.by_video),
        }
    )


def journey_costs(sums: pd.Series, rates: Rates) -> dict[str, float]:
    """Return the costs of a year's trips, hours and kilometres of patients and teams."""
    team_mileage = sums["team_km"] * rates.value("mileage")
    kg = (sums["patient_km"] + sums["team_km"]) * rates.value("emission_factor")
    return {
        "team_travel": sums["team_hours"] * rates.value("team_hour") + team_mileage,
        **patient_costs({str(name): value for name, value in sums.items()}, rates),
        "carbon_cost": kg / _KG_PER_TONNE * rates.value("carbon"),
    }


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
