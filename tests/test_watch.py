"""`llrgeo run --watch`: a study that is saved is run again, scores first."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from test_stored import contents
from typer.testing import CliRunner

from llrgeo.cli import app, run, watch
from llrgeo.errors import ConfigError
from llrgeo.execution.locks import only_writer
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def saved(monkeypatch) -> Callable[[list[Callable[[], object]]], None]:
    """Return what takes edits: each is made when a watcher waits, and Ctrl-C comes after them."""

    def plan(edits: list[Callable[[], object]]) -> None:
        steps = iter(edits)

        def sleep(_: float) -> None:
            """Make the next edit; every second sleep is of the look whether all is written."""
            nonlocal waiting
            waiting = not waiting
            if waiting:
                try:
                    next(steps)()
                except StopIteration:
                    raise KeyboardInterrupt from None

        waiting = False
        monkeypatch.setattr(watch, "sleep", sleep)

    return plan


def replaced(path, before: str, after: str) -> Callable[[], object]:
    def edit() -> None:
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return edit


def test_scores_come_first_and_faults_are_told_and_awaited(saved, town_study, tmp_path):
    out = tmp_path / "maps"
    titles = []

    def look() -> None:
        titles.append("Care in two towns" in (out / "report.html").read_text(encoding="utf-8"))

    def broken() -> None:
        replaced(town_study, "standard_min = 2", "standard_min = -2")()

    def mended() -> None:
        look()
        replaced(town_study, "standard_min = -2", "standard_min = 1")()

    saved([replaced(town_study, "Care closer to home in the toy town", "Care in two towns"),
           broken, mended, look])  # fmt: skip
    command = ["run", str(town_study), "--out", str(out), "--watch"]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.exit_code == 0
    said = ended.stdout
    assert said.count("Scores after") == said.count("Pages after") == 3  # not of the broken one
    assert said.count("Explorer after") == 3
    assert said.index("Scores after") < said.index("Explorer after") < said.index("Pages after")
    assert said.count("Changed: the study") == 3
    assert "standard_min" in ended.stderr
    assert "did not end" not in ended.stderr
    assert said.rstrip().endswith("No longer watching")
    assert titles == [True, True]  # the pages of the last run that ended stay


def test_a_folder_that_another_run_is_writing_is_told_and_the_next_save_awaited(
    saved, town_study, tmp_path
):
    out = tmp_path / "maps"
    with ExitStack() as another:
        another.enter_context(only_writer(out))

        def ended_and_saved() -> None:
            another.close()
            replaced(town_study, "Care closer to home in the toy town", "Care in two towns")()

        saved([ended_and_saved])
        command = ["run", str(town_study), "--out", str(out), "--watch"]
        ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.stderr.count("another run is writing into this folder") == 1
    assert ended.stdout.count("Pages after") == 1
    assert "Care in two towns" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError("no space")], ids=["stopped", "full"])
def test_pages_of_a_run_that_did_not_end_are_told(
    saved, town_study, published_town, tmp_path, monkeypatch, stop
):
    out = tmp_path / "maps"
    shutil.copytree(published_town, out)

    def stopped(*_: object, **__: object) -> None:
        raise stop

    monkeypatch.setattr(run, "_publish", stopped)
    replaced(town_study, "Care closer to home in the toy town", "Care in two towns")()
    saved([])
    command = ["run", str(town_study), "--out", str(out), "--watch"]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert "Care in two towns" in (out / "explorer.html").read_text(encoding="utf-8")
    assert "Care in two towns" not in (out / "report.html").read_text(encoding="utf-8")
    assert "of a run that did not end" in ended.stderr


def test_a_table_that_the_study_reads_is_watched_too(saved, town_study, tmp_path):
    areas = town_study.parent / "areas.csv"
    rows = areas.read_text(encoding="utf-8")
    saved([lambda: areas.write_text(rows.replace("\nN,", "\nN2,"), encoding="utf-8")])
    command = ["run", str(town_study), "--out", str(tmp_path / "maps"), "--watch"]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert "Changed: areas" in ended.stdout
    assert "N2" in ended.stderr  # its outline is missing, as a run from scratch would say


def test_a_file_of_the_same_size_and_time_as_before_is_read_again(saved, town_study, tmp_path):
    areas, out = town_study.parent / "areas.csv", tmp_path / "maps"
    before, text = areas.stat(), areas.read_text(encoding="utf-8")
    other = text.replace(",50,30,20,80,", ",50,30,20,90,")  # one digit of those with a disability

    def copy_an_older_one_and_save_the_study() -> None:
        areas.write_text(other, encoding="utf-8")
        os.utime(areas, ns=(before.st_atime_ns, before.st_mtime_ns))
        replaced(town_study, "toy town", "town of toys")()

    assert other != text
    assert len(other) == len(text)
    saved([copy_an_older_one_and_save_the_study])
    command = ["run", str(town_study), "--out", str(out), "--watch"]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.stdout.count("Pages after") == 2
    publish_study(run_study(load_study(town_study)), tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


def test_the_study_of_a_plan_is_watched_with_it(saved, town_study, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(f'[plan]\nstudy = "town/{town_study.name}"\nrun_id = "other"\n')
    saved([replaced(town_study, "toy town", "second town")])
    command = ["run", str(plan), "--out", str(tmp_path / "maps"), "--watch"]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert f"Changed: its study {town_study}" in ended.stdout


def test_the_embedded_study_cannot_be_edited_so_it_is_not_watched():
    with pytest.raises(ConfigError, match=r"start one: llrgeo new my_study\.toml"):
        CliRunner().invoke(app, ["run", "--watch"], catch_exceptions=False)


def test_stages_are_not_timed_while_a_study_is_watched(saved, town_study, tmp_path):
    saved([])
    command = ["run", str(town_study), "--out", str(tmp_path / "maps"), "--watch", "--timings"]
    with pytest.raises(ConfigError, match="leave out --timings"):
        CliRunner().invoke(app, command, catch_exceptions=False)
