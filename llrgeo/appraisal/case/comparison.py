"""Comparison: an option beside the baseline, and the minutes that it adds and saves."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from llrgeo.appraisal.case.item import Item
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.nearest_sites import nearest_minutes
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.access import LONGER, minutes_changed
from llrgeo.arrays import Bools, Floats
from llrgeo.travel.times import TravelTimes

T = TypeVar("T")


class ServiceChange(NamedTuple):
    """How journeys change, to one service or more; the last axis is areas, in their order."""

    added_min: Floats  # below 0 is shorter; one lost or gained counts as the ceiling, none as 0
    longer: Bools  # those lost included
    shorter: Bools  # those gained included
    too_close: Floats  # 1 beyond the tolerance and less than the times can tell; NaN if unknown


class OtherTimes(NamedTuple):
    """Minutes to one service by other times than the judged ones, shape (areas,)."""

    before_min: Floats  # +inf where no site can be reached
    after_min: Floats
    added_min: Floats  # +inf for a journey lost, -inf for one gained, NaN for none at all

    def added_by(self, ceiling: float) -> Floats:
        """Return the minutes added; one that is lost becomes the ceiling, where that is longer."""
        lost = np.isposinf(self.added_min)
        added = np.maximum(ceiling - self.before_min, 0.0)
        return np.where(lost, np.round(added, 9), self.added_min)


@dataclass(frozen=True, slots=True)
class NearestMinutes:
    """Minutes to the nearest of some sites, each set of sites and times searched once.

    Attributes
    ----------
    found
        What was searched for, by the place in memory of the times, and the sites; and the times,
        which are held so that no others take their place.
    """

    found: dict[tuple[int, frozenset[str]], tuple[TravelTimes, Floats]] = field(
        default_factory=dict
    )

    def to(self, times: TravelTimes, sites: frozenset[str], areas: pd.Index) -> Floats:
        """Return the minutes of each area, always the same areas; +inf where it reaches none."""
        key = id(times), sites
        if key not in self.found:
            minutes = nearest_minutes(times, sites).reindex(areas)
            self.found[key] = times, minutes.to_numpy(float)
        return self.found[key][1]


@dataclass(frozen=True, slots=True)
class Shared:
    """Findings that options share which run a service, or every service, alike: each found once.

    Attributes
    ----------
    found
        What was found, by who found it and the places in memory of what it was found of; and these
        objects, which are held so that no others take their places.
    """

    found: dict[Hashable, tuple[object, Any]] = field(default_factory=dict)

    def once(self, name: Hashable, of: tuple[object, ...], find: Callable[[], T]) -> T:
        """Return what is found of some objects."""
        key = name, *map(id, of)
        if key not in self.found:
            self.found[key] = of, find()
        found: T = self.found[key][1]
        return found


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class Comparison:
    """An option beside the baseline.

    Attributes
    ----------
    before, after
        What the baseline and the option mean.
    appraisal_inputs
        What both were evaluated on.
    people
        Residents by area and group, as `people_by_group` returns them.
    nearest, shared
        What comparisons of one study share.
    """

    before: OptionResult
    after: OptionResult
    appraisal_inputs: AppraisalInputs
    people: pd.DataFrame
    nearest: NearestMinutes = field(default_factory=NearestMinutes)
    shared: Shared = field(default_factory=Shared)

    def items_once(self, find: Callable[..., Iterable[Item]], *given: object) -> tuple[Item, ...]:
        """Return items that follow from how every service is run, and from what is `given`.

        Options that run all services alike share them.
        """
        of = self.before, *self.after.services.values(), *given
        return self.shared.once(find, of, lambda: tuple(find(self, *given)))

    def items_of(
        self, find: Callable[["Comparison", ServiceResult], Iterable[Item]], result: ServiceResult
    ) -> tuple[Item, ...]:
        """Return items that follow from how one service is run: options that run it alike share."""
        return self.shared.once(find, (self.before, result), lambda: tuple(find(self, result)))

    @cached_property
    def residents(self) -> Floats:
        """Residents of each area, in their order; shape (areas,)."""
        return self.appraisal_inputs.areas["residents"].to_numpy()

    @cached_property
    def visited(self) -> list[ServiceResult]:
        """The services that people still travel for under the option."""
        option = self.after.option
        return [
            self.after.services[service.id]
            for service in self.appraisal_inputs.visited
            if option.has_journeys(service)
        ]

    @property
    def teams(self) -> list[ServiceResult]:
        """The services that travel to the home."""
        return [
            result for result in self.after.services.values() if result.service.delivery == "team"
        ]

    @cached_property
    def changes(self) -> ServiceChange:
        """How journeys change, shape (services, areas): services as `visited` has them."""
        shape = len(self.visited), len(self.residents)
        by_figure = zip(*map(self.change_of, self.visited), strict=True)
        if not self.visited:
            return ServiceChange(np.zeros(shape), *(np.zeros(shape, bool) for _ in range(3)))
        return ServiceChange(*map(np.stack, by_figure))

    @cached_property
    def any_longer(self) -> Bools:
        """Whether the journey to at least one service is lost or longer; shape (areas,)."""
        hit: Bools = np.any(self.changes.longer, axis=0)
        return hit

    @cached_property
    def largest_added_min(self) -> Floats:
        """The minutes by which an area's service that worsens most does; -inf where none does."""
        changes = self.changes
        added = np.where(changes.longer, changes.added_min, -np.inf)
        largest: Floats = added.max(axis=0, initial=-np.inf)
        return largest

    def changes_by(self, times: TravelTimes, service: str) -> OtherTimes:
        """Return the minutes to a service by other times than the judged ones."""
        areas = self.appraisal_inputs.areas.index
        before, after = (
            self.nearest.to(times, result.option.sites.get(service, frozenset()), areas)
            for result in (self.before, self.after)
        )
        tolerance_min = self.appraisal_inputs.tolerance_min
        return OtherTimes(
            before, after, minutes_changed(before, after, tolerance_min=tolerance_min)[0]
        )

    def change_of(self, result: ServiceResult) -> ServiceChange:
        """Return how the journeys to a service change; options that run it alike share it."""
        return self.shared.once(ServiceChange, (result,), partial(self._change_of, result))

    def _change_of(self, result: ServiceResult) -> ServiceChange:
        change, ceiling = result.access.change, self.appraisal_inputs.ceiling
        before, after = (change[name].to_numpy() for name in ("before_min", "after_min"))
        added = np.round(np.minimum(after, ceiling) - np.minimum(before, ceiling), 9)
        outcome = change["outcome"]
        longer = outcome.isin(LONGER).to_numpy()
        shorter = outcome.isin(["improved", "gained"]).to_numpy()
        accuracy = self.appraisal_inputs.times.accuracy
        close = accuracy.too_close(before, after) & (longer | shorter)
        # Minutes that are not known, before or after, add none.
        return ServiceChange(
            np.where(np.isnan(added), 0.0, added),
            longer,
            shorter,
            np.where(accuracy.is_measured, close, np.nan),
        )

    @cached_property
    def changes_nothing(self) -> bool:
        """Whether everyone goes, and is cared for, where the baseline has it."""
        before = self.before.services
        return all(
            before[name] is result or before[name].allocation.equals(result.allocation)
            for name, result in self.after.services.items()
        )


def sites_with_more(before: ServiceResult, after: ServiceResult) -> set[str]:
    """Return the sites with more contacts of a service than before."""
    if after is before:  # an option that runs the service as the baseline does
        return set()
    had, has = before.loads["contacts"], after.loads["contacts"]
    # A millionth of a contact is what sums of floats leave.
    more = has.to_numpy() > had.reindex(has.index, fill_value=0.0).to_numpy() + 1e-6
    return set(map(str, has.index[more]))
