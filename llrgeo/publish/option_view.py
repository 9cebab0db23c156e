"""A view: one option, service and journey as the pages show them, in tables of one total.

The explorer computes the same figures in the browser; tests hold the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.access import (
    EVERYONE,
    compare_minutes,
    nearest_site,
    reconcile,
    summarise_access,
)
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.options import Option
from llrgeo.modes import MODES
from llrgeo.publish import pages, palette
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.travel.times import TravelTimes

OUTCOMES: Final = ("gained", "improved", "unchanged", "worsened", "lost", "none")
MOST_CHANGED: Final = 10


@dataclass(frozen=True, slots=True)
class OptionView:
    """What a reader sees of one option, service and journey.

    Attributes
    ----------
    option, service, journey
        What was chosen.
    as_today
        Whether the option offers the service where it is offered today.
    areas
        One row an area: `label`, `authority`, `people`, `before_site`, `after_site` (ids),
        `before_min`, `after_min`, `change_min`, `outcome`.
    groups
        One row a group and level (everyone, authority, tenth): people by outcome, and
        `mean_before_min`, `mean_after_min` over those who can reach a site.
    bands
        One row a class of minutes, the last for no route: people `before` and `after`.
    """

    option: Option
    service: Service
    journey: TravelTimes
    as_today: bool
    areas: pd.DataFrame
    groups: pd.DataFrame
    bands: pd.DataFrame

    @property
    def everyone(self) -> pd.Series:
        """Return the row of `groups` that counts everyone."""
        return self.groups.loc[[EVERYONE]].iloc[0]

    @property
    def most_changed(self) -> pd.DataFrame:
        """Return the areas whose journeys change most, the largest change first."""
        moved = self.areas[self.areas["outcome"].isin(["improved", "worsened"])]
        order = moved["change_min"].abs().sort_values(ascending=False, kind="stable").index
        return moved.loc[order[:MOST_CHANGED]]


def opening_view(publication: Publication) -> OptionView:
    """Return the view with which pages open: first service, first option after the baseline."""
    return build_option_view(
        publication, publication.options[1], publication.services[0], publication.journeys()[0]
    )


def build_option_view(
    publication: Publication, option: Option, service: Service, journey: TravelTimes
) -> OptionView:
    """Return the figures of an option for a service, by a mode and period.

    Raises
    ------
    LlrgeoError
        If a table does not count all people.
    """
    areas = pd.DataFrame(
        {
            "label": area_labels(publication.areas),
            "authority": publication.areas["authority"],
            "people": publication.areas["residents"].astype(np.int64),
        }
    ).join(area_changes(publication, option, service, journey))
    people = _people(publication.areas)
    groups = people_by_outcome(areas["outcome"], people)
    for column in ("before_min", "after_min"):
        summary = summarise_access(areas[column], people, thresholds_min=())
        groups[f"mean_{column}"] = summary["mean_min"]
    for group, total in groups[list(OUTCOMES)].sum(axis=1).groupby(level=0).sum().items():
        reconcile(pd.Series([total]), people[EVERYONE].sum(), table=f"people by {group}")
    as_today = _sites(publication.baseline, service) == _sites(option, service)
    return OptionView(option, service, journey, as_today, areas, groups, _bands(areas))


def area_changes(
    publication: Publication, option: Option, service: Service, journey: TravelTimes
) -> pd.DataFrame:
    """Return the nearest sites of each area today and then, the minutes and their change.

    Columns: `before_site`, `after_site`, `before_min`, `after_min`, `change_min`, `outcome`.
    """
    times = publication.times_for(service, journey)
    before = nearest_site(times, _sites(publication.baseline, service))
    after = nearest_site(times, _sites(option, service))
    sites = pd.DataFrame({"before_site": before["site_id"], "after_site": after["site_id"]})
    return sites.join(
        compare_minutes(
            before["travel_time_min"],
            after["travel_time_min"],
            tolerance_min=publication.tolerance_min,
        )
    )


def _sites(option: Option, service: Service) -> frozenset[str]:
    return option.sites.get(service.id, frozenset())


def change_classes(areas: pd.DataFrame, limits: Sequence[float]) -> pd.Series:
    """Return the class of each area's change: 0 for much shorter up to the last for no route.

    Lost access counts as much longer, gained access as much shorter (METHODS 2).
    """
    middle = len(limits)
    steps = np.searchsorted(limits, areas["change_min"].abs(), side="left")
    steps = np.where(areas["outcome"] == "unchanged", 0, steps)
    classes = middle + np.sign(areas["change_min"].fillna(0)) * steps
    classes = np.where(areas["outcome"] == "none", 2 * middle + 1, classes)
    return pd.Series(classes.astype(int), areas.index)


def people_by_outcome(outcome: pd.Series, people: pd.DataFrame) -> pd.DataFrame:
    """Return the people of each outcome, one row a column of `people`."""
    counts = {name: people[outcome == name].sum(axis=0).astype(np.int64) for name in OUTCOMES}
    return pd.DataFrame(counts, index=people.columns)


def _people(areas: pd.DataFrame) -> pd.DataFrame:
    """Return residents by area, one column each for everyone, authorities and tenths."""
    residents = areas["residents"].astype(np.int64)
    columns = {EVERYONE: residents}
    for authority in sorted(areas["authority"].unique()):
        columns["authority", authority] = residents.where(areas["authority"] == authority, 0)
    for tenth in range(1, 11):
        columns["tenth", str(tenth)] = residents.where(areas["imd_decile"] == tenth, 0)
    return pd.DataFrame(columns)


def _bands(areas: pd.DataFrame) -> pd.DataFrame:
    labels = palette.time_labels()
    bands = pd.DataFrame(index=pd.Index(labels, name="band"))
    for column in ("before", "after"):
        minutes = areas[f"{column}_min"].to_numpy()
        place = np.searchsorted(palette.TIME_BREAKS, minutes, side="left")
        place = np.where(np.isinf(minutes), len(labels) - 1, place)
        counted = np.bincount(place, weights=areas["people"], minlength=len(labels))
        bands[column] = counted.astype(np.int64)
        reconcile(bands[column], areas["people"].sum(), table="people by minutes")
    return bands


def headline(view: OptionView) -> list[str]:
    """Return the main message: who gains and who loses first, the average last."""
    return [*people_lines(view), *_average_line(view)]


def people_lines(view: OptionView) -> list[str]:
    """Return how many people have a shorter and a longer journey, gain or lose access."""
    words, everyone = wording(), view.everyone
    if view.as_today:
        return [words["as_today"].format(service=in_sentence(view.service.label))]
    people = {name: _count(everyone[name]) for name in OUTCOMES}
    lines = [
        words["headline"].format(
            shorter=people["improved"], longer=people["worsened"], same=people["unchanged"]
        )
    ]
    if everyone["lost"]:
        lines.append(words["headline_lost"].format(lost=people["lost"]))
    if everyone["gained"]:
        lines.append(words["headline_gained"].format(gained=people["gained"]))
    return [line[0].upper() + line[1:] for line in lines]


def _average_line(view: OptionView) -> list[str]:
    """Return the average before and after; none if nobody can be reached."""
    means = view.everyone[["mean_before_min", "mean_after_min"]]
    if means.isna().any():
        return []
    before, after = map(pages.minutes, means)
    key = "average_same" if view.as_today else "average"
    return [wording()[key].format(before=before, after=after)]


def _count(people: int) -> str:
    """Return a number of people in words; nobody is a word, not 0 people."""
    words = wording()
    if people == 0:
        return words["nobody"]
    return words["legend_people"].format(people=pages.people(people))


def in_sentence(label: str) -> str:
    """Return a label as it stands within a sentence: small, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def area_labels(areas: pd.DataFrame) -> pd.Series:
    """Return the name of each area with its ward, by which residents know it."""
    if "ward" not in areas.columns:
        return areas["name"]
    return areas["ward"].where(areas["ward"] == "", areas["ward"] + " ") + (
        "(" + areas["name"] + ")"
    )


def city_hospitals(sites: pd.DataFrame) -> list[str]:
    """Return the ids of the open city hospitals."""
    chosen = (sites["kind"] == "city_hospital") & (sites["status"] == "open")
    return sorted(sites.index[chosen])


def journey_label(times: TravelTimes) -> str:
    """Return how and when a journey is made, in words: by car, outside the rush hour.

    A walk takes as long at any time of the day. A period such as `09:30-11:30` is the window in
    which people leave.
    """
    words = wording()
    mode = words.get(f"mode_{times.mode}", times.mode)
    if times.mode in MODES and not MODES[times.mode].by_period:
        return mode
    first, between, last = times.period.partition("-")
    window = words["period_window"].format(first=first, last=last) if between else times.period
    return f"{mode}, {words.get(f'period_{times.period}', window)}"
