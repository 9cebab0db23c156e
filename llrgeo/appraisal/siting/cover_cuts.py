"""Cutting planes of a set covering: what whole sites meet and sites open in part do not.

Half the sum of some rows, its coefficients and its limit rounded up, holds for whole sites (Chvatal
and Gomory cuts with multipliers 0 and 1/2, Caprara and Fischetti 1996). Three areas of which each
two share a site, but not all three, need two sites, where the relaxation has one and a half. Rows
whose sum is mostly even are found by Gaussian elimination modulo 2 (Andreello, Caprara and
Fischetti 2007): sites most in doubt are eliminated first, for an odd coefficient loses half of what
is open.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from llrgeo.appraisal.siting.branching import WHOLE
from llrgeo.appraisal.siting.model import Positions
from llrgeo.arrays import Bools, Floats, Ints

_HALF: Final = 0.5  # of a site
_LEAST: Final = 0.03  # by how much a cut has to be missed
_LOSS: Final = 1 - 2 * _LEAST  # what a sum of rows may lose, so that its half is missed so far
_MOST_ROWS: Final = 15  # of a sum: longer ones miss little for their length
_ORDERS: Final = 2  # orders of elimination
_LOOKED_AT: Final = 400  # sums of rows that miss most, whose cuts are worked out
_AT_ONCE: Final = 60  # cuts taken
_ALIKE: Final = 0.9  # cosine of two cuts of which one is enough


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a programme: the sum of terms x open sites is at least so much, all whole numbers.

    Attributes
    ----------
    terms
        Shape (rows, sites), 0 or above.
    least
        Shape (rows,).
    """

    terms: Ints
    least: Ints

    @classmethod
    def of_areas(cls, cover: Bools) -> Self:
        """Return the rows of areas: at least one of the sites that cover it is open."""
        return cls(cover.astype(np.int64), np.ones(len(cover), dtype=np.int64))

    def __add__(self, other: Self) -> Self:
        """Return these rows and others."""
        return type(self)(
            np.concatenate([self.terms, other.terms]), np.concatenate([self.least, other.least])
        )

    def __getitem__(self, which: Positions | Bools) -> Self:
        """Return some of the rows."""
        return type(self)(self.terms[which], self.least[which])

    def slack(self, opened: Floats) -> Floats:
        """Return by how much each row is above its limit; below 0 where it is missed."""
        slack: Floats = self.terms.astype(float) @ opened - self.least
        return slack


def zero_half_cuts(rows: Rows, opened: Floats, rng: np.random.Generator) -> Rows:
    """Return cuts that a relaxed solution misses, those missed most first.

    Parameters
    ----------
    rows
        Rows that the solution meets and every plan has to.
    opened
        How far each site is open, shape (sites,).
    rng
        Of the orders of elimination.
    """
    slack = np.maximum(rows.slack(opened), 0.0)
    tight = np.flatnonzero(slack < _LOSS)
    rows, slack = rows[tight], slack[tight]
    doubted = np.flatnonzero((opened > WHOLE) & (opened < 1 - WHOLE))
    # A site that is mostly open counts by how far it is shut: of its odd coefficients the limit
    # open <= 1 takes one off, and off the row's limit with it.
    mostly = opened > _HALF
    odd = (rows.least + rows.terms[:, mostly].sum(axis=1)) % 2
    chosen, losses = [], []
    parity = (rows.terms[:, doubted] & 1).astype(np.uint8)
    loss = np.minimum(opened[doubted], 1 - opened[doubted])
    for _ in range(_ORDERS):
        order = np.argsort(-loss * rng.uniform(0.5, 1.0, len(loss)))
        found = _even_sums(parity[:, order], odd.astype(np.uint8), slack, loss[order])
        chosen.append(found[0])
        losses.append(found[1])
    sums = np.concatenate(chosen)
    # The length of a cut, by which what is missed is divided, grows with the rows that are in it.
    missed = (1 - np.concatenate(losses)) / np.sqrt(np.bitwise_count(sums).sum(axis=1))
    likely = np.unique(sums[np.argsort(-missed, kind="stable")[:_LOOKED_AT]], axis=0)
    # Of each sum whether a row is in it, from eight rows to a byte.
    members = np.unpackbits(likely, axis=1, count=len(tight)).astype(bool)
    return _unlike(_halved(rows, members, mostly), opened)


