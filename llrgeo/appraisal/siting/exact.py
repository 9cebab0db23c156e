"""The exact method: a model as a mixed-integer programme for HiGHS.

Without limits on catchments the only integer columns are the sites. For each area and each distinct
cost, in rising order, a radius column says whether no open site is as cheap; what a plan costs is
the cheapest site plus the steps between radii whose columns are 1 (the radius formulation of
Cornuejols, Nemhauser and Wolsey 1980, chained as by Garcia, Labbe and Marin 2011). With capacities
or minimum activity, the share of each area that goes to each site is a column of its own.
"""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from llrgeo.appraisal.siting.interchange import merit_of
from llrgeo.appraisal.siting.milp import Programme
from llrgeo.appraisal.siting.model import AssignmentSum, Catchments, Model, Positions
from llrgeo.arrays import Bools, Floats, Ints

_HALF: Final = 0.5  # of a site: integer columns are whole but for the solver's tolerance

LinearSum: TypeAlias = tuple[Ints, Floats, float]
"""Columns, their coefficients, and a constant: a sum in the programme."""


@dataclass(frozen=True, slots=True)
class BoundedPlan:
    """A plan, what it costs, and what no plan costs less than.

    Attributes
    ----------
    plan
        The best plan found; None if none was.
    bound
        No plan costs less; +inf if there is none, -inf if nothing is known.
    cost
        What the plan costs in the model; +inf without one.
    """

    plan: Positions | None
    bound: float
    cost: float


def solve_exactly(
    model: Model, *, gap: float, deadline: float, seed: int, start: Positions | None = None
) -> BoundedPlan:
    """Solve a model by HiGHS.

    Parameters
    ----------
    model
        The problem.
    gap
        Absolute difference of cost and bound at which to stop.
    deadline
        When to stop, by `time.perf_counter`.
    seed
        Of the solver's choices.
    start
        A plan that is known to be feasible.
    """
    # The only whole columns are the sites. Sums over areas need radius columns; limits on what a
    # site does need a share for each pair of area and site.
    programme = Programme()
    sites = programme.add_columns(len(model.keep), lower=model.keep, upper=~model.close, whole=True)
    programme.charge(sites, model.site_costs)
    _add_site_rows(programme, sites, model)
    _add_cover(programme, sites, model)
    if model.catchments is None:
        _add_sums(programme, sites, model)
    else:
        _add_flows(programme, sites, model, model.catchments)
    known = None if start is None else (sites, np.isin(sites, start).astype(float))
    solution = programme.solve(gap=gap, deadline=deadline, seed=seed, start=known)
    if solution.values is None:
        return BoundedPlan(None, solution.bound, np.inf)
    plan = np.flatnonzero(solution.values[sites] > _HALF)
    cost = float(programme.costs() @ solution.values + programme.constant)
    return BoundedPlan(plan, min(solution.bound, cost), cost)


def assign_areas(model: Model, plan: Positions) -> BoundedPlan:
    """Return what a plan costs, without one if it is not feasible; nothing is known of a bound.

    Everyone goes to the nearest site where that is feasible. Where sites have limited room and no
    need of activity, areas are otherwise shared out among them.
    """
    merit = merit_of(model, plan)
    if merit.excess == 0:
        return BoundedPlan(plan, -np.inf, merit.cost)
    if model.catchments is None or model.catchments.minimum is not None:
        return BoundedPlan(None, -np.inf, np.inf)
    opened = np.zeros_like(model.keep)
    opened[plan] = True
    fixed = replace(model, keep=opened, close=~opened)
    return replace(solve_exactly(fixed, gap=0.0, deadline=np.inf, seed=0), bound=-np.inf)


def _add_site_rows(programme: Programme, sites: Ints, model: Model) -> None:
    """Add the limits on the number of sites, and the constraints on the open ones."""
    programme.add_rows(1, [(0, sites, 1.0)], low=max(model.min_sites, 1), high=model.max_sites)
    for row in model.rows:
        programme.add_rows(1, [(0, sites, row.coefficients)], low=row.low, high=row.high)


