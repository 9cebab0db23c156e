"""Coverings of 5,000 areas by 500 sites: rows of `table.py`, instances of `covering_proofs.py`.

`drawn` has a detour of its own for each pair, which no streets have: whom a site covers says
nothing of whom its neighbours cover. `plane` has none, `towns` has most people and sites near forty
centres. `postcodes` are places on the embedded network.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from taken import Asked, Figures, least

AREAS, SITES = 5_000, 500
RADIUS_MIN = 15.0
SEED = 1
SQUARE_KM = 60.0
TOWNS, RURAL = 40, 0.15


class Instance(NamedTuple):
    """What is asked: of which places, which objective and p, and within which minutes.

    Either a multiple of the least minutes at which every area has a candidate, or those within
    which a share of all pairs of area and site is (`radius`).
    """

    places: str
    objective: str
    p: int | None
    multiple: float = 0.0
    share: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in the table."""
        sites = [f"p {self.p}"] if self.p else []
        within = [f"{self.multiple:g} x"] if self.multiple else []
        within += [f"{self.share:.0%}"] if self.share else []
        return f"{self.objective} {self.places}, {', '.join(sites + within)}"

    def radius(self, minutes: np.ndarray) -> float:
        """Return the minutes of the standard; a set covering has some at which all are covered."""
        least = float(minutes.min(axis=1).max())
        if not self.share:
            return round(self.multiple * least, 1)
        within = float(np.quantile(minutes, self.share))
        return within if self.objective == "mclp" else max(within, least)


INSTANCES = (
    *(Instance("straight", "lscp", None, multiple) for multiple in (1.0, 1.5, 2.2, 3.5)),
    *(Instance("detour", "lscp", None, multiple) for multiple in (3.5, 5.0)),
    *(Instance("straight", "p-centre", p) for p in (3, 5, 10, 20)),
    *(Instance("detour", "p-centre", p) for p in (3, 5)),
    *(
        Instance("straight", "mclp", p, multiple)
        for p, multiple in ((5, 2.0), (10, 2.0), (20, 1.5), (40, 1.0), (60, 0.8))
    ),
    *(Instance("detour", "mclp", p, multiple) for p, multiple in ((10, 2.0), (20, 1.5))),
    *(Instance("postcodes", "lscp", None, multiple) for multiple in (1.0, 1.3)),
    *(Instance("postcodes", "p-centre", p) for p in (5, 15, 30)),
    *(
        Instance("postcodes", "mclp", p, multiple)
        for p, multiple in ((10, 0.7), (15, 1.0), (30, 0.5))
    ),
    *(Instance("plane", "lscp", None, share=share) for share in (0.02, 0.03, 0.05)),
    *(Instance("plane", "p-centre", p) for p in (15, 25, 40)),
    *(Instance("towns", "lscp", None, share=share) for share in (0.03, 0.05)),
    *(Instance("towns", "p-centre", p) for p in (10, 15, 25, 40)),
    *(
        Instance(places, "mclp", p, share=share)
        for places in ("plane", "towns")
        for p, share in ((50, 0.01), (30, 0.02), (20, 0.03), (15, 0.05))
    ),
)


Places = tuple[pd.DataFrame, pd.Series]
"""Minutes from areas to sites, and the people of the areas."""


def drawn() -> Places:
    """Return places spread evenly over a square."""
    from siting import random_instance

    case = random_instance("covering", AREAS, SITES, 0)
    return case.minutes, case.weights


def plane(areas: int = AREAS, sites: int = SITES) -> Places:
    """Return places spread evenly over a square of 60 km, minutes straight across it."""
    rng = np.random.default_rng(SEED)
    homes, hosts = (rng.random((number, 2)) * SQUARE_KM for number in (areas, sites))
    return _straight(homes, hosts, rng)


def towns(areas: int = AREAS, sites: int = SITES) -> Places:
    """Return places in that square of which most are in forty towns.

    Towns have sizes as 1, 1/2, 1/3 and on (Zipf), and spread as a normal about their centres, the
    larger the wider. Three in twenty areas and sites are anywhere between them.
    """
    rng = np.random.default_rng(SEED)
    centres, sizes = rng.random((TOWNS, 2)) * SQUARE_KM, 1 / np.arange(1, TOWNS + 1)
    ends = []
    for number in (areas, sites):
        town = rng.choice(TOWNS, number, p=sizes / sizes.sum())
        spread_km = 0.8 + 4 * sizes[town]
        place = centres[town] + rng.normal(size=(number, 2)) * spread_km[:, None]
        apart = rng.random(number) < RURAL
        place[apart] = rng.random((int(apart.sum()), 2)) * SQUARE_KM
        ends.append(place)
    return _straight(*ends, rng)


