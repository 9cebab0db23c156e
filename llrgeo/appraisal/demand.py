"""Demand: the services, how they are delivered, and how many trips each area makes a year."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import RESIDENTS, bands_of, has_ages
from llrgeo.arrays import Floats, Ints
from llrgeo.schema import AGE_BANDS, name_some

Delivery = Literal["patient", "team", "visitor"]
DELIVERIES: Final = ("patient", "team", "visitor")


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares, 0 to 1, of a service's contacts that need no trip by the patient.

    Examples
    --------
    >>> llrgeo.Shares(video=0.25, home=0.15).at_sites
    0.6
    """

    video: float = 0.0
    home: float = 0.0

    @property
    def at_sites(self) -> float:
        """Return the share of contacts that are left for sites."""
        return 1 - self.video - self.home


@dataclass(frozen=True, slots=True)
class Service:
    """A service, as demand and as a standard of access.

    Attributes
    ----------
    id
        Short name, unique in a study.
    label
        What a reader sees.
    delivery
        Who travels: the patient to a site, a team from its base to the home, or the visitors of
        an inpatient.
    rates
        Patients a year per 1,000 residents, by age band; a band left out has none. Or one rate
        for `residents` of any age, which areas without age bands need.
    standard_min
        The journey should take no longer. For a team this is the whole response, of which
        `call_min` and `dispatch_min` pass before it sets off.
    visits
        Trips a patient.
    shares
        Contacts by video or at home, unless an option says otherwise.
    minimum_activity
        Trips a year a site needs to be viable; 0 for no minimum.
    call_min, dispatch_min
        Minutes of call handling and of dispatch before a team sets off.
    source
        Where the rates come from, or "illustrative".
    note
        Anything a reader should know.

    Examples
    --------
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> clinic.standard_min, clinic.visits
    (2.5, 1.0)
    """

    id: str
    label: str
    delivery: Delivery
    rates: Mapping[str, float]
    standard_min: float
    visits: float = 1.0
    shares: Shares = field(default_factory=Shares)
    minimum_activity: float = 0.0
    call_min: float = 0.0
    dispatch_min: float = 0.0
    source: str = "illustrative"
    note: str = ""

    @property
    def travel_standard_min(self) -> float:
        """Return the minutes that are left for travel within the standard."""
        # Exactly the standard is within it: 61.5 less 0.1 must not be 61.4 and a little.
        return round(self.standard_min - self.call_min - self.dispatch_min, 9)


def service_faults(service: Service) -> list[str]:
    """Return what is wrong with a service, in words; an empty list if nothing is."""
    faults = [
        f"rates name the unknown age band '{band}'; known are {', '.join((*AGE_BANDS, RESIDENTS))}"
        for band in service.rates
        if band not in (*AGE_BANDS, RESIDENTS)
    ]
    if RESIDENTS in service.rates and len(service.rates) > 1:
        faults.append(f"rates count people of any age ('{RESIDENTS}') and age bands too")
    numbers = {f"the rate of {band}": rate for band, rate in service.rates.items()}
    for name in ("standard_min", "visits", "minimum_activity", "call_min", "dispatch_min"):
        numbers[name] = getattr(service, name)
    faults += [
        f"{name} is {value:g}; it must be a number of at least 0"
        for name, value in numbers.items()
        if not 0 <= value < np.inf
    ]
    if service.delivery not in DELIVERIES:
        faults.append(f"delivery is '{service.delivery}', not one of {', '.join(DELIVERIES)}")
    if service.travel_standard_min < 0:
        faults.append("call handling and dispatch take longer than the standard")
    faults += share_faults(service.shares)
    return [f"service '{service.id}': {fault}" for fault in faults]


def share_faults(shares: Shares) -> list[str]:
    """Return what is wrong with shares, in words."""
    faults = [
        f"the share by {name} is {value:g}; it must lie between 0 and 1"
        for name, value in (("video", shares.video), ("home", shares.home))
        if not 0 <= value <= 1
    ]
    if not faults and shares.video + shares.home > 1:
        faults.append(f"the shares add up to {shares.video + shares.home:g}, more than 1")
    return faults


def activity_faults(
    activity: pd.DataFrame, services: Collection[str], areas: pd.Index
) -> list[str]:
    """Return what is wrong with counted contacts (areas by services), in words.

    No count is named, for it may be of patients.
    """
    unknown = sorted(set(activity.columns) - set(services))
    faults = [f"activity names unknown services ({name_some(unknown)})"] if unknown else []
    for what, found in (
        ("no activity for", areas.difference(activity.index)),
        ("activity for unknown", activity.index.difference(areas)),
        ("activity twice for", activity.index[activity.index.duplicated()]),
    ):
        if len(found):
            faults.append(f"{what} {len(found)} areas ({name_some(found)})")
    faults += [
        f"column '{service}' is not a number of at least 0 in {name_some(activity.index[bad])}"
        for service, counts in activity.items()
        if (bad := ~(counts >= 0)).any()  # NaN is not at least 0
    ]
    idle = activity.columns[(activity == 0).all()]
    if len(idle):
        faults.append(f"activity of {name_some(idle)} is 0 in all areas; leave the column out")
    return faults


def rate_base_faults(
    services: Iterable[Service], areas: pd.DataFrame, counted: pd.DataFrame | None = None
) -> list[str]:
    """Return which services give rates by age where the areas have no ages, in words.

    A service whose contacts were counted (areas by services) needs no rates.
    """
    if has_ages(areas):
        return []
    with_counts = set() if counted is None else set(counted.columns)
    by_age = [s.id for s in services if s.id not in with_counts and set(s.rates) - {RESIDENTS}]
    if not by_age:
        return []
    fault = (
        f"the table of areas has no age bands, and {len(by_age)} services give rates by age "
        f"({name_some(by_age)}). Add the columns {AGE_BANDS[0]} to {AGE_BANDS[-1]}, or give one "
        f"rate for people of any age: rates = {{ {RESIDENTS} = 100 }}"
    )
    return [fault]