def _add_cover(programme: Programme, sites: Ints, model: Model) -> None:
    """Require an open site that covers each area, and charge for areas without a second one."""
    areas, site = np.nonzero(model.cover)
    count = len(model.cover)
    if count:
        programme.add_rows(count, [(areas, sites[site], 1.0)], low=1.0)
    if model.backup is not None:
        # A column an area, 1 where fewer than two sites cover it: sites + lost >= 2.
        lost = programme.add_columns(count)
        programme.charge(lost, model.backup)
        entries = [(areas, sites[site], 1.0), (np.arange(count), lost, 1.0)]
        programme.add_rows(count, entries, low=2.0)


def _add_sums(programme: Programme, sites: Ints, model: Model) -> None:
    """Charge for the objective, bound the limited sums, and make the worst sum the cost."""
    programme.charge(*_radius_columns(programme, sites, model, model.objective))
    for limit in model.limits:
        columns, steps, constant = _radius_columns(programme, sites, model, limit)
        programme.add_rows(1, [(0, columns, steps)], high=limit.limit - constant)
    if model.worst_of:
        # One column is at least every sum less its limit; least cost presses it onto the worst.
        worst = programme.add_columns(1, upper=np.inf)
        programme.charge(worst, np.ones(1))
    for total in model.worst_of:
        columns, steps, constant = _radius_columns(programme, sites, model, total)
        programme.add_rows(1, [(0, columns, steps), (0, worst, -1.0)], high=total.limit - constant)


def _radius_columns(
    programme: Programme, sites: Ints, model: Model, assigned: AssignmentSum
) -> LinearSum:
    """Add the radius columns of a sum over areas, and return it in terms of them.

    Column k of an area is 1 if no site as cheap as its k-th distinct cost is open. Row k asks
    z_k + (open sites of exactly that cost) >= z_(k-1), with z_0 = 1 (Garcia, Labbe and Marin
    2011): the sum of steps x z is then the cost of the cheapest open site above the cheapest of
    all.
    """
    # Rank the usable sites of each area by cost. `step` is what the next dearer one adds; where the
    # next is out of reach there is none, and the radius may not pass (`barred`).
    usable = np.flatnonzero(~model.close)
    order = np.argsort(assigned.costs[:, usable], axis=1, kind="stable")
    ranked = np.take_along_axis(assigned.costs[:, usable], order, axis=1)
    step, barred = _steps(ranked, spare=max(model.min_sites, 1) - 1)
    # A column for each end of a run of equal costs; pairs beyond the last end play no part.
    ends = (step > 0) | barred
    area, rank = np.nonzero(ends[:, ::-1].cumsum(axis=1)[:, ::-1] > 0)
    # The number of the column to which a pair belongs: the ends of runs before it, over all areas.
    radius: Ints = (np.cumsum(ends) - ends.ravel())[area * ends.shape[1] + rank]
    columns = programme.add_columns(int(ends.sum()), upper=~barred[ends])
    own = np.arange(len(columns))
    # Each row chains a column to the one before; the first of an area is chained to z_0 = 1.
    follows = np.diff(np.nonzero(ends)[0], prepend=-1) == 0  # not the first of its area
    programme.add_rows(
        len(columns),
        [
            (radius, sites[usable[order[area, rank]]], 1.0),
            (own, columns, 1.0),
            (own[follows], columns[own[follows] - 1], -1.0),
        ],
        low=np.where(follows, 0.0, 1.0),
    )
    return columns, step[ends], float(ranked[:, 0].sum())


def _steps(ranked: Floats, *, spare: int) -> tuple[Floats, Bools]:
    """Return the step from each cost of an area to its next, and where the next is barred.

    A plan of k sites always has one among all but the k - 1 dearest (`spare`): no step is needed
    beyond.
    """
    finite = np.isfinite(ranked)
    step = np.diff(np.where(finite, ranked, 0.0), axis=1, append=0.0)
    after = np.zeros_like(finite)
    after[:, :-1] = finite[:, 1:]
    step[~after] = 0.0
    step[:, ranked.shape[1] - 1 - spare :] = 0.0
    barred = finite & ~after
    barred[:, -1] = False
    return step, barred


