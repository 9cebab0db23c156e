"""Streets read by sets of tags: the same as each by itself, and the rim of many cells."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from llrgeo.roads import coverage
from llrgeo.roads.osm_files.elements import Way
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.streets import _UNREAD_KEYS, interpret_ways

KEYS = [
    "highway", "access", "motor_vehicle", "oneway", "maxspeed", "maxspeed:type", "source:maxspeed",
    "junction", "service", "access:conditional", "Name", " ref", "maxheight", "layer", "bridge",
    *sorted(_UNREAD_KEYS),
]  # fmt: skip
VALUES = [
    "residential", "primary", "service", "no", "yes", "private", "30 mph", "40", "national", "-1",
    "no @ (Mo-Fr 07:00-09:00)", "roundabout", "driveway", "2.0", "1", " High Street ", "A606",
    "odd",
]  # fmt: skip
TAGS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=7).map(
    lambda tags: {"highway": "residential"} | tags
)


def extract_of(sets: list[dict[str, str]]) -> Extract:
    """Return an extract of ways with some tags."""
    none = np.zeros(0)
    ways = [Way(n, tags, np.array([n, n + 1])) for n, tags in enumerate(sets)]
    return Extract(none.astype(np.int64), none, none, {}, ways, [], "")


@given(
    st.lists(TAGS, min_size=1, max_size=8),
    st.sampled_from(["car", "walk", "cycle"]),
    st.sampled_from(["", "Tu 08:30"]),
)
def test_ways_read_by_sets_of_tags_are_as_each_by_itself(
    sets: list[dict[str, str]], mode: str, time: str
) -> None:
    clock = Clock.parse(time) if time else None
    together = interpret_ways(extract_of(sets), mode, clock)
    alone = [interpret_ways(extract_of([tags]), mode, clock) for tags in sets]
    rows = [each.table.assign(way_id=n) for n, each in enumerate(alone) if len(each.table)]
    if rows:
        pd.testing.assert_frame_equal(together.table, pd.concat(rows, ignore_index=True))
    else:
        assert together.table.empty
    assert together.notes == sum((one.notes for one in alone), start=type(together.notes)())


@given(TAGS, st.sampled_from(["car", "walk", "cycle"]))
def test_no_rule_reads_a_key_that_is_passed_over(tags: dict[str, str], mode: str) -> None:
    bare = {key: value for key, value in tags.items() if key not in _UNREAD_KEYS}
    for clock in (None, Clock.parse("Tu 08:30")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("llrgeo.roads.streets._UNREAD_KEYS", frozenset())
            full, less = (interpret_ways(extract_of([one]), mode, clock) for one in (tags, bare))
        assert full.notes == less.notes
        names = ["name", "ref"]
        pd.testing.assert_frame_equal(
            full.table.drop(columns=names, errors="ignore"),
            less.table.drop(columns=names, errors="ignore"),
        )


def land_of(cells: np.ndarray) -> str:
    """Return the land of circles around all cells, out and in again, without holes."""
    circles = shapely.buffer(shapely.multipoints((cells + 0.5) * 1_000.0), 3_000.0)
    parts = shapely.get_parts(shapely.buffer(circles, -3_000.0))
    outer = [shapely.polygons(shapely.get_exterior_ring(part)) for part in parts]
    return shapely.to_wkt(shapely.simplify(shapely.union_all(outer), 100.0), rounding_precision=0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.07, 0.3, 0.9])
def test_deep_cells_are_left_out_without_a_change_of_the_outline(seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    cells = np.argwhere(random.random((44, 32)) < share) + 400
    # A lake, for holes and bays.
    cells = cells[np.hypot(*(cells - random.uniform(400, 444, 2)).T) > random.uniform(0, 20)]
    thinned = coverage._thinned(cells)
    if share > 0.5:
        assert len(thinned) < len(cells)
    path = pd.DataFrame(cells * 1_000.0 + 1.0, columns=["x", "y"])
    assert coverage.covered_land(path) == land_of(cells)


def test_many_cells_have_the_same_land(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = np.argwhere(np.random.default_rng(3).random((90, 80)) < 0.2) + 400
    path = pd.DataFrame(cells * 1_000.0 + 1.0, columns=["x", "y"])
    few = shapely.from_wkt(coverage.covered_land(path))
    monkeypatch.setattr(coverage, "_MANY_CELLS", 0)
    many = shapely.from_wkt(coverage.covered_land(path))
    assert shapely.hausdorff_distance(many, few) < 150.0
    assert many.symmetric_difference(few).area < 1e-4 * few.area
