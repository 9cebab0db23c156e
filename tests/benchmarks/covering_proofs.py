"""Prove set coverings, maximal coverings and p-centres of 5,000 areas, and check each proof.

Run: python tests/benchmarks/covering_proofs.py [--areas 5000] [--sites 500] [--only NAME]

Areas and candidate sites are spread evenly over a square of 60 km x 60 km, by a seed. Minutes are
kilometres x 1.3 at 54 km/h, rounded to a tenth, people are lognormal(7, 0.8). In `detour` each pair
has a detour of its own, 1.1 to 1.6, which takes the order out of the plane. `postcodes` are places
on the embedded network, `plane` and `towns` are drawn by a rule of their own, minutes not rounded
(`coverings`). A radius is a multiple of the least at which every area has a candidate, or within it
is a share of all pairs. For each instance: value, bound and CPU seconds of ours. Then the check,
which shares no code with llrgeo and starts from the minutes:

- what the plan covers is counted;
- prices of areas, of which no site covers more than 1, show that fewer sites cannot (weak duality);
- where prices fall short, plans are divided by whether a site is open, until prices recomputed
  from what HiGHS suggests show of each part that it needs more sites. Areas whose sites include
  another area's are left out, and each is looked up again. Cuts have prices too: half the sum of
  rows of areas, rounded up, worked out from the areas (`odd_sums`);
- for a p-centre the same is shown of the next smaller radius;
- what p sites cover is at most the sum of w - u over areas, and the p largest sums of u over the
  areas of a site, for any u from 0 to w (Lagrangian bound). Where that is not enough, plans are
  divided by whether a site is open, until such a bound closes each part. HiGHS suggests u and the
  site from a linear relaxation; what they say is worked out anew.
"""

import argparse
import time
from typing import NamedTuple

import highspy
import numpy as np
import pandas as pd
from coverings import INSTANCES, Instance, plane, postcodes, towns
from odd_sums import Rows, odd_sums
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array, hstack, vstack

from llrgeo.appraisal.siting.locate import SiteSelection, locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.travel.times import TravelTimes

ROUNDING = 1e-6
OTHERS = {"postcodes": postcodes, "plane": plane, "towns": towns}
DETOURS = {"straight": (1.3, 1.3), "detour": (1.1, 1.6)}
SEED = 1
MOST_PARTS = 10_000
ROUNDS, LEAST_RISE = 30, 0.01  # of cuts


class Places(NamedTuple):
    """Minutes, shape (areas, sites), and people."""

    minutes: np.ndarray
    people: np.ndarray


def drawn(kind: str, areas: int, sites: int, seed: int = SEED) -> Places:
    """Return places by the rule that is stated above."""
    if kind in OTHERS:
        return Places(*(found.to_numpy() for found in OTHERS[kind](areas, sites)))
    rng = np.random.default_rng(seed)
    homes, hosts = rng.random((areas, 2)) * 60, rng.random((sites, 2)) * 60
    km = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1))
    minutes = (km * rng.uniform(*DETOURS[kind], km.shape) / 0.9).round(1)
    return Places(minutes, rng.lognormal(7, 0.8, areas).round())


def prices_prove(cover: np.ndarray, prices: np.ndarray, fewest: int) -> bool:
    """Return whether prices of areas show that fewer sites than `fewest` do not cover all.

    No site covers areas of more than 1, so a plan has as many sites as all prices together.
    """
    fair = bool((prices >= 0).all() and (prices @ cover).max() <= 1 + 1e-9)
    return fair and prices.sum() > fewest - 1 + ROUNDING


def own_prices(cover: np.ndarray) -> np.ndarray:
    """Return prices by the linear programme: most in all, at most 1 for the areas of a site."""
    found = linprog(
        -np.ones(len(cover)), A_ub=csr_array(cover.T.astype(float)), b_ub=np.ones(cover.shape[1])
    )
    prices = np.maximum(found.x, 0.0)
    return prices / max((prices @ cover).max(), 1.0)


