"""Set covering and p-centre without further constraints: reductions, search, bounds and proofs."""

import time
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.siting import centre_search, cover_relaxation, cover_search, set_covering
from llrgeo.appraisal.siting.centre_search import CentreSearch
from llrgeo.appraisal.siting.cover_reduction import undominated
from llrgeo.appraisal.siting.cover_relaxation import CoverRelaxation
from llrgeo.appraisal.siting.cover_search import greedy_cover, search_cover
from llrgeo.appraisal.siting.exact import BoundedPlan
from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.set_covering import Covering, cover_by_trying
from llrgeo.travel.times import TravelTimes


def random_cover(seed: int, areas: int = 30, sites: int = 9) -> np.ndarray:
    """Return which site covers which area; each area has one at least."""
    rng = np.random.default_rng(seed)
    cover = rng.random((areas, sites)) < 0.27
    cover[np.arange(areas), rng.integers(0, sites, areas)] = True
    return cover


def fewest(cover: np.ndarray) -> int:
    """Return the least number of sites that cover all, by trying every plan."""
    sites = range(cover.shape[1])
    plans = (plan for number in sites for plan in combinations(sites, number + 1))
    return len(next(plan for plan in plans if cover[:, plan].any(axis=1).all()))


def plane(seed: int, areas: int, sites: int) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes between random places in a square of 60 km, and people."""
    rng = np.random.default_rng(seed)
    homes, hosts = rng.random((areas, 2)) * 60, rng.random((sites, 2)) * 60
    km = np.hypot(*(homes[:, None] - hosts[None]).transpose(2, 0, 1))
    return (km * 1.3 / 0.9).round(1), rng.lognormal(7, 0.8, areas).round()


def located(minutes: np.ndarray, people: np.ndarray, problem: SitingProblem) -> object:
    areas = pd.Index([f"a{area:03}" for area in range(len(minutes))])
    sites = pd.Index([f"s{site:03}" for site in range(minutes.shape[1])])
    times = TravelTimes(pd.DataFrame(minutes, areas, sites))
    return locate_sites(times, pd.Series(people, areas), problem, gap=0.0)


def test_what_includes_another_is_left_out_and_of_equals_the_first_stays() -> None:
    cover = np.array(
        [
            [True, True, False, False],  # includes the next
            [False, True, False, False],
            [False, False, True, True],
            [False, False, True, True],  # equal to the one before
        ]
    )
    areas, sites = undominated(cover)
    assert areas.tolist() == [1, 2]
    assert sites.tolist() == [1, 2]  # the first site covers what the second does, and less


@pytest.mark.parametrize("seed", range(12))
def test_a_reduced_covering_needs_as_many_sites_and_its_plans_cover_all(seed: int) -> None:
    cover = random_cover(seed)
    areas, sites = undominated(cover)
    reduced = cover[np.ix_(areas, sites)]
    assert fewest(reduced) == fewest(cover)
    assert cover[:, sites[greedy_cover(reduced)]].any(axis=1).all()
    rows = [frozenset(np.flatnonzero(row)) for row in reduced]
    assert not any(one < other for one in rows for other in rows)


@pytest.mark.parametrize("seed", range(12))
def test_prices_are_fair_and_a_search_or_a_proof_settles_each_number(seed: int) -> None:
    cover = random_cover(seed, areas=40, sites=11)
    covering, best = Covering.of(cover, np.arange(11)), fewest(cover)
    prices = covering.prices()
    assert (prices >= 0).all()
    assert (prices @ covering.cover).max() <= 1 + 1e-12
    assert covering.fewest_possible() <= best
    deadline = time.perf_counter() + 30
    found = covering.at_most(best, deadline=deadline)
    assert found.cost == best
    assert cover[:, covering.sites[found.plan]].any(axis=1).all()
    none = covering.at_most(best - 1, deadline=deadline)
    assert none.plan is None
    assert np.isposinf(none.bound)


@pytest.mark.parametrize("seed", range(8))
def test_few_sites_are_tried_one_by_one(seed: int) -> None:
    cover = random_cover(seed, areas=14, sites=8)
    best = fewest(cover)
    found = cover_by_trying(cover, best)
    assert len(found) == best
    assert cover[:, found].any(axis=1).all()
    assert cover_by_trying(cover, best - 1) is None


def test_a_search_leaves_a_plan_from_which_no_swap_helps() -> None:
    minutes, _ = plane(4, 300, 50)
    cover = minutes <= 22.2
    best = found = greedy_cover(cover)
    while found is not None:
        best = found
        found = search_cover(cover, best[:-1], steps=2_000, seed=1)
    assert len(best) == 9
    assert len(greedy_cover(cover)) == 13
    assert cover[:, best].any(axis=1).all()
    # There is no plan of a site less, and the search says nothing else.
    assert Covering.of(cover, np.arange(50)).at_most(8, deadline=np.inf).plan is None


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_fewest_sites_are_proved_one_number_after_the_other(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """Small ones are settled by prices; here the tree has to, from a bound that says less."""
    minutes, people = plane(6, 200, 40)
    asked, prices, at_most = [], Covering.prices, Covering.at_most
    monkeypatch.setattr(Covering, "prices", lambda *known: share * prices(*known))

    def noted(covering: Covering, number: int, **further: Any) -> BoundedPlan:
        asked.append(number)
        return at_most(covering, number, **further)

    monkeypatch.setattr(Covering, "at_most", noted)
    found = located(minutes, people, SitingProblem("lscp", standard_min=27.1))
    plan = [int(site[1:]) for site in found.sites]
    assert asked == ([2, 3, 4, 5] if share < 1 else [])
    assert found.proven
    assert (minutes[:, plan].min(axis=1) <= 27.1).all()
    assert found.bound == found.value == len(plan) == 6


@pytest.mark.parametrize("p", [2, 5, 9])
def test_a_p_centre_is_the_least_radius_at_which_its_sites_cover_all(p: int) -> None:
    minutes, people = plane(7, 150, 30)
    found = located(minutes, people, SitingProblem("p-centre", p=p))
    plan = [int(site[1:]) for site in found.sites]
    assert found.proven
    assert len(plan) == p
    assert minutes[:, plan].min(axis=1).max() == found.value
    radii = np.unique(minutes)
    below = float(radii[np.searchsorted(radii, found.value) - 1])
    fewer = located(minutes, people, SitingProblem("lscp", standard_min=below))
    assert fewer.bound > p


def test_where_a_proof_comes_to_no_end_prices_bound_a_p_centre(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    minutes, people = plane(6, 300, 60)
    best = located(minutes, people, SitingProblem("p-centre", p=12))
    nothing_known = BoundedPlan(None, -np.inf, np.inf)
    monkeypatch.setattr(Covering, "at_most", lambda *_, **__: nothing_known)
    found = located(minutes, people, SitingProblem("p-centre", p=12))
    nearest = minutes.min(axis=1).max()
    possible = (
        radius
        for radius in np.unique(minutes[minutes >= nearest])
        if Covering.of(minutes <= radius, np.arange(60)).fewest_possible() <= 12
    )
    assert not found.proven
    assert found.bound == next(possible)
    assert nearest < found.bound < best.value <= found.value


def end_time_after_a_call(
    monkeypatch: pytest.MonkeyPatch, module: object, owner: type, name: str
) -> list[str]:
    """Let a module's clock pass every end once a method has run; return the list of its calls."""
    calls, method = [], getattr(owner, name)

    def called(*given: object, **named: object) -> object:
        calls.append(name)
        return method(*given, **named)

    clock = SimpleNamespace(perf_counter=lambda: np.inf if calls else 0.0)
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(owner, name, called)
    return calls


