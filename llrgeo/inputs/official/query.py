"""One question to an official source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llrgeo.inputs.official.sources import Source

Check = Callable[[Path], None]
"""Raises an `InputError` unless a file holds what it must."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a source.

    Attributes
    ----------
    source
        Whose answer it is.
    address
        The whole address, parameters included.
    name
        What the answer is kept as, with its ending.
    check
        What must be so of the answer before it is kept.
    md5, md5_address
        The checksum that the publisher states, or the address where it states it.
    """

    source: Source
    address: str
    name: str
    check: Check
    md5: str = ""
    md5_address: str = ""
