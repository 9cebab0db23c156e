"""Whether an OpenStreetMap file is whole: what readers accept silently is refused here.

A PBF file is a row of blocks. A cut within a block every reader sees; a file cut between two blocks
reads like a whole one. It is caught here by a checksum beside the file or, without one, by what a
whole extract is never without: relations come last, and the last block of them is not full. A
block that is duplicated doubles its relations; it is refused too.
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
_MORE: Final = 0x80
_CHECKSUMS: Final = {".md5": "md5", ".sha256": "sha256"}
_CHUNK: Final = 1 << 20
_SKETCH: Final = 2  # blocks of data, one of nodes and one of ways


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
        If the file is empty, not PBF, cut, has a block twice, or is not what its checksum file
        (`FILE.md5` or `FILE.sha256`) says.
    """
    with path.open("rb") as file:
        # Three ways in which a file is not whole: framing that breaks off, a block that comes
        # again, and a block that cannot be unpacked. No more than a block is held at a time.
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
    """Return a PBF file that has a file's header and no more of its blocks than some.

    `spans` say from which byte to before which each block stands, its header included.
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
    """Read what a block holds, unpacked; None where it is packed by other means than zlib.

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
    """Count nodes whose ids stand in one row: a number ends with the byte below 128."""
    ids = dict(fields(dense)).get(1, b"") if isinstance(dense, bytes) else b""
    return sum(byte < _MORE for byte in ids) if isinstance(ids, bytes) else 0


def _has_right_checksum(path: Path, file: BinaryIO) -> bool:
    """Tell whether there is a checksum beside the file; refuse the file if they differ."""
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
    """Refuse a file that ends as only a cut one does."""
    data = [block for block in found if block.type == "OSMData"]
    last = count_elements(file, data[-1]) if data else Counter({"nothing": 0})
    advice = (
        "It is probably cut: download it again. If it is whole, put its checksum beside it as "
        f"{path.name}.sha256 (sha256sum {path.name} > {path.name}.sha256)."
    )
    if last is None:
        return
    # A file of one block of nodes and one of ways is a sketch, which need not have relations.
    what = list(last)[-1]
    if what != "relations" and not (what == "ways" and len(data) <= _SKETCH):
        msg = f"{path}: the file ends with {what}; a whole extract has relations. {advice}"
        raise NetworkError(msg)
    if what == "relations" and last.total() >= _full(file, data[:-1], "ways" in last):
        msg = f"{path}: the last block of relations is as full as those before. {advice}"
        raise NetworkError(msg)


def _full(file: BinaryIO, data: list[PbfBlock], ways: int) -> float:
    """Return how many elements a full block holds: the last but one of ways is full, if any is.

    In a block of several kinds all count. `ways` is 1 if the last block, which is not among the
    data, has ways too.
    """
    # Backwards from the end, for a file holds nodes, then ways, then relations.
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
