"""Rounds of home visits: the continuous form and this project's rounds against PyVRP.

    pip install '.[bench]'
    python tests/benchmarks/rounds.py [--iterations 8000]

Homes of a day are postcodes of Leicester, Leicestershire and Rutland, drawn by need around seven
bases on the embedded network. Driving alone is compared: what is lost at the ends of each journey
is the same for all. `day` is Daganzo's form with the region of that day's homes, `areas` the same
with what a study knows beforehand, the centroids of areas by need. Errors are against PyVRP, which
is itself a good solution and not a proof.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from rounds_cases import RUNS, centroids, homes_of_a_day, load_llr, pyvrp_minutes

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rounds import Homes, daganzo_minutes, region_of, star_minutes
from llrgeo.appraisal.capacity.tours import good_rounds
from llrgeo.inputs.capacity import read_capacity


def main() -> None:
    """Print one line a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iterations", type=int, default=8_000, help="of PyVRP, a run")
    iterations = parser.parse_args().iterations
    constant = Parameters(read_capacity("parameters")).value("rounds_constant")
    llr = load_llr()
    print("base               visits a_round  pyvrp    day    areas   rounds  seconds  star/pyvrp")
    for base, visits, a_round, day in RUNS:
        minutes, x, y = homes_of_a_day(llr, base, visits, day)
        drawn = region_of(Homes(minutes, x, y, np.ones(visits)))
        known = region_of(centroids(llr, base))
        start = time.process_time()
        rounds, _ = good_rounds(minutes, a_round)
        spent = time.process_time() - start
        best = pyvrp_minutes(minutes, a_round, iterations=iterations)
        forms = [daganzo_minutes(r, visits, a_round, constant=constant) for r in (drawn, known)]
        errors = [f"{value / best - 1:+8.1%}" for value in (*forms, rounds)]
        star = star_minutes(drawn.mean_min, visits) / best
        line = f"{base:18} {visits:6} {a_round:7} {best:6.0f} {' '.join(errors)}"
        print(f"{line} {spent:8.2f} {star:8.1f}", flush=True)


if __name__ == "__main__":
    main()
