"""Assignment: who goes to which site when each site has limited room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from llrgeo.appraisal.people.counts import reconcile
from llrgeo.arrays import Floats
from llrgeo.errors import LlrgeoError

_ROUNDING: Final = 1e-9  # what sums of floats leave, of minutes and as a share of room


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


def _by_regret(cost: Floats, demand: Floats, room: Floats, refusal: float) -> Floats | None:
    """Return the optimum if it is found by regret alone; else None, and a programme is needed.

    Everyone goes to the nearest site. Those leave a site that is too full who lose least by going
    to the best of the others that are not, or nowhere. What the last of them loses is the price of
    room there: if nobody has a better site at these prices, the assignment is optimal (duality).
    """
    n, m = cost.shape
    costs = np.column_stack([cost, np.full(n, refusal)])  # the last column is no site
    contacts, nearest = np.zeros_like(costs), costs.argmin(axis=1)
    contacts[np.arange(n), nearest] = demand
    price = np.zeros(m + 1)
    too_full = np.flatnonzero(contacts[:, :m].sum(axis=0) > room)
    others = costs.copy()
    others[:, too_full] = np.inf
    second = others.argmin(axis=1)
    for site in too_full:
        movable = np.flatnonzero((nearest == site) & (demand > 0))
        regret = costs[movable, second[movable]] - costs[movable, site]
        order = np.argsort(regret, kind="stable")
        movable, regret = movable[order], regret[order]
        # All of an area's contacts leave, area by area, until the rest fits.
        before = np.cumsum(demand[movable]) - demand[movable]
        excess = contacts[:, site].sum() - room[site]
        leaving = np.clip(excess - before, 0.0, demand[movable])
        contacts[movable, site] -= leaving
        contacts[movable, second[movable]] += leaving
        price[site] = regret[leaving > 0][-1]
    priced = costs + price
    best = priced <= priced.min(axis=1)[:, None] + _ROUNDING
    fits = contacts[:, :m].sum(axis=0) <= room * (1 + _ROUNDING)
    return contacts[:, :m] if fits.all() and best[contacts > 0].all() else None


def _by_programme(cost: Floats, demand: Floats, room: Floats, refusal: float) -> Floats:
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
            LinearConstraint(from_area.tocsr(), demand, demand),
        ],
    )
    if found.x is None:
        msg = f"no assignment to sites with room: {found.message}"
        raise LlrgeoError(msg)
    contacts = np.zeros((n, m))
    contacts[area, site] = found.x[:pairs]
    return contacts


def _counted(minutes: pd.DataFrame, demand: Floats, contacts: Floats) -> Assignment:
    # What is left of an area is turned away where it reaches a site, else out of reach: no contact
    # of any area is in both, and all are in one of three.
    reachable = np.isfinite(minutes.to_numpy().min(axis=1, initial=np.inf))
    left = (demand - contacts.sum(axis=1)).clip(min=0.0)
    left[left < 1e-9 * max(demand.max(initial=0.0), 1.0)] = (
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
    reconcile(pd.Series([counted]), float(demand.sum()), table="assignment to sites")
    return result
