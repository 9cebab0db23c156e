"""Option view: what readers see of one option, service and journey, in tables of one total.

Everything that the appraisal found is taken from its results; what only pages need (tenths of
deprivation, people by class of minutes) is counted here. The explorer counts the same figures in
the browser; tests hold the two together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.area_facts import has_deprivation
from llrgeo.appraisal.people.counts import ratio, reconcile
from llrgeo.appraisal.people.people_groups import everyone_of
from llrgeo.modes import MODES
from llrgeo.publish import palette
from llrgeo.publish.lazy_mapping import LazyMapping
from llrgeo.publish.wording import wording
from llrgeo.schema import TENTHS
from llrgeo.travel.accuracy import Accuracy
from llrgeo.travel.times import TravelTimes

OUTCOMES: Final = ("gained", "improved", "unchanged", "worsened", "lost", "none")

_FROM_RESULTS: Final = ("everyone", "authority")  # groups that the appraisal has counted


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class OptionView:
    """What a reader sees of one option, service and journey.

    Attributes
    ----------
    option, service, journey
        What was chosen.
    accuracy
        The measured errors of the service's minutes (teams may travel otherwise than patients).
    as_today
        Whether the option offers the service where the baseline offers it.
    areas
        One row an area: `label`, `authority`, `people`, `before_site`, `after_site` (ids),
        `before_min`, `after_min`, `change_min`, `outcome`. Minutes are +inf where no site can be
        reached.
    tables
        `counted` (the rows of `groups` that the appraisal has counted), `groups` and `bands`: each
        is made when it is read, for of most views that are built not all are.
    """

    option: Option
    service: Service
    journey: TravelTimes
    accuracy: Accuracy
    as_today: bool
    areas: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def everyone(self) -> pd.Series:
        """The row of `groups` that counts everyone."""
        return everyone_of(self.tables["counted"])

    @property
    def groups(self) -> pd.DataFrame:
        """One row a group and level: everyone; authority and tenth, where the areas tell them.

        People by outcome, and `mean_before_min`, `mean_after_min` over those who have a journey
        both times, so that like is compared with like; NaN for nobody.
        """
        return self.tables["groups"]

    @property
    def bands(self) -> pd.DataFrame:
        """One row a class of minutes, the last for no route: people `before` and `after`."""
        return self.tables["bands"]


@dataclass(frozen=True, slots=True)
class ShownAreas:
    """What all views show of the areas.

    Attributes
    ----------
    columns
        `label`, `authority` and `people` by area.
    tenths
        The people of each national tenth of deprivation, one row an area, nobody's tenth included;
        None where the areas do not tell it.
    """

    columns: pd.DataFrame
    tenths: pd.DataFrame | None

    @classmethod
    def of(cls, areas: pd.DataFrame) -> Self:
        """Return what views show of areas as `llrgeo.inputs` reads them."""
        residents = areas["residents"].astype(np.int64)
        columns = {"label": area_labels(areas), "authority": areas["authority"]}
        shown = pd.DataFrame({**columns, "people": residents})
        if not has_deprivation(areas):
            return cls(shown, None)
        people, decile = residents.to_numpy(), areas["imd_decile"].to_numpy()
        tenths = {("tenth", str(n)): np.where(decile == n, people, 0) for n in TENTHS}
        return cls(shown, pd.DataFrame(tenths, index=areas.index))


def build_option_view(
    shown: ShownAreas,
    before: ServiceResult,
    result: OptionResult,
    journey: TravelTimes,
    accuracy: Accuracy,
) -> OptionView:
    """Return what readers see of a service under an option.

    Parameters
    ----------
    shown
        What all views show of the areas.
    before
        What the appraisal found of the service in the baseline.
    result
        What it found of the option.
    journey
        The times by whose mode and period both were found.
    accuracy
        The measured errors of the minutes of this service.
    """
    after = result.services[before.service.id]
    sites = {
        "before_site": before.allocation["site_id"],
        "after_site": after.allocation["site_id"],
    }
    changed = pd.DataFrame({**shown.columns, **sites, **after.access.change})
    return OptionView(
        option=result.option,
        service=after.service,
        journey=journey,
        accuracy=accuracy,
        as_today=before.sites == after.sites,
        areas=changed,
        tables=_tables(after, changed, shown),
    )


def _tables(
    after: ServiceResult, changed: pd.DataFrame, shown: ShownAreas
) -> Mapping[str, pd.DataFrame]:
    """Return the tables of a view, each made when it is read.

    To read `groups` or `bands` raises LlrgeoError if they do not count all people.
    """

    def made(name: str) -> pd.DataFrame:
        if name == "bands":
            return _bands(changed)
        counted = _counted_groups(after)
        if name == "counted" or shown.tenths is None:
            return counted
        return pd.concat([counted, _tenths(changed, shown.tenths)])

    return LazyMapping(("counted", "groups", "bands"), made)


def _counted_groups(after: ServiceResult) -> pd.DataFrame:
    """Return everyone and the authorities as the appraisal counted them."""
    groups = after.access.groups
    group = groups.index.get_level_values("group").to_numpy()
    rows = np.concatenate([np.flatnonzero(group == name) for name in _FROM_RESULTS])
    # Column by column: of many services a frame of some rows of each would take most of the time.
    before, change, *people = (
        groups[name].to_numpy()[rows] for name in ("before_mean_min", "change_mean_min", *OUTCOMES)
    )
    means = {"mean_before_min": before, "mean_after_min": before + change}
    return pd.DataFrame(dict(zip(OUTCOMES, people, strict=True)) | means, groups.index[rows])


def _tenths(changed: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return what changes for each national tenth of deprivation; `people` are those of each."""
    groups = people_by_outcome(changed["outcome"], people)
    # Means before and after are of the same people: those who have a journey both times.
    both = np.isfinite(changed["change_min"].to_numpy())
    counts = people.to_numpy()[both]
    for column in ("before_min", "after_min"):
        minutes = changed[column].to_numpy()[both]
        groups[f"mean_{column}"] = ratio(minutes @ counts, counts.sum(axis=0))
    counted = groups[list(OUTCOMES)].sum(axis=1)
    reconcile(counted, changed["people"].sum(), table="people by tenth of deprivation")
    return groups


