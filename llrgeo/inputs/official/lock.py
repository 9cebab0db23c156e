"""A lock on a folder of answers, so that two commands fetch into one cache in turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from llrgeo.errors import InputError
from llrgeo.execution.locks import wait_for

NAME: Final = ".lock"


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
        wait_for(file)
        yield
