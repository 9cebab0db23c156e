"""What a set covering can leave out: areas that follow from others, sites that others replace.

An area whose covering sites include all those of another is covered whenever the other is. A site
whose areas are all covered by another site can give way to it. Both rules are applied until neither
finds more (Toregas and ReVelle 1972; Beasley 1987): of thousands of areas a few hundred are left.
"""

import time

import numpy as np

from llrgeo.appraisal.siting.model import Positions
from llrgeo.arrays import Bools


def undominated(cover: Bools, deadline: float = np.inf) -> tuple[Positions, Positions]:
    """Return the areas and sites that a set covering needs.

    Some plan of fewest sites consists of these sites alone, and a plan of them that covers these
    areas covers all. Of equal areas or sites the first stays.

    Parameters
    ----------
    cover
        Shape (areas, sites): which site covers which area; each area has at least one.
    deadline
        When to stop, by `time.perf_counter`; more than are needed are left then.
    """
    areas, sites = np.arange(cover.shape[0]), np.arange(cover.shape[1])
    while True:
        before = len(areas), len(sites)
        areas = areas[undominated_areas(cover[np.ix_(areas, sites)], deadline)]
        # A site covers no more than another if it leaves out all that the other leaves out.
        sites = sites[undominated_areas(~cover[np.ix_(areas, sites)].T, deadline)]
        if (len(areas), len(sites)) == before:
            return areas, sites


def undominated_areas(rows: Bools, deadline: float = np.inf) -> Positions:
    """Return the rows that include no other row, in ascending order; of equal rows the first.

    Parameters
    ----------
    rows
        Shape (areas, sites): which site covers which area.
    deadline
        When to stop, by `time.perf_counter`; rows that include others are left then.
    """
    # By column, which rows have it, eight to a byte: a row is included in those that have all of
    # its columns. A row can only include smaller ones, so that the smallest come first.
    having = np.ascontiguousarray(np.packbits(rows, axis=0).T)
    order = np.argsort(rows.sum(axis=1), kind="stable")
    includes_other = np.zeros(len(rows), dtype=bool)
    for row in order.tolist():
        if includes_other[row]:
            continue
        if time.perf_counter() >= deadline:
            break
        all_of_it = np.bitwise_and.reduce(having[rows[row]], axis=0)
        includes_other |= np.unpackbits(all_of_it, count=len(rows)).astype(bool)
        includes_other[row] = False
    return np.flatnonzero(~includes_other)
