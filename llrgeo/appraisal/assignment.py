"""Assignment: who goes to which site when each site has limited room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array

from llrgeo.appraisal.counts import reconcile
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
    from scipy.optimize import LinearConstraint, milp

    area, site = np.nonzero(np.isfinite(minutes.to_numpy()))
    n, m, pairs = len(minutes), len(minutes.columns), len(area)
    cost = minutes.to_numpy()[area, site]
    # Turning one contact away costs more than any chain of longer journeys that would avoid it.
    refusal = (cost.max(initial=1.0) + 1) * (m + 1)
    wanted = demand.reindex(minutes.index).to_numpy(float)
    room = np.array([capacity.get(site, np.inf) for site in minutes.columns])
    # Variables: contacts on each pair that has a journey, then those turned away of each area.
    # Rows: what a site takes is within its room, what leaves an area is all its demand.
    to_site = coo_array((np.ones(pairs), (site, np.arange(pairs))), shape=(m, pairs + n))
    rows = np.concatenate([area, np.arange(n)])
    from_area = coo_array((np.ones(pairs + n), (rows, np.arange(pairs + n))), shape=(n, pairs + n))
    found = milp(  # no variable is whole, so this is a linear programme
        np.concatenate([cost, np.full(n, refusal)]),
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
    return _counted(minutes, wanted, contacts)


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
