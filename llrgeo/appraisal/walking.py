"""Walking: who could reach a service without a car (METHODS 9)."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.access import nearest_site, summarise_access
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.travel.times import TravelTimes

THRESHOLDS_MIN: Final = (15.0, 30.0)
FRAIL_FACTOR: Final = 4.8 / 3.2  # frail people walk at 3.2 km/h where others walk at 4.8


def walking_table(
    results: Mapping[str, OptionResult], walk_times: TravelTimes, people: pd.DataFrame
) -> pd.DataFrame:
    """Return how many residents of each group can walk to a service.

    Parameters
    ----------
    results
        Results by option name.
    walk_times
        Minutes on foot at 4.8 km/h.
    people
        Residents by group.

    Returns
    -------
    pandas.DataFrame
        One row an option, service, pace ("usual" or "frail"), group and level, with the columns of
        `summarise_access` at 15 and 30 minutes.
    """
    parts = []
    for name, result in results.items():
        for service, one in result.services.items():
            if one.service.delivery == "team":
                continue
            nearest = nearest_site(walk_times, result.option.sites.get(service, frozenset()))
            minutes = nearest["travel_time_min"].reindex(people.index)
            for pace, factor in (("usual", 1.0), ("frail", FRAIL_FACTOR)):
                table = summarise_access(minutes * factor, people, thresholds_min=THRESHOLDS_MIN)
                parts.append(table.assign(option=name, service=service, pace=pace))
    table = pd.concat(parts).reset_index()
    first = ["option", "service", "pace", "group", "level"]
    return table[[*first, *table.columns.difference(first, sort=False)]]
