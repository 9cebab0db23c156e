"""Quality assurance: what a study records stands in tables, workbook and report, and no more."""

import pandas as pd
import pytest

from llrgeo.errors import ConfigError
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study

RECORD = """
[quality]
author = "A. Planner"
reviewer = "B. Reader"
date = "2026-11-20"
result = "Two figures corrected"

[[quality.checks]]
what = "Ten journeys against a journey planner"
who = "C. Driver"
date = "2026-11-18"
result = "Within 2 minutes"

[[quality.assumptions]]
assumption = "All clinics keep their hours"
basis = "Trust, letter of May"
owner = "D. Manager"
if_wrong = "Fewer people fit in"
"""


@pytest.fixture
def recorded(town_study):
    text = town_study.read_text("utf-8")
    town_study.write_text(text + RECORD, encoding="utf-8")
    return town_study


def table(folder, name):
    return pd.read_csv(folder / "tables" / f"{name}.csv", keep_default_na=False)


def test_what_is_recorded_stands_in_tables_workbook_and_report(recorded, tmp_path):
    out = tmp_path / "out"
    publish_study(run_study(load_study(recorded)), out)
    assert table(out, "quality_log").to_numpy().tolist() == [
        ["author", "", "A. Planner", "", ""],
        ["reviewer", "", "B. Reader", "2026-11-20", "Two figures corrected"],
        ["check", "Ten journeys against a journey planner", "C. Driver", "2026-11-18",
         "Within 2 minutes"],
    ]  # fmt: skip
    register = table(out, "assumption_register")
    assert register.iloc[0].tolist() == [
        "All clinics keep their hours", "Trust, letter of May", "D. Manager", "",
        "Fewer people fit in",
    ]  # fmt: skip
    assert (
        register["assumption"].str.startswith(("Clinic: how often", "Beds: how often")).sum() == 2
    )
    book = pd.read_excel(out / "tables.xlsx", sheet_name=["quality_log", "assumption_register"])
    assert "B. Reader" in book["quality_log"]["who"].tolist()
    assert len(book["assumption_register"]) == len(register)
    page = (out / "report.html").read_text("utf-8")
    assert "Within 2 minutes" in page
    assert "records no author" not in page


def test_a_study_that_records_nothing_is_said_to(town_study, tmp_path):
    out = tmp_path / "out"
    publish_study(run_study(load_study(town_study)), out)
    assert table(out, "quality_log").empty
    assert "records no author, no reviewer and no check" in (out / "report.html").read_text("utf-8")
    assert '"quality"' not in (out / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"B. Reader"', '"A. Planner"', "reviewer: is the author"),
        ('reviewer = "B. Reader"\n', "", "say who the reviewer is"),
        ('"2026-11-18"', '"18/11/2026"', r"quality\.checks\.1\.date: '18/11/2026' is no day"),
        ('what = "Ten journeys against a journey planner"\n', "", r"checks\.1\.what: .* required"),
    ],
)
def test_a_record_that_cannot_be_meant_is_refused(recorded, before, after, said):
    text = recorded.read_text("utf-8")
    assert before in text
    recorded.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_study(recorded)
