"""The checks of coverings' proofs hold for small ones, and refuse what is tampered with."""

import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import covering_proofs as proofs
import odd_sums

from llrgeo.appraisal.siting.locate import locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem


@pytest.mark.parametrize(
    ("objective", "p", "multiple"),
    [
        ("lscp", None, 1.5),
        ("p-centre", 4, 0.0),
        ("p-centre", 7, 0.0),
        ("mclp", 4, 1.1),
        ("mclp", 9, 0.7),
    ],
)
@pytest.mark.parametrize("kind", ["straight", "detour", "plane", "towns"])
def test_values_of_small_coverings_are_proved_again(
    kind: str, objective: str, p: int | None, multiple: float
) -> None:
    places = proofs.drawn(kind, 160, 30)
    asked = proofs.Instance(kind, objective, p, multiple)
    radius = asked.radius(places.minutes)
    problem = SitingProblem(objective, p=p, standard_min=radius)
    found = locate_sites(*proofs.framed(places), problem, gap=0.0)
    assert found.proven
    assert proofs.checked(places, asked, found, radius)


def test_a_plan_that_is_not_the_best_is_refused() -> None:
    """A site more than needed, a longer journey, fewer people: nothing proves them."""
    places = proofs.drawn("straight", 160, 30)
    cover = places.minutes <= 20.4
    best = locate_sites(
        *proofs.framed(places), SitingProblem("lscp", standard_min=20.4), gap=0.0
    ).value
    assert proofs.cannot_cover(cover, int(best) - 1)
    assert not proofs.cannot_cover(cover, int(best))
    most = locate_sites(
        *proofs.framed(places), SitingProblem("mclp", p=4, standard_min=15.0), gap=0.0
    ).value
    people, within = places.people, places.minutes <= 15
    covered = round(most * people.sum())
    assert proofs.cannot_cover_more(within, people, 4, covered)
    assert not proofs.cannot_cover_more(within, people, 4, covered - 1)


def test_prices_bound_a_part_by_the_sites_that_are_open_and_shut() -> None:
    rows = odd_sums.Rows.of_areas(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]))
    part = proofs.Part(np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0]))
    bound, adds = proofs.fewest_needed(rows, np.array([0.2, 0.3, 0.9]), part)
    # Site 1 is open, and adds 1 - 0.5; site 2 would take 0.2 from the bound.
    assert adds == pytest.approx([-0.1, 0.5, -0.2])
    assert bound == pytest.approx(1.4 + 0.5 - 0.2)
    assert proofs.fewest_needed(rows, np.array([0.2, -0.1, 0.9]), part)[0] == -np.inf


def test_plans_are_divided_where_prices_fall_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three sites each two cover an area: two are needed, and all prices together are 1.5.

    Four such threes need eight, with prices of six; a cut of each three is enough.
    """
    three = ~np.eye(3, dtype=bool)
    cover = np.kron(np.eye(4, dtype=bool), three)
    assert proofs.cannot_cover(cover, 7) == "prices, 1 part, 4 cuts"
    assert not proofs.cannot_cover(cover, 8)
    monkeypatch.setattr(proofs, "ROUNDS", 0)
    proof = proofs.cannot_cover(cover, 7)
    assert proof.endswith(" parts, 0 cuts")
    assert int(proof.split()[1]) > 1
    assert not proofs.cannot_cover(cover, 8)


@pytest.mark.parametrize("seed", range(20))
def test_every_plan_meets_the_cut_of_any_set_of_areas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cover, sums = rng.random((12, 7)) < 0.35, rng.random((30, 12)) < 0.4
    plans = np.array(list(product([0.0, 1.0], repeat=7)))
    plans = plans[(plans @ cover.T > 0).all(axis=1)]
    rows = odd_sums.Rows.of_areas(cover).with_sums(cover, sums)
    assert len(rows.least) > 12
    assert (plans @ rows.terms.T >= rows.least).all()


def test_tampered_prices_and_multipliers_prove_nothing() -> None:
    places = proofs.drawn("straight", 160, 30)
    cover = places.minutes <= 20.4
    prices = proofs.own_prices(cover)
    fewest = int(np.ceil(prices.sum() - 1e-6))
    assert proofs.prices_prove(cover, prices, fewest)
    assert not proofs.prices_prove(cover, prices, fewest + 1)
    assert not proofs.prices_prove(cover, prices * 1.3, fewest + 1)  # above 1 for a site
    raised = prices.copy()
    raised[np.argsort(prices)[-2:]] += [0.9, -0.7]
    assert not proofs.prices_prove(cover, raised, fewest)
    people = places.people
    whole = proofs.Part(np.zeros(30), np.ones(30))
    assert np.isposinf(proofs.most_covered(cover, people, 4, people * 1.01, whole)[0])
    assert np.isposinf(proofs.most_covered(cover, people, 4, -people * 0.01, whole)[0])


@pytest.mark.parametrize("seed", range(20))
def test_no_plan_of_a_part_covers_more_than_any_multipliers_say(seed: int) -> None:
    """Nor does a plan that covers more than the bound less `room` leave a part that is narrowed."""
    rng = np.random.default_rng(seed)
    cover, people = rng.random((25, 8)) < 0.23, rng.integers(1, 90, 25).astype(float)
    fixed = rng.choice([-1, 0, 0, 0, 1], 8)
    part = proofs.Part(np.where(fixed > 0, 1.0, 0.0), np.where(fixed < 0, 0.0, 1.0))
    plans = [np.isin(np.arange(8), plan) for plan in combinations(range(8), 4)]
    covered = {
        tuple(plan): people[cover[:, plan].any(axis=1)].sum()
        for plan in plans
        if (plan >= part.lower).all() and (plan <= part.upper).all()
    }
    u = people * rng.random(25)
    bound, gains = proofs.most_covered(cover, people, 4, u, part)
    assert max(covered.values(), default=0.0) <= bound + 1e-9
    best = max(covered, key=covered.get, default=())
    narrow = proofs.narrowed(4, part, gains, bound - covered[best]) if covered else part
    assert (np.array(best) >= narrow.lower).all() or not covered
    assert (np.array(best) <= narrow.upper).all() or not covered


def test_plans_are_divided_where_one_bound_is_not_enough() -> None:
    places = proofs.drawn("detour", 300, 40)
    within = places.minutes <= 13
    best = locate_sites(
        *proofs.framed(places), SitingProblem("mclp", p=10, standard_min=13.0), gap=0.0
    ).value
    covered = round(best * places.people.sum())
    said = proofs.cannot_cover_more(within, places.people, 10, covered)
    assert int(said.split()[1]) > 1
    assert not proofs.cannot_cover_more(within, places.people, 10, covered - 1)


def test_an_area_that_is_left_out_for_nothing_is_noticed() -> None:
    cover = proofs.drawn("straight", 160, 30).minutes <= 20.4
    needed = proofs.rows_needed(cover)
    assert len(needed) < 40
    assert proofs.follows(cover, needed)
    assert not proofs.follows(cover, needed[1:])
