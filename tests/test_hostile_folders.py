"""Folders are switched whole: killed runs, full disks, systems that cannot exchange two folders."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llrgeo import files
from llrgeo.errors import PublishError
from llrgeo.files import MARKER, ROOT, folder_written_whole, repair_folder
from llrgeo.publish.folder import write_files

OLD, NEW = {"a.csv": "1", "tables/b.csv": "2"}, {"a.csv": "3", "tables/b.csv": "4", "c/d.csv": "5"}


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(params=["exchange", "steps", "no parent"])
def system(request, monkeypatch):
    """Be a system that exchanges folders, one that cannot, and one that only writes within."""
    if request.param == "steps":
        monkeypatch.setattr(files, "_exchanged", lambda *_: False)
    if request.param == "no parent":
        access = os.access
        monkeypatch.setattr(
            files.os, "access", lambda path, mode: path.name == "maps" and access(path, mode)
        )
    return request.param


@pytest.mark.usefixtures("system")
def test_a_folder_is_replaced_and_files_of_others_stay(tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir(mode=0o750)
    write_files(OLD, folder)
    (folder / "mine.txt").write_text("mine")
    (folder / "tables" / "own.csv").write_text("own")
    (folder / "link").symlink_to("mine.txt")
    write_files(NEW, folder)
    assert contents(folder) == {**NEW, "mine.txt": "mine", "tables/own.csv": "own", "link": "mine"}
    assert (folder / "link").is_symlink()
    assert folder.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in tmp_path.iterdir()] == ["maps"]


@pytest.mark.usefixtures("system")
def test_files_that_are_to_go_do_so_and_one_that_is_written_anew_stays(tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir()
    write_files({**OLD, "tables/costs.csv": "6", "c/own.csv": "7"}, folder)
    write_files(NEW, folder, without=["tables/costs.csv", "tables/b.csv", "never.csv"])
    assert contents(folder) == {**NEW, "c/own.csv": "7"}


def test_files_that_are_to_go_are_not_in_the_folder_that_takes_the_place(tmp_path, monkeypatch):
    exchanged, seen = files._exchanged, []
    monkeypatch.setattr(
        files, "_exchanged", lambda new, old: seen.append(contents(new)) or exchanged(new, old)
    )
    write_files({**OLD, "tables/costs.csv": "6"}, tmp_path / "maps")
    write_files(NEW, tmp_path / "maps", without=["tables/costs.csv"])
    assert seen == [NEW]


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize(
    ("own", "found", "wanted"),
    [("tables", "file", "folder"), ("a.csv/mine.txt", "folder", "file")],
)
def test_a_file_of_others_with_the_name_of_a_folder_is_not_lost(tmp_path, own, found, wanted):
    folder = tmp_path / "maps"
    (folder / own).parent.mkdir(parents=True)
    (folder / own).write_text("mine")
    with pytest.raises(PublishError, match=f"is a {found}, and a {wanted} is to be written there"):
        write_files(NEW, folder)
    assert contents(folder) == {own: "mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["maps"]


def test_the_folder_of_a_home_is_not_exchanged(tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / "documents").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home / "documents"))
    number = home.stat().st_ino
    write_files(NEW, home)
    assert contents(home) == NEW
    assert home.stat().st_ino == number
    assert not list(home.glob(f"{files.TEMPORARY}*"))


@pytest.mark.usefixtures("system")
def test_an_error_before_the_end_leaves_the_old_folder(tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir()
    write_files(OLD, folder)

    def fill():
        with folder_written_whole(folder) as made:
            (made / "a.csv").write_text("9")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fill()
    assert contents(folder) == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["maps"]


def test_other_bytes_from_the_disk_are_noticed(tmp_path, monkeypatch):
    write_files(OLD, tmp_path / "maps")
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"other")
    with pytest.raises(PublishError, match=r"the disk returned other bytes for a\.csv"):
        write_files(NEW, tmp_path / "maps")
    assert contents(tmp_path / "maps") == OLD


def test_whoever_stands_in_the_folder_goes_on_standing_in_it(tmp_path, monkeypatch):
    folder = tmp_path / "maps"
    write_files(OLD, folder)
    monkeypatch.chdir(folder)
    write_files(NEW, Path())
    assert Path("a.csv").read_text() == "3"
    assert contents(folder) == NEW


def test_a_link_to_a_folder_stays_one(tmp_path):
    write_files(OLD, tmp_path / "real")
    (tmp_path / "maps").symlink_to("real")
    write_files(NEW, tmp_path / "maps")
    assert (tmp_path / "maps").is_symlink()
    assert contents(tmp_path / "real") == NEW


class Killed(BaseException):
    """Stands for kill -9: nothing of llrgeo catches it."""


@pytest.mark.parametrize("moves", range(1, 5))
def test_a_switch_in_steps_is_completed_after_a_kill_at_any_move(tmp_path, monkeypatch, moves):
    folder = tmp_path / "maps"
    write_files({**OLD, "gone.csv": "6"}, folder)
    monkeypatch.setattr(files, "_exchanged", lambda *_: False)
    replace, unlink, done = Path.replace, Path.unlink, []

    def kill(path, target):
        if Path(target).name != MARKER and len(done) == moves:
            raise Killed
        done.append(target)
        return replace(path, target)

    def stay(path, **options):
        if path.name == "gone.csv":
            raise Killed
        unlink(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", kill)
        patch.setattr(Path, "unlink", stay)
        # The marker is the first to be moved; before it nothing of the old folder has changed.
        with pytest.raises(Killed):
            write_files(NEW, folder, without=["gone.csv"])
    mixed = contents(folder)
    assert MARKER in mixed
    assert repair_folder(folder)
    assert contents(folder) == NEW
    write_files(NEW, folder)
    assert contents(folder) == NEW
    assert not repair_folder(folder)


def test_check_and_replay_complete_a_switch(tmp_path, run_command):
    stage = tmp_path / ".llrgeo-stage"
    stage.mkdir()
    (stage / "index.html").write_text("new")
    (tmp_path / "index.html").write_text("old")
    marker = {"from": stage.name, "names": ["index.html", "moved.csv"]}
    for command in (["check", "index.html"], ["replay", "manifest.json"]):
        stage.mkdir(exist_ok=True)
        (stage / "index.html").write_text("new")
        (tmp_path / MARKER).write_text(json.dumps(marker))
        ended = run_command(command[0], tmp_path / command[1])
        assert "completed what a stopped run had begun" in ended.out
        assert contents(tmp_path) == {"index.html": "new"}


def test_a_marker_that_is_none_is_refused(tmp_path):
    (tmp_path / MARKER).write_text("[]")
    with pytest.raises(OSError, match="not a marker of llrgeo; delete it"):
        repair_folder(tmp_path)


def test_a_marker_that_leads_out_of_its_folder_moves_and_removes_nothing(tmp_path):
    folder, other = tmp_path / "given", tmp_path / "other"
    stage = folder / ".llrgeo-stage"
    (stage / "link").mkdir(parents=True)
    (stage / "link" / "a.txt").write_text("theirs")
    other.mkdir()
    (other / "a.txt").write_text("mine")
    (folder / "link").symlink_to(other, target_is_directory=True)
    (folder / ".llrgeo-linked").symlink_to(other, target_is_directory=True)
    for marker in (
        {"from": "../other", "names": []},
        {"from": ".llrgeo-linked", "names": []},
        {"from": stage.name, "names": ["link/a.txt"]},
        {"from": stage.name, "names": ["link/../../../other/a.txt"]},
        {"from": stage.name, "names": [str(other / "a.txt")]},
        {"from": stage.name, "names": [], "gone": ["../other/a.txt"]},
        {"from": stage.name, "names": [], "gone": ["link/a.txt"]},
        {"from": "link", "names": []},
    ):
        (folder / MARKER).write_text(json.dumps(marker))
        with pytest.raises(OSError, match="not a marker of llrgeo; delete it"):
            repair_folder(folder)
        assert contents(other) == {"a.txt": "mine"}
        assert (stage / "link" / "a.txt").read_text() == "theirs"


def test_scratch_of_a_killed_run_is_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f".llrgeo-{files._machine()}-999999999-x").mkdir()
    with files.scratch_folder() as scratch:
        assert list(tmp_path.iterdir()) == [scratch]
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_beside_a_file_is_removed_by_the_next(tmp_path):
    left, other = (tmp_path / f".llrgeo-{m}-999999999-x" for m in (files._machine(), "0123abcd"))
    for folder in (left, other):
        folder.mkdir()
    with files.written_whole(tmp_path / "reach.gpkg") as made:
        made.write_bytes(b"layers")
    # That of another machine may be at work still.
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "reach.gpkg"]


WRITE = """
import sys
from pathlib import Path
from llrgeo.files import folder_written_whole
turn = 0
while True:
    turn += 1
    with folder_written_whole(Path(sys.argv[1])) as made:
        for n in range(40):
            (made / f"{n}.txt").write_text(f"{turn}")
        (made / "tables").mkdir()
        (made / "tables" / "t.csv").write_text(f"{turn}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kill -9 and renameat2")
