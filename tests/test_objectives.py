"""Each objective by hand, on minutes without symmetry: value, direction, unit, costs and bound.

Areas w, x, y, z have 50, 30, 15 and 5 % of the demand, v none; z cannot reach site C, which counts
as 240 minutes. No two sites, areas or values are alike, so that a dropped sign or weight shows.
"""

from dataclasses import dataclass, field
from math import exp, log
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from llrgeo.appraisal.siting import enumerate_plans
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.names import OBJECTIVE_NAMES
from llrgeo.appraisal.siting.objectives import OBJECTIVES, ObjectiveParameters
from llrgeo.appraisal.siting.plans import plan_value, stage_plan
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.regret import Scenario, regret_table
from llrgeo.cli import app
from llrgeo.errors import InputError
from llrgeo.study.siting.config import load_siting
from llrgeo.travel.times import TravelTimes

MINUTES = pd.DataFrame(
    {"A": [61, 4, 13, 33, 19], "B": [71, 11, 6, 16, 37], "C": [83, 23, 17, 7, np.inf]},
    index=pd.Index(list("vwxyz"), name="area_id"),
    dtype=float,
)
TIMES = TravelTimes(MINUTES)
DEMAND = pd.Series([0.0, 100.0, 60.0, 30.0, 10.0], MINUTES.index)
KAPPA = -0.1


@dataclass(frozen=True)
class Case:
    """A problem, the value of each plan worked out by hand, and the best plan."""

    problem: SitingProblem
    best: str
    values: dict[str, float]
    costs: dict[str, float] = field(default_factory=dict)


def _ede(*weighted: tuple[float, float]) -> float:
    return log(sum(share * exp(0.1 * minutes) for share, minutes in weighted)) / 0.1


CASES = {
    "p-median": Case(  # AB: (100 x 4 + 60 x 6 + 30 x 16 + 10 x 19) / 200
        SitingProblem("p-median", p=2),
        "AB",
        {"AB": 7.15, "AC": 7.9, "BC": 10.2, "A": 11.8, "C": 29.65},
        {"AB": 7.15, "BC": 10.2},
    ),
    "mclp": Case(  # within 12 minutes: A w, B w x, C y
        SitingProblem("mclp", p=2, standard_min=12),
        "BC",
        {"AB": 0.8, "AC": 0.65, "BC": 0.95, "C": 0.15},
        {"AB": 0.2, "BC": 0.05},
    ),
    "kolm-pollak": Case(
        SitingProblem("kolm-pollak", p=1, kappa=KAPPA),
        "B",
        {
            "A": _ede((0.5, 4), (0.3, 13), (0.15, 33), (0.05, 19)),
            "B": _ede((0.5, 11), (0.3, 6), (0.15, 16), (0.05, 37)),
        },
        {"B": 4.8140},
    ),
    "mix": Case(  # 2 x mean minutes + 30 x share beyond 12 minutes; BC covers more than AB
        SitingProblem("mix", p=2, standard_min=12, mix={"p-median": 2.0, "mclp": 30.0}),
        "AB",
        {"AB": 20.3, "AC": 26.3, "BC": 21.9},
        {"AC": 26.3},
    ),
    "lscp": Case(  # within 20 minutes: A w x z, B w x y, C x y
        SitingProblem("lscp", standard_min=20),
        "AB",
        {"AB": 2, "AC": 2, "ABC": 3, "BC": np.inf, "A": np.inf},
        {"AC": 2},
    ),
    "lscp-b": Case(  # AB cover w and x twice, AC x alone
        SitingProblem("lscp-b", standard_min=20),
        "AB",
        {"AB": 0.8, "AC": 0.3, "BC": 0.45, "ABC": 0.95},
        {"AC": 0.7},
    ),
    "p-centre": Case(
        SitingProblem("p-centre", p=1), "A", {"A": 33, "B": 37, "C": 240, "AC": 19}, {"A": 33}
    ),
}
HIGHER = {"mclp", "lscp-b"}
UNITS = {
    "p-median": "mean minutes",
    "mclp": "share of demand within the standard",
    "kolm-pollak": "equally distributed equivalent minutes",
    "mix": "weighted sum",
    "lscp": "sites",
    "lscp-b": "share of demand within the standard of two sites",
    "p-centre": "longest minutes",
}
EACH = pytest.mark.parametrize("name", OBJECTIVES)


