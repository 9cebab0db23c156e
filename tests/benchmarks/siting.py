"""Siting against spopt + HiGHS, lokigi and plain HiGHS on the same instances, in one run.

    pip install '.[bench]'
    python tests/benchmarks/siting.py [--seconds 60] [--large] [--lokigi sample_data]

Every solver gets the same minutes, weights and number of sites, in a process of its own, and the
same time limit; what takes less than half a second is run up to five times, and the shortest
counts. Seconds are the processor's, which other work on the machine disturbs least. Plans are
valued by one function, so that nobody's own figure is relied upon. A
solver that is not installed is left out. `--large` runs 2,000 postcodes as candidates instead.

lokigi's published cases (Brighton and Hove; community diagnostic centres in Devon) are run on its
own figures where `--lokigi` names the folder `sample_data` of its repository
(github.com/hsma-tools/lokigi). They are not part of its package nor of this one; made-up instances
as large take the place of those that are not there or lack figures. For Brighton with 4 sites its
example "existing sites" publishes sites 0, 2, 3 and 4 and 5.08 weighted minutes; for Devon the
number of sites is ours.
"""

import argparse
import importlib.util
import multiprocessing
import queue
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import comb
from pathlib import Path

import geopandas as gpd
import highspy
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

import llrgeo
from llrgeo.appraisal.demand import trips
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes
from llrgeo.inputs.sites import sites_for
from llrgeo.study.config import build_services
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.times import judged_times
from llrgeo.travel.times import TravelTimes

LARGE = 2_000
REPEATS, BRIEF = 5, 0.5


@dataclass(frozen=True)
class Instance:
    """A p-median: minutes from areas to candidates, weights of areas, number of sites.

    `left_out` says why an instance is not run, if it is not.
    """

    name: str
    minutes: pd.DataFrame
    weights: pd.Series
    p: int
    left_out: str = ""

    def value(self, sites: list[str]) -> float:
        """Return the mean minutes to the nearest of some sites."""
        return float(np.average(self.minutes[sites].min(axis=1), weights=self.weights))


def instances(sample_data: Path | None) -> Iterator[Instance]:
    """Yield the eight instances, and published cases that are left out."""
    study = llrgeo.load_study()
    inputs = StudyInputs(study)
    times = judged_times(inputs, inputs.sites)
    for service in build_services(study)[:3]:
        minutes = times.select(sites_for(inputs.sites, service.id)).minutes
        yield Instance(f"LLR {service.id}", minutes, trips(service, inputs.areas), 8)
    published = [brighton(sample_data), devon(sample_data)] if sample_data else []
    yield from published
    if not published or published[0].left_out:
        yield random_instance("as large as lokigi's Brighton", 165, 6, 4)
    if not published or published[1].left_out:
        yield random_instance("as large as lokigi's Devon", 700, 18, 5)
    yield graph_instance("OR-Library style", 200, 10)
    yield random_instance("random", 700, 60, 8)
    yield random_instance("random", 700, 200, 10)


def brighton(sample_data: Path) -> Instance:
    """Return lokigi's Brighton: six sites, minutes by car."""
    seconds = pd.read_csv(sample_data / "brighton_travel_matrix_driving.csv", index_col="LSOA")
    demand = pd.read_csv(sample_data / "brighton_demand.csv", index_col="LSOA")["demand"]
    return _published("lokigi's Brighton", seconds.filter(like="Site ") / 60, demand, 6, 4)


def devon(sample_data: Path) -> Instance:
    """Return lokigi's Devon: 18 diagnostic centres, minutes by car, people aged 50 to 84."""
    minutes = pd.read_csv(sample_data / "travel_matrix_car_devon_cdcs.csv", index_col="from_id")
    people = pd.read_csv(sample_data / "demand_MF_50_84.csv", index_col="LSOA 2021 Name")
    return _published("lokigi's Devon", minutes, people["MF50-84"], 18, 5)


def _published(name: str, minutes: pd.DataFrame, demand: pd.Series, sites: int, p: int) -> Instance:
    """Return a published case, left out where the folder has not all of its sites or figures."""
    minutes = minutes[minutes.index.isin(demand.index)].rename_axis("area_id")
    minutes = minutes.rename_axis("site_id", axis="columns")
    weights = demand.reindex(minutes.index).astype(float)
    areas, found = minutes.shape
    left_out = ""
    if found != sites or minutes.isna().to_numpy().any() or weights.isna().any():
        left_out = f"left out: figures incomplete, {found} of {sites} sites"
    return Instance(f"{name} {areas} x {found}", minutes, weights, p, left_out)


