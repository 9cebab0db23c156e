"""Locks on files, so that two commands do not write one folder at once.

The system holds a lock for as long as the process that has it runs, and gives it back when that
process ends, killed or not. So no lock is ever left behind, though its file may be.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from llrgeo.errors import PublishError
from llrgeo.files import TEMPORARY, sha256_of_bytes

_AGAIN_S: Final = 0.2  # how often Windows is asked again; elsewhere the system wakes who waits


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a folder that is to be written until the block ends, where nobody else holds it.

    The lock is on a file beside the folder, for a folder is exchanged as a whole when it is
    written. Where no such file can be made, nothing is held.

    Raises
    ------
    PublishError
        If another process, or another thread of this one, holds the folder.

    Examples
    --------
    >>> folder = getfixture("tmp_path") / "maps"
    >>> with only_writer(folder), only_writer(folder):
    ...     pass
    Traceback (most recent call last):
    llrgeo.errors.PublishError: ... another run is writing into this folder (process ...
    """
    path = _lock_file(Path(os.path.realpath(folder)))
    try:
        file = _locked(path)
    except BlockingIOError as error:
        msg = (
            f"{folder}: another run is writing into this folder{_holder(path)}; wait until it "
            "ends, or name another folder: --out"
        )
        raise PublishError(msg) from error
    except OSError:  # a disk that is full or has no locks, a folder that may not be written to
        file = None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        if file is not None:
            file.close()


def _lock_file(folder: Path) -> Path:
    """Return the file whose lock stands for a folder that is, or will be, there."""
    beside = next((parent for parent in folder.parents if parent.is_dir()), folder)
    if not os.access(beside, os.W_OK):
        beside = folder
    return beside / f"{TEMPORARY}{sha256_of_bytes(os.fsencode(folder))[:16]}.lock"


def _locked(path: Path) -> BinaryIO:
    """Return a locked file that tells the number of this process.

    Raises
    ------
    BlockingIOError
        If another has locked it.
    """
    while True:
        with ExitStack() as on_error:
            file = on_error.enter_context(path.open("a+b"))
            _lock_now(file)
            # Whoever had it may have removed it after it was opened here: then the lock is on a
            # file that nobody else finds.
            if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                continue
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
            on_error.pop_all()
            return file


def _holder(path: Path) -> str:
    """Return a text with the process that holds a lock, if that can be read."""
    try:
        process = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return f" (process {process})" if process.isdecimal() else ""


if sys.platform == "win32":
    import msvcrt

    def _lock_now(file: BinaryIO) -> None:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error

    def wait_for(file: BinaryIO) -> None:
        """Lock a file, and wait while another process or thread holds it."""
        while True:
            try:
                _lock_now(file)
            except BlockingIOError:
                time.sleep(_AGAIN_S)
            else:
                return

else:
    import fcntl

    def _lock_now(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait_for(file: BinaryIO) -> None:
        """Lock a file, and wait while another process or thread holds it."""
        # Some networks' file systems have no locks; there one command at a time must do.
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