@pytest.mark.parametrize("seed", range(12))
def test_prices_without_time_are_fair_and_bound_the_fewest(seed: int) -> None:
    cover = random_cover(seed, areas=40, sites=11)
    covering = Covering.of(cover, np.arange(11))
    prices = covering.prices(deadline=0.0)
    assert (prices >= 0).all()
    assert (prices @ covering.cover).max() <= 1 + 1e-12
    assert 1 <= covering.fewest_possible(deadline=0.0) <= fewest(cover)


@pytest.mark.parametrize(("name", "number"), [("prices", 14), ("search", 13)])
def test_the_fewest_sites_stop_between_rounds_when_time_ends(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    """The search would go on from 14 sites to the 12 that are the fewest, one each round."""
    minutes, people = plane(10, 400, 80)
    fewest_sites = located(minutes, people, SitingProblem("lscp", standard_min=17.7))
    assert fewest_sites.proven
    calls = end_time_after_a_call(monkeypatch, set_covering, Covering, name)
    monkeypatch.delattr(Covering, "at_most")  # nor does a proof begin
    found = located(minutes, people, SitingProblem("lscp", standard_min=17.7))
    plan = [int(site[1:]) for site in found.sites]
    assert calls == [name]
    assert not found.proven
    assert (minutes[:, plan].min(axis=1) <= 17.7).all()
    assert found.value == len(plan) == number
    assert 1 < found.bound <= fewest_sites.value == 12


def test_a_search_looks_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes, _ = plane(4, 300, 50)
    cover = minutes <= 22.2
    start = greedy_cover(cover)[:9]
    found = search_cover(cover, start, steps=2_000, seed=1)
    assert found is not None
    assert search_cover(cover, start, steps=2_000, seed=1, deadline=0.0) is None
    # Pauses change nothing.
    monkeypatch.setattr(cover_search, "_AT_ONCE", 7)
    again = search_cover(cover, start, steps=2_000, seed=1)
    assert again.tolist() == found.tolist()


def test_a_p_centre_stops_between_rounds_when_time_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes, people = plane(6, 300, 60)
    best = located(minutes, people, SitingProblem("p-centre", p=12))
    calls = end_time_after_a_call(monkeypatch, centre_search, CentreSearch, "_plan_within")
    monkeypatch.delattr(Covering, "at_most")
    found = located(minutes, people, SitingProblem("p-centre", p=12))
    plan = [int(site[1:]) for site in found.sites]
    assert calls == ["_plan_within"]
    assert not found.proven
    assert minutes[:, plan].min(axis=1).max() == found.value
    assert minutes.min(axis=1).max() <= found.bound <= best.value < found.value


def test_prices_are_the_best_where_rows_that_do_not_bind_went(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cover_relaxation, "_MOST_ROWS", 0)
    cover = np.random.default_rng(4).random((200, 40)) < 0.25
    relaxed = CoverRelaxation.of(cover).solve(np.inf)
    assert relaxed is not None
    prices = Covering(cover, np.arange(40)).prices()
    assert (prices @ cover).max() <= 1 + 1e-9
    assert prices.sum() == pytest.approx(relaxed.value)
