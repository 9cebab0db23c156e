"""OpenStreetMap XML (.osm, compressed or not): elements marked as deleted, decompression bombs."""

import bz2
import gzip
from pathlib import Path
from typing import IO, Final, cast
from xml.etree import ElementTree as ET

from llrgeo.errors import NetworkError

_DELETED: Final = tuple(
    f"{key}={quote}{value}{quote}".encode()
    for key, value in (("action", "delete"), ("visible", "false"))
    for quote in ("'", '"')
)
_CHUNK: Final = 1 << 20
_SUSPECT: Final = 64 << 20  # bytes
_MAX_RATIO: Final = 100  # maps in XML are compressed to a tenth or a twentieth


def deleted_elements(path: Path) -> set[tuple[str, int]]:
    """Return kind and id of elements marked as deleted (JOSM's `action`, `visible=false`).

    A file is parsed only if it contains one of these attributes.
    """
    if path.name.endswith(".pbf"):
        return set()
    with _opened(path) as file:
        if not _mentions(file, _DELETED):
            return set()
    gone = set()
    with _opened(path) as file:
        for _, element in ET.iterparse(file):  # noqa: S314 (osmium has read the file before)
            if element.get("action") == "delete" or element.get("visible") == "false":
                gone.add((element.tag, int(element.get("id", "0"))))
            # The tree of a county's XML would not fit into memory: free what was read at once.
            if element.tag in {"node", "way", "relation"}:
                element.clear()
    return gone


def refuse_bomb(path: Path) -> None:
    """Refuse a compressed file that expands far more than any map does.

    It is decompressed in pieces, and only until that is certain.
    """
    packed, unpacked = path.stat().st_size, 0
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > _SUSPECT and unpacked > _MAX_RATIO * packed:
                msg = f"{path}: unpacks to over {_MAX_RATIO} times its size; no map does"
                raise NetworkError(msg)


def _opened(path: Path) -> IO[bytes]:
    """Open a file of text, compressed or not, for reading bytes."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix == ".bz2":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    return path.open("rb")


def _mentions(file: IO[bytes], words: tuple[bytes, ...]) -> bool:
    """Return whether a file contains one of some words."""
    tail = b""
    while chunk := file.read(_CHUNK):
        if any(word in tail + chunk for word in words):
            return True
        tail = chunk[-max(map(len, words)) :]
    return False
