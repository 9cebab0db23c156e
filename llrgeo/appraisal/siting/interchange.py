"""Interchange (Teitz and Bart 1968): swap, add or drop sites as long as that helps, many times."""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from llrgeo.appraisal.siting.model import Mask, Matrix, Model, Plan, Tally, Vector, tally_excess

_PROMISING: Final = 100  # moves whose catchments are worked out
_STEPS: Final = 1_000  # a search that takes more goes round in rounding errors


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """How good a plan is: first how far from feasible (0 if it is), then what it costs."""

    excess: float
    cost: float


def search(model: Model, *, starts: int, seed: int, ends: float) -> tuple[Plan, Standing]:
    """Return the best plan of many seeded local searches; its excess is above 0 if none was found.

    Parameters
    ----------
    model
        A problem whose objective is a sum over areas.
    starts
        Local searches, each from a random plan.
    seed
        Of the random plans.
    ends
        When to stop, by `time.perf_counter`.
    """
    rng = np.random.default_rng(seed)
    found = [descend(model, _random_plan(model, rng), ends)]
    while len(found) < starts and time.perf_counter() < ends:
        found.append(descend(model, _random_plan(model, rng), ends))
    return min(found, key=lambda one: (one[1], tuple(one[0])))


def _random_plan(model: Model, rng: np.random.Generator) -> Plan:
    kept = np.flatnonzero(model.keep)
    free = np.flatnonzero(~model.keep & ~model.close)
    wanted = max(model.least, 1) - len(kept)
    drawn = rng.choice(free, size=min(max(wanted, 0), len(free)), replace=False)
    return np.sort(np.concatenate([kept, drawn]))


def descend(model: Model, plan: Plan, ends: float) -> tuple[Plan, Standing]:
    """Make the best move as long as one helps; return the plan and how good it is."""
    now = standing(model, plan)
    for _ in range(_STEPS):
        moved = _best_move(model, plan)
        better = standing(model, moved)
        if not _is_better(better, now) or time.perf_counter() >= ends:
            break
        plan, now = moved, better
    return plan, now


def _is_better(one: Standing, other: Standing) -> bool:
    margin = 1e-12 * max(abs(other.cost), 1e-12)  # a gain of rounding alone is none
    return (one.excess, one.cost) < (other.excess, other.cost - margin)


def standing(model: Model, plan: Plan) -> Standing:
    """Return how good a plan is, with everyone at the nearest site."""
    excess = sum(float(tally_excess(one, np.array(one.of(plan)))) for one in model.limits)
    for row in model.rows:
        excess += float(row.excess(np.array(row.coefficients[plan].sum())))
    if model.catchments is not None:
        excess += model.catchments.excess(plan)
    return Standing(excess, model.cost(plan))


def _best_move(model: Model, plan: Plan) -> Plan:
    """Return the plan after the best swap, addition or removal."""
    cost = after_moves(model.objective, plan)
    if model.worst_of:
        cost = np.max([after_moves(one, plan) - one.limit for one in model.worst_of], axis=0)
    excess = np.zeros_like(cost)
    for limit in model.limits:
        excess += tally_excess(limit, after_moves(limit, plan))
    for row in model.rows:
        change = (
            np.append(row.coefficients, 0.0)[None, :]
            - np.append(row.coefficients[plan], 0.0)[:, None]
        )
        excess += row.excess(row.coefficients[plan].sum() + change)
    possible = _possible(model, plan)
    excess[~possible] = np.inf
    order = np.lexsort((cost.ravel(), excess.ravel()))
    if model.catchments is None:
        return _moved(model, plan, int(order[0]))
    # What sites do cannot be told from sums over areas: the most promising plans are looked at.
    promising = [
        _moved(model, plan, int(move)) for move in order[: min(_PROMISING, possible.sum())]
    ]
    return min(promising, key=lambda moved: standing(model, moved))


def _possible(model: Model, plan: Plan) -> Mask:
    """Return which moves keep to the fixed sites and the number of sites."""
    sites = len(model.keep)
    into = np.append(~model.close, True)
    into[plan] = False
    out = np.append(~model.keep[plan], True)
    possible: Mask = out[:, None] & into[None, :]
    possible[:-1, sites] &= len(plan) > max(model.least, 1)
    possible[-1, :sites] &= len(plan) < model.most
    possible[-1, sites] = True
    return possible


def _moved(model: Model, plan: Plan, move: int) -> Plan:
    """Return the plan after a move, numbered along the rows of `after_moves`."""
    sites = len(model.keep)
    out, into = divmod(move, sites + 1)
    left = np.delete(plan, out) if out < len(plan) else plan
    return np.sort(np.append(left, into)) if into < sites else left


def after_moves(tally: Tally, plan: Plan) -> Matrix:
    """Return the sum of a tally after every move from a plan.

    Row r closes the plan's site r (the last row: none), column j opens site j (the last column:
    none).
    """
    costs = tally.costs
    at_plan = costs[:, plan]
    nearest = at_plan.argmin(axis=1)
    first = at_plan.min(axis=1)
    second = _second(at_plan, nearest)
    with_new = np.minimum(costs, first[:, None])
    lost = np.minimum(costs, second[:, None]) - with_new
    after = np.empty((len(plan) + 1, costs.shape[1] + 1))
    after[:, :-1] = with_new.sum(axis=0)
    after[:, -1] = first.sum()
    for position in range(len(plan)):
        mine = nearest == position
        after[position, :-1] += lost[mine].sum(axis=0)
        after[position, -1] += (second[mine] - first[mine]).sum()
    return after


def _second(at_plan: Matrix, nearest: Plan) -> Vector:
    """Return the second smallest of each row; +inf where there is but one."""
    rest = at_plan.copy()
    rest[np.arange(len(rest)), nearest] = np.inf
    second: Vector = rest.min(axis=1)
    return second
