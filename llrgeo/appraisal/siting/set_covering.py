"""Set covering: the fewest sites that cover everyone, and whether so many can.

What areas and sites can be left out goes first (`cover_reduction`). A local search finds a plan
(`cover_search`). Fractional prices of areas bound it from below: where no site covers areas of more
than 1 in all, every plan has at least as many sites as all prices together, for it pays each price
at least once (the dual of the linear relaxation; Caprara, Fischetti and Toth 1999). If the least
whole number above is less than the plan, HiGHS shows that a site less does not cover everyone, or
finds a plan that does. It may branch on how many sites are open in a region, which says more than
whether one site is.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self, TypeAlias

import numpy as np

from llrgeo.appraisal.siting.cover_reduction import undominated
from llrgeo.appraisal.siting.cover_search import greedy_cover, search_cover
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.milp import Programme
from llrgeo.appraisal.siting.model import Mask, Model, Positions, Vector

_STEPS: Final = (15, 20_000)  # swaps of the local search: for each area, and at most
_ROUNDING: Final = 1e-6  # of a number of sites
_HALF: Final = 0.5  # of a site
FEW_SITES: Final = 3  # up to which sites are tried one by one
_LEVELS: Final = 4  # of regions: halves, quarters, eighths, sixteenths
_SMALLEST: Final = 16  # sites of a region that is divided
_Options: TypeAlias = Mapping[str, bool | int | float | str]
# A search has found no plan: no effort goes into looking for one. Prices within one site of the
# number rule out many sites by themselves, which presolve then makes use of.
_PROVING: Final[_Options] = MappingProxyType({"mip_heuristic_effort": 0.0})
# Else no site is ruled out, and the programme, which is reduced already, is branched on regions.
# Presolve would do away with the columns that count their sites.
_PROVING_FAR: Final[_Options] = MappingProxyType(
    {
        "presolve": "off",
        "mip_detect_symmetry": False,
        "mip_pscost_minreliable": 1,
        "mip_heuristic_effort": 0.0,
        "mip_heuristic_run_feasibility_jump": False,
        "mip_heuristic_run_rens": False,
        "mip_heuristic_run_rins": False,
        "mip_heuristic_run_root_reduced_cost": False,
    }
)


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

    cover: Mask
    sites: Positions

    @classmethod
    def of(cls, cover: Mask, usable: Positions) -> Self:
        """Return the covering of areas (rows of `cover`) by some of the sites, all else left out.

        Some plan of fewest sites consists of the sites left alone. Each area needs a usable site.
        """
        areas, left = undominated(cover[:, usable])
        return cls(cover[np.ix_(areas, usable[left])], usable[left])

    def prices(self, ends: float = np.inf) -> Vector:
        """Return a price of each area such that no site covers areas of more than 1 in all.

        Every plan that covers all has at least as many sites as the prices sum to. Where time ends
        (`ends`, by `time.perf_counter`) before the best prices are known, they may sum to less.
        """
        prices = np.maximum(self._programme().row_prices(ends=ends), 0.0)
        if not prices.any():
            prices = np.ones(len(self.cover))  # out of time: each area alike
        # The solver's prices keep to the limit but for rounding, which is taken off here; those it
        # was stopped at need not keep to it at all.
        fair: Vector = prices / max(float((prices @ self.cover).max(initial=0.0)), 1.0)
        return fair

    def fewest_possible(self, ends: float = np.inf) -> int:
        """Return how many sites any plan has at least, as far as is known when time ends."""
        return whole_sites(float(self.prices(ends).sum()))

    def search(self, start: Positions, seed: int) -> Positions | None:
        """Look for a plan of as many sites as one to start from, both as positions in `sites`."""
        each, most = _STEPS
        steps = min(each * len(self.cover), most)
        return search_cover(self.cover, start, steps=steps, seed=seed)

    def at_most(
        self, number: int, *, ends: float, seed: int, priced: float | None = None
    ) -> BoundedPlan:
        """Find a plan of at most so many sites, as positions in `sites`, or show that none is.

        The bound is on the number of sites; +inf where there is no such plan. `priced` is the sum
        of `prices`, where it is known already.
        """
        if number <= FEW_SITES:
            tried = cover_by_trying(self.cover, number)
            if tried is None:
                return BoundedPlan(None, np.inf, np.inf)
            return BoundedPlan(np.array(sorted(tried)), -np.inf, len(tried))
        if priced is None:
            priced = float(self.prices(ends).sum())
        programme = self._programme()
        sites = np.arange(len(self.sites))
        programme.add_rows(1, [(0, sites, 1.0)], high=number)
        options = _PROVING
        if priced <= number - 1:
            options = _PROVING_FAR
            for region in regions(self.cover):
                counted = programme.add_columns(1, upper=number, whole=True)
                programme.add_rows(1, [(0, region, 1.0), (0, counted, -1.0)], low=0.0, high=0.0)
        found = programme.solve(gap=np.inf, ends=ends, seed=seed, options=options)
        if found.values is None:
            return BoundedPlan(None, found.bound, np.inf)
        plan = np.flatnonzero(found.values[sites] > _HALF)
        return BoundedPlan(plan, min(found.bound, len(plan)), len(plan))

    def _programme(self) -> Programme:
        """Return the textbook programme: fewest sites, at least one open for each area."""
        programme = Programme()
        columns = programme.add_columns(len(self.sites), whole=True)
        programme.charge(columns, np.ones(len(columns)))
        area, site = np.nonzero(self.cover)
        programme.add_rows(len(self.cover), [(area, columns[site], 1.0)], low=1.0)
        return programme


def whole_sites(least: float) -> int:
    """Return the least whole number of sites not below a bound, but for rounding."""
    return int(np.ceil(least - _ROUNDING))


def cover_by_trying(cover: Mask, number: int) -> list[int] | None:
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


def regions(cover: Mask) -> Iterator[Positions]:
    """Yield halves of the sites, halves of those and so on, each with sites that cover alike.

    Sites are halved along the first principal component of what they cover: for places on a map it
    runs from one end of them to the other.
    """
    groups = [np.arange(cover.shape[1])]
    for _ in range(_LEVELS):
        halves = []
        for group in groups:
            if len(group) < _SMALLEST:
                continue
            part = cover[:, group].astype(float)
            centred = part - part.mean(axis=1, keepdims=True)
            _, vectors = np.linalg.eigh(centred.T @ centred)
            order = group[np.argsort(vectors[:, -1], kind="stable")]
            halves += [np.sort(half) for half in np.array_split(order, 2)]
        yield from halves
        groups = halves


def is_plain_covering(model: Model) -> bool:
    """Return whether nothing but fixed sites and their number limits which sites are open."""
    limited = model.rows or model.limits or model.worst_of
    return not limited and model.catchments is None and model.backup is None


def fewest_that_cover(model: Model, *, ends: float, seed: int) -> BoundedPlan:
    """Find the fewest sites that cover all areas of a plain covering, and prove it.

    Sites that must be open are; of the others all cost the same.

    Parameters
    ----------
    model
        A model for which `is_plain_covering` holds; `cover` says which sites cover which areas.
    ends
        When to stop, by `time.perf_counter`.
    seed
        Of the search and of the solver's choices.
    """
    kept, free = np.flatnonzero(model.keep), np.flatnonzero(~model.keep & ~model.close)
    paid = float(model.site_costs[kept].sum())
    left = model.cover[~model.cover[:, kept].any(axis=1)]
    if not len(left):
        return BoundedPlan(kept, paid, paid)
    if not left[:, free].any(axis=1).all():
        return BoundedPlan(None, np.inf, np.inf)
    chosen, bound = _fewest(Covering.of(left, free), ends, seed)
    plan = np.sort(np.concatenate([kept, chosen]))
    return BoundedPlan(plan, bound + paid, len(chosen) + paid)


def _fewest(covering: Covering, ends: float, seed: int) -> tuple[Positions, float]:
    """Return the fewest sites of a covering, among candidates, and how many any plan has at least.

    Search, bound, and prove that the plan cannot do with a site less. When time has ended, no
    further round begins, and what is known until then stands.
    """
    priced, plan = float(covering.prices(ends).sum()), greedy_cover(covering.cover)
    least = whole_sites(priced)
    while len(plan) > least and time.perf_counter() < ends:
        better = covering.search(plan[:-1], seed)
        if better is None:
            break
        plan = better
    bound = float(least)
    while len(plan) > bound and time.perf_counter() < ends:
        found = covering.at_most(len(plan) - 1, ends=ends, seed=seed, priced=priced)
        if found.plan is None:
            # No plan has a site less; or time ran out, and what is shown until then stands.
            bound = min(max(bound, np.ceil(found.bound - _ROUNDING)), len(plan))
            break
        plan = found.plan
    return covering.sites[plan], bound
