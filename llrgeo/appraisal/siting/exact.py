"""The exact method: a model as a mixed-integer programme for HiGHS.

Without limits on catchments the only whole numbers are the sites. For each area and each distinct
cost, in rising order, a level says whether no open site is as cheap; what a plan costs is the
cheapest site plus the steps between levels (the radius formulation of Cornuejols, Nemhauser and
Wolsey 1980, chained as by Garcia, Labbe and Marin 2011). With capacities or minimum activity, how
much of each area goes to each site is a column of its own.
"""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from llrgeo.appraisal.siting.interchange import standing
from llrgeo.appraisal.siting.milp import FloatArray, IntArray, Programme
from llrgeo.appraisal.siting.model import Catchments, Mask, Matrix, Model, Plan, Tally

_HALF: Final = 0.5  # of a site

Terms: TypeAlias = tuple[IntArray, FloatArray, float]
"""Columns, their coefficients, and a constant: a sum in the programme."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the exact method found.

    Attributes
    ----------
    plan
        The best plan found; None if none was.
    bound
        No plan costs less; +inf if there is none.
    cost
        What the plan costs in the programme; +inf without one.
    """

    plan: Plan | None
    bound: float
    cost: float


def solve_exactly(
    model: Model, *, gap: float, ends: float, seed: int, start: Plan | None = None
) -> Answer:
    """Solve a model by HiGHS.

    Parameters
    ----------
    model
        The problem.
    gap
        Absolute difference of cost and bound at which to stop.
    ends
        When to stop, by `time.perf_counter`.
    seed
        Of the solver's choices.
    start
        A plan that is known to be feasible.
    """
    programme = Programme()
    sites = programme.add_columns(len(model.keep), lower=model.keep, upper=~model.close, whole=True)
    programme.charge(sites, model.opening)
    _add_plan_rows(programme, sites, model)
    _add_cover(programme, sites, model)
    if model.catchments is None:
        _add_levels(programme, sites, model)
    else:
        _add_flows(programme, sites, model, model.catchments)
    known = None if start is None else (sites, np.isin(sites, start).astype(float))
    solution = programme.solve(gap=gap, ends=ends, seed=seed, start=known)
    if solution.values is None:
        return Answer(None, solution.bound, np.inf)
    plan = np.flatnonzero(solution.values[sites] > _HALF)
    cost = float(programme.costs() @ solution.values + programme.constant)
    return Answer(plan, min(solution.bound, cost), cost)


def settle(model: Model, plan: Plan) -> Answer:
    """Return what a plan costs, without one if it is not feasible.

    Where sites have limited room and no need of activity, areas are shared out among them.
    """
    found = standing(model, plan)
    if found.excess == 0:
        return Answer(plan, -np.inf, found.cost)
    if model.catchments is None or model.catchments.least is not None:
        return Answer(None, -np.inf, np.inf)
    opened = np.zeros_like(model.keep)
    opened[plan] = True
    fixed = replace(model, keep=opened, close=~opened)
    return replace(solve_exactly(fixed, gap=0.0, ends=np.inf, seed=0), bound=-np.inf)


def _add_plan_rows(programme: Programme, sites: IntArray, model: Model) -> None:
    programme.add_rows(1, [(0, sites, 1.0)], low=max(model.least, 1), high=model.most)
    for row in model.rows:
        programme.add_rows(1, [(0, sites, row.coefficients)], low=row.low, high=row.high)


def _add_cover(programme: Programme, sites: IntArray, model: Model) -> None:
    """Ask for an open site that covers each area, and price the areas without a second one."""
    areas, site = np.nonzero(model.cover)
    count = len(model.cover)
    if count:
        programme.add_rows(count, [(areas, sites[site], 1.0)], low=1.0)
    if model.backup is not None:
        lost = programme.add_columns(count)
        programme.charge(lost, model.backup)
        entries = [(areas, sites[site], 1.0), (np.arange(count), lost, 1.0)]
        programme.add_rows(count, entries, low=2.0)


