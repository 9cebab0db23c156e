"""The constraints planners have, each with the words by which it is blamed.

A constraint writes itself into a `Draft` of the model. Sites are named by id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.draft import Draft
from llrgeo.schema import name_some


class Constraint(Protocol):
    """Anything a plan must keep to."""

    @property
    def label(self) -> str:
        """The constraint in words that finish "cannot be met: ..."."""
        ...

    def write(self, draft: Draft) -> None:
        """Write the constraint into a model."""
        ...


@dataclass(frozen=True, slots=True)
class Keep:
    """Sites that stay open.

    Examples
    --------
    >>> llrgeo.Keep(frozenset({"C", "A"})).label
    'keep A, C'
    """

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"keep {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Fix the sites open."""
        draft.keep |= draft.mask(self.sites, self.label)


@dataclass(frozen=True, slots=True)
class Close:
    """Sites that must not run the service.

    Examples
    --------
    >>> llrgeo.Close(frozenset({"A"})).label
    'close A'
    """

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"close {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Fix the sites closed."""
        draft.close |= draft.mask(self.sites, self.label)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of some sites is open.

    Examples
    --------
    >>> llrgeo.OneOf(frozenset({"B", "C"})).label
    'exactly one of B, C'
    """

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"exactly one of {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Add a row: one of them is open."""
        draft.add_row(draft.mask(self.sites, self.label), low=1.0, high=1.0)


@dataclass(frozen=True, slots=True)
class Exclusive:
    """At most one of some sites, usually a pair, is open.

    Examples
    --------
    >>> llrgeo.Exclusive(frozenset({"A", "B"})).label
    'at most one of A, B'
    """

    sites: frozenset[str]

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"at most one of {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Add a row: at most one of them is open."""
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

    Examples
    --------
    >>> llrgeo.DiffersFrom(frozenset({"A"}), by=2).label
    'differ in at least 2 from A'
    """

    sites: frozenset[str]
    by: int = 1

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"differ in at least {self.by} from {name_some(sorted(self.sites))}"

    def write(self, draft: Draft) -> None:
        """Count the sites that stand in one plan alone."""
        # With other plan O: |plan - O| - |plan and O| >= 2 by - 1 - |O|, which is |plan - O| +
        # |O - plan| >= 2 by - 1. At equal size both parts are equal, so each is at least `by`.
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
    needed
        Groups that must have a site, those without any candidate among them: no plan then meets
        the constraint. Empty for all groups that sites are in.

    Examples
    --------
    >>> llrgeo.OneInEach({"A": "North", "B": "North", "C": "South"}).label
    'at least one site in each authority'
    """

    groups: Mapping[str, str]
    what: str = "authority"
    needed: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """The constraint in words."""
        bare = sorted(self.needed - set(self.groups.values()))
        note = f" (no candidate is in {name_some(bare)})" if bare else ""
        return f"at least one site in each {self.what}{note}"

    def write(self, draft: Draft) -> None:
        """Add a row a group; one without candidates makes the model infeasible."""
        for group in sorted(self.needed or set(self.groups.values())):
            members = [site for site, held in self.groups.items() if held == group]
            draft.add_row(draft.mask(members, self.label), low=1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """What the open sites may cost together; a site without a cost is free.

    Examples
    --------
    >>> llrgeo.Budget({"A": 9e6, "B": 4e6}, at_most=11e6).label
    'budget of 11,000,000'
    """

    cost: Mapping[str, float]
    at_most: float

    @property
    def label(self) -> str:
        """The constraint in words."""
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

    Examples
    --------
    >>> llrgeo.Capacity({"A": 350.0, "B": 200.0}).label
    'capacity of the sites'
    """

    contacts: Mapping[str, float]

    @property
    def label(self) -> str:
        """The constraint in words."""
        return "capacity of the sites"

    def write(self, draft: Draft) -> None:
        """Bound the contacts of each site by its capacity."""
        draft.mask(self.contacts.keys(), self.label)
        room = [self.contacts.get(site, np.inf) for site in draft.minutes.columns]
        draft.capacity = np.minimum(draft.capacity, room)


@dataclass(frozen=True, slots=True)
class MinimumActivity:
    """Contacts a year that every open site needs, with everyone at the nearest site.

    Examples
    --------
    >>> llrgeo.MinimumActivity(110).label
    'at least 110 contacts a year at each site'
    """

    contacts: float

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"at least {self.contacts:,.0f} contacts a year at each site"

    def write(self, draft: Draft) -> None:
        """Raise the minimum of every open site."""
        draft.minimum = max(draft.minimum, self.contacts)


@dataclass(frozen=True, slots=True, eq=False)
class MaxBeyond:
    """At most so many people live farther than so many minutes from an open site.

    Examples
    --------
    >>> import pandas as pd
    >>> llrgeo.MaxBeyond(30, pd.Series({"a": 300.0, "b": 120.0}), at_most=50).label
    'at most 50 people beyond 30 minutes'
    """

    minutes: float
    people: pd.Series
    at_most: float

    @property
    def label(self) -> str:
        """The constraint in words."""
        return f"at most {self.at_most:,.0f} people beyond {self.minutes:g} minutes"

    def write(self, draft: Draft) -> None:
        """Bound the people beyond."""
        people = draft.people(self.people, self.label)
        # Exactly the limit is within it; a pair without a journey is beyond.
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

    Examples
    --------
    >>> import pandas as pd
    >>> fifth, people = pd.Series({"a": 1, "b": 5}), pd.Series({"a": 300.0, "b": 120.0})
    >>> today = pd.Series({"a": 27.0, "b": 8.0})  # minutes
    >>> llrgeo.NoGroupWorse(fifth, people, today).label
    'no group worse than today'
    """

    groups: pd.Series
    people: pd.Series
    today: pd.Series

    @property
    def label(self) -> str:
        """The constraint in words."""
        return "no group worse than today"

    def write(self, draft: Draft) -> None:
        """Bound the people-minutes of each group by today's."""
        people = draft.people(self.people, self.label)
        minutes = draft.minutes.to_numpy()
        # A journey that is missing today counts as the ceiling, as it does in the plan.
        today = self.today.reindex(draft.minutes.index).clip(upper=draft.ceiling_min)
        if today.isna().any():
            draft.faults.append(f"{self.label}: today's minutes are missing in some areas")
            return
        groups = self.groups.reindex(draft.minutes.index)
        for group in sorted(groups.dropna().unique()):
            # Sums of people-minutes, not means: the people of a group are the same in both.
            members = people * (groups == group).to_numpy()
            draft.add_limit(members[:, None] * minutes, float(members @ today.to_numpy(float)))
