"""Group sums: equal to a plain definition and to pandas, whatever the order of the groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.appraisal.people.group_sums import group_sums

NUMBERS = st.floats(-1e9, 1e9, allow_subnormal=False)


@given(st.lists(st.tuples(st.integers(-1, 4), NUMBERS), max_size=60))
def test_sums_of_groups_are_those_of_pandas(pairs):
    group = np.array([number for number, _ in pairs], dtype=np.int64)
    values = np.array([value for _, value in pairs], dtype=float)
    # pandas drops what is in no group where its name is missing
    names = np.where(group < 0, np.nan, group)
    expected = pd.Series(values).groupby(names).sum().reindex(range(5), fill_value=0.0)
    assert group_sums(group, values, 5).tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_what_an_addition_rounds_off_is_carried():
    # A running sum of the first group would stay at 2 ** 53: each 1 is below half of its last digit
    group = np.array([0, 1, 0, 0, -1, 1])
    values = np.array([2.0**53, 0.3, 1.0, 1.0, 7.0, 0.4])
    assert group_sums(group, values, 3).tolist() == [2.0**53 + 2, 0.7, 0.0]


def test_groups_one_after_the_other_are_added_up_as_numpy_does():
    values = np.random.default_rng(1).random(1_000) * 1e3
    group = np.repeat([-1, 0, 2], [100, 500, 400])
    first, last = np.add.reduceat(values, [100, 600]).tolist()
    assert group_sums(group, values, 3).tolist() == [first, 0.0, last]
    assert group_sums(group[:0], values[:0], 2).tolist() == [0.0, 0.0]


def test_whole_numbers_stay_exact():
    assert group_sums(np.array([1, 0, 1]), np.array([3, 5, 4]), 2).tolist() == [5.0, 7.0]