def people_by_outcome(outcome: pd.Series, people: pd.DataFrame) -> pd.DataFrame:
    """Return the people of each outcome, one row a column of `people`."""
    of_areas, named = people.to_numpy(np.int64), outcome.to_numpy()
    counts = {name: of_areas[named == name].sum(axis=0) for name in OUTCOMES}
    return pd.DataFrame(counts, index=people.columns)


def _bands(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the people in each class of minutes, before and after; no route comes last."""
    classes = palette.time_classes()
    bands = pd.DataFrame(index=pd.Index([item.id for item in classes], name="band"))
    for column in ("before", "after"):
        place = time_places(areas[f"{column}_min"])
        counted = np.bincount(place, weights=areas["people"], minlength=len(classes))
        bands[column] = counted.astype(np.int64)
        reconcile(bands[column], areas["people"].sum(), table="people by minutes")
    return bands


def time_places(minutes: pd.Series) -> NDArray[np.intp]:
    """Return the class of each area's minutes by its place; the last is for no route."""
    place = np.searchsorted(palette.TIME_BREAKS, minutes, side="left")
    return np.where(np.isinf(minutes), len(palette.time_classes()) - 1, place)


def change_places(areas: pd.DataFrame, limits: Sequence[float]) -> pd.Series:
    """Return the class of each area's change: 0 for much shorter up to the last for no route.

    Lost access counts as much longer, gained access as much shorter (docs/methods 2).
    """
    # Classes count from much shorter (0) over "about the same" (the middle) to much longer.
    middle = len(limits)
    change, outcome = areas["change_min"].to_numpy(), areas["outcome"].to_numpy()
    steps = np.searchsorted(limits, np.abs(change), side="left")
    steps = np.where(outcome == "unchanged", 0, steps)
    classes = middle + np.sign(np.nan_to_num(change)) * steps
    classes = np.where(outcome == "none", 2 * middle + 1, classes)
    return pd.Series(classes.astype(int), areas.index)


def area_labels(areas: pd.DataFrame) -> pd.Series:
    """Return the name of each area with its ward, by which residents know it."""
    if "ward" not in areas.columns:
        return areas["name"]
    return areas["ward"].where(areas["ward"] == "", areas["ward"] + " ") + (
        "(" + areas["name"] + ")"
    )


def journey_label(times: TravelTimes) -> str:
    """Return how and when a journey is made, in words: by car, outside the rush hour.

    A walk takes as long at any time of the day. A period such as `09:30-11:30` is the window in
    which people leave, `by 09:30-11:30` that in which they have to be there.
    """
    return mode_and_period(times.mode, times.period)


def mode_and_period(mode: str, period: str) -> str:
    """Return how and when a journey is made, in words, told its mode and period."""
    words = wording()
    called = words.get(f"mode_{mode}", mode)
    if mode in MODES and not MODES[mode].by_period:
        return called
    first, between, last = period.removeprefix("by ").partition("-")
    kind = "period_arrivals" if period.startswith("by ") else "period_window"
    window = words[kind].format(first=first, last=last) if between else period
    return f"{called}, {words.get(f'period_{period}', window)}"