def rows_needed(cover: np.ndarray) -> np.ndarray:
    """Return areas such that each other area has all sites of one of them: they decide."""
    order = np.argsort(cover.sum(axis=1), kind="stable")
    left, needed = np.ones(len(cover), dtype=bool), []
    for area in order.tolist():
        if left[area]:
            needed.append(area)
            left &= ~cover[:, cover[area]].all(axis=1)
    return np.sort(needed)


def follows(cover: np.ndarray, needed: np.ndarray) -> bool:
    """Return whether every area has all the sites of an area that is needed."""
    shared = cover[needed].astype(np.float32) @ cover.T.astype(np.float32)
    return bool((shared == cover[needed].sum(axis=1)[:, None]).any(axis=0).all())


class Part(NamedTuple):
    """A part of the plans, shape (sites,) each: 1 in `lower` is open, 0 in `upper` is shut."""

    lower: np.ndarray
    upper: np.ndarray


def fewest_needed(rows: Rows, prices: np.ndarray, part: Part) -> tuple[float, np.ndarray]:
    """Return how many sites the plans of a part have at least, and what each site adds to it.

    A plan that meets all rows has as many sites as the sum over its sites of 1, and pays each price
    as often as its row asks: at least prices @ least + the sum over sites of (1 - prices of its
    rows) x open. -inf where a price is below 0.
    """
    adds = 1.0 - prices @ rows.terms
    if (prices < 0).any():
        return -np.inf, adds
    fixed = np.minimum(adds * part.lower, adds * part.upper).sum()
    return float(prices @ rows.least + fixed), adds


def fewest_relaxed(rows: Rows) -> highspy.Highs:
    """Return the programme of fewest sites that meet rows, to be solved with sites open in part."""
    number, sites = rows.terms.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = sites, number
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.ones(sites), np.zeros(sites), np.ones(sites)
    lp.row_lower_, lp.row_upper_ = rows.least, np.full(number, np.inf)
    return _loaded(lp, csc_array(rows.terms))


def with_cuts(cover: np.ndarray, number: int) -> Rows:
    """Return the rows of areas and cuts of sums of them, as long as they raise the relaxation.

    Of the cuts those are left that bind at last.
    """
    rows, sums, value = Rows.of_areas(cover), np.zeros((0, len(cover)), dtype=bool), 0.0
    for _ in range(ROUNDS):
        tight = rows.with_sums(cover, sums)
        highs = fewest_relaxed(tight)
        highs.run()
        before, value = value, highs.getInfo().objective_function_value
        opened = np.array(highs.getSolution().col_value)
        sums = sums[tight.terms[len(cover) :] @ opened < tight.least[len(cover) :] + ROUNDING]
        if value > number + ROUNDING or value - before < LEAST_RISE * (number - value):
            break
        more = odd_sums(cover, opened)
        if not len(more):
            break
        sums = np.concatenate([sums, more])
    return rows.with_sums(cover, sums)


def _loaded(lp: highspy.HighsLp, table: csc_array) -> highspy.Highs:
    """Return a solver, on one thread, that holds a programme with a table of its rows."""
    lp.a_matrix_.start_, lp.a_matrix_.index_ = table.indptr, table.indices
    lp.a_matrix_.value_ = table.data
    highs = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1)):
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    return highs


