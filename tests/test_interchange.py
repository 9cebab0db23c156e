"""Moves between plans: what each costs, by arrays and compiled, against the plan after it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.appraisal.siting import interchange
from llrgeo.appraisal.siting.interchange import after_moves
from llrgeo.appraisal.siting.model import AssignmentSum


@pytest.mark.parametrize("large", [1, 10**9])  # compiled, and by arrays
@given(seed=st.integers(0, 10**6), areas=st.integers(1, 30), sites=st.integers(2, 12))
def test_each_move_costs_what_the_plan_after_it_does(large, seed, areas, sites):
    rng = np.random.default_rng(seed)
    assigned = AssignmentSum(rng.integers(0, 60, (areas, sites)) / 8)  # sums are exact
    plan = np.sort(rng.choice(sites, rng.integers(1, sites), replace=False))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(interchange, "LARGE", large)
        after = after_moves(assigned, plan)
    expected = np.full((len(plan) + 1, sites + 1), np.inf)
    for out in range(len(plan) + 1):
        left = np.delete(plan, out) if out < len(plan) else plan
        for into in range(sites + 1):
            moved = np.append(left, into) if into < sites else left
            if len(moved):
                expected[out, into] = assigned.total(moved)
    assert after.tolist() == expected.tolist()
