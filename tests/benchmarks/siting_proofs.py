"""Prove p-medians of OR-Library to the optimum, and check each proof by other means.

Run: python tests/benchmarks/siting_proofs.py [FOLDER] [--largest 900]
     python tests/benchmarks/siting_proofs.py --drawn 500 700 900

FOLDER has `pmed1.txt` and on (Beasley 1985; by default the reference data beside the project);
without any, or with `--drawn`, graphs are drawn by the same rule: of so many nodes with 5, 10, a
tenth, a fifth and a third of the nodes as sites. For each instance: our value, bound and CPU
seconds. Then the check, which shares no code with llrgeo: the cost of the plan from the distances,
and a branch and bound of its own (`proved`) that closes every part of the plans by a bound
recomputed from the distances. It starts from our multipliers, which may be any numbers: what they
say is worked out anew, so that wrong ones would prove nothing. Where that takes too many parts, the
textbook programme of the pairs that the bound leaves is solved by HiGHS instead.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_siting_proofs import case_of, graph_distances

from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.subgradient import lagrangian_bound

REFERENCE = Path(__file__).parents[3] / "shared/data/or-library"
DRAWN = ((100, 10), (200, 20), (300, 30), (400, 40))
MOVES = 60  # of the multipliers in a part of the plans
MOST_PARTS = 500  # beyond, the textbook programme is quicker
ROUNDING = 1e-6


class Part(NamedTuple):
    """A part of the plans: the sites that may open, those of them that must, and multipliers."""

    sites: np.ndarray
    must: np.ndarray
    multipliers: np.ndarray


def bound(distances: np.ndarray, p: int, part: Part) -> tuple[float, np.ndarray, np.ndarray]:
    """Return L(lam) of a part, what opening each of its sites adds, and which it opens.

    Of a plan in the part no area costs less than lam_i + the sum over open sites of
    min(0, d_ij - lam_i); so no plan costs less than the sum of lam and the least p of the columns.
    """
    costs = distances[:, part.sites] - part.multipliers[:, None]
    adds = np.minimum(costs, 0).sum(axis=0)
    free = np.flatnonzero(~part.must)
    more = free[np.argsort(adds[free], kind="stable")[: p - int(part.must.sum())]]
    opened = part.must.copy()
    opened[more] = True
    return float(part.multipliers.sum() + adds[opened].sum()), adds, opened


def proved(distances: np.ndarray, p: int, value: float, multipliers: np.ndarray) -> int:
    """Return in how many parts no plan is found to cost less than a whole value; -1 if not proved.

    Costs are whole, so that a part whose bound is above value - 1 holds no better plan.
    """
    everything = np.arange(distances.shape[1])
    parts = [Part(everything, np.zeros(len(everything), dtype=bool), multipliers)]
    target, closed = value - 1 + ROUNDING, 0
    while parts:
        part = parts.pop()
        if part.must.sum() > p or len(part.sites) < p:
            continue  # no plan is in it
        best, adds, opened, part = climb(distances, p, part, target)
        if best > target:
            closed += 1
            if closed + len(parts) > MOST_PARTS:
                return -1
            continue
        part, adds, opened = narrowed(part, best, adds, opened, target)
        in_doubt = np.flatnonzero(opened & ~part.must)
        if not len(in_doubt):  # one plan is left, and what it costs is known
            if distances[:, part.sites[opened]].min(axis=1).sum() < value:
                return -1
            closed += 1
            continue
        at = in_doubt[np.argsort(adds[in_doubt])[len(in_doubt) // 2]]
        without = np.arange(len(part.sites)) != at
        parts.append(Part(part.sites[without], part.must[without], part.multipliers))
        parts.append(part._replace(must=part.must | ~without))
    return closed


def excluded(distances: np.ndarray, p: int, value: float, multipliers: np.ndarray) -> str:
    """Prove by the textbook programme that no plan costs less; return how many pairs it needed.

    For instances whose bound is too low for `proved`. A pair is left out where the bound with it
    passes value - 1. Blank if HiGHS finds a better plan, or no proof in its time.
    """
    everything = np.arange(distances.shape[1])
    start = Part(everything, np.zeros(len(everything), dtype=bool), multipliers)
    target = value - 1 + ROUNDING
    best, adds, opened, part = climb(distances, p, start, target)
    last = adds[opened].max()
    rise = np.maximum(adds - last, 0.0)  # of the bound, where a site opens that was not to
    extra = np.maximum(distances - part.multipliers[:, None], 0.0) + rise
    area, site = np.nonzero(best + extra <= target)
    n, m, pairs = len(distances), len(everything), len(area)
    pair = np.arange(pairs)
    assigned = coo_array((np.ones(pairs), (area, pair)), shape=(n, pairs + m))
    within = coo_array(
        (
            np.append(np.ones(pairs), -np.ones(pairs)),
            (np.tile(pair, 2), np.append(pair, pairs + site)),
        ),
        shape=(pairs, pairs + m),
    )
    number = np.append(np.zeros(pairs), np.ones(m))
    found = milp(
        np.append(distances[area, site], np.zeros(m)),
        constraints=[
            LinearConstraint(assigned.tocsr(), 1, 1),
            LinearConstraint(within.tocsr(), -np.inf, 0),
            LinearConstraint(number[None], p, p),
        ],
        integrality=number,
        bounds=Bounds(0, 1),
        options={"time_limit": 60.0},
    )
    infeasible = found.status == 2
    no_better = found.status == 0 and found.fun > target
    return f"HiGHS, {pairs} pairs" if infeasible or no_better else ""


def climb(
    distances: np.ndarray, p: int, part: Part, target: float
) -> tuple[float, np.ndarray, np.ndarray, Part]:
    """Move the multipliers along the subgradient; return the highest bound met, and its part."""
    now = best = (*bound(distances, p, part), part)
    step, waited = 0.5, 0
    for _ in range(MOVES):
        if best[0] > target:
            break
        _, _, opened, at = now
        reached = distances[:, at.sites[opened]] < at.multipliers[:, None]
        slope = 1.0 - reached.sum(axis=1)
        if not slope.any():
            break
        moved = at.multipliers + step * (target + 1 - now[0]) / (slope @ slope) * slope
        part = at._replace(multipliers=moved)
        now, waited = (*bound(distances, p, part), part), waited + 1
        if now[0] > best[0]:
            best, waited = now, 0
        elif waited > 5:
            now, step, waited = best, step / 2, 0
    return best


def narrowed(
    part: Part, at: float, adds: np.ndarray, opened: np.ndarray, target: float
) -> tuple[Part, np.ndarray, np.ndarray]:
    """Leave out sites, and fix others, without which or with which the bound passes the target."""
    doubted, shut = opened & ~part.must, ~opened
    last = adds[doubted].max(initial=-np.inf)  # what opens instead of another, or shuts for it
    following = adds[shut].min(initial=np.inf)
    must = part.must | (doubted & (at - adds + following > target))
    keep = opened | (at + adds - last <= target)
    return Part(part.sites[keep], must[keep], part.multipliers), adds[keep], opened[keep]


def instances(folder: Path, largest: int) -> Iterator[tuple[str, np.ndarray, int, float]]:
    """Yield name, distances, number of sites and published optimum (NaN of a drawn one)."""
    files = sorted(folder.glob("pmed*.txt"), key=lambda path: int(path.stem[4:]))
    optima = pd.read_csv(folder / "optima.csv", index_col="instance")["p_median"] if files else {}
    for path in files:
        figures = np.array(path.read_text().split(), dtype=int)
        nodes, _, p = figures[:3].tolist()
        if nodes > largest:
            continue
        graph = np.zeros((nodes, nodes))
        for start, end, length in figures[3:].reshape(-1, 3).tolist():
            graph[start - 1, end - 1] = graph[end - 1, start - 1] = length
        yield path.stem, shortest_path(graph, directed=False), p, float(optima[path.stem])
    if not files:
        yield from drawn(DRAWN)


def drawn(sizes: Iterable[tuple[int, int]]) -> Iterator[tuple[str, np.ndarray, int, float]]:
    """Yield instances on graphs with so many nodes and sites, drawn as Beasley's are."""
    for nodes, p in sizes:
        rng = np.random.default_rng(nodes + p)
        distances = graph_distances(rng, nodes, nodes**2 // 50)
        yield f"drawn{nodes}_{p}", distances, p, float("nan")


def sizes_of(nodes: Iterable[int]) -> list[tuple[int, int]]:
    """Return how many sites are asked for on graphs of some sizes."""
    return [(n, p) for n in nodes for p in (5, 10, n // 10, n // 5, n // 3)]


def solved(distances: np.ndarray, p: int, seconds: float) -> tuple[float, bool]:
    """Return the CPU seconds of our search, and whether it proved its plan."""
    case = case_of(distances, np.ones(len(distances)))
    begun = time.process_time()
    found = locate_sites(*case, SitingProblem(p=p, ceiling_min=1e6), gap=0.0, seconds=seconds)
    return time.process_time() - begun, found.proven


def main() -> None:
    """Print a row for each instance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=REFERENCE)
    parser.add_argument("--largest", type=int, default=900, help="nodes")
    parser.add_argument("--drawn", type=int, nargs="+", help="nodes of graphs to draw")
    parser.add_argument("--only", help="name of one instance")
    asked = parser.parse_args()
    print("| instance | nodes | p | value | optimum | bound | s | plan costs | parts | check s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    chosen = instances(asked.folder, asked.largest)
    if asked.drawn:
        chosen = drawn(sizes_of(asked.drawn))
    for name, distances, p, optimum in chosen:
        if asked.only not in {None, name}:
            continue
        nodes = len(distances)
        case, problem = case_of(distances, np.ones(nodes)), SitingProblem(p=p, ceiling_min=1e6)
        begun = time.process_time()
        found = locate_sites(*case, problem, gap=0.0, seconds=300.0)
        took, begun = time.process_time() - begun, time.process_time()
        plan = [int(site[1:]) for site in found.sites]
        cost = float(distances[:, plan].min(axis=1).sum())
        model = formulate(*case, problem).model
        ours = lagrangian_bound(model, found.value, deadline=time.perf_counter() + 30)
        start = ours.multipliers[:nodes] * nodes
        parts = proved(distances, p, cost, start)
        how = str(parts) if parts > 0 else excluded(distances, p, cost, start) or "not proved"
        checked = time.process_time() - begun
        print(
            f"| {name} | {nodes} | {p} | {found.value * nodes:.3f} | {optimum:.0f} "
            f"| {found.bound * nodes:.3f} | {took:.2f} | {cost:.0f} "
            f"| {how} | {checked:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
