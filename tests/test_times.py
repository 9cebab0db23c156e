"""Travel times: how they are calibrated."""

import numpy as np
import pytest

from llrgeo.errors import InputError
from llrgeo.travel.times import Calibration, TravelTimes, save_travel_times


def test_minutes_are_multiplied_first_and_the_terminal_minutes_added_after() -> None:
    minutes = np.array([10.0, 0.0, np.inf])
    # 1.3 x 10 + 4; adding first would give 1.3 x 14 = 18.2.
    assert Calibration(1.3, 4.0).applied(minutes).tolist() == [17.0, 4.0, np.inf]


def test_minutes_are_rounded_last() -> None:
    assert Calibration(1.1, 0.26, decimals=1).applied(np.array([3.14])) == pytest.approx([3.7])


def test_one_matrix_in_place_of_a_list_is_told_so(town_times, tmp_path):
    with pytest.raises(InputError, match=r"save_travel_times\(\[times\], path\)"):
        save_travel_times(town_times, tmp_path / "times.csv")
    assert not list(tmp_path.iterdir())


def test_minutes_in_a_list_are_refused_in_words():
    with pytest.raises(InputError, match="travel times: minutes: give a DataFrame, not a list"):
        TravelTimes([[12.5, 8.0]])
