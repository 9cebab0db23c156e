"""Journeys without a car: who could walk to a service, or take a bus (docs/methods 9)."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.access import nearest_site, summarise_access
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.modes import FRAIL_WALK_KPH, WALK_KPH
from llrgeo.travel.times import TravelTimes

WALKS_MIN: Final = (15.0, 30.0)
RIDES_MIN: Final = (30.0, 60.0)
FRAIL_FACTOR: Final = WALK_KPH / FRAIL_WALK_KPH


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
    parts = [
        summarise_access(minutes * factor, people, thresholds_min=WALKS_MIN).assign(
            option=option, service=service, pace=pace
        )
        for option, service, minutes in _to_nearest(results, walk_times, people)
        for pace, factor in (("usual", 1.0), ("frail", FRAIL_FACTOR))
    ]
    return _stacked(parts, ["option", "service", "pace", "group", "level"])


def transit_table(
    results: Mapping[str, OptionResult], transit_times: TravelTimes, people: pd.DataFrame
) -> pd.DataFrame:
    """Return how many residents of each group can reach a service by public transport.

    One row an option, service, group and level, with the columns of `summarise_access` at 30 and
    60 minutes.
    """
    parts = [
        summarise_access(minutes, people, thresholds_min=RIDES_MIN).assign(
            option=option, service=service
        )
        for option, service, minutes in _to_nearest(results, transit_times, people)
    ]
    return _stacked(parts, ["option", "service", "group", "level"])


def _to_nearest(
    results: Mapping[str, OptionResult], times: TravelTimes, people: pd.DataFrame
) -> Iterator[tuple[str, str, pd.Series]]:
    """Yield each option and service that people travel to, with minutes to its nearest site."""
    for option, result in results.items():
        for service, service_result in result.services.items():
            if service_result.service.delivery != "team":
                nearest = nearest_site(times, result.option.sites.get(service, frozenset()))
                yield option, service, nearest["travel_time_min"].reindex(people.index)


def _stacked(parts: list[pd.DataFrame], first: list[str]) -> pd.DataFrame:
    table = pd.concat(parts).reset_index()
    return table[[*first, *table.columns.difference(first, sort=False)]]
