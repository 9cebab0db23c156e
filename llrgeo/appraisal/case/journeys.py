"""The case by journeys as judged: whose get longer, where, for which services and groups."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

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
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.access import LONGER
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES
from llrgeo.appraisal.people.people_groups import (
    ETHNIC_GROUPS,
    EVERYONE,
    OTHER_LANGUAGE,
    WITHOUT_CAR,
)
from llrgeo.arrays import Bools, Floats

_PLACES: Final = 10
_SEVERAL: Final = 2
HIT_MORE_POINTS: Final = 0.02
HIT_MORE_TIMES: Final = 1.1
"""A group is hit more where the share of it with longer journeys is above everyone's by at least
two percentage points and by at least a tenth. Less may be one or two areas, or changes that the
times can hardly tell; a tenth alone is nothing where few lose, two points where most do."""

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
    before, after = (change[name].to_numpy() for name in ("before_min", "after_min"))
    newly = (before <= standard) & (after > standard)
    people, service = compared.residents[newly], result.service.id
    added = compared.change_of(result).added_min[newly]
    item = item_of_people("newly_beyond_standard", people, added, service=service, value=standard)
    yield from none_if_nobody([item])


def teams_farther(compared: Comparison) -> Iterator[Item]:
    """Yield who lives farther from a team's base, by service."""
    for result in compared.teams:
        yield from compared.items_of(_team_farther, result)


