"""Assignment: who goes where, by three rules: to the nearest, the nearest with room, by choice.

All take minutes (areas by sites, +inf where out of reach) and demand (contacts of each area), and
return an `Assignment` in which everyone is counted: assigned, turned away or out of reach.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array

from llrgeo.appraisal.counts import ratio, reconcile
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.row_blocks import row_blocks
from llrgeo.appraisal.service_result import ServiceResult
from llrgeo.errors import LlrgeoError

Matrix: TypeAlias = NDArray[np.float64]
_Figures: TypeAlias = dict[str, float | str]
_RuleFigures: TypeAlias = dict[str, _Figures]

_HUFF_EXPONENT: Final = 2.0  # of minutes
_LEAST_MIN: Final = 1.0


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

    def mean_minutes(self, minutes: pd.DataFrame) -> float:
        """Return the mean minutes of those who are assigned; NaN if nobody is."""
        assigned = self.contacts.to_numpy()
        reached = assigned > 0
        spent = assigned[reached] * minutes.to_numpy()[reached]
        return float(ratio(spent.sum(), assigned.sum()))


def assign_nearest(minutes: pd.DataFrame, demand: pd.Series) -> Assignment:
    """Send everyone to the nearest site, whatever its room; a tie goes to the lowest id."""
    ordered = minutes.sort_index(axis=1)
    values, wanted = ordered.to_numpy(), demand.reindex(minutes.index).to_numpy(float)
    area, nearest = np.arange(len(values)), values.argmin(axis=1)
    contacts = np.zeros(values.shape, order="F")
    contacts[area, nearest] = np.where(np.isfinite(values[area, nearest]), wanted, 0.0)
    return _counted(ordered, wanted, contacts)


def assign_by_choice(minutes: pd.DataFrame, demand: pd.Series, size: pd.Series) -> Assignment:
    """Share everyone out by the size of sites and the minutes to them (Huff 1963).

    The share of a site is size / minutes^2 over the sum of all; journeys below a minute count as
    one, so that a site next door does not draw everybody.
    """
    values, wanted = minutes.to_numpy(), demand.reindex(minutes.index).to_numpy(float)
    sizes, contacts = size[minutes.columns].to_numpy(float), np.zeros(values.shape, order="F")
    for some in row_blocks(values.shape):
        # Pull of a site: its size over the minutes to the exponent; 0 where it is out of reach.
        pull = sizes / np.maximum(values[some], _LEAST_MIN) ** _HUFF_EXPONENT
        total = pull.sum(axis=1, keepdims=True)
        np.divide(pull, total, out=contacts[some], where=total > 0)
        contacts[some] *= wanted[some, None]
    return _counted(minutes, wanted, contacts)


def assign_with_room(
    minutes: pd.DataFrame, demand: pd.Series, capacity: Mapping[str, float]
) -> Assignment:
    """Send as many as there is room for, with the least minutes in all: a transportation problem.

    Parameters
    ----------
    minutes, demand
        As for the other rules.
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


def compare_rules(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs
) -> pd.DataFrame:
    """Return how far figures depend on the rule by which people choose a site.

    One row an option, service and rule (`nearest`, `choice`, and `room` where the option states
    capacity). Columns: contacts `assigned`, `turned_away` and `out_of_reach`, `mean_min`,
    `share_in_time` of all contacts at sites, and the `busiest_site` with its `busiest_contacts`.
    For choice, a site is as large as the number of the study's services it runs.
    """
    rows = []
    # Options that run a service alike share its result, and so what does not depend on the others.
    known: dict[int, _RuleFigures] = {}
    choices: dict[tuple[int, tuple[int, ...]], _Figures] = {}
    for name, result in results.items():
        # How many services a site runs makes it more attractive to those who choose.
        running = [site for sites in result.option.sites.values() for site in sites]
        runs = pd.Series(running).value_counts()
        for service, found in result.services.items():
            if found.service.delivery == "team" or found.loads.empty:
                continue
            patients = _Patients.of(found, appraisal_inputs)
            if id(found) not in known:
                capacity = result.option.capacity.get(service, {})
                known[id(found)] = patients.by_rules_of_distance(capacity)
            # Choice rests on what else the sites run.
            chosen = id(found), tuple(runs[patients.minutes.columns].tolist())
            if chosen not in choices:
                choices[chosen] = patients.figures(
                    assign_by_choice(patients.minutes, patients.demand, runs)
                )
            nearest, *room = known[id(found)].items()
            rows += [
                {"option": name, "service": service, "rule": rule, **figures}
                for rule, figures in (nearest, ("choice", choices[chosen]), *room)
            ]
    return pd.DataFrame(rows)


class _Patients(NamedTuple):
    """Those who travel for one service: minutes to its sites, contacts there, and its standard."""

    minutes: pd.DataFrame
    demand: pd.Series
    standard_min: float

    @classmethod
    def of(cls, found: ServiceResult, appraisal_inputs: AppraisalInputs) -> Self:
        """Return those of a service as an option runs it."""
        areas, sites = appraisal_inputs.areas.index, list(found.loads.index)
        return cls(
            appraisal_inputs.times.minutes.loc[areas, sites],
            found.allocation["at_site"],
            found.service.travel_standard_min,
        )

    def by_rules_of_distance(self, capacity: Mapping[str, float]) -> _RuleFigures:
        """Return the figures of `nearest`, and of `room` where it is known how much there is."""
        by_rule = {"nearest": self.figures(assign_nearest(self.minutes, self.demand))}
        if capacity:
            with_room = assign_with_room(self.minutes, self.demand, capacity)
            by_rule["room"] = self.figures(with_room)
        return by_rule

    def figures(self, found: Assignment) -> _Figures:
        """Return the columns of `compare_rules` for one assignment."""
        by_site = found.contacts.sum()
        assigned = float(by_site.sum())
        total = assigned + float(found.turned_away.sum() + found.out_of_reach.sum())
        minutes = self.minutes.reindex(columns=found.contacts.columns)
        in_time = found.contacts.to_numpy()[(minutes <= self.standard_min).to_numpy()]
        return {
            "assigned": assigned,
            "turned_away": float(found.turned_away.sum()),
            "out_of_reach": float(found.out_of_reach.sum()),
            "mean_min": found.mean_minutes(minutes),
            "share_in_time": float(ratio(in_time.sum(), total)),
            "busiest_site": str(by_site.idxmax()),
            "busiest_contacts": float(by_site.max()),
        }


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
