"""A sum over areas after every move from a plan, compiled by numba: a core of `interchange`."""

from llrgeo.arrays import Floats, Ints
from llrgeo.execution.machine_code import compiled


@compiled
def add_moves(
    costs: Floats,
    nearest: Ints,
    first: Floats,
    second: Floats,
    after: Floats,
) -> None:
    """Work out the sum after each move that opens a site, in one pass over the costs.

    Parameters
    ----------
    costs
        Shape (areas, sites), finite, a row after the other in memory.
    nearest
        Shape (areas,): which of the plan's sites is the cheapest.
    first, second
        Shape (areas,): what the cheapest and the second cheapest of the plan cost.
    after
        Shape (sites of the plan + 1, sites), zeros: set to the sum where one of the plan closes, in
        the last row none, and a site opens.
    """
    together = after[-1]
    for area in range(len(costs)):
        lost, least, other = after[nearest[area]], first[area], second[area]
        for site in range(costs.shape[1]):
            # Nothing closes: the area takes the new site where that is cheaper.
            taken = min(costs[area, site], least)
            together[site] += taken
            # Its own site closes: it takes the new one or its second; this is what that adds.
            lost[site] += min(costs[area, site], other) - taken
    for position in range(len(after) - 1):
        after[position] += together
