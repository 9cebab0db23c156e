"""The checksums of a matrix in blocks: one line for each block, below the hash of the request.

They are in the file `_asked.txt` of the matrix's folder. Its first line is the hash of the request;
each further line is the SHA-256 of a block and its name. A line is added once its block is whole,
so that a block without a line is computed again.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from llrgeo.errors import InputError
from llrgeo.files import sha256_of_file, written_whole
from llrgeo.schema import name_some, raise_faults

# Readers of Parquet folders ignore names with an underscore; the name is as in 0.1, whose folders
# can be resumed.
_LIST: Final = "_asked.txt"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S+)")


def read_request(folder: Path) -> str:
    """Return the hash of the request whose matrix a folder holds; empty if it holds none.

    Raises
    ------
    InputError
        If the list of checksums is damaged.
    """
    request, _ = _read_list(folder)
    return request


def write_request(folder: Path, request: str) -> None:
    """Begin a folder's list of checksums with the hash of its request."""
    with written_whole(folder / _LIST) as made:
        made.write_text(request, encoding="ascii")


def add_checksum(block: Path) -> None:
    """Add the checksum of a block that has just been written to its folder's list."""
    # The line break comes first, so that a line that a killed run left half written ends there.
    with (block.parent / _LIST).open("a", encoding="ascii", newline="") as file:
        file.write(f"\n{sha256_of_file(block)}  {block.name}")


def whole_blocks(folder: Path) -> set[str]:
    """Return the names of the blocks that exist and have the checksum they were written with."""
    _, checksums = _read_list(folder)
    return {name for name, digest in checksums.items() if _is_unchanged(folder / name, digest)}


def check_blocks(folder: Path) -> None:
    """Refuse a folder with changed or missing blocks; a folder without a list is not checked.

    Raises
    ------
    InputError
        If blocks were changed or lost, or belong to a run that has not ended.
    """
    _, checksums = _read_list(folder)
    if not checksums:
        return
    files = {path.name for path in folder.glob("*.parquet")}
    changed = sorted({*files, *checksums} - whole_blocks(folder))
    if changed:
        fault = (
            f"{len(changed)} blocks are missing or not what was written ({name_some(changed)}); "
            "run llrgeo times again, which computes them anew"
        )
        raise_faults([fault], source=str(folder))


def _is_unchanged(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_of_file(path) == digest


def _read_list(folder: Path) -> tuple[str, Mapping[str, str]]:
    """Return the hash of the request and the SHA-256 of each block; empty without a list."""
    path = folder / _LIST
    if not path.is_file():
        return "", {}
    try:
        request, *lines = path.read_text(encoding="ascii").split("\n")
    except UnicodeDecodeError as error:
        msg = f"{path}: damaged; delete the folder and run llrgeo times again"
        raise InputError(msg) from error
    blocks = [line for text in lines if (line := _LINE.fullmatch(text))]
    return request, {line[2]: line[1] for line in blocks}