def cannot_cover(cover: np.ndarray, number: int) -> str:
    """Prove that so many sites do not cover all; return by what, blank if it is not proved."""
    needed = rows_needed(cover)
    if not follows(cover, needed):
        return ""
    rows = cover[needed]
    if prices_prove(rows, own_prices(rows), number + 1):
        return "prices"
    dense = rows.astype(float)
    tight = with_cuts(dense, number)
    cuts = len(tight.least) - len(rows)
    highs, sites, closed = fewest_relaxed(tight), rows.shape[1], 0
    parts = [Part(np.zeros(sites), np.ones(sites))]
    while parts:
        part = parts.pop()
        if (dense @ part.upper == 0).any() or part.lower.sum() > number:
            continue  # no plan is in it
        highs.changeColsBounds(sites, np.arange(sites, dtype=np.int32), part.lower, part.upper)
        highs.run()
        found = highs.getSolution()
        opened, prices = np.array(found.col_value), np.maximum(found.row_dual, 0.0)
        bound, adds = fewest_needed(tight, prices, part)
        if bound > number + ROUNDING:
            closed += 1
            continue
        # A site whose change passes the number by itself stays as it is.
        room = number + ROUNDING - bound
        part = Part(
            np.where(-adds > room, part.upper, part.lower),
            np.where(adds > room, part.lower, part.upper),
        )
        doubt = np.where(part.lower < part.upper, np.minimum(opened, 1 - opened), 0.0)
        if doubt.max() < ROUNDING or closed + len(parts) > MOST_PARTS:
            return ""
        at = np.arange(sites) == (doubt * dense.sum(axis=0)).argmax()
        parts.append(part._replace(upper=np.where(at, 0.0, part.upper)))
        parts.append(part._replace(lower=np.where(at, 1.0, part.lower)))
    return f"prices, {closed} part{'s' * (closed > 1)}, {cuts} cuts"


def most_covered(
    cover: np.ndarray, people: np.ndarray, p: int, u: np.ndarray, part: Part
) -> tuple[float, np.ndarray]:
    """Return what the plans of a part cover at most, and the sum of u over each site's areas.

    +inf where multipliers are not from 0 to w.
    """
    gains = u @ cover
    if (u < 0).any() or (u > people).any():
        return np.inf, gains
    free = np.sort(gains[part.lower < part.upper])[::-1][: p - int(part.lower.sum())]
    return float((people - u).sum() + gains[part.lower > 0].sum() + free.sum()), gains


