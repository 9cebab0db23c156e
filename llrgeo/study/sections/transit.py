"""Public transport in a study file: which timetables, and when people travel."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from llrgeo.study.validation import Part, TimeOfDay, duplicate_faults
from llrgeo.travel.transit.departures import StepFree, TransitRules, WindowOf


class TransitConfig(Part):
    """The `[transit]` table: timetables (GTFS, .zip), and when and how people travel by them.

    `source` names whose timetables they are, of which date and under which licence; it is printed
    on every page. The rest is as in `TransitRules`.
    """

    feeds: Annotated[tuple[str, ...], Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    date: dt.date
    window: tuple[TimeOfDay, TimeOfDay]
    every_min: Annotated[int, Field(ge=1)] = TransitRules.every_min
    max_walk_min: Annotated[float, Field(ge=0, le=60)] = TransitRules.max_walk_min
    change_min: Annotated[float, Field(ge=1, le=60)] = TransitRules.change_min
    max_journey_min: Annotated[float, Field(gt=0, le=720)] = TransitRules.max_journey_min
    window_of: WindowOf = TransitRules.window_of
    step_free: StepFree = TransitRules.step_free

    @property
    def rules(self) -> TransitRules:
        """When and how people travel."""
        return TransitRules(**self.model_dump(exclude={"feeds", "source", "date"}))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        duplicates = duplicate_faults("feeds", self.feeds)
        if duplicates:
            raise ValueError(duplicates[0])
        first, last = self.window
        if not first <= last:
            msg = f"window: the last departure, {last:%H:%M}, is before the first, {first:%H:%M}"
            raise ValueError(msg)
        return self
