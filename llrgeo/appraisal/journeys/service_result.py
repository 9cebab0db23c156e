"""What an option means for one service: who goes where, what changes for them, what sites carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.journeys.activity import site_flows, site_loads
from llrgeo.appraisal.journeys.use_arrays import ServiceUse, StudyArrays
from llrgeo.appraisal.people.access import Access
from llrgeo.appraisal.people.people_groups import EVERYONE


@dataclass(frozen=True)  # without slots, which would leave no place for the tables made when read
class ServiceResult:
    """What an option means for one service; its tables are made when they are first read.

    Attributes
    ----------
    service
        The service.
    sites, capacity
        The sites that run it, and contacts a year that they have room for.
    before, after
        How it is used in the baseline and under the option.
    arrays
        What they were worked out from.
    """

    service: Service
    sites: frozenset[str]
    capacity: Mapping[str, float]
    before: ServiceUse
    after: ServiceUse
    arrays: StudyArrays

    @property
    def allocation(self) -> pd.DataFrame:
        """Who goes where, one row an area.

        Columns: `site_id` and its `role` (missing where none can be reached), `travel_time_min`,
        `distance_km`, and `contacts` a year, of which `at_site`, `at_home` and `by_video`; what
        staff spend on the road for one visit at home, `visit_min` (+inf where no site is reached)
        and `visit_km`.
        """
        return self.after.allocation

    @cached_property
    def access(self) -> Access:
        """Journeys of residents, and what changes from the baseline."""
        inputs = self.arrays.appraisal_inputs
        return Access(
            pd.Series(self.before.nearest.minutes, inputs.areas.index),
            pd.Series(self.after.nearest.minutes, inputs.areas.index),
            self.arrays.people,
            inputs.tolerance_min,
            sorted({*inputs.thresholds_min, self.service.travel_standard_min}),
        )

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Residents and contacts by site in the baseline (`from_site`) and the option."""
        return site_flows(self.before, self.after, self.arrays.people[EVERYONE])

    @cached_property
    def loads(self) -> pd.DataFrame:
        """Residents and contacts a year of each open site, against capacity and minimum."""
        return site_loads(
            self.after,
            self.arrays.people[EVERYONE],
            open_sites=self.arrays.roles[sorted(self.sites)],
            capacity=self.capacity,
            minimum_activity=self.service.minimum_activity,
        )
