"""Every notebook runs from top to bottom; the first does so in the ordinary tests too."""

import pytest
from test_notebooks import NOTEBOOKS, run_notebook


@pytest.mark.notebook
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    ran = run_notebook(path, tmp_path)
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    assert any(cell.outputs for cell in ran)