def merged(cover: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return areas of like sites as one, with their people together, and none without a site."""
    _, first, same = np.unique(
        np.packbits(cover, axis=1), axis=0, return_index=True, return_inverse=True
    )
    together = np.bincount(same.ravel(), weights=people)
    reached = cover[first].any(axis=1)
    return cover[first][reached], together[reached]


def relaxation(cover: np.ndarray, people: np.ndarray, p: int) -> highspy.Highs:
    """Return the textbook programme of most covered, to be solved with sites open in part.

    Columns are of sites, then of areas; rows of areas, then the number of sites.
    """
    areas, sites = cover.shape
    chain = hstack([csr_array(-cover.astype(float)), csr_array(np.eye(areas))])
    number = csr_array(np.append(np.ones(sites), np.zeros(areas))[None])
    table = vstack([chain, number]).tocsc()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = sites + areas, areas + 1
    lp.col_cost_ = np.append(np.zeros(sites), -people)
    lp.col_lower_, lp.col_upper_ = np.zeros(sites + areas), np.ones(sites + areas)
    lp.row_lower_, lp.row_upper_ = np.append(np.full(areas, -np.inf), p), np.append(people * 0, p)
    return _loaded(lp, table)


def solved(highs: highspy.Highs, part: Part, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each site is open in the relaxation of a part, and multipliers of areas."""
    sites = len(part.lower)
    highs.changeColsBounds(sites, np.arange(sites, dtype=np.int32), part.lower, part.upper)
    highs.run()
    found = highs.getSolution()
    prices = -np.array(found.row_dual)[:-1]
    return np.array(found.col_value)[:sites], np.clip(prices, 0, people)


def narrowed(p: int, part: Part, gains: np.ndarray, room: float) -> Part:
    """Open the sites without which a bound falls by more than `room`, shut those with which."""
    free = part.lower < part.upper
    ranked = np.append(np.sort(gains[free])[::-1], -np.inf)
    last = p - int(part.lower.sum())
    needed = free & (gains - ranked[last] > room)
    shut = free & (ranked[last - 1] - gains > room) & ~needed
    return Part(np.where(needed, 1.0, part.lower), np.where(shut, 0.0, part.upper))


def cannot_cover_more(cover: np.ndarray, people: np.ndarray, p: int, covered: float) -> str:
    """Prove that p sites do not cover more people, who are whole; blank if it is not proved.

    Plans are divided by a site in doubt. The relaxation only suggests multipliers and the site:
    each part is closed by a bound recomputed from the multipliers.
    """
    rows, weights = merged(cover, people)
    highs, dense = relaxation(rows, weights, p), rows.astype(float)
    sites, target, closed = rows.shape[1], covered + 1 - ROUNDING, 0
    parts = [Part(np.zeros(sites), np.ones(sites))]
    while parts:
        part = parts.pop()
        if part.lower.sum() > p or part.upper.sum() < p:
            continue  # no plan is in it
        opened, u = solved(highs, part, weights)
        bound, gains = most_covered(dense, weights, p, u, part)
        if bound < target:
            closed += 1
            continue
        part = narrowed(p, part, gains, bound - target)
        doubt = np.where(part.lower < part.upper, np.minimum(opened, 1 - opened), 0.0)
        if doubt.max() < ROUNDING or closed + len(parts) > MOST_PARTS:
            return ""
        at = np.arange(sites) == (doubt * gains).argmax()
        parts.append(part._replace(upper=np.where(at, 0.0, part.upper)))
        parts.append(part._replace(lower=np.where(at, 1.0, part.lower)))
    return f"multipliers, {closed} part{'s' * (closed > 1)}"


def checked(places: Places, instance: Instance, found: SiteSelection, radius: float) -> str:
    """Return how the value is proved to be the best, blank if it is not."""
    minutes, people = places.minutes, places.people
    nearest = minutes[:, [int(site[1:]) for site in found.sites]].min(axis=1)
    opened = len(found.sites)
    if instance.objective == "mclp":
        covered = float(people[nearest <= radius].sum())
        same = opened == instance.p and abs(covered / people.sum() - found.value) < 1e-9
        return cannot_cover_more(minutes <= radius, people, opened, covered) if same else ""
    if instance.objective == "lscp":
        same = nearest.max() <= radius and opened == found.value
        return cannot_cover(minutes <= radius, opened - 1) if same else ""
    below = minutes[minutes < found.value].max()
    if (minutes > below).all(axis=1).any():
        return "an area has no nearer site"
    same = opened == instance.p and nearest.max() == found.value
    return cannot_cover(minutes <= below, opened) if same else ""


def framed(places: Places) -> tuple[TravelTimes, pd.Series]:
    """Return travel times and demand."""
    areas = pd.Index([f"a{area:04}" for area in range(len(places.people))])
    sites = pd.Index([f"s{site:04}" for site in range(places.minutes.shape[1])])
    times = TravelTimes(pd.DataFrame(places.minutes, areas, sites))
    return times, pd.Series(places.people, areas)


def main() -> None:
    """Print a row for each instance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=5_000)
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=300.0, help="by the clock, for each")
    parser.add_argument("--only", help="part of the name of instances")
    asked = parser.parse_args()
    print("| instance | minutes | value | bound | s | how it was checked | check s |")
    print("|---|---|---|---|---|---|---|")
    for instance in INSTANCES:
        if asked.only and asked.only not in instance.name:
            continue
        places = drawn(instance.places, asked.areas, asked.sites)
        radius = instance.radius(places.minutes)
        times, people = framed(places)
        problem = SitingProblem(instance.objective, p=instance.p, standard_min=radius)
        begun = time.process_time()
        found = locate_sites(times, people, problem, gap=0.0, seconds=asked.seconds)
        took, begun = time.process_time() - begun, time.process_time()
        how = checked(places, instance, found, radius) if found.proven else "not asked"
        print(
            f"| {instance.name} | {radius or found.value:.4g} | {found.value:.6g} "
            f"| {found.bound:.6g} | {took:.1f} | {how or 'NOT PROVED'} "
            f"| {time.process_time() - begun:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
