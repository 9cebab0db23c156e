"""The case by journeys that options are not judged by: on foot, by bus, and in other periods."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.case.comparison import Comparison, OtherTimes
from llrgeo.appraisal.case.item import Item, item_of_people, none_if_nobody
from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES, classify_areas
from llrgeo.appraisal.people.people_groups import everyone_of
from llrgeo.arrays import Bools
from llrgeo.schema import NO_CAR
from llrgeo.travel.times import TravelTimes

_LONG_WALK_MIN: Final = 60.0  # a walk of more than an hour is one of hours


def without_car(
    compared: Comparison, walk: TravelTimes | None, transit: TravelTimes | None
) -> Iterator[Item]:
    """Yield who has a walk of more than an hour, or a longer way by bus, where they are known."""
    areas, any_longer = compared.appraisal_inputs.areas, compared.any_longer
    if any_longer.any() and {NO_CAR, "households"} <= set(areas.columns):
        without, households = (areas[name][any_longer].sum() for name in (NO_CAR, "households"))
        yield Item("no_car_households", value=float(without), second=float(households))
    elif any_longer.any():
        yield Item("no_car_unknown", rests_on="nothing")
    for result in compared.visited:
        service = result.service.id
        if walk is not None:
            change = compared.changes_by(walk, service)
            newly = (change.after_min > _LONG_WALK_MIN) & (change.before_min <= _LONG_WALK_MIN)
            # Minutes on foot are none that people with a car would lose: they give no order.
            people = float(compared.residents[newly].sum())
            yield from none_if_nobody([Item("long_walk", service=service, people=people)])
        if transit is not None:
            change = compared.changes_by(transit, service)
            longer = change.added_min > compared.appraisal_inputs.tolerance_min
            yield from none_if_nobody([_by_mode("longer_bus", compared, service, change, longer)])
    if not compared.changes_nothing:
        if transit is None:
            yield Item("bus", rests_on="nothing")
        else:
            yield Item("thin_bus", rests_on="nothing")
        if walk is None:
            yield Item("walk", rests_on="nothing")


def rush_hour(compared: Comparison, periods: Sequence[TravelTimes]) -> Iterator[Item]:
    """Yield who has a longer journey in other periods, and who is newly beyond a standard then."""
    appraisal_inputs, areas = compared.appraisal_inputs, compared.appraisal_inputs.areas.index
    services = [result.service for result in compared.visited]
    if not periods and not compared.changes_nothing:
        yield Item("rush_hour_unknown", rests_on="nothing")
    for times in periods:
        changes = {service.id: compared.changes_by(times, service.id) for service in services}
        if not changes:
            continue
        before, after = (
            pd.DataFrame({name: getattr(found, end) for name, found in changes.items()}, areas)
            for end in ("before_min", "after_min")
        )
        classified = classify_areas(
            before,
            after,
            appraisal_inputs.times.accuracy,
            tolerance_min=appraisal_inputs.tolerance_min,
        )
        hit = classified["class"].isin(LONGER_CLASSES).to_numpy()
        # The service that worsens most, as for the judged times; NaN where there is no journey.
        added = [change.added_by(appraisal_inputs.ceiling) for change in changes.values()]
        people, worst = compared.residents[hit], np.fmax.reduce(added)[hit]
        item = item_of_people("rush_hour", people, worst, value=_with_longer(compared))
        yield from none_if_nobody([replace(item, subject=times.period)])
        for service in services:
            change, standard = changes[service.id], service.travel_standard_min
            # A standard that is missed at all times is another item: only what the rush hour adds.
            calm = compared.after.services[service.id].access.change
            newly = (change.before_min <= standard) & (change.after_min > standard)
            then_only = newly & (calm["after_min"].to_numpy() <= standard)
            item = _by_mode("rush_hour_standard", compared, service.id, change, then_only)
            yield from none_if_nobody([item])


def _with_longer(compared: Comparison) -> float:
    everyone = everyone_of(compared.after.people)
    return float(everyone[list(LONGER_CLASSES)].sum())


def _by_mode(item: str, compared: Comparison, service: str, change: OtherTimes, hit: Bools) -> Item:
    """Return the people of some areas, and what other times than the judged ones add for them."""
    added = change.added_by(compared.appraisal_inputs.ceiling)[hit]
    return item_of_people(item, compared.residents[hit], added, service=service)
