"""How people use each service under each option: each distinct way once.

The first step of an evaluation (docs/methods 1 and 2), on the arrays of `use_arrays`. `evaluation`
compares these with the baseline.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.journeys.use_arrays import ClassesAndPeople, ServiceUse, StudyArrays
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.people_by_service import classify_areas, count_people
from llrgeo.arrays import Floats

# Free of the noise of floats: journeys of 30 minutes alone make a mean of 30 and no more.
MINUTES_DECIMALS: Final = 9

UseByService: TypeAlias = Mapping[str, ServiceUse]
"""How each service is used under one option, by the service's id."""


def uses_by_option(options: Iterable[Option], arrays: StudyArrays) -> dict[str, UseByService]:
    """Return how people use each service under each option, by option name and service id.

    Options that run a service alike (the same sites, the same shares by video and at home) share
    one result.
    """
    services = {service.id: service for service in arrays.appraisal_inputs.services}
    return {
        option.name: {
            name: arrays.use_of(
                s, option.sites.get(name, frozenset()), option.shares_of(name, s.shares)
            )
            for name, s in services.items()
        }
        for option in options
    }


def average_minutes(
    arrays: StudyArrays, uses: UseByService, *, ceiling_min: float = np.inf
) -> Floats:
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


def minutes_per_journey(
    minutes: Iterable[Floats], travelled: Iterable[Floats], *, ceiling_min: float = np.inf
) -> Floats:
    """Return for every area the minutes of an average journey over several services.

    Only contacts that are `travelled` for have a journey; a contact by video is no journey of 0
    minutes. NaN where nobody of an area travels for any.

    Parameters
    ----------
    minutes, travelled
        By service, shape (n,): the journey, +inf where there is none, and the contacts a year for
        which somebody makes it.
    ceiling_min
        What a journey that is not there counts as.
    """
    spent: Floats | float = 0.0
    total: Floats | float = 0.0
    for journey, made in zip(minutes, travelled, strict=True):
        spent = spent + minutes_spent(journey, made, ceiling_min)
        total = total + made
    return ratio(spent, total).round(MINUTES_DECIMALS)


def minutes_spent(journey: Floats, made: Floats, ceiling_min: float) -> Floats:
    """Return the minutes a year of journeys to one service; where nobody makes one, 0."""
    spent: Floats = made * np.where(made > 0, np.minimum(journey, ceiling_min), 0.0)
    return spent


def classify_uses(
    arrays: StudyArrays, option: Option, before: UseByService, after: UseByService
) -> ClassesAndPeople:
    """Return the class of each area over all services, never netted, and the people of each class.

    They are what `classify_areas` and `count_people` return.

    Services that people travel for count. One that nobody travels for any more, because all of it
    happens by video or at home, has no journey to compare and is left out. In a study of teams
    alone, the drives of all teams count.
    """
    inputs, visited = arrays.appraisal_inputs, arrays.appraisal_inputs.visited
    # A service that is all by video or at home under the option has no journeys to compare.
    counted = [
        service.id
        for service in visited or inputs.services
        if not visited or option.has_journeys(service)
    ]
    # Classes rest on journeys alone: other numbers of contacts leave them as they are. The nearest
    # sites are kept with the times (`TimesArrays.found`), so that their identity stands for them.
    journeys = [id(uses[name].nearest) for uses in (before, after) for name in counted]
    key: tuple[str | int, ...] = (*counted, *journeys)
    if key not in arrays.classes:
        old, new = (
            pd.DataFrame({name: uses[name].nearest.minutes for name in counted}, inputs.areas.index)
            for uses in (before, after)
        )
        times = inputs.times if visited else inputs.times_of("team")
        classified = classify_areas(old, new, times.accuracy, tolerance_min=inputs.tolerance_min)
        arrays.classes[key] = classified, count_people(classified, arrays.people)
    return arrays.classes[key]


def table_by_service(rows: Mapping[str, Mapping[str, float | str]]) -> pd.DataFrame:
    """Return a frame of one row a service, by its id; all rows have the same columns."""
    listed = list(rows.values())  # column by column, which pandas takes much faster than row by row
    columns = {name: [row[name] for row in listed] for name in listed[0]}
    return pd.DataFrame(columns, index=pd.Index(rows, name="service"))
