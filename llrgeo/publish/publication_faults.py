"""What is wrong with the parts of a publication: options without results, times without sites."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.schema import name_some
from llrgeo.travel.times import TravelTimes


def option_faults(
    results: Mapping[str, OptionResult],
    baseline_name: str,
    services: Sequence[Service],
    site_ids: pd.Index,
) -> Iterator[str]:
    """Yield what is wrong with the options and with what was found of them."""
    if baseline_name not in results:
        yield f"there is no result of the baseline '{baseline_name}'"
    if not results.keys() - {baseline_name}:
        yield "there must be a baseline and at least one other option"
    unknown = _used_sites(results) - set(site_ids)
    if unknown:
        yield f"options name unknown sites ({name_some(sorted(unknown))})"
    for name, result in results.items():
        missing = [service.id for service in services if service.id not in result.services]
        if missing:
            yield f"option '{name}' has no result for {name_some(missing)}"


def matrix_faults(
    times: TravelTimes, area_ids: pd.Index, results: Mapping[str, OptionResult]
) -> Iterator[str]:
    """Yield what is wrong with a matrix, whose rows are areas and columns the sites of options."""
    name = f"the times by {times.mode} ({times.period})"
    if not times.minutes.index.equals(area_ids):
        yield f"{name} are not of the areas, in their order"
    missing = sorted(_used_sites(results) - set(times.minutes.columns))
    if missing:
        yield f"{name} lack sites ({name_some(missing)})"
    values = times.minutes.to_numpy()
    # Readers see tenths: figures of finer minutes would not be those that they can check.
    if not np.array_equal(values, values.round(1)):
        yield f"{name} are finer than a tenth of a minute; round them before appraisal"


def _used_sites(results: Mapping[str, OptionResult]) -> set[str]:
    every = (result.option.sites for result in results.values())
    return {site for sites in every for of_service in sites.values() for site in of_service}