def random_instance(name: str, areas: int, sites: int, p: int) -> Instance:
    """Return places spread evenly over 60 km x 60 km, with a detour of their own for each pair."""
    rng = np.random.default_rng(1)
    homes, hosts = rng.random((areas, 2)) * 60, rng.random((sites, 2)) * 60
    km = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1))
    minutes = km * rng.uniform(1.1, 1.6, km.shape) / 0.9  # at 54 km/h
    return _framed(f"{name} {areas} x {sites}", minutes, rng.lognormal(7, 0.5, areas).round(), p)


def graph_instance(name: str, nodes: int, p: int) -> Instance:
    """Return shortest distances on a random graph, as Beasley (1985) made his p-medians."""
    rng = np.random.default_rng(1)
    edges = 4 * nodes
    start, end = rng.integers(0, nodes, (2, edges))
    ring = np.arange(nodes)
    rows, columns = np.append(start, ring), np.append(end, (ring + 1) % nodes)
    lengths = rng.integers(1, 101, len(rows)).astype(float)
    graph = coo_array((lengths, (rows, columns)), shape=(nodes, nodes)).tocsr()
    distances = shortest_path(graph, directed=False)
    return _framed(f"{name} {nodes} x {nodes}", distances, np.ones(nodes), p)


def large_instance() -> Instance:
    """Return LLR with 2,000 postcodes, evenly down the list, as candidates, and 20 sites."""
    inputs = StudyInputs(llrgeo.load_study())
    postcodes = read_postcodes()
    inside = postcodes.index[postcodes["area_id"].notna()].sort_values()
    chosen = inside[np.linspace(0, len(inside) - 1, LARGE).astype(int)]
    points = locate_postcodes(chosen, postcodes).rename_axis("site_id")
    times = judged_times(inputs, gpd.GeoDataFrame(geometry=points))
    weights = inputs.areas["residents"].astype(float)
    return Instance(f"LLR postcodes {len(weights)} x {LARGE}", times.minutes, weights, 20)


def _framed(name: str, minutes: np.ndarray, weights: np.ndarray, p: int) -> Instance:
    areas = pd.Index([f"a{i:04}" for i in range(len(minutes))], name="area_id")
    sites = pd.Index([f"s{j:04}" for j in range(minutes.shape[1])], name="site_id")
    return Instance(name, pd.DataFrame(minutes, areas, sites), pd.Series(weights, areas), p)


Answer = tuple[list[str], float]
"""The sites found and the solver's own lower bound on the mean minutes (NaN without one)."""


def by_llrgeo(instance: Instance, seconds: float, gap: float = 0.001) -> Answer:
    """Solve to within 0.1 %, the default."""
    problem = SitingProblem("p-median", p=instance.p)
    found = locate_sites(
        TravelTimes(instance.minutes), instance.weights, problem, gap=gap, seconds=seconds
    )
    return list(found.sites), found.bound


def by_llrgeo_proof(instance: Instance, seconds: float) -> Answer:
    """Solve to a gap of 0."""
    return by_llrgeo(instance, seconds, gap=0.0)


def by_highs(instance: Instance, seconds: float) -> Answer:
    """Solve the textbook programme, one column a pair, by HiGHS alone to a gap of 0.1 %."""
    costs = (instance.minutes.mul(instance.weights, axis=0) / instance.weights.sum()).to_numpy()
    areas, sites = costs.shape
    pair = np.arange(areas * sites)
    area, site = pair // sites, pair % sites
    rows = np.concatenate([area, areas + pair, areas + pair, np.full(sites, areas + len(pair))])
    columns = np.concatenate([sites + pair, sites + pair, site, np.arange(sites)])
    values = np.concatenate([np.ones(2 * len(pair)), -np.ones(len(pair)), np.ones(sites)])
    matrix = coo_array((values, (rows, columns))).tocsc()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_ = np.concatenate([np.zeros(sites), costs.ravel()])
    lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.ones(lp.num_col_)
    lp.row_lower_ = np.concatenate([np.ones(areas), np.full(len(pair), -np.inf), [instance.p]])
    lp.row_upper_ = np.concatenate([np.ones(areas), np.zeros(len(pair)), [instance.p]])
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
    lp.a_matrix_.value_ = matrix.data
    kinds = (highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous)
    lp.integrality_ = [kinds[0]] * sites + [kinds[1]] * len(pair)
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("mip_rel_gap", 1e-3), ("time_limit", seconds)):
        highs.setOptionValue(option, value)
    highs.passModel(lp)
    highs.run()
    opened = np.array(highs.getSolution().col_value)[:sites] > 0.5
    return list(instance.minutes.columns[opened]), highs.getInfo().mip_dual_bound