def rates_by_band(service: Service, areas: pd.DataFrame) -> Floats:
    """Return patients a year per 1,000 of each band that the areas divide residents into."""
    of_any_age = service.rates.get(RESIDENTS, 0.0)
    return np.array([service.rates.get(band, of_any_age) for band in bands_of(areas)])


def rates_by_age(service: Service) -> pd.Series:
    """Return patients a year per 1,000 by age band, named after the service.

    A rate for any age holds for bands left out.
    """
    of_any_age = service.rates.get(RESIDENTS)
    for_all = {} if of_any_age is None else dict.fromkeys(AGE_BANDS, of_any_age)
    by_band = {band: rate for band, rate in service.rates.items() if band != RESIDENTS}
    return pd.Series({**for_all, **by_band}, dtype=float, name=service.id)


def people_by_band(areas: pd.DataFrame) -> Floats:
    """Return the residents of every area by the bands that they are divided into (`bands_of`)."""
    # A plain frame, band by band, which is much quicker than one with geometry and all bands.
    plain = pd.DataFrame(areas)
    return np.array([plain[band].to_numpy(float) for band in bands_of(areas)]).T


def trips(service: Service, areas: pd.DataFrame) -> pd.Series:
    """Return the contacts a year of every area: residents by age band x rate x visits.

    Contacts by video and at home are included; `Shares.at_sites` says what is left for sites.
    """
    values = _trips(service, people_by_band(areas), rates_by_band(service, areas))
    return pd.Series(values, index=areas.index, name=service.id)


def _trips(service: Service, people: Floats, rates: Floats) -> Floats:
    values: Floats = people @ rates / 1_000 * service.visits
    return values


def contacts(
    service: Service, areas: pd.DataFrame, counted: pd.DataFrame | None = None
) -> pd.Series:
    """Return the contacts a year of every area: those counted (areas by services), or by rates."""
    if counted is not None and service.id in counted.columns:
        return counted[service.id].reindex(areas.index)
    return trips(service, areas)


def contacts_by_service(
    services: Iterable[Service], areas: pd.DataFrame, counted: pd.DataFrame | None = None
) -> dict[str, Floats]:
    """Return the `contacts` of several services, in the order of the areas, by service."""
    people, with_counts = people_by_band(areas), set() if counted is None else set(counted.columns)
    return {
        service.id: contacts(service, areas, counted).to_numpy()
        if service.id in with_counts
        else _trips(service, people, rates_by_band(service, areas))
        for service in services
    }


def grow(areas: pd.DataFrame, factors: Mapping[str, float]) -> pd.DataFrame:
    """Return the areas with residents of a later year: each age band times its factor.

    A band left out takes the factor of `residents`, or stays as it is. Disabled residents grow as
    the residents of their area do. Numbers stay whole: what rounding takes from one area it gives
    to another of the band, so that the total is right.
    """
    later, bands = areas.copy(), list(bands_of(areas))
    # Where areas have no ages, the one factor for residents of any age stands for every band.
    of_any_age = factors.get(RESIDENTS, 1.0)
    for band in bands:
        later[band] = round_to_total(areas[band] * factors.get(band, of_any_age))
    later["residents"] = later[bands].sum(axis=1)
    return with_disabled(later, areas)


def with_disabled(later: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return areas of a later year with their disabled residents, if areas today state them.

    Nobody projects disability: its share among an area's residents stays as it is. Numbers are
    whole, never above the residents.
    """
    if "disabled" not in areas.columns:
        return later
    growth = later["residents"] / areas["residents"].where(areas["residents"] > 0, 1)
    disabled = round_to_total(areas["disabled"] * growth)
    return later.assign(disabled=disabled.clip(upper=later["residents"]))


def round_to_total(values: pd.Series) -> pd.Series:
    """Round to whole numbers that add up to the rounded total: the largest remainders go up."""
    return pd.Series(rounded_to_total(values.to_numpy()), index=values.index)


def rounded_to_total(values: Floats) -> Ints:
    """Round an array as `round_to_total` does; of equal remainders the first goes up."""
    whole = np.floor(values)
    missing = round(float(values.sum())) - int(whole.sum())
    up = np.argsort(whole - values, kind="stable")[:missing]
    whole[up] += 1
    return whole.astype(np.int64)


def activity_table(
    services: Iterable[Service],
    areas: pd.DataFrame,
    later: pd.DataFrame,
    *,
    counted: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return contacts a year by service: now and in the later year, and where they take place.

    Contacts that were counted (areas by services) take the place of those by rates, and grow as
    these would.
    """
    rows, listed = {}, list(services)
    by_rates, grown = (contacts_by_service(listed, table) for table in (areas, later))
    for service in listed:
        # Growth is of rates and people; counted contacts are grown by it, and not by a rate of
        # their own.
        now, later_count = float(by_rates[service.id].sum()), float(grown[service.id].sum())
        growth = later_count / now - 1 if now else np.nan
        if counted is not None and service.id in counted.columns:
            now = float(counted[service.id].sum())
        rows[service.id] = {
            "label": service.label,
            "delivery": service.delivery,
            "contacts": now,
            "contacts_later": now * (1 + growth),
            "growth": growth,
            "share_video": service.shares.video,
            "share_home": 1.0 if service.delivery == "team" else service.shares.home,
            "source": service.source,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("service")
