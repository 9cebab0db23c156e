"""The search with buckets finds the keys that scipy's heap finds, and a tree of best ways."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.travel.search import bucket_search
from llrgeo.travel.search.bucket_search import Buckets, search_tree
from llrgeo.travel.search.graph import UNREACHABLE


def random_matrix(seed: int, nodes: int, arcs: int, longest: int) -> csr_array:
    """Return a random graph without parallel arcs; some arcs take no time."""
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(nodes, size=(arcs, 2)), axis=0)
    keys = rng.integers(longest + 1, size=len(pairs)).astype(float)
    starts = np.searchsorted(pairs[:, 0], np.arange(nodes + 1)).astype(np.int32)
    return csr_array((keys, pairs[:, 1].astype(np.int32), starts), shape=(nodes, nodes))


def check_search(matrix: csr_array) -> None:
    """Hold the search from node 0 against scipy's, and each way against the arcs of the graph."""
    keys, before = search_tree(matrix, 0, Buckets.of(matrix.data))
    expected = dijkstra(matrix, indices=0)
    assert keys.tolist() == np.minimum(expected, UNREACHABLE).astype(np.int64).tolist()
    assert ((before < 0) == (keys == UNREACHABLE))[1:].all()
    assert before[0] == -1
    for end in np.flatnonzero(keys < UNREACHABLE).tolist():
        way = [end]
        while way[-1]:
            assert len(way) < matrix.shape[0]  # no way goes round in a circle
            way.append(int(before[way[-1]]))
        for head, tail in pairwise(way):
            row = slice(matrix.indptr[tail], matrix.indptr[tail + 1])
            arc = matrix.indices[row].tolist().index(head)
            assert keys[tail] + matrix.data[row][arc] == keys[head]
    # Of equally good ways the one whose last arc begins nearest to the start.
    tails = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    best = keys[tails] + matrix.data.astype(np.int64) == keys[matrix.indices]
    for node in np.flatnonzero(before >= 0).tolist():
        assert keys[before[node]] == keys[tails[best & (matrix.indices == node)]].min()


@given(st.integers(0, 10_000), st.integers(1, 25), st.sampled_from([0, 1, 9, 1 << 20, 1 << 48]))
def test_keys_are_those_of_scipy_and_ways_add_up_to_them(seed, nodes, longest):
    check_search(random_matrix(seed, nodes, 3 * nodes, longest))


@pytest.mark.parametrize("few", [1, 2, 5])
def test_few_wide_buckets_find_the_same(few, monkeypatch):
    monkeypatch.setattr(bucket_search, "_MOST_BUCKETS", few)
    for seed in range(20):
        check_search(random_matrix(seed, 30, 120, 1 << 30))


def test_a_graph_without_arcs_reaches_only_where_it_starts():
    matrix = random_matrix(0, 4, 0, 5)
    keys, before = search_tree(matrix, 2, Buckets.of(matrix.data))
    assert keys.tolist() == [UNREACHABLE, UNREACHABLE, 0, UNREACHABLE]
    assert before.tolist() == [-1, -1, -1, -1]
