"""Queues: the share refused or waiting at a number of beds, and the beds that a target needs.

The offered load `a` (erlangs) is the mean number of beds that would be occupied if there were
always room: admissions a day times the mean stay in days. It belongs to people, not to beds.

Two disciplines:

- loss: who finds no free bed goes elsewhere (Erlang B). Exact for any distribution of stays.
- delay: who finds no free bed waits for one (Erlang C). Exact for exponential stays; for others
  mean waits are multiplied by (1 + cv^2) / 2, where cv is the coefficient of variation of the
  stays (the approximation of Lee and Longton 1959 for M/G/c).

A number of beds may be fractional: the load a fractional number carries is Jagerman's (1984)
continuation of Erlang B, which overflow methods and smooth costs of beds need.
"""

from typing import Final

import numpy as np

from llrgeo.errors import InputError

_MOST_BEDS: Final = 100_000  # as many as all of England has: more was asked for by mistake


def erlang_b(beds: float, load: float) -> float:
    """Return the share of arrivals that find all beds taken, when those go elsewhere.

    Parameters
    ----------
    beds
        Beds; a fraction is allowed, and 0 refuses everyone.
    load
        Offered load in erlangs.

    Returns
    -------
    float
        Between 0 and 1. Erlang (1917); for fractions Jagerman (1984):
        1 / B(c, a) = integral over x from 0 to infinity of a exp(-a x) (1 + x)^c.

    Raises
    ------
    InputError
        If beds or load are negative or not finite.

    Examples
    --------
    >>> erlang_b(2, 1.0)
    0.2
    """
    _check(beds, load)
    if load == 0:
        return 0.0 if beds > 0 else 1.0
    whole = int(np.floor(beds))
    fraction = beds - whole
    refused = _erlang_b_below_one(fraction, load)
    # The recurrence B(k) = a B(k-1) / (k + a B(k-1)) holds for fractions as well; it is stable.
    for k in range(1, whole + 1):
        refused = load * refused / (k + fraction + load * refused)
    return refused


def erlang_c(beds: float, load: float) -> float:
    """Return the share of arrivals that must wait, when those who find no bed wait for one.

    Raises
    ------
    InputError
        If the load is not below the beds: there is no steady state, the queue grows without end.
    """
    check_steady(beds, load)
    refused = erlang_b(beds, load)
    return refused / (1 - load / beds * (1 - refused))


def mean_wait(beds: float, load: float, stay: float, *, cv: float = 1.0) -> float:
    """Return the mean wait for a bed over all arrivals, in the unit of `stay`.

    `cv` is the coefficient of variation of stays: 1 is exact (M/M/c), any other an approximation.

    Raises
    ------
    InputError
        If the stay is not above 0, or the load is not below the beds.
    """
    check_stay(stay, cv)
    return erlang_c(beds, load) * stay / (beds - load) * _spread(cv)


def share_waiting(beds: float, load: float, stay: float, wait: float, *, cv: float = 1.0) -> float:
    """Return the share of arrivals that wait longer than `wait` (in the unit of `stay`).

    P(W > w) = C exp(-(c - a) w / L), with w divided by (1 + cv^2) / 2 for stays that are not
    exponential.

    Raises
    ------
    InputError
        As `mean_wait`; or if the wait is negative.
    """
    check_stay(stay, cv)
    if not wait >= 0:
        msg = f"a wait of {wait:g} was asked for; it must be at least 0"
        raise InputError(msg)
    # While somebody waits, c beds come free in a mean stay and a people arrive: the queue shrinks.
    rate = (beds - load) / (stay * _spread(cv))
    return erlang_c(beds, load) * float(np.exp(-rate * wait))


def beds_for_loss(load: float, share: float) -> int:
    """Return the fewest beds that refuse at most a share of arrivals.

    Raises
    ------
    InputError
        If the share does not lie above 0 and below 1, or the load is negative.
    """
    check_share(share)
    _check(0, load)
    if load == 0:
        return 0
    # The recurrence of `erlang_b`, one bed more at a time: B falls with every bed.
    refused, beds = 1.0, 0
    while refused > share:
        beds += 1
        refused = load * refused / (beds + load * refused)
    return beds


def beds_for_wait(load: float, stay: float, wait: float, share: float, *, cv: float = 1.0) -> int:
    """Return the fewest beds at which at most a share of arrivals waits longer than `wait`.

    Raises
    ------
    InputError
        If the share does not lie above 0 and below 1, or the stay is not above 0.
    """
    check_share(share)
    _check(0, load)
    # The fewest beds with a steady state are just above the load; add until waits keep the target.
    beds = int(np.floor(load)) + 1 if load > 0 else 0
    while load > 0 and share_waiting(beds, load, stay, wait, cv=cv) > share:
        beds += 1
        if beds > _MOST_BEDS:
            msg = f"no number of beds keeps waits over {wait:g} to a share of {share:g}"
            raise InputError(msg)
    return beds


def check_steady(beds: float, load: float) -> None:
    """Refuse a queue that grows without end.

    Raises
    ------
    InputError
        If the load is not below the beds.
    """
    _check(beds, load)
    if load >= beds:
        msg = (
            f"the offered load of {load:.1f} is not below {beds:g} beds: no steady state, the "
            "queue grows without end. Add beds, or state a share that may be refused"
        )
        raise InputError(msg)


def check_share(share: float) -> None:
    """Refuse a target share that no number of beds, or any, would meet.

    Raises
    ------
    InputError
        If it does not lie above 0 and below 1.
    """
    if not 0 < share < 1:
        msg = f"a target share of {share:g} was asked for; it must lie above 0 and below 1"
        raise InputError(msg)


def check_stay(stay: float, cv: float = 1.0) -> None:
    """Refuse a stay that is not above 0, or a negative coefficient of variation.

    Raises
    ------
    InputError
        If either holds.
    """
    if not 0 < stay < np.inf:
        msg = f"the mean stay is {stay:g}; it must be above 0"
        raise InputError(msg)
    if not 0 <= cv < np.inf:
        msg = f"the coefficient of variation of stays is {cv:g}; it must be at least 0"
        raise InputError(msg)


def _check(beds: float, load: float) -> None:
    for name, value in (("number of beds", beds), ("offered load", load)):
        if not 0 <= value < np.inf:
            msg = f"the {name} is {value:g}; it must be at least 0"
            raise InputError(msg)
        if value > _MOST_BEDS:
            msg = f"the {name} is {value:,.0f}; above {_MOST_BEDS:,} none can be meant"
            raise InputError(msg)


def _spread(cv: float) -> float:
    """Return how many times longer waits are than with exponential stays."""
    return (1 + cv**2) / 2


def _erlang_b_below_one(fraction: float, load: float) -> float:
    """Return Erlang B of less than one bed.

    With t = a x Jagerman's integral is that of exp(-t) (1 + t / a)^c, which is smooth.
    """
    if fraction == 0:
        return 1.0
    from scipy.integrate import quad

    value, _ = quad(lambda t: np.exp(-t) * (1 + t / load) ** fraction, 0, np.inf)
    return float(1 / value)