def test_every_objective_has_a_case_worked_by_hand() -> None:
    assert set(OBJECTIVES) == set(CASES) == set(UNITS)


@EACH
def test_the_value_of_a_plan_is_that_worked_by_hand(name: str) -> None:
    case = CASES[name]
    for plan, value in case.values.items():
        assert plan_value(TIMES, DEMAND, case.problem, plan) == pytest.approx(value), plan


@EACH
@pytest.mark.parametrize("most_steps", [enumerate_plans.MOST_STEPS, 0])
def test_the_best_plan_has_the_best_value_and_a_bound_that_says_so(
    name: str, most_steps: int
) -> None:
    case = CASES[name]
    with patch.object(enumerate_plans, "MOST_STEPS", most_steps):
        found = locate_sites(TIMES, DEMAND, case.problem, gap=0.0)
    assert "".join(found.sites) == case.best
    assert found.value == pytest.approx(case.values[case.best])
    assert found.bound == pytest.approx(found.value)
    assert found.proven
    assert found.unit == UNITS[name]


@EACH
def test_cost_and_value_turn_into_each_other(name: str) -> None:
    case, definition = CASES[name], OBJECTIVES[name]
    parameters = case.problem.parameters
    for plan, cost in case.costs.items():
        assert definition.value(cost, parameters) == pytest.approx(case.values[plan], abs=1e-4)
        assert definition.cost(case.values[plan], parameters) == pytest.approx(cost, abs=1e-4)


@EACH
def test_a_lower_cost_is_a_better_value_and_only_a_worse_value_falls_short(name: str) -> None:
    definition, parameters = OBJECTIVES[name], CASES[name].problem.parameters
    low, high = (definition.value(cost, parameters) for cost in (0.3, 0.7))
    assert (low > high) == (name in HIGHER) == definition.higher_is_better
    assert definition.shortfall(high, than=low) == pytest.approx(abs(high - low))
    assert definition.shortfall(low, than=high) == pytest.approx(-abs(high - low))


@pytest.mark.parametrize(
    ("name", "cost", "allowed"),
    [
        ("p-median", 30.0, 6.0),
        ("mclp", 0.3, 0.14),  # from 70 % covered to 84 %
        ("lscp-b", 0.3, 0.14),
        ("p-centre", 30.0, 6.0),
        ("kolm-pollak", exp(0.1 * 30), exp(3.0) - exp(2.4)),
    ],
)
def test_a_gap_in_value_allows_plans_that_cost_less_and_never_more(
    name: str, cost: float, allowed: float
) -> None:
    parameters = ObjectiveParameters(standard_min=12, kappa=KAPPA)
    assert OBJECTIVES[name].allowance(cost, 0.2, parameters) == pytest.approx(allowed)


@pytest.mark.parametrize("name", ["p-median", "mclp", "kolm-pollak", "mix"])
def test_a_search_cut_short_has_its_bound_on_the_better_side_of_every_plan(name: str) -> None:
    rng = np.random.default_rng(11)
    areas, sites = (pd.Index([f"{letter}{n:02}" for n in range(30)]) for letter in "as")
    times = TravelTimes(pd.DataFrame(rng.uniform(2, 50, (30, 30)), areas, sites))
    demand = pd.Series(rng.uniform(3, 90, 30), areas)
    mix = {"p-median": 2.0, "mclp": 30.0} if name == "mix" else {}
    problem = SitingProblem(name, p=4, standard_min=8, mix=mix, kappa=KAPPA)
    best = locate_sites(times, demand, problem, gap=0.0).value
    with patch.object(enumerate_plans, "MOST_STEPS", 0):
        found = locate_sites(times, demand, problem, gap=0.0, seconds=0.0)
    definition = OBJECTIVES[name]
    assert definition.shortfall(found.value, than=best) >= -1e-9
    assert definition.shortfall(best, than=found.bound) > 0
    assert found.gap == pytest.approx(abs(found.value - found.bound) / found.value)


