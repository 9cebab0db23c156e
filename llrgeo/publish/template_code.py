"""Compiled templates and drawn texts, cached in `__pycache__` beside Python's own bytecode."""

import hashlib
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from jinja2.bccache import Bucket, BytecodeCache

from llrgeo.files import written_whole

FOLDER: Final = Path(cache_from_source(__file__)).parent
_DIGEST: Final = hashlib.sha256().digest_size


class TemplateCode(BytecodeCache):
    """A cache of compiled templates, each used only while its text is the same.

    Like Python's own cache, it is left out where its folder is read-only, or by
    `PYTHONDONTWRITEBYTECODE`. A file begins with the SHA-256 of what follows: damaged code may run,
    and write other words, or end the process.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, where there is one and it is as it was written."""
        with suppress(OSError):
            whole = self._path(bucket).read_bytes()
            digest, content = whole[:_DIGEST], whole[_DIGEST:]
            if hashlib.sha256(content).digest() == digest:
                bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template; without a word where the folder takes none."""
        if not sys.dont_write_bytecode:
            content = bucket.bytecode_to_string()
            with suppress(OSError), written_whole(self._path(bucket)) as made:
                made.write_bytes(hashlib.sha256(content).digest() + content)

    def _path(self, bucket: Bucket) -> Path:
        return FOLDER / f"template-{bucket.key}.cache"


def cached_text(name: str, made_by: Iterable[str], make: Callable[[], str]) -> str:
    """Return a text that is made once and cached while all that it is made by is the same.

    It is made in each run where nothing can or may be cached.
    """
    key = _digest("\0".join(made_by))
    path = FOLDER / f"{name}-{key}.txt"
    with suppress(OSError, UnicodeDecodeError):
        check, _, text = path.read_text(encoding="utf-8").partition("\n")
        if check == _digest(text):  # else it is damaged, and made again
            return text
    text = make()
    if not sys.dont_write_bytecode:
        with suppress(OSError), written_whole(path) as made:
            made.write_text(f"{_digest(text)}\n{text}", encoding="utf-8")
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
