"""A run that is killed at any moment leaves the old pages or the new ones, never a mixture."""

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RUN = "from llrgeo.cli import main; main()"
KILLS = 12


def contents(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a folder, temporary ones apart."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".llrgeo-") for part in path.parts)
    }


def start(study: Path, out: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", RUN, "run", str(study), "-q", "--out", str(out)])


@pytest.fixture(scope="module")
def runs(town_study_once, tmp_path_factory):
    """Publish a study and a changed one once; return files, both contents, and the seconds."""
    folder = tmp_path_factory.mktemp("runs")
    changed = town_study_once.with_name("changed.toml")
    text = town_study_once.read_text(encoding="utf-8")
    changed.write_text(text.replace("standard_min = 2,", "standard_min = 3,"), encoding="utf-8")
    begun = time.monotonic()
    assert start(town_study_once, folder / "old").wait() == 0
    seconds = time.monotonic() - begun
    assert start(changed, folder / "new").wait() == 0
    old, new = contents(folder / "old"), contents(folder / "new")
    assert old != new
    return town_study_once, changed, old, new, seconds


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_leaves_the_folder_whole(runs, tmp_path, seed):
    study, changed, old, new, seconds = runs
    out = tmp_path / "maps"
    assert start(study, out).wait() == 0
    run = start(changed, out)
    time.sleep(random.Random(seed).uniform(0.5, 1.1) * seconds)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert contents(out) in (old, new)
    # What is left of it does not disturb the next run.
    assert start(changed, out).wait() == 0
    assert contents(out) == new
