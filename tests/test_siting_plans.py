"""Siting in words a planner would use: constraints that bite, blame, alternatives and regret."""

from dataclasses import replace
from itertools import combinations
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from siting_cases import random_case

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.siting import constraints, enumerate_plans
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.interchange import descend
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.plans import (
    Effort,
    best_plans,
    knee,
    plan_value,
    stage_plan,
    value_curve,
)
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.regret import Scenario, least_regret, regret_table
from llrgeo.errors import InfeasibleError, InputError, LlrgeoError
from llrgeo.travel.times import TravelTimes

AREAS = pd.Index(["city", "suburb", "market", "village", "hamlet"], name="area_id")
DEMAND = pd.Series([500.0, 400.0, 120.0, 60.0, 20.0], index=AREAS)
# Four sites along a road: C in the city, S in the suburb, M in the market town, V in the village.
TIMES = TravelTimes(
    pd.DataFrame(
        {
            "C": [2.0, 18.0, 30.0, 45.0, 60.0],
            "M": [30.0, 22.0, 2.0, 17.0, 32.0],
            "S": [18.0, 2.0, 22.0, 37.0, 52.0],
            "V": [45.0, 37.0, 17.0, 2.0, 17.0],
        },
        index=AREAS,
    )
)
TWO = SitingProblem("p-median", p=2)
FIFTHS = pd.Series([1, 1, 2, 5, 5], index=AREAS)

BITING: dict[str, tuple[SitingProblem, constraints.Constraint]] = {
    "keep": (TWO, constraints.Keep(frozenset({"V"}))),
    "close": (TWO, constraints.Close(frozenset({"C"}))),
    "one_of": (TWO, constraints.OneOf(frozenset({"M", "V"}))),
    "exclusive": (TWO, constraints.Exclusive(frozenset({"C", "S"}))),
    "differs_from": (TWO, constraints.DiffersFrom(frozenset({"C", "S"}))),
    "one_in_each": (
        TWO,
        constraints.OneInEach({"C": "city", "S": "city", "M": "county", "V": "county"}),
    ),
    "budget": (
        replace(TWO, p=None),
        constraints.Budget({"C": 5.0, "S": 3.0, "M": 2.0, "V": 1.0}, 6.0),
    ),
    "capacity": (TWO, constraints.Capacity({"C": 450.0, "S": 450.0})),
    "minimum_activity": (replace(TWO, p=None), constraints.MinimumActivity(200.0)),
    "max_beyond": (TWO, constraints.MaxBeyond(30.0, DEMAND, 50.0)),
    "no_group_worse": (
        TWO,
        constraints.NoGroupWorse(FIFTHS, DEMAND, TIMES.minutes[["C", "M"]].min(axis=1)),
    ),
}


@pytest.mark.parametrize("name", BITING)
def test_dropping_a_constraint_changes_the_answer(name: str) -> None:
    problem, constraint = BITING[name]
    with_it = locate_sites(TIMES, DEMAND, problem.subject_to(constraint), gap=0.0)
    without = locate_sites(TIMES, DEMAND, problem, gap=0.0)
    assert with_it.sites != without.sites
    assert with_it.value > without.value
    assert with_it.proven
    assert without.proven


def _keep(*sites: str) -> SitingProblem:
    return TWO.subject_to(constraints.Keep(frozenset(sites)))


