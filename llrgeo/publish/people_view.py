"""People view: what an option means for people over all services, by place and deprivation.

A longer journey for one service is never netted against a shorter one for another (docs/methods,
"People by service"). The explorer counts the same figures in the browser; tests hold the two
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import LONGER, SHORTER
from llrgeo.appraisal.people.area_facts import has_authorities, has_deprivation
from llrgeo.appraisal.people.people_by_service import (
    LONGER_CLASSES,
    classify_areas,
    count_people,
    worst_hit_service,
)
from llrgeo.appraisal.people.people_groups import EVERYONE, everyone_of
from llrgeo.schema import TENTHS
from llrgeo.travel.accuracy import Accuracy

WORST: Final = 10
SERVICE_OUTCOMES: Final = {
    "longer": LONGER,
    "shorter": SHORTER,
    "same": ("unchanged", "none"),
}
"""What becomes of a service for people, each of the outcomes that it counts."""


@dataclass(frozen=True, slots=True)
class PeopleView:
    """What a reader sees of one option over all services.

    Attributes
    ----------
    option
        The option.
    teams_only
        Whether nobody travels in this study: the classes are then of teams' drives.
    groups
        One row a group and level (everyone; authority and tenth, where the areas tell them): the
        people of each class, which add up to its people, and `too_close_<class>`, which is part of
        the class; NaN where it is not known what the times may be wrong by.
    services
        One row a service of the study on its id: people for whom it is `longer`, `shorter` and the
        `same`; who loses it counts as longer, who gains it as shorter, who has none as the same.
    teams
        The people of each class of teams' drives, told apart from journeys; None in a study
        without teams, or of teams alone.
    worst
        The areas hit hardest, worst first: `service` (the id of the one that worsens most),
        `before_min`, `after_min`, `change_min` (+inf for a journey lost).
    """

    option: Option
    teams_only: bool
    groups: pd.DataFrame
    services: pd.DataFrame
    teams: pd.Series | None
    worst: pd.DataFrame

    @property
    def everyone(self) -> pd.Series:
        """Return the row of `groups` that counts everyone."""
        return everyone_of(self.groups)


@dataclass(frozen=True, slots=True)
class ComparedOption:
    """An option beside the baseline, with all that people are counted by.

    Attributes
    ----------
    before, after
        What the appraisal found of the baseline and of the option.
    services
        The services of the study.
    accuracy, team_accuracy
        The measured errors of the times of the services that are counted, and of teams' drives.
    tolerance_min
        Changes up to this many minutes count as none.
    """

    before: OptionResult
    after: OptionResult
    services: tuple[Service, ...]
    accuracy: Accuracy
    team_accuracy: Accuracy
    tolerance_min: float

    @property
    def counted(self) -> tuple[str, ...]:
        """The ids of the services by which people are classified: those they travel for.

        A service all of whose contacts are by video or at home has no journey and is left out; in
        a study of teams alone their drives are counted.
        """
        visited = [service for service in self.services if service.delivery != "team"]
        option = self.after.option
        return tuple(
            service.id
            for service in visited or self.services
            if not visited or option.has_journeys(service)
        )

    @property
    def teams(self) -> tuple[str, ...]:
        """The ids of the services for which a team drives to people's homes."""
        return tuple(service.id for service in self.services if service.delivery == "team")

    def minutes(self, services: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return minutes before and after, areas by services."""
        changes = {name: self.after.services[name].access.change for name in services}
        index = next(iter(self.after.services.values())).access.change.index
        before, after = (
            pd.DataFrame({name: change[end] for name, change in changes.items()}, index=index)
            for end in ("before_min", "after_min")
        )
        return before, after


def opening_service(compared: ComparedOption, residents: pd.Series) -> str:
    """Return the service that stands for an option where one must (docs/methods 2).

    It is the one that people travel for that worsens for most of them; if none does, that improves
    for most; teams' drives stand for the option only if no journey changes.
    """
    # Journeys come before drives, whatever their numbers: drives count only where no journey
    # changes.
    for services in filter(None, (compared.counted, compared.teams)):
        before, after = compared.minutes(services)
        worst = worst_hit_service(before, after, residents, tolerance_min=compared.tolerance_min)
        change = compared.after.services[worst].access.change
        if not change["outcome"].isin(["unchanged", "none"]).all():
            return worst
    return compared.services[0].id


def build_people_view(people: pd.DataFrame, compared: ComparedOption) -> PeopleView:
    """Return what readers see of an option over all services; `people` are `shown_people`.

    Raises
    ------
    LlrgeoError
        If the classes do not add up to all people of a group.
    """
    result = compared.after
    classified, by_teams = classified_areas(compared), classified_by_teams(compared)
    return PeopleView(
        option=result.option,
        teams_only=result.classified.empty,
        groups=count_people(classified, people),
        teams=None if by_teams is None else count_people(by_teams, people[[EVERYONE]]).iloc[0],
        services=_services(result, [service.id for service in compared.services]),
        worst=_worst(classified, result),
    )


def classified_areas(compared: ComparedOption) -> pd.DataFrame:
    """Return the areas by class over all services, as `classify_areas` does.

    Where nobody travels in a study but teams, they are of their drives.
    """
    if not compared.after.classified.empty:
        return compared.after.classified
    return classify_areas(
        *compared.minutes(compared.counted),
        compared.accuracy,
        tolerance_min=compared.tolerance_min,
    )


def classified_by_teams(compared: ComparedOption) -> pd.DataFrame | None:
    """Return the areas by class over the services for which a team drives to people's homes.

    None in a study without teams, and in one of teams alone, whose drives `classified_areas` has.
    """
    if compared.after.classified.empty or not compared.teams:
        return None
    return classify_areas(
        *compared.minutes(compared.teams),
        compared.team_accuracy,
        tolerance_min=compared.tolerance_min,
    )


def longer_people(row: pd.Series) -> int:
    """Return the headline of an option: people with a longer journey for at least one service."""
    return int(row[list(LONGER_CLASSES)].sum())


def too_close_people(row: pd.Series) -> tuple[float, float]:
    """Return those too close to say among the people with a longer journey, and with a shorter.

    NaN where it is not known what the times may be wrong by.
    """
    longer = row["too_close_mixed"] + row["too_close_longer"]
    return float(longer), float(row["too_close_shorter"])


def shown_people(areas: pd.DataFrame) -> pd.DataFrame:
    """Return residents by area and group: everyone, authorities, tenths of deprivation."""
    residents = areas["residents"].to_numpy(np.int64)
    columns = {EVERYONE: residents}
    # Facts that the table of areas lacks have no groups.
    if has_authorities(areas):
        authority = areas["authority"].to_numpy()
        for name in sorted(areas["authority"].unique()):
            columns["authority", name] = np.where(authority == name, residents, 0)
    if has_deprivation(areas):
        decile = areas["imd_decile"].to_numpy()
        for tenth in TENTHS:
            columns["tenth", str(tenth)] = np.where(decile == tenth, residents, 0)
    shown = pd.DataFrame(columns, index=areas.index)
    return shown.rename_axis(columns=["group", "level"])


def _services(result: OptionResult, ids: Sequence[str]) -> pd.DataFrame:
    """Return the people for whom each service takes longer, less time, or the same."""
    rows = [result.services[name].access.summary.to_dict() for name in ids]
    counted = {
        column: [int(sum(row[outcome] for outcome in outcomes)) for row in rows]
        for column, outcomes in SERVICE_OUTCOMES.items()
    }
    return pd.DataFrame(counted, index=pd.Index(ids, name="service"))


def _worst(classified: pd.DataFrame, result: OptionResult) -> pd.DataFrame:
    """Return the areas with the largest worsening for any service; equals keep their order."""
    hit = classified[classified["class"].isin(LONGER_CLASSES)]
    order = hit["worst_change_min"].sort_values(ascending=False, kind="stable").index[:WORST]
    columns = ["before_min", "after_min", "change_min"]
    services = hit.loc[order, "worst_service"].astype("str")
    rows = []
    for service, area in zip(services, order, strict=True):
        change = result.services[service].access.change
        rows.append([change[column][area] for column in columns])
    found = pd.DataFrame(rows, index=order, columns=columns, dtype=float)
    return found.assign(service=services)
