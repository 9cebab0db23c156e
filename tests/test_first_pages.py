"""The first pages, drawn before the rest of the evidence, are those of the whole run."""

from pathlib import Path

import pandas as pd
import pytest

from llrgeo.inputs.embedded import DEFAULT_STUDY, embedded
from llrgeo.publish import folder
from llrgeo.publish.first_pages import FIRST_TABLES
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_first, publish_study, run_study


@pytest.fixture
def beds_study() -> Path:
    """Return a study with years, which has all tables of the first pages."""
    return embedded(DEFAULT_STUDY).parent / "beds.toml"


def check_first(study: Path, tmp_path: Path) -> set[str]:
    """Hold the first pages against those of a whole run; return the tables they were drawn from."""
    tables, pages = set(), {}

    def draft(result):
        tables.update(result.evidence.tables)
        pages.update(publish_first(result, tmp_path / "first"))

    result = run_study(load_study(study), on_draft=draft)
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == sorted(pages)
    publish_study(result, tmp_path / "whole")
    for name, page in pages.items():
        assert page.encode() == (tmp_path / "first" / name).read_bytes()
        assert page.encode() == (tmp_path / "whole" / name).read_bytes()
    assert sorted(pages) == ["explorer.html", "index.html"]
    return tables


def test_first_pages_are_those_of_the_whole_run(town_study, tmp_path):
    assert check_first(town_study, tmp_path) < FIRST_TABLES


def test_first_pages_of_a_study_of_years_are_those_of_the_whole_run(beds_study, tmp_path):
    assert check_first(beds_study, tmp_path) == FIRST_TABLES


def test_pages_that_were_drawn_are_not_drawn_again(town_study, tmp_path, monkeypatch):
    result = run_study(load_study(town_study))
    drawn = publish_first(result, tmp_path)
    monkeypatch.setattr(folder, "first_pages", lambda *_: pytest.fail("drawn again"))
    publish_study(result, tmp_path, drawn=drawn)


def test_contacts_of_real_patients_are_not_drafted(town_study):
    town = pd.read_csv(town_study.parent / "areas.csv")
    counted = town[["area_id"]].assign(clinic=40, beds=20)
    counted.to_csv(town_study.parent / "contacts.csv", index=False)
    text = town_study.read_text(encoding="utf-8")
    named = 'draws = 200, activity = "contacts.csv", data_class = "restricted"'
    assert "draws = 200" in text
    town_study.write_text(text.replace("draws = 200", named, 1), encoding="utf-8")
    told = []
    run_study(load_study(town_study), on_draft=told.append)
    assert told == []
