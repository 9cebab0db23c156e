"""Kill -9 at 100 random moments and 50 aimed ones, of each command that writes a folder.

What is killed is a copy of this process that has done the reckoning and has every file in memory,
so that every kill falls into the writing, and hundreds take minutes. After each, a reader sees the
old folder or the new one; after the next whole run nothing of those that were killed is left.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from test_kills import contents
from town import slowed

from llrgeo.publish.folder import write_files
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.study.config import load_study
from llrgeo.study.inputs import PLACES, read_inputs
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.siting.config import load_siting
from llrgeo.study.siting.files import write_plan
from llrgeo.study.siting.services import locate_service
from llrgeo.study.times import write_times
from llrgeo.travel.dataset import Dataset
from llrgeo.travel.times import load_travel_times

RANDOM, AIMED = 100, 50
Write = Callable[[Path], object]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def start(write: Write, out: Path) -> int:
    """Write in a copy of this process; return its number."""
    process = os.fork()
    if process == 0:
        try:
            write(out)
        finally:
            os._exit(0)
    return process


def ended(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] != 0


def litter(out: Path) -> list[str]:
    return [path.name for path in out.parent.rglob(".llrgeo-*")]


def seen(folder: Path, pattern: str) -> bool:
    try:
        return any(folder.glob(pattern))
    except FileNotFoundError:  # it was moved while it was looked at
        return True


# What an aimed kill waits for: the first temporary folder, something in it, the switch itself.
AIMS: tuple[Callable[[Path, int], bool], ...] = (
    lambda out, _: seen(out.parent, ".llrgeo-*"),
    lambda out, _: seen(out.parent, ".llrgeo-*/new/*"),
    lambda out, before: out.exists() and out.stat().st_ino != before,
)


def kill(write: Write, out: Path, turn: int, seconds: float) -> bool:
    """Kill one writer, at a random moment or an aimed one; say whether it was still at work."""
    before = out.stat().st_ino if out.exists() else 0
    process = start(write, out)
    if turn < RANDOM:
        time.sleep(random.Random(turn).uniform(0, 1.05) * seconds)
    else:
        aim = AIMS[turn % len(AIMS)]
        until = time.monotonic() + 20 * seconds
        while not aim(out, before) and time.monotonic() < until and not ended(process):
            pass
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    try:
        os.waitpid(process, 0)
    except ChildProcessError:
        return False
    return True


def timed(write: Write, out: Path) -> float:
    begun = time.monotonic()
    os.waitpid(start(write, out), 0)
    return time.monotonic() - begun


@pytest.fixture(scope="module")
def studies(town_study_once):
    """Return a study and one that differs from it in a standard."""
    changed = town_study_once.with_name("changed.toml")
    text = town_study_once.read_text(encoding="utf-8")
    changed.write_text(text.replace("standard_min = 2,", "standard_min = 3,"), encoding="utf-8")
    return load_study(town_study_once), load_study(changed)


def again(folder: Path) -> Write:
    """Return what writes the files of a folder once more, by the function that wrote them."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return lambda out: write_files(files, out)


def published(studies, made: Path) -> tuple[Write, Write]:
    old, new = made / "old", made / "new"
    for study, folder in zip(studies, (old, new), strict=True):
        publish_study(run_study(study), folder)
    return again(old), again(new)


def located(studies, made: Path) -> tuple[Write, Write]:
    folders = {p: made / f"plan_{p}" for p in (1, 2)}
    for p, folder in folders.items():
        write_plan(locate_service(studies[0], load_siting(None, service="clinic", p=p)), folder)
    return again(folders[1]), again(folders[2])


def streets(studies, _: Path) -> tuple[Write, Write]:
    old = load_network(studies[0].path("network"))
    new = slowed(old, 1.5)
    return lambda out: save_network(old, out), lambda out: save_network(new, out)


@pytest.mark.parametrize("make", [published, located, streets], ids=["run", "locate", "network"])
def test_a_killed_writer_leaves_the_old_folder_or_the_new_one(studies, tmp_path, make, capsys):
    writers = make(studies, tmp_path)
    out = tmp_path / "parent" / "out"
    whole = []
    for writer in writers:
        seconds = timed(writer, out)
        whole.append(contents(out))
    assert whole[0] != whole[1]
    counted = Counter()
    for turn in range(RANDOM + AIMED):
        # Every turn writes the edition that is not there.
        then = 1 - whole.index(contents(out))
        was_at_work = kill(writers[then], out, turn, seconds)
        found = contents(out)
        assert found in whole, f"a mixture after turn {turn}"
        edition = "new" if found == whole[then] else "old"
        counted["random" if turn < RANDOM else "aimed", edition, was_at_work] += 1
    timed(writers[0], out)
    assert contents(out) == whole[0]
    assert litter(out) == []
    with capsys.disabled():
        print(f"\n{make.__name__}: {sum(counted.values())} tried, all survived; {dict(counted)}")


def blocks_of(out: Path) -> list[str]:
    folder = out / "car_off_peak"
    names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 (at once, as they change)
    return [name for name in names if name.endswith(".parquet")]


def test_times_in_blocks_go_on_after_each_kill(studies, tmp_path, capsys):
    inputs = read_inputs(studies[0], PLACES)

    def write(out: Path) -> object:
        return write_times(inputs, Dataset(out, 1, 1, None))

    seconds = timed(write, tmp_path / "whole")
    true = load_travel_times(tmp_path / "whole").minutes
    begun = 0
    for turn in range(RANDOM + AIMED):
        out = tmp_path / f"out{turn}"
        process = start(write, out)
        if turn < RANDOM:
            time.sleep(random.Random(turn).uniform(0, 1.05) * seconds)
        else:  # as soon as so many blocks are there
            until = time.monotonic() + 20 * seconds
            blocks = turn % 12
            while len(blocks_of(out)) < blocks and time.monotonic() < until:
                pass
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        begun += bool(blocks_of(out))
        timed(write, out)  # in a copy too: threads of this process would be missing in the next
        assert load_travel_times(out).minutes.equals(true)
        assert not list(out.rglob(".llrgeo-*"))
    with capsys.disabled():
        print(f"\ntimes: {RANDOM + AIMED} tried, {begun} with some blocks, all survived")
