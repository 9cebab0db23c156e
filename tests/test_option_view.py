"""Classes of change and of minutes, at and around their edges."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.publish.legend import time_legend
from llrgeo.publish.option_view import change_places

LIMITS = [1.0, 5.0, 10.0, 15.0]


@pytest.mark.parametrize(
    ("change_min", "expected"),
    [
        (-15.1, 0),
        (-15.0, 1),  # exactly 15 minutes still belongs to "10 to 15 minutes"
        (-10.1, 1),
        (-10.0, 2),
        (-5.1, 2),
        (-5.0, 3),
        (-1.1, 3),
        (1.1, 5),
        (5.0, 5),
        (5.1, 6),
        (10.0, 6),
        (10.1, 7),
        (15.0, 7),
        (15.1, 8),
        (np.inf, 8),
        (-np.inf, 0),
    ],
)
def test_a_class_of_change_holds_its_upper_edge(change_min: float, expected: int) -> None:
    outcome = "improved" if change_min < 0 else "worsened"
    areas = pd.DataFrame({"change_min": [change_min], "outcome": [outcome]})
    assert change_places(areas, LIMITS).tolist() == [expected]


def test_within_the_tolerance_is_the_middle_class_and_no_route_the_last() -> None:
    areas = pd.DataFrame({"change_min": [1.0, np.nan], "outcome": ["unchanged", "none"]})
    assert change_places(areas, LIMITS).tolist() == [4, 9]


def test_a_class_of_minutes_holds_its_upper_edge_in_the_legend_too() -> None:
    edges = [9.9, 10.0, 10.1, 20.0, 20.1, 30.0, 45.0, 60.0, 60.1, np.inf]
    minutes = pd.Series(edges, index=list("abcdefghij"))
    legend = time_legend(minutes, pd.Series(range(1, 11), minutes.index))
    assert legend.classes.tolist() == [0, 0, 1, 1, 2, 2, 3, 4, 5, 6]
