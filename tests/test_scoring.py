"""Scores by hand, and the laws a scorecard keeps."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_setting

from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.measures import MEASURES, Measure
from llrgeo.appraisal.scoring import Criterion, Hurdle, dominating_option, score_options
from llrgeo.errors import InputError
from llrgeo.travel.times import TravelTimes

Results: TypeAlias = dict[str, OptionResult]

CRITERIA = (Criterion("closer_to_home", 3), Criterion("within_standard", 1))


@pytest.fixture(scope="module")
def results(town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes) -> Results:
    remote = TODAY.change("health", opens={"clinic": {"C"}})
    setting = town_setting(town_areas, town_sites, town_times)
    return evaluate_options([TODAY, LOCAL, remote], setting, baseline="today")


def test_the_scorecard_of_the_town_is_as_on_paper(results: Results) -> None:
    card = score_options(results, CRITERIA)
    # 1,000 clinic visits and 20 x 10 / 1,000 x (20 + 15 + 10 + 10) = 11 visits to the beds.
    # Local: 300 clinic and 4 + 3 + 2 bed visits at B. Within 2 minutes: all but F today, N too.
    assert card.values.loc["local", "closer_to_home"] == pytest.approx(309 / 1_011)
    assert card.values.loc["local", "within_standard"] == pytest.approx((900 + 7) / 1_011)
    assert card.values.loc["today", "within_standard"] == pytest.approx((600 + 6) / 1_011)
    assert card.weights.tolist() == [0.75, 0.25]
    expected = 0.75 * 309 / 1_011 + 0.25 * 907 / 1_011
    assert card.totals["local"] == pytest.approx(expected)
    assert card.ranks.tolist() == [3, 1, 2]
    assert card.dominated.tolist() == ["local", "", "local"]


def test_dropping_an_option_changes_no_other_score(results: Results) -> None:
    card = score_options(results, CRITERIA)
    fewer = score_options({k: v for k, v in results.items() if k != "local"}, CRITERIA)
    pd.testing.assert_frame_equal(card.scores.drop(index="local"), fewer.scores)


def test_an_option_that_fails_a_hurdle_has_no_rank(results: Results) -> None:
    card = score_options(results, CRITERIA, hurdles=[Hurdle("within_standard", 0.6)])
    assert card.hurdles["within_standard"].tolist() == [False, True, True]
    assert card.ranks.isna().tolist() == [True, False, False]
    assert card.ranks["local"] == 1


def test_hurdles_that_nobody_meets_are_an_error(results: Results) -> None:
    with pytest.raises(InputError, match=r"no option meets all of within_standard 0\.99"):
        score_options(results, CRITERIA, hurdles=[Hurdle("within_standard", 0.99)])


def test_a_difference_that_is_not_material_dominates_nobody() -> None:
    scores = pd.DataFrame([[0.5, 0.5], [0.504, 0.5], [0.51, 0.5]], index=["a", "b", "c"])
    assert dominating_option(scores).tolist() == ["c", "c", ""]


def test_figures_beyond_the_anchors_score_nothing_or_all() -> None:
    measure = MEASURES["mean_minutes"]
    assert measure.score(pd.Series([np.inf, 40, 20, 0, -1])).tolist() == [0, 0, 0.5, 1, 1]


def test_a_supplied_judgement_is_scored_like_any_measure(results: Results) -> None:
    points = {"today": 10.0, "local": 4.0, "health": 0.0}
    ease = Measure("Ease", "points", "higher", (0.0, 10.0), lambda r: points[r.option.name])
    measures = {**MEASURES, "ease": ease}
    card = score_options(results, [Criterion("ease", 1)], measures=measures)
    assert card.totals.tolist() == [1.0, 0.4, 0.0]


def test_bad_criteria_list_all_their_faults(results: Results) -> None:
    criteria = [Criterion("nonsense", 0), Criterion("carbon", -1), Criterion("carbon", 1)]
    with pytest.raises(InputError) as caught:
        score_options(results, criteria)
    for words in (
        "unknown measures nonsense",
        "'carbon' is -1",
        "'carbon' is listed twice",
        "add up to 0",
    ):
        assert words in str(caught.value)


def test_a_measure_without_figures_is_named(results: Results) -> None:
    known = {"today": 1.0}
    unknown = replace(MEASURES["carbon"], value=lambda r: known.get(r.option.name, np.nan))
    with pytest.raises(InputError, match="'carbon' has no figure for local, health"):
        score_options(results, [Criterion("carbon", 1)], measures={"carbon": unknown})


def test_the_anchors_of_every_measure_agree_with_its_direction() -> None:
    for name, measure in MEASURES.items():
        zero, one = measure.anchors
        assert (one > zero) == (measure.better == "higher"), name


@pytest.mark.parametrize(
    ("better", "just", "short"), [("lower", 12.0, 12.1), ("higher", 12.0, 11.9)]
)
def test_exactly_the_limit_meets_a_hurdle(better: str, just: float, short: float) -> None:
    measure = Measure("X", "", better, (0.0, 1.0), lambda _: 0.0)
    assert measure.meets(just, 12.0)
    assert not measure.meets(short, 12.0)
