"""Set covering: the fewest sites that cover everyone, and whether so many can.

What areas and sites can be left out goes first (`cover_reduction`). A local search finds a plan
(`cover_search`). Fractional prices of areas bound it from below: where no site covers areas of more
than 1 in all, every plan has at least as many sites as all prices together, for it pays each price
at least once (the dual of the linear relaxation; Caprara, Fischetti and Toth 1999). From the least
whole number above, branch and bound (`cover_branch`) shows of one number after the other that so
many sites do not cover everyone, or finds a plan that does. Each number raises the bound, and the
smallest comes to an end first.
"""

import time
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from llrgeo.appraisal.siting.cover_branch import cover_with
from llrgeo.appraisal.siting.cover_reduction import undominated
from llrgeo.appraisal.siting.cover_relaxation import CoverRelaxation
from llrgeo.appraisal.siting.cover_search import greedy_cover, search_cover
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.model import Model, Positions
from llrgeo.arrays import Bools, Floats

_STEPS: Final = (15, 20_000)  # swaps of the local search: for each area, and at most
_ROUNDING: Final = 1e-6  # of a number of sites
FEW_SITES: Final = 3  # up to which sites are tried one by one


@dataclass(frozen=True, slots=True)
class Covering:
    """What a set covering comes down to.

    Attributes
    ----------
    cover
        Shape (areas, sites) of those left: which site covers which area.
    sites
        Their positions among the candidates.
    """

    cover: Bools
    sites: Positions

    @classmethod
    def of(cls, cover: Bools, usable: Positions, deadline: float = np.inf) -> Self:
        """Return the covering of areas (rows of `cover`) by some of the sites, all else left out.

        Some plan of fewest sites consists of the sites left alone. Each area needs a usable site.
        More are left where time ends (`deadline`, by `time.perf_counter`) before all are looked at.
        """
        areas, left = undominated(cover[:, usable], deadline)
        return cls(cover[np.ix_(areas, usable[left])], usable[left])

    def prices(self, deadline: float = np.inf) -> Floats:
        """Return a price of each area such that no site covers areas of more than 1 in all.

        Every plan that covers all has at least as many sites as the prices sum to. Where time ends
        (`deadline`, by `time.perf_counter`) before the best prices are known, they may sum to less.
        """
        relaxation = CoverRelaxation.of(self.cover)
        relaxation.solve(deadline)
        prices = np.maximum(relaxation.prices(), 0.0)
        if not prices.any():
            prices = np.ones(len(self.cover))  # out of time: each area alike
        # The solver's prices keep to the limit but for rounding, which is taken off here; those it
        # was stopped at need not keep to it at all.
        fair: Floats = prices / max(float((prices @ self.cover).max(initial=0.0)), 1.0)
        return fair

    def fewest_possible(self, deadline: float = np.inf) -> int:
        """Return how many sites any plan has at least, as far as is known when time ends."""
        return whole_sites(float(self.prices(deadline).sum()))

    def search(self, start: Positions, seed: int, deadline: float = np.inf) -> Positions | None:
        """Look for a plan of as many sites as one to start from, both as positions in `sites`."""
        each, most = _STEPS
        steps = min(each * len(self.cover), most)
        return search_cover(self.cover, start, steps=steps, seed=seed, deadline=deadline)

    def at_most(
        self, number: int, *, deadline: float, relaxation: CoverRelaxation | None = None
    ) -> BoundedPlan:
        """Find a plan of at most so many sites, as positions in `sites`, or show that none is.

        The bound is on the number of sites; +inf where there is no such plan. A relaxation of the
        cover that another number was asked of before has cuts that are of use again.
        """
        if number > FEW_SITES:
            known = relaxation or CoverRelaxation.of(self.cover)
            return cover_with(known, number, deadline=deadline)
        tried = cover_by_trying(self.cover, number)
        if tried is None:
            return BoundedPlan(None, np.inf, np.inf)
        return BoundedPlan(np.array(sorted(tried)), -np.inf, len(tried))


def whole_sites(least: float) -> int:
    """Return the least whole number of sites not below a bound, but for rounding."""
    return int(np.ceil(least - _ROUNDING))


def cover_by_trying(cover: Bools, number: int) -> list[int] | None:
    """Return at most so many sites that cover all areas, None where there are none.

    One of the sites that cover an area has to be open: each is tried for the area that the fewest
    cover, and the rest with a site less.
    """
    if not len(cover):
        return []
    # No site covers more than `most`: too few are left for the areas.
    most = int(cover.sum(axis=0).max())
    if most * number < len(cover):
        return None
    if number == 1:
        return [int(cover.all(axis=0).argmax())]
    for site in np.flatnonzero(cover[cover.sum(axis=1).argmin()]).tolist():
        rest = cover_by_trying(cover[~cover[:, site]], number - 1)
        if rest is not None:
            return [site, *rest]
    return None


def is_plain_covering(model: Model) -> bool:
    """Return whether nothing but fixed sites and their number limits which sites are open."""
    limited = model.rows or model.limits or model.worst_of
    return not limited and model.catchments is None and model.backup is None


def fewest_that_cover(model: Model, *, deadline: float, seed: int) -> BoundedPlan:
    """Find the fewest sites that cover all areas of a plain covering, and prove it.

    Sites that must be open are; of the others all cost the same.

    Parameters
    ----------
    model
        A model for which `is_plain_covering` holds; `cover` says which sites cover which areas.
    deadline
        When to stop, by `time.perf_counter`.
    seed
        Of the search.
    """
    kept, free = np.flatnonzero(model.keep), np.flatnonzero(~model.keep & ~model.close)
    paid = float(model.site_costs[kept].sum())
    left = model.cover[~model.cover[:, kept].any(axis=1)]
    if not len(left):
        return BoundedPlan(kept, paid, paid)
    if not left[:, free].any(axis=1).all():
        return BoundedPlan(None, np.inf, np.inf)
    chosen, bound = _fewest(Covering.of(left, free, deadline), deadline, seed)
    plan = np.sort(np.concatenate([kept, chosen]))
    return BoundedPlan(plan, bound + paid, len(chosen) + paid)


def _fewest(covering: Covering, deadline: float, seed: int) -> tuple[Positions, float]:
    """Return the fewest sites of a covering, among candidates, and how many any plan has at least.

    Search, bound, and prove. When time has ended, no further round begins, and what is known until
    then stands.
    """
    least, plan = covering.fewest_possible(deadline), greedy_cover(covering.cover)
    while len(plan) > least and time.perf_counter() < deadline:
        better = covering.search(plan[:-1], seed, deadline)
        if better is None:
            break
        plan = better
    relaxation = CoverRelaxation.of(covering.cover)
    while len(plan) > least and time.perf_counter() < deadline:
        found = covering.at_most(least, deadline=deadline, relaxation=relaxation)
        if found.plan is not None:
            plan = found.plan
        elif np.isposinf(found.bound):
            least += 1
        else:
            break  # out of time
    return covering.sites[plan], float(least)