def _straight(homes: np.ndarray, hosts: np.ndarray, rng: np.random.Generator) -> Places:
    """Return minutes of kilometres x 1.3 at 54 km/h, not rounded, and people."""
    km = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1))
    areas = pd.Index([f"a{area:04}" for area in range(len(homes))])
    minutes = pd.DataFrame(km * 1.3 / 0.9, areas, [f"s{site:04}" for site in range(len(hosts))])
    return minutes, pd.Series(rng.lognormal(7, 0.5, len(homes)).round(), areas)


def postcodes(areas: int = AREAS, sites: int = SITES) -> Places:
    """Return postcodes of the default study evenly down the list, and others as sites.

    Minutes by car are those that the study is judged by, in tenths. The people of an area are
    shared out evenly among its postcodes, and rounded.
    """
    import llrgeo
    from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes
    from llrgeo.study.inputs import StudyInputs
    from llrgeo.study.routers import study_periods
    from llrgeo.study.times import calibration_of

    study = llrgeo.load_study()
    inputs, mode = StudyInputs(study), study.modes[0]
    known = read_postcodes()
    inside = known.index[known["area_id"].notna()].sort_values()
    homes = _evenly(inside, areas)
    hosts = _evenly(inside.difference(homes), sites)
    ends = (
        locate_postcodes(homes, known).rename_axis("area_id"),
        locate_postcodes(hosts, known).rename_axis("site_id"),
    )
    period = study_periods(study, mode)[0]
    times = inputs.routers[mode].travel_times(*ends, mode=mode, period=period)
    minutes = times.calibrated(calibration_of(study, mode)).minutes.round(1)
    area = known.loc[homes, "area_id"].astype(str)
    people = area.map(inputs.areas["residents"]) / area.map(area.value_counts())
    return minutes, people.astype(float).round().set_axis(minutes.index)


def _evenly(postcodes: pd.Index, number: int) -> pd.Index:
    return postcodes[np.linspace(0, len(postcodes) - 1, number).astype(int)]


def covering(
    objective: str, p: int | None, places: Callable[[], Places], asked: Asked, *, share: float = 0.0
) -> Figures:
    """Cover 5,000 areas from 500 sites, to proof.

    The standard is 15 minutes, or the minutes within which a share of all pairs is.
    """
    from llrgeo.appraisal.siting.locate import locate_sites
    from llrgeo.appraisal.siting.problem import SitingProblem
    from llrgeo.travel.times import TravelTimes

    minutes, people = places()
    within = Instance("", objective, p, share=share).radius(minutes.to_numpy())
    problem = SitingProblem(objective, p=p, standard_min=within if share else RADIUS_MIN)
    found: list[Any] = []

    def run() -> None:
        times = TravelTimes(minutes)
        found.append(locate_sites(times, people, problem, gap=0.0, seconds=asked.seconds))

    seconds = least(run)
    answer = found[-1]
    proof = "proved" if answer.proven else f"gap {answer.gap:.1%} in {asked.seconds:.0f} s"
    return Figures(seconds, note=f"{proof}: {answer.value:.4g}, bound {answer.bound:.4g}")


def covering_by_highs(p: int | None, places: Callable[[], Places], asked: Asked) -> Figures:
    """Cover the same areas by HiGHS alone: most demand from p sites, or all from the fewest."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack

    minutes, people = places()
    cover = csr_array(minutes.to_numpy() <= RADIUS_MIN, dtype=float)
    areas, sites = cover.shape
    costs, rows = np.ones(sites), [LinearConstraint(cover, 1.0, np.inf)]
    if p:  # a column more for each area: whether it is left bare
        costs = np.append(np.zeros(sites), people.to_numpy() / people.sum())
        number = np.append(np.ones(sites), np.zeros(areas))
        rows = [LinearConstraint(hstack([cover, eye_array(areas)]).tocsr(), 1.0, np.inf)]
        rows.append(LinearConstraint(number[None], p, p))
    whole = np.arange(len(costs)) < sites
    run = partial(milp, costs, integrality=whole, bounds=Bounds(0, 1), constraints=rows)
    found: list[Any] = []
    seconds = least(lambda: found.append(run(options={"time_limit": asked.seconds})))
    value, bound = found[-1].fun or np.inf, found[-1].mip_dual_bound or -np.inf
    return Figures(seconds, note=f"{value:.4g} {'left bare' if p else 'sites'}, bound {bound:.4g}")