def _add_flows(programme: Programme, sites: Ints, model: Model, catchments: Catchments) -> None:
    """Add the share of each area that goes to each site, and the limits on what a site does.

    The capacitated p-median in its strong form (docs/methods 8): shares of an area sum to 1, none
    exceeds the opening of its site, and the contacts of an open site are within its limits.
    """
    # Shares of an area sum to 1, and no share is more than the opening of its site: the
    # strong form, whose relaxation is tight.
    allowed = _allowed_pairs(model, len(catchments.contacts))
    area, site = np.nonzero(allowed)
    flows = programme.add_columns(len(area))
    programme.add_rows(len(allowed), [(area, flows, 1.0)], low=1.0, high=1.0)
    own = np.arange(len(flows))
    programme.add_rows(len(own), [(own, flows, 1.0), (own, sites[site], -1.0)], high=0.0)
    programme.charge(flows, model.objective.costs[allowed])
    for limit in model.limits:
        programme.add_rows(1, [(0, flows, limit.costs[allowed])], high=limit.limit)
    # Contacts sent to a site <= its capacity if it is open, else 0.
    sent = (site, flows, catchments.contacts[allowed])
    limited = np.flatnonzero(np.isfinite(catchments.capacity))
    room = np.where(np.isfinite(catchments.capacity), catchments.capacity, 0.0)
    programme.add_rows(
        len(sites),
        [sent, (limited, sites[limited], -room[limited])],
        high=np.where(np.isfinite(catchments.capacity), 0.0, np.inf),
    )
    _send_nobody_nowhere(programme, sites, flows, allowed, catchments)
    if catchments.minimum is not None:
        # Contacts sent >= the minimum, all of them from areas whose nearest open site it is.
        programme.add_rows(
            len(sites), [sent, (np.arange(len(sites)), sites, -catchments.minimum)], low=0.0
        )
        _add_nearest(programme, sites, flows, np.where(allowed, catchments.preference, -1))


def _send_nobody_nowhere(
    programme: Programme, sites: Ints, flows: Ints, allowed: Bools, catchments: Catchments
) -> None:
    """Forbid an area a site that it cannot reach while one is open that it can.

    Without this a share of an area would make room elsewhere by going nowhere. For each area and
    each site k that it reaches: share that goes nowhere + open_k <= 1.
    """
    reached = catchments.contacts > 0  # areas without contacts take no room
    absent = allowed & ~reached & np.any(reached, axis=1, keepdims=True)
    areas = np.flatnonzero(absent.any(axis=1))
    nowhere = programme.add_columns(len(areas))
    number = np.full(len(allowed), -1)
    number[areas] = np.arange(len(areas))
    of_flow = np.nonzero(allowed)[0]
    sent = absent[allowed]
    # The share that goes nowhere is the sum over the sites that the area cannot reach.
    programme.add_rows(
        len(areas),
        [(number[of_flow[sent]], flows[sent], 1.0), (np.arange(len(areas)), nowhere, -1.0)],
        high=0.0,
    )
    area, site = np.nonzero(reached & np.any(absent, axis=1, keepdims=True))
    rows = np.arange(len(area))
    programme.add_rows(
        len(rows), [(rows, nowhere[number[area]], 1.0), (rows, sites[site], 1.0)], high=1.0
    )


def _allowed_pairs(model: Model, areas: int) -> Bools:
    """Return which pairs may be used: sites not closed, and those that cover what must be."""
    allowed = np.broadcast_to(~model.close, (areas, len(model.close))).copy()
    if len(model.cover):
        allowed[model.covered] &= model.cover
    return allowed


def _add_nearest(programme: Programme, sites: Ints, flows: Ints, preference: Ints) -> None:
    """Send everyone to the nearest open site: closest assignment (Wagner and Falkson 1975).

    The shares that go to a site or to a nearer one are all of the area, if the site is open.
    `preference` is the rank of each allowed pair, -1 elsewhere.
    """
    # Pairs in order of area and, within it, of nearness: a running sum is then the share
    # that goes to a site or a nearer one.
    area, site = np.nonzero(preference >= 0)
    order = np.lexsort((preference[area, site], area))
    nearer = programme.add_columns(len(flows))  # running sums of shares, nearest site first
    own = np.arange(len(flows))
    first = np.diff(area[order], prepend=-1) != 0
    programme.add_rows(
        len(own),
        [
            (own, nearer, 1.0),
            (own, flows[order], -1.0),
            (own[~first], nearer[own[~first] - 1], -1.0),
        ],
        low=0.0,
        high=0.0,
    )
    programme.add_rows(len(own), [(own, nearer, 1.0), (own, sites[site[order]], -1.0)], low=0.0)
