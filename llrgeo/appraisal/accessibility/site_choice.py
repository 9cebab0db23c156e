"""Site choice: how far figures depend on the rule by which people choose a site.

Three rules: to the nearest, by choice (Huff 1963), to the nearest with room. Of each only its sums
are needed, and a matrix of contacts from areas to sites is made where an optimum needs it alone.

Shapes: n areas in the order of the study's, m sites with travel times, k of these that run a
service.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_services, is_travelled_to
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.assignment import Assignment, assign_with_room
from llrgeo.appraisal.journeys.nearest_sites import NO_SITE, Nearest
from llrgeo.appraisal.journeys.row_blocks import row_blocks
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.counts import ratio, reconcile
from llrgeo.arrays import Floats, Ints

_Figures: TypeAlias = dict[str, float | str]

_HUFF_EXPONENT: Final = 2.0  # of minutes
_LEAST_MIN: Final = 1.0


class Chosen(NamedTuple):
    """What becomes of all contacts by a rule."""

    by_site: Floats  # contacts of each site, shape (k,)
    spent_min: float  # minutes of all of them
    in_time: float  # contacts within the standard
    turned_away: float  # contacts that find no room
    out_of_reach: float  # contacts that can reach no site at all


def compare_rules(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs
) -> pd.DataFrame:
    """Return how far figures depend on the rule by which people choose a site.

    One row an option, service and rule (`nearest`, `choice`, and `room` where the option states
    capacity). Columns: contacts `assigned`, `turned_away` and `out_of_reach`, `mean_min`,
    `share_in_time` of all contacts at sites, and the `busiest_site` with its `busiest_contacts`.
    For choice, a site is as large as the number of the study's services it runs.
    """
    by_distance = for_distinct_services(
        results,
        lambda found: _by_rules_of_distance(found, appraisal_inputs, found.capacity),
        is_travelled_to,
    )
    rows = []
    choices: dict[tuple[int, tuple[int, ...]], _Figures] = {}
    for name, result in results.items():
        # How many services a site runs makes it more attractive to those who choose.
        running = [site for sites in result.option.sites.values() for site in sites]
        runs = pd.Series(running).value_counts()
        for service, found in result.services.items():
            if (name, service) not in by_distance:
                continue
            # Choice rests on what else the sites run.
            size = runs[found.loads.index]
            chosen = id(found), tuple(size.tolist())
            if chosen not in choices:
                choices[chosen] = _by_choice(found, np.array(size, float))
            nearest, *room = by_distance[name, service].items()
            rows += [
                {"option": name, "service": service, "rule": rule, **figures}
                for rule, figures in (nearest, ("choice", choices[chosen]), *room)
            ]
    return pd.DataFrame(rows)


def choose_nearest(
    nearest: Nearest, demand: Floats, columns: Ints, *, standard_min: float
) -> Chosen:
    """Send everyone to the nearest site, whatever its room.

    Parameters
    ----------
    nearest
        The nearest site of each area.
    demand
        Contacts of each area, shape (n,).
    columns
        The sites that run the service, as places among those with travel times; shape (k,).
    standard_min
        A journey up to this many minutes is in time.
    """
    reached = nearest.site != NO_SITE
    going, minutes = demand[reached], nearest.minutes[reached]
    by_site = np.bincount(nearest.site[reached], going, columns.max() + 1)[columns].astype(float)
    spent, in_time = (going * minutes).sum(), going[minutes <= standard_min].sum()
    return Chosen(by_site, float(spent), float(in_time), 0.0, float(demand[~reached].sum()))


def choose_by_size(
    minutes: Floats, demand: Floats, columns: Ints, size: Floats, *, standard_min: float
) -> Chosen:
    """Share everyone out by the size of sites and the minutes to them (Huff 1963).

    The share of a site is size / minutes^2 over the sum of all; journeys below a minute count as
    one, so that a site next door does not draw everybody.

    Parameters
    ----------
    minutes
        Areas by sites, shape (n, m); +inf where out of reach.
    demand, columns, standard_min
        As for `choose_nearest`.
    size
        Of each of the sites that run the service, shape (k,).
    """
    by_site, spent, in_time, out_of_reach = np.zeros(len(columns)), 0.0, 0.0, 0.0
    # Sites come first: all areas of a site are next to each other in memory.
    by_column, size = minutes.T, size[:, None]
    for some in row_blocks((len(demand), len(columns))):
        here = by_column[columns, some]
        # Pull of a site: its size over the minutes to the exponent; 0 where it is out of reach.
        pull = size / np.maximum(here, _LEAST_MIN) ** _HUFF_EXPONENT
        total, wanted = pull.sum(axis=0), demand[some]
        share = np.divide(wanted, total, out=np.zeros_like(total), where=total > 0)
        by_site += pull @ share
        here_or_0 = np.where(pull > 0, here, 0.0)
        spent += np.einsum("sa,sa->a", pull, here_or_0) @ share
        in_time += np.einsum("sa,sa->a", pull, here <= standard_min) @ share
        out_of_reach += wanted[total == 0].sum()
    return Chosen(by_site, float(spent), float(in_time), 0.0, float(out_of_reach))


def sums_of(assigned: Assignment, minutes: pd.DataFrame, *, standard_min: float) -> Chosen:
    """Return the sums of contacts that are known from each area to each site."""
    contacts, journeys = assigned.contacts.to_numpy(), minutes.to_numpy()
    reached = contacts > 0
    return Chosen(
        contacts.sum(axis=0),
        float((contacts[reached] * journeys[reached]).sum()),
        float(contacts[journeys <= standard_min].sum()),
        float(assigned.turned_away.sum()),
        float(assigned.out_of_reach.sum()),
    )


def _by_rules_of_distance(
    found: ServiceResult, appraisal_inputs: AppraisalInputs, capacity: Mapping[str, float]
) -> dict[str, _Figures]:
    """Return the figures of `nearest`, and of `room` where it is known how much there is."""
    sites, standard_min = found.loads.index, found.service.travel_standard_min
    demand = found.after.split.at_site
    nearest = choose_nearest(
        found.after.nearest, demand, _columns(found), standard_min=standard_min
    )
    by_rule = {"nearest": _figures(nearest, demand, sites)}
    if capacity:
        areas = appraisal_inputs.areas.index
        minutes = appraisal_inputs.times.minutes.loc[areas, list(sites)]
        assigned = assign_with_room(minutes, pd.Series(demand, areas), capacity)
        sums = sums_of(assigned, minutes, standard_min=standard_min)
        by_rule["room"] = _figures(sums, demand, sites)
    return by_rule


def _by_choice(found: ServiceResult, size: Floats) -> _Figures:
    """Return the figures of choice among sites of some sizes."""
    demand, times = found.after.split.at_site, found.arrays.times_of(found.service.delivery)
    chosen = choose_by_size(
        times.minutes,
        demand,
        _columns(found),
        size,
        standard_min=found.service.travel_standard_min,
    )
    return _figures(chosen, demand, found.loads.index)


def _columns(found: ServiceResult) -> Ints:
    """Return the sites that run a service, as places among those with travel times."""
    place = found.arrays.times_of(found.service.delivery).place
    return np.array([place[site] for site in found.loads.index])


def _figures(chosen: Chosen, demand: Floats, sites: pd.Index) -> _Figures:
    """Return the columns of `compare_rules` for one rule, when everyone is counted in them."""
    assigned, busiest = float(chosen.by_site.sum()), int(chosen.by_site.argmax())
    total = assigned + chosen.turned_away + chosen.out_of_reach
    reconcile(np.array([total]), float(demand.sum()), table="choice of site")
    return {
        "assigned": assigned,
        "turned_away": chosen.turned_away,
        "out_of_reach": chosen.out_of_reach,
        "mean_min": float(ratio(chosen.spent_min, assigned)),
        "share_in_time": float(ratio(chosen.in_time, total)),
        "busiest_site": str(sites[busiest]),
        "busiest_contacts": float(chosen.by_site[busiest]),
    }
