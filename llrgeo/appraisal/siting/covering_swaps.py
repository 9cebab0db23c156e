"""A local search for the sites that cover most: swaps from several plans, then among their sites.

Each swap is the best of all; what has just gone may not come back for a while, nor what has just
come go (tabu search, Glover 1989). Plans found from different starts have most of their sites in
common, and the best plan is nearly always among the sites of all of them: these are searched for
longer (heuristic concentration, Rosing and ReVelle 1997).
"""

import time
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.sparse import csr_array

from llrgeo.appraisal.siting.model import Positions
from llrgeo.arrays import Bools, Floats

_STARTS: Final = 8
_STEPS: Final = (10, 80)  # swaps from a start: at least, at most
_AGAIN: Final = 6  # times as many among the sites of all plans
_WORK: Final = 1_000_000_000  # pairs of area and site x sites open x swaps that are worth it
_STAY: Final = (2, 5)  # swaps for which a site that has come stays


@dataclass(frozen=True, slots=True)
class CoveringSwaps:
    """Which sites cover which areas, and how much each area counts.

    Attributes
    ----------
    by_site
        Shape (sites, areas), 1 where a site covers an area, 0 elsewhere.
    sparse
        The same, of its ones alone.
    weights
        Of each area.
    """

    by_site: Floats
    sparse: csr_array
    weights: Floats

    @classmethod
    def of(cls, cover: Bools, weights: Floats) -> Self:
        """Return the swaps of a covering, shape (areas, sites)."""
        by_site = np.ascontiguousarray(cover.T, dtype=float)
        return cls(by_site, csr_array(by_site), weights)

    def restricted_to(self, sites: Positions) -> Self:
        """Return the swaps of some of the sites alone."""
        return type(self)(self.by_site[sites], self.sparse[sites], self.weights)

    def covered(self, plan: Positions) -> float:
        """Return the weight that a plan covers."""
        return float(self.weights[self.by_site[plan].any(axis=0)].sum())

    def improve(
        self, start: Positions, steps: int, rng: np.random.Generator, deadline: float
    ) -> Positions:
        """Return the best plan met on so many swaps from one; `deadline` is when to stop."""
        plan, best = start.copy(), start.copy()
        counts, most = self.by_site[plan].sum(axis=0), self.covered(plan)
        sites, open_sites = len(self.by_site), len(plan)
        # The step from which a site may come again, and from which it may go.
        may_come, may_go = np.zeros(sites, dtype=np.int64), np.zeros(sites, dtype=np.int64)
        for step in range(1, steps + 1):
            if time.perf_counter() >= deadline:
                break
            gains = self._gains(plan, counts)
            # A swap that beats the best plan is made whatever came or went before.
            covered = float(self.weights[counts > 0].sum())
            if covered + gains.max() <= most * (1 + 1e-12):
                gains[may_come > step] = -np.inf
                gains[:, may_go[plan] > step] = -np.inf
            into, at = np.unravel_index(gains.argmax(), gains.shape)
            if not np.isfinite(gains[into, at]):
                continue  # every swap has to wait
            counts += self.by_site[into] - self.by_site[plan[at]]
            may_come[plan[at]] = step + rng.integers(open_sites // 2 + 2, open_sites + 5)
            may_go[into] = step + rng.integers(*_STAY)
            plan[at] = into
            covered = float(self.weights[counts > 0].sum())
            if covered > most * (1 + 1e-12):
                best, most = plan.copy(), covered
        return np.sort(best)

    def _gains(self, plan: Positions, counts: Floats) -> Floats:
        """Return what each swap adds, shape (sites, sites of the plan); -inf for a site that is in.

        The site that comes covers areas left bare, and those that the site that goes alone covered.
        """
        alone = self.by_site[plan] * (self.weights * (counts == 1))
        bare = self.sparse @ (self.weights * (counts == 0))
        gains: Floats = bare[:, None] + self.sparse @ alone.T - alone.sum(axis=1)
        gains[plan] = -np.inf
        return gains

    def greedy(self, number: int, rng: np.random.Generator) -> Positions:
        """Return a plan that takes what covers most each time, if areas weighed more or less."""
        left = self.weights * rng.exponential(size=len(self.weights))
        plan: list[int] = []
        for _ in range(number):
            gained = self.sparse @ left
            gained[plan] = -1.0
            plan.append(int(gained.argmax()))
            left = np.where(self.by_site[plan[-1]] > 0, 0.0, left)
        return np.array(plan, dtype=np.int64)


def cover_most(
    cover: Bools, weights: Floats, known: Positions, *, seed: int, deadline: float
) -> Positions:
    """Look for a plan of as many sites as a known one that covers more weight.

    Parameters
    ----------
    cover
        Shape (areas, sites): which site covers which area.
    weights
        Of each area.
    known
        The plan to start from, among other starts.
    seed
        Of the other starts, and of how long sites wait.
    deadline
        When to stop, by `time.perf_counter`.
    """
    if not 0 < len(known) < cover.shape[1]:
        return known
    rng, swaps = np.random.default_rng(seed), CoveringSwaps.of(cover, weights)
    least, most = _STEPS
    worth = _WORK // (_STARTS * max(int(cover.sum()), 1) * len(known))
    steps = int(np.clip(worth, least, most))
    starts = [known, *(swaps.greedy(len(known), rng) for _ in range(_STARTS - 1))]
    plans = [swaps.improve(start, steps, rng, deadline) for start in starts]
    best = max(plans, key=swaps.covered)
    sites = np.unique(np.concatenate(plans))
    few = swaps.restricted_to(sites).improve(
        np.searchsorted(sites, best), _AGAIN * steps, rng, deadline
    )
    return swaps.improve(sites[few], steps, rng, deadline)
