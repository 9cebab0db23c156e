"""The user's cache folder: files that may be lost at any time, and are then computed again.

Nobody else may write into it, because its content becomes figures. A file in it is written whole
and ends with the SHA-256 of its content; the least recently used files are removed where there are
too many.
"""

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from llrgeo.execution.checked_files import read_checked, write_checked

logger: logging.Logger = logging.getLogger(__name__)

_OTHERS_WRITE: Final = 0o022  # the bits by which a group or everybody may write


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """A folder of files that are checked by their checksums.

    Attributes
    ----------
    path
        The folder; it is created when the first file is written.
    most_files, most_bytes
        Limits of the number of files and of their total size; the newest file is always kept.
    """

    path: Path
    most_files: int = 40
    most_bytes: int = 2_000_000_000

    def has(self, name: str) -> bool:
        """Return whether there is a file of a name, damaged or not."""
        return (self.path / name).is_file()

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if there is none, or its checksum is wrong.

        None, too, if others may write into the folder. A damaged file is removed.
        """
        path = self.path / name
        try:
            if not path.is_file() or not self._is_own():
                return None
            content = read_checked(path)
            if content is None:
                path.unlink()
                return None
            os.utime(path)  # used now, so it is removed last
        except OSError as error:
            logger.warning("%s: not read (%s)", path, error.strerror)
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all; a failure is only logged."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_own():
                logger.warning("%s: others may write into it, so nothing is stored", self.path)
                return
            write_checked(self.path / name, content)
            self._remove_oldest()
        except OSError as error:
            logger.warning("%s: not stored (%s)", self.path / name, error.strerror)

    def _is_own(self) -> bool:
        """Return whether the folder is the user's own, and no other user may write into it."""
        if os.name != "posix":
            return True  # on Windows it is in the user's profile
        status = self.path.stat()
        return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE

    def _remove_oldest(self) -> None:
        files = [path for path in self.path.iterdir() if path.is_file()]
        size = 0
        newest_first = sorted(files, key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for number, path in enumerate(newest_first):
            size += path.stat().st_size
            if number and (number >= self.most_files or size > self.most_bytes):
                path.unlink()


def user_cache(environment: Mapping[str, str] = os.environ) -> CacheFolder | None:
    """Return llrgeo's folder of the user's cache; None where the user has no home.

    It is in `XDG_CACHE_HOME` where that is an absolute path, as its standard asks for, else where
    the system keeps caches: `~/.cache`, `~/Library/Caches` of macOS, `LOCALAPPDATA` of Windows.
    """
    stated = [environment.get(name, "") for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")]
    named = next((folder for folder in stated if Path(folder).is_absolute()), None)
    try:
        usual = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError:
        return CacheFolder(Path(named) / "llrgeo") if named else None
    return CacheFolder((Path(named) if named else usual) / "llrgeo")
