"""How people use each service under each option: each distinct way once.

The first step of an evaluation (docs/methods 1 and 2), on the arrays of `use_arrays`. `evaluation`
compares these with the baseline.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people_by_service import classify_areas
from llrgeo.appraisal.use_arrays import Numbers, ServiceUse, StudyArrays, minutes_per_journey

UseByService: TypeAlias = Mapping[str, ServiceUse]
"""How each service is used under one option, by the service's id."""


def uses_by_option(options: Iterable[Option], arrays: StudyArrays) -> dict[str, UseByService]:
    """Return how people use each service under each option, by option name and service id.

    Options that run a service alike (the same sites, the same shares by video and at home) share
    one result.
    """
    services = {service.id: service for service in arrays.appraisal_inputs.services}

    @cache
    def use_of(name: str, sites: frozenset[str], shares: Shares) -> ServiceUse:
        return arrays.use_of(services[name], sites, shares)

    return {
        option.name: {
            name: use_of(
                name, option.sites.get(name, frozenset()), option.shares_of(name, s.shares)
            )
            for name, s in services.items()
        }
        for option in options
    }


def average_minutes(
    arrays: StudyArrays, uses: UseByService, *, ceiling_min: float = np.inf
) -> Numbers:
    """Return the minutes of an average journey of each area, over all services; shape (n,).

    Services that people travel for count, by their contacts at a site; in a study of visiting
    teams alone, the teams' journeys. `ceiling_min` stands for a journey that is not there: with
    +inf an area that lacks any of its journeys is at +inf. NaN where nobody of an area travels.
    """
    visited = arrays.appraisal_inputs.visited
    used = [uses[service.id] for service in visited or arrays.appraisal_inputs.services]
    return minutes_per_journey(
        [use.nearest.minutes for use in used],
        [use.split.at_site if visited else use.split.at_home for use in used],
        ceiling_min=ceiling_min,
    )


def classify_uses(
    arrays: StudyArrays, option: Option, before: UseByService, after: UseByService
) -> pd.DataFrame:
    """Return the class of each area over all services, never netted: what `classify_areas` returns.

    Services that people travel for count. One that nobody travels for any more, because all of it
    happens by video or at home, has no journey to compare and is left out. In a study of teams
    alone, the drives of all teams count.
    """
    inputs = arrays.appraisal_inputs
    # A service that is all by video or at home under the option has no journeys to compare.
    counted = [
        service.id
        for service in inputs.visited or inputs.services
        if not inputs.visited or option.shares_of(service.id, service.shares).at_sites > 0
    ]
    old, new = (
        pd.DataFrame({name: uses[name].nearest.minutes for name in counted}, inputs.areas.index)
        for uses in (before, after)
    )
    times = inputs.times if inputs.visited else inputs.times_of("team")
    return classify_areas(old, new, times.accuracy, tolerance_min=inputs.tolerance_min)
