"""Travel of a visit in rounds, by hand: its parts, its limits, and that it adds up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds_forms import Region, daganzo_minutes

from llrgeo.appraisal.capacity.round_travel import (
    RoundsForm,
    VisitedHomes,
    out_and_back,
    round_travel,
    rounds_a_visit,
)
from llrgeo.errors import InputError

# Rounds of 5 on 300 days; a stop takes 2 minutes, and either end of a journey 1.5.
FORM = RoundsForm(5, 0.6, practice_factor=1.25, stop_min=2.0, ends_min=1.5, days=300.0)


def homes_of(visits, **changes) -> VisitedHomes:
    """Return four areas on a rectangle of 3 by 4 km; the base stands outside."""
    homes = VisitedHomes(
        np.array(visits, float),
        np.array([8.0, 12.0, 14.0, 11.0]),
        np.array([5.0, 7.0, 9.0, 6.0]),
        np.array([4.0, 5.0, 7.0, 5.5]),
        np.array([0.0, 3_000.0, 3_000.0, 0.0]),
        np.array([0.0, 0.0, 4_000.0, 4_000.0]),
    )
    return homes._replace(**changes)


def test_many_visits_by_hand() -> None:
    # 18,000 visits a year, 60 a day: 12 full rounds, so a visit has a fifth of a round.
    homes = homes_of([3_000, 4_500, 6_000, 4_500])
    found = round_travel(homes, FORM)
    assert found.rounds_a_visit == pytest.approx(0.2)
    # Driving without 3 minutes at the ends: 5, 9, 11, 8; their mean is 8.75, that of the straight
    # kilometres 5.625, of those on roads 7.083. Between homes 0.6 sqrt(12 / 60) km a visit.
    between = 0.6 * np.sqrt(12 / 60)
    minutes = 1.25 * (0.4 * np.array([5, 9, 11, 8]) + 8.75 / 5.625 * between) + 2 * 1.2
    assert found.visit.minutes == pytest.approx(minutes)
    km = 1.25 * (0.4 * np.array([5, 7, 9, 6]) + 127.5 / 18 / 5.625 * between)
    assert found.visit.km == pytest.approx(km)
    # The whole is Daganzo's form, with practice and stops: 60 visits and 12 ways home.
    region = Region(8.75, 12.0, 8.75 / 5.625)
    a_day = 1.25 * daganzo_minutes(region, 60, 5, constant=0.6) + 72 * 2
    assert homes.visits @ found.visit.minutes / 300 == pytest.approx(a_day)


def test_few_visits_by_hand() -> None:
    # 3,900 a year, 13 a day: 13 / 5 + 4 / 10 = 3 rounds.
    found = round_travel(homes_of([600, 900, 1_200, 1_200]), FORM)
    assert found.rounds_a_visit == pytest.approx(3 / 13)
    # Two a day are one round, and less than one each a journey of its own.
    assert rounds_a_visit(2, 5) == pytest.approx(0.5)
    assert rounds_a_visit(0.7, 5) == rounds_a_visit(0, 5) == 1
    # Whole days of 11 to 15 visits have three rounds, those of 16 to 20 four.
    days = [np.ceil(visits / 5) for visits in range(11, 21)]
    of_form = [visits * rounds_a_visit(visits, 5) for visits in range(11, 21)]
    assert np.mean(of_form) == pytest.approx(np.mean(days))


def test_rounds_are_never_longer_than_out_and_back() -> None:
    homes = homes_of([30, 60, 20, 40])  # one every other day
    found = round_travel(homes, FORM)
    assert found.rounds_a_visit == 1
    assert found.visit.minutes.tolist() == [14, 22, 26, 20]  # 2 x (driving + 2)
    assert found.visit.km.tolist() == [10, 14, 18, 12]
    # So are rounds of one visit, however many there are.
    alone = round_travel(homes_of([3_000, 4_500, 6_000, 4_500]), RoundsForm(1, 0.6, 1.25, 2, 1.5))
    assert alone.visit.minutes.tolist() == [14, 22, 26, 20]


@pytest.mark.parametrize("a_round", [1, 3, 5, 40])
@given(st.lists(st.floats(0, 30_000), min_size=4, max_size=4))
def test_a_visit_costs_no_more_than_out_and_back_on_average(a_round, visits) -> None:
    form = RoundsForm(a_round, 0.6, 1.25, 2.0, 1.5, 300.0)
    homes = homes_of(visits)
    found, star = round_travel(homes, form), out_and_back(homes, form)
    assert homes.visits @ found.visit.minutes <= homes.visits @ star.minutes * (1 + 1e-12)
    assert (found.visit.minutes >= 0).all()
    assert 0 < found.rounds_a_visit <= 1


def test_nobody_to_visit_one_area_and_a_base_at_home() -> None:
    nobody = round_travel(homes_of([0, 0, 0, 0]), FORM)
    assert nobody.visit.minutes.tolist() == [14, 22, 26, 20]
    # So has a share of a visit that is too small to make any a day.
    hardly = round_travel(homes_of([5e-324, 0, 0, 0]), FORM)
    assert hardly.visit.minutes.tolist() == [14, 22, 26, 20]
    # One area is one place: no way between its homes, a round is the way there and back.
    one = VisitedHomes(*(each[:1] for each in homes_of([9_000, 0, 0, 0])))
    found = round_travel(one, FORM)
    assert found.rounds_a_visit == pytest.approx((30 / 5 + 0.4) / 30)
    assert found.visit.minutes == pytest.approx([1.25 * 2 * 5 * 6.4 / 30 + 2 * (1 + 6.4 / 30)])
    at_home = one._replace(
        out_min=np.array([1.0]), out_km=np.array([0.0]), straight_km=np.array([0.0])
    )
    assert round_travel(at_home, FORM).visit.minutes.tolist() == [4]  # stops alone
    assert round_travel(at_home, FORM).visit.km.tolist() == [0]


def test_unknown_distances_leave_the_minutes_as_they_are() -> None:
    visits = [3_000, 4_500, 6_000, 4_500]
    known = round_travel(homes_of(visits), FORM)
    found = round_travel(homes_of(visits, out_km=np.full(4, np.nan)), FORM)
    assert found.visit.minutes.tolist() == known.visit.minutes.tolist()
    assert np.isnan(found.visit.km).all()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"a_round": 0}, {"practice_factor": 0.9}, {"days": 0.0}),
        *({"practice_factor": np.inf}, {"days": np.inf}),
    ],
)
def test_rounds_that_cannot_be_driven(wrong) -> None:
    given_ = {"a_round": 5, "constant": 0.6} | wrong
    with pytest.raises(InputError, match="a round has 1 or more"):
        RoundsForm(**given_)


@pytest.mark.parametrize("name", ["constant", "stop_min", "ends_min"])
@pytest.mark.parametrize("value", [-0.3, np.nan, np.inf])
def test_minutes_and_constant_of_a_form_are_numbers_from_nought(name, value) -> None:
    with pytest.raises(InputError, match="each is a number from 0 up"):
        RoundsForm(**({"a_round": 5, "constant": 0.6} | {name: value}))


def test_a_base_farther_from_the_same_homes_never_takes_fewer_hours() -> None:
    # A kilometre takes as long everywhere; the base leaves the middle of the homes to the east.
    visits = [3_000, 4_500, 6_000, 4_500]
    middle = homes_of(visits)
    x, y = float(middle.x_m.mean()), float(middle.y_m.mean())
    hours = []
    for away_km in (0, 1.7, 4, 9, 23, 61):
        km = np.hypot(middle.x_m - x - away_km * 1_000, middle.y_m - y) / 1_000
        homes = middle._replace(out_min=3 + 1.9 * km, out_km=1.3 * km, straight_km=km)
        hours.append(float(homes.visits @ round_travel(homes, FORM).visit.minutes) / 60)
    assert (np.diff(hours) > 0).all()
