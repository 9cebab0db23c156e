"""The checksums of a matrix in blocks: a line for each block, beside the hash of the request.

`_asked.txt` begins with the hash of the request; each further line is the SHA-256 of a block and
its name. A line is added once its block is whole, so that a block without a line is computed again.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from llrgeo.errors import InputError
from llrgeo.files import sha256_of_file, written_whole
from llrgeo.schema import name_some, raise_faults

_LIST: Final = "_asked.txt"  # readers of Parquet folders ignore names with an underscore
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S+)")


def read_request(folder: Path) -> str:
    """Return the hash of the request that a folder holds the matrix of; empty if of none.

    Raises
    ------
    InputError
        If the file that says so is damaged.
    """
    first, _ = _read(folder)
    return first


def write_request(folder: Path, request: str) -> None:
    """Say which request a folder holds the matrix of."""
    with written_whole(folder / _LIST) as made:
        made.write_text(request, encoding="ascii")


def add_checksum(block: Path) -> None:
    """Note the checksum of a block that has just been written."""
    # The line begins with its break: one that a killed run left half written ends there.
    with (block.parent / _LIST).open("a", encoding="ascii", newline="") as file:
        file.write(f"\n{sha256_of_file(block)}  {block.name}")


def whole_blocks(folder: Path) -> set[str]:
    """Return the names of the blocks that are there and what they were when they were written."""
    _, known = _read(folder)
    return {name for name, digest in known.items() if _is(folder / name, digest)}


def check_blocks(folder: Path) -> None:
    """Refuse a folder with blocks that are not what was written; one without a list is not ours.

    Raises
    ------
    InputError
        If blocks were changed, lost, or are of a run that has not ended.
    """
    _, known = _read(folder)
    if not known:
        return
    files = {path.name for path in folder.glob("*.parquet")}
    changed = sorted({*files, *known} - whole_blocks(folder))
    if changed:
        fault = (
            f"{len(changed)} blocks are missing or not what was written ({name_some(changed)}); "
            "run llrgeo times again, which computes them anew"
        )
        raise_faults([fault], source=str(folder))


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_of_file(path) == digest


def _read(folder: Path) -> tuple[str, Mapping[str, str]]:
    path = folder / _LIST
    if not path.is_file():
        return "", {}
    try:
        first, *lines = path.read_text(encoding="ascii").split("\n")
    except UnicodeDecodeError as error:
        msg = f"{path}: damaged; delete the folder and run llrgeo times again"
        raise InputError(msg) from error
    found = [line for text in lines if (line := _LINE.fullmatch(text))]
    return first, {line[2]: line[1] for line in found}
