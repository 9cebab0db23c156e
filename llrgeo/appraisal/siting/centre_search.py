"""The p-centre without further constraints: search for short radii, then prove the last one.

Whether p sites have all demand within a radius is a set covering problem (Minieka 1970), of which
dominance leaves few areas (Chen and Chen 2009 and Contardo, Iori and Kramer 2019 add areas one by
one to the same end). Radii are halved between what fractional prices of areas rule out and what a
local search finds. Branch and bound (`cover_branch`) then rules out radii in the middle of those in
question, which are sooner done with, and at last the largest below the best plan's. Where it comes
to no end, prices of smaller radii bound what the plan could be better by: roughly before the proof
is tried, as closely as they can after it.
"""

import time
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from llrgeo.appraisal.siting.cover_reduction import undominated_areas
from llrgeo.appraisal.siting.cover_search import greedy_cover, search_cover
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.formulate import Formulation
from llrgeo.appraisal.siting.model import Positions
from llrgeo.appraisal.siting.set_covering import FEW_SITES, Covering
from llrgeo.arrays import Bools, Floats

# Swaps of the local search for each area left, and at most: at a radius on the way, and at the
# last, where a proof would be in vain if there is a plan.
_STEPS: Final = (4, 4_000)
_LAST_STEPS: Final = (30, 30_000)
_NEAR: Final = 0.001  # of the longest journey: radii closer than this are not halved further
_COARSE: Final = 0.01  # of the longest journey: prices come so near before a proof is tried
_PROVING: Final = 0.9  # of the time left; the rest is for a bound by prices, should it be in vain


