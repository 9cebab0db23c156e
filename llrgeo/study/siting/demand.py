"""Whom a siting problem is about: contacts a year by area, today, in a year, or in a future."""

from collections.abc import Mapping

import pandas as pd

from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.demand import Service, contacts, grow, rates_by_age, trips
from llrgeo.errors import ConfigError
from llrgeo.schema import AGE_BANDS, name_some
from llrgeo.study.inputs import StudyInputs


def check_year(years: tuple[int, ...], year: int | None, *, key: str) -> None:
    """Refuse a year of a siting file that the study does not have.

    Raises
    ------
    ConfigError
        If the study has no such year.
    """
    if year is not None and year not in years:
        there = name_some(years) or "none"
        msg = (
            f"{key}: no year {year} in the study; there are {there}. Add it to the study's `years`"
        )
        raise ConfigError(msg)


def yearly_demand(
    inputs: StudyInputs,
    service: Service,
    *,
    year: int | None = None,
    growth: Mapping[str, float] | None = None,
) -> pd.Series:
    """Return what residents ask of a service in a year: contacts by area, patients of real ones.

    Parameters
    ----------
    inputs
        The study's areas, counted contacts and people by year. In a restricted study residents
        stand for contacts, for the best plan would reveal them (docs/methods 10).
    service
        The service, with its rates.
    year
        A year of the study, whose projected people count; None is the census. What was counted is
        taken to be of the study's first year: projections do not follow from the census
        (docs/methods 11), so the ratio is of two projected years.
    growth
        Factor of residents by age band, besides.

    Raises
    ------
    ConfigError
        If a year is asked for and no people are projected, for want of ages or authorities.
    """
    areas = inputs.areas
    restricted, activity = inputs.study.appraisal.restricted, inputs.activity
    known = areas["residents"].astype(float) if restricted else contacts(service, areas, activity)
    if year is None and not growth:
        return known
    then = _trips_in(inputs, service, year, growth or {})
    if not restricted and (activity is None or service.id not in activity):
        return then
    # Contacts that were counted grow by the same ratio as those by the study's rates.
    first = None if year is None else inputs.study.years[0]
    before = _trips_in(inputs, service, first, {})
    return known * (then / before).where(before > 0, 1.0)


def _trips_in(
    inputs: StudyInputs, service: Service, year: int | None, growth: Mapping[str, float]
) -> pd.Series:
    """Return contacts by the study's rates, of people of a year that grew by age band."""
    if year is None:
        return trips(service, grow(inputs.areas, growth))
    plan = inputs.capacity
    if plan is None:
        msg = (
            f"year: the people of {year} are not projected; areas need an authority, and residents "
            "by age band"
        )
        raise ConfigError(msg)
    people = _people_in(plan, year, growth)
    rates = plan.rates_in(rates_by_age(service), year)
    return people[rates.index] @ rates / 1_000 * service.visits


def _people_in(plan: CapacityPlan, year: int, growth: Mapping[str, float]) -> pd.DataFrame:
    people = plan.people[CENTRAL][year]
    of_any_age = growth.get("residents", 1.0)
    return people[list(AGE_BANDS)] * [growth.get(band, of_any_age) for band in AGE_BANDS]
