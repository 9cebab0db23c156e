"""Lines of sections as they are stored: the bytes that shapely writes, and none where straight."""

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.roads.sections import Sections

METRES = st.floats(-1e6, 1e6)
LINES = st.lists(st.lists(st.tuples(METRES, METRES), min_size=2, max_size=6), max_size=6)


@given(LINES)
def test_bent_lines_are_the_bytes_that_shapely_writes(
    drawn: list[list[tuple[float, float]]],
) -> None:
    size = np.array([len(points) for points in drawn], dtype=np.int64)
    last = np.cumsum(size) - 1
    table = pd.DataFrame({"first": last - size + 1, "last": last})
    path = pd.DataFrame([at for points in drawn for at in points], columns=["x", "y"], dtype=float)
    found = Sections(table, pd.DataFrame(), path, {}).bent_wkb()
    for row, step in ((1, 1), (0, -1)):
        assert found[row].tolist() == [
            shapely.to_wkb(shapely.linestrings(points[::step]), byte_order=1)
            if len(points) > 2
            else None
            for points in drawn
        ]
