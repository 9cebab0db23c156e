"""Interchange (Teitz and Bart 1968): swap, add or drop a site as long as that helps.

Started from several random plans, it nearly always finds the best plan; it never proves one.
"""

import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import LARGE, AssignmentSum, Model, Positions
from llrgeo.arrays import Bools, Floats

_PROMISING: Final = 100  # moves whose catchments are worked out
_STEPS: Final = 1_000  # a search that takes more goes round in rounding errors


@dataclass(frozen=True, slots=True, order=True)
class Merit:
    """How good a plan is: first how far from feasible (0 if it is), then what it costs."""

    excess: float
    cost: float


def search(model: Model, *, starts: int, seed: int, deadline: float) -> tuple[Positions, Merit]:
    """Return the best plan of many seeded local searches; its excess is above 0 if none was found.

    Parameters
    ----------
    model
        A problem whose objective is a sum over areas.
    starts
        Local searches, each from a random plan.
    seed
        Of the random plans.
    deadline
        When to stop, by `time.perf_counter`.
    """
    rng = np.random.default_rng(seed)
    found = [descend(model, _random_plan(model, rng), deadline)]
    while len(found) < starts and time.perf_counter() < deadline:
        found.append(descend(model, _random_plan(model, rng), deadline))
    return min(found, key=lambda plan_and_merit: (plan_and_merit[1], tuple(plan_and_merit[0])))


def _random_plan(model: Model, rng: np.random.Generator) -> Positions:
    """Return the sites to keep, with random others up to the least number of sites."""
    kept = np.flatnonzero(model.keep)
    free = np.flatnonzero(~model.keep & ~model.close)
    wanted = max(model.min_sites, 1) - len(kept)
    drawn = rng.choice(free, size=min(max(wanted, 0), len(free)), replace=False)
    return np.sort(np.concatenate([kept, drawn]))


def descend(model: Model, plan: Positions, deadline: float) -> tuple[Positions, Merit]:
    """Make the best move as long as one helps; return the plan and how good it is.

    Merit rises strictly with every move, so no plan is met twice.
    """
    model = _by_rows(model)
    # `_STEPS` guards against a cycle of moves that differ by rounding alone.
    merit = merit_of(model, plan)
    for _ in range(_STEPS):
        if time.perf_counter() >= deadline:
            break
        moved = _best_move(model, plan)
        moved_merit = merit_of(model, moved)
        if not _is_better(moved_merit, merit):
            break
        plan, merit = moved, moved_merit
    return plan, merit


def _by_rows(model: Model) -> Model:
    """Return the model with the costs of an area together in memory where that is quicker."""
    if model.objective.costs.size < LARGE:
        return model
    return replace(model, objective=AssignmentSum(np.ascontiguousarray(model.objective.costs)))


def _is_better(merit: Merit, other: Merit) -> bool:
    margin = 1e-12 * max(abs(other.cost), 1e-12)  # a gain of rounding alone is none
    return (merit.excess, merit.cost) < (other.excess, other.cost - margin)


def merit_of(model: Model, plan: Positions) -> Merit:
    """Return how good a plan is, with everyone at the nearest site."""
    excess = sum(float(limit.excess(np.array(limit.total(plan)))) for limit in model.limits)
    for row in model.rows:
        excess += float(row.excess(np.array(row.coefficients[plan].sum())))
    if model.catchments is not None:
        excess += model.catchments.excess(plan)
    return Merit(excess, model.cost(plan))