@dataclass(slots=True)
class CentreSearch:
    """The radii that are still in question.

    Invariant: no plan has a longest journey below `radii[low]`, and the best plan's is
    `radii[high + 1]`.

    Attributes
    ----------
    minutes
        Shape (areas with demand, all sites).
    kept, free
        Positions of the sites that must be open, and of those that may.
    number
        How many of those may open.
    least
        How many sites a plan has at least, with those kept.
    radii
        The minutes that may be the longest journey, ascending.
    seed
        Of the search.
    low, high
        The first and last radius in question.
    unpriced
        From this radius on prices rule out nothing: at larger ones even fewer sites could do.
    plan, longest
        The best plan found, and its longest journey.
    """

    minutes: Floats
    kept: Positions
    free: Positions
    number: int
    least: int
    radii: Floats
    seed: int
    low: int
    high: int
    unpriced: int
    plan: Positions = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    longest: float = np.inf

    @classmethod
    def of(cls, case: Formulation, seed: int) -> Self:
        """Return the search of a p-centre whose sites nothing limits but their number."""
        model = case.model
        kept, free = np.flatnonzero(model.keep), np.flatnonzero(~model.keep & ~model.close)
        minutes = case.pairs.minutes[case.pairs.shares > 0]
        usable = minutes[:, ~model.close]
        radii = np.unique(usable)
        # Every area has a nearest candidate: the longest of these is the first radius possible.
        low = int(np.searchsorted(radii, usable.min(axis=1).max()))
        number = model.max_sites - len(kept)
        last, least = len(radii) - 1, model.min_sites
        search = cls(minutes, kept, free, number, least, radii, seed, low, last, unpriced=last)
        search._take(search._farthest_first())
        return search

    def solve(self, gap: float, deadline: float) -> BoundedPlan:
        """Search, and prove to a relative gap; `deadline` is when to stop."""
        self._search(gap, deadline)
        if self.number > FEW_SITES:  # fewer are proved sooner than priced
            self._raise_by_prices(_COARSE, gap, deadline)
        now = time.perf_counter()
        proving_deadline = now + _PROVING * (deadline - now)
        while self._is_open(gap) and time.perf_counter() < proving_deadline:
            at = self._next_to_prove(gap)
            covering = Covering.of(self._left(at), self.free, proving_deadline)
            found = covering.at_most(self.number, deadline=proving_deadline)
            if found.plan is not None:
                self._take(covering.sites[found.plan])
            elif np.isposinf(found.bound):
                self.low = at + 1
            else:
                break  # out of time
        self._raise_by_prices(0.0, gap, deadline)
        bound = float(self.radii[self.low]) if self.low <= self.high else self.longest
        return BoundedPlan(self.plan, bound, self.longest)

    def _farthest_first(self) -> Positions:
        """Return a plan that opens, each time, the site nearest to the area with the longest way.

        Where journeys keep to the triangle inequality none is longer than three times the least
        longest (Hochbaum and Shmoys 1986, after Gonzalez 1985). Each site then gives way to the one
        that is best for its areas.
        """
        opened = self.kept.tolist()
        way = self.minutes[:, self.kept].min(axis=1, initial=np.inf)
        # Nothing may be open yet: the area whose nearest site is the farthest comes first.
        area = int(self.minutes[:, self.free].min(axis=1, initial=np.inf).argmax())
        while len(opened) < len(self.kept) + min(self.number, len(self.free)):
            area = int(way.argmax()) if opened else area
            site = int(self.free[self.minutes[area, self.free].argmin()])
            if self.minutes[area, site] >= way[area]:
                break  # no site would shorten the longest journey
            opened.append(site)
            way = np.minimum(way, self.minutes[:, site])
        nearest = self.minutes[:, opened].argmin(axis=1)
        plan = []
        for position in range(len(self.kept), len(opened)):
            members = self.minutes[nearest == position]
            plan.append(self.free[members[:, self.free].max(axis=0, initial=0.0).argmin()])
        return np.unique(np.array(plan, dtype=np.int64))

    def _is_open(self, gap: float) -> bool:
        apart = self.longest - self.radii[min(self.low, self.high + 1)]
        return self.low <= self.high and bool(apart > gap * self.longest)

    def _search(self, gap: float, deadline: float) -> None:
        """Halve the radii between those ruled out by prices and those for which a plan is found."""
        doubted = self.low  # below it the search has found none, or there is none
        while doubted <= self.high and self._is_open(gap) and time.perf_counter() < deadline:
            if self.longest - self.radii[doubted] <= _NEAR * self.longest:
                break  # a longer search of the last radius is worth more
            at = (doubted + self.high) // 2
            plan = self._plan_within(at, _STEPS, deadline)
            if plan is not None:
                self._take(plan)
                continue
            doubted = at + 1
            if at < self.unpriced:
                self._price(at, deadline)
        while self._is_open(gap) and time.perf_counter() < deadline:
            plan = self._plan_within(self._target(gap), _LAST_STEPS, deadline)
            if plan is None:
                return
            self._take(plan)

    def _raise_by_prices(self, within: float, gap: float, deadline: float) -> None:
        """Halve the radii that prices may rule out, until they differ by a share of the longest."""
        while self._is_open(gap) and self.low < self.unpriced and time.perf_counter() < deadline:
            if self.radii[self.unpriced] - self.radii[self.low] <= within * self.longest:
                return
            self._price((self.low + self.unpriced) // 2, deadline)

    def _price(self, at: int, deadline: float) -> None:
        """Rule out a radius, and all below it, by prices of areas; or note that they do not."""
        # All areas and sites: what can be left out takes longer to find than prices do.
        everything = Covering(self._left(at)[:, self.free], self.free)
        if everything.fewest_possible(deadline) > self.number:
            self.low = at + 1
        else:
            self.unpriced = at

    def _target(self, gap: float) -> int:
        """Return the largest radius at which a plan would be better by more than the gap."""
        better = float(self.longest * (1 - gap))
        return int(np.searchsorted(self.radii, better)) - 1

    def _next_to_prove(self, gap: float) -> int:
        """Return the radius in the middle of those in question, where they are far apart."""
        last = self._target(gap)
        apart = self.radii[last] - self.radii[self.low]
        return last if apart <= _COARSE * self.longest else (self.low + last) // 2

    def _plan_within(self, at: int, steps: tuple[int, int], deadline: float) -> Positions | None:
        """Look for a plan with all demand within a radius; None where none is found."""
        left = self._left(at)
        cover = left[undominated_areas(left, deadline)][:, self.free]
        plan = greedy_cover(cover)
        if len(plan) <= self.number:
            return self.free[plan]
        if not self.number:
            return None
        known = np.flatnonzero(np.isin(self.free, self.plan))[: self.number]
        each, most = steps
        swaps = min(each * len(cover), most)
        found = search_cover(cover, known, steps=swaps, seed=self.seed, deadline=deadline)
        return None if found is None else self.free[found]

    def _left(self, at: int) -> Bools:
        """Return which sites are within a radius of the areas that no kept site is within."""
        within: Bools = self.minutes <= self.radii[at]
        return within[~within[:, self.kept].any(axis=1)]

    def _take(self, plan: Positions) -> None:
        """Take a plan, with the first of the other sites where it must have more."""
        more = self.least - len(self.kept) - len(plan)
        others = self.free[~np.isin(self.free, plan)][: max(more, 0)]
        opened = np.sort(np.concatenate([self.kept, plan, others]))
        longest = float(self.minutes[:, opened].min(axis=1).max())
        self.plan, self.longest = opened, longest
        self.high = int(np.searchsorted(self.radii, longest)) - 1