IMPOSSIBLE: dict[str, tuple[SitingProblem, constraints.Constraint]] = {
    "keep": (TWO, constraints.Keep(frozenset({"C", "M", "S"}))),
    "close": (TWO, constraints.Close(frozenset({"C", "M", "S", "V"}))),
    "one_of": (_keep("C", "S"), constraints.OneOf(frozenset({"C", "S"}))),
    "exclusive": (_keep("C", "S"), constraints.Exclusive(frozenset({"C", "S"}))),
    "differs_from": (_keep("C"), constraints.DiffersFrom(frozenset({"C", "S"}), by=2)),
    "one_in_each": (TWO, constraints.OneInEach({"C": "city", "S": "suburb", "M": "county"})),
    "budget": (TWO, constraints.Budget(dict.fromkeys("CMSV", 5.0), 3.0)),
    "capacity": (TWO, constraints.Capacity(dict.fromkeys("CMSV", 100.0))),
    "minimum_activity": (TWO, constraints.MinimumActivity(2_000.0)),
    "max_beyond": (TWO, constraints.MaxBeyond(1.0, DEMAND, 50.0)),
    "no_group_worse": (TWO, constraints.NoGroupWorse(FIFTHS, DEMAND, DEMAND * 0.0)),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_each_constraint_is_blamed_where_it_cannot_be_met(name: str) -> None:
    problem, constraint = IMPOSSIBLE[name]
    with pytest.raises(InfeasibleError) as caught:
        locate_sites(TIMES, DEMAND, problem.subject_to(constraint))
    assert constraint.label in str(caught.value)


def test_the_constraints_to_blame_are_named_and_no_others() -> None:
    problem = TWO.subject_to(
        constraints.Keep(frozenset({"V"})),
        constraints.Close(frozenset({"S"})),
        constraints.MaxBeyond(5.0, DEMAND, 250.0),
        constraints.Budget({"C": 5.0}, 100.0),
    )
    with pytest.raises(InfeasibleError) as caught:
        locate_sites(TIMES, DEMAND, problem)
    assert str(caught.value) == (
        "no set of sites meets the constraints; cannot hold together: "
        "close S; at most 250 people beyond 5 minutes"
    )


def test_more_sites_to_keep_than_to_open_blames_both() -> None:
    problem = TWO.subject_to(constraints.Keep(frozenset("CMS")))
    with pytest.raises(InfeasibleError, match="keep C, M, S; exactly 2 sites"):
        locate_sites(TIMES, DEMAND, problem)


def test_more_sites_than_there_are_candidates_are_told_their_number() -> None:
    candidates = len(TIMES.minutes.columns)
    told = f"cannot be met: exactly 99 sites; there are {candidates} candidates"
    with pytest.raises(InfeasibleError, match=told):
        locate_sites(TIMES, DEMAND, SitingProblem("p-median", p=99))


def test_a_search_that_is_given_no_time_says_so_and_blames_no_constraint() -> None:
    unlike = constraints.DiffersFrom(frozenset({"s00"}), 1)  # no plain set covering
    problem = SitingProblem("lscp", standard_min=39.0).subject_to(unlike)
    with pytest.raises(LlrgeoError, match="no plan was found in the time given") as caught:
        locate_sites(*random_case(np.random.default_rng(3), 12), problem, seconds=0.0)
    assert not isinstance(caught.value, InfeasibleError)


def test_a_search_that_runs_out_of_time_still_bounds_the_plan_it_has() -> None:
    times, demand = random_case(np.random.default_rng(3), 12)
    problem = SitingProblem("p-median", p=3)
    best = locate_sites(times, demand, problem, gap=0.0).value
    with patch.object(enumerate_plans, "MOST_STEPS", 0):
        found = locate_sites(times, demand, problem, gap=0.0, seconds=0.0)
    assert found.bound < best <= found.value
    assert not found.proven


def test_an_area_that_no_candidate_covers_is_named() -> None:
    with pytest.raises(InfeasibleError, match=r"1 areas \(hamlet\)"):
        locate_sites(TIMES, DEMAND, SitingProblem("lscp", standard_min=10.0))


def test_faults_of_a_problem_are_told_all_at_once() -> None:
    problem = SitingProblem(
        "kolm-pollak", p=0, kappa=1.0, constraints=(constraints.Keep(frozenset({"X"})),)
    )
    with pytest.raises(InputError) as caught:
        locate_sites(TIMES, DEMAND * -1, problem)
    for words in ("p is 0", "kappa is 1", "keep X: not among", "demand is missing or negative"):
        assert words in str(caught.value)


def test_a_plan_becomes_an_option_that_changes_one_service() -> None:
    found = locate_sites(TIMES, DEMAND, TWO)
    today = Option(
        "today",
        "Today",
        {"clinic": frozenset("CV"), "beds": frozenset("C")},
        capacity={"clinic": {"C": 10.0, "V": 5.0}, "beds": {"C": 3.0}},
    )
    option = found.as_option(today, "clinic", "found")
    assert option.sites == {"clinic": frozenset(found.sites), "beds": frozenset("C")}
    assert found.sites == ("C", "S")
    assert option.capacity == {"clinic": {"C": 10.0}, "beds": {"C": 3.0}}
    assert option.name == "found"
    assert "p-median" in option.note


def test_the_same_seed_gives_the_same_answer_and_the_order_of_sites_is_no_matter() -> None:
    times, demand = random_case(np.random.default_rng(5), 12)
    problem = SitingProblem("p-median", p=3)
    mixed = replace(times, minutes=times.minutes[times.minutes.columns[::-1]])
    first, second = (locate_sites(one, demand, problem, gap=0.0) for one in (times, mixed))
    assert first.sites == second.sites
    assert first.value == second.value


@pytest.mark.parametrize("differ_by", [1, 2])
def test_the_best_plans_are_those_of_all_plans_in_order(differ_by: int) -> None:
    times, demand = random_case(np.random.default_rng(7), 7)
    problem = SitingProblem("p-median", p=3)
    found = best_plans(times, demand, problem, count=5, differ_by=differ_by)
    ranked = sorted(
        (plan_value(times, demand, problem, plan), plan)
        for plan in combinations(times.minutes.columns, 3)
    )
    expected: list[tuple[float, tuple[str, ...]]] = []
    for value, plan in ranked:
        if all(len(set(plan) - set(other)) >= differ_by for _, other in expected):
            expected.append((value, plan))
    assert [one.value for one in found] == pytest.approx([value for value, _ in expected[:5]])


def test_all_plans_are_listed_where_there_are_fewer_than_asked_for() -> None:
    assert len(best_plans(TIMES, DEMAND, replace(TWO, p=3), count=10)) == 4


def test_the_curve_falls_with_each_site_and_bends_where_little_is_left_to_gain() -> None:
    curve = value_curve(TIMES, DEMAND, replace(TWO, p=None), counts=range(1, 5))
    assert (curve["value"].diff().dropna() < 0).all()
    assert curve.index[curve["knee"]].tolist() == [2]
    assert knee(pd.Series([10.0, 4.0, 3.0, 2.5], index=[1, 2, 3, 4])) == 2


def test_the_curve_of_numbers_that_no_plan_has_is_empty() -> None:
    curve = value_curve(TIMES, DEMAND, replace(TWO, p=None), counts=[99])
    assert curve.empty
    assert list(curve.columns) == ["value", "bound", "gap", "sites", "knee"]


@pytest.mark.parametrize("p", [2.0, 1.5, np.nan, "2"])
def test_a_number_of_sites_that_is_not_whole_is_refused(p) -> None:
    with pytest.raises(InputError, match="must be a whole number"):
        locate_sites(TIMES, DEMAND, replace(TWO, p=p))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"gap": np.nan}, "siting problem: gap is nan; it must be a number from 0 up"),
        ({"gap": -0.1}, "siting problem: gap is -0.1; it must be a number from 0 up"),
        ({"seconds": np.nan}, "siting problem: seconds is nan; it must be a number from 0 up"),
        ({"seconds": -3.0}, "siting problem: seconds is -3.0; it must be a number from 0 up"),
        ({"seed": 1.5}, "siting problem: seed is 1.5; it must be a whole number: int(seed)"),
        ({"seed": -7}, "siting problem: seed is -7; it must be at least 0"),
    ],
)
def test_a_search_that_would_end_nowhere_is_refused(given, fault) -> None:
    for ask in (
        lambda: locate_sites(TIMES, DEMAND, TWO, **given),
        lambda: best_plans(TIMES, DEMAND, TWO, count=2, effort=Effort(**given)),
        lambda: value_curve(TIMES, DEMAND, TWO, counts=[2], effort=Effort(**given)),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"differ_by": 0}, "differ_by is 0; it must be at least 1"),
        ({"differ_by": 1.5}, "differ_by is 1.5; it must be a whole number: int(differ_by)"),
        ({"count": 0}, "count is 0; it must be at least 1"),
        ({"count": 2.5}, "count is 2.5; it must be a whole number: int(count)"),
    ],
)
def test_numbers_of_plans_are_whole_and_at_least_1(given, fault) -> None:
    with pytest.raises(InputError) as caught:
        best_plans(TIMES, DEMAND, TWO, **{"count": 2, **given})
    assert str(caught.value) == f"best plans: {fault}"


