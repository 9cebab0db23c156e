"""The case for an option: whose journeys get shorter, and what it saves, by the same rules."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from llrgeo.appraisal.case.comparison import Comparison
from llrgeo.appraisal.case.item import Item, item_of_people, none_if_nobody
from llrgeo.appraisal.case.journeys import items_of_service
from llrgeo.appraisal.case.sites import costs_of, provider_cost
from llrgeo.appraisal.journeys.service_result import ServiceResult


def shorter_journeys(compared: Comparison) -> Iterator[Item]:
    """Yield who has shorter journeys, service by service, and for one and none longer."""
    classified = compared.after.classified
    if classified.empty:
        return
    shorter = (classified["class"] == "shorter").to_numpy()
    people = compared.residents[shorter]
    # The largest saving of an area's services, as the case against takes the largest worsening.
    largest = -compared.changes.added_min.min(axis=0, initial=np.inf)[shorter]
    share = float(people.sum() / compared.residents.sum())
    yield from none_if_nobody([item_of_people("shorter_for_one", people, largest, value=share)])
    for result in compared.visited:
        yield from compared.items_of(_shorter_for, result)


def _shorter_for(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    change = compared.change_of(result)
    gained = (result.access.change["outcome"] == "gained").to_numpy()
    yield from items_of_service(
        compared,
        result,
        change.shorter,
        -change.added_min,
        ids=("visitors_shorter", "service_shorter"),
        without=float(compared.residents[gained].sum()),
    )


def teams_nearer(compared: Comparison) -> Iterator[Item]:
    """Yield who lives nearer to a team's base, by service."""
    for result in compared.teams:
        yield from compared.items_of(_team_nearer, result)


def _team_nearer(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    change, ceiling = result.access.change, compared.appraisal_inputs.ceiling
    nearer = change["outcome"].isin(["improved", "gained"]).to_numpy()
    before, after = (change[name].to_numpy()[nearer] for name in ("before_min", "after_min"))
    # A home that no team reached counts as the ceiling, as a journey lost does in the case against.
    saved, people = np.minimum(before, ceiling) - after, compared.residents[nearer]
    item = item_of_people("team_nearer", people, saved, service=result.service.id)
    yield from none_if_nobody([item])


def within_standard(compared: Comparison) -> Iterator[Item]:
    """Yield who comes within the standard of a service and is not today."""
    for result in compared.visited:
        yield from compared.items_of(_newly_within, result)


def _newly_within(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    change, standard = result.access.change, result.service.travel_standard_min
    before, after = (change[name].to_numpy() for name in ("before_min", "after_min"))
    newly = (before > standard) & (after <= standard)
    people, service = compared.residents[newly], result.service.id
    saved = -compared.change_of(result).added_min[newly]
    item = item_of_people("newly_in_standard", people, saved, service=service, value=standard)
    yield from none_if_nobody([item])


def savings(compared: Comparison, costs: pd.DataFrame | None) -> Iterator[Item]:
    """Yield hours that patients save in a year, and what the provider and patients save."""
    if costs is None:
        return
    before, after = costs_of(compared, costs)
    hours, provider = float(after["hours_saved"]), -provider_cost(after)[0]
    patients = float(before["patients"] - after["patients"])
    for item, saved in (
        ("hours_saved", hours),
        ("provider_saves", provider),
        ("patients_save", patients),
    ):
        if saved > 0:
            yield Item(item, value=saved, rests_on="costs")
