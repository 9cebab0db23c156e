"""A tree of ways: the way from each place, and what is left of it where bends are thinned out."""

import numpy as np
import pytest

from llrgeo.travel.routes.ways import WayTree

# From the site (0, 0) east, with a bend 3 m off the line at 40; two ways meet at (100, 0): one
# comes from the north, one from the east with a bend 25 m off.
TREE = WayTree(
    np.array([(0, 0), (40, 3), (100, 0), (100, 70), (150, 25), (210, 0)], dtype=float),
    np.array([-1, 0, 1, 2, 2, 4]),
    {"north": 3, "east": 5},
)


def test_a_way_leads_from_its_start_to_the_site():
    assert TREE.way("north").tolist() == [[100, 70], [100, 0], [40, 3], [0, 0]]
    assert TREE.way("east").tolist() == [[210, 0], [150, 25], [100, 0], [40, 3], [0, 0]]
    with pytest.raises(KeyError):
        TREE.way("west")


@pytest.mark.parametrize(
    ("tolerance_m", "bends"), [(1, {(40, 3), (150, 25)}), (7, {(150, 25)}), (31, set())]
)
def test_bends_within_the_tolerance_go_and_forks_and_starts_stay(tolerance_m, bends):
    thinned = TREE.thinned(tolerance_m)
    assert set(map(tuple, thinned.xy.tolist())) == {(0, 0), (100, 0), (100, 70), (210, 0)} | bends
    for origin in TREE.start:
        whole = TREE.way(origin).tolist()
        left = thinned.way(origin).tolist()
        assert left == [place for place in whole if tuple(place) in bends or place in left]
        assert (left[0], left[-1]) == (whole[0], whole[-1])
    assert (thinned.parent[1:] < np.arange(1, len(thinned.parent))).all()


def test_a_start_in_the_middle_of_a_way_stays():
    tree = WayTree(TREE.xy, TREE.parent, {**TREE.start, "middle": 1})
    assert (40, 3) in set(map(tuple, tree.thinned(50).xy.tolist()))
    assert tree.thinned(50).way("middle").tolist() == [[40, 3], [0, 0]]


def test_a_tree_of_a_site_alone_stays():
    alone = WayTree(np.zeros((1, 2)), np.array([-1]), {"here": 0})
    assert alone.thinned(9).way("here").tolist() == [[0, 0]]
