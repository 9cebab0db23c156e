"""Time 10,000 scenarios over 640 areas and 60 sites, and 10,000 draws of the default study.

Run: python tests/benchmarks/scenarios.py

All figures are CPU seconds. Where lokigi is installed (`pip install '.[bench]'`) it evaluates
some of the same scenarios, and its time for all is scaled from them.
"""

import time
import warnings
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.uncertainty.robustness import site_set_summaries
from llrgeo.appraisal.uncertainty.simulation import Uncertainty, simulate
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study

AREAS, SITES, OPEN, SCENARIOS, RUNS = 640, 60, 10, 10_000, 7
SOME = 200


def main() -> None:
    """Print the best and the median of several runs."""
    rng = np.random.default_rng(0)
    minutes = pd.DataFrame(rng.uniform(1, 90, (AREAS, SITES)))
    people = pd.Series(rng.integers(500, 3_000, AREAS))
    sets = rng.random((SCENARIOS, SITES)).argpartition(OPEN, axis=1)[:, :OPEN]
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        ours = site_set_summaries(minutes, people, sets, within_min=30)
        seconds.append(time.process_time() - start)
    print(
        f"{SCENARIOS:,} scenarios of {OPEN} of {SITES} sites over {AREAS} areas: "
        f"best {min(seconds):.3f} s, median {np.median(seconds):.3f} s of {RUNS} runs"
    )
    if find_spec("lokigi"):
        lokigi(minutes, people, sets[:SOME], ours["mean_min"])


def lokigi(
    minutes: pd.DataFrame, people: pd.Series, sets: NDArray[np.int64], ours: pd.Series
) -> None:
    """Print lokigi's time, after checking that its means are ours."""
    problem = import_module("lokigi.site").SiteProblem(debug_mode=False)
    problem.add_demand(people.rename("people").rename_axis("area").reset_index(), "people", "area")
    sites = pd.DataFrame({"site": minutes.add_prefix("s").columns, "lon": -1.1, "lat": 52.6})
    with warnings.catch_warnings(action="ignore"):
        problem.add_sites(sites, "site", vertical_geometry_col="lat", horizontal_geometry_col="lon")
    table = minutes.add_prefix("s").rename_axis("area").reset_index()
    problem.add_travel_matrix(table, "area", unit="minutes")
    start = time.process_time()
    with warnings.catch_warnings(action="ignore"):
        found = [
            problem.evaluate_single_solution_single_objective(site_indices=list(chosen))
            for chosen in sets
        ]
    seconds = (time.process_time() - start) / len(sets) * SCENARIOS
    np.testing.assert_allclose([one.weighted_average for one in found], ours[: len(sets)])
    print(f"lokigi, scaled from {len(sets)}: {seconds:.1f} s")


def simulated_study() -> None:
    """Print the time of 10,000 draws of the whole default study."""
    result = run_study(load_study())
    start = time.process_time()
    simulate(result.results, result.appraisal_inputs, Uncertainty(2.5), draws=SCENARIOS, seed=0)
    seconds = time.process_time() - start
    print(
        f"{SCENARIOS:,} draws of {len(result.results)} options and "
        f"{len(result.appraisal_inputs.services)} services: {seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
    simulated_study()