@EACH
def test_pairs_cost_what_the_definition_says(name: str) -> None:
    case = CASES[name]
    costs = formulate(TIMES, DEMAND, case.problem).model.objective.costs
    minutes = MINUTES.clip(upper=240).to_numpy()
    beyond = minutes > 12
    unit = {
        "p-median": minutes,
        "mclp": beyond,
        "kolm-pollak": np.exp(0.1 * minutes),
        "mix": 2 * minutes + 30 * beyond,
    }.get(name, np.zeros_like(minutes))
    assert costs == pytest.approx(np.array([0.0, 0.5, 0.3, 0.15, 0.05])[:, None] * unit)


@pytest.mark.parametrize(
    ("name", "first", "values"),
    [("p-median", "B", [11.55, 7.15]), ("mclp", "B", [0.8, 0.95]), ("lscp", "B", [0.8, 0.95])],
)
def test_stages_open_the_site_that_helps_most(name: str, first: str, values: list[float]) -> None:
    sites = "AB" if name == "p-median" else "BC"
    problem = SitingProblem(name, standard_min=12)
    staged = stage_plan(TIMES, DEMAND, problem, sites=sites)
    assert staged["site_id"].iloc[0] == first
    assert staged["value"].tolist() == pytest.approx(values)


@pytest.mark.parametrize(("name", "worst"), [("p-median", "BC"), ("mclp", "AC")])
def test_the_regret_of_a_worse_plan_is_above_0(name: str, worst: str) -> None:
    case = CASES[name]
    scenario = Scenario("now", TIMES, DEMAND)
    table = regret_table({"plan": worst}, [scenario], case.problem)
    expected = abs(case.values[worst] - case.values[case.best])
    assert table.loc["plan", "worst"] == pytest.approx(expected)


def test_what_is_wrong_with_an_objective_is_told_by_name() -> None:
    for problem, words in (
        (SitingProblem("p-meridian", p=1), "no objective 'p-meridian'; known are p-median, mclp"),
        (SitingProblem("mix", p=1), "a mix needs weights"),
        (SitingProblem("mclp", p=1, mix={"mclp": 2.0}), "only a mix has them"),
        (SitingProblem("mix", p=1, mix={"lscp": 2.0}), "not of 'lscp'"),
        (SitingProblem("mix", p=1, mix={"p-median": -2.0}), "must not be negative"),
        (SitingProblem("mix", p=1, mix={"kolm-pollak": 2.0}), "kappa is nan"),
        (SitingProblem("kolm-pollak", p=1, kappa=0.0), "kappa is 0; kolm-pollak needs one below"),
        (SitingProblem("kolm-pollak", p=1, kappa=0.3), "kappa is 0.3"),
        (SitingProblem("lscp", p=1), "lscp finds the number of sites"),
        (SitingProblem("lscp-b", p=1), "lscp-b finds the number of sites"),
    ):
        with pytest.raises(InputError, match=words):
            locate_sites(TIMES, DEMAND, problem)


def test_the_command_line_and_siting_files_know_every_objective() -> None:
    helped = CliRunner().invoke(app, ["locate", "--help"], env={"COLUMNS": "200"}).stdout
    for name in OBJECTIVES:
        assert name in helped
        assert load_siting(None, service="clinic", objective=name).objective == name


@pytest.mark.parametrize(
    ("plan", "standard_min", "share"),
    [("B", 11, 0.8), ("B", 10.9, 0.3), ("C", 239, 0.95), ("C", 240, 0.95)],
)
def test_exactly_the_standard_is_within_it_and_no_journey_never_is(
    plan: str, standard_min: float, share: float
) -> None:
    problem = SitingProblem("mclp", p=1, standard_min=standard_min)
    assert plan_value(TIMES, DEMAND, problem, plan) == pytest.approx(share)


def test_the_names_that_help_shows_are_those_of_the_objectives() -> None:
    assert tuple(OBJECTIVES) == OBJECTIVE_NAMES
