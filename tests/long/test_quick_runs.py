"""`llrgeo run --quick` after every change, each as whole runs that are held against each other."""

from pathlib import Path

import pytest
from test_reuse import CHANGES
from test_stored import contents, replaced, run_quick, use_contacts_of_patients

from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def check_same(study: Path, out: Path) -> None:
    """Hold a folder that was written quickly against that of a run from scratch."""
    whole = out.with_name("whole")
    publish_study(run_study(load_study(study)), whole)
    assert contents(out) == contents(whole)


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_a_quick_run_writes_what_one_from_scratch_does(
    what, town_study, tmp_path
):
    run_quick(town_study, tmp_path / "maps")
    replaced(town_study, *CHANGES[what])
    run_quick(town_study, tmp_path / "maps")
    check_same(town_study, tmp_path / "maps")


@pytest.mark.parametrize("name", ["areas.csv", "sites.csv"])
def test_so_it_does_after_a_file_was_saved_with_other_content(name, town_study, tmp_path):
    run_quick(town_study, tmp_path / "maps")
    path = town_study.parent / name
    path.write_bytes(path.read_bytes() + b"\n")
    run_quick(town_study, tmp_path / "maps")
    check_same(town_study, tmp_path / "maps")


def test_so_it_does_with_contacts_of_real_patients(town_study, tmp_path):
    use_contacts_of_patients(town_study)
    for _ in range(2):
        assert "Pages after" in run_quick(town_study, tmp_path / "maps")
    check_same(town_study, tmp_path / "maps")
