"""Borders of what is inside on a grid: the polygons that GEOS builds of rings plainly drawn."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from llrgeo.travel.isochrones.border_rings import border, ends_of_sides, polygons_within


def followed(onward: np.ndarray) -> list[list[int]]:
    """Return the rows of each ring, followed one by one."""
    rings, seen = [], set()
    for first in range(len(onward)):
        ring, at = [], first
        while at not in seen:
            seen.add(at)
            ring.append(at)
            at = int(onward[at])
        if ring:
            rings.append(ring)
    return rings


def drawn(
    inside: np.ndarray, bends: dict[int, tuple[float, float]]
) -> tuple[shapely.Geometry, shapely.MultiLineString]:
    """Return what is drawn around nodes, between them and others, and its rings plainly drawn."""
    nodes = np.pad(inside, 1)
    sides, onward = border(nodes)
    inner, outer = ends_of_sides(sides, nodes)
    assert nodes.ravel()[inner].all()
    assert not nodes.ravel()[outer].any()
    places = np.column_stack(np.divmod(inner, nodes.shape[1])[::-1]) * 0.6
    places += np.column_stack(np.divmod(outer, nodes.shape[1])[::-1]) * 0.4
    rows = {
        row % len(sides): np.array(off) + places[row % len(sides)] for row, off in bends.items()
    }
    bent = np.array(list(rows), dtype=np.int64), np.array(list(rows.values())).reshape(-1, 2)
    found = polygons_within(places, onward, bent, label(nodes)[0].ravel()[inner])
    rings = [
        [xy for row in ring for xy in (places[row], rows.get(row)) if xy is not None]
        for ring in followed(onward)
    ]
    return found, shapely.MultiLineString([[*ring, ring[0]] for ring in rings])


GRIDS = st.integers(1, 9).flatmap(
    lambda width: st.lists(
        st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=9
    )
)
OFF = st.floats(-0.4, 0.4, allow_subnormal=False)


@settings(deadline=None, max_examples=300)
@given(GRIDS, st.dictionaries(st.integers(0, 99), st.tuples(OFF, OFF), max_size=6))
def test_polygons_are_those_of_rings_followed_one_by_one(
    grid: list[list[bool]], bends: dict[int, tuple[float, float]]
) -> None:
    """Where a bend makes lines cross, nothing is lost but what lies between it and its line."""
    inside = np.array(grid)
    inside[0, 0] = True
    found, rings = drawn(inside, bends)
    assert found.is_valid
    if rings.is_simple:
        assert shapely.equals(found, shapely.build_area(rings))
    without, _ = drawn(inside, {})
    assert shapely.symmetric_difference(found, without).area <= 0.5 * 0.57 * 1.2 * len(bends) + 1e-9


def test_an_island_in_a_lake_is_a_polygon_of_its_own() -> None:
    inside = np.ones((7, 7), dtype=bool)
    inside[1:6, 1:6] = False
    inside[3, 3] = True
    found, _ = drawn(inside, {})
    assert [len(part.interiors) for part in found.geoms] == [1, 0]
    # 6.8 wide outside and 5.2 inside, each with its corners cut off; the island reaches 0.4.
    ring = (6.8**2 - 4 * 0.4**2 / 2) - (5.2**2 - 4 * 0.6**2 / 2)
    assert shapely.area(found.geoms).tolist() == pytest.approx([ring, 2 * 0.4**2])
