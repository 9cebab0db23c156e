"""Journeys without a car: who could walk to a service, or take a bus (docs/methods 9)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.nearest_sites import nearest_minutes
from llrgeo.appraisal.people.access import summarise_access
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.appraisal.stacking import stack_tables
from llrgeo.modes import FRAIL_WALK_KPH, WALK_KPH
from llrgeo.travel.times import TravelTimes

WALKS_MIN: Final = (15.0, 30.0)
RIDES_MIN: Final = (30.0, 60.0)
_HALF: Final = 0.5  # of the departures of the window
_NO_SITE: Final = ""  # an id that no site has
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

    def of_sites(minutes: pd.Series) -> pd.DataFrame:
        # A slower walker takes longer by one factor on every way: no second search is needed.
        paces = (("usual", 1.0), ("frail", FRAIL_FACTOR))
        found = {
            pace: summarise_access(minutes * factor, people, thresholds_min=WALKS_MIN)
            for pace, factor in paces
        }
        return stack_tables({pace: table.reset_index() for pace, table in found.items()}, ["pace"])

    return _of_every_service(results, walk_times, people, of_sites)


def transit_table(
    results: Mapping[str, OptionResult], transit_times: TravelTimes, people: pd.DataFrame
) -> pd.DataFrame:
    """Return how many residents of each group can reach a service by public transport.

    One row an option, service, group and level, with the columns of `summarise_access` at 30 and
    60 minutes.
    """

    def of_sites(minutes: pd.Series) -> pd.DataFrame:
        return summarise_access(minutes, people, thresholds_min=RIDES_MIN).reset_index()

    return _of_every_service(results, transit_times, people, of_sites)


def departures_table(
    results: Mapping[str, OptionResult], transit_times: TravelTimes, people: pd.DataFrame
) -> pd.DataFrame:
    """Return at how many departures of the window residents have a journey, and how long it takes.

    Each area goes to the site that it reaches soonest in the median; where fewer than half of the
    departures have a journey to any, to the site with most of them.

    Parameters
    ----------
    results, people
        As `walking_table` takes them.
    transit_times
        Minutes by timetable, with their `spread`.

    Returns
    -------
    pandas.DataFrame
        One row an option and service: residents with a journey at `every_departure`, at half or
        more (`most_departures`), at fewer (`some_departures`), at `no_departure`;
        `share_departures` (mean over residents); `p10_min`, `p50_min`, `p90_min`: mean minutes of
        those who have a journey at nine of ten departures (NaN where nobody has).
    """
    residents = people[EVERYONE]
    rows = [
        {"option": option, "service": service, **_over_departures(transit_times, sites, residents)}
        for option, service, sites in _travelled_to(results)
    ]
    return pd.DataFrame(rows)


def _over_departures(
    times: TravelTimes, sites: frozenset[str], residents: pd.Series
) -> dict[str, float]:
    """Return one row of `departures_table`, without its names."""
    of = times.select(sites)
    tables = {"p50_min": of.minutes, **of.spread}
    # A last column has no journey, so that a service without sites has a least one too.
    values = {
        name: table.reindex(residents.index)
        .assign(**{_NO_SITE: 0.0 if name == "share_departures" else np.inf})
        .to_numpy()
        for name, table in tables.items()
    }
    median, share = values["p50_min"], values["share_departures"]
    has_journey = np.isfinite(median.min(axis=1))
    chosen = np.where(has_journey, median.argmin(axis=1), share.argmax(axis=1))
    at_chosen = {
        name: np.take_along_axis(table, chosen[:, None], axis=1)[:, 0]
        for name, table in values.items()
    }
    counts, part = residents.to_numpy(), at_chosen["share_departures"]
    classes = {
        "every_departure": part >= 1,
        "most_departures": (part >= _HALF) & (part < 1),
        "some_departures": (part > 0) & (part < _HALF),
        "no_departure": part <= 0,
    }
    usual = np.isfinite(at_chosen["p90_min"])
    return {
        **{name: int(counts[rows].sum()) for name, rows in classes.items()},
        "share_departures": float(ratio((counts * part).sum(), counts.sum())),
        **{
            name: float(ratio((counts[usual] * at_chosen[name][usual]).sum(), counts[usual].sum()))
            for name in ("p10_min", "p50_min", "p90_min")
        },
    }


def _travelled_to(
    results: Mapping[str, OptionResult],
) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield each option and service that people travel to, with its sites."""
    for option, result in results.items():
        for service, service_result in result.services.items():
            if service_result.service.delivery != "team":
                yield option, service, result.option.sites.get(service, frozenset())


def _of_every_service(
    results: Mapping[str, OptionResult],
    times: TravelTimes,
    people: pd.DataFrame,
    of_sites: Callable[[pd.Series], pd.DataFrame],
) -> pd.DataFrame:
    """Return one table of every option and service that people travel to, named first.

    `of_sites` makes it of the minutes to the nearest site; it is called once for each set of sites.
    """
    by_sites: dict[frozenset[str], pd.DataFrame] = {}
    parts = {}
    for option, service, sites in _travelled_to(results):
        if sites not in by_sites:
            minutes = nearest_minutes(times, sites).reindex(people.index)
            by_sites[sites] = of_sites(minutes)
        parts[option, service] = by_sites[sites]
    return stack_tables(parts, ["option", "service"])
