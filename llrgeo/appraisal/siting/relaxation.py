"""A siting problem without the rules that tie its sites together: each site chooses by itself.

The rule that everyone is served once is relaxed with a price for each area, and each limit on a
sum over areas with a fine for passing it. What is left falls apart by site: the worth of a site is
the least sum over areas of cost + fines - price, over what the site may take. A site without
limits of its own takes whoever makes the sum smaller; one that needs activity or has little room
takes areas in order of gain for each contact, as far as it must or may (a continuous knapsack).

Groups of sites, such as those of an authority, of which at least one must be open stay: the
cheapest choice then has the best site of each group, and the best of all others.

L = sum of prices - sum of fines x limits + the p smallest worths is a bound (METHODS 8).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import Catchments, Mask, Matrix, Model, Plan, Tally, Vector

_FINE_PACE: Final = 0.3  # of a fine against that of a price; found by trial
_SMALL_LIMIT: Final = 0.01  # of the largest sum: a limit of 0 has no size of its own


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A problem whose prices and fines are still to be set.

    Attributes
    ----------
    sites
        Positions of the sites that may be open.
    costs
        Areas by those sites.
    limits
        Sums over areas that must not exceed their limits, by those sites; in units in which a
        fine moves about as fast as a price.
    catchments
        Limits on how much those sites do; None for no limits.
    keep
        Which of the sites must be open.
    groups
        Groups by those sites, none in two: at least one of each group must be open.
    least, most
        How many may be.
    """

    sites: Plan
    costs: Matrix
    limits: tuple[Tally, ...]
    catchments: Catchments | None
    keep: Mask
    groups: Mask
    least: int
    most: int

    @classmethod
    def of(cls, model: Model) -> "Relaxation":
        """Return the relaxation of a model."""
        limits = tuple(_in_units_of_prices(one) for one in model.limits)
        everything = cls(
            sites=np.arange(len(model.keep)),
            costs=model.objective.costs,
            limits=limits,
            catchments=model.catchments,
            keep=model.keep,
            groups=_disjoint_groups(model),
            least=model.least,
            most=model.most,
        )
        return everything.part(~model.close, model.keep)

    def part(self, left: Mask, keep: Mask) -> "Relaxation":
        """Return the relaxation with some of the sites alone, of which some must be open."""
        limits = tuple(replace(one, costs=one.costs[:, left]) for one in self.limits)
        part = replace(
            self,
            sites=self.sites[left],
            costs=self.costs[:, left],
            limits=limits,
            catchments=self.catchments and self.catchments.part(left),
            keep=keep[left],
            groups=self.groups[:, left],
        )
        return _to_nearest(part) if part.keep.any() else part

    @property
    def has_plans(self) -> bool:
        """Whether as many sites as are asked for can have one of each group among them."""
        unmet = ~self.groups[:, self.keep].any(axis=1)
        fits = self.keep.sum() + unmet.sum() <= self.most and len(self.sites) >= self.least
        return bool(fits and self.groups.any(axis=1).all())

    def first_price(self) -> Vector:
        """Return prices to start from: what the second cheapest site costs; and no fines."""
        second = min(1, len(self.sites) - 1)
        price = np.partition(self.costs, second, axis=1)[:, second]
        price = np.where(np.isfinite(price), price, self.costs.min(axis=1))
        return np.append(price, np.zeros(len(self.limits)))

    def at(self, price: Vector) -> "Relaxed":
        """Return what the relaxation is worth at some prices of areas, followed by the fines."""
        areas = len(self.costs)
        fines = np.maximum(price[areas:], 0.0)
        gain = self.costs - price[:areas, None]
        for fine, limit in zip(fines, self.limits, strict=True):
            gain += fine * limit.costs
        worth = np.minimum(gain, 0).sum(axis=0)
        if self.catchments is not None:
            taken = _fit(worth, gain, self.catchments)
        chosen = self._choose(worth)
        used = gain[:, chosen] < 0 if self.catchments is None else taken[:, chosen]
        slope = [1.0 - used.sum(axis=1)]
        value = price[:areas].sum() + worth[chosen].sum()
        for fine, limit in zip(fines, self.limits, strict=True):
            slope.append([(used * limit.costs[:, chosen]).sum() - limit.limit])
            value -= fine * limit.limit
        return Relaxed(
            float(value),
            np.append(price[:areas], fines),
            gain,
            worth,
            chosen,
            np.concatenate(slope),
        )

    def _choose(self, worth: Vector) -> Mask:
        """Return the sites of most worth, those to keep and one of each group among them.

        Others that do harm are left out as far as there are enough without them.
        """
        first = np.where(self.keep, -np.inf, worth)
        if len(self.groups):
            first[np.where(self.groups, first, np.inf).argmin(axis=1)] = -np.inf
        ranked = np.argsort(first, kind="stable")[: self.most]
        must = max(self.least, int(np.isneginf(first).sum()))
        chosen = np.zeros(len(worth), dtype=bool)
        chosen[ranked[:must]] = True
        chosen[ranked[must:]] = worth[ranked[must:]] < 0
        return chosen


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A relaxation at some prices.

    Attributes
    ----------
    value
        A bound: no plan of the relaxation's sites costs less.
    price
        Of each area, followed by the fines.
    gain
        Areas by sites: cost with fines, less the price.
    worth
        Of each site; +inf where it cannot have the activity it needs.
    chosen
        The sites of most worth.
    slope
        How the value changes with the prices and fines.
    """

    value: float
    price: Vector
    gain: Matrix
    worth: Vector
    chosen: Mask
    slope: Vector

    def opening(self, relaxation: Relaxation) -> Vector:
        """Return how much the bound rises if a site has to be open."""
        movable = self.chosen & ~relaxation.keep
        leaving = np.where(movable, self.worth, -np.inf)
        leaves = leaving[self._spare(relaxation)].max(initial=-np.inf)
        within = np.where(relaxation.groups, leaving, -np.inf).max(axis=1, initial=-np.inf)
        # A site that has to be open may take the place of the only one of its own group.
        own = np.where(relaxation.groups, within[:, None], -np.inf).max(axis=0, initial=-np.inf)
        full = self.chosen.sum() >= relaxation.most
        gained = np.maximum(np.maximum(leaves, own), -np.inf if full else 0.0)
        return np.where(self.chosen, 0.0, self.worth - gained)

    def closing(self, relaxation: Relaxation) -> Vector:
        """Return how much the bound rises if a site must not be open."""
        entering = np.where(self.chosen, np.inf, self.worth)
        needed = self.chosen.sum() <= relaxation.least
        # Another site takes the place of one that is shut, or none does where fewer will do.
        enters = entering.min(initial=np.inf if needed else 0.0)
        within = np.where(relaxation.groups, entering, np.inf).min(axis=1, initial=np.inf)
        own = np.where(relaxation.groups, within[:, None], np.inf).min(axis=0, initial=np.inf)
        replacing = np.where(self._spare(relaxation), enters, own)
        rise = np.zeros_like(self.worth)
        rise[self.chosen] = replacing[self.chosen] - self.worth[self.chosen]
        return rise

    def _spare(self, relaxation: Relaxation) -> Mask:
        """Return the sites that are not the only chosen one of their group."""
        alone = (relaxation.groups & self.chosen).sum(axis=1) == 1
        spare: Mask = ~relaxation.groups[alone].any(axis=0)
        return spare


def _disjoint_groups(model: Model) -> Mask:
    """Return the rows that ask for at least one of some sites, without those that overlap."""
    groups = np.zeros((0, len(model.keep)), dtype=bool)
    for row in model.rows:
        members = row.coefficients == 1
        simple = row.low == 1 and not row.coefficients[~members].any()
        if simple and not (members & groups.any(axis=0)).any():
            groups = np.vstack([groups, members])
    return groups


def _in_units_of_prices(tally: Tally) -> Tally:
    largest = float(tally.costs.max(axis=1).sum())
    unit = _FINE_PACE * np.sqrt(len(tally.costs)) / max(tally.limit, _SMALL_LIMIT * largest, 1e-9)
    return Tally(tally.costs * unit, tally.limit * unit)


def _to_nearest(relaxation: Relaxation) -> Relaxation:
    """Bar areas from sites farther than one that must be open, where all go to the nearest."""
    catchments = relaxation.catchments
    if catchments is None or catchments.least is None:
        return relaxation
    nearest = catchments.preference[:, relaxation.keep].min(axis=1)
    barred = catchments.preference > nearest[:, None]
    contacts = np.where(barred, 0.0, catchments.contacts)
    return replace(
        relaxation,
        costs=np.where(barred, np.inf, relaxation.costs),
        catchments=replace(catchments, contacts=contacts),
    )


def _fit(worth: Vector, gain: Matrix, catchments: Catchments) -> Matrix:
    """Return what sites take within what they need and have room for; `worth` is set right."""
    contacts = catchments.contacts
    taken = (gain < 0).astype(float)
    wanted = (contacts * taken).sum(axis=0)
    need = 0.0 if catchments.least is None else catchments.least
    amount = np.clip(wanted, need, catchments.most)
    worth[contacts.sum(axis=0) < need] = np.inf
    off = np.flatnonzero((amount != wanted) & np.isfinite(worth))
    size, gains = contacts[:, off], gain[:, off]
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
    worth[off] = (np.where(fitted > 0, gains, 0.0) * fitted).sum(axis=0)
    return taken
