"""The case by journeys: whose get longer, where, for which services, and who has no car."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.case.comparison import Comparison
from llrgeo.appraisal.case.item import (
    Item,
    item_of_people,
    mean_over,
    none_if_nobody,
    place_name,
    place_names,
    site_name,
)
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.people_by_service import LONGER_CLASSES, classify_areas
from llrgeo.appraisal.people_groups import (
    ETHNIC_GROUPS,
    EVERYONE,
    OTHER_LANGUAGE,
    WITHOUT_CAR,
    everyone_of,
)
from llrgeo.appraisal.service_result import ServiceResult
from llrgeo.schema import NO_CAR
from llrgeo.travel.times import TravelTimes

_PLACES: Final = 10
_SEVERAL: Final = 2
HIT_MORE_POINTS: Final = 0.02
HIT_MORE_TIMES: Final = 1.1
"""A group is hit more where the share of it with longer journeys is above everyone's by at least
two percentage points and by at least a tenth. Less may be one or two areas, or changes that the
times can hardly tell; a tenth alone is nothing where few lose, two points where most do."""
LONG_WALK_MIN: Final = 60.0
"""A walk of more than an hour is one of hours."""

# Groups that guidance names: the most deprived, the very old, disabled people, rural residents,
# and, where the areas tell, people by ethnic group, main language and without a car at home.
_GROUPS: Final = (
    ("deprivation_fifth", "deprivation_fifth_1"),
    ("age", "age_85_plus"),
    ("disability", "disabled"),
    ("rural_urban", "rural"),
    *(("ethnic_group", level) for level in ETHNIC_GROUPS),
    ("main_language", OTHER_LANGUAGE),
    ("car", WITHOUT_CAR),
)


def longer_journeys(compared: Comparison) -> Iterator[Item]:
    """Yield who has longer journeys, service by service, in the worst places and all together."""
    if compared.after.classified.empty:
        return
    for result in compared.visited:
        yield from compared.items_of(_longer_for, result)
    yield from none_if_nobody(
        [_at_least_one(compared), _several_services(compared), *_worst_places(compared)]
    )
    yield from none_if_nobody(_sites_that_stop(compared))
    yield from none_if_nobody(_groups_hit_more(compared))


def beyond_standard(compared: Comparison) -> Iterator[Item]:
    """Yield who falls beyond the standard of a service and is within it today."""
    for result in compared.visited:
        yield from compared.items_of(_newly_beyond, result)


def _newly_beyond(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    change, standard = result.access.change, result.service.travel_standard_min
    newly = (change["before_min"] <= standard) & (change["after_min"] > standard)
    people, service = compared.residents[newly], result.service.id
    added = compared.added_min[service]
    item = item_of_people("newly_beyond_standard", people, added, service=service, value=standard)
    yield from none_if_nobody([item])


def teams_farther(compared: Comparison) -> Iterator[Item]:
    """Yield who lives farther from a team's base, by service."""
    for result in compared.teams:
        yield from compared.items_of(_team_farther, result)


