"""Notebooks: the pair agrees, outputs are stripped, and the first runs from top to bottom.

All others run in `tests/long`.
"""

import re
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_and_its_script_are_one(path):
    notebook = jupytext.read(path)
    assert cells(notebook) == cells(jupytext.read(path.with_suffix(".py")))
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_no_function_and_has_a_picture(path):
    code = path.with_suffix(".py").read_text(encoding="utf-8")
    assert re.findall(r"^\s*(?:def|class) |lambda", code, flags=re.MULTILINE) == []
    assert re.search(r"llrgeo\.show\(|\.plot\b", code)


def run_notebook(path, folder):
    """Run every cell of a notebook in a folder and return them; a cell's error is raised."""
    notebook = NotebookClient(
        jupytext.read(path),
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.notebook
@pytest.mark.filterwarnings("default")
def test_the_first_notebook_runs_from_top_to_bottom(tmp_path):
    ran = run_notebook(NOTEBOOKS[0], tmp_path)
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    assert any(cell.outputs for cell in ran)
