"""The Lagrangian relaxation of a siting problem: each site chooses its areas by itself.

The rule that every area is served once is relaxed with a multiplier for each area, and each limit
on a sum over areas with a multiplier that is a penalty for passing it. What is left falls apart by
site: the reduced cost of a site is the least sum over areas of cost + penalties - multiplier, over
the areas that the site may take. A site without limits of its own takes every area that makes the
sum smaller; one that needs activity or has little room takes areas in order of gain for each
contact, as far as it must or may (a continuous knapsack, Dantzig 1957).

Groups of sites, such as those of an authority, of which at least one must be open stay: the
cheapest choice then has the best site of each group, and the best of all others.

L = sum of multipliers - sum of penalties x limits + the p smallest reduced costs is a lower bound
on the cost of every plan (Cornuejols, Fisher and Nemhauser 1977; docs/methods 8).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import LARGE, AssignmentSum, Catchments, Model, Positions
from llrgeo.arrays import Bools, Floats

_PENALTY_PACE: Final = 0.3  # of a penalty against a multiplier of an area; found by trial
_SMALL_LIMIT: Final = 0.01  # of the largest sum: a limit of 0 has no size of its own


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A relaxed problem, whose multipliers are still to be chosen.

    Attributes
    ----------
    sites
        Positions of the sites that may be open.
    costs
        Shape (areas, those sites).
    limits
        Sums over areas that must not exceed their limits, by those sites; in units in which a
        penalty moves about as fast as the multiplier of an area.
    catchments
        Limits on how much those sites do; None for no limits.
    keep
        Which of the sites must be open.
    groups
        Shape (groups, those sites), no site in two: at least one of each group must be open.
    min_sites, max_sites
        How many may be.
    large
        Whether sums over all pairs are worth code that takes half a second to load.
    """

    sites: Positions
    costs: Floats
    limits: tuple[AssignmentSum, ...]
    catchments: Catchments | None
    keep: Bools
    groups: Bools
    min_sites: int
    max_sites: int
    large: bool = False

    @classmethod
    def of(cls, model: Model) -> "Relaxation":
        """Return the relaxation of a model."""
        plain = not model.limits and model.catchments is None
        everything = cls(
            sites=np.arange(len(model.keep)),
            costs=model.objective.costs,
            limits=tuple(_scaled(limit) for limit in model.limits),
            catchments=model.catchments,
            keep=model.keep,
            groups=_disjoint_groups(model),
            min_sites=model.min_sites,
            max_sites=model.max_sites,
            large=plain and model.objective.costs.size >= LARGE,
        )
        return everything.part(~model.close, model.keep)

    def part(self, left: Bools, keep: Bools) -> "Relaxation":
        """Return the relaxation with some of the sites alone, of which some must be open."""
        limits = tuple(replace(limit, costs=limit.costs[:, left]) for limit in self.limits)
        costs = self.costs[:, left]
        part = replace(
            self,
            sites=self.sites[left],
            costs=np.ascontiguousarray(costs) if self.large else costs,
            limits=limits,
            catchments=self.catchments and self.catchments.part(left),
            keep=keep[left],
            groups=self.groups[:, left],
        )
        # Nobody goes farther than to the nearest site that is open in any case.
        return _without_farther(part) if part.keep.any() else part

    @property
    def is_plain(self) -> bool:
        """Whether it is large and nothing limits it but fixed sites and their number."""
        return self.large and not len(self.groups)

    @property
    def has_plans(self) -> bool:
        """Whether as many sites as are asked for can have one of each group among them."""
        unmet = ~self.groups[:, self.keep].any(axis=1)
        fits = self.keep.sum() + unmet.sum() <= self.max_sites
        enough = len(self.sites) >= self.min_sites
        return bool(fits and enough and self.groups.any(axis=1).all())

    def initial_multipliers(self) -> Floats:
        """Return multipliers to start from: what the second cheapest site costs; no penalties.

        Shape (areas + limits,): a multiplier for each area, then a penalty for each limit.
        """
        second = min(1, len(self.sites) - 1)
        multipliers = np.partition(self.costs, second, axis=1)[:, second]
        multipliers = np.where(np.isfinite(multipliers), multipliers, self.costs.min(axis=1))
        return np.append(multipliers, np.zeros(len(self.limits)))

    def solve(self, multipliers: Floats) -> "RelaxedSolution":
        """Return the cheapest choice of sites at some multipliers, and the bound that it is.

        `multipliers` are those of the areas, followed by the penalties.
        """
        if self.large:
            return self._solve_compiled(multipliers)
        # Relaxed: that each area is served once (a multiplier each, of any sign) and the limited
        # sums (a penalty each, never below 0). What is left falls apart into sites.
        areas = len(self.costs)
        penalties = np.maximum(multipliers[areas:], 0.0)
        multipliers = np.append(multipliers[:areas], penalties)
        pair_costs = self.pair_costs(multipliers)
        # A site takes every area whose pair cost is below 0, unless it has limits of its own.
        reduced_costs = np.minimum(pair_costs, 0).sum(axis=0)
        if self.catchments is not None:
            taken = _fit_catchments(reduced_costs, pair_costs, self.catchments)
        chosen = self._choose(reduced_costs)
        used = pair_costs[:, chosen] < 0 if self.catchments is None else taken[:, chosen]
        # The subgradient of an area is by how much it is not served once; of a penalty, by how
        # much the sum passes its limit.
        subgradient = [1.0 - used.sum(axis=1)]
        value = multipliers[:areas].sum() + reduced_costs[chosen].sum()
        for penalty, limit in zip(penalties, self.limits, strict=True):
            subgradient.append([(used * limit.costs[:, chosen]).sum() - limit.limit])
            value -= penalty * limit.limit
        return RelaxedSolution(
            value=float(value),
            multipliers=multipliers,
            reduced_costs=reduced_costs,
            chosen=chosen,
            subgradient=np.concatenate(subgradient),
        )

    def _solve_compiled(self, multipliers: Floats) -> "RelaxedSolution":
        """Do the same without limits, by one pass over the pairs."""
        from llrgeo.appraisal.siting.relaxed_sums import sums_below, times_below

        reduced_costs, served = np.zeros(len(self.sites)), np.zeros(len(self.costs))
        sums_below(self.costs, multipliers, reduced_costs)
        chosen = self._choose(reduced_costs)
        times_below(self.costs, multipliers, np.flatnonzero(chosen), served)
        return RelaxedSolution(
            value=float(multipliers.sum() + reduced_costs[chosen].sum()),
            multipliers=multipliers,
            reduced_costs=reduced_costs,
            chosen=chosen,
            subgradient=1.0 - served,
        )

    def pair_costs(self, multipliers: Floats) -> Floats:
        """Return what pairs cost, with penalties, less the multiplier of the area.

        Shape (areas, sites). `multipliers` are those of the areas, followed by the penalties.
        """
        areas = len(self.costs)
        found: Floats = self.costs - multipliers[:areas, None]
        for penalty, limit in zip(multipliers[areas:], self.limits, strict=True):
            found += penalty * limit.costs
        return found

    def _choose(self, reduced_costs: Floats) -> Bools:
        """Return the sites to keep, the best of each group, and the best of the others.

        Sites with a reduced cost above 0 are left out as far as there are enough without them.
        """
        # Fixed sites, then the best of each group, stand first
        # whatever they cost; others by reduced cost.
        first = np.where(self.keep, -np.inf, reduced_costs)
        if len(self.groups):
            first[np.where(self.groups, first, np.inf).argmin(axis=1)] = -np.inf
        ranked = np.argsort(first, kind="stable")[: self.max_sites]
        # As many as have to be open are taken even if they cost; beyond them only those that gain.
        must = max(self.min_sites, int(np.isneginf(first).sum()))
        chosen = np.zeros(len(reduced_costs), dtype=bool)
        chosen[ranked[:must]] = True
        chosen[ranked[must:]] = reduced_costs[ranked[must:]] < 0
        return chosen


