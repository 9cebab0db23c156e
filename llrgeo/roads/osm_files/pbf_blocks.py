"""The blocks of a PBF file that is written as extracts usually are: each of elements of one kind.

For files that are written in another way (nodes one by one, coordinates at ways, another
granularity or compression) `UnsupportedPbfError` is raised, and osmium reads them.

Source: OpenStreetMap wiki, PBF Format (2026-11).
"""

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from llrgeo.arrays import Bools
from llrgeo.inputs.pbf_framing import MAX_PARTS, fields, texts, varint
from llrgeo.roads.osm_files.pbf import block_data, blocks

# Fields of a block, and kinds of elements.
_STRINGS, _GROUP, _GRANULARITY, _LAT_OFFSET, _LON_OFFSET = 1, 2, 17, 19, 20
DENSE_NODES, WAYS, _RELATIONS = 2, 3, 4
_BYTES: Final = 2  # wire type: the lowest three bits of the key of a field of bytes
_MORE: Final = 0x80  # of a byte of a number: another follows
_USUAL_GRANULARITY: Final = 100  # nanodegrees: ten-millionths of a degree


class UnsupportedPbfError(Exception):
    """Raised where a file is not written as extracts usually are."""


@contextmanager
def faults_left_to_osmium() -> Iterator[None]:
    """Turn faults into `UnsupportedPbfError`: osmium then reads the file or reports the fault."""
    try:
        yield
    except (ValueError, IndexError) as error:
        raise UnsupportedPbfError from error


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
        The first byte of each element, and the byte after the last element.
    span
        The first byte of the block in the file, its header included, and the byte after its last.
    """

    table: bytes
    kind: int
    group: bytes
    starts: list[int]
    span: tuple[int, int]


class Texts(dict[int, str]):
    """The texts of a block by number, decoded when first used; equal ones are one object."""

    def __init__(self, written: list[bytes]) -> None:
        """Keep the texts as they are encoded in the file."""
        super().__init__()
        self.written = written

    def __missing__(self, number: int) -> str:
        """Decode a text."""
        text = self[number] = sys.intern(self.written[number].decode())
        return text


def supported_blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a file that is written as extracts are.

    Raises
    ------
    UnsupportedPbfError
        If it is not, or a block cannot be read.
    """
    begin = 0
    with path.open("rb") as file:
        for block in blocks(file, path):
            end = block.start + block.size
            if block.type == "OSMData":
                try:
                    yield _block(block_data(file, block), (begin, end))
                except (ValueError, zlib.error) as error:
                    raise UnsupportedPbfError from error
            begin = end


def known_texts(block: Block, keys: frozenset[str]) -> tuple[Texts, Bools]:
    """Return the texts of a block, and for each whether it is one of some keys."""
    known = Texts(texts(block.table))
    named = {key.encode() for key in keys}
    return known, np.array([text in named for text in known.written], dtype=bool)


def tags_of(known: Texts, keys: list[int], values: list[int]) -> Tags:
    """Return tags by the numbers of their texts."""
    if min((*keys, *values), default=0) < 0:
        raise UnsupportedPbfError
    return {known[key]: known[value] for key, value in zip(keys, values, strict=True)}


def _block(data: bytes | None, span: tuple[int, int]) -> Block:
    """Parse the unpacked data of a block."""
    if data is None:
        raise UnsupportedPbfError
    found: dict[int, int | bytes] = {}
    for key, value in fields(data):
        if key in found:
            raise UnsupportedPbfError
        found[key] = value
    strings, group = found.get(_STRINGS), found.get(_GROUP)
    granularity = found.get(_GRANULARITY, _USUAL_GRANULARITY)
    moved = found.get(_LAT_OFFSET, 0) or found.get(_LON_OFFSET, 0)
    if not isinstance(strings, bytes) or not isinstance(group, bytes) or not group:
        raise UnsupportedPbfError
    kind, packing = divmod(group[0], 8)
    if moved or granularity != _USUAL_GRANULARITY or packing != _BYTES:
        raise UnsupportedPbfError
    if kind not in {DENSE_NODES, WAYS, _RELATIONS}:
        raise UnsupportedPbfError
    return Block(strings, kind, group, _starts(group), span)


def _starts(group: bytes) -> list[int]:
    """Return the first byte of each element of a group, and the byte after the last element.

    The format requires elements of one kind. osmium reads groups of several kinds.
    """
    starts: list[int] = []
    at, end, kind = 0, len(group), group[0]
    while at < end - 1:
        if group[at] != kind or len(starts) >= MAX_PARTS:
            raise UnsupportedPbfError
        starts.append(at)
        # Most elements are so short that one byte states their length.
        size, at = group[at + 1], at + 2
        if size >= _MORE:
            size, at = varint(group, at - 1)
        at += size
    if at != end:
        raise UnsupportedPbfError
    return [*starts, at]
