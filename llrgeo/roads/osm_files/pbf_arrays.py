"""Read PBF files with arrays: the tags that matter, the streets, and the coordinates of nodes.

osmium makes a Python object of every element, which takes most of a minute for a county. Here the
numbers of a whole block are read at once, and only elements with a wanted key are handled one by
one. Files that are not written as extracts usually are must be read by osmium.

Source: OpenStreetMap wiki, PBF Format (2026-11).
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from llrgeo.arrays import Ints
from llrgeo.inputs.pbf_framing import fields
from llrgeo.inputs.pbf_numbers import Numbers, read_numbers, signed, summed, unpacked
from llrgeo.roads.osm_files.elements import PackedPlaces, Way
from llrgeo.roads.osm_files.pbf_blocks import (
    Block,
    Tags,
    Texts,
    UnsupportedPbfError,
    faults_left_to_osmium,
    known_texts,
    tags_of,
)

# Fields of dense nodes, and of a way with the type of what they hold.
_NODE_ID, _DENSE_INFO, _LAT, _LON, _NODE_TAGS = 1, 5, 8, 9, 10
_VISIBLE: Final = 6  # of the info of dense nodes: which of them are not deleted
_WAY_ID, _KEYS, _VALUES, _INFO, _REFS = 0x08, 0x12, 0x1A, 0x22, 0x42


class Places(NamedTuple):
    """The coordinates of nodes, in ten-millionths of a degree, ordered by id."""

    ids: Ints
    x: Ints
    y: Ints


@faults_left_to_osmium()
def tagged_nodes(block: Block, keys: frozenset[str]) -> dict[int, Tags]:
    """Return the tags of the dense nodes of a block that have one of some keys, by id.

    Raises
    ------
    UnsupportedPbfError
        If it cannot be read.
    """
    known, wanted = known_texts(block, keys)
    if not wanted.any():
        return {}
    dense = _dense(block)
    numbers = unpacked(dense.get(_NODE_TAGS, b""))
    # Key, value, key, value, ... and a zero after the tags of each node.
    stops = np.flatnonzero(numbers == 0)
    begins = np.concatenate([[0], stops + 1])
    named = np.flatnonzero(wanted[numbers[: begins[-1]]])
    node = np.searchsorted(stops, named)
    has = np.unique(node[(named - begins[node]) % 2 == 0])
    ids = summed(dense[_NODE_ID])
    found = {}
    for row in has.tolist():
        tags = numbers[begins[row] : stops[row]].tolist()
        found[int(ids[row])] = tags_of(known, tags[::2], tags[1::2])
    return found


@faults_left_to_osmium()
def tagged_ways(block: Block, keys: frozenset[str]) -> list[Way]:
    """Return the ways of a block that have one of some keys.

    Raises
    ------
    UnsupportedPbfError
        If it cannot be read.
    """
    known, wanted = known_texts(block, keys)
    if not wanted.any():
        return []
    numbers, ways = _way_fields(block)
    values = numbers.values
    # The keys of all ways one after the other, each with the row of its way.
    at, way = _spread(ways[_KEYS])
    has = np.unique(way[wanted[values[at]]])
    at, way = _spread(ways[_REFS][has])
    # Ids are stored as steps from node to node: cumulative sums, minus the sum before each way.
    sums = np.concatenate([[0], np.cumsum(signed(values[at]))])
    ends = np.concatenate([[0], np.cumsum(np.bincount(way, minlength=len(has)))])
    refs = sums[1:] - sums[ends[:-1]][way]
    tags = _tag_sets(known, values, *(ways[key][has] for key in (_KEYS, _VALUES)))
    return [
        Way(way_id, own, refs[start:end])
        for way_id, own, start, end in zip(
            ways[_WAY_ID][has, 0].tolist(), tags, ends[:-1].tolist(), ends[1:].tolist(), strict=True
        )
    ]


@faults_left_to_osmium()
def packed_places(block: Block) -> PackedPlaces:
    """Return the packed coordinates of the dense nodes of a block, in its order.

    Raises
    ------
    UnsupportedPbfError
        If it cannot be read.
    """
    dense = _dense(block)
    return PackedPlaces(dense[_NODE_ID], dense[_LON], dense[_LAT])


def dense_places(packed: Iterable[PackedPlaces]) -> Iterator[Places]:
    """Yield the coordinates of the nodes of each block of a file; ids ascend.

    Raises
    ------
    UnsupportedPbfError
        If they cannot be read, or ids do not ascend, so that there may be duplicates.
    """
    last = np.zeros(0, dtype=np.int64)
    for block in packed:
        with faults_left_to_osmium():
            ids, x, y = map(summed, block)
        if not len(ids) == len(x) == len(y) or (np.diff(ids, prepend=last) <= 0).any():
            raise UnsupportedPbfError
        last = ids[-1:]
        yield Places(ids, x, y)


def _dense(block: Block) -> dict[int, bytes]:
    """Return the fields of the dense nodes of a block, which are one element."""
    rows = [value for _, value in fields(block.group)]
    if len(rows) != 1 or not isinstance(rows[0], bytes):
        raise UnsupportedPbfError
    found = {key: value for key, value in fields(rows[0]) if isinstance(value, bytes)}
    info = dict(fields(found.get(_DENSE_INFO, b"")))
    if not {_NODE_ID, _LAT, _LON} <= set(found) or _VISIBLE in info:
        raise UnsupportedPbfError
    return found


def _way_fields(block: Block) -> tuple[Numbers, dict[int, Ints]]:
    """Return all numbers of a block of ways, and the positions of each way's fields among them.

    For keys, values and references: the first number and the one after the last, shape (ways, 2),
    0 and 0 where a way has none. For ids: the id itself, in the first column.
    """
    # Everything in a way is a number: the keys of its fields, their lengths and their contents. So
    # the block is read as one sequence of numbers, and all ways step from field to field at once.
    numbers = read_numbers(block.group)
    values, first = numbers
    at, end = _way_bounds(block.starts, numbers)
    found = {
        key: np.zeros((len(at), 2), dtype=np.int64) for key in (_WAY_ID, _KEYS, _VALUES, _REFS)
    }
    while (left := np.flatnonzero(at < end)).size:
        kind, size = values[at[left]], values[at[left] + 1]
        stop = np.searchsorted(first, first[at[left] + 2] + size)
        stop[kind == _WAY_ID] = at[left][kind == _WAY_ID] + 2
        if (stop <= at[left]).any():  # a negative length: the loop would never end
            raise UnsupportedPbfError
        for key, spans in found.items():
            own = left[kind == key]
            if spans[own].any():
                raise UnsupportedPbfError
            bounds = np.stack([at[own] + 2, stop[kind == key]], axis=1)
            spans[own] = size[kind == key, None] if key == _WAY_ID else bounds
        if not np.isin(kind, [*found, _INFO]).all():
            raise UnsupportedPbfError
        at[left] = stop
    if (at != end).any():
        raise UnsupportedPbfError
    return numbers, found


def _way_bounds(starts: list[int], numbers: Numbers) -> tuple[Ints, Ints]:
    """Return the position of the first number of each way of a block, and that after its last."""
    edges = np.array(starts)
    bounds = np.searchsorted(numbers.first, edges)
    if (numbers.first[bounds] != edges).any():
        raise UnsupportedPbfError
    return bounds[:-1] + 2, bounds[1:]


def _spread(spans: Ints) -> tuple[Ints, Ints]:
    """Return the positions within spans one after the other, and the row of the span of each."""
    sizes = spans[:, 1] - spans[:, 0]
    row = np.repeat(np.arange(len(spans)), sizes)
    begins = np.cumsum(sizes) - sizes
    return spans[row, 0] + np.arange(len(row)) - begins[row], row


def _tag_sets(known: Texts, numbers: Ints, keys: Ints, values: Ints) -> list[Tags]:
    """Return the tags of ways; ways with equal tags share one dictionary.

    `keys` and `values` are the positions of each way's among the numbers, shape (ways, 2).
    """
    sizes = keys[:, 1] - keys[:, 0]
    written = [numbers[_spread(spans)[0]] for spans in (keys, values)]
    if (sizes != values[:, 1] - values[:, 0]).any() or any((part < 0).any() for part in written):
        raise UnsupportedPbfError
    # The keys of all ways one after the other, and their values in the same order.
    names, texts = ([known[number] for number in part.tolist()] for part in written)
    sets: dict[tuple[str, ...], Tags] = {}
    found, begin = [], 0
    for end in np.cumsum(sizes).tolist():
        own = (*names[begin:end], *texts[begin:end])
        if own not in sets:
            sets[own] = dict(zip(names[begin:end], texts[begin:end], strict=True))
        found.append(sets[own])
        begin = end
    return found
