"""Small numbers: the rule by hand, and the attack that must fail."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from llrgeo.appraisal.suppress import suppress_averages, suppress_counts, suppress_series


def test_counts_of_1_to_7_are_hidden_and_others_rounded_to_5() -> None:
    shown = suppress_series(pd.Series([0, 1, 7, 8, 12, 13, 99]))
    assert shown.isna().tolist() == [False, True, True, False, False, False, False]
    assert shown.dropna().tolist() == [0, 10, 10, 15, 100]


def test_a_part_of_a_contact_is_as_disclosive_as_one() -> None:
    assert suppress_series(pd.Series([0.3, 0.2, 50.0])).isna().tolist() == [True, True, False]


def test_a_single_hidden_count_takes_the_next_smallest_with_it() -> None:
    assert suppress_series(pd.Series([3, 80, 20])).isna().tolist() == [True, False, True]


def test_in_a_table_the_smallest_rectangle_is_hidden() -> None:
    counts = pd.DataFrame([[3, 40, 90], [50, 20, 80], [60, 70, 30]])
    hidden = suppress_counts(counts).isna()
    assert hidden.to_numpy().tolist() == [
        [True, True, False], [True, True, False], [False, False, False],
    ]  # fmt: skip


def test_averages_over_few_people_are_hidden() -> None:
    shown = suppress_averages(pd.Series([10.0, 20.0, 30.0]), pd.Series([7, 8, 0]))
    assert shown.isna().tolist() == [True, False, False]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_no_hidden_count_follows_from_the_rows_and_columns(seed: int) -> None:
    """The attacker knows every margin exactly and every shown cell: no bounds may meet."""
    rng = np.random.default_rng(seed)
    counts = pd.DataFrame(rng.integers(0, 60, (4, 5)))
    hidden = suppress_counts(counts).isna().to_numpy()
    cells = np.argwhere(hidden)
    if not len(cells):
        assert not ((counts >= 1) & (counts <= 7)).any(axis=None)
        return
    margins = np.vstack(
        [[cells[:, 0] == i for i in range(4)], [cells[:, 1] == j for j in range(5)]]
    ).astype(float)
    sums = margins @ counts.to_numpy()[hidden]
    for cell in range(len(cells)):
        aim = np.eye(len(cells))[cell]
        # Without the knowledge that counts cannot be negative, any freedom is unbounded.
        found = linprog(aim, A_eq=margins, b_eq=sums, bounds=(None, None), method="highs")
        assert found.status == 3, cells[cell]
