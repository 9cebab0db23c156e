"""Pooling: the extra beds that a load costs when it is split over sites, wards or bays.

c(sum of loads) is below the sum of c(load) at the same target: a small unit keeps more beds free
for its own bad days.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.capacity.queues import beds_for_loss_continuous, erlang_b
from llrgeo.appraisal.capacity.targets import Stay, Target
from llrgeo.errors import InputError


def beds_needed(
    loads: NDArray[np.float64], target: Target, *, stay: Stay | None = None
) -> NDArray[np.int64]:
    """Return the whole beds that each load needs: the cost of a site's beds in siting.

    A site without load needs none. Costs are concave in the load but for whole numbers, so that
    one site more costs beds; `beds_needed_continuous` bounds them from below without steps.
    `stay` matters to a target of delay alone.
    """
    # A target of loss does not depend on the stay (Erlang B holds for any), so any will do.
    held = Stay(1.0) if stay is None else stay
    return np.array([target.beds(float(load), held) for load in loads], dtype=np.int64)


def beds_needed_continuous(loads: NDArray[np.float64], refused: float) -> NDArray[np.float64]:
    """Return the fractional beds at which exactly a share of each load is refused.

    Never above `beds_needed` of a `LossTarget`; concave from about one erlang up.
    """
    return np.array([beds_for_loss_continuous(float(load), refused) for load in loads])


def extra_beds(loads: NDArray[np.float64], target: Target, *, stay: Stay | None = None) -> int:
    """Return the beds that sites need above one pool of all their loads at the same target."""
    # Each site rounds up to whole beds and keeps its own spare ones; the pool does so once.
    apart = int(beds_needed(loads, target, stay=stay).sum())
    return apart - int(beds_needed(np.array([loads.sum()]), target, stay=stay)[0])


def pooling_table(load: float, site_counts: Sequence[int], target: Target) -> pd.DataFrame:
    """Return the beds that a load needs when it is split equally over a number of sites.

    Columns, by `sites`: `load_a_site`, `beds_a_site`, `beds`, `extra_beds` above one site.

    Raises
    ------
    InputError
        If a number of sites is below 1.
    """
    if min(site_counts) < 1:
        msg = f"a load cannot be split over {min(site_counts)} sites"
        raise InputError(msg)
    sites = np.array(site_counts)
    beds_a_site = beds_needed(load / sites, target)
    # One pool of the whole load, at the same target: what the split is measured against.
    whole = int(beds_needed(np.array([load]), target)[0])
    return pd.DataFrame(
        {
            "load_a_site": load / sites,
            "beds_a_site": beds_a_site,
            "beds": beds_a_site * sites,
            "extra_beds": beds_a_site * sites - whole,
        },
        index=pd.Index(sites, name="sites"),
    )


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


def share_refused_apart(loads: NDArray[np.float64], beds: NDArray[np.float64]) -> float:
    """Return the share of all admissions refused when no site takes another's patients."""
    # Every admission counts alike, so sites' shares are weighted by their loads.
    refused = [erlang_b(float(c), float(a)) for a, c in zip(loads, beds, strict=True)]
    return float(np.average(refused, weights=loads))


def share_refused_shared(loads: NDArray[np.float64], beds: NDArray[np.float64]) -> float:
    """Return the share refused when every site takes every patient: B(sum c, sum a), exactly.

    Holds whatever the split of loads and beds, if stays have one mean. Who is placed away from
    the nearest site needs a simulation (`overflow`).
    """
    return erlang_b(float(np.sum(beds)), float(np.sum(loads)))
