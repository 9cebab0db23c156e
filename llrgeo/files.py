"""Files written whole or not at all, and the checksums by which they are known.

A file is made beside its target, in a temporary folder on the same file system, and renamed into
place. Whoever reads the target sees the old content or the new, never a part of either.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".llrgeo-"  # how the name of every temporary folder begins


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it takes the place of `path` once the block ends without an error.

    Folders above it are made where they are missing.

    Examples
    --------
    >>> folder = getfixture("tmp_path")
    >>> with written_whole(folder / "minutes.txt") as made:
    ...     _ = made.write_text("12.5")
    >>> (folder / "minutes.txt").read_text()
    '12.5'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(path.parent) as folder:
        made = folder / path.name
        yield made
        made.replace(path)


@contextmanager
def temporary_folder(beside: Path) -> Iterator[Path]:
    """Yield a temporary folder inside `beside`, so on its file system; the block removes it."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=TEMPORARY) as temporary:
        yield Path(temporary)


def sha256_of_file(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
