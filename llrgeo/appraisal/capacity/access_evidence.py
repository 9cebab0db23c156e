"""Journeys over the years: how far the people of later years travel, and for whom it takes longer.

Journeys are those of today's roads and timetables; only people change. Each area's class of change
is the one it has today, and all of its people of that year count in it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.demand import Service, rates_by_age
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.access import LONGER, SHORTER
from llrgeo.appraisal.people.people_by_service import CLASSES, LONGER_CLASSES
from llrgeo.arrays import Floats, Ints
from llrgeo.schema import AGE_BANDS

_THERE_AND_BACK, _MINUTES_AN_HOUR, _PER = 2, 60, 1_000


def access_by_year(plan: CapacityPlan, results: Mapping[str, OptionResult]) -> pd.DataFrame:
    """Return how the people of each year reach each service under each option.

    Returns
    -------
    pandas.DataFrame
        `option`, `service`, `year`; `people`; `mean_min` over those with a journey (NaN if nobody
        has one); `unreachable`; `within_standard`; `longer` and `shorter` than in the baseline
        (journeys lost and gained included), all people; `hours` a year on the road, there and
        back, at the study's rates.
    """
    # People and contacts of a year are alike under all options; so are the figures of a service
    # under options that run it alike, which share one `Access`.
    people = {year: _people(plan, year).to_numpy() for year in plan.years}
    contacts: dict[str, dict[int, Floats]] = {}
    figures: dict[int, dict[int, Sequence[float]]] = {}
    rows = []
    for option, result in results.items():
        for service, found in result.services.items():
            if service not in contacts:
                contacts[service] = {
                    year: _contacts(plan, found.service, year) for year in plan.years
                }
            if id(found.access) not in figures:
                figures[id(found.access)] = _of_years(found, people, contacts[service])
            of_years = figures[id(found.access)].items()
            rows += [(option, service, year, *of_year) for year, of_year in of_years]
    names = ["people", "mean_min", "unreachable", "within_standard", "longer", "shorter", "hours"]
    return pd.DataFrame(rows, columns=["option", "service", "year", *names])


def classes_by_year(plan: CapacityPlan, results: Mapping[str, OptionResult]) -> pd.DataFrame:
    """Return the people of each year by what an option does to their journeys, never netted.

    Returns
    -------
    pandas.DataFrame
        `option`, `year`, a column a class of `people_by_service`, which add up to all people of
        the year, and `longer_any`: those of a class with a longer journey for any service.
    """
    rows, people = [], {year: _people(plan, year).to_numpy() for year in plan.years}
    for option, result in results.items():
        of_class = pd.Index(CLASSES).get_indexer(pd.Index(result.classified["class"]))
        for year in plan.years:
            of_year = [int(people[year][of_class == code].sum()) for code in range(len(CLASSES))]
            longer = sum(of_year[CLASSES.index(name)] for name in LONGER_CLASSES)
            rows.append((option, year, *of_year, longer))
    return pd.DataFrame(rows, columns=["option", "year", *CLASSES, "longer_any"])


def _of_years(
    found: ServiceResult,
    people: Mapping[int, Ints],
    contacts: Mapping[int, Floats],
) -> dict[int, Sequence[float]]:
    """Return the figures of one service by year, in the order of the table's columns.

    `people` and `contacts` are by year, of each area.
    """
    change, journey_min = found.access.change, found.allocation["travel_time_min"].to_numpy()
    minutes, outcome = change["after_min"].to_numpy(), change["outcome"].to_numpy()
    share = travelled_share(found.allocation, found.service).to_numpy()
    # Journeys and their classes are the same in all years: only people change.
    reached, served = np.isfinite(minutes), np.isfinite(journey_min)
    counted = (
        np.isposinf(minutes),
        minutes <= found.service.travel_standard_min,
        np.isin(outcome, LONGER),
        np.isin(outcome, SHORTER),
    )
    figures: dict[int, Sequence[float]] = {}
    for year, here in people.items():
        # The mean is over the people who have a journey; those who have
        # none stand beside it (docs/methods 2).
        weight = float(here[reached].sum())
        total = float((here[reached] * minutes[reached]).sum())
        # Hours are of journeys made: contacts that need one, there and back.
        spent_min = float(((contacts[year] * share)[served] * journey_min[served]).sum())
        figures[year] = (
            int(here.sum()),
            total / weight if weight else np.nan,
            *(int(here[flags].sum()) for flags in counted),
            spent_min * _THERE_AND_BACK / _MINUTES_AN_HOUR,
        )
    return figures


def _contacts(plan: CapacityPlan, service: Service, year: int) -> Floats:
    """Return the contacts of each area in a year, at the study's rates."""
    later = plan.rates_in(rates_by_age(service), year)
    people = plan.people[CENTRAL][year][later.index].to_numpy(float)
    contacts: Floats = np.dot(people, later.to_numpy()) * service.visits / _PER
    return contacts


def travelled_share(allocation: pd.DataFrame, service: Service) -> pd.Series:
    """Return the share of each area's contacts for which somebody travels between home and site.

    Patients and visitors go to a site; a team goes to homes too. Contacts by video need neither.
    """
    at_site, at_home, contacts = (
        allocation[name].to_numpy(float) for name in ("at_site", "at_home", "contacts")
    )
    travelled = at_site + at_home * (service.delivery == "team")
    share = np.divide(travelled, contacts, out=np.zeros(len(contacts)), where=contacts > 0)
    return pd.Series(np.minimum(share, 1.0), allocation.index)


def _people(plan: CapacityPlan, year: int) -> pd.Series:
    return pd.Series(plan.people[CENTRAL][year][list(AGE_BANDS)].sum(axis=1))
