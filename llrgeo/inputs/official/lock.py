"""One at a time: a lock on a folder of answers, so that two commands fetch into one cache in turn.

The system holds the lock for as long as the process that has it runs, and gives it back when that
process ends, killed or not. So no lock is ever left behind, and the file it is on may stay.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from llrgeo.errors import InputError

NAME: Final = ".lock"

_AGAIN_S: Final = 0.2  # how often Windows is asked again; elsewhere the system wakes who waits


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder until the block ends; wait while another process or thread holds it.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    try:
        file = (folder / NAME).open("ab")
    except OSError as error:
        msg = f"{folder}: the folder for downloads cannot be written to ({error.strerror})"
        raise InputError(msg) from error
    with file:
        _wait_for(file)
        yield


if sys.platform == "win32":
    import msvcrt

    def _wait_for(file: BinaryIO) -> None:
        file.seek(0)
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                time.sleep(_AGAIN_S)
            else:
                return

else:
    import fcntl

    def _wait_for(file: BinaryIO) -> None:
        # Some networks' file systems have no locks; there one command at a time must do.
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
