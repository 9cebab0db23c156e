"""Comparison: an option beside the baseline, and the minutes that it adds and saves."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.access import minutes_changed, nearest_site
from llrgeo.appraisal.evaluation import OptionResult, ServiceResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class NearestMinutes:
    """Minutes to the nearest of some sites, each set of sites and times searched once.

    Attributes
    ----------
    found
        What was searched for, by the place in memory of the times, and the sites; and the times,
        which are held so that no others take their place.
    """

    found: dict[tuple[int, frozenset[str]], tuple[TravelTimes, NDArray[np.float64]]] = field(
        default_factory=dict
    )

    def to(self, times: TravelTimes, sites: frozenset[str], areas: pd.Index) -> NDArray[np.float64]:
        """Return the minutes of each area, always the same areas; +inf where it reaches none."""
        key = id(times), sites
        if key not in self.found:
            minutes = nearest_site(times, sites)["travel_time_min"].reindex(areas)
            self.found[key] = times, minutes.to_numpy(float)
        return self.found[key][1]


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
    nearest
        What comparisons of one study share.
    """

    before: OptionResult
    after: OptionResult
    appraisal_inputs: AppraisalInputs
    people: pd.DataFrame
    nearest: NearestMinutes = field(default_factory=NearestMinutes)

    @property
    def residents(self) -> pd.Series:
        """Residents by area."""
        return self.appraisal_inputs.areas["residents"]

    @property
    def visited(self) -> list[ServiceResult]:
        """The services that people still travel for under the option."""
        option = self.after.option
        return [
            self.after.services[service.id]
            for service in self.appraisal_inputs.visited
            if option.shares_of(service.id, service.shares).at_sites > 0
        ]

    @cached_property
    def added_min(self) -> pd.DataFrame:
        """Minutes longer each way, areas by services that people travel for; below 0 is shorter.

        A journey lost or gained counts as the ceiling; where there is none before and after, 0.
        """
        ceiling = self.appraisal_inputs.ceiling
        added = {}
        for result in self.visited:
            change = result.access.change
            before = change["before_min"].clip(upper=ceiling)
            added[result.service.id] = (change["after_min"].clip(upper=ceiling) - before).round(9)
        return pd.DataFrame(added, index=self.appraisal_inputs.areas.index).fillna(0.0)

    @cached_property
    def longer(self) -> pd.DataFrame:
        """Whether a journey is lost or longer by more than the tolerance, areas by services."""
        return self._with_outcome("worsened", "lost")

    @cached_property
    def shorter(self) -> pd.DataFrame:
        """Whether a journey is gained or shorter by more than the tolerance."""
        return self._with_outcome("improved", "gained")

    @cached_property
    def too_close(self) -> pd.DataFrame:
        """Whether a change is beyond the tolerance and yet less than the times can tell.

        Areas by services that people travel for.
        """
        accuracy = self.appraisal_inputs.times.accuracy
        close = {
            result.service.id: accuracy.too_close(
                *(result.access.change[name].to_numpy() for name in ("before_min", "after_min"))
            )
            for result in self.visited
        }
        flags = pd.DataFrame(close, index=self.appraisal_inputs.areas.index, dtype=bool)
        return flags & (self.longer | self.shorter)

    def changes_by(self, times: TravelTimes, service: str) -> pd.DataFrame:
        """Return the minutes to a service by other times: `before_min`, `after_min`, `added_min`.

        +inf where no site can be reached; `added_min` is +inf for a journey lost, -inf for one
        gained and NaN for none before and after.
        """
        areas = self.appraisal_inputs.areas.index
        minutes = [
            self.nearest.to(times, result.option.sites.get(service, frozenset()), areas)
            for result in (self.before, self.after)
        ]
        added, _ = minutes_changed(*minutes, tolerance_min=self.appraisal_inputs.tolerance_min)
        columns = {"before_min": minutes[0], "after_min": minutes[1], "added_min": added}
        return pd.DataFrame(columns, index=areas)

    def _with_outcome(self, *outcomes: str) -> pd.DataFrame:
        flags = {
            result.service.id: result.access.change["outcome"].isin(outcomes)
            for result in self.visited
        }
        return pd.DataFrame(flags, index=self.appraisal_inputs.areas.index, dtype=bool)

    @cached_property
    def changes_nothing(self) -> bool:
        """Whether everyone goes, and is cared for, where the baseline has it."""
        before = self.before.services
        return all(
            before[name].allocation.equals(result.allocation)
            for name, result in self.after.services.items()
        )
