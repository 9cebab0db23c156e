"""Time 10,000 scenarios over 640 areas and 60 sites, and 10,000 draws of the default study.

Run: python tests/benchmarks/scenarios.py
"""

import time

import numpy as np
import pandas as pd

from llrgeo.appraisal.robustness import site_set_summaries
from llrgeo.appraisal.simulation import Uncertainty, simulate
from llrgeo.config import load_study
from llrgeo.study import run_study

AREAS, SITES, OPEN, SCENARIOS, RUNS = 640, 60, 10, 10_000, 7


def main() -> None:
    """Print the best and the median of several runs."""
    rng = np.random.default_rng(0)
    minutes = pd.DataFrame(rng.uniform(1, 90, (AREAS, SITES)))
    people = pd.Series(rng.integers(500, 3_000, AREAS))
    sets = rng.random((SCENARIOS, SITES)).argpartition(OPEN, axis=1)[:, :OPEN]
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        site_set_summaries(minutes, people, sets, within_min=30)
        seconds.append(time.perf_counter() - start)
    print(
        f"{SCENARIOS:,} scenarios of {OPEN} of {SITES} sites over {AREAS} areas: "
        f"best {min(seconds):.3f} s, median {np.median(seconds):.3f} s of {RUNS} runs"
    )


def simulated_study() -> None:
    """Print the time of 10,000 draws of the whole default study."""
    result = run_study(load_study())
    start = time.perf_counter()
    simulate(result.results, result.setting, Uncertainty(2.5), draws=SCENARIOS, seed=0)
    seconds = time.perf_counter() - start
    print(
        f"{SCENARIOS:,} draws of {len(result.results)} options and "
        f"{len(result.setting.services)} services: {seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
    simulated_study()
