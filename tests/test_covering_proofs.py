"""The checks of coverings' proofs hold for small ones, and refuse what is tampered with."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import covering_proofs as proofs

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
@pytest.mark.parametrize("detours", ["straight", "detour"])
def test_values_of_small_coverings_are_proved_again(
    detours: str, objective: str, p: int | None, multiple: float
) -> None:
    places = proofs.drawn(detours, 160, 30)
    radius = round(multiple * float(places.minutes.min(axis=1).max()), 1)
    problem = SitingProblem(objective, p=p, standard_min=radius)
    found = locate_sites(*proofs.framed(places), problem, gap=0.0)
    asked = proofs.Instance(detours, objective, p, multiple)
    assert found.proven
    assert proofs.checked(places, asked, found, radius)


def test_a_plan_that_is_not_the_best_is_refused() -> None:
    """A site more than needed, a longer journey, fewer people: nothing proves them."""
    places = proofs.drawn("straight", 160, 30)
    cover = places.minutes <= 20.4
    best = locate_sites(
        *proofs.framed(places), SitingProblem("lscp", standard_min=20.4), gap=0.0
    ).value
    assert proofs.cannot_cover(cover, places.hosts, int(best) - 1)
    assert not proofs.cannot_cover(cover, places.hosts, int(best))
    most = locate_sites(
        *proofs.framed(places), SitingProblem("mclp", p=4, standard_min=15.0), gap=0.0
    ).value
    people, within = places.people, places.minutes <= 15
    covered = round(most * people.sum())
    assert proofs.cannot_cover_more(within, people, 4, covered)
    assert not proofs.cannot_cover_more(within, people, 4, covered - 1)


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
    assert np.isposinf(proofs.most_covered(cover, people, 4, people * 1.01))
    assert np.isposinf(proofs.most_covered(cover, people, 4, -people * 0.01))


def test_an_area_that_is_left_out_for_nothing_is_noticed() -> None:
    cover = proofs.drawn("straight", 160, 30).minutes <= 20.4
    needed = proofs.rows_needed(cover)
    assert len(needed) < 40
    assert proofs.follows(cover, needed)
    assert not proofs.follows(cover, needed[1:])
