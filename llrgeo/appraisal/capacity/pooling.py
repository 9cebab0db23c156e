"""Pooling: the extra beds that a load costs when it is split over sites, wards or bays.

c(sum of loads) is below the sum of c(load) at the same target: a small unit keeps more beds free
for its own bad days.
"""

import numpy as np

from llrgeo.appraisal.capacity.targets import Stay, Target
from llrgeo.arrays import Floats, Ints
from llrgeo.errors import InputError


def beds_needed(loads: Floats, target: Target, *, stay: Stay | None = None) -> Ints:
    """Return the whole beds that each load needs: the cost of a site's beds in siting.

    A site without load needs none. Costs are concave in the load but for whole numbers, so that
    one site more costs beds. `stay` matters to a target of delay alone.
    """
    # A target of loss does not depend on the stay (Erlang B holds for any), so any will do.
    held = Stay(1.0) if stay is None else stay
    return np.array([target.beds(float(load), held) for load in loads], dtype=np.int64)


def extra_beds(loads: Floats, target: Target, *, stay: Stay | None = None) -> int:
    """Return the beds that sites need above one pool of all their loads at the same target."""
    # Each site rounds up to whole beds and keeps its own spare ones; the pool does so once.
    apart = int(beds_needed(loads, target, stay=stay).sum())
    return apart - int(beds_needed(np.array([loads.sum()]), target, stay=stay)[0])


def single_sex_beds(
    load: float, share_women: float, target: Target, *, stay: Stay | None = None
) -> tuple[int, int]:
    """Return the beds at both ends of single-sex rules: shared freely, and fixed apart.

    The first number is one pool (single rooms, or bays that may change over at any time); the
    second is two fixed pools. Bays of four that may swap lie between: print both.

    Raises
    ------
    InputError
        If the share does not lie between 0 and 1.
    """
    if not 0 <= share_women <= 1:
        msg = f"the share of women is {share_women:g}; it must lie between 0 and 1"
        raise InputError(msg)
    # Women and men as two queues that never take one another's beds.
    parts = np.array([load * share_women, load * (1 - share_women)])
    pooled = int(beds_needed(np.array([load]), target, stay=stay)[0])
    return pooled, int(beds_needed(parts, target, stay=stay).sum())
