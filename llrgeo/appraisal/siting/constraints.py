"""The constraints planners have, each with the words by which it is blamed.

A constraint writes itself into a `Draft` of the model. Sites are named by id.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.model import AssignmentSum, Mask, Matrix, SiteRow, Vector
from llrgeo.schema import name_some


@dataclass(slots=True)
class Draft:
    """A model that is being written.

    Attributes
    ----------
    minutes
        Areas by sites, sites in order of id; unreachable pairs as long as the problem says.
    reachable
        Where a journey is possible.
    unreachable_min
        What an unreachable pair counts as.
    """

    minutes: pd.DataFrame
    reachable: Mask
    unreachable_min: float
    keep: Mask = field(init=False)
    close: Mask = field(init=False)
    capacity: Vector = field(init=False)
    minimum: float = 0.0
    rows: list[SiteRow] = field(default_factory=list)
    limits: list[AssignmentSum] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start without any constraint."""
        sites = self.minutes.shape[1]
        self.keep, self.close = np.zeros(sites, dtype=bool), np.zeros(sites, dtype=bool)
        self.capacity = np.full(sites, np.inf)

    def mask(self, site_ids: Collection[str], label: str) -> Mask:
        """Return which sites are named; ids that are not candidates are a fault."""
        unknown = sorted(set(site_ids) - set(self.minutes.columns))
        if unknown:
            self.faults.append(f"{label}: not among the candidate sites: {name_some(unknown)}")
        return self.minutes.columns.isin(list(site_ids))

    def people(self, people: pd.Series, label: str) -> Vector:
        """Return people by area in the order of the minutes; areas without any are a fault."""
        aligned = people.reindex(self.minutes.index)
        if aligned.isna().any() or (aligned < 0).any():
            self.faults.append(f"{label}: people are missing or negative in some areas")
        return aligned.fillna(0.0).to_numpy(float)

    def add_row(
        self, coefficients: Vector | Mask, *, low: float = -np.inf, high: float = np.inf
    ) -> None:
        """Bound a sum over open sites."""
        self.rows.append(SiteRow(coefficients.astype(float), low, high))

    def add_limit(self, costs: Matrix, limit: float) -> None:
        """Bound a sum over areas."""
        self.limits.append(AssignmentSum(costs, limit))


class Constraint(Protocol):
    """Anything a plan must keep to."""

    @property
    def label(self) -> str:
        """Say what is asked for, in words that finish "cannot be met: ...", as for a planner."""
        ...

    def write(self, draft: Draft) -> None:
        """Write the constraint into a model."""
        ...


@dataclass(frozen=True, slots=True)
class Keep:
    """Sites that stay open."""

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"keep {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Fix the sites open."""
        draft.keep |= draft.mask(self.sites, self.label)


@dataclass(frozen=True, slots=True)
class Close:
    """Sites that must not run the service."""

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"close {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Fix the sites closed."""
        draft.close |= draft.mask(self.sites, self.label)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of some sites is open."""

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"exactly one of {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Ask for one."""
        draft.add_row(draft.mask(self.sites, self.label), low=1.0, high=1.0)


@dataclass(frozen=True, slots=True)
class Exclusive:
    """At most one of some sites, usually a pair, is open."""

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"at most one of {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Ask for one at most."""
        draft.add_row(draft.mask(self.sites, self.label), high=1.0)


@dataclass(frozen=True, slots=True)
class DiffersFrom:
    """A plan that is not like another one.

    Attributes
    ----------
    sites
        The sites of the other plan.
    by
        Sites that one of two plans of equal size has and the other lacks, at least; between
        plans of other sizes all sites that only one of them has count, at least 2 x `by` - 1.
    """

    sites: frozenset[str]
    by: int = 1

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"differ in at least {self.by} from {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Count the sites that stand in one plan alone."""
        other = draft.mask(self.sites, self.label)
        draft.add_row(np.where(other, -1.0, 1.0), low=2 * self.by - 1 - len(self.sites))


@dataclass(frozen=True, slots=True, eq=False)
class OneInEach:
    """At least one open site in each group, such as an authority.

    Attributes
    ----------
    groups
        The group of each site; sites without one are left out.
    what
        What a group is.
    """

    groups: Mapping[str, str]
    what: str = "authority"

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"at least one site in each {self.what}"

    def write(self, draft: Draft) -> None:
        """Ask for a site in each group that has candidates."""
        for group in sorted(set(self.groups.values())):
            members = [site for site, held in self.groups.items() if held == group]
            draft.add_row(draft.mask(members, self.label), low=1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """What the open sites may cost together; a site without a cost is free."""

    cost: Mapping[str, float]
    at_most: float

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"budget of {self.at_most:,.0f}"

    def write(self, draft: Draft) -> None:
        """Bound the sum of costs."""
        draft.mask(self.cost.keys(), self.label)
        costs = [self.cost.get(site, 0.0) for site in draft.minutes.columns]
        draft.add_row(np.array(costs, dtype=float), high=self.at_most)


@dataclass(frozen=True, slots=True, eq=False)
class Capacity:
    """Contacts a year that sites have room for; people then go where there is room.

    Who goes where is chosen to make the objective best; an area may be split.
    """

    contacts: Mapping[str, float]

    @property
    def label(self) -> str:
        """Say it in words."""
        return "capacity of the sites"

    def write(self, draft: Draft) -> None:
        """Bound what sites do."""
        draft.mask(self.contacts.keys(), self.label)
        room = [self.contacts.get(site, np.inf) for site in draft.minutes.columns]
        draft.capacity = np.minimum(draft.capacity, room)


@dataclass(frozen=True, slots=True)
class MinimumActivity:
    """Contacts a year that every open site needs, with everyone at the nearest site."""

    contacts: float

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"at least {self.contacts:,.0f} contacts a year at each site"

    def write(self, draft: Draft) -> None:
        """Ask for activity."""
        draft.minimum = max(draft.minimum, self.contacts)


@dataclass(frozen=True, slots=True, eq=False)
class MaxBeyond:
    """At most so many people live farther than so many minutes from an open site."""

    minutes: float
    people: pd.Series
    at_most: float

    @property
    def label(self) -> str:
        """Say it in words."""
        return f"at most {self.at_most:,.0f} people beyond {self.minutes:g} minutes"

    def write(self, draft: Draft) -> None:
        """Bound the people beyond."""
        people = draft.people(self.people, self.label)
        beyond = ~draft.reachable | (draft.minutes.to_numpy() > self.minutes)
        draft.add_limit(people[:, None] * beyond, self.at_most)


@dataclass(frozen=True, slots=True, eq=False)
class NoGroupWorse:
    """No group of people, such as a deprivation fifth, travels longer on average than today.

    Attributes
    ----------
    groups
        The group of each area.
    people
        Residents of each area.
    today
        Minutes of each area to its nearest site of today, which need not be a candidate.
    """

    groups: pd.Series
    people: pd.Series
    today: pd.Series

    @property
    def label(self) -> str:
        """Say it in words."""
        return "no group worse than today"

    def write(self, draft: Draft) -> None:
        """Bound the people-minutes of each group by today's."""
        people = draft.people(self.people, self.label)
        minutes = draft.minutes.to_numpy()
        today = self.today.reindex(draft.minutes.index).clip(upper=draft.unreachable_min)
        if today.isna().any():
            draft.faults.append(f"{self.label}: today's minutes are missing in some areas")
            return
        groups = self.groups.reindex(draft.minutes.index)
        for group in sorted(groups.dropna().unique()):
            members = people * (groups == group).to_numpy()
            draft.add_limit(members[:, None] * minutes, float(members @ today.to_numpy(float)))