def _best_move(model: Model, plan: Positions) -> Positions:
    """Return the plan after the best swap, addition or removal."""
    # Cost and excess after every move at once, shape (sites of the plan + 1, sites + 1).
    cost = after_moves(model.objective, plan)
    if model.worst_of:
        regrets = [after_moves(total, plan) - total.limit for total in model.worst_of]
        cost = np.max(regrets, axis=0)
    excess = np.zeros_like(cost)
    for limit in model.limits:
        excess += limit.excess(after_moves(limit, plan))
    for row in model.rows:
        # Row: the coefficient of the site that leaves; column: of the one that comes; 0 for none.
        change = (
            np.append(row.coefficients, 0.0)[None, :]
            - np.append(row.coefficients[plan], 0.0)[:, None]
        )
        excess += row.excess(row.coefficients[plan].sum() + change)
    possible = _possible_moves(model, plan)
    excess[~possible] = np.inf
    if model.catchments is None:
        # Of the moves nearest to feasible the cheapest, of equal ones the first.
        cost[excess > excess.min()] = np.inf
        return _moved(model, plan, int(cost.argmin()))
    # What sites do cannot be told from sums over areas: the most promising plans are looked at.
    order = np.lexsort((cost.ravel(), excess.ravel()))
    promising = [
        _moved(model, plan, int(move)) for move in order[: min(_PROMISING, possible.sum())]
    ]
    return min(promising, key=lambda moved: merit_of(model, moved))


def _possible_moves(model: Model, plan: Positions) -> Bools:
    """Return which moves keep to the fixed sites and the number of sites."""
    sites = len(model.keep)
    # The last row stands for nothing closing, the last column for nothing opening.
    into = np.append(~model.close, True)
    into[plan] = False
    out = np.append(~model.keep[plan], True)
    possible: Bools = out[:, None] & into[None, :]
    possible[:-1, sites] &= len(plan) > max(model.min_sites, 1)
    possible[-1, :sites] &= len(plan) < model.max_sites
    # To stay is always possible, so that there is a best move even where nothing else is.
    possible[-1, sites] = True
    return possible


def _moved(model: Model, plan: Positions, move: int) -> Positions:
    """Return the plan after a move, numbered along the rows of `after_moves`."""
    sites = len(model.keep)
    out, into = divmod(move, sites + 1)
    left = np.delete(plan, out) if out < len(plan) else plan
    return np.sort(np.append(left, into)) if into < sites else left


def after_moves(assigned: AssignmentSum, plan: Positions) -> Floats:
    """Return the sum after every move from a plan, shape (sites of the plan + 1, sites + 1).

    Row r closes the plan's site r (the last row: none), column j opens site j (the last column:
    none). Each area keeps its nearest and second nearest open site, so that all moves together
    take one pass over the costs (Whitaker 1983; Resende and Werneck 2007).
    """
    costs = assigned.costs
    at_plan = costs[:, plan]
    nearest = at_plan.argmin(axis=1)
    first = at_plan.min(axis=1)
    second = _second_smallest(at_plan, nearest)
    if costs.size >= LARGE:
        return _after_moves_compiled(costs, nearest, first, second, len(plan))
    # Nothing closes: an area takes the new site where that is cheaper.
    with_new = np.minimum(costs, first[:, None])
    # Its own site closes: it takes the new one or its second; this is what that adds.
    lost = np.minimum(costs, second[:, None]) - with_new
    after = np.empty((len(plan) + 1, costs.shape[1] + 1))
    after[:, :-1] = with_new.sum(axis=0)
    after[:, -1] = first.sum()
    for position in range(len(plan)):
        mine = nearest == position
        after[position, :-1] += lost[mine].sum(axis=0)
        after[position, -1] += (second[mine] - first[mine]).sum()
    return after


def _after_moves_compiled(
    costs: Floats, nearest: Positions, first: Floats, second: Floats, opened: int
) -> Floats:
    """Do the same for `opened` sites in one pass over the costs."""
    from llrgeo.appraisal.siting.move_sums import add_moves

    after = np.zeros((opened + 1, costs.shape[1]))
    add_moves(np.ascontiguousarray(costs), nearest, first, second, after)
    lost = np.bincount(nearest, second - first, minlength=opened)
    return np.column_stack([after, first.sum() + np.append(lost, 0.0)])


def _second_smallest(at_plan: Floats, nearest: Positions) -> Floats:
    """Return the second smallest of each row; +inf where there is but one."""
    rest = at_plan.copy()
    rest[np.arange(len(rest)), nearest] = np.inf
    second: Floats = rest.min(axis=1)
    return second