@pytest.mark.parametrize(
    ("times", "demand", "told"),
    [
        (TIMES.minutes, DEMAND, "times: give a TravelTimes, not a DataFrame"),
        (TIMES, DEMAND.tolist(), "demand: give a Series, not a list"),
    ],
)
def test_what_is_of_another_type_is_refused_in_words(times, demand, told) -> None:
    with pytest.raises(InputError) as caught:
        locate_sites(times, demand, TWO)
    assert str(caught.value) == f"siting problem: {told}"


@pytest.mark.parametrize("name", ["standard_min", "ceiling_min"])
def test_minutes_of_a_problem_that_are_none_are_refused(name) -> None:
    with pytest.raises(InputError, match=f"{name} is nan; it must be a number from 0 up"):
        locate_sites(TIMES, DEMAND, replace(TWO, **{name: np.nan}))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"objective": ["mclp"]}, "objective: give a str, not a list"),
        ({"ceiling_min": "90"}, "ceiling_min is '90'; it must be a number"),
        ({"standard_min": None}, "standard_min is None; it must be a number"),
        ({"objective": "kolm-pollak", "kappa": "-0.1"}, "kappa is '-0.1'; it must be a number"),
        ({"objective": "mix", "mix": {"mclp": "1"}}, "mix: mclp is '1'; it must be a number"),
        ({"objective": "mix", "mix": ("mclp",)}, "mix: give a Mapping, not a tuple"),
        ({"beside": None}, "beside: give a Collection, not a NoneType"),
        ({"constraints": constraints.Keep("C")}, "constraints: give a Sequence, not a Keep"),
        ({"constraints": ("C",)}, "constraints: give constraints such as Keep, not a str"),
    ],
)
def test_what_a_problem_has_of_another_type_is_refused_in_words(given, told) -> None:
    with pytest.raises(InputError) as caught:
        locate_sites(TIMES, DEMAND, replace(TWO, **given))
    assert str(caught.value) == f"siting problem: {told}"


