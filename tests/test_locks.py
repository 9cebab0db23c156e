"""One run at a time writes into a folder: who comes second is told, and no killed run locks out."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llrgeo.errors import PublishError
from llrgeo.execution import locks
from llrgeo.execution.locks import only_writer

HOLDER = """
import pathlib, sys, time
from llrgeo.execution.locks import only_writer
with only_writer(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Return a process that holds the folder `made/maps`, which is not there yet."""
    words = [sys.executable, "-c", HOLDER, str(tmp_path / "made" / "maps")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_into_a_folder_is_told_at_once(holder, run_command, town_study, tmp_path):
    out = tmp_path / "made" / "maps"
    for more in ([], ["--quick"]):
        ended = run_command("run", town_study, "--out", out, *more)
        assert ended.status == 1
        assert ended.err.startswith(f"llrgeo: {out}: another run is writing into this folder")
        assert f"(process {holder.pid})" in ended.err
        assert ended.err.count("\n") == 1
    assert not out.parent.exists()


def test_a_replay_into_a_folder_that_is_written_is_told(holder, run_command, town_study, tmp_path):
    out, published = tmp_path / "made" / "maps", tmp_path / "published"
    assert run_command("run", town_study, "--quiet", "--out", published).status == 0
    again = ("replay", published / "manifest.json", "--data", town_study.parent)
    ended = run_command(*again, "--out", out)
    assert (ended.status, out.parent.exists()) == (1, False)
    assert ended.err.startswith(f"llrgeo: {out}: another run is writing into this folder")
    assert f"(process {holder.pid})" in ended.err


def test_a_run_that_was_killed_locks_nobody_out(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert [path.name.startswith(".llrgeo-") for path in tmp_path.iterdir()] == [True]
    with only_writer(tmp_path / "made" / "maps"):
        pass
    assert [*tmp_path.iterdir()] == []


@pytest.mark.usefixtures("holder")
def test_other_folders_are_not_held(tmp_path):
    with only_writer(tmp_path / "made" / "maps 2"), only_writer(tmp_path / "made"):
        pass
    (tmp_path / "link").symlink_to(tmp_path / "made")
    with pytest.raises(PublishError, match="another run"), only_writer(tmp_path / "link" / "maps"):
        pass


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_none(tmp_path, monkeypatch):
    lock_now, opened = locks._lock_now, []

    def lock_late(file) -> None:
        if not opened:
            Path(file.name).unlink()
        opened.append(file)
        lock_now(file)

    monkeypatch.setattr(locks, "_lock_now", lock_late)
    with only_writer(tmp_path / "maps"):
        assert len(opened) == 2
        assert len([*tmp_path.iterdir()]) == 1


def test_a_folder_that_takes_no_locks_is_written_without(tmp_path, monkeypatch):
    def no_locks(_) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(locks, "_lock_now", no_locks)
    with only_writer(tmp_path / "maps"), only_writer(tmp_path / "maps"):
        pass
    assert [*tmp_path.iterdir()] == []
