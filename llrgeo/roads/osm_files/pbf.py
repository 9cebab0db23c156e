"""Check that an OpenStreetMap PBF file is complete, and refuse damage that readers accept silently.

A PBF file is a sequence of blocks. Every reader notices a cut within a block, but a file cut
between two blocks reads like a complete one. It is recognised by a checksum beside the file or,
without one, by the end of the file: the last blocks of a complete extract are relations, and the
very last is not full. A file with a duplicated block is refused, too.
"""

import hashlib
import io
import zlib
from collections import Counter
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from llrgeo.errors import NetworkError
from llrgeo.inputs.pbf_framing import MAX_BLOCK, MAX_HEADER, block_header, fields

_PRIMITIVE_GROUP: Final = 2
_KINDS: Final = {1: "nodes", 2: "nodes", 3: "ways", 4: "relations"}
_DENSE: Final = 2
_MORE: Final = 0x80  # bit of a byte of a variable-length number: another byte follows
_CHECKSUMS: Final = {".md5": "md5", ".sha256": "sha256"}
_CHUNK: Final = 1 << 20
_SMALL_FILE: Final = 2  # blocks of data, one of nodes and one of ways


class PbfBlock(NamedTuple):
    """One block of a PBF file: its type, and where in the file its data is."""

    type: str
    start: int
    size: int


def check_whole(path: Path) -> str:
    """Check that a PBF file is whole, and return its SHA-256.

    Raises
    ------
    NetworkError
        If the file is empty, not PBF, cut, has a duplicated block, or does not match its checksum
        file (`FILE.md5` or `FILE.sha256`).
    """
    with path.open("rb") as file:
        # Three kinds of damage: framing that breaks off, a duplicated block, and a block that
        # cannot be unpacked. Only one block is in memory at a time.
        found = blocks(file, path)
        if not found:
            msg = f"{path}: the file is empty. Download it again."
            raise NetworkError(msg)
        digests = {hashlib.sha256(block_bytes(file, block)).digest() for block in found}
        if len(digests) < len(found):
            msg = f"{path}: a block is duplicated in the file. Download it again."
            raise NetworkError(msg)
        if not _has_right_checksum(path, file):
            try:
                _check_last_blocks(path, file, found)
            except (zlib.error, ValueError) as error:
                if isinstance(error, NetworkError):
                    raise
                msg = f"{path}: a block is damaged ({error}). Download it again."
                raise NetworkError(msg) from error
        return _digest(file, "sha256")


def blocks(file: BinaryIO, path: Path) -> list[PbfBlock]:
    """List the blocks of a PBF file by its framing.

    Raises
    ------
    NetworkError
        If the framing is not that of a PBF file, or the file ends within a block.
    """
    found: list[PbfBlock] = []
    size_of_file = file.seek(0, io.SEEK_END)
    at = 0
    while at < size_of_file:
        file.seek(at)
        header_size = int.from_bytes(file.read(4), "big")
        header = file.read(header_size) if header_size <= MAX_HEADER else b""
        named = block_header(header)
        if named is None:
            if found:
                msg = f"{path}: the file is cut or damaged at byte {at}. Download it again."
            else:
                msg = f"{path}: not an OpenStreetMap PBF file. Give an .osm.pbf or .osm file."
            raise NetworkError(msg)
        kind, size = named
        start = at + 4 + header_size
        at = start + size
        if at > size_of_file:
            msg = f"{path}: the file is cut after {len(found)} whole blocks. Download it again."
            raise NetworkError(msg)
        found.append(PbfBlock(kind, start, size))
    return found


def block_bytes(file: BinaryIO, block: PbfBlock) -> bytes:
    """Read the bytes of a block from the file, still packed."""
    file.seek(block.start)
    return file.read(block.size)


def part_of_file(path: Path, spans: list[tuple[int, int]]) -> bytes:
    """Return a PBF file with the header of a file and only some of its blocks.

    `spans` are the first byte of each block, its header included, and the byte after its last.
    """
    with path.open("rb") as file:
        header = blocks(file, path)[0]
        parts = [(0, header.start + header.size), *spans]
        written = []
        for begin, end in parts:
            file.seek(begin)
            written.append(file.read(end - begin))
    return b"".join(written)


