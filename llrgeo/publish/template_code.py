"""Compiled templates, kept where Python keeps its own bytecode of this room."""

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class TemplateCode(FileSystemBytecodeCache):
    """A cache of compiled templates, each used only while its text is the same.

    Like Python's own cache, it is left out where its folder is read-only, or by
    `PYTHONDONTWRITEBYTECODE`.
    """

    def __init__(self) -> None:
        super().__init__(str(Path(cache_from_source(__file__)).parent))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template; without a word where the folder takes none."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
