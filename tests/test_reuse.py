"""What holds of an earlier result is what a run from scratch would find, whatever was changed."""

import errno
import inspect
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from llrgeo.appraisal.tables import context
from llrgeo.study import own_roads, planning
from llrgeo.study import run as study_run
from llrgeo.study.config import StudyConfig, load_study
from llrgeo.study.inputs import EVERYTHING, StudyInputs
from llrgeo.study.result import StudyResult
from llrgeo.study.reuse import NOTHING_REUSABLE, mark, mark_files, still_holds
from llrgeo.study.run import run_study
from llrgeo.study.sections.criteria import CriterionConfig
from llrgeo.study.stored import run_keys
from llrgeo.travel.search import search_trees

NEW_SITE = """
[[new_sites]]
id = "D"
name = "D"
kind = "other"
easting = 450500
northing = 300900

[[options]]"""
CHANGES = {  # by the key of the study: what stands in its file, and what takes its place
    "title": ("in the toy town", "in another town"),
    "question": ("date =", 'question = "Who travels?"\ndate ='),
    "date": ("2026-11-22", "2031-02-03"),
    "criteria": ('measure = "mean_minutes", weight = 1', 'measure = "mean_minutes", weight = 3'),
    "a criterion": ('"closer_to_home"', '"carbon"'),
    "hurdles": ("[[options]]", '[[hurdles]]\nmeasure = "mean_minutes"\nlimit = 99\n[[options]]'),
    "options": ('clinic = ["B", "C"]', 'clinic = ["B"]'),
    "services": ("standard_min = 2", "standard_min = 1"),
    "a team": ("visits = 2 }", 'visits = 2, delivery = "team" }'),
    "appraisal": ("draws = 200", "draws = 100, horizon_years = 20"),
    "tolerance_min": ("date =", "tolerance_min = 0.5\ndate ="),
    "seed": ("date =", "seed = 7\ndate ="),
    "home": ("date =", 'home = ["Town"]\ndate ='),
    "time_factor": ("date =", "time_factor = 1.5\ndate ="),
    "team_time_factor": ("date =", "team_time_factor = 0.7\ndate ="),
    "terminal_min": ("date =", "terminal_min = 4\ndate ="),
    "thresholds_min": ("date =", "thresholds_min = [1, 2, 9]\ndate ="),
    "ceiling_min": ("date =", "ceiling_min = 20\ndate ="),
    "periods": ("date =", 'periods = ["pm_peak"]\ndate ='),
    "new_sites": ("[[options]]", NEW_SITE),
}  # fmt: skip
REUSES_TIMES = {
    "title", "question", "criteria", "a criterion", "hurdles", "options", "services",
    "a team", "appraisal", "tolerance_min", "seed", "home",
}  # fmt: skip
REUSES_RESULTS = {"title", "question", "criteria", "a criterion", "hurdles"}


@pytest.fixture(scope="module")
def earlier(town_study_once) -> StudyResult:
    return run_study(load_study(town_study_once))


def changed(earlier: StudyResult, text: str) -> StudyConfig:
    """Return the town's study with another text of its file, beside the files it names."""
    path = earlier.study.folder / "changed.toml"
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    path.unlink()
    return study.model_copy(update={"file": earlier.study.file})


def assert_same_evidence(found: StudyResult, fresh: StudyResult) -> None:
    pd.testing.assert_frame_equal(found.scorecard.values, fresh.scorecard.values)
    pd.testing.assert_series_equal(found.scorecard.totals, fresh.scorecard.totals)
    assert list(found.evidence.tables) == list(fresh.evidence.tables)
    for name, table in fresh.evidence.tables.items():
        pd.testing.assert_frame_equal(found.evidence.tables[name], table)
    assert found.times.error_note == fresh.times.error_note


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_a_run_that_keeps_what_holds_finds_what_one_from_scratch_does(
    what, earlier
):
    text = (earlier.study.folder / "study.toml").read_text(encoding="utf-8")
    before, after = CHANGES[what]
    assert before in text
    study = changed(earlier, text.replace(before, after, 1))
    reusable = still_holds(earlier, study, ())
    assert (reusable.times_by is not None) == (what in REUSES_TIMES)
    assert (reusable.results is not None) == (what in REUSES_RESULTS)
    assert ("earlier_routers" in reusable.inputs) == (what == "new_sites")
    if reusable is not NOTHING_REUSABLE:
        assert_same_evidence(run_study(study, reusable=reusable), run_study(study))


