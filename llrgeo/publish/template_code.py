"""Compiled templates and drawn texts, cached in `__pycache__` beside Python's own bytecode."""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from jinja2.bccache import Bucket, BytecodeCache

from llrgeo.execution.checked_files import read_checked, write_checked
from llrgeo.files import sha256_of_bytes

FOLDER: Final = Path(cache_from_source(__file__)).parent


class TemplateCode(BytecodeCache):
    """A cache of compiled templates, each used only while its text is the same.

    Like Python's own cache, it is left out where its folder is read-only, or by
    `PYTHONDONTWRITEBYTECODE`. Files are checked: damaged code may run, and write other words or
    end the process.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, where there is one and it is as it was written."""
        with suppress(OSError):
            content = read_checked(self._path(bucket))
            if content is not None:
                bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template; without a word where the folder takes none."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                write_checked(self._path(bucket), bucket.bytecode_to_string())

    def _path(self, bucket: Bucket) -> Path:
        return FOLDER / f"template-{bucket.key}.cache"


def cached_text(name: str, made_by: Iterable[str], make: Callable[[], str]) -> str:
    """Return a text that is made once and cached while all that it is made by is the same.

    It is made in each run where nothing can or may be cached.
    """
    key = sha256_of_bytes("\0".join(made_by).encode())
    path = FOLDER / f"{name}-{key}.cache"
    with suppress(OSError):
        content = read_checked(path)
        if content is not None:
            return content.decode()
    text = make()
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            write_checked(path, text.encode())
    return text