def _team_farther(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    change, ceiling = result.access.change, compared.appraisal_inputs.ceiling
    farther = change["outcome"].isin(LONGER).to_numpy()
    before, after = (change[name].to_numpy()[farther] for name in ("before_min", "after_min"))
    added, people = np.minimum(after, ceiling) - before, compared.residents[farther]
    item = item_of_people("team_farther", people, added, service=result.service.id)
    yield from none_if_nobody([item])


def items_of_service(
    compared: Comparison,
    result: ServiceResult,
    moved: Bools,
    minutes: Floats,
    *,
    ids: tuple[str, str],
    without: float,
) -> Iterator[Item]:
    """Yield whose journey to a service changes one way, by how much, and where by most.

    Parameters
    ----------
    compared, result
        The option beside the baseline, and what it means for one of its services.
    moved, minutes
        By area: whose journey is meant, and by how many minutes it changes, above 0.
    ids
        Of the item, where people visit a patient, and where they are patients themselves.
    without
        How many of them have no journey left; where the item is of gains, none today.
    """
    service, people, by_min = result.service, compared.residents[moved], minutes[moved]
    if people.sum() == 0:
        return
    # Of people alone: an area where nobody lives is no place where it is worst, or best. Of equals
    # it is the one with the lowest id.
    most = by_min[people > 0].max()
    places = compared.appraisal_inputs.areas.index[moved][(people > 0) & (by_min == most)]
    yield Item(
        ids[0] if service.delivery == "visitor" else ids[1],
        service=service.id,
        place=place_name(compared.appraisal_inputs.areas, min(places)),
        people=float(people.sum()),
        minutes=mean_over(by_min, people),
        value=float(most),
        second=without,
        too_close=float(people @ compared.change_of(result).too_close[moved]),
    )


def _longer_for(compared: Comparison, result: ServiceResult) -> Iterator[Item]:
    """Yield for a service who has a longer journey, by how much, and where it is worst."""
    change, lost = compared.change_of(result), result.access.change["outcome"] == "lost"
    items = items_of_service(
        compared,
        result,
        change.longer,
        change.added_min,
        ids=("visitors_longer", "service_longer"),
        without=float(compared.residents[lost.to_numpy()].sum()),
    )
    yield from none_if_nobody(items)


def _at_least_one(compared: Comparison) -> Item:
    """Return who has a longer journey for at least one service, by their largest worsening."""
    hit = compared.after.classified["class"].isin(LONGER_CLASSES).to_numpy()
    people, worst = compared.residents[hit], compared.largest_added_min[hit]
    return Item(
        "longer_for_one",
        people=float(people.sum()),
        minutes=mean_over(worst, people),
        value=float(people.sum() / compared.residents.sum()),
        second=float(worst.max()) if len(people) else float("nan"),
    )


def _several_services(compared: Comparison) -> Item:
    """Return those for whom two services and more get farther, with all the minutes together."""
    lose_by = compared.changes.longer.sum(axis=0)
    several = lose_by >= _SEVERAL
    people, hit = compared.residents[several], lose_by[several]
    # All minutes of those who lose by several services, added over the services that they lose by.
    added = np.where(compared.changes.longer, compared.changes.added_min, 0.0).sum(axis=0)
    return Item(
        "several_services",
        people=float(people.sum()),
        minutes=mean_over(added[several], people),
        value=float(hit.max()) if len(hit) else float("nan"),
    )


def _worst_places(compared: Comparison) -> Iterator[Item]:
    """Yield the ten areas of most added minutes, and those of most people times minutes."""
    # The largest of an area's services, not their sum: how bad it gets for somebody who needs that
    # one.
    areas, hit = compared.appraisal_inputs.areas, compared.any_longer
    # Areas in the order of their ids, so that the lowest of equals are named.
    ids, residents = areas.index[hit], compared.residents[hit]
    largest = compared.largest_added_min[hit]
    by_id = ids.argsort()
    for item, weight in (("worst_places", largest), ("worst_places_people", largest * residents)):
        chosen = by_id[np.argsort(-weight[by_id], kind="stable")[:_PLACES]]
        people = residents[chosen]
        yield Item(
            item,
            place=place_names(areas, ids[chosen]),
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
    users: dict[str, list[tuple[int, Bools]]] = {}
    for row, result in enumerate(compared.visited):
        service = result.service.id
        # Users of a site are those whose nearest it is today, for a service that stops there.
        before = compared.before.services[service].after
        stops = compared.before.option.sites.get(service, frozenset()) - (
            compared.after.option.sites.get(service, frozenset())
        )
        for site in sorted(stops):
            users.setdefault(site, []).append((row, before.goes_to([site])))
    for site, uses in users.items():
        rows, near = [row for row, _ in uses], np.stack([near_it for _, near_it in uses])
        # Of these only areas that lose: for others another site is as near, or nearer.
        hit = near & compared.changes.longer[rows]
        farther = hit.any(axis=0)
        added = np.where(hit, compared.changes.added_min[rows], 0.0).sum(axis=0)
        people = compared.residents[farther]
        yield Item(
            "site_stops",
            place=site_name(sites, site),
            people=float(people.sum()),
            minutes=mean_over(added[farther], people),
            value=float(len(uses)),
            second=float(compared.residents[near.any(axis=0)].sum()),
        )


def _groups_hit_more(compared: Comparison) -> Iterator[Item]:
    """Yield the groups of which a clearly larger share has a longer journey than of everyone."""
    classified, groups = compared.after.classified, compared.people
    hit = classified["class"].isin(LONGER_CLASSES).to_numpy()
    worst = compared.largest_added_min[hit]
    # Each group's share with a longer journey, compared with the share of everyone.
    of_everyone = float(ratio(groups[EVERYONE][hit].sum(), groups[EVERYONE].sum()))
    for group, level in _GROUPS:
        if (group, level) not in groups.columns:
            continue
        people = groups[group, level].to_numpy()
        share = float(ratio(people[hit].sum(), people.sum()))
        if hit_more(share, of_everyone):
            found = item_of_people("group_hit_more", people[hit], worst, value=share)
            yield replace(found, group=group, level=level, second=of_everyone)


def hit_more(share: float, of_everyone: float) -> bool:
    """Return whether a share is above everyone's by both margins; exactly the margins is above."""
    above = round(share - of_everyone, 9) >= HIT_MORE_POINTS
    return above and round(share - HIT_MORE_TIMES * of_everyone, 9) >= 0
