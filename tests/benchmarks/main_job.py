"""Time the main job by stage, and the evaluation of options on studies of two sizes.

Run: python tests/benchmarks/main_job.py [--small]
     python tests/benchmarks/main_job.py --capacity [--pairs 2]

Prints a Markdown table of CPU seconds. `--small` leaves out the large evaluation. `--capacity`
runs and publishes the default study as it is and without years, beds and all that follows from
them, one after the other, each in a process of its own, and prints CPU seconds and peak memory.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.schema import AGE_BANDS
from llrgeo.study.appraisal_inputs import build_evidence_inputs
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.sections.capacity import CapacityConfig
from llrgeo.travel.times import TravelTimes

SIZES = ((634, 99), (5_000, 300))  # areas and sites
SERVICES, OPTIONS = 5, 6
SHARED = ("simulation", "tornado", "costs", "capacity")  # what tables of the main job share

T = TypeVar("T")


def timed(rows: dict[str, float], name: str, work: Callable[[], T]) -> T:
    """Do some work and note its CPU seconds."""
    start = time.process_time()
    done = work()
    rows[name] = time.process_time() - start
    return done


def main_job(rows: dict[str, float]) -> None:
    """Run and publish the default study; then work out apart what its tables share."""
    study = load_study()
    result = timed(rows, "run", lambda: run_study(study))
    with tempfile.TemporaryDirectory() as folder:
        timed(rows, "publish", lambda: publish_study(result, Path(folder) / "maps"))
    inputs, options = result.appraisal_inputs, [r.option for r in result.results.values()]
    again = timed(
        rows, "evaluate", lambda: evaluate_options(options, inputs, baseline=study.baseline)
    )
    context = context_of(result, again)
    for name in SHARED:
        timed(rows, name, partial(getattr, context, name))


def context_of(result, results) -> EvidenceContext:
    """Return what the tables of the default study are made from, nothing worked out yet."""
    study, inputs = result.study, result.inputs
    evidence_inputs = build_evidence_inputs(inputs, result.times_by, inputs.capacity)
    return EvidenceContext(
        results, result.appraisal_inputs, result.scorecard, evidence_inputs, study.baseline
    )


def made_up_study(areas: int, sites: int) -> tuple[list[Option], AppraisalInputs]:
    """Return a study at random, with options that each close one more site of every service."""
    rng = np.random.default_rng(7)
    ids = pd.Index([f"a{n:05}" for n in range(areas)], name="area_id")
    site_ids = pd.Index([f"s{n:03}" for n in range(sites)], name="site_id")
    table = pd.DataFrame(rng.integers(20, 400, (areas, len(AGE_BANDS))), ids, list(AGE_BANDS))
    table["residents"] = table.sum(axis=1)
    table["disabled"] = rng.integers(0, table["residents"])
    table["imd_decile"] = rng.integers(1, 11, areas)
    table["rural_urban"] = rng.choice(["Rural", "Urban"], areas)
    table["authority"] = rng.choice(["North", "South", "West"], areas)
    table["authority_code"] = table["authority"].str[0]
    kinds = rng.choice(["city_hospital", "community_hospital", "health_centre"], sites)
    places = pd.DataFrame({"kind": kinds, "authority": "North"}, index=site_ids)
    minutes = pd.DataFrame(rng.uniform(1, 90, (areas, sites)).round(1), ids, site_ids)
    services = tuple(
        Service(f"service_{n}", f"Service {n}", "patient", dict.fromkeys(AGE_BANDS, 90.0 + n), 30.0)
        for n in range(SERVICES)
    )
    here = {s.id: frozenset(rng.choice(site_ids, sites // 2, replace=False)) for s in services}
    options = [
        Option(f"option_{n}", f"Option {n}", {k: frozenset(sorted(v)[n:]) for k, v in here.items()})
        for n in range(OPTIONS)
    ]
    times = TravelTimes(minutes, distance_km=minutes * 0.8)
    return options, AppraisalInputs(table, places, services, times, kg_co2e_per_km=0.17)


def publish_once(kind: str) -> None:
    """Run and publish the default study, `with` capacity or `without`; print seconds and MB."""
    study = load_study()
    if kind == "without":
        study = study.model_copy(update={"years": (), "capacity": CapacityConfig()})
    with tempfile.TemporaryDirectory() as folder:
        publish_study(run_study(study), Path(folder) / "maps")
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1_024)  # kilobytes on Linux


def with_and_without_capacity(pairs: int) -> None:
    """Print seconds and memory of the main job with and without years and beds, in pairs."""
    print("| run | CPU seconds | peak MB |\n| --- | --: | --: |")
    found: dict[str, list[list[float]]] = {"with": [], "without": []}
    for kind in ("without", "with") * pairs:
        command = [sys.executable, __file__, "--once", kind]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found[kind].append([float(word) for word in said.split()])
        seconds, memory = found[kind][-1]
        print(f"| {kind} capacity | {seconds:.1f} | {memory:.0f} |", flush=True)
    more = np.median(found["with"], axis=0) - np.median(found["without"], axis=0)
    print(f"| years and beds add (medians) | {more[0]:+.1f} | {more[1]:+.0f} |")


def main() -> None:
    """Print the table that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="leave out the large evaluation")
    parser.add_argument("--capacity", action="store_true", help="with and without years and beds")
    parser.add_argument("--pairs", type=int, default=1, help="pairs of runs of --capacity")
    parser.add_argument("--once", choices=("with", "without"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        publish_once(asked.once)
    elif asked.capacity:
        with_and_without_capacity(asked.pairs)
    else:
        by_stage(small=asked.small)


def by_stage(*, small: bool) -> None:
    """Print CPU seconds by stage, and of evaluations of two sizes."""
    rows: dict[str, float] = {}
    main_job(rows)
    for areas, sites in SIZES[:1] if small else SIZES:
        options, inputs = made_up_study(areas, sites)
        work = partial(evaluate_options, options, inputs, baseline="option_0")
        timed(rows, f"evaluate_options, {areas:,} x {sites}", work)
    print("| work | CPU seconds |\n| --- | --: |")
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
