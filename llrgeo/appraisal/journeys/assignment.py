"""Assignment: who goes to which site when each site has limited room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array

from llrgeo.appraisal.people.counts import reconcile
from llrgeo.errors import LlrgeoError

Matrix: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Contacts from areas to sites.

    Attributes
    ----------
    contacts
        Areas by sites.
    turned_away
        Contacts of each area that find no room.
    out_of_reach
        Contacts of each area that can reach no site at all.
    """

    contacts: pd.DataFrame
    turned_away: pd.Series
    out_of_reach: pd.Series


def assign_with_room(
    minutes: pd.DataFrame, demand: pd.Series, capacity: Mapping[str, float]
) -> Assignment:
    """Send as many as there is room for, with the least minutes in all: a transportation problem.

    Parameters
    ----------
    minutes
        Areas by sites, +inf where out of reach.
    demand
        Contacts of each area.
    capacity
        Contacts each site has room for; a site left out has room for all.

    Raises
    ------
    LlrgeoError
        If HiGHS does not find the optimum.
    """
    wanted = demand.reindex(minutes.index).to_numpy(float)
    room = np.array([capacity.get(site, np.inf) for site in minutes.columns])
    # Turning one contact away costs more than any chain of longer journeys that would avoid it.
    cost = minutes.to_numpy(float)
    refusal = (cost.max(where=np.isfinite(cost), initial=1.0) + 1) * (len(room) + 1)
    contacts = _by_regret(cost, wanted, room, refusal)
    if contacts is None:
        contacts = _by_programme(cost, wanted, room, refusal)
    return _counted(minutes, wanted, contacts)


def _by_regret(cost: Matrix, wanted: Matrix, room: Matrix, refusal: float) -> Matrix | None:
    """Return the optimum where one site at most has too little room; None where more have.

    If everyone goes to the nearest and one site is too full, those leave it who lose least by
    going to their next best, or nowhere. That is the optimum as far as this site's room goes, so
    it is the optimum if what they do fits into the other sites.
    """
    n, m = cost.shape
    costs = np.column_stack([cost, np.full(n, refusal)])  # the last column is no site
    contacts = np.zeros_like(costs)
    nearest = costs.argmin(axis=1)
    contacts[np.arange(n), nearest] = wanted
    too_full = np.flatnonzero(contacts[:, :m].sum(axis=0) > room)
    if len(too_full) == 1:
        (full,) = too_full
        own = np.flatnonzero(nearest == full)
        others = costs[own]
        others[:, full] = np.inf
        regret = others.min(axis=1) - costs[own, full]
        order = np.argsort(regret, kind="stable")
        own, following = own[order], others.argmin(axis=1)[order]
        # In this order all of an area's contacts leave until the rest fits; the last area's in part
        before = np.cumsum(wanted[own]) - wanted[own]
        leaving = np.clip(wanted[own].sum() - room[full] - before, 0.0, wanted[own])
        contacts[own, full] -= leaving
        contacts[own, following] += leaving
    served = contacts[:, :m]
    # A part in a billion is what sums of floats leave.
    fits = (served.sum(axis=0) <= room * (1 + 1e-9)).all()
    return served if fits else None


def _by_programme(cost: Matrix, wanted: Matrix, room: Matrix, refusal: float) -> Matrix:
    """Return the optimum of the linear programme."""
    from scipy.optimize import LinearConstraint, milp

    area, site = np.nonzero(np.isfinite(cost))
    (n, m), pairs = cost.shape, len(area)
    # Variables: contacts on each pair that has a journey, then those turned away of each area.
    # Rows: what a site takes is within its room, what leaves an area is all its demand.
    to_site = coo_array((np.ones(pairs), (site, np.arange(pairs))), shape=(m, pairs + n))
    rows = np.concatenate([area, np.arange(n)])
    from_area = coo_array((np.ones(pairs + n), (rows, np.arange(pairs + n))), shape=(n, pairs + n))
    found = milp(  # no variable is whole, so this is a linear programme
        np.concatenate([cost[area, site], np.full(n, refusal)]),
        constraints=[
            LinearConstraint(to_site.tocsr(), -np.inf, room),
            LinearConstraint(from_area.tocsr(), wanted, wanted),
        ],
    )
    if found.x is None:
        msg = f"no assignment to sites with room: {found.message}"
        raise LlrgeoError(msg)
    contacts = np.zeros((n, m))
    contacts[area, site] = found.x[:pairs]
    return contacts


def _counted(minutes: pd.DataFrame, wanted: Matrix, contacts: Matrix) -> Assignment:
    # What is left of an area is turned away where it reaches a site, else out of reach: no contact
    # of any area is in both, and all are in one of three.
    reachable = np.isfinite(minutes.to_numpy().min(axis=1, initial=np.inf))
    left = (wanted - contacts.sum(axis=1)).clip(min=0.0)
    left[left < 1e-9 * max(wanted.max(initial=0.0), 1.0)] = (
        0.0  # what the solver's tolerance leaves
    )
    index = minutes.index
    result = Assignment(
        # Site by site in memory, as pandas holds it: what is so already is not copied.
        pd.DataFrame(np.asfortranarray(contacts), index, minutes.columns, copy=False),
        pd.Series(np.where(reachable, left, 0.0), index),
        pd.Series(np.where(reachable, 0.0, left), index),
    )
    counted = contacts.sum() + result.turned_away.sum() + result.out_of_reach.sum()
    reconcile(pd.Series([counted]), float(wanted.sum()), table="assignment to sites")
    return result