def by_spopt(instance: Instance, seconds: float) -> Answer:
    """Solve by spopt with HiGHS to a gap of 0.1 %."""
    import pulp
    from spopt.locate import PMedian

    weights = (instance.weights / instance.weights.sum()).to_numpy()
    model = PMedian.from_cost_matrix(
        instance.minutes.to_numpy(), weights, p_facilities=instance.p, name="bench"
    )
    solver = pulp.HiGHS(msg=False, timeLimit=seconds, gapRel=1e-3)
    solved = model.solve(solver, results=False)
    opened = [column.value() > 0.5 for column in solved.fac_vars]
    return list(instance.minutes.columns[opened]), float("nan")


def by_lokigi(instance: Instance, seconds: float) -> Answer:
    """Solve by lokigi: every plan where there are at most 5,000, else its GRASP."""
    del seconds  # it takes no time limit
    from lokigi.site import SiteProblem

    problem = SiteProblem(debug_mode=False)
    demand = instance.weights.rename("demand").rename_axis("area").reset_index()
    problem.add_demand(demand, demand_col="demand", location_id_col="area")
    minutes = instance.minutes.rename_axis("area").rename_axis(None, axis=1).reset_index()
    problem.add_travel_matrix(minutes, source_col="area", unit="minutes")
    few = comb(instance.minutes.shape[1], instance.p) <= 5_000
    found = problem.solve(
        p=instance.p,
        objectives="p_median",
        search_strategy="brute-force" if few else "grasp",
        show_progress=False,
    )
    best = found.solution_df.sort_values("weighted_average").iloc[0]
    return list(best["site_names"]), float("nan")


SOLVERS: dict[str, tuple[Callable[[Instance, float], Answer], str]] = {
    "llrgeo, 0.1 %": (by_llrgeo, "llrgeo"),
    "llrgeo, gap 0": (by_llrgeo_proof, "llrgeo"),
    "HiGHS alone": (by_highs, "highspy"),
    "spopt + HiGHS": (by_spopt, "spopt"),
    "lokigi": (by_lokigi, "lokigi"),
}


def run(solver: Callable[[Instance, float], Answer], instance: Instance, seconds: float) -> dict:
    """Run a solver in a process of its own; one that does not end in twice its time is stopped."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()

    def work() -> None:
        took: list[float] = []
        try:
            while len(took) < REPEATS and sum(took) < BRIEF:
                started = time.process_time()
                sites, bound = solver(instance, seconds)
                took.append(time.process_time() - started)
        except Exception as error:  # noqa: BLE001 - a peer that fails is a result
            results.put({"note": f"{type(error).__name__}: {error}"[:60]})
            return
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        value = instance.value(sites) if len(sites) == instance.p else float("nan")
        results.put({"value": value, "bound": bound, "seconds": min(took), "mib": memory})

    process = context.Process(target=work)
    process.start()
    try:
        return results.get(timeout=2 * seconds)
    except queue.Empty:
        return {"note": f"not finished in {2 * seconds:.0f} s"}
    finally:
        process.terminate()
        process.join()


def main() -> None:
    """Print a row for each instance and solver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--lokigi", type=Path, help="folder sample_data of lokigi's repository")
    asked = parser.parse_args()
    cases = [large_instance()] if asked.large else instances(asked.lokigi)
    solvers = {
        name: solver
        for name, (solver, package) in SOLVERS.items()
        if importlib.util.find_spec(package) and (not asked.large or package == "llrgeo")
    }
    print("| instance | p | solver | mean minutes | bound | gap % | seconds | MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for instance in cases:
        if instance.left_out:
            print(f"| {instance.name} | {instance.p} | {instance.left_out} | | | | | |", flush=True)
            continue
        for name, solver in solvers.items():
            found = run(solver, instance, asked.seconds)
            if "note" in found:
                figures = f"{found['note']} | | | | "
            else:
                gap = 100 * (found["value"] - found["bound"]) / found["value"]
                figures = (
                    f"{found['value']:.4f} | {found['bound']:.4f} | {gap:.3f} | "
                    f"{found['seconds']:.3g} | {found['mib']:.0f}"
                )
            print(f"| {instance.name} | {instance.p} | {name} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
