"""Proofs of p-medians on random graphs, as Beasley (1985) drew OR-Library's, and checks of them."""

import itertools
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, eye_array, kron
from scipy.sparse.csgraph import shortest_path

from llrgeo.appraisal.siting import enumerate_plans, locate
from llrgeo.appraisal.siting.branch import site_in_doubt
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.locate import SiteSelection, locate_sites
from llrgeo.appraisal.siting.plans import plan_value
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.relaxation import Relaxation
from llrgeo.appraisal.siting.subgradient import StepRule, ascend, lagrangian_bound
from llrgeo.travel.times import TravelTimes


def graph_distances(rng: np.random.Generator, nodes: int, edges: int) -> np.ndarray:
    """Return shortest distances on a connected random graph with lengths from 1 to 100."""
    tree = [(node, int(rng.integers(node))) for node in range(1, nodes)]
    more = rng.integers(0, nodes, (edges - len(tree), 2)).tolist()
    start, end = np.array([*tree, *more]).T
    lengths = rng.integers(1, 101, len(start)).astype(float)
    graph = np.full((nodes, nodes), np.inf)
    graph[start, end] = graph[end, start] = lengths  # of an edge drawn twice, the last
    np.fill_diagonal(graph, 0)
    return shortest_path(np.where(np.isfinite(graph), graph, 0), directed=False)


def case_of(distances: np.ndarray, weights: np.ndarray) -> tuple[TravelTimes, pd.Series]:
    ids = pd.Index([f"n{node:03}" for node in range(len(distances))])
    return TravelTimes(pd.DataFrame(distances, ids, ids)), pd.Series(weights, ids)


def recomputed(found: SiteSelection, distances: np.ndarray, weights: np.ndarray) -> float:
    opened = [int(site[1:]) for site in found.sites]
    return float(weights @ distances[:, opened].min(axis=1))


def textbook_optimum(distances: np.ndarray, weights: np.ndarray, p: int) -> float:
    """Return the least sum by the programme with a column a pair, put together here."""
    n = len(distances)
    pairs = n * n
    assigned = kron(eye_array(n), np.ones((1, n)))
    opened = coo_array((np.ones(pairs), (np.arange(pairs), np.tile(np.arange(n), n))))
    rows = [
        LinearConstraint(_beside(assigned, n), 1, 1),
        LinearConstraint(_beside(eye_array(pairs), 0, opened), -np.inf, 0),
        LinearConstraint(np.append(np.zeros(pairs), np.ones(n))[None], p, p),
    ]
    costs = np.append((weights[:, None] * distances).ravel(), np.zeros(n))
    whole = np.append(np.zeros(pairs), np.ones(n))
    return float(milp(costs, constraints=rows, integrality=whole, bounds=Bounds(0, 1)).fun)


def _beside(left: object, sites: int, minus: coo_array | None = None) -> coo_array:
    left = coo_array(left)
    right = coo_array((left.shape[0], sites)) if minus is None else -minus
    columns = np.append(left.col, right.col + left.shape[1])
    shape = (left.shape[0], left.shape[1] + right.shape[1])
    entries = np.append(left.row, right.row), columns
    return coo_array((np.append(left.data, right.data), entries), shape=shape)


@pytest.mark.parametrize(("seed", "p"), [(1, 4), (2, 7), (3, 12), (4, 20)])
def test_a_proof_agrees_with_the_textbook_programme(
    monkeypatch: pytest.MonkeyPatch, seed: int, p: int
) -> None:
    monkeypatch.setattr(enumerate_plans, "MOST_STEPS", 0)
    rng = np.random.default_rng(seed)
    distances = graph_distances(rng, 60, 140)
    weights = rng.integers(1, 30, 60).astype(float)
    found = locate_sites(*case_of(distances, weights), SitingProblem(p=p, ceiling_min=1e4), gap=0.0)
    value = recomputed(found, distances, weights)
    assert found.proven
    assert found.value * weights.sum() == pytest.approx(value)
    assert value == pytest.approx(textbook_optimum(distances, weights, p), abs=1e-4)


