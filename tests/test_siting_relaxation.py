"""The relaxation of a siting problem by itself: choices, rises and limits against every choice."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.siting.exact import solve_exactly
from llrgeo.appraisal.siting.model import AssignmentSum, Catchments, Model, SiteRow
from llrgeo.appraisal.siting.relaxation import Relaxation, RelaxedSolution

SITES = 6
GROUPS = ((0, 1, 2), (3, 4))  # site 5 is in none


def relaxation_of(groups, *, min_sites, max_sites, keep=()):
    """Return a relaxation of six sites whose costs play no part."""
    member = np.array([[site in group for site in range(SITES)] for group in groups], dtype=bool)
    return Relaxation(
        sites=np.arange(SITES),
        costs=np.zeros((1, SITES)),
        limits=(),
        catchments=None,
        keep=np.isin(np.arange(SITES), keep),
        groups=member.reshape(-1, SITES),
        min_sites=min_sites,
        max_sites=max_sites,
    )


def allowed(relaxation):
    """Yield every choice of sites that keeps, groups and numbers allow, as a mask."""
    for choice in product([False, True], repeat=SITES):
        mask = np.array(choice)
        number = relaxation.min_sites <= mask.sum() <= relaxation.max_sites
        if number and mask[relaxation.keep].all() and (relaxation.groups @ mask >= 1).all():
            yield mask


def least(relaxation, reduced_costs, site=None, *, is_open=True):
    """Return the least sum of reduced costs, of choices with a site open or closed, and which."""
    choices = [mask for mask in allowed(relaxation) if site is None or mask[site] == is_open]
    sums = [reduced_costs[mask].sum() for mask in choices]
    return (min(sums), choices[int(np.argmin(sums))]) if sums else (np.inf, None)


def solution_of(reduced_costs, chosen):
    return RelaxedSolution(
        value=0.0,
        multipliers=np.zeros(1),
        reduced_costs=reduced_costs,
        chosen=chosen,
        subgradient=np.zeros(1),
    )


@pytest.mark.parametrize("groups", [(), GROUPS[:1], GROUPS], ids=["none", "one", "two"])
@pytest.mark.parametrize("limits", [(2, 2), (2, 4), (3, 5)], ids=str)
def test_a_rise_never_says_more_than_every_choice_does(groups, limits):
    rng = np.random.default_rng(20261126)
    for keep in ((), (1,), (5,)):
        relaxation = relaxation_of(groups, min_sites=limits[0], max_sites=limits[1], keep=keep)
        if not list(allowed(relaxation)):
            continue
        for _ in range(20):
            reduced_costs = rng.normal(0, 3, SITES).round(2)
            best, chosen = least(relaxation, reduced_costs)
            solution = solution_of(reduced_costs, chosen)
            opened, closed = (
                solution.rise_if_open(relaxation), solution.rise_if_closed(relaxation)
            )  # fmt: skip
            for site in np.flatnonzero(~relaxation.keep):
                with_it = least(relaxation, reduced_costs, site)[0] - best
                without = least(relaxation, reduced_costs, site, is_open=False)[0] - best
                assert opened[site] <= with_it + 1e-9
                assert closed[site] <= without + 1e-9
                if not groups:  # then one site leaves or enters, and the rise is the whole truth
                    assert opened[site] == pytest.approx(with_it)
                    assert closed[site] == pytest.approx(without)


def test_the_only_site_of_a_group_is_replaced_from_its_own_group():
    relaxation = relaxation_of(GROUPS, min_sites=2, max_sites=2)
    reduced_costs = np.array([-7.0, -4.0, -1.0, -6.0, -2.5, -9.0])
    best, chosen = least(relaxation, reduced_costs)
    assert (best, np.flatnonzero(chosen).tolist()) == (-13.0, [0, 3])
    solution = solution_of(reduced_costs, chosen)
    assert solution.rise_if_closed(relaxation)[[0, 3]].tolist() == [3.0, 3.5]
    # Another of a group takes the place of the chosen one; site 5 could replace neither.
    assert solution.rise_if_open(relaxation)[[1, 2, 4]].tolist() == [3.0, 6.0, 3.5]


def test_a_part_holds_the_limits_and_catchments_of_its_sites():
    costs = np.arange(12.0).reshape(2, SITES)
    everything = replace(
        relaxation_of(GROUPS, min_sites=2, max_sites=3),
        costs=costs,
        limits=(AssignmentSum(costs + 20, 40.0),),
        catchments=Catchments(costs + 1, np.arange(6.0), None, np.zeros((2, SITES), dtype=int)),
    )
    left = np.array([True, False, True, False, False, True])
    part = everything.part(left, np.zeros(SITES, dtype=bool))
    assert part.limits[0].costs.tolist() == [[20, 22, 25], [26, 28, 31]]
    assert part.limits[0].limit == 40
    assert part.catchments.capacity.tolist() == [0, 2, 5]
    assert part.groups.tolist() == [[True, True, False], [False, False, False]]


def test_a_full_site_takes_by_gain_and_what_needs_no_room_besides():
    # By area: the cost less a multiplier of 20, and the contacts that it would bring.
    gains, contacts = np.array([-12.0, -8.0, 3.0, -0.5]), np.array([6.0, 8.0, 0.0, 0.0])
    room = np.array([9.0, 0.0])
    relaxation = replace(
        relaxation_of((), min_sites=1, max_sites=2),
        sites=np.arange(2),
        costs=np.column_stack([gains, gains]) + 20,
        catchments=Catchments(
            np.column_stack([contacts, contacts]), room, None, np.zeros((4, 2), dtype=int)
        ),
        keep=np.zeros(2, dtype=bool),
        groups=np.zeros((0, 2), dtype=bool),
    )
    solved = relaxation.solve(np.full(4, 20.0))
    # The first area whole, 3 of the 8 contacts of the second; the last asks for no room.
    assert solved.reduced_costs.tolist() == [-12 - 3 - 0.5, -0.5]


def test_a_row_is_missed_relative_to_its_largest_coefficient():
    row = SiteRow(np.array([2.0, -8.0, 5.0]), low=4.0, high=10.0)
    assert row.excess(np.array([1.0, 7.0, 14.0])).tolist() == [3 / 8, 0.0, 4 / 8]


@pytest.mark.parametrize(("count", "fewest", "most"), [(3, 1, 1), (6, 1, 3), (5, 2, 2), (6, 3, 4)])
def test_the_programme_of_radii_finds_the_best_of_all_plans(count, fewest, most):
    rng = np.random.default_rng(fewest * 10 + most)
    nobody = np.zeros(count, dtype=bool)
    for _ in range(12):
        # Few values, so that costs tie; site costs decide how many are open.
        costs = rng.integers(1, 6, (5, count)).astype(float)
        costs[rng.random(costs.shape) < 0.1] = np.inf
        site_costs = rng.integers(0, 5, count).astype(float)
        model = Model(
            AssignmentSum(costs), site_costs, nobody, nobody, fewest, most, (), (),
            np.arange(0), np.zeros((0, count), dtype=bool),
        )  # fmt: skip
        sizes = range(fewest, most + 1)
        plans = [np.array(plan) for size in sizes for plan in combinations(range(count), size)]
        best = min(model.cost(plan) for plan in plans)
        found = solve_exactly(model, gap=0.0, deadline=np.inf, seed=0)
        assert found.cost == pytest.approx(best)
        if np.isfinite(best):
            assert model.cost(found.plan) == pytest.approx(best)


@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_compiled_sums_choose_as_arrays_do(seed, areas, sites):
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 50, (areas, sites)) / 8  # sums are exact
    costs[rng.random(costs.shape) < 0.13] = np.inf
    number = rng.integers(1, sites + 1)
    by_arrays = Relaxation(
        sites=np.arange(sites),
        costs=costs,
        limits=(),
        catchments=None,
        keep=rng.random(sites) < 0.1,
        groups=np.zeros((0, sites), dtype=bool),
        min_sites=number,
        max_sites=number,
    )
    multipliers = rng.integers(-8, 60, areas) / 8
    expected, found = (
        relaxation.solve(multipliers) for relaxation in (by_arrays, replace(by_arrays, large=True))
    )
    assert found.value == expected.value
    assert found.reduced_costs.tolist() == expected.reduced_costs.tolist()
    assert found.chosen.tolist() == expected.chosen.tolist()
    assert found.subgradient.tolist() == expected.subgradient.tolist()


@pytest.mark.parametrize(("areas", "large"), [(299, False), (300, True)])
def test_only_large_sums_without_limits_are_compiled(areas, large):
    costs, none = AssignmentSum(np.ones((areas, 500))), np.zeros(500, dtype=bool)
    model = Model(costs, np.zeros(500), none, none, 3, 3, (), (), np.arange(0), none[None][:0])
    relaxation = Relaxation.of(model)
    assert relaxation.large == large
    part = relaxation.part(np.arange(500) < 7, none)
    assert part.large == large
    assert part.costs.flags.c_contiguous or not large
    assert not Relaxation.of(replace(model, limits=(AssignmentSum(costs.costs, 7.0),))).large
