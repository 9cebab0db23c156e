"""Time 10,000 scenarios over 640 areas and 60 sites.

Run: python tests/benchmarks/scenarios.py
"""

import time

import numpy as np
import pandas as pd

from llrgeo.appraisal.robustness import site_set_summaries

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


if __name__ == "__main__":
    main()
