"""The tutorials of the shell run as written; each runs a whole study."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_documentation import blocks

ROOT = Path(__file__).parents[2]
RUN = "from llrgeo.cli import main; main()"


@pytest.fixture
def shell(tmp_path):
    """Return a folder in which the command `llrgeo` is this one."""
    tools = tmp_path / "tools"
    tools.mkdir()
    command = tools / "llrgeo"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{RUN}' \"$@\"\n", encoding="utf-8")
    command.chmod(0o755)
    return {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the tutorials are written for a Unix shell")
@pytest.mark.parametrize(
    ("page", "written"),
    [
        ("tutorials/planner.md", ["my_maps/index.html", "my_maps/tables.xlsx"]),
        ("tutorials/consultation.md", ["pages/kit.html", "pages/explorer.html"]),
    ],
)
def test_a_tutorial_runs_as_written(page, written, tmp_path, shell):
    commands = "\n".join(blocks(page, "bash"))
    assert commands.count("llrgeo ") >= 3
    ran = subprocess.run(
        ["bash", "-euc", commands],
        cwd=tmp_path,
        env=os.environ | shell,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [name for name in written if not (tmp_path / name).is_file()] == []
