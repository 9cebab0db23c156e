"""A draft of the model of a siting problem, into which constraints write themselves."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.model import AssignmentSum, SiteRow
from llrgeo.arrays import Bools, Floats
from llrgeo.schema import name_some


@dataclass(slots=True)
class Draft:
    """A model that is being written.

    Attributes
    ----------
    minutes
        Areas by sites, sites in order of id; journeys that are not there as long as the ceiling.
    reachable
        Where a journey is possible.
    ceiling_min
        What a journey that is not there counts as.
    """

    minutes: pd.DataFrame
    reachable: Bools
    ceiling_min: float
    keep: Bools = field(init=False)
    close: Bools = field(init=False)
    capacity: Floats = field(init=False)
    minimum: float = 0.0
    rows: list[SiteRow] = field(default_factory=list)
    limits: list[AssignmentSum] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start without any constraint."""
        sites = self.minutes.shape[1]
        self.keep, self.close = np.zeros(sites, dtype=bool), np.zeros(sites, dtype=bool)
        self.capacity = np.full(sites, np.inf)

    def mask(self, site_ids: Collection[str], label: str) -> Bools:
        """Return which sites are named; ids that are not candidates are a fault."""
        unknown = sorted(set(site_ids) - set(self.minutes.columns))
        if unknown:
            self.faults.append(f"{label}: not among the candidate sites: {name_some(unknown)}")
        return self.minutes.columns.isin(list(site_ids))

    def people(self, people: pd.Series, label: str) -> Floats:
        """Return people by area in the order of the minutes; areas without any are a fault.

        So are areas that the minutes do not have: people are never dropped.
        """
        unknown = sorted(set(people.index) - set(self.minutes.index))
        if unknown:
            self.faults.append(f"{label}: people of areas without minutes: {name_some(unknown)}")
        aligned = people.reindex(self.minutes.index)
        if aligned.isna().any() or (aligned < 0).any():
            self.faults.append(f"{label}: people are missing or negative in some areas")
        return aligned.fillna(0.0).to_numpy(float)

    def add_row(
        self, coefficients: Floats | Bools, *, low: float = -np.inf, high: float = np.inf
    ) -> None:
        """Bound a sum over open sites."""
        self.rows.append(SiteRow(coefficients.astype(float), low, high))

    def add_limit(self, costs: Floats, limit: float) -> None:
        """Bound a sum over areas."""
        self.limits.append(AssignmentSum(costs, limit))
