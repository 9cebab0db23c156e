"""Cached files that end with the SHA-256 of their content, so that a damaged one is not used."""

import hashlib
from pathlib import Path
from typing import Final

from llrgeo.files import written_whole

_DIGEST: Final = hashlib.sha256().digest_size


def read_checked(path: Path) -> bytes | None:
    """Return what `write_checked` wrote; None if there is no such file, or it is damaged.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    if not path.is_file():
        return None
    whole = path.read_bytes()
    content, digest = whole[:-_DIGEST], whole[-_DIGEST:]
    return content if hashlib.sha256(content).digest() == digest else None


def write_checked(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: its content, then the content's SHA-256.

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from llrgeo.execution.checked_files import read_checked, write_checked
    >>> file = getfixture("tmp_path") / "minutes.cache"
    >>> write_checked(file, b"12.5")
    >>> read_checked(file)
    b'12.5'
    """
    with written_whole(path) as made:
        made.write_bytes(content + hashlib.sha256(content).digest())
