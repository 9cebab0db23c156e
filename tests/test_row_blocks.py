"""Row blocks hold each row once, and what is worked out by blocks is what it is at once."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.accessibility.site_choice import choose_by_size
from llrgeo.appraisal.journeys import row_blocks as module
from llrgeo.appraisal.journeys.nearest_sites import TimesArrays
from llrgeo.appraisal.journeys.row_blocks import row_blocks
from llrgeo.travel.times import TravelTimes


@pytest.mark.parametrize(
    ("shape", "sizes"), [((7, 2), [3, 3, 1]), ((2, 9), [1, 1]), ((3, 0), [3]), ((0, 4), [])]
)
def test_each_row_is_in_one_block(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], sizes: list[int]
) -> None:
    monkeypatch.setattr(module, "_CELLS", 6)
    rows = [np.arange(shape[0])[some] for some in row_blocks(shape)]
    assert [len(some) for some in rows] == sizes
    assert [row for some in rows for row in some] == list(range(shape[0]))


def test_figures_of_blocks_are_those_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    values = rng.integers(0, 30, (23, 4)).astype(float)
    values[rng.random((23, 4)) < 0.3] = np.inf
    areas, sites = pd.RangeIndex(23).astype(str), pd.Index(list("ABCD"))
    times = TravelTimes(pd.DataFrame(values, areas, sites))
    assert times.longest_min == values[np.isfinite(values)].max()
    size, demand = np.array([3.0, 1.0, 5.0]), rng.random(23)

    def figures() -> tuple[list[object], list[float]]:
        nearest = TimesArrays.of(times, areas, pd.Series("acute", sites)).nearest(frozenset("ACD"))
        chosen = choose_by_size(values, demand, np.array([0, 2, 3]), size, standard_min=9.0)
        return [each.tolist() for each in nearest[:3]], [*chosen.by_site, *chosen[1:]]

    nearest, chosen = figures()
    monkeypatch.setattr(module, "_CELLS", 10)
    assert figures() == (nearest, pytest.approx(chosen, rel=1e-12))