@pytest.mark.parametrize("turn", range(12))
def test_a_killed_writer_leaves_one_edition_and_no_litter_after_the_next(tmp_path, turn):
    folder = tmp_path / "parent" / "maps"
    run = subprocess.Popen([sys.executable, "-c", WRITE, folder])
    while not folder.exists():
        time.sleep(0.002)
    time.sleep(0.011 * turn)
    run.send_signal(signal.SIGKILL)
    run.wait()
    found = contents(folder)
    assert len(found) == 41
    assert len(set(found.values())) == 1
    with folder_written_whole(folder) as made:
        (made / "0.txt").write_text("next")
    assert [path.name for path in folder.parent.iterdir()] == ["maps"]
    assert contents(folder) == {**found, "0.txt": "next"}


def test_the_temporary_folder_of_a_run_that_goes_on_is_left_alone(tmp_path):
    with files.temporary_folder(tmp_path) as busy:
        files.remove_litter(tmp_path)
        assert busy.is_dir()
    (tmp_path / f".llrgeo-{files._machine()}-999999999-x").mkdir()
    (tmp_path / ".llrgeo-00000000-999999999-x").mkdir()  # of another machine
    files.remove_litter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".llrgeo-00000000-999999999-x"]


def test_the_root_of_the_file_system_is_no_folder_to_write_into(run_command, town_study):
    root = Path(town_study.anchor)
    before = sorted(root.iterdir())
    for words in (
        ("run", town_study),
        ("locate", town_study, "--service", "clinic", "--p", "1"),
    ):
        ended = run_command(*words, "--out", root)
        assert ended.status == 1
        assert ended.err.splitlines()[-1] == f"llrgeo: {root}: {ROOT}"
    with pytest.raises(OSError, match=ROOT), folder_written_whole(root):
        pass
    assert sorted(root.iterdir()) == before


