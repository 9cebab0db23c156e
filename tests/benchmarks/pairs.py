"""What `table.py --small` measures: some of our work, each beside a yardstick."""

import math
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import engines
import numpy as np
import pandas as pd
from main_job import made_up_study
from many import write_study
from plain_evaluation import plain_figures
from settled import ROUNDS, Pair, settled
from siting import by_highs, by_llrgeo_proof, random_instance
from taken import command, least, llrgeo_command

from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.uncertainty.robustness import site_set_summaries

BENDS = 4  # of a street; its pieces are driven there (all but the last end) and back
FROM = (slice(None, -1), slice(1, None))
TO = FROM[::-1]
IMPORT = [sys.executable, "-c", "import geopandas"]


def measured_ratios(known: Mapping[str, float]) -> dict[str, float]:
    """Measure every ratio; in more rounds while it is worse than known."""
    return {name: settled(make(), known.get(name, math.inf)) for name, make in PAIRS.items()}


def of_work(ours: Callable[[], Any], yardstick: Callable[[], Any], rounds: int = ROUNDS) -> Pair:
    """Return a pair of two functions in this process, each run once before it is timed."""
    ours(), yardstick()
    return Pair(lambda: least(ours), lambda: least(yardstick), rounds)


def evaluation() -> Pair:
    """`evaluate_options` over the same figures by plain arrays."""
    options, inputs = made_up_study(634, 99)
    return of_work(
        lambda: evaluate_options(options, inputs, baseline="option_0"),
        lambda: plain_figures(options, inputs, "option_0"),
    )


def driving_times() -> Pair:
    """Minutes by the default engine over scipy's search, on a grid of streets with bends."""
    graph = engines.main_component(streets_with_bends(55))
    rng = np.random.default_rng(3)
    origins, sites = rng.choice(len(graph.x), 300), rng.choice(len(graph.x), 32, replace=False)
    work = engines.Work(origins, sites)
    matrix = engines.build_scipy(graph)
    return of_work(
        lambda: engines.ask_chains(None, graph, work),
        lambda: engines.ask_scipy(matrix, graph, work),
    )


def streets_with_bends(across: int) -> engines.Graph:
    """Return a grid with four in five of its streets, each of several pieces, some of them fast."""
    rng = np.random.default_rng(8)
    crossing = np.arange(across * across).reshape(across, across)
    tail = np.concatenate([crossing[:, :-1].ravel(), crossing[:-1].ravel()])
    head = np.concatenate([crossing[:, 1:].ravel(), crossing[1:].ravel()])
    kept = rng.random(len(tail)) < 0.8
    tail, head = tail[kept], head[kept]
    place = 100.0 * np.stack(np.divmod(np.arange(across * across), across))
    # The bends of a street lie between its two ends, a little to the side.
    part = np.arange(1, BENDS + 1) / (BENDS + 1)
    bends = place[:, tail, None] * (1 - part) + place[:, head, None] * part
    bends += rng.uniform(-9, 9, bends.shape)
    number = across * across + np.arange(bends[0].size).reshape(-1, BENDS)
    chain = np.column_stack([tail, number, head])
    ends = [np.concatenate([chain[:, k].ravel() for k in at]) for at in (FROM, TO)]
    mph = np.tile(np.repeat(rng.choice([20, 30, 60], len(tail)), BENDS + 1), 2)
    x, y = np.hstack([place, bends.reshape(2, -1)])
    return engines.with_times(x, y, *ends, mph)


def siting() -> Pair:
    """Prove a p-median by our search over HiGHS alone on the textbook programme."""
    instance = random_instance("ratio", 90, 30, 5)
    return of_work(lambda: by_llrgeo_proof(instance, 60), lambda: by_highs(instance, 60))


def site_sets() -> Pair:
    """Means and shares of sets of sites over the same by plain arrays."""
    rng = np.random.default_rng(4)
    minutes = pd.DataFrame(rng.uniform(1, 90, (640, 60)))
    people = pd.Series(rng.integers(500, 3_000, 640))
    sets = rng.random((500, 60)).argpartition(10, axis=1)[:, :10]

    def plain() -> tuple[list[float], list[float]]:
        table, counts = minutes.to_numpy(), people.to_numpy()
        nearest = [table[:, chosen].min(axis=1) for chosen in sets]
        means = [float(least_min @ counts / counts.sum()) for least_min in nearest]
        return means, [float(counts[least_min <= 30].sum()) for least_min in nearest]

    return of_work(lambda: site_set_summaries(minutes, people, sets, within_min=30), plain)


def import_s() -> float:
    """Return the CPU seconds of `import geopandas` in a process of its own."""
    return command(IMPORT).seconds


def start_up() -> Pair:
    """`llrgeo --help` over `import geopandas`."""
    return Pair(lambda: command(llrgeo_command("--help")).seconds, import_s, rounds=2)


def toy_job() -> Pair:
    """Run and publish the toy town in a process of its own, over `import geopandas`."""
    folder = tempfile.TemporaryDirectory()

    def ours() -> float:
        study = Path(folder.name) / "town/study.toml"
        if not study.exists():
            write_study(study.parent, "options", 2)
        run = llrgeo_command("run", str(study), "--quiet", "--out", f"{folder.name}/maps")
        return command(run).seconds

    return Pair(ours, import_s, rounds=1)


PAIRS: dict[str, Callable[[], Pair]] = {
    "evaluate_options, 634 x 99, over plain arrays": evaluation,
    "driving times, 24,000 nodes x 32, over scipy": driving_times,
    "p-median 90 x 30 proved, over HiGHS alone": siting,
    "500 sets of sites, over plain arrays": site_sets,
    "llrgeo --help, over import geopandas": start_up,
    "the toy town run and published, over import geopandas": toy_job,
}
