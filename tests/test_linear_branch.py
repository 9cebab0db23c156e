"""Branch and bound on the linear relaxation of a maximal covering, against every plan."""

from itertools import combinations

import highspy
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.siting import linear_branch
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.linear_branch import branch_on_relaxation
from llrgeo.appraisal.siting.maximal_covering import prove_most_covered, relaxed_covering
from llrgeo.appraisal.siting.milp import Ending, Programme, run_until
from llrgeo.appraisal.siting.model import Model
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.errors import LlrgeoError
from llrgeo.travel.times import TravelTimes

SITES, STEP = 11, 1e-4


def covering(seed: int, p: int, share: float = 0.2) -> Model:
    """Return a maximal covering of 45 areas without any plane: its relaxation is far from whole."""
    rng = np.random.default_rng(seed)
    minutes = np.where(rng.random((45, SITES)) < share, 10.0, 40.0)
    areas, sites = [f"a{n:02}" for n in range(45)], [f"s{n:02}" for n in range(SITES)]
    people = pd.Series(rng.integers(3, 90, 45).astype(float), areas)
    times = TravelTimes(pd.DataFrame(minutes, areas, sites))
    return formulate(times, people, SitingProblem("mclp", p=p, standard_min=20.0)).model


def costs_of_all(model: Model) -> list[float]:
    plans = combinations(np.flatnonzero(~model.close).tolist(), model.max_sites)
    kept = set(np.flatnonzero(model.keep).tolist())
    return sorted(model.cost(np.array(plan)) for plan in plans if kept <= set(plan))


def known(model: Model, plan: np.ndarray, bound: float = 0.0) -> BoundedPlan:
    return BoundedPlan(plan, bound, model.cost(plan))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    p=st.integers(1, 8),
    share=st.sampled_from([0.12, 0.2, 0.35]),
    fixed=st.booleans(),
)
def test_the_tree_finds_and_proves_the_best_of_all_plans(
    seed: int, p: int, share: float, *, fixed: bool
) -> None:
    model = covering(seed, p, share)
    if fixed:
        model.keep[3], model.close[7] = True, True
    start = np.sort(np.append(np.delete(np.arange(SITES), [3, 7])[: p - 1], 3))
    relaxed = relaxed_covering(model, STEP)
    found = branch_on_relaxation(model, relaxed, known(model, start), unit=STEP, deadline=np.inf)
    assert found.cost == pytest.approx(costs_of_all(model)[0])
    assert model.cost(found.plan) == found.cost
    assert found.cost - STEP * (1 + 1e-9) <= found.bound <= found.cost
    prices = np.zeros(len(model.objective.costs))  # they say nothing
    args = (model, prices, known(model, start))
    searched = prove_most_covered(*args, gap=STEP, deadline=np.inf, seed=0)
    assert searched.cost == pytest.approx(found.cost)
    assert searched.cost - searched.bound <= STEP * (1 + 1e-9)


def test_a_bound_is_true_when_time_is_up_and_a_wide_gap_ends_early() -> None:
    model = covering(1, 4)
    costs = costs_of_all(model)
    start = np.arange(4)
    stopped = branch_on_relaxation(
        model, relaxed_covering(model, STEP), known(model, start, 0.05), unit=STEP, deadline=0.0
    )
    assert stopped.bound == 0.05 < costs[0]
    assert stopped.plan.tolist() == start.tolist()
    wide = 0.6 * costs[0]
    early = branch_on_relaxation(
        model, relaxed_covering(model, wide), known(model, start), unit=wide, deadline=np.inf
    )
    assert early.cost - wide <= early.bound <= costs[0] <= early.cost


def test_the_first_relaxation_takes_no_steps_of_the_simplex_method(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = []

    def counted(highs: highspy.Highs, deadline: float) -> Ending:
        ending = run_until(highs, deadline)
        steps.append(highs.getInfo().simplex_iteration_count)
        return ending

    monkeypatch.setattr(linear_branch, "run_until", counted)
    model = covering(1, 4)
    relaxed = relaxed_covering(model, STEP)
    start = known(model, np.arange(4))
    branch_on_relaxation(model, relaxed, start, unit=STEP, deadline=np.inf)
    assert steps[0] == 0  # an interior point and a vertex from there
    assert max(steps[1:]) > 0  # from one vertex to the next


def test_highs_says_how_it_ended() -> None:
    programme = Programme()
    columns = programme.add_columns(2, upper=np.inf)
    programme.charge(columns, np.array([1.0, 2.0]))
    programme.add_rows(1, [(0, columns, 1.0)], low=3.0)
    highs = programme.relaxation()
    assert run_until(highs, np.inf) is Ending.SOLVED
    highs.changeColBounds(0, 4.0, 3.0)
    assert run_until(highs, np.inf) is Ending.NOTHING
    # Nothing bounds what the first column may bring in.
    highs.changeColBounds(0, 0.0, np.inf)
    highs.changeColCost(0, -1.0)
    with pytest.raises(LlrgeoError, match=r"HiGHS ended with '(Unb|Primal inf)"):
        run_until(highs, np.inf)


def test_highs_is_stopped_by_the_clock() -> None:
    assert run_until(relaxed_covering(covering(1, 4))[0].relaxation(), 0.0) is Ending.STOPPED
