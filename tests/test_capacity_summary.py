"""The summary of capacity: what is not known stays blank, and no sum hides it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.summary import parking_by_site, summary_by_year
from llrgeo.inputs.capacity import read_capacity

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


def test_a_site_without_a_parking_space_is_short_of_all_and_one_unknown_of_an_unknown_number():
    spaces = pd.DataFrame({"parking_spaces": {"north": 0.0, "south": np.nan, "west": 900.0}})
    plan = SimpleNamespace(
        parameters=Parameters(read_capacity("parameters")), estate=SimpleNamespace(estate=spaces)
    )
    loads = pd.DataFrame({"contacts": {"north": 61_000.0, "south": 23_000.0, "west": 7_000.0}})
    visited = SimpleNamespace(service=SimpleNamespace(delivery="patient"), loads=loads)
    results = {"today": SimpleNamespace(services={"clinic": visited})}
    found = parking_by_site(plan, results, {2026: 1.3}).set_index("site_id")
    assert found.loc["north", "spaces_short"] == found.loc["north", "spaces_needed"] > 1
    assert np.isnan(found.loc["south", "spaces_short"])
    assert found.loc["west", "spaces_short"] == 0