@pytest.mark.parametrize(("nodes", "p"), [(200, 40), (300, 30)])
def test_instances_of_hundreds_of_nodes_are_proved(nodes: int, p: int) -> None:
    distances = graph_distances(np.random.default_rng(nodes + p), nodes, nodes**2 // 50)
    weights = np.ones(nodes)
    found = locate_sites(*case_of(distances, weights), SitingProblem(p=p, ceiling_min=1e4), gap=0.0)
    assert found.proven
    assert found.value * nodes == pytest.approx(recomputed(found, distances, weights))


def test_the_lagrangian_bound_is_what_its_multipliers_say() -> None:
    distances = graph_distances(np.random.default_rng(8), 90, 300)
    weights = np.random.default_rng(9).integers(1, 30, 90).astype(float)
    case = formulate(*case_of(distances, weights), SitingProblem(p=9, ceiling_min=1e4))
    best = locate_sites(*case_of(distances, weights), case.problem, gap=0.0).value
    found = lagrangian_bound(case.model, best, deadline=time.perf_counter() + 30)
    # L(lam) = sum of lam + the p smallest of sum_i min(0, w t - lam), from scratch.
    reduced = np.minimum(
        weights[:, None] * distances / weights.sum() - found.multipliers[:, None], 0
    ).sum(axis=0)
    expected = found.multipliers.sum() + np.sort(reduced)[:9].sum()
    assert found.value == pytest.approx(expected)
    assert found.value <= best + 1e-9
    assert Relaxation.of(case.model).solve(found.multipliers).value == pytest.approx(expected)


class Plateau:
    """A relaxation whose bound is 5 wherever it is asked, with a slope of (3, 4)."""

    is_plain = False

    def __init__(self) -> None:
        self.asked: list[list[float]] = []

    def solve(self, multipliers: np.ndarray) -> SimpleNamespace:
        self.asked.append(multipliers.tolist())
        slope = np.array([3.0, 4.0])
        return SimpleNamespace(value=5.0, multipliers=multipliers, subgradient=slope)


def test_a_climb_that_gains_nothing_halves_its_steps_until_they_are_too_short() -> None:
    plateau, rule = Plateau(), StepRule(iterations=1_000, step=0.8, patience=2)
    start, deadline = np.array([1.0, 2.0]), time.perf_counter() + 1e6
    best = ascend(plateau, start, 6.0, rule=rule, deadline=deadline)
    assert best.multipliers.tolist() == [1, 2]
    # Three moves at each of 13 lengths: 0.8 / 2^13 is below 1e-4.
    assert len(plateau.asked) == 1 + 3 * 13
    # 0.8 of the gap of 1, over the slope's 25; then with 0.3 of the move before: 0.8 / (25 x 1.3).
    first, second, fourth = (np.subtract(plateau.asked[n], start) for n in (1, 2, 4))
    assert first == pytest.approx(0.8 / 25 * np.array([3, 4]))
    assert second - first == pytest.approx(0.8 / 32.5 * np.array([3, 4]))
    assert fourth == pytest.approx(first / 2)  # from where the best was, and as long as it says


@pytest.mark.parametrize(("iterations", "upper", "moves"), [(7, 6.0, 7), (1_000, 5.0, 0)])
def test_a_climb_ends_with_its_moves_or_at_the_known_plan(
    iterations: int, upper: float, moves: int
) -> None:
    plateau, rule = Plateau(), StepRule(iterations=iterations, step=0.8, patience=2)
    ascend(plateau, np.zeros(2), upper, rule=rule, deadline=time.perf_counter() + 1e6)
    assert len(plateau.asked) == 1 + moves


def plain_relaxation(seed: int, fewest: int, spare: int, kept: int) -> tuple[Relaxation, float]:
    """Return a relaxation of 11 areas and 9 sites without limits, and a cost above its bound."""
    costs = np.random.default_rng(seed).uniform(3, 60, (11, 9))
    relaxation = Relaxation(
        sites=np.arange(9),
        costs=costs,
        limits=(),
        catchments=None,
        keep=np.arange(9) < kept,
        groups=np.zeros((0, 9), dtype=bool),
        min_sites=fewest,
        max_sites=max(fewest + spare, kept),
    )
    return relaxation, float(costs[:, :fewest].min(axis=1).sum()) + 20


@pytest.mark.parametrize("seed", range(20))
def test_the_compiled_climb_is_the_climb(seed: int) -> None:
    # Seeds stand fixed: where sites cost the same at some multipliers, the last digit of a sum
    # decides which is opened, and the climbs part.
    plain, upper = plain_relaxation(seed, fewest=1 + seed % 4, spare=seed % 3, kept=seed % 3)
    rule, deadline = StepRule(iterations=12, step=0.7, patience=2), time.perf_counter() + 1e6
    start = plain.initial_multipliers()
    by_arrays = ascend(plain, start, upper, rule=rule, deadline=deadline)
    compiled = ascend(replace(plain, large=True), start, upper, rule=rule, deadline=deadline)
    assert compiled.value == pytest.approx(by_arrays.value)
    assert compiled.multipliers == pytest.approx(by_arrays.multipliers)
    assert compiled.reduced_costs == pytest.approx(by_arrays.reduced_costs)
    assert compiled.chosen.tolist() == by_arrays.chosen.tolist()
    assert compiled.subgradient.tolist() == by_arrays.subgradient.tolist()


@given(
    seed=st.integers(0, 2**32 - 1),
    fewest=st.integers(1, 4),
    spare=st.integers(0, 2),
    kept=st.integers(0, 2),
)
def test_the_compiled_climb_ends_at_a_bound(seed: int, fewest: int, spare: int, kept: int) -> None:
    plain, upper = plain_relaxation(seed, fewest, spare, kept)
    rule, deadline = StepRule(iterations=12, step=0.7, patience=2), time.perf_counter() + 1e6
    start = plain.initial_multipliers()
    found = ascend(replace(plain, large=True), start, upper, rule=rule, deadline=deadline)
    there = plain.solve(found.multipliers)
    assert found.value == pytest.approx(there.value)
    assert found.value >= plain.solve(start).value - 1e-9 * upper
    assert found.reduced_costs == pytest.approx(there.reduced_costs)
    assert found.chosen[plain.keep].all()
    served = (plain.pair_costs(found.multipliers) < 0)[:, found.chosen].sum(axis=1)
    assert found.subgradient.tolist() == (1.0 - served).tolist()


def test_a_tree_is_divided_at_the_site_that_is_missed_most() -> None:
    reduced_costs = np.array([-9.0, -4.0, -7.0, -1.0, 2.0])
    chosen = np.array([True, True, True, False, False])
    kept = np.array([True, False, False, False, False])
    assert site_in_doubt(reduced_costs, chosen, kept) == 2
    assert site_in_doubt(reduced_costs, chosen, chosen) == 3


@pytest.mark.parametrize(
    ("demand", "minutes", "step"),
    [
        ([4.0, 6.0], [[9.0, 15.0], [3.0, 6.0]], 2 * 3 / 10),
        ([4.0, 6.5], [[9.0, 15.0], [3.0, 6.0]], 0.0),
        ([4.0, 6.0], [[9.0, 15.1], [3.0, 6.0]], 0.0),
        ([4.0, 0.0], [[8.0, 12.0], [3.3, 6.0]], 4 * 4 / 4),
    ],
)
def test_costs_go_in_steps_where_demand_and_minutes_are_whole(
    demand: list[float], minutes: list[list[float]], step: float
) -> None:
    frame = pd.DataFrame(minutes, list("xy"), list("AB"))
    case = formulate(TravelTimes(frame), pd.Series(demand, list("xy")), SitingProblem(p=1))
    assert case.step == pytest.approx(step)


def test_a_bound_within_a_step_of_a_plan_is_raised_and_no_other() -> None:
    frame = pd.DataFrame([[9.0, 15.0], [3.0, 6.0]], list("xy"), list("AB"))
    case = formulate(TravelTimes(frame), pd.Series([4.0, 6.0], list("xy")), SitingProblem(p=1))
    plan = np.array([0])
    rounding = 0.6e-6  # a millionth of a step, which is 0.6; half of it is told from a step
    short = 4.8 + 0.4 * rounding
    for bound, raised in ((4.81, 5.4), (4.8 + rounding, 5.4), (short, short), (4.79, 4.79)):
        answer = locate.BoundedPlan(plan, bound, 5.4)
        assert locate._on_step(case, answer).bound == raised


def test_a_plan_is_within_a_thousandth_of_the_best_where_nobody_says() -> None:
    rng = np.random.default_rng(1)
    minutes, demand = rng.uniform(3, 60, (40, 40)), rng.integers(1, 40, 40).astype(float)
    case = case_of(minutes, demand)
    assert locate_sites(*case, SitingProblem(p=8)).gap <= 0.001
    assert locate_sites(*case, SitingProblem(p=8), gap=0.5).gap > 0.01


def test_a_pair_of_a_plan_that_costs_the_bound_is_not_ruled_out() -> None:
    """With a site at every node a plan costs nothing, and so does each node's own site."""
    distances = graph_distances(np.random.default_rng(3), 5, 8)
    weights = np.array([3.0, 7.0, 2.0, 9.0, 4.0])
    case = formulate(*case_of(distances, weights), SitingProblem(p=5, ceiling_min=1e4))
    found = lagrangian_bound(case.model, 0.0, deadline=time.perf_counter() + 30)
    assert -1e-12 < found.value <= 0  # lowered by what rounding may do
    assert not found.unused.diagonal().any()
    assert found.unused.any()


@pytest.mark.reference
@pytest.mark.parametrize("number", range(1, 21))
def test_the_published_instances_are_proved_at_their_optima(reference: Path, number: int) -> None:
    instances = reference / "data/or-library"
    figures = np.array((instances / f"pmed{number}.txt").read_text().split(), dtype=int)
    nodes, _, p = figures[:3].tolist()
    graph = np.zeros((nodes, nodes))
    for start, end, length in figures[3:].reshape(-1, 3).tolist():
        graph[start - 1, end - 1] = graph[end - 1, start - 1] = length
    distances = shortest_path(graph, directed=False)
    found = locate_sites(
        *case_of(distances, np.ones(nodes)), SitingProblem(p=p, ceiling_min=1e4), gap=0.0
    )
    optima = pd.read_csv(instances / "optima.csv", index_col="instance")["p_median"]
    assert found.proven
    assert recomputed(found, distances, np.ones(nodes)) == optima[f"pmed{number}"]
    assert found.bound * nodes == pytest.approx(optima[f"pmed{number}"])


@pytest.mark.parametrize("seed", [2, 10, 54, 55])
def test_a_bound_is_true_where_costs_differ_by_many_powers_of_ten(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Someone who reaches no site counts exp(48) where others count a few thousand."""
    monkeypatch.setattr(enumerate_plans, "MOST_STEPS", 0)
    rng = np.random.default_rng(seed)
    minutes = rng.integers(1, 60, (7, 5)).astype(float)
    minutes[rng.random(minutes.shape) < 0.3] = np.inf
    ids, names = [f"a{n}" for n in range(7)], [f"s{n}" for n in range(5)]
    times, demand = TravelTimes(pd.DataFrame(minutes, ids, names)), pd.Series(rng.random(7), ids)
    problem = SitingProblem("kolm-pollak", p=2, kappa=-0.2)
    best = min(
        plan_value(times, demand, problem, plan) for plan in itertools.combinations(names, 2)
    )
    assert locate_sites(times, demand, problem, gap=0.0).bound <= best * (1 + 1e-9)


def test_a_maximal_covering_that_covers_nobody_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumerate_plans, "MOST_STEPS", 0)
    rng = np.random.default_rng(589)
    ids = [f"a{n}" for n in range(8)]
    minutes = pd.DataFrame(rng.random((8, 5)) * 40 + 10, ids, list("vwxyz"))
    for scale in (0.3, 0.7, 1.1):
        demand = pd.Series(rng.random(8) * scale, ids)
        found = locate_sites(
            TravelTimes(minutes), demand, SitingProblem("mclp", p=2, standard_min=5.0), gap=0.0
        )
        assert (found.value, found.proven) == (pytest.approx(0.0, abs=1e-7), True)