def test_the_site_that_helps_most_opens_first() -> None:
    staged = stage_plan(TIMES, DEMAND, TWO, sites={"C", "S", "V"}, today={"C"})
    assert staged["site_id"].tolist() == ["S", "V"]
    assert staged["value"].iloc[-1] == pytest.approx(plan_value(TIMES, DEMAND, TWO, "CSV"))


def test_a_plan_of_unknown_sites_has_no_value() -> None:
    with pytest.raises(InputError, match="unknown here: X"):
        plan_value(TIMES, DEMAND, TWO, {"X"})


@pytest.mark.parametrize("objective", ["p-median", "mclp"])
@pytest.mark.parametrize("seed", range(6))
def test_the_plan_of_least_regret_is_found_by_trying_all(objective: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    times, demand = random_case(rng, 7)
    scenarios = [
        Scenario("now", times, demand),
        Scenario("grown", times, demand * rng.integers(1, 4, len(demand))),
        Scenario("slow", replace(times, minutes=times.minutes * rng.uniform(1, 2, 7)), demand),
    ]
    problem = SitingProblem(objective, p=2, standard_min=15.0)
    plans = {"".join(plan): plan for plan in combinations(times.minutes.columns, 2)}
    table = regret_table(plans, scenarios, problem)
    found = least_regret(scenarios, problem)
    assert found.regret == pytest.approx(table["worst"].min(), abs=1e-6)
    assert found.bound == pytest.approx(found.regret, abs=1e-6)
    assert found.regrets.to_numpy() == pytest.approx(
        table.loc["".join(found.sites)].drop("worst").to_numpy(), abs=1e-6
    )


def test_a_plan_that_passes_a_limit_where_roads_are_slow_may_beat_the_best_that_keeps_it() -> None:
    slow = replace(TIMES, minutes=TIMES.minutes * 1.5)
    scenarios = [Scenario("now", TIMES, DEMAND), Scenario("slow", slow, DEMAND)]
    problem = TWO.subject_to(constraints.MaxBeyond(40.0, DEMAND, 70.0))
    now = locate_sites(TIMES, DEMAND, problem, gap=0.0).sites
    table = regret_table({"now": now}, scenarios, problem)
    assert table.loc["now", "now"] == pytest.approx(0, abs=1e-9)
    assert table.loc["now", "slow"] < 0
    assert least_regret(scenarios, problem).regret == pytest.approx(table["worst"].min(), abs=1e-6)


def test_regret_refuses_what_it_cannot_judge() -> None:
    with pytest.raises(InputError, match="not for p-centre"):
        least_regret([Scenario("now", TIMES, DEMAND)], replace(TWO, objective="p-centre"))


FAR = TravelTimes(
    pd.DataFrame(
        {"A": [4.0, 9.0, np.inf, np.inf], "B": [7.0, 3.0, 26.0, np.inf]}, index=list("wxyz")
    )
)
FAR_DEMAND = pd.Series([50.0, 30.0, 7.0, 13.0], index=list("wxyz"))


@pytest.mark.parametrize(
    ("objective", "value"),
    [
        ("p-median", (50 * 7 + 30 * 3 + 7 * 26) / 87),
        ("mclp", 80 / 87),
        ("kolm-pollak", 10 * np.log(np.array([50, 30, 7]) @ np.exp([0.7, 0.3, 2.6]) / 87)),
        ("p-centre", 26),
    ],
)
def test_an_area_that_no_candidate_reaches_is_counted_beside_the_objective(
    objective: str, value: float
) -> None:
    problem = SitingProblem(objective, p=1, standard_min=8, kappa=-0.1, ceiling_min=90)
    found = locate_sites(FAR, FAR_DEMAND, problem, gap=0.0)
    assert found.sites == ("B",)
    assert found.value == pytest.approx(value)
    assert (found.left_out, found.unreached) == (("z",), ())


def test_cutting_an_area_off_counts_as_the_ceiling_and_is_told() -> None:
    problem = SitingProblem(p=1, ceiling_min=27, constraints=(constraints.Keep(frozenset("A")),))
    found = locate_sites(FAR, FAR_DEMAND, problem, gap=0.0)
    assert found.value == pytest.approx((50 * 4 + 30 * 9 + 7 * 27) / 87)
    assert (found.left_out, found.unreached) == (("z",), ("y",))


def test_all_that_can_be_covered_is_covered_by_the_fewest_sites() -> None:
    found = locate_sites(FAR, FAR_DEMAND, SitingProblem("lscp", standard_min=26), gap=0.0)
    assert (found.sites, found.left_out) == (("B",), ("z",))
    with pytest.raises(InfeasibleError, match=r"1 areas \(y\)"):  # it is reached, but not in time
        locate_sites(FAR, FAR_DEMAND, SitingProblem("lscp", standard_min=25))


def test_nobody_reaches_anything() -> None:
    with pytest.raises(InfeasibleError, match="can be reached from any area with demand"):
        locate_sites(FAR, FAR_DEMAND * [0, 0, 0, 2], SitingProblem(p=1))


def test_demand_that_the_minutes_do_not_know_is_refused_and_never_dropped() -> None:
    more = pd.Series({**FAR_DEMAND, "q": 11.0})
    with pytest.raises(InputError, match=r"no minutes for 1 areas with demand \(q\)"):
        locate_sites(FAR, more, SitingProblem(p=1))
    twice = pd.concat([FAR_DEMAND, FAR_DEMAND.iloc[[2]]])
    with pytest.raises(InputError, match=r"demand twice: y"):
        locate_sites(FAR, twice, SitingProblem(p=1))
    limited = SitingProblem(p=1, constraints=(constraints.MaxBeyond(20, more, 40),))
    with pytest.raises(InputError, match=r"people of areas without minutes: q"):
        locate_sites(FAR, FAR_DEMAND, limited)


def test_nobody_is_sent_nowhere_to_make_room() -> None:
    minutes = pd.DataFrame({"A": [3.0, 8.0], "B": [np.inf, 5.0]}, index=["near", "far"])
    demand = pd.Series([9.0, 4.0], minutes.index)
    room = constraints.Capacity({"A": 7.0, "B": 30.0})
    with pytest.raises(InfeasibleError, match="capacity of the sites"):
        locate_sites(TravelTimes(minutes), demand, SitingProblem(p=2, constraints=(room,)))


def test_a_group_without_any_candidate_is_named() -> None:
    each = constraints.OneInEach({"C": "city", "S": "city"}, needed=frozenset({"city", "county"}))
    with pytest.raises(InfeasibleError, match=r"in each authority \(no candidate is in county\)"):
        locate_sites(TIMES, DEMAND, TWO.subject_to(each))


def test_sites_beside_the_plan_are_open_and_not_counted() -> None:
    beside = replace(TWO, p=1, beside=frozenset("V"))
    assert locate_sites(TIMES, DEMAND, beside, gap=0.0).sites == ("C", "V")
    busy = beside.subject_to(constraints.MinimumActivity(400.0))  # not asked of V, which has 200
    assert locate_sites(TIMES, DEMAND, busy, gap=0.0).sites == ("C", "V")
    fewest = replace(beside, p=None, objective="lscp", standard_min=22.0)
    found = locate_sites(TIMES, DEMAND, fewest, gap=0.0)
    assert "V" in found.sites
    assert (len(found.sites), found.value) == (2, 1)
    assert plan_value(TIMES, DEMAND, fewest, "CV") == 1


def test_the_knee_counts_the_steps_between_uneven_numbers_of_sites():
    # From 10 at 1 site to 0 at 11 the line falls by 1 a site: 2 below it at 5, 1 below at 3.
    assert knee(pd.Series([10.0, 7.0, 4.0, 0.0], index=[1, 3, 5, 11])) == 5
    assert knee(pd.Series([7.3], index=[4])) == 4


def test_a_search_closes_a_site_where_no_other_move_keeps_to_the_budget():
    # Any two of the sites cost as much as there is: of three, one has to go.
    budget = constraints.Budget(dict.fromkeys("CMSV", 4.0), 8.0)
    model = formulate(TIMES, DEMAND, replace(TWO, p=None).subject_to(budget)).model
    plan, merit = descend(model, np.array([0, 1, 3]), np.inf)
    assert merit.excess == 0
    assert len(plan) == 2


def test_regret_over_no_future_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="regret is found over futures, and none is given"):
        least_regret([], TWO)
