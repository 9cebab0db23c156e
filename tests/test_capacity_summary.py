"""The summary of capacity: what is not known stays blank, and no sum hides it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.summary import summary_by_year

NONE = pd.DataFrame()
BEDS = pd.DataFrame(
    [("today", 2026, 11.0, 9.0, 0.0, 7.5, 6.1), ("today", 2026, np.nan, 4.0, 1.0, 3.2, 3.4)],
    columns=[
        "option", "year", "beds", "beds_needed", "beds_short", "nurses_wte", "nurses_wte_needed",
    ],
)  # fmt: skip
PLAN = SimpleNamespace(years=[2026], estate=None, services=SimpleNamespace(pools={}))


def row(**evidence: pd.DataFrame) -> pd.Series:
    found = SimpleNamespace(
        **({"beds": NONE, "rooms": NONE, "rounds": NONE, "crisis": NONE} | evidence)
    )
    return summary_by_year(found, PLAN, {"today": None}).iloc[0]


def test_posts_of_one_kind_are_the_posts_of_a_study_without_the_others() -> None:
    found = row(beds=BEDS)
    assert found["wte"] == found["nurses_wte"] == pytest.approx(10.7)
    assert found[["rounds_wte", "crisis_wte", "rooms_needed", "capital"]].isna().all()
    assert np.isnan(found["beds"])  # one site says nothing of its beds
    assert found["beds_needed"] == 13
    rounds = pd.DataFrame({"option": ["today"], "year": [2026], "wte": [4.1]})
    assert row(beds=BEDS, rounds=rounds)["wte"] == pytest.approx(14.8)


def test_without_any_post_their_sum_is_not_zero_but_unknown() -> None:
    assert np.isnan(row()["wte"])
