"""Nearest pieces by a grid: the very pieces and distances that GEOS finds one by one."""

import tracemalloc

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.roads.piece_grid import PieceGrid

# Few places, so that pieces share ends, cross, lie on one line and have no length.
MILLIMETRES = st.integers(-500_000, 3_000_000).map(lambda mm: mm / 1_000)
AT = st.sampled_from([0.0, 1.0, 70.3, 141.7, 450_000.1]) | MILLIMETRES
PLACE = st.tuples(AT, AT)
ENDS = st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=30)
POINTS = st.lists(PLACE, min_size=1, max_size=30)


def assert_as_an_index_finds(ends: np.ndarray, xy: np.ndarray) -> None:
    """Compare points, pieces and distances (to the last bit) with those of rectangles by GEOS."""
    found = PieceGrid.of(ends).nearest(xy)
    tree = shapely.STRtree(shapely.linestrings(ends))
    pairs, apart_m = tree.query_nearest(shapely.points(xy), return_distance=True)
    expected = set(zip(*pairs.tolist(), apart_m.tolist(), strict=True))
    assert set(zip(*(part.tolist() for part in found), strict=True)) == expected


@settings(deadline=None, max_examples=300)
@given(ENDS, POINTS)
def test_pieces_are_those_that_an_index_of_rectangles_finds(
    ends: list[tuple[tuple[float, float], ...]], points: list[tuple[float, float]]
) -> None:
    assert_as_an_index_finds(np.array(ends), np.array(points))


def test_many_points_are_asked_about_part_by_part() -> None:
    """Points about streets, more than are asked about at once."""
    rng = np.random.default_rng(3)
    begin = rng.uniform(0, 3_000, (60, 2))
    ends = np.stack([begin, begin + rng.normal(0, 150, begin.shape)], axis=1)
    assert_as_an_index_finds(ends, rng.uniform(-400, 3_400, (40_000, 2)))


def test_the_memory_of_a_look_up_hardly_grows_with_the_points() -> None:
    rng = np.random.default_rng(5)
    begin = rng.uniform(0, 3_000, (4_000, 2))
    grid = PieceGrid.of(np.stack([begin, begin + rng.normal(0, 90, begin.shape)], axis=1))
    xy = rng.uniform(0, 3_000, (16_384, 2))

    def most_bytes(points: int) -> int:
        tracemalloc.start()
        grid.nearest(xy[:points])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert most_bytes(len(xy)) < 4 * most_bytes(1_024)


def test_pieces_touch_the_land_that_their_boxes_touch() -> None:
    grid = PieceGrid.of(np.array([[[0, 0], [90, 50]], [[200, 40], [130, 40]], [[9, 99], [8, 300]]]))
    assert grid.touching(np.array([90.0, 50.0, 130.0, 120.0])).tolist() == [0]
    assert grid.touching(np.array([8.5, 40.0, 130.0, 99.0])).tolist() == [0, 1, 2]


def test_where_there_is_no_piece_none_is_near() -> None:
    grid = PieceGrid.of(np.empty((0, 2, 2)))
    assert [len(part) for part in grid.nearest(np.array([[3.0, 4.0]]))] == [0, 0, 0]
    assert not grid.touching(np.array([0.0, 0.0, 1.0, 1.0])).size


@settings(deadline=None, max_examples=200)
@given(ENDS, POINTS, st.integers(0, 400))
def test_pieces_within_a_radius_are_those_that_an_index_of_rectangles_finds(
    ends: list[tuple[tuple[float, float], ...]],
    points: list[tuple[float, float]],
    radius_m: int,
) -> None:
    radii_m = np.full(len(points), radius_m + 0.05) + np.arange(len(points))
    which, piece, _ = PieceGrid.of(np.array(ends)).within(np.array(points), radii_m)
    tree = shapely.STRtree(shapely.linestrings(ends))
    pairs = tree.query(shapely.points(points), predicate="dwithin", distance=radii_m)
    found = set(zip(which.tolist(), piece.tolist(), strict=True))
    assert found == set(zip(*pairs.tolist(), strict=True))
