"""Which error belongs to which statement, by hand."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.travel.accuracy import UNMEASURED, Accuracy, JourneyError

PLAIN = {
    "source": "invented",
    "mean_min": 0.3,
    "journeys": [
        {"authority": "Hill", "period": "off_peak", "from_min": 0, "to_min": 20, "pairs": 41,
         "bias_min": -0.2, "median_abs_min": 1.1, "p90_abs_min": 2.9},
        {"authority": "Hill", "period": "off_peak", "from_min": 20, "to_min": 90, "pairs": 33,
         "bias_min": 0.7, "median_abs_min": 1.9, "p90_abs_min": 4.3},
    ],
    "differences": [
        {"from_min": 0, "to_min": 10, "pairs": 300, "p80_abs_min": 0.8},
        {"from_min": 10, "to_min": 30, "pairs": 200, "p80_abs_min": 2.3},
    ],
}  # fmt: skip


@pytest.fixture
def accuracy() -> Accuracy:
    return Accuracy.from_plain(PLAIN)


def test_a_journey_has_the_error_of_its_district_period_and_length(accuracy: Accuracy) -> None:
    assert accuracy.of_journey("Hill", "off_peak", 20.0) == JourneyError(41, -0.2, 1.1, 2.9)
    assert accuracy.of_journey("Hill", "off_peak", 0.0) == JourneyError(41, -0.2, 1.1, 2.9)
    assert accuracy.of_journey("Hill", "off_peak", 20.1) == JourneyError(33, 0.7, 1.9, 4.3)


@pytest.mark.parametrize(
    ("authority", "period", "minutes"),
    [("Dale", "off_peak", 15.0), ("Hill", "am_peak", 15.0), ("Hill", "off_peak", 90.1)],
)
def test_what_was_not_measured_has_no_error(
    accuracy: Accuracy, authority: str, period: str, minutes: float
) -> None:
    assert accuracy.of_journey(authority, period, minutes) is None


def test_the_error_of_a_difference_grows_with_the_mean_length(accuracy: Accuracy) -> None:
    # Middles of the classes are 5 and 20 minutes; half way between them it is half way too.
    found = accuracy.difference_min([2.0, 5.0, 12.0, 20.0, 55.0], [4.0, 5.0, 13.0, 20.0, 60.0])
    assert found == pytest.approx([0.8, 0.8, 1.55, 2.3, 2.3])


def test_exactly_the_error_is_too_close_and_a_tenth_more_is_not(accuracy: Accuracy) -> None:
    before, after = np.array([4.6, 4.6, 3.0, np.inf]), np.array([5.4, 5.5, np.inf, np.inf])
    assert accuracy.too_close(before, after).tolist() == [True, False, False, False]


def test_without_a_measure_nothing_is_called_too_close() -> None:
    assert not UNMEASURED.is_measured
    assert not UNMEASURED.too_close([5.0], [5.1]).any()
    assert UNMEASURED.of_journey("Hill", "off_peak", 5.0) is None
    assert pd.isna(UNMEASURED.mean_min)
