"""The user's cache folder: files that may be lost at any time, and are then made again.

Nobody else may write into it, for what is read from it becomes figures. A file in it is written
whole and ends with the SHA-256 of what is before; the least recently used
are removed where there are too many.
"""

import hashlib
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from llrgeo.files import remove_litter, written_whole

logger: logging.Logger = logging.getLogger(__name__)

_DIGEST: Final = hashlib.sha256().digest_size
_OTHERS_WRITE: Final = 0o022  # the bits by which a group or everybody may write


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """A folder of files that are checked by their checksums.

    Attributes
    ----------
    path
        Where it is; it is made when a first file is written.
    most_files, most_bytes
        So many files stay at most, and so many bytes of them; the newest in any case.
    """

    path: Path
    most_files: int = 40
    most_bytes: int = 2_000_000_000

    def has(self, name: str) -> bool:
        """Say whether there is a file of a name, whole or not."""
        return (self.path / name).is_file()

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if there is none, or it is not what was written.

        None too where others may write into the folder. A damaged file is removed.
        """
        path = self.path / name
        try:
            if not path.is_file() or not self._is_own():
                return None
            whole = path.read_bytes()
            content, digest = whole[:-_DIGEST], whole[-_DIGEST:]
            if hashlib.sha256(content).digest() != digest:
                path.unlink()
                return None
            os.utime(path)  # used now, so it is removed last
        except OSError as error:
            logger.warning("%s: not read (%s)", path, error.strerror)
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all; where that cannot be, the log says so and no more."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_own():
                logger.warning("%s: others may write into it, so nothing is stored", self.path)
                return
            remove_litter(self.path)  # of processes that were killed
            with written_whole(self.path / name) as made:
                made.write_bytes(content + hashlib.sha256(content).digest())
            self._remove_oldest()
        except OSError as error:
            logger.warning("%s: not stored (%s)", self.path / name, error.strerror)

    def _is_own(self) -> bool:
        """Say whether the folder is the user's own, and no other user may write into it."""
        if os.name != "posix":
            return True  # elsewhere it lies in the user's profile
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
    asked = [environment.get(name, "") for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")]
    named = next((folder for folder in asked if Path(folder).is_absolute()), None)
    try:
        usual = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError:
        return CacheFolder(Path(named) / "llrgeo") if named else None
    return CacheFolder((Path(named) if named else usual) / "llrgeo")
