"""Numbers and matrices packed to text: short, and the same when they come out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.publish.explorer.packed_matrices import pack_matrices, unpack_matrices
from llrgeo.publish.explorer.packing import pack_numbers, pack_steps, unpack_numbers, unpack_steps

LARGEST = 2**30 - 1  # what a page reads: its whole numbers have 32 bits
SMALL_AND_LARGE = st.one_of(st.integers(-3, 3), st.integers(-LARGEST, LARGEST))


def random_minutes(seed: int, areas: int, sites: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(0, 60, (areas, sites)).round(1))


def test_numbers_are_written_as_source_maps_write_them():
    numbers = np.array([0, 1, -1, 15, 16, -16, 1_000])
    assert pack_numbers(numbers) == "ACDegBhBw+B"
    np.testing.assert_array_equal(unpack_numbers("ACDegBhBw+B"), numbers)


def test_steps_are_written_in_pairs_where_both_are_small():
    numbers = np.array([-2, -2, 2, 2, 0, 1, 3, 0, -8, 7, 255, 256, 1])
    # A: 0 * 5 + 0; Y: 4 * 5 + 4; N: 2 * 5 + 3. Then each by itself: m is 32 + 6 and g 32 + 0; of 17
    # the lowest four bits, x is 32 + 16 + 1, and what is left, B; the last has no other: 32 + 2.
    assert pack_steps(numbers) == "AYN" + "mg" + "xBu" + "+fwgB" + "i"
    assert unpack_steps("AYNmgxBu+fwgBi").tolist() == numbers.tolist()


@given(st.lists(SMALL_AND_LARGE))
def test_steps_come_out_as_they_were_packed(numbers):
    assert unpack_steps(pack_steps(np.array(numbers, dtype=np.int64))).tolist() == numbers


@given(st.integers(0, 3), st.integers(1, 9), st.integers(1, 6), st.integers(0, 1_000))
def test_matrices_come_out_as_they_were_packed(matrices, areas, sites, seed):
    wanted = [random_minutes(seed + n, areas, sites) for n in range(matrices)]
    wanted = [minutes.mask(minutes > 50, np.inf) for minutes in wanted]
    found = unpack_matrices(pack_matrices(wanted), areas)
    assert len(found) == matrices
    for minutes, each in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(each, minutes.to_numpy().T)


def test_a_matrix_like_an_earlier_one_takes_half_a_letter_a_number():
    minutes = random_minutes(3, 9, 8)
    first, second = pack_matrices([minutes, minutes + 0.1])
    assert unpack_numbers(first["back"])[0] == 0  # no row comes before
    assert unpack_numbers(second["back"]).tolist() == [8] * 8  # the same site's
    assert len(second["text"]) == minutes.size / 2


def test_a_site_near_another_one_takes_half_a_letter_an_area():
    minutes = random_minutes(4, 30, 2)
    (packed,) = pack_matrices([minutes.assign(near=minutes[0] + 0.2)])
    assert unpack_numbers(packed["back"]).tolist()[::2] == [0, 2]
    assert packed["text"].endswith("W" + "M" * 14)  # steps of 2 and 0, then of 0 and 0


@pytest.mark.parametrize("sites", [1, 3])
def test_an_area_that_reaches_no_site_makes_rows_no_less_alike(sites):
    minutes = random_minutes(5, 40, sites)
    cut_off = minutes.assign(near=minutes[0] + 0.3)
    cut_off.iloc[8, -1] = np.inf
    (packed,) = pack_matrices([cut_off])
    assert unpack_numbers(packed["back"])[-1] == sites


def test_matrices_of_pages_of_earlier_versions_are_read():
    # Tenths 10, 12, none, 9; then 2 more everywhere but where there is no route.
    first, second = [10, 2, -13, 10], [2, 0, -2, 2]
    packed = [
        {"of": -1, "text": pack_numbers(np.array(first))},
        {"of": 0, "text": pack_numbers(np.array(second))},
    ]
    found = unpack_matrices(packed, 2)
    assert found[0].tolist() == [[1.0, 1.2], [np.inf, 0.9]]
    assert found[1].tolist() == [[1.2, 1.4], [np.inf, 1.1]]
