"""Cuts for the check of a set covering's proof, each stated by the areas that it comes from.

Rows of an odd number of areas are added up, halved and rounded up: of n areas, where a site counts
for half of those that it covers, and half a one more, whole plans have (n + 1) / 2 at least
(Chvatal 1973). So any set of areas gives a cut that holds, however it was found. Here sums are
found that a relaxed solution misses, by elimination modulo 2.
"""

from typing import NamedTuple, Self

import numpy as np

LOSS = 0.94  # what a sum may lose of the 1 that is missed where nothing is lost
MOST_AREAS = 15
AT_ONCE = 60
ROUNDING = 1e-6
ALIKE = 0.9  # cosine of two cuts of which one is enough


class Rows(NamedTuple):
    """Rows that plans meet: terms x sites is at least so much; shapes (rows, sites), (rows,)."""

    terms: np.ndarray
    least: np.ndarray

    @classmethod
    def of_areas(cls, cover: np.ndarray) -> Self:
        """Return the rows of areas: a site that covers it is open."""
        return cls(cover.astype(float), np.ones(len(cover)))

    def with_sums(self, cover: np.ndarray, sums: np.ndarray) -> Self:
        """Return these and the cuts of sets of areas, shape (sets, areas), each odd in number."""
        sums = sums[sums.sum(axis=1) % 2 == 1]
        counts = sums.astype(float) @ cover
        terms, least = np.ceil(counts / 2), (sums.sum(axis=1) + 1) / 2
        return type(self)(np.concatenate([self.terms, terms]), np.append(self.least, least))


def odd_sums(cover: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Return sets of areas, shape (sets, areas), whose cuts a relaxed solution misses by most.

    A sum loses the slack of its rows, and of each site that covers an odd number how far it is
    open. Sites that are open most are eliminated first: one row that has the site is added to all
    others that have it.
    """
    slack = np.maximum(cover @ opened - 1, 0.0)
    tight = np.flatnonzero(slack < LOSS)
    order = np.argsort(-opened)[: int((opened > ROUNDING).sum())]
    odd, slack, lost = cover[np.ix_(tight, order)] > 0, slack[tight], opened[order]
    members, left = np.eye(len(tight), dtype=bool), np.ones(len(tight), dtype=bool)
    found = [members[:0]]
    for site in range(len(order)):
        having = np.flatnonzero(left & odd[:, site])
        if not len(having):
            continue
        pivot = having[slack[having].argmin()]
        left[pivot] = False
        others = having[having != pivot]
        odd[others] ^= odd[pivot]
        members[others] ^= members[pivot]
        slack[others] += slack[pivot]
        number = members[others].sum(axis=1)
        left[others] = (slack[others] < LOSS) & (number <= MOST_AREAS)
        missed = (number % 2 == 1) & (slack[others] + odd[others] @ lost < LOSS)
        found.append(members[others[missed & left[others]]])
    sums = np.zeros((sum(map(len, found)), len(cover)), dtype=bool)
    sums[:, tight] = np.concatenate(found)
    return _unlike(cover, sums, opened)


def _unlike(cover: np.ndarray, sums: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Return the sums whose cuts are missed by most for their length, none like another."""
    cuts = Rows(np.zeros((0, cover.shape[1])), np.zeros(0)).with_sums(cover, sums)
    lengths = np.linalg.norm(cuts.terms, axis=1)
    missed = (cuts.least - cuts.terms @ opened) / lengths
    order = np.argsort(-missed, kind="stable")[: 10 * AT_ONCE]
    order = order[missed[order] > ROUNDING]
    unit = cuts.terms[order] / lengths[order, None]
    alike, taken = unit @ unit.T > ALIKE, []
    for cut in range(len(order)):
        if len(taken) < AT_ONCE and not alike[cut, taken].any():
            taken.append(cut)
    return sums[order[taken]]
