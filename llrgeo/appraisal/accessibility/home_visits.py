"""Home visits: whom teams reach within the standard, and when they must set off."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_services
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.counts import ratio, weighted_quantile

_OLDER: Final = {
    "age_65_plus": ("age_65_74", "age_75_84", "age_85_plus"),
    "age_75_plus": ("age_75_84", "age_85_plus"),
    "age_85_plus": ("age_85_plus",),
}


def team_reach(results: Mapping[str, OptionResult], areas: pd.DataFrame) -> pd.DataFrame:
    """Return how many older residents a team reaches within the standard.

    One row an option, service and age group (its id): `people`, `in_time`, `share_in_time`,
    `mean_min` from base to home, `latest_start_min` (the minute after the call at which the visit
    to the last tenth of people must set off to arrive in time; -inf where it cannot arrive at
    all), and the parts of the standard: `call_min`, `dispatch_min`, `travel_standard_min`.
    """
    people = {age: areas[list(bands)].sum(axis=1) for age, bands in _OLDER.items()}
    by_age = for_distinct_services(
        results,
        lambda found: {age: _reach(found, older) for age, older in people.items()},
        lambda found: found.service.delivery == "team",
    )
    return pd.DataFrame(
        [
            {"option": option, "service": service, "age": age, **reach}
            for (option, service), reaches in by_age.items()
            for age, reach in reaches.items()
        ]
    )


def _reach(result: ServiceResult, people: pd.Series) -> dict[str, float]:
    service, minutes = result.service, result.allocation["travel_time_min"]
    counts, drive_min = people.to_numpy(), minutes.to_numpy()
    # In time by the drive alone: handling the call and dispatch were taken off the standard before.
    in_time = counts[drive_min <= service.travel_standard_min].sum()
    reached = drive_min < float("inf")
    total = counts.sum()
    return {
        "people": total,
        "in_time": in_time,
        "share_in_time": float(ratio(in_time, total)),
        "mean_min": float(
            ratio((counts[reached] * drive_min[reached]).sum(), counts[reached].sum())
        ),
        "latest_start_min": service.standard_min - weighted_quantile(minutes, people, 0.9),
        "call_min": service.call_min,
        "dispatch_min": service.dispatch_min,
        "travel_standard_min": service.travel_standard_min,
    }