def block_data(file: BinaryIO, block: PbfBlock) -> bytes | None:
    """Read the data of a block, unpacked; None where it is packed by other means than zlib.

    Raises
    ------
    zlib.error, ValueError
        If it is damaged.
    """
    blob = dict(fields(block_bytes(file, block)))
    packed, raw = blob.get(3), blob.get(1)
    data = _unpacked(packed) if isinstance(packed, bytes) else raw
    return data if isinstance(data, bytes) else None


def count_elements(file: BinaryIO, block: PbfBlock) -> Counter[str] | None:
    """Return how many `nodes`, `ways` and `relations` a data block holds, in order.

    None where the block is packed by other means than zlib.
    """
    data = block_data(file, block)
    if data is None:
        return None
    groups = [value for key, value in fields(data) if key == _PRIMITIVE_GROUP]
    found: Counter[str] = Counter()
    for group in groups:
        for key, value in fields(group) if isinstance(group, bytes) else ():
            if key in _KINDS:
                found[_KINDS[key]] += _dense_nodes(value) if key == _DENSE else 1
    return found or None


def _dense_nodes(dense: int | bytes) -> int:
    """Count the dense nodes of a group by their ids: each number ends with a byte below 128."""
    ids = dict(fields(dense)).get(1, b"") if isinstance(dense, bytes) else b""
    return sum(byte < _MORE for byte in ids) if isinstance(ids, bytes) else 0


def _has_right_checksum(path: Path, file: BinaryIO) -> bool:
    """Return whether there is a checksum beside the file; refuse the file if it differs."""
    for suffix, algorithm in _CHECKSUMS.items():
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            stated = beside.read_text(encoding="utf-8").split()[:1]
            if stated != [_digest(file, algorithm)]:
                msg = f"{path}: the file is not what {beside.name} says. Download both again."
                raise NetworkError(msg)
            return True
    return False


def _check_last_blocks(path: Path, file: BinaryIO, found: list[PbfBlock]) -> None:
    """Refuse a file whose last blocks show that it was cut."""
    data = [block for block in found if block.type == "OSMData"]
    last = count_elements(file, data[-1]) if data else Counter({"nothing": 0})
    advice = (
        "It is probably cut: download it again. If it is whole, put its checksum beside it as "
        f"{path.name}.sha256 (sha256sum {path.name} > {path.name}.sha256)."
    )
    if last is None:
        return
    # A small file of one block of nodes and one of ways need not have relations.
    what = list(last)[-1]
    if what != "relations" and not (what == "ways" and len(data) <= _SMALL_FILE):
        msg = f"{path}: the file ends with {what}; a whole extract has relations. {advice}"
        raise NetworkError(msg)
    if what == "relations" and last.total() >= _full(file, data[:-1], "ways" in last):
        msg = f"{path}: the last block of relations is as full as those before. {advice}"
        raise NetworkError(msg)


def _full(file: BinaryIO, data: list[PbfBlock], ways: int) -> float:
    """Return the number of elements of a full block: one of relations, or the last but one of ways.

    All kinds in a block count. `ways` is 1 if the last block of the file, which is not in `data`,
    has ways, too. Infinite if no block is known to be full.
    """
    # Backwards from the end: a file has nodes first, then ways, then relations.
    for block in reversed(data):
        found = count_elements(file, block) or Counter({"nodes": 0})
        ways += "ways" in found
        if "relations" in found or ways > 1:
            return found.total()
        if list(found) == ["nodes"]:
            break
    return float("inf")


def _unpacked(packed: bytes) -> bytes:
    """Unpack a block, at most to the size that the format allows."""
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, MAX_BLOCK)
    if not unpacking.eof:
        msg = "what is packed has no end, or is larger than any block"
        raise ValueError(msg)
    return data


def _digest(file: BinaryIO, algorithm: str) -> str:
    """Return the checksum of a whole file."""
    file.seek(0)
    found = hashlib.new(algorithm, usedforsecurity=False)
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()
