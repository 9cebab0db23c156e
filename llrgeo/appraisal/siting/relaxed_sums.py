"""The sums of the Lagrangian relaxation over all pairs of area and site, compiled by numba."""

import numpy as np
from numpy.typing import NDArray

from llrgeo.travel.machine_code import compiled

_Numbers = NDArray[np.float64]
_Places = NDArray[np.int64]


@compiled
def sums_below(costs: _Numbers, limits: _Numbers, sums: _Numbers) -> None:
    """Add to the sum of each site, over areas, how far below an area's limit its cost is, as < 0.

    One pass over the costs, where arrays would write the differences down and read them again.

    Parameters
    ----------
    costs
        Shape (areas, sites), a row after the other in memory.
    limits
        Shape (areas,): the multipliers.
    sums
        Shape (sites,).
    """
    for area in range(len(costs)):
        limit = limits[area]
        for site in range(len(sums)):
            sums[site] += min(costs[area, site] - limit, 0.0)


@compiled
def times_below(costs: _Numbers, limits: _Numbers, sites: _Places, times: _Numbers) -> None:
    """Set at how many of some sites, which are positions, each area costs less than its limit."""
    for area in range(len(costs)):
        limit, below = limits[area], 0
        for site in sites:
            if costs[area, site] < limit:
                below += 1
        times[area] = below