@dataclass(frozen=True, slots=True)
class RelaxedSolution:
    """The cheapest choice of sites at some multipliers.

    Attributes
    ----------
    value
        A bound: no plan of the relaxation's sites costs less.
    multipliers
        Of each area, followed by the penalties.
    reduced_costs
        Of each site; +inf where it cannot have the activity it needs.
    chosen
        Which sites are open.
    subgradient
        How the value changes with the multipliers.
    """

    value: float
    multipliers: Floats
    reduced_costs: Floats
    chosen: Bools
    subgradient: Floats

    @property
    def _rounding(self) -> float:
        """By how much the value may be too high: a sum of numbers that may be far larger than it.

        Costs that grow exponentially with minutes are, where some areas are out of reach.
        """
        opened = self.reduced_costs[self.chosen & np.isfinite(self.reduced_costs)]
        terms = np.abs(self.multipliers).sum() + np.abs(opened).sum()
        return float((len(self.multipliers) + len(opened)) * np.finfo(float).eps * terms)

    @property
    def bound(self) -> float:
        """What no plan of the relaxation's sites costs less than, whatever rounding did."""
        return self.value - self._rounding

    def rise_if_open(self, relaxation: Relaxation) -> Floats:
        """Return how much the bound rises, for each site, if it has to be open."""
        # The dearest site that may leave makes room for the one forced in; none need
        # leave while there is room for one more.
        movable = self.chosen & ~relaxation.keep
        leaving = np.where(movable, self.reduced_costs, -np.inf)
        leaves = leaving[self._spare(relaxation)].max(initial=-np.inf)
        within = np.where(relaxation.groups, leaving, -np.inf).max(axis=1, initial=-np.inf)
        # A site that has to be open may take the place of the only one of its own group.
        own = np.where(relaxation.groups, within[:, None], -np.inf).max(axis=0, initial=-np.inf)
        full = self.chosen.sum() >= relaxation.max_sites
        gained = np.maximum(np.maximum(leaves, own), -np.inf if full else 0.0)
        return np.where(self.chosen, 0.0, self.reduced_costs - gained)

    def rise_if_closed(self, relaxation: Relaxation) -> Floats:
        """Return how much the bound rises, for each site, if it must not be open."""
        entering = np.where(self.chosen, np.inf, self.reduced_costs)
        needed = self.chosen.sum() <= relaxation.min_sites
        # Another site takes the place of one that is shut, or none does where fewer will do.
        enters = entering.min(initial=np.inf if needed else 0.0)
        within = np.where(relaxation.groups, entering, np.inf).min(axis=1, initial=np.inf)
        own = np.where(relaxation.groups, within[:, None], np.inf).min(axis=0, initial=np.inf)
        replacing = np.where(self._spare(relaxation), enters, own)
        rise = np.zeros_like(self.reduced_costs)
        rise[self.chosen] = replacing[self.chosen] - self.reduced_costs[self.chosen]
        return rise

    def _spare(self, relaxation: Relaxation) -> Bools:
        """Return the sites that are not the only chosen one of their group."""
        alone = (relaxation.groups & self.chosen).sum(axis=1) == 1
        spare: Bools = ~relaxation.groups[alone].any(axis=0)
        return spare


