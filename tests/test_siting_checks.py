"""The benchmark's own check of p-medians: it accepts an optimum, and no plan that is worse."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import siting_proofs
from test_siting_proofs import case_of, graph_distances, recomputed

from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem


@pytest.mark.parametrize("start", [0.3, 0.0])
def test_the_check_accepts_an_optimum_and_no_worse_plan(start: float) -> None:
    distances = graph_distances(np.random.default_rng(17), 30, 70)
    case, problem = case_of(distances, np.ones(30)), SitingProblem(p=6, ceiling_min=1e4)
    best = recomputed(locate_sites(*case, problem, gap=0.0), distances, np.ones(30))
    # Multipliers may be any numbers: from poor ones the proof only takes longer.
    multipliers = start * distances.mean(axis=1) + 2.0
    assert siting_proofs.proved(distances, 6, best, multipliers) > 0
    assert siting_proofs.proved(distances, 6, best + 1, multipliers) == -1
    assert siting_proofs.excluded(distances, 6, best, multipliers)
    assert not siting_proofs.excluded(distances, 6, best + 1, multipliers)
