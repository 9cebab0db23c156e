"""Overflow, a first look: what a full ward sends on, and what the next ward makes of it.

Patients who are sent on arrive in bursts, when the first ward is full, so a ward that takes them
refuses more than Erlang B of the summed load says. `ward_simulation` answers who is placed where.
"""

from llrgeo.appraisal.capacity.queues import erlang_b
from llrgeo.errors import InputError


def overflow_moments(load: float, beds: float) -> tuple[float, float]:
    """Return mean and variance of the overflow of a ward, in erlangs.

    The load that those who find no bed would put on an endless ward: m = a B and
    v = m (1 - m + a / (c + 1 - a + m)) (Riordan, in Wilkinson 1956).
    """
    mean = load * erlang_b(beds, load)
    # Both are 0 without a load, or with so many beds that nothing overflows.
    return mean, mean * (1 - mean + load / (beds + 1 - load + mean))


def hayward_loss(beds: float, mean: float, variance: float) -> float:
    """Return the share refused of a load that is burstier, or smoother, than Poisson.

    B(c / z, a / z) with z the variance over the mean (Hayward, in Fredericks 1980); Erlang B is
    continued to fractions.

    Raises
    ------
    InputError
        If a load has no variance.
    """
    if mean == 0:
        return 0.0
    if not variance > 0:
        msg = f"the variance of a load of {mean:g} erlangs is {variance:g}; it must be above 0"
        raise InputError(msg)
    # Peakedness 1 is Poisson; above 1 arrivals come in bursts, and equal beds refuse more.
    peakedness = variance / mean
    return erlang_b(beds / peakedness, mean / peakedness)