def test_a_search_writes_over_no_file_of_somebody_else(run_command, town_study, tmp_path):
    words = ("locate", town_study, "--service", "clinic", "--p", "1", "--out", tmp_path / "mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "areas.csv").write_text("mine")
    ended = run_command(*words)
    assert ended.status == 1
    assert "llrgeo did not write, and would write over (areas.csv)" in ended.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["areas.csv"]
    (tmp_path / "mine" / "areas.csv").unlink()
    assert [run_command(*words).status for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("further", [(), ("--beds", "3")])
def test_a_search_is_refused_before_it_begins_where_its_folder_has_lost_its_crate(
    run_command, town_study, tmp_path, monkeypatch, further
):
    out = tmp_path / "found"
    words = ("locate", town_study, "--service", "clinic", "--p", "1")
    assert run_command(*words, "--out", out).status == 0
    (out / "ro-crate-metadata.json").unlink()
    for search in ("services.locate_service", "beds.locate_beds"):
        monkeypatch.setattr(f"llrgeo.study.siting.{search}", None)
    ended = run_command(*words, *further, "--out", out)
    assert ended.status == 1
    assert f"{out}: holds files that llrgeo did not write" in ended.err


def test_a_search_is_refused_before_it_begins_where_it_would_lose_an_input(
    run_command, town_study, monkeypatch
):
    monkeypatch.setattr("llrgeo.study.siting.services.locate_service", None)
    words = ("locate", town_study, "--service", "clinic", "--p", "1")
    ended = run_command(*words, "--out", town_study.parent)
    assert ended.status == 1
    assert "areas.csv (areas): read by the study, and would be written over" in ended.err
