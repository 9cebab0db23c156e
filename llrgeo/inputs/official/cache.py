"""A cache of answers in a folder: by source, address and date, each with its SHA-256.

An answer is a file `<name>-<address>-<date><ending>`, where `<address>` is the start of the
address's SHA-256, and beside it a record `<file>.json` that says where it is from. A file without a
record, or whose bytes differ from it, counts as not there.
"""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from llrgeo.errors import InputError
from llrgeo.files import sha256_of_file, written_whole

_LETTERS: Final = 12  # of an address's hash: enough that no two of a study's hundreds agree


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """The record of an answer in the cache.

    Attributes
    ----------
    path
        The file.
    source, address
        Where it is from.
    date
        The day it was fetched, as 2026-11-25.
    sha256, size
        The checksum and the number of its bytes.
    """

    path: Path
    source: str
    address: str
    date: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of answers."""

    folder: Path

    def find(
        self, source: str, address: str, name: str, *, since: dt.date, until: dt.date = dt.date.max
    ) -> CachedAnswer | None:
        """Return the newest whole answer of an address that was fetched within some days."""
        for path in self._files(source, address, name):
            cached = _read_record(path)
            if (
                cached
                and cached.address == address
                and since.isoformat() <= cached.date <= until.isoformat()
            ):
                return cached
        return None

    def has_damaged(self, source: str, address: str, name: str) -> bool:
        """Return whether an address has an answer that differs from the checksum of its record."""
        files = self._files(source, address, name)
        return any(_read_record(path) is None for path in files)

    def _files(self, source: str, address: str, name: str) -> list[Path]:
        """Return the files of an address, the newest first."""
        stem, ending = _split(name)
        pattern = f"{stem}-{_hashed(address)}-*{ending}"
        return sorted((self.folder / source).glob(pattern), reverse=True)

    def place(self, source: str, address: str, name: str, date: dt.date) -> Path:
        """Return where an answer is to be stored; makes the folder.

        Raises
        ------
        InputError
            If the folder cannot be made, or the name is already that of a folder.
        """
        stem, ending = _split(name)
        folder = self.folder / source
        # Address and date are in the name: an answer is never taken for that of another day.
        path = folder / f"{stem}-{_hashed(address)}-{date.isoformat()}{ending}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{folder}: the folder for downloads cannot be made ({error.strerror})"
            raise InputError(msg) from error
        for taken in (path, part_of(path)):
            if taken.is_dir():
                msg = f"{taken}: this is a folder, and a download is to be written there"
                raise InputError(msg)
        return path

    def store(self, part: Path, path: Path, source: str, address: str) -> CachedAnswer:
        """Give a complete, checked download its name and write its record."""
        date = path.name.removesuffix(_split(path.name)[1])[-len("2026-11-25") :]
        size = part.stat().st_size
        cached = CachedAnswer(path, source, address, date, sha256_of_file(part), size)
        record = {**asdict(cached), "path": path.name}
        part.replace(path)
        with written_whole(_record_of(path)) as made:
            made.write_text(json.dumps(record, indent=1), encoding="utf-8")
        return cached

    def forget(self, cached: CachedAnswer) -> None:
        """Remove an answer and its record."""
        _record_of(cached.path).unlink(missing_ok=True)
        cached.path.unlink(missing_ok=True)

    def count(self, source: str) -> int:
        """Return how many answers of a source are stored."""
        files = (self.folder / source).glob("*")
        return sum(1 for path in files if _record_of(path).exists())


def part_of(path: Path) -> Path:
    """Return where a download is written until it is complete."""
    return path.with_name(f"{path.name}.part")


def read_note(path: Path) -> dict[str, Any]:
    """Read a small JSON object that llrgeo wrote; empty if it is not there or is damaged."""
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


def _read_record(path: Path) -> CachedAnswer | None:
    record = read_note(_record_of(path))
    try:
        cached = CachedAnswer(**{**record, "path": path})
        whole = path.stat().st_size == cached.size and sha256_of_file(path) == cached.sha256
        return cached if whole and isinstance(cached.date, str) else None
    except (TypeError, OSError):
        return None


def _record_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _hashed(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:_LETTERS]


def _split(name: str) -> tuple[str, str]:
    """Split a name before its ending, where .osm.pbf is one ending."""
    for ending in (".osm.pbf", ".csv.zip"):
        if name.endswith(ending):
            return name.removesuffix(ending), ending
    path = Path(name)
    return path.stem, path.suffix
