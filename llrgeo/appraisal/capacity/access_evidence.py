"""Journeys over the years: how far the people of later years travel, and for whom it takes longer.

Journeys are those of today's roads and timetables; only people change. Each area's class of change
is the one it has today, and all of its people of that year count in it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.demand import Service, rates_by_age
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people_by_service import CLASSES, LONGER_CLASSES
from llrgeo.appraisal.service_result import ServiceResult
from llrgeo.schema import AGE_BANDS

_LONGER: Final = ("worsened", "lost")
_SHORTER: Final = ("improved", "gained")
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
    contacts: dict[tuple[str, int], NDArray[np.float64]] = {}
    figures: dict[tuple[int, int], Sequence[float]] = {}
    travelled: dict[int, NDArray[np.float64]] = {}
    rows = []
    for option, result in results.items():
        for service, found in result.services.items():
            if id(found) not in travelled:
                share = travelled_share(found.allocation, found.service)
                travelled[id(found)] = share.to_numpy()
            for year in plan.years:
                if (service, year) not in contacts:
                    contacts[service, year] = _contacts(plan, found.service, year).to_numpy()
                key = id(found.access), year
                if key not in figures:
                    journeys = contacts[service, year] * travelled[id(found)]
                    figures[key] = _of_year(found, people[year], journeys)
                rows.append((option, service, year, *figures[key]))
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


def _of_year(
    found: ServiceResult, people: NDArray[np.int64], travelled: NDArray[np.float64]
) -> Sequence[float]:
    """Return the figures of one service and year, in the order of the table's columns.

    `people` and `travelled` (contacts that somebody travels for) are those of the year, by area.
    """
    change, rows = found.access.change, found.allocation
    minutes, outcome = change["after_min"].to_numpy(), change["outcome"].to_numpy()
    reached = np.isfinite(minutes)
    # The mean is over the people who have a journey; those who have
    # none stand beside it (docs/methods 2).
    weight = float(people[reached].sum())
    total = float((people[reached] * minutes[reached]).sum())
    within = minutes <= found.service.travel_standard_min
    # Hours are of journeys made: contacts that need one, there and back.
    served = np.isfinite(rows["travel_time_min"].to_numpy())
    spent_min = float((travelled[served] * rows["travel_time_min"].to_numpy()[served]).sum())
    return (
        int(people.sum()),
        total / weight if weight else np.nan,
        int(people[np.isposinf(minutes)].sum()),
        int(people[within].sum()),
        int(people[np.isin(outcome, _LONGER)].sum()),
        int(people[np.isin(outcome, _SHORTER)].sum()),
        spent_min * _THERE_AND_BACK / _MINUTES_AN_HOUR,
    )


def _contacts(plan: CapacityPlan, service: Service, year: int) -> pd.Series:
    """Return the contacts of each area in a year, at the study's rates."""
    later = plan.rates_in(rates_by_age(service), year)
    people = plan.people[CENTRAL][year]
    return people[later.index].astype(float) @ later * service.visits / _PER


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
