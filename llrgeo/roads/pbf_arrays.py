"""PBF files read by arrays: the tags that matter, the streets, and the places of some nodes.

osmium makes a Python object of every element, which for a county takes most of a minute. Here the
numbers of a whole block are read at once, and only elements with a wanted key are looked at one by
one. Files that are written in another way than extracts are (nodes one by one, places on ways,
another granularity, another packing) are left to osmium: `Unusual` is raised.

Source: OpenStreetMap wiki, PBF Format (2026-11).
"""

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llrgeo.inputs.pbf_framing import fields, texts, varint
from llrgeo.inputs.pbf_numbers import Ints, Numbers, read_numbers, signed, summed, unpacked
from llrgeo.roads.pbf import block_data, blocks

# Fields of a block, of a group, of dense nodes, and of a way with the type of what they hold.
_STRINGS, _GROUP, _GRANULARITY, _LAT_OFFSET, _LON_OFFSET = 1, 2, 17, 19, 20
DENSE_NODES, WAYS, _RELATIONS = 2, 3, 4
_NODE_ID, _DENSE_INFO, _LAT, _LON, _NODE_TAGS = 1, 5, 8, 9, 10
_VISIBLE: Final = 6  # of the info of dense nodes: which of them are not deleted
_BYTES: Final = 2  # the lowest three bits of what says that bytes follow
_WAY_ID, _KEYS, _VALUES, _INFO, _REFS = 0x08, 0x12, 0x1A, 0x22, 0x42
_USUAL_GRANULARITY: Final = 100  # nanodegrees: ten-millionths of a degree


class Unusual(Exception):  # noqa: N818 (no error: another reader takes the file)
    """Says that a file is not written as extracts are."""


@contextmanager
def _judged_by_osmium() -> Iterator[None]:
    """Leave what cannot be read to osmium, which says what is wrong, or makes sense of it."""
    try:
        yield
    except (ValueError, IndexError) as error:
        raise Unusual from error


Tags = dict[str, str]


class Block(NamedTuple):
    """One block of elements of one kind.

    Attributes
    ----------
    table
        The table of its texts.
    kind
        The kind of element.
    group
        The bytes of the elements, one after the other; dense nodes are one element.
    starts
        The byte where each element begins, and last the one after all.
    """

    table: bytes
    kind: int
    group: bytes
    starts: list[int]


class _Texts(dict[int, str]):
    """The texts of a block by number, decoded when asked for; equal ones are one object."""

    def __init__(self, written: list[bytes]) -> None:
        """Take the texts as they are written."""
        super().__init__()
        self.written = written

    def __missing__(self, number: int) -> str:
        """Decode a text."""
        text = self[number] = sys.intern(self.written[number].decode())
        return text


class Places(NamedTuple):
    """The places of nodes, in ten-millionths of a degree, ordered by id."""

    ids: Ints
    x: Ints
    y: Ints


