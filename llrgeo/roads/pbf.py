"""Whether an OpenStreetMap file is whole: what readers accept silently is refused here.

A PBF file is a row of blocks. A cut within a block every reader sees; a file cut between two blocks
reads like a whole one. It is caught here by a checksum beside the file or, without one, by what a
whole extract is never without: relations come last, and the last block of them is not full. A
block that is duplicated doubles its relations; it is refused too.
"""

import hashlib
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from llrgeo.errors import NetworkError
from llrgeo.inputs.pbf_framing import MAX_BLOCK, MAX_HEADER, block_header, fields

_PRIMITIVE_GROUP: Final = 2
_KINDS: Final = {1: "nodes", 2: "nodes", 3: "ways", 4: "relations"}
_CHECKSUMS: Final = {".md5": "md5", ".sha256": "sha256"}
_SKETCH: Final = 2  # blocks of data, one of nodes and one of ways


class PbfBlock(NamedTuple):
    """One block of a PBF file: its type, and where its data stands."""

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
    content = path.read_bytes()
    if not content:
        msg = f"{path}: the file is empty. Download it again."
        raise NetworkError(msg)
    # Three ways in which a file is not whole: framing that breaks off, a block that comes again,
    # and a block that cannot be unpacked.
    found = blocks(content, path)
    digests = [
        hashlib.sha256(content[block.start : block.start + block.size]).digest() for block in found
    ]
    if len(set(digests)) < len(digests):
        msg = f"{path}: a block is duplicated in the file. Download it again."
        raise NetworkError(msg)
    if not _has_right_checksum(path, content):
        try:
            _check_last_blocks(path, content, found)
        except (zlib.error, ValueError) as error:
            if isinstance(error, NetworkError):
                raise
            msg = f"{path}: a block is damaged ({error}). Download it again."
            raise NetworkError(msg) from error
    return hashlib.sha256(content).hexdigest()


def blocks(content: bytes, path: Path) -> list[PbfBlock]:
    """List the blocks of a PBF file by its framing.

    Raises
    ------
    NetworkError
        If the framing is not that of a PBF file, or the file ends within a block.
    """
    found: list[PbfBlock] = []
    at = 0
    while at < len(content):
        header_size = int.from_bytes(content[at : at + 4], "big")
        header = content[at + 4 : at + 4 + header_size]
        named = block_header(header) if header_size <= MAX_HEADER else None
        if named is None:
            if found:
                msg = f"{path}: the file is cut or damaged at byte {at}. Download it again."
            else:
                msg = f"{path}: not an OpenStreetMap PBF file. Give an .osm.pbf or .osm file."
            raise NetworkError(msg)
        kind, size = named
        start = at + 4 + header_size
        at = start + size
        if at > len(content):
            msg = f"{path}: the file is cut after {len(found)} whole blocks. Download it again."
            raise NetworkError(msg)
        found.append(PbfBlock(kind, start, size))
    return found


def count_elements(content: bytes, block: PbfBlock) -> tuple[str, int] | None:
    """Return what a data block holds (`nodes`, `ways` or `relations`) and how many.

    Dense nodes count as one. None where the block is packed by other means than zlib.
    """
    blob = dict(fields(content[block.start : block.start + block.size]))
    packed, raw = blob.get(3), blob.get(1)
    data = _unpacked(packed) if isinstance(packed, bytes) else raw
    if not isinstance(data, bytes):
        return None
    groups = [value for key, value in fields(data) if key == _PRIMITIVE_GROUP]
    keys = [key for group in groups if isinstance(group, bytes) for key, _ in fields(group)]
    kinds = [key for key in keys if key in _KINDS]
    return (_KINDS[kinds[-1]], len(kinds)) if kinds else None


def _has_right_checksum(path: Path, content: bytes) -> bool:
    """Tell whether a checksum stands beside the file; refuse the file if it is another's."""
    for suffix, algorithm in _CHECKSUMS.items():
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            stated = beside.read_text(encoding="utf-8").split()[:1]
            if stated != [hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()]:
                msg = f"{path}: the file is not what {beside.name} says. Download both again."
                raise NetworkError(msg)
            return True
    return False


def _check_last_blocks(path: Path, content: bytes, found: list[PbfBlock]) -> None:
    """Refuse a file that ends as only a cut one does."""
    data = [block for block in found if block.type == "OSMData"]
    last = count_elements(content, data[-1]) if data else ("nothing", 0)
    advice = (
        "It is probably cut: download it again. If it is whole, put its checksum beside it as "
        f"{path.name}.sha256 (sha256sum {path.name} > {path.name}.sha256)."
    )
    if last is None:
        return
    # A file of one block of nodes and one of ways is a sketch, which need not have relations.
    if last[0] != "relations" and not (last[0] == "ways" and len(data) <= _SKETCH):
        msg = f"{path}: the file ends with {last[0]}; a whole extract has relations. {advice}"
        raise NetworkError(msg)
    if last[0] == "relations" and last[1] >= _full(content, data[:-1]):
        msg = f"{path}: the last block of relations is as full as those before. {advice}"
        raise NetworkError(msg)


def _full(content: bytes, data: list[PbfBlock]) -> float:
    """Return how many elements a full block holds: the last but one of ways is full, if any is."""
    # Backwards from the end, for a file holds nodes, then ways, then relations.
    ways = 0
    for block in reversed(data):
        what, number = count_elements(content, block) or ("nodes", 0)
        ways += what == "ways"
        if what == "nodes":
            break
        if what == "relations" or ways > 1:
            return number
    return float("inf")


def _unpacked(packed: bytes) -> bytes:
    """Unpack a block, at most to the size that the format allows."""
    return zlib.decompressobj().decompress(packed, MAX_BLOCK)