def _disjoint_groups(model: Model) -> Bools:
    """Return the rows that ask for at least one of some sites, without those that overlap."""
    groups = np.zeros((0, len(model.keep)), dtype=bool)
    for row in model.rows:
        members = row.coefficients == 1
        simple = row.low == 1 and not row.coefficients[~members].any()
        if simple and not (members & groups.any(axis=0)).any():
            groups = np.vstack([groups, members])
    return groups


def _scaled(limit: AssignmentSum) -> AssignmentSum:
    """Return a limited sum in units in which its penalty moves about as fast as a multiplier."""
    # One step length serves multipliers and penalties alike: a limit is brought to a like size.
    largest = float(limit.costs.max(axis=1).sum())
    size = max(limit.limit, _SMALL_LIMIT * largest, 1e-9)
    unit = _PENALTY_PACE * np.sqrt(len(limit.costs)) / size
    return AssignmentSum(limit.costs * unit, limit.limit * unit)


def _without_farther(relaxation: Relaxation) -> Relaxation:
    """Leave out pairs farther than a site that must be open, where everyone goes to the nearest."""
    catchments = relaxation.catchments
    if catchments is None or catchments.minimum is None:
        return relaxation
    # Rank of the nearest site that must be open; a pair of a higher rank is never used.
    nearest = catchments.preference[:, relaxation.keep].min(axis=1)
    barred = catchments.preference > nearest[:, None]
    contacts = np.where(barred, 0.0, catchments.contacts)
    return replace(
        relaxation,
        costs=np.where(barred, np.inf, relaxation.costs),
        catchments=replace(catchments, contacts=contacts),
    )


def _fit_catchments(reduced_costs: Floats, pair_costs: Floats, catchments: Catchments) -> Floats:
    """Return the share of each area that each site takes, within its capacity and minimum.

    `reduced_costs` are set right in place; +inf where a site cannot have the activity it needs.
    """
    contacts = catchments.contacts
    taken = (pair_costs < 0).astype(float)
    wanted = (contacts * taken).sum(axis=0)
    need = 0.0 if catchments.minimum is None else catchments.minimum
    amount = np.clip(wanted, need, catchments.capacity)
    reduced_costs[contacts.sum(axis=0) < need] = np.inf
    # Only sites that want more than they have room for, or less than they need, are solved anew:
    # a continuous knapsack, filled in order of cost for each contact up to `amount`.
    off = np.flatnonzero((amount != wanted) & np.isfinite(reduced_costs))
    size, gains = contacts[:, off], pair_costs[:, off]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Areas without contacts come first where they gain, and never where they do not.
        rate = np.where(size > 0, gains / size, np.where(gains < 0, -np.inf, np.inf))
    order = np.argsort(rate, axis=0)
    ranked = np.take_along_axis(size, order, axis=0)
    before = ranked.cumsum(axis=0) - ranked
    full = np.where(ranked > 0, ranked, 1.0)
    share = np.clip((amount[off] - before) / full, 0.0, 1.0)
    share = np.where(ranked > 0, share, np.take_along_axis(gains, order, axis=0) < 0)
    fitted = np.empty_like(share)
    np.put_along_axis(fitted, order, share, axis=0)
    taken[:, off] = fitted
    reduced_costs[off] = (np.where(fitted > 0, gains, 0.0) * fitted).sum(axis=0)
    return taken
