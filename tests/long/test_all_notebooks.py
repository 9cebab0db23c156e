"""Every notebook runs from top to bottom; the first does so in the ordinary tests too."""

import pytest
from test_notebooks import NOTEBOOKS, run_notebook


@pytest.mark.notebook
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    run_notebook(path, tmp_path)