def _even_sums(
    terms: NDArray[np.uint8], odd: NDArray[np.uint8], slack: Floats, loss: Floats
) -> tuple[NDArray[np.uint8], Floats]:
    """Return sums of rows whose limit is odd and that lose less than `_LOSS`, and what they lose.

    A sum loses the slack of its rows, and what each site is in doubt whose coefficient is odd.

    Parameters
    ----------
    terms
        Coefficients modulo 2, shape (rows, sites in doubt), in the order of elimination.
    odd
        Limits modulo 2, shape (rows,).
    slack
        Shape (rows,).
    loss
        Of each site in doubt.

    Returns
    -------
    tuple of numpy.ndarray
        Which rows are in each sum, shape (sums, rows / 8), eight to a byte, and what it loses,
        shape (sums,).
    """
    terms, odd, slack = terms.copy(), odd.copy(), slack.copy()
    number, weights = len(terms), loss.astype(np.float32)
    members = np.packbits(np.eye(number, dtype=bool), axis=1)
    active, size = np.ones(number, dtype=bool), np.ones(number)
    sums, losses = [members[:0]], [np.zeros(0)]
    for site in range(len(loss)):
        having = np.flatnonzero(active & (terms[:, site] > 0))
        if not len(having):
            continue
        # The row with the least slack is added to all others that have the site, and goes.
        pivot = having[slack[having].argmin()]
        active[pivot] = False
        others = having[having != pivot]
        slack[others] += slack[pivot]
        size[others] += size[pivot]
        active[others] = (slack[others] < _LOSS) & (size[others] <= _MOST_ROWS)
        others = others[active[others]]
        for part in (terms, odd, members):
            part[others] ^= part[pivot]
        lost = slack[others] + terms[others].astype(np.float32) @ weights
        found = (odd[others] > 0) & (lost < _LOSS)
        sums.append(members[others[found]])
        losses.append(lost[found])
    return np.concatenate(sums), np.concatenate(losses)


def _halved(rows: Rows, sums: Bools, mostly: Bools) -> Rows:
    """Return the cuts of sums of rows, shape (sums, rows): half of each, rounded.

    Up where a site is mostly closed. Where it is `mostly` open, the limit open <= 1 is subtracted
    from an odd coefficient and from the row's limit, which leaves both even.
    """
    count = csr_array(sums.astype(np.int64))
    terms, least = (count @ csr_array(rows.terms)).toarray(), count @ rows.least
    subtracted = (terms % 2) * mostly
    least = -((subtracted.sum(axis=1) - least) // 2)
    terms = (terms - subtracted + 1) // 2
    # No site does more than meet the limit.
    return Rows(np.minimum(terms, np.maximum(least, 0)[:, None]), least)


def _unlike(cuts: Rows, opened: Floats) -> Rows:
    """Return the cuts that are missed by the longest way, without those that are like another."""
    lengths = np.sqrt((cuts.terms**2).sum(axis=1))
    missed = -cuts.slack(opened)
    order = np.flatnonzero(missed > _LEAST)
    order = order[np.argsort(-missed[order] / lengths[order], kind="stable")]
    directions = cuts.terms[order] / lengths[order, None]
    alike = directions @ directions.T > _ALIKE
    taken: list[int] = []
    for cut in range(len(order)):
        if len(taken) < _AT_ONCE and not alike[cut, taken].any():
            taken.append(cut)
    return cuts[order[taken]]