def _add_levels(programme: Programme, sites: IntArray, model: Model) -> None:
    programme.charge(*_levels(programme, sites, model, model.objective))
    for limit in model.limits:
        columns, steps, constant = _levels(programme, sites, model, limit)
        programme.add_rows(1, [(0, columns, steps)], high=limit.limit - constant)
    if model.worst_of:
        worst = programme.add_columns(1, upper=np.inf)
        programme.charge(worst, np.ones(1))
    for tally in model.worst_of:
        columns, steps, constant = _levels(programme, sites, model, tally)
        programme.add_rows(1, [(0, columns, steps), (0, worst, -1.0)], high=tally.limit - constant)


def _levels(programme: Programme, sites: IntArray, model: Model, tally: Tally) -> Terms:
    """Add the levels of a tally and return it as a sum of them."""
    usable = np.flatnonzero(~model.close)
    order = np.argsort(tally.costs[:, usable], axis=1, kind="stable")
    ranked = np.take_along_axis(tally.costs[:, usable], order, axis=1)
    step, barred = _steps(ranked, spare=max(model.least, 1) - 1)
    ends = (step > 0) | barred
    area, rank = np.nonzero(ends[:, ::-1].cumsum(axis=1)[:, ::-1] > 0)  # up to the last level
    level: IntArray = (np.cumsum(ends) - ends.ravel())[area * ends.shape[1] + rank]
    columns = programme.add_columns(int(ends.sum()), upper=~barred[ends])
    own = np.arange(len(columns))
    follows = np.diff(np.nonzero(ends)[0], prepend=-1) == 0
    programme.add_rows(
        len(columns),
        [
            (level, sites[usable[order[area, rank]]], 1.0),
            (own, columns, 1.0),
            (own[follows], columns[own[follows] - 1], -1.0),
        ],
        low=np.where(follows, 0.0, 1.0),
    )
    return columns, step[ends], float(ranked[:, 0].sum())


def _steps(ranked: Matrix, *, spare: int) -> tuple[Matrix, Mask]:
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


def _add_flows(programme: Programme, sites: IntArray, model: Model, catchments: Catchments) -> None:
    """Add what share of each area goes to each site, and the limits on the sum at a site."""
    allowed = _allowed_pairs(model, len(catchments.contacts))
    area, site = np.nonzero(allowed)
    flows = programme.add_columns(len(area))
    programme.add_rows(len(allowed), [(area, flows, 1.0)], low=1.0, high=1.0)
    own = np.arange(len(flows))
    programme.add_rows(len(own), [(own, flows, 1.0), (own, sites[site], -1.0)], high=0.0)
    programme.charge(flows, model.objective.costs[allowed])
    for limit in model.limits:
        programme.add_rows(1, [(0, flows, limit.costs[allowed])], high=limit.limit)
    sent = (site, flows, catchments.contacts[allowed])
    limited = np.flatnonzero(np.isfinite(catchments.most))
    room = np.where(np.isfinite(catchments.most), catchments.most, 0.0)
    programme.add_rows(
        len(sites),
        [sent, (limited, sites[limited], -room[limited])],
        high=np.where(np.isfinite(catchments.most), 0.0, np.inf),
    )
    if catchments.least is not None:
        programme.add_rows(
            len(sites), [sent, (np.arange(len(sites)), sites, -catchments.least)], low=0.0
        )
        _add_nearest(programme, sites, flows, np.where(allowed, catchments.preference, -1))


def _allowed_pairs(model: Model, areas: int) -> Mask:
    allowed = np.broadcast_to(~model.close, (areas, len(model.close))).copy()
    if len(model.cover):
        allowed[model.covered] &= model.cover
    return allowed


def _add_nearest(
    programme: Programme, sites: IntArray, flows: IntArray, preference: IntArray
) -> None:
    """Send everyone to the nearest open site: what goes to a site or nearer is all, if it is open.

    `preference` is the rank of each allowed pair, -1 elsewhere.
    """
    area, site = np.nonzero(preference >= 0)
    order = np.lexsort((preference[area, site], area))
    nearer = programme.add_columns(len(flows))  # sums of the flows to a site and to all nearer
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