def test_a_study_that_did_not_change_is_not_computed_again(earlier, monkeypatch):
    told = []
    for name in ("compute_times", "evaluate_options"):
        monkeypatch.setattr(study_run, name, None)  # a call would fail
    reusable = still_holds(earlier, earlier.study, ())
    found = run_study(earlier.study, reusable=reusable, on_scores=told.append)
    assert_same_evidence(found, earlier)
    assert [list(card.totals) for card in told] == [list(earlier.scorecard.totals)]


def test_what_does_not_rest_on_scores_is_not_computed_again(earlier, monkeypatch):
    study_run.build_publication(earlier)  # pages of the earlier result are made
    criteria = (CriterionConfig(measure="mean_minutes", weight=3),)
    study = earlier.study.model_copy(update={"criteria": criteria})
    fresh = run_study(study)
    for module, name in (
        (context, "simulate"), (context, "cost_table"), (planning, "pack_network"),
        (own_roads, "roads_in_use"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, None)  # a call would fail
    found = run_study(study, reusable=still_holds(earlier, study, ()))
    assert_same_evidence(found, fresh)
    assert not found.evidence.tables["tornado"].equals(earlier.evidence.tables["tornado"])
    pages = study_run.build_publication(found)
    assert pages.planning.network is study_run.build_publication(earlier).planning.network
    assert pages.own_roads is study_run.build_publication(earlier).own_roads


@pytest.mark.parametrize(
    ("what", "read_again"),
    [("criteria", {"theme"}), ("options", {"theme", "options", "capacity"}),
     ("services", {*EVERYTHING} - {"areas", "routers", "base_map"})],
)  # fmt: skip
def test_only_inputs_that_a_change_touches_are_read_again(what, read_again, earlier):
    text = (earlier.study.folder / "study.toml").read_text(encoding="utf-8")
    study = changed(earlier, text.replace(*CHANGES[what], 1))
    reusable = still_holds(earlier, study, ())
    assert set(EVERYTHING) - set(reusable.inputs) == read_again
    assert all(vars(earlier.inputs)[name] is part for name, part in reusable.inputs.items())


def test_where_a_site_moved_what_rests_on_areas_alone_is_not_read_again(earlier):
    text = (earlier.study.folder / "study.toml").read_text(encoding="utf-8")
    moved = text.replace(*CHANGES["new_sites"], 1)
    held = still_holds(earlier, changed(earlier, moved), ()).inputs
    read_again = {"sites", "routers", "options", "theme", "rates", "capacity"}
    assert {*EVERYTHING} - set(held) == read_again
    assert held["rate_tables"] is earlier.inputs.rate_tables
    # Where services change in the same save, only what rests on places alone holds.
    both = changed(earlier, moved.replace(*CHANGES["services"], 1))
    assert {*EVERYTHING} & set(still_holds(earlier, both, ()).inputs) == {"areas", "base_map"}


def test_a_key_that_nobody_has_thought_of_decides_everything(earlier):
    other = earlier.study.model_copy(update={"sources": ("Somebody",)})
    assert still_holds(earlier, other, ()) is NOTHING_REUSABLE


def test_results_judged_by_costs_are_not_those_judged_without(earlier):
    costs = CriterionConfig(measure="provider_cost_a_year", weight=1)
    reusable = still_holds(earlier, earlier.study.model_copy(update={"criteria": (costs,)}), ())
    assert reusable.times_by is earlier.times_by
    assert reusable.results is None


@pytest.mark.parametrize(
    ("file", "times", "results"),
    [("areas", False, False), ("network", False, False), ("sites", False, False),
     ("unit_values", True, False), ("theme", True, True), ("logo", True, True)],
)  # fmt: skip
def test_files_decide_what_rests_on_them(earlier, file, times, results):
    reusable = still_holds(earlier, earlier.study, [file])
    assert (reusable.times_by is not None, reusable.results is not None) == (times, results)
    assert ("earlier_routers" in reusable.inputs) == (file == "sites")


def test_where_a_site_moved_only_the_ways_to_it_are_searched(earlier, monkeypatch):
    searched, search = [], search_trees.search_tree

    def counted(matrix, start, buckets):
        searched.append(start)
        return search(matrix, start, buckets)

    text = (earlier.study.folder / "study.toml").read_text(encoding="utf-8")
    study = changed(earlier, text.replace(*CHANGES["new_sites"], 1))
    monkeypatch.setattr(search_trees, "search_tree", counted)
    fresh, before = run_study(study), run_study(earlier.study)
    pages = study_run.build_publication(before)
    searched.clear()
    reusable = still_holds(before, study, ())
    found = run_study(study, reusable=reusable)
    assert len(searched) == len(study.periods)
    assert_same_evidence(found, fresh)
    # All roads of the network are packed as they were; which of them journeys use is found anew.
    assert set(reusable.inputs["computed"]) == {inspect.unwrap(planning.packed_network)}
    assert study_run.build_publication(found).planning.network is pages.planning.network


def test_the_order_of_names_counts_because_rows_of_tables_follow_it(earlier):
    text = (earlier.study.folder / "study.toml").read_text(encoding="utf-8")
    rates = "age_75_84 = 50", "age_75_84 = 50, age_18_64 = 2", "age_18_64 = 2, age_75_84 = 50"
    one, other = (changed(earlier, text.replace(rates[0], each)) for each in rates[1:])
    assert one == other
    before = replace(earlier, inputs=StudyInputs(one))
    assert still_holds(before, one, ()).results is before.results
    assert still_holds(before, other, ()).results is None
    assert run_keys(one).run != run_keys(other).run


def test_a_link_that_leads_to_another_file_has_another_mark(tmp_path):
    for name in ("first.csv", "second.csv"):
        (tmp_path / name).write_text(f"{name:<10}", encoding="utf-8")
        os.utime(tmp_path / name, ns=(1, 1))
    link = tmp_path / "areas.csv"
    link.symlink_to("first.csv")
    before = mark(link)
    link.unlink()
    link.symlink_to("second.csv")
    assert mark(link) != before


def test_a_file_that_is_saved_again_or_gone_has_another_mark(town_study):
    study = load_study(town_study)
    before = mark_files(study)
    assert mark_files(study) == before
    (Path(study.folder) / "areas.csv").write_text("area_id\n", encoding="utf-8")
    next((Path(study.folder) / "network").iterdir()).unlink()
    after = mark_files(study)
    assert {key for key in before if before[key] != after[key]} == {"areas", "network"}


def test_a_file_that_goes_while_it_is_looked_at_ends_no_watch(tmp_path, monkeypatch):
    gone = {tmp_path / "edges.parquet", tmp_path / "nodes.parquet"}
    for file in gone:
        file.write_text("1", encoding="utf-8")
    before, stat, looked_at = mark(tmp_path), Path.stat, []

    def taken_away(path, **how):
        if path in gone and path in looked_at:
            raise FileNotFoundError(errno.ENOENT, "taken away", path)
        looked_at.append(path)
        return stat(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", taken_away)
        between, after = mark(tmp_path), mark(tmp_path)
    assert len(before[1]) == 2
    assert between[1] in {(), before[1]}
    assert after == (tmp_path, ())
