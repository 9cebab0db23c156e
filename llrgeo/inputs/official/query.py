"""One question to an official source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llrgeo.inputs.official.sources import Source

Check = Callable[[Path], None]
"""Raises an `InputError` unless a file holds what it must."""


@dataclass(frozen=True, slots=True)
class Query:
    """A request to a source.

    Attributes
    ----------
    source
        The source that answers.
    address
        The whole address, parameters included.
    name
        The file name of the answer in the cache, with its ending.
    check
        Checks the answer before it is stored.
    md5, md5_address
        The checksum that the publisher states, or the address of it.
    """

    source: Source
    address: str
    name: str
    check: Check
    md5: str = ""
    md5_address: str = ""
