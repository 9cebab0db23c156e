"""How many sites for some beds, and where: access against the beds that splitting them costs.

A site's beds follow from a queue: the fewest that keep to a target under the load of the areas
nearest to it. That cost is concave in the load, so it is no sum over areas, and the bounds of the
other objectives do not hold for it. Plans are enumerated: exact, for few candidates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.targets import Stay, Target
from llrgeo.errors import InfeasibleError, InputError
from llrgeo.schema import name_some

MOST_PLANS: Final = 50_000
"""Plans that are enumerated at most: about a minute's work."""


@dataclass(frozen=True, slots=True)
class BedPlan:
    """A plan of sites with beds, everyone going to the nearest of its sites.

    Attributes
    ----------
    beds_by_site
        Beds that each site needs for the target.
    mean_min, longest_min
        Minutes, one way, over admissions.
    """

    beds_by_site: dict[str, int]
    mean_min: float
    longest_min: float

    @property
    def beds(self) -> int:
        """Return the beds of all sites."""
        return sum(self.beds_by_site.values())


@dataclass(frozen=True, slots=True)
class BedSiting:
    """Where beds should stand.

    Attributes
    ----------
    minutes
        Areas by candidate sites; +inf where there is no journey.
    admissions
        Admissions a year by area.
    stay
        How long one holds a bed.
    target
        What may happen to an admission: every site keeps to it on its own.
    beds
        The most beds of all sites together; +inf for no limit.
    smallest
        The fewest beds of a site that is open: a ward that can be staffed.
    keep
        Sites that stay open.
    amplitude
        Height of the yearly wave of admissions, as a share of their mean.
    closed_share
        Share of beds that are not open.
    """

    minutes: pd.DataFrame
    admissions: pd.Series
    stay: Stay
    target: Target
    beds: float = np.inf
    smallest: int = 1
    keep: frozenset[str] = frozenset()
    amplitude: float = 0.0
    closed_share: float = 0.0

    def __post_init__(self) -> None:
        unknown = sorted(self.keep - set(map(str, self.minutes.columns)))
        faults = [f"no candidate {name_some(unknown)}"] if unknown else []
        if not self.minutes.index.equals(self.admissions.index):
            faults.append("admissions are not of the areas of the minutes")
        if not (self.admissions >= 0).all() or self.admissions.sum() == 0:
            faults.append("admissions must be at least 0, and some above it")
        if not np.isfinite(self.minutes.to_numpy()).any(axis=1).all():
            faults.append("some areas reach no candidate; leave them out and say so")
        if not (self.beds > 0 and self.smallest >= 1):
            faults.append(f"{self.beds:g} beds, at least {self.smallest} a site: both from 1")
        if faults:
            raise InputError("siting of beds: " + "; ".join(faults))

    def beds_for(self, admissions: float) -> int:
        """Return the beds that some admissions a year need, as the tables of beds do."""
        ward = BedService(
            "beds",
            pd.Series(dtype=float),
            self.stay,
            self.target,
            amplitude=self.amplitude,
            closed_share=self.closed_share,
        )
        return ward.beds(ward.load(admissions))

    def value(self, plan: tuple[str, ...]) -> BedPlan:
        """Return the beds that the sites of a plan need, and its journeys."""
        # Everyone goes to the nearest open site, whatever beds it then needs.
        own = self.minutes[list(plan)].to_numpy(float)
        nearest = own.argmin(axis=1)
        least = own[np.arange(len(own)), nearest]
        weights = self.admissions.to_numpy(float)
        # Admissions of each site, its load in erlangs, and from that the beds of the target.
        by_site = np.bincount(nearest, weights=weights, minlength=len(plan))
        beds = [self.beds_for(float(admissions)) for admissions in by_site]
        # Areas without admissions have no journey that could be the longest.
        going = weights > 0
        mean = float((least[going] * weights[going]).sum() / weights.sum())
        by_name = dict(zip(plan, beds, strict=True))
        return BedPlan(by_name, mean, float(least[going].max()))

    def allows(self, plan: BedPlan) -> bool:
        """Return whether a plan's beds are within the limits."""
        return plan.beds <= self.beds and min(plan.beds_by_site.values()) >= self.smallest


def beds_curve(problem: BedSiting, *, most_sites: int | None = None) -> pd.DataFrame:
    """Return the plan with the shortest journeys for each number of sites, proved by enumeration.

    Ties go to fewer beds, then to the first in order of the candidates.

    Parameters
    ----------
    problem
        Candidates, admissions, target and limits.
    most_sites
        The largest number of sites to look at; all candidates without it.

    Returns
    -------
    pandas.DataFrame
        A row a number of sites for which a plan keeps within the limits: `sites`, `mean_min`,
        `longest_min`, `beds` that it needs, `extra_beds` above one pool of all admissions,
        `smallest_site` in beds, and `plan`: its sites, each with its beds.

    Raises
    ------
    InputError
        If there are more than `MOST_PLANS` plans.
    InfeasibleError
        If no plan keeps within the limits.
    """
    candidates = [str(name) for name in problem.minutes.columns]
    most = len(candidates) if most_sites is None else most_sites
    free = len(candidates) - len(problem.keep)
    counts = range(max(1, len(problem.keep)), min(most, len(candidates)) + 1)
    # Refuse before the work what would take more than about a minute.
    plans = sum(comb(free, count - len(problem.keep)) for count in counts)
    if plans > MOST_PLANS:
        msg = (
            f"{plans:,} plans of {len(candidates)} candidates; at most {MOST_PLANS:,} are looked "
            "at. Leave out candidates, keep some, or look at fewer sites"
        )
        raise InputError(msg)
    pool = problem.beds_for(float(problem.admissions.sum()))
    found = [best for count in counts if (best := _best(problem, candidates, count))]
    rows = [
        {
            "sites": len(plan.beds_by_site),
            "mean_min": plan.mean_min,
            "longest_min": plan.longest_min,
            "beds": plan.beds,
            "extra_beds": plan.beds - pool,
            "smallest_site": min(plan.beds_by_site.values()),
            "plan": "; ".join(f"{site} {beds}" for site, beds in plan.beds_by_site.items()),
        }
        for plan in found
    ]
    if not rows:
        msg = (
            f"no plan keeps within {problem.beds:g} beds with at least {problem.smallest} a site; "
            f"one pool alone needs {pool}"
        )
        raise InfeasibleError(msg)
    return pd.DataFrame(rows)


def _best(problem: BedSiting, candidates: list[str], count: int) -> BedPlan | None:
    """Return the best plan of a number of sites; None if none is allowed."""
    best, least = None, (np.inf, np.inf)
    for sites in _plans(problem, candidates, count):
        plan = problem.value(sites)
        # Minutes first, beds second; rounded, so that ties are not decided by floating point.
        rank = (round(plan.mean_min, 9), float(plan.beds))
        if rank < least and problem.allows(plan):
            best, least = plan, rank
    return best


def _plans(problem: BedSiting, candidates: list[str], count: int) -> Iterator[tuple[str, ...]]:
    """Yield the plans of a number of sites, kept sites among them, in order of the candidates."""
    free = [name for name in candidates if name not in problem.keep]
    for chosen in combinations(free, count - len(problem.keep)):
        opened = {*chosen, *problem.keep}
        yield tuple(name for name in candidates if name in opened)
