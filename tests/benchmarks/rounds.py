"""Rounds of home visits: the continuous form and this project's rounds against PyVRP.

    pip install '.[bench]'
    python tests/benchmarks/rounds.py [--iterations 8000]

Homes of a day are postcodes of Leicester, Leicestershire and Rutland, drawn by need around seven
bases on the embedded network. Driving alone is compared: what is lost at the ends of each journey
is the same for all. `day` is Daganzo's form with the region of that day's homes, `areas` the same
with what a study knows beforehand, the centroids of areas by need; `used` is what the tables have,
which takes the pace from the ways between base and areas. Errors are against PyVRP, which is itself
a good solution and not a proof.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from rounds_cases import RUNS, Llr, centroids, homes_of_a_day, load_llr, pyvrp_minutes
from rounds_forms import daganzo_minutes, region_of, star_minutes

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.round_travel import RoundsForm, VisitedHomes, round_travel
from llrgeo.appraisal.capacity.rounds import Homes
from llrgeo.appraisal.capacity.tours import good_rounds
from llrgeo.inputs.capacity import read_capacity


def main() -> None:
    """Print one line a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iterations", type=int, default=8_000, help="of PyVRP, a run")
    iterations = parser.parse_args().iterations
    constant = Parameters(read_capacity("parameters")).value("rounds_constant")
    llr = load_llr()
    print(
        "base               visits a_round  pyvrp    day    areas     used   rounds  seconds  star"
    )
    for base, visits, a_round, day in RUNS:
        minutes, x, y = homes_of_a_day(llr, base, visits, day)
        drawn = region_of(Homes(minutes, x, y, np.ones(visits)))
        areas = centroids(llr, base)
        known = region_of(areas)
        start = time.process_time()
        rounds, _ = good_rounds(minutes, a_round)
        spent = time.process_time() - start
        best = pyvrp_minutes(minutes, a_round, iterations=iterations)
        forms = [daganzo_minutes(r, visits, a_round, constant=constant) for r in (drawn, known)]
        used = used_minutes(llr, base, areas, visits, RoundsForm(a_round, constant, days=1.0))
        errors = [f"{value / best - 1:+8.1%}" for value in (*forms, used, rounds)]
        star = star_minutes(drawn.mean_min, visits) / best
        line = f"{base:18} {visits:6} {a_round:7} {best:6.0f} {' '.join(errors)}"
        print(f"{line} {spent:8.2f} {star:8.1f}", flush=True)


def used_minutes(llr: Llr, base: str, areas: Homes, visits: int, form: RoundsForm) -> float:
    """Return the driving of a day by the form that the tables use, of visits by need."""
    at = llr.sites.geometry[base]
    homes = VisitedHomes(
        visits=areas.visits / areas.visits.sum() * visits,
        out_min=(areas.minutes[0, 1:] + areas.minutes[1:, 0]) / 2,
        out_km=np.full(len(areas.visits), np.nan),
        straight_km=np.hypot(areas.x_m - at.x, areas.y_m - at.y) / 1_000,
        x_m=areas.x_m,
        y_m=areas.y_m,
    )
    return float(homes.visits @ round_travel(homes, form).visit.minutes)


if __name__ == "__main__":
    main()
