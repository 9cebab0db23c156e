"""The default study's figures: a changed number is a reviewed diff with a line in the changelog.

After a change that is meant, write the tables anew: python tests/test_golden.py
"""

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.tables.declaration import NEVER_BLANK
from llrgeo.publish.data.labels import labelled_tables
from llrgeo.study.config import load_study
from llrgeo.study.result import StudyResult
from llrgeo.study.run import run_study

GOLDEN = Path(__file__).parent / "golden"
TABLES = (
    "scorecard",
    "sentences",
    "winners_and_losers",
    "flows",
    "places_of_care",
    "burden",
    "equity",
    "places",
    "place_rankings",
    "team_reach",
    "costs",
    "case_against",
    "case_for",
    "rank_acceptability",
    "switching_weights",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_the_default_study_gives_the_figures_on_file(name, default_study):
    kept = pd.read_csv(GOLDEN / f"{name}.csv")
    found = _as_read(_published(default_study)[name])
    pd.testing.assert_frame_equal(found, kept, check_dtype=False, rtol=1e-6, atol=1e-4)


@pytest.mark.slow
def test_people_of_the_default_study_add_up_to_the_census(default_study):
    tables = default_study.evidence.tables
    keys = ["option", "service"]
    for counted in (
        tables["winners_and_losers"].groupby(keys)["people"].sum(),
        tables["flows"].groupby(keys)["residents"].sum(),
        tables["journeys"].groupby([*keys, "group"])["people"].sum(),
        tables["over_the_border"].groupby(keys)["residents"].sum(),
        tables["places"].groupby("option")["people"].sum(),
    ):
        assert (counted == 1_121_994).all()


@pytest.mark.slow
def test_what_is_never_blank_has_no_blanks_in_the_default_study(default_study):
    evidence = default_study.evidence
    for name, table in evidence.tables.items():
        shown = _as_read(table).replace([np.inf, -np.inf], np.nan)
        for column in shown.columns[shown.isna().any()]:
            declared = evidence.descriptions[name].column(column)
            assert declared.blank != NEVER_BLANK, (name, column)


def _published(result: StudyResult) -> dict[str, pd.DataFrame]:
    """Return the tables as they are published: words in place of ids."""
    return labelled_tables(result.evidence.tables, result.study.tolerance_min)


def _as_read(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it comes back from its file."""
    return pd.read_csv(StringIO(_text(table)))


def _text(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    published = _published(run_study(load_study()))
    for name in TABLES:
        (GOLDEN / f"{name}.csv").write_text(_text(published[name]), encoding="utf-8")
