"""Whole numbers of beds, nurses and visits where a division or product rounds off: by fractions."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.appraisal.capacity.offered_load import mean_in_beds, share_of_days_over
from llrgeo.appraisal.capacity.staffing import NurseRules, visits_a_round
from llrgeo.appraisal.capacity.whole_numbers import rounded_down, rounded_up

tenths = st.integers(11, 900)


@given(st.integers(0, 500), tenths)
def test_nurses_of_a_ward_are_those_of_exact_ratios(beds, ratio):
    day, night = NurseRules(ratio / 10, 7.0, 0).by_shift(beds)
    assert (day, night) == (ceil(Fraction(beds * 10, ratio)), ceil(Fraction(beds, 7)))


@given(st.integers(0, 40), tenths)
def test_visits_that_fill_a_round_exactly_all_fit(visits, tenth_min):
    left_min = float(Fraction(tenth_min * visits, 10))
    assert visits_a_round(left_min, 0.0, tenth_min / 10) == visits


@given(st.integers(0, 300), st.integers(0, 99))
def test_open_beds_are_those_of_exact_shares(beds, percent):
    exact = beds * (1 - Fraction(percent, 100))
    found = beds * (1 - percent / 100)
    assert (rounded_down(found), rounded_up(found)) == (floor(exact), ceil(exact))


@pytest.mark.parametrize("relative_sd", [0.0, 0.3])
def test_51_open_beds_of_75_are_51_and_not_50(relative_sd):
    open_beds, load = 75 * (1 - 0.32), 47.3
    assert open_beds < 51
    for figure in (share_of_days_over, mean_in_beds):
        found, of_51, of_50 = (
            figure(beds, load, relative_sd=relative_sd) for beds in (open_beds, 51, 50)
        )
        assert found == pytest.approx(of_51, rel=1e-9)
        assert abs(found - of_50) > 1e-3
