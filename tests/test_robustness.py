"""Weights, switching points, tornadoes, site sets and simulations, by hand and by their laws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import CLINIC, LOCAL, TODAY, random_settings
from examples import dear
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.nearest_sites import nearest_site
from llrgeo.appraisal.measures import MEASURES, Measure
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.scoring import Criterion, Scorecard, score_options
from llrgeo.appraisal.uncertainty.robustness import (
    competition_ranks,
    first_place,
    rank_acceptability,
    robustness_sentence,
    site_set_summaries,
    switching_weights,
)
from llrgeo.appraisal.uncertainty.sensitivity import one_at_a_time, sensitivity_cases
from llrgeo.appraisal.uncertainty.simulation import Simulation, Uncertainty, simulate
from llrgeo.errors import InputError
from llrgeo.travel.times import TravelTimes

EXACT = Uncertainty(0.0, speed_sd=0.0, rate_sd=0.0, growth_sd=0.0)
# "near" is ahead as long as closeness weighs more than a half.
SCORES = pd.DataFrame({"close": [1.0, 0.0], "cheap": [0.0, 1.0]}, index=["near", "thrifty"])


def scorecard(scores: pd.DataFrame, weights: list[float]) -> Scorecard:
    """Return a scorecard whose figures are its scores."""
    weight = pd.Series(weights, index=scores.columns)
    totals = scores @ weight
    ranks = totals.rank(ascending=False, method="min").astype("Int64")
    return Scorecard(scores, scores, weight, totals, ranks, ranks, pd.DataFrame(index=scores.index))


def test_two_opposite_options_are_each_first_in_half_of_all_weightings() -> None:
    found = rank_acceptability(SCORES, seed=1, draws=20_000)
    assert found.ranks.loc["near", 1] == pytest.approx(0.5, abs=0.02)
    # Given that it is first, closeness weighs between a half and 1: three quarters on average.
    assert found.central_weights.loc["near"].tolist() == pytest.approx([0.75, 0.25], abs=0.02)
    assert found.pairwise.loc["near", "thrifty"] == found.ranks.loc["near", 1]


def test_with_closeness_above_cost_the_near_option_is_always_first() -> None:
    found = rank_acceptability(SCORES, seed=1, draws=1_000, order=["close", "cheap"])
    assert found.ranks.loc["near"].tolist() == [1, 0]
    assert found.central_weights.loc["thrifty"].isna().all()
    with pytest.raises(InputError, match="names fair, which are no criteria"):
        rank_acceptability(SCORES, seed=1, draws=10, order=["fair"])


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_every_option_has_one_rank_and_every_rank_one_option(seed: int) -> None:
    scores = pd.DataFrame(np.random.default_rng(seed).random((4, 3)))
    ranks = rank_acceptability(scores, seed=seed, draws=200).ranks
    np.testing.assert_allclose(ranks.sum(axis=0), 1)
    np.testing.assert_allclose(ranks.sum(axis=1), 1)


def test_the_same_seed_gives_the_same_shares() -> None:
    first, again = (rank_acceptability(SCORES, seed=7, draws=500) for _ in range(2))
    pd.testing.assert_frame_equal(first.ranks, again.ranks)


def test_the_order_in_which_criteria_are_listed_changes_no_share() -> None:
    scores = SCORES.assign(fair=[0.3, 0.6])
    for order in ((), ("fair", "cheap")):
        found, again = (
            rank_acceptability(listed, seed=7, draws=500, order=order)
            for listed in (scores, scores[["fair", "close", "cheap"]])
        )
        pd.testing.assert_frame_equal(found.ranks, again.ranks)
        weights = again.central_weights[found.central_weights.columns]
        pd.testing.assert_frame_equal(found.central_weights, weights)


def test_few_weightings_tell_no_mean_weight() -> None:
    """Of an option that is first in 0.02% of weightings, another seed would tell another mean."""
    scores = pd.DataFrame({"close": [1.0, 0.0], "cheap": [0.0, 0.1]}, index=["near", "thrifty"])
    found = rank_acceptability(scores, seed=1, draws=200)
    assert 0 < found.ranks.loc["thrifty", 1] * 200 < 30  # closeness weighs less than 1 in 11
    assert found.central_weights.loc["thrifty"].isna().all()
    more = rank_acceptability(scores, seed=1, draws=3_000).central_weights.loc["thrifty"]
    assert more.tolist() == pytest.approx([1 / 22, 21 / 22], abs=0.01)


def test_the_switching_weight_is_where_the_two_are_level() -> None:
    table = switching_weights(scorecard(SCORES, [0.7, 0.3])).set_index("criterion")
    assert table.loc["close", "switching_weight"] == pytest.approx(0.5)
    assert table.loc["cheap", "switching_weight"] == pytest.approx(0.5)
    assert (table["challenger"] == "thrifty").all()


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_at_a_switching_weight_leader_and_challenger_are_level(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.random((4, 3)), index=list("pqrs"), columns=list("xyz"))
    card = scorecard(scores, list(rng.dirichlet(np.ones(3))))
    for row in switching_weights(card).itertuples():
        others = card.weights.drop(row.criterion)
        weights = others * (1 - row.switching_weight) / others.sum()
        weights[row.criterion] = row.switching_weight
        totals = scores[weights.index] @ weights
        assert totals[row.leader] == pytest.approx(totals[row.challenger])
        assert totals[row.leader] == pytest.approx(totals.max())


def test_a_single_criterion_has_no_weight_to_switch() -> None:
    assert switching_weights(scorecard(SCORES[["close"]], [1.0])).empty


def test_the_sentence_names_share_criterion_and_point() -> None:
    card = scorecard(SCORES, [0.7, 0.3])
    found = rank_acceptability(SCORES, seed=1, draws=1_000, order=["close", "cheap"])
    labels = {"near": "Near", "thrifty": "Thrifty", "close": "Closeness", "cheap": "Cost"}
    assert robustness_sentence(first_place(card, found), labels) == (
        "Near is first in 100% of all weightings. It stops being first if the weight on "
        "'Closeness' falls below 0.50 (it is 0.70); Thrifty is then ahead."
    )
    alone = SCORES.assign(cheap=[1.0, 1.0])
    found = rank_acceptability(alone, seed=1, draws=100)
    assert "No change of a single weight" in robustness_sentence(
        first_place(scorecard(alone.assign(close=[1.0, 0.5], cheap=[1.0, 0.9]), [0.7, 0.3]), found),
        labels,
    )


def test_of_two_options_alike_neither_is_first_alone() -> None:
    alike = pd.DataFrame({"close": [0.6, 0.6], "cheap": [0.3, 0.3]}, index=["near", "thrifty"])
    labels = {"near": "Near", "thrifty": "Thrifty", "close": "Closeness", "cheap": "Cost"}
    for order in (["near", "thrifty"], ["thrifty", "near"]):
        card = scorecard(alike.loc[order], [0.7, 0.3])
        ranks = rank_acceptability(card.scores, seed=1, draws=50)
        said = robustness_sentence(first_place(card, ranks), labels)
        assert f"{labels[order[0]]} and {labels[order[1]]} share the first place" in said


def test_the_widest_bar_of_the_tornado_stands_first() -> None:
    measure = Measure("X", "", "higher", (0.0, 1.0), lambda _: 0.0)
    card = scorecard(SCORES, [0.7, 0.3])
    weaker = SCORES.assign(close=[0.2, 0.0])
    table = one_at_a_time(
        card,
        {"little": {"low": SCORES, "high": SCORES}, "much": {"low": weaker, "high": SCORES}},
        {"close": measure, "cheap": measure},
    )
    assert table["assumption"].tolist() == ["much", "little"]
    assert table.loc[0, "low_margin"] == pytest.approx(0.7 * 0.2 - 0.3)
    assert table.loc[0, "low_leader"] == "thrifty"
    assert table.loc[0, "margin"] == pytest.approx(0.4)


def test_many_sets_at_once_equal_one_set_at_a_time() -> None:
    rng = np.random.default_rng(3)
    sites = [f"s{j:02}" for j in range(9)]
    minutes = pd.DataFrame(rng.uniform(1, 60, (20, 9)), columns=sites)
    people = pd.Series(rng.integers(0, 100, 20))
    sets = np.array([rng.choice(9, 3, replace=False) for _ in range(250)])
    table = site_set_summaries(minutes, people, sets, within_min=20)
    for number in (0, 99, 100, 249):
        chosen = [sites[j] for j in sets[number]]
        best = nearest_site(TravelTimes(minutes), chosen)["travel_time_min"]
        expected = [np.average(best, weights=people), best.max(), people[best <= 20].sum()]
        expected[2] /= people.sum()
        assert table.loc[number].tolist() == pytest.approx(expected)


def test_without_errors_every_draw_is_the_study_itself(
    results: dict[str, OptionResult], setting: AppraisalInputs
) -> None:
    found = simulate(results, setting, EXACT, draws=300, seed=1)
    for name, table in found.values.items():
        expected = [MEASURES[name].value(result) for result in results.values()]
        np.testing.assert_allclose(table, np.tile(expected, (300, 1)))


@dear(60)
@given(random_settings())
def test_an_exact_draw_of_any_study_is_the_study_itself(
    case: tuple[AppraisalInputs, Option, Option],
) -> None:
    setting, fewer, more = case
    results = evaluate_options([fewer, more], setting, baseline="fewer")
    found = simulate(results, setting, EXACT, draws=2, seed=0)
    for name, table in found.values.items():
        expected = [MEASURES[name].value(result) for result in results.values()]
        np.testing.assert_allclose(table, [expected, expected])


def test_where_nobody_reaches_a_site_each_draw_has_the_ceiling(setting: AppraisalInputs) -> None:
    farm = replace(setting, areas=setting.areas.loc[["F"]])
    results = evaluate_options([TODAY, LOCAL], farm, baseline="today")
    found = simulate(results, farm, replace(EXACT, time_error_min=4.0), draws=3, seed=0)
    assert (found.values["mean_minutes"] == farm.ceiling).all(axis=None)


def test_slower_roads_slow_all_options_alike_and_leave_their_order(
    setting: AppraisalInputs,
) -> None:
    # Without the farm, whose journey is not there and always counts as the ceiling.
    near = replace(setting, areas=setting.areas.drop(index="F"))
    results = evaluate_options([TODAY, LOCAL], near, baseline="today")
    slow = replace(EXACT, speed_sd=0.2)
    found = simulate(results, near, slow, draws=500, seed=1)
    minutes = found.values["mean_minutes"]
    before = [MEASURES["mean_minutes"].value(result) for result in results.values()]
    ratio = minutes / before
    np.testing.assert_allclose(ratio["today"], ratio["local"])
    assert ratio["today"].std() == pytest.approx(0.2, abs=0.03)
    assert ratio["today"].mean() == pytest.approx(1, abs=0.03)
    card = score_options(results, [Criterion("mean_minutes", 1)])
    assert found.ranks(card, MEASURES).loc["local", 1] == 1


def test_errors_of_journeys_cancel_over_many_and_widen_the_interval(
    results: dict[str, OptionResult], setting: AppraisalInputs
) -> None:
    noisy = replace(EXACT, time_error_min=0.5)
    table = simulate(results, setting, noisy, draws=2_000, seed=1).intervals(baseline="today")
    change = table[(table["measure"] == "mean_minutes") & (table["option"] == "local")].iloc[0]
    assert change["change_low"] < change["change_median"] < change["change_high"]
    today = table[table["option"] == "today"]
    assert (today[["change_low", "change_median", "change_high"]] == 0).all(axis=None)


def test_half_of_all_draws_of_a_journey_are_within_its_stated_error(
    setting: AppraisalInputs, town_times: TravelTimes
) -> None:
    # One area and one service: the mean is the one journey, too long for an error to reach 0.
    alone = replace(
        setting,
        areas=setting.areas.loc[["W"]],
        services=(CLINIC,),
        times=TravelTimes(town_times.minutes + 40),
    )
    today = Option("today", "Today", {"clinic": frozenset("A")})
    results = evaluate_options([today], alone, baseline="today")
    found = simulate(results, alone, replace(EXACT, time_error_min=3.0), draws=4_000, seed=1)
    errors = found.values["mean_minutes"]["today"] - 42
    assert errors.abs().median() == pytest.approx(3.0, rel=0.06)
    assert errors.median() == pytest.approx(0.0, abs=0.25)


def test_a_simulation_repeats_with_its_seed(
    results: dict[str, OptionResult], setting: AppraisalInputs
) -> None:
    first, again = (
        simulate(results, setting, Uncertainty(1.0), draws=300, seed=5) for _ in range(2)
    )
    for name, table in first.values.items():
        pd.testing.assert_frame_equal(table, again.values[name])


def test_the_order_in_which_services_are_listed_changes_no_draw(setting: AppraisalInputs) -> None:
    other = replace(CLINIC, id="a_beds", rates={"age_75_84": 50.0})
    sites = {"clinic": frozenset("AC"), "a_beds": frozenset("B")}
    fewer = {**sites, "clinic": frozenset("A")}
    options = [Option("today", "Today", sites), Option("fewer", "Fewer", fewer)]
    drawn = []
    for services in ((CLINIC, other), (other, CLINIC)):
        inputs = replace(setting, services=services)
        results = evaluate_options(options, inputs, baseline="today")
        drawn.append(simulate(results, inputs, Uncertainty(1.0), draws=50, seed=5).values)
    for name, table in drawn[0].items():
        pd.testing.assert_frame_equal(table, drawn[1][name], rtol=1e-12)


def test_the_times_of_patients_and_teams_are_both_shorter_in_the_low_case(
    setting: AppraisalInputs,
) -> None:
    # The way back takes 1.7 times as long, so that the two cannot be mistaken for each other.
    back = replace(setting.times, minutes=setting.times.minutes * 1.7)
    cases = sensitivity_cases(replace(setting, team_times=back), {})
    for case, factor in (("low", 0.9), ("high", 1.1)):
        changed = cases["travel times 10 % shorter or longer"][case]
        pd.testing.assert_frame_equal(changed.times.minutes, setting.times.minutes * factor)
        assert changed.team_times is not None
        pd.testing.assert_frame_equal(changed.team_times.minutes, back.minutes * factor)


def test_the_mean_of_simulated_minutes_is_the_estimate(setting: AppraisalInputs) -> None:
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    wild = Uncertainty(0.0, speed_sd=0.6, rate_sd=0.0, growth_sd=0.0)
    drawn = simulate(results, setting, wild, draws=40_000, seed=5).values["mean_minutes"]
    exact = simulate(results, setting, EXACT, draws=1, seed=5).values["mean_minutes"].iloc[0]
    # A lognormal factor whose mean was left to itself would be off by (1 + 0.6^2)^0.5 = 1.17.
    assert (drawn.mean() / exact).tolist() == pytest.approx([1.0, 1.0], abs=0.012)


def test_equal_totals_share_a_rank_and_the_next_rank_is_left_out() -> None:
    totals = np.array([[0.3, 0.1 + 0.2, 0.7, np.nan], [0.5, 0.4, 0.2, 0.9]])
    assert competition_ranks(totals).tolist() == [[2, 2, 1, 0], [2, 3, 4, 1]]


def barred_scorecard() -> Scorecard:
    """Return a scorecard whose best option fails a hurdle."""
    scores = pd.DataFrame({"x": [0.9, 0.6, 0.3]}, index=["barred", "first", "second"])
    card = scorecard(scores, [1.0])
    ranks = pd.Series([pd.NA, 1, 2], scores.index, dtype="Int64")
    return replace(card, ranks=ranks)


def test_the_tornado_leaves_out_an_option_that_fails_a_hurdle() -> None:
    card = barred_scorecard()
    measure = Measure("X", "", "higher", (0.0, 1.0), lambda _: 0.0)
    low = card.scores.assign(x=[0.9, 0.2, 0.3])
    row = one_at_a_time(card, {"a": {"low": low, "high": card.scores}}, {"x": measure}).iloc[0]
    assert (row["low_leader"], row["high_leader"]) == ("second", "first")
    assert row["margin"] == pytest.approx(0.3)


def test_a_simulation_gives_no_rank_to_an_option_that_fails_a_hurdle() -> None:
    card = barred_scorecard()
    measure = Measure("X", "", "higher", (0.0, 1.0), lambda _: 0.0)
    drawn = pd.DataFrame([[0.9, 0.6, 0.3], [0.9, 0.1, 0.4]], columns=card.scores.index)
    ranks = Simulation({"x": drawn}).ranks(card, {"x": measure})
    assert ranks.loc["barred"].tolist() == [0, 0, 0]
    assert ranks.loc["first"].tolist() == [0.5, 0.5, 0]
