"""Study files to start from: whole, never in place of another, and written at once."""

import subprocess
import sys

import pytest

from llrgeo.cli import app
from llrgeo.errors import ConfigError
from llrgeo.study.config import load_study
from llrgeo.study.new_study.template import new_study, write_minimal_study


def test_a_new_study_is_the_default_one_and_never_replaces_a_file(tmp_path):
    path = tmp_path / "mine" / "new.toml"
    new_study(path)
    assert load_study(path).options == load_study().options
    for write in (new_study, write_minimal_study):
        with pytest.raises(ConfigError, match="exists already"):
            write(path)


@pytest.mark.parametrize("words", [[], ["--minimal"]], ids=["copy", "minimal"])
def test_the_command_loads_no_library_of_numbers(words, tmp_path):
    told = (
        "import contextlib, io, sys\n"
        "from llrgeo.cli import app\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    app(['new', 'study.toml', *{words}])\n"
        "print({'numpy', 'pandas', 'geopandas'} & {*sys.modules})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.stdout.strip() == "set()"
    assert (tmp_path / "study.toml").is_file()


@pytest.mark.parametrize("command", [["run"], ["locate", "--p", "3"], ["times", "--out", "t.csv"]])
def test_a_study_that_is_absent_is_told_as_when_it_is_read(command, tmp_path):
    path = tmp_path / "absent.toml"
    with pytest.raises(ConfigError) as told:
        app([*command, str(path)])
    with pytest.raises(ConfigError) as read:
        load_study(path)
    assert str(told.value) == str(read.value)
    assert "start a study with: llrgeo new absent.toml" in str(told.value)
