"""A replay on another clean clone, by a process of its own, gives the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_kills import contents

TOP = Path(__file__).parents[2]
RUN = "from llrgeo.cli import main; main()"


def clone(folder: Path) -> Path:
    """Clone the repository as it is committed."""
    words = ["git", "clone", "-q", "--no-hardlinks", str(TOP), str(folder)]
    subprocess.run(words, check=True, capture_output=True)
    return folder


def llrgeo(top: Path, *words: str, seed: str) -> str:
    """Run a command of a clone, in its folder, and return what it says."""
    environment = {**os.environ, "PYTHONPATH": str(top), "PYTHONHASHSEED": seed}
    code = f"import llrgeo; assert llrgeo.__file__.startswith({str(top)!r}); {RUN}"
    ran = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=top,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.skipif(not (TOP / ".git").exists(), reason="not a clone: there is nothing to clone")
@pytest.mark.parametrize("study", ["town", "embedded"])
def test_a_replay_on_a_second_clone_is_equal_byte_for_byte(town_study_once, tmp_path, study):
    first, second = (clone(tmp_path / name) for name in ("first", "second"))
    if study == "town":
        data, words = town_study_once.parent, ["run", str(town_study_once)]
    else:
        data, words = Path(), ["run"]
    out = tmp_path / "maps"
    llrgeo(first, *words, "--out", str(out), "-q", seed="1")
    again = ["replay", str(out / "manifest.json"), "--data", str(data)]
    said = llrgeo(second, *again, "--out", str(tmp_path / "again"), seed="2")
    published = contents(out)
    assert f"All {len(published) - 1} files are the same" in said
    assert contents(tmp_path / "again") == published  # the manifest is the same too