def usual_blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a file that is written as extracts are.

    Raises
    ------
    Unusual
        If it is not, or a block cannot be read.
    """
    with path.open("rb") as file:
        for block in blocks(file, path):
            if block.type == "OSMData":
                try:
                    yield _block(block_data(file, block))
                except (ValueError, zlib.error) as error:
                    raise Unusual from error


@_judged_by_osmium()
def tagged_nodes(block: Block, keys: frozenset[str]) -> dict[int, Tags]:
    """Return the tags of the dense nodes of a block that have one of some keys, by id.

    Raises
    ------
    Unusual
        If it cannot be read.
    """
    known, wanted = _known(block, keys)
    if not wanted.any():
        return {}
    dense = _dense(block)
    numbers = unpacked(dense.get(_NODE_TAGS, b""))
    # Key, value, key, value, ... and a zero after the tags of each node.
    stops = np.flatnonzero(numbers == 0)
    node = np.repeat(np.arange(len(stops)), np.diff(stops, prepend=-1))
    begins = np.concatenate([[0], stops[:-1] + 1])
    step = np.arange(len(node)) - begins[node]
    numbers = numbers[: len(node)]
    has = np.unique(node[wanted[numbers] & (step % 2 == 0)])
    ids = summed(dense[_NODE_ID])
    found = {}
    for row in has.tolist():
        tags = numbers[begins[row] : stops[row]].tolist()
        found[int(ids[row])] = _tags(known, tags[::2], tags[1::2])
    return found


@_judged_by_osmium()
def tagged_ways(block: Block, keys: frozenset[str]) -> list[tuple[int, Tags, Ints]]:
    """Return id, tags and the ids of the nodes of each way of a block that has one of some keys.

    Raises
    ------
    Unusual
        If it cannot be read.
    """
    known, wanted = _known(block, keys)
    if not wanted.any():
        return []
    numbers, ways = _way_fields(block)
    values = numbers.values
    # All keys of all ways in one row, each with the row of its way.
    at, way = _spread(ways[_KEYS])
    has = np.unique(way[wanted[values[at]]])
    at, way = _spread(ways[_REFS][has])
    # Ids are steps from node to node: sums along all ways, less the sum before each.
    sums = np.concatenate([[0], np.cumsum(signed(values[at]))])
    ends = np.concatenate([[0], np.cumsum(np.bincount(way, minlength=len(has)))])
    refs = sums[1:] - sums[ends[:-1]][way]
    tags = _tag_sets(block.group, known, numbers, [ways[key][has] for key in (_KEYS, _VALUES)])
    return [
        (way_id, own, refs[start:end])
        for way_id, own, start, end in zip(
            ways[_WAY_ID][has, 0].tolist(), tags, ends[:-1].tolist(), ends[1:].tolist(), strict=True
        )
    ]


def dense_places(path: Path) -> Iterator[Places]:
    """Yield the places of the nodes of each block of a file, by ids that ascend.

    Raises
    ------
    Unusual
        If it is not written as extracts are, or ids do not ascend: then one may come twice.
    """
    last = np.zeros(0, dtype=np.int64)
    for block in usual_blocks(path):
        if block.kind == DENSE_NODES:
            with _judged_by_osmium():
                dense = _dense(block)
                ids, x, y = (summed(dense[key]) for key in (_NODE_ID, _LON, _LAT))
            if not len(ids) == len(x) == len(y) or (np.diff(ids, prepend=last) <= 0).any():
                raise Unusual
            last = ids[-1:]
            yield Places(ids, x, y)


def _block(data: bytes | None) -> Block:
    """Take a block apart."""
    if data is None:
        raise Unusual
    found: dict[int, int | bytes] = {}
    for key, value in fields(data):
        if key in found:
            raise Unusual
        found[key] = value
    strings, group = found.get(_STRINGS), found.get(_GROUP)
    granularity = found.get(_GRANULARITY, _USUAL_GRANULARITY)
    moved = found.get(_LAT_OFFSET, 0) or found.get(_LON_OFFSET, 0)
    if not isinstance(strings, bytes) or not isinstance(group, bytes) or not group:
        raise Unusual
    kind, packing = divmod(group[0], 8)
    if moved or granularity != _USUAL_GRANULARITY or packing != _BYTES:
        raise Unusual
    if kind not in {DENSE_NODES, WAYS, _RELATIONS}:
        raise Unusual
    return Block(strings, kind, group, _starts(group))


def _starts(group: bytes) -> list[int]:
    """Return the byte where each element of a group begins, and last the one after all.

    The format wants all of one kind. Where others follow the first, osmium reads them all.
    """
    starts, at = [], 0
    while at < len(group):
        if group[at] != group[0]:
            raise Unusual
        starts.append(at)
        size, at = varint(group, at + 1)
        at += size
    if at != len(group):
        raise Unusual
    return [*starts, at]


def _known(block: Block, keys: frozenset[str]) -> tuple[_Texts, NDArray[np.bool_]]:
    """Return the texts of a block, and of each whether it is one of some keys."""
    known = _Texts(texts(block.table))
    named = {key.encode() for key in keys}
    return known, np.array([text in named for text in known.written], dtype=bool)


def _tags(known: _Texts, keys: list[int], values: list[int]) -> Tags:
    """Return tags by the numbers of their texts."""
    if min((*keys, *values), default=0) < 0:
        raise Unusual
    return {known[key]: known[value] for key, value in zip(keys, values, strict=True)}


def _dense(block: Block) -> dict[int, bytes]:
    """Return the fields of the dense nodes of a block, of which there is one row."""
    rows = [value for _, value in fields(block.group)]
    if len(rows) != 1 or not isinstance(rows[0], bytes):
        raise Unusual
    found = {key: value for key, value in fields(rows[0]) if isinstance(value, bytes)}
    info = dict(fields(found.get(_DENSE_INFO, b"")))
    if not {_NODE_ID, _LAT, _LON} <= set(found) or _VISIBLE in info:
        raise Unusual
    return found


def _way_fields(block: Block) -> tuple[Numbers, dict[int, Ints]]:
    """Return all numbers of a block of ways, and where the fields of each way stand among them.

    For keys, values and references: from which number to before which, shape (ways, 2), 0 and 0
    where a way has none. For ids: the id itself, in the first column.
    """
    # All of a way is numbers: the lengths of its parts, what is in them, and what says which part
    # follows. So the block is read as one row of numbers, and then all ways go from part to part.
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
        if (stop <= at[left]).any():  # a length below zero, which would lead round and round
            raise Unusual
        for key, spans in found.items():
            own = left[kind == key]
            if spans[own].any():
                raise Unusual
            bounds = np.stack([at[own] + 2, stop[kind == key]], axis=1)
            spans[own] = size[kind == key, None] if key == _WAY_ID else bounds
        if not np.isin(kind, [*found, _INFO]).all():
            raise Unusual
        at[left] = stop
    if (at != end).any():
        raise Unusual
    return numbers, found


def _way_bounds(starts: list[int], numbers: Numbers) -> tuple[Ints, Ints]:
    """Return from which number to before which each way of a block stands, two of shape (ways,)."""
    edges = np.array(starts)
    bounds = np.searchsorted(numbers.first, edges)
    if (numbers.first[bounds] != edges).any():
        raise Unusual
    return bounds[:-1] + 2, bounds[1:]


def _spread(spans: Ints) -> tuple[Ints, Ints]:
    """Return all the numbers within spans one after the other, and the row of the span of each."""
    sizes = spans[:, 1] - spans[:, 0]
    row = np.repeat(np.arange(len(spans)), sizes)
    begins = np.cumsum(sizes) - sizes
    return spans[row, 0] + np.arange(len(row)) - begins[row], row


def _tag_sets(group: bytes, known: _Texts, numbers: Numbers, spans: list[Ints]) -> list[Tags]:
    """Return the tags of ways; those of equal tags share one set.

    `spans` say where the keys and the values of each way stand among the numbers, shape (ways, 2).
    """
    values, first = numbers
    where = np.hstack(spans)
    sets: dict[tuple[bytes, bytes], Tags] = {}
    found = []
    for (a, b, c, d), (i, j, k, m) in zip(first[where].tolist(), where.tolist(), strict=True):
        written = group[a:b], group[c:d]
        if written not in sets:
            sets[written] = _tags(known, values[i:j].tolist(), values[k:m].tolist())
        found.append(sets[written])
    return found