def _team_farther(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    change = result.access.change
    farther = change["outcome"].isin(["worsened", "lost"])
    people = compared.residents[farther]
    added = change["after_min"].clip(upper=compared.appraisal_inputs.ceiling) - change["before_min"]
    item = item_of_people("team_farther", people, added, service=result.service.id)
    yield from none_if_nobody([item])


def without_car(
    compared: Comparison, walk: TravelTimes | None, transit: TravelTimes | None
) -> Iterator[Item]:
    """Yield who has a walk of more than an hour, or a longer way by bus, where they are known."""
    areas, any_longer = compared.appraisal_inputs.areas, compared.longer.any(axis=1)
    if any_longer.any() and {NO_CAR, "households"} <= set(areas.columns):
        without, households = areas.loc[any_longer, [NO_CAR, "households"]].sum()
        yield Item("no_car_households", value=float(without), second=float(households))
    elif any_longer.any():
        yield Item("no_car_unknown", rests_on="nothing")
    for result in compared.visited:
        service = result.service.id
        if walk is not None:
            change = compared.changes_by(walk, service)
            beyond = change["after_min"] > LONG_WALK_MIN
            newly = beyond & (change["before_min"] <= LONG_WALK_MIN)
            # Minutes on foot are none that people with a car would lose: they give no order.
            people = float(compared.residents[newly].sum())
            yield from none_if_nobody([Item("long_walk", service=service, people=people)])
        if transit is not None:
            change = compared.changes_by(transit, service)
            longer = change["added_min"] > compared.appraisal_inputs.tolerance_min
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
    appraisal_inputs = compared.appraisal_inputs
    services = [result.service for result in compared.visited]
    if not periods and not compared.changes_nothing:
        yield Item("rush_hour_unknown", rests_on="nothing")
    for times in periods:
        changes = {service.id: compared.changes_by(times, service.id) for service in services}
        if not changes:
            continue
        classified = classify_areas(
            pd.DataFrame({name: change["before_min"] for name, change in changes.items()}),
            pd.DataFrame({name: change["after_min"] for name, change in changes.items()}),
            appraisal_inputs.times.accuracy,
            tolerance_min=appraisal_inputs.tolerance_min,
        )
        people = compared.residents[classified["class"].isin(LONGER_CLASSES)]
        worst = classified["worst_change_min"].clip(upper=appraisal_inputs.ceiling)
        yield from none_if_nobody(
            [
                Item(
                    "rush_hour",
                    subject=times.period,
                    people=float(people.sum()),
                    minutes=mean_over(worst[people.index], people),
                    value=_with_longer(compared),
                )
            ]
        )
        for service in services:
            change, standard = changes[service.id], service.travel_standard_min
            # A standard that is missed at all times is another item;
            # this one has only what the rush hour adds.
            calm = compared.after.services[service.id].access.change
            newly = (change["before_min"] <= standard) & (change["after_min"] > standard)
            then_only = newly & (calm["after_min"] <= standard)
            item = _by_mode("rush_hour_standard", compared, service.id, change, then_only)
            yield from none_if_nobody([item])


def _with_longer(compared: Comparison) -> float:
    everyone = everyone_of(compared.after.people)
    return float(everyone[list(LONGER_CLASSES)].sum())


def items_of_service(
    compared: Comparison,
    service: Service,
    moved: pd.DataFrame,
    minutes: pd.DataFrame,
    *,
    ids: tuple[str, str],
    lost: float = np.nan,
) -> Iterator[Item]:
    """Yield whose journey to a service changes one way, by how much, and where by most.

    Parameters
    ----------
    compared, service
        The option beside the baseline, and one of its services.
    moved, minutes
        Areas by services: whose journey is meant, and by how many minutes it changes, above 0.
    ids
        Of the item, where people visit a patient, and where they are patients themselves.
    lost
        How many of them have no journey left; NaN where the item is of gains.
    """
    hit, by_min = moved[service.id], minutes[service.id]
    people = compared.residents[hit]
    if people.sum() == 0:
        return
    # Of people alone: an area where nobody lives is no place where it is worst, or best.
    most = str(by_min[people.index[people > 0]].sort_index().idxmax())
    yield Item(
        ids[0] if service.delivery == "visitor" else ids[1],
        service=service.id,
        place=place_name(compared.appraisal_inputs.areas, most),
        people=float(people.sum()),
        minutes=mean_over(by_min[hit], people),
        value=float(by_min[most]),
        second=lost,
        too_close=float(people[compared.too_close[service.id][hit]].sum()),
    )


def _longer_for(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    """Yield for a service who has a longer journey, by how much, and where it is worst."""
    items = items_of_service(
        compared,
        result.service,
        compared.longer,
        compared.added_min,
        ids=("visitors_longer", "service_longer"),
        lost=float(compared.residents[result.access.change["outcome"] == "lost"].sum()),
    )
    yield from none_if_nobody(items)


def _at_least_one(compared: Comparison) -> Item:
    """Return who has a longer journey for at least one service, by their largest worsening."""
    classified = compared.after.classified
    people = compared.residents[classified["class"].isin(LONGER_CLASSES)]
    worst = classified["worst_change_min"].clip(upper=compared.appraisal_inputs.ceiling)
    return Item(
        "longer_for_one",
        people=float(people.sum()),
        minutes=mean_over(worst[people.index], people),
        value=float(people.sum() / compared.residents.sum()),
        second=float(worst[people.index].max()) if len(people) else float("nan"),
    )


def _several_services(compared: Comparison) -> Item:
    """Return those for whom two services and more get farther, with all the minutes together."""
    several = compared.longer.sum(axis=1) >= _SEVERAL
    people = compared.residents[several]
    # All minutes of those who lose by several services, added over the services that they lose by.
    added = compared.added_min.where(compared.longer, 0.0).sum(axis=1)
    hit = compared.longer.sum(axis=1)[several]
    return Item(
        "several_services",
        people=float(people.sum()),
        minutes=mean_over(added[several], people),
        value=float(hit.max()) if len(hit) else float("nan"),
    )


def _worst_places(compared: Comparison) -> Iterator[Item]:
    """Yield the ten areas of most added minutes, and those of most people times minutes."""
    # The largest of an area's services, not their sum: how bad it
    # gets for somebody who needs that one.
    largest = compared.added_min.where(compared.longer).max(axis=1).dropna().sort_index()
    residents = compared.residents[largest.index]
    for item, order in (("worst_places", largest), ("worst_places_people", largest * residents)):
        chosen = order.sort_values(ascending=False, kind="stable").head(_PLACES).index
        people = residents[chosen]
        yield Item(
            item,
            place=place_names(compared.appraisal_inputs.areas, chosen),
            people=float(people.sum()),
            minutes=mean_over(largest[chosen], people),
            value=float(len(chosen)),
        )


def _sites_that_stop(compared: Comparison) -> Iterator[Item]:
    """Yield each site that gives services up: whose nearest it is, and what the losers lose by it.

    Those whose journey gets no longer are counted apart (`second`), not in the average: their
    gain is no part of what the others lose, and no credit against it.
    """
    sites = compared.appraisal_inputs.sites
    users: dict[str, list[tuple[str, pd.Series]]] = {}
    for result in compared.visited:
        service = result.service.id
        # Users of a site are those whose nearest it is today, for a service that stops there.
        before = compared.before.services[service].after
        stops = compared.before.option.sites.get(service, frozenset()) - (
            compared.after.option.sites.get(service, frozenset())
        )
        for site in sorted(stops):
            near_it = pd.Series(before.goes_to([site]), before.ids.areas)
            users.setdefault(site, []).append((service, near_it))
    for site, uses in users.items():
        near = pd.DataFrame(dict(uses))
        # Of these only areas that lose: for others another site is as near, or nearer.
        hit = near & compared.longer[near.columns]
        farther = hit.any(axis=1)
        added = compared.added_min[near.columns].where(hit, 0.0).sum(axis=1)
        people = compared.residents[farther]
        yield Item(
            "site_stops",
            place=site_name(sites, site),
            people=float(people.sum()),
            minutes=mean_over(added[farther], people),
            value=float(len(uses)),
            second=float(compared.residents[near.any(axis=1)].sum()),
        )


def _groups_hit_more(compared: Comparison) -> Iterator[Item]:
    """Yield the groups of which a clearly larger share has a longer journey than of everyone."""
    classified = compared.after.classified
    hit = classified["class"].isin(LONGER_CLASSES)
    worst = classified["worst_change_min"].clip(upper=compared.appraisal_inputs.ceiling)
    # Each group's share with a longer journey, held against the share of everyone.
    shares = compared.people[hit].sum() / compared.people.sum().replace(0, np.nan)
    for key in _GROUPS:
        if key in shares.index and hit_more(float(shares[key]), float(shares[EVERYONE])):
            of_group = compared.people.loc[hit, [key]].iloc[:, 0]
            yield Item(
                "group_hit_more",
                group=key[0],
                level=key[1],
                people=float(of_group.sum()),
                minutes=mean_over(worst[hit], of_group),
                value=float(shares[key]),
                second=float(shares[EVERYONE]),
            )


def hit_more(share: float, of_everyone: float) -> bool:
    """Say whether a share is above everyone's by both margins; exactly the margins is above."""
    above = round(share - of_everyone, 9) >= HIT_MORE_POINTS
    return above and round(share - HIT_MORE_TIMES * of_everyone, 9) >= 0


def _by_mode(
    item: str, compared: Comparison, service: str, change: pd.DataFrame, hit: pd.Series
) -> Item:
    """Return the people of some areas, and what other times than the judged ones add for them."""
    people = compared.residents[hit]
    added = change["added_min"].clip(upper=compared.appraisal_inputs.ceiling)
    return item_of_people(item, people, added, service=service)
