"""Rounds: hand-worked forms, exact tours against every order, and the choice of method."""

from itertools import permutations

import numpy as np
import pytest
from rounds_forms import (
    Region,
    daganzo_minutes,
    figliozzi_minutes,
    network_pace,
    region_of,
    single_tour_minutes,
    star_minutes,
)

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rounds import (
    Homes,
    draw_day,
    hull_km2,
    in_tested_range,
    mean_of_drawn_days,
)
from llrgeo.appraisal.capacity.tours import good_rounds, round_minutes, shortest_round
from llrgeo.errors import InputError
from llrgeo.inputs.capacity import read_capacity

COALVILLE = Region(7.6, 203.0, 1.35)
CONSTANT = Parameters(read_capacity("parameters")).value("rounds_constant")


def square(n: int, seed: int, *, one_way: float = 0.0) -> Homes:
    """Return homes in a square of 12 km with the base in a corner, at 1.3 minutes a km."""
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, n + 1)) * 12_000
    minutes = np.hypot(x[:, None] - x, y[:, None] - y) / 1_000 * 1.3
    minutes += one_way * rng.random((n + 1, n + 1)) * (1 - np.eye(n + 1))
    return Homes(minutes, x[1:], y[1:], rng.integers(1, 9, n).astype(float))


def test_coalville_by_hand() -> None:
    assert daganzo_minutes(COALVILLE, 64, 8, constant=CONSTANT) == pytest.approx(209, abs=0.5)
    # 8 rounds: 121.6 + 0.67 x 1.35 x 114 x 56 / 64
    assert figliozzi_minutes(COALVILLE, 64, 8, constant=0.67) == pytest.approx(211.8, abs=0.3)
    assert star_minutes(7.6, 64) == pytest.approx(972.8)
    assert single_tour_minutes(COALVILLE, 64, constant=0.7124) == pytest.approx(109.6, abs=0.1)


def test_what_a_region_is() -> None:
    minutes = np.array([[0, 4, 8, 6], [6, 0, 3, 5], [8, 3, 0, 4], [6, 7, 4, 0]], dtype=float)
    homes = Homes(
        minutes, np.array([0.0, 3_000, 0]), np.array([0.0, 0, 4_000]), np.array([3.0, 1, 2])
    )
    region = region_of(homes)
    assert region.mean_min == pytest.approx((3 * 5 + 1 * 8 + 2 * 6) / 6)
    assert region.area_km2 == pytest.approx(6.0)
    assert region.pace == pytest.approx((3 + 5 + 3 + 4 + 7 + 4) / (2 * (3 + 4 + 5)))
    assert hull_km2(np.array([0.0, 5]), np.array([0.0, 5])) == 0


@pytest.mark.parametrize(("homes", "seed"), [(1, 2), (4, 3), (7, 5)])
def test_one_round_is_the_shortest_of_all_orders(homes: int, seed: int) -> None:
    minutes = square(homes, seed, one_way=6.0).minutes
    best = min(round_minutes(minutes, list(o)) for o in permutations(range(1, homes + 1)))
    found, order = shortest_round(minutes)
    assert found == pytest.approx(best)
    assert round_minutes(minutes, order) == pytest.approx(best)
    assert sorted(order) == list(range(1, homes + 1))


def test_several_rounds_are_close_to_the_best_of_all() -> None:
    """Every way to split six homes into rounds of up to three is tried."""
    worst = 1.0
    for seed in range(12):
        minutes = square(6, seed).minutes
        best = min(
            round_minutes(minutes, list(o[:3])) + round_minutes(minutes, list(o[3:]))
            for o in permutations(range(1, 7))
        )
        found, rounds = good_rounds(minutes, 3)
        assert sorted(home for one in rounds for home in one) == list(range(1, 7))
        assert all(len(one) <= 3 for one in rounds)
        assert found == pytest.approx(sum(round_minutes(minutes, one) for one in rounds))
        worst = max(worst, found / best)
    assert worst < 1.06


@pytest.mark.parametrize("seed", [4, 155, 239])
def test_two_rounds_that_are_joined_at_their_ends_are_the_best_of_all(seed: int) -> None:
    """Of days on which a join of the wrong ends is not made up for by later exchanges."""
    minutes = square(7, seed).minutes
    best = min(
        round_minutes(minutes, list(o[:4])) + round_minutes(minutes, list(o[4:]))
        for o in permutations(range(1, 8))
    )
    assert good_rounds(minutes, 4)[0] == pytest.approx(best)


def test_rounds_too_long_for_the_exact_way() -> None:
    minutes = square(15, 4).minutes
    found, rounds = good_rounds(minutes, 15)
    assert [len(one) for one in rounds] == [15]
    star = minutes[0].sum() + minutes[:, 0].sum()
    assert found < star * 0.5
    with pytest.raises(InputError, match="round of 15 homes is too long"):
        shortest_round(minutes)


def test_days_are_drawn_and_solved() -> None:
    homes = square(60, 6)
    few = mean_of_drawn_days(homes, 7, 8, seed=1)
    assert few.rounds == 1
    rng = np.random.default_rng(1)
    by_hand = [shortest_round(draw_day(homes, 7, rng))[0] for _ in range(5)]
    assert few.minutes == pytest.approx(np.mean(by_hand))
    assert mean_of_drawn_days(homes, 20, 8, seed=1).minutes > few.minutes
    assert mean_of_drawn_days(homes, 0, 8, seed=1).minutes == 0


@pytest.mark.parametrize(
    ("visits", "a_round", "tested"),
    [
        (96, 12, True),  # eight full rounds, of the longest in the range
        (31.9, 4, False),  # a little fewer than eight full rounds, of the shortest
        (32, 4, True),
        (24, 3, False),
        (104, 13, False),
    ],
)
def test_the_continuous_form_is_known_to_be_good_where_it_was_tested(
    visits: float, a_round: int, *, tested: bool
) -> None:
    assert in_tested_range(visits, a_round) == tested


def test_where_both_methods_apply_they_agree() -> None:
    homes = square(300, 9)
    rng = np.random.default_rng(4)
    solved = np.mean([good_rounds(draw_day(homes, 64, rng), 8)[0] for _ in range(3)])
    formula = daganzo_minutes(region_of(homes), 64, 8, constant=CONSTANT)
    assert formula == pytest.approx(solved, rel=0.1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: Homes(np.zeros((3, 3)), np.zeros(3), np.zeros(3), np.ones(3)),
            "minutes of 4 by 4",
        ),
        (lambda: Homes(np.zeros((2, 2)), np.zeros(1), np.zeros(1), np.zeros(1)), "some above it"),
        (
            lambda: Homes(np.full((2, 2), np.inf), np.zeros(1), np.zeros(1), np.ones(1)),
            "cannot be reached",
        ),
        (lambda: network_pace(np.zeros((2, 2)), np.zeros(2), np.zeros(2)), "no two homes"),
        (lambda: good_rounds(np.zeros((3, 3)), 0), "at most 0 homes"),
        (lambda: mean_of_drawn_days(square(3, 1), -1, 8, seed=1), "-1 visits"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
