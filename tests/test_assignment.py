"""Who goes where if sites have room for so many, by hand and against brute force."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.journeys.assignment import _by_programme, _by_regret, assign_with_room
from llrgeo.travel.times import TravelTimes


def test_with_room_for_fewer_those_with_the_best_alternative_move_on(
    town_areas: pd.DataFrame, town_times: TravelTimes
) -> None:
    capacity = {"A": 250.0, "B": 400.0, "C": 100.0}
    assigned = assign_with_room(town_times.minutes, town_areas["residents"], capacity)
    assert assigned.contacts.sum().to_dict() == {"A": 250, "B": 400, "C": 100}
    # 900 can travel and there is room for 750; W loses nothing by going to B or C.
    assert assigned.turned_away.sum() == pytest.approx(150)
    assert assigned.out_of_reach["F"] == 100
    assert assigned.contacts.loc["E", "A"] == 200
    assert assigned.contacts.loc["N", ["B", "C"]].sum() == 300


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_room_is_filled_with_the_least_minutes_in_all(seed: int) -> None:
    """Four single patients and three sites: every possible assignment is tried."""
    rng = np.random.default_rng(seed)
    minutes = pd.DataFrame(rng.integers(0, 30, (4, 3)) * 1.0, columns=list("ABC"))
    minutes = minutes.mask(rng.random((4, 3)) < 0.2, np.inf)
    room = dict(zip("ABC", rng.integers(0, 3, 3).astype(float), strict=True))
    assigned = assign_with_room(minutes, pd.Series(1.0, minutes.index), room)
    table = np.column_stack([minutes.to_numpy(), np.zeros(4)])  # the last column: not served
    best = min(
        (choice.count(3), sum(table[i, j] for i, j in enumerate(choice)))
        for choice in product(range(4), repeat=4)
        if all(choice.count(j) <= room["ABC"[j]] for j in range(3))
        and all(np.isfinite(table[i, j]) for i, j in enumerate(choice))
    )
    unserved = assigned.turned_away.sum() + assigned.out_of_reach.sum()
    spent = (assigned.contacts * minutes.where(np.isfinite(minutes), 0)).to_numpy().sum()
    assert (unserved, spent) == pytest.approx(best)


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10_000))
def test_what_is_found_by_regret_is_the_optimum_of_the_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 30, (12, 4)) * 1.0
    cost[rng.random((12, 4)) < 0.2] = np.inf
    wanted, refusal = rng.integers(0, 40, 12) / 8, 31.0 * 5
    room = rng.choice([6.0, 9.0, 15.0, np.inf], 4)
    found, best = (find(cost, wanted, room, refusal) for find in (_by_regret, _by_programme))
    if found is None:
        return
    assert (found.sum(axis=0) <= room + 1e-9).all()
    assert (found.sum(axis=1) <= wanted + 1e-9).all()

    def spent(contacts: np.ndarray) -> float:
        away = wanted.sum() - contacts.sum()
        return float(contacts[contacts > 0] @ cost[contacts > 0] + refusal * away)

    assert spent(found) == pytest.approx(spent(best))


def test_only_those_who_would_pay_less_elsewhere_need_the_programme() -> None:
    # Both sites are too full; those who leave go to the third.
    cost = np.array([[1.0, 5.0, 9.0], [4.0, 2.0, 7.0]])
    wanted, room = np.array([6.0, 5.0]), np.array([4.0, 3.0, np.inf])
    wanted_by_hand = [[4, 0, 2], [0, 3, 2]]
    for find in (_by_regret, _by_programme):
        assert find(cost, wanted, room, 50.0).tolist() == wanted_by_hand
    # With more room at the second, those who leave the first go there: others make place for them.
    cost, room = np.array([[1.0, 2.0, 30.0], [9.0, 2.0, 3.0]]), np.array([4.0, 4.0, np.inf])
    assert _by_regret(cost, wanted, room, 50.0) is None
    assert _by_programme(cost, wanted, room, 50.0).tolist() == [[4, 2, 0], [0, 2, 3]]
