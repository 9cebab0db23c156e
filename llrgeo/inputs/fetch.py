"""Official downloads: resumable, checked by checksum, whole or not at all."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from llrgeo.errors import InputError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.tables import read_toml
from llrgeo.schema import name_some

logger = logging.getLogger(__name__)

_CHUNK: Final = 1 << 20
_TIMEOUT_S: Final = 60
_PARTIAL: Final = 206
_NOTHING_LEFT: Final = 416


@dataclass(frozen=True, slots=True)
class Download:
    """A file that an official body publishes.

    Attributes
    ----------
    url
        Where it is, https (http only on this machine, for tests).
    file
        What it is saved as.
    md5_url
        Where its publisher states its MD5; empty if nowhere.
    licence
        Under which licence it may be used, and the credit to give.
    """

    url: str
    file: str
    licence: str
    md5_url: str = ""


def read_downloads(kind: str, *, path: Path | None = None) -> tuple[Download, ...]:
    """Return the downloads of a kind, such as `osm`, from the table of sources.

    Raises
    ------
    InputError
        If the table has no such kind.
    """
    path = embedded("downloads.toml") if path is None else path
    table = read_toml(path)
    if kind not in table:
        msg = f"nothing to fetch called '{kind}'; known are {name_some(table)}"
        raise InputError(msg)
    return tuple(Download(**one) for one in table[kind])


def fetch(download: Download, folder: Path) -> Path:
    """Download a file into a folder, taking up an interrupted download where it stopped.

    The file's SHA-256 is kept beside it (`<file>.sha256`); a file that is there and still has it
    is not downloaded again. Where the publisher states an MD5, it must agree.

    Raises
    ------
    InputError
        If the server cannot be reached or refuses, the download ends early, or the checksum
        differs. What came is kept as `<file>.part` unless its checksum is wrong.
    """
    target, part = folder / download.file, folder / f"{download.file}.part"
    if _is_intact(target):
        logger.info("%s is there already", target.name)
        return target
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _receive(download.url, part)
        _check_md5(download, part)
    except (OSError, HTTPException) as error:
        msg = f"{download.url}: download failed ({error}); run the command again to go on"
        raise InputError(msg) from error
    part.replace(target)
    _note(target).write_text(f"{_digest(target, 'sha256')}  {target.name}\n", encoding="ascii")
    return target


def fetch_all(downloads: Sequence[Download], folder: Path) -> Iterator[Path]:
    """Yield the path of each download as it is complete."""
    for download in downloads:
        yield fetch(download, folder)


def _receive(url: str, part: Path) -> None:
    """Append what is missing of a file to its partial download."""
    start = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={start}-"} if start else {}
    try:
        with _opened(url, headers) as answer:
            resumed = answer.status == _PARTIAL
            expected = answer.headers.get("Content-Length")
            with part.open("ab" if resumed else "wb") as file:
                received = _copy(answer, file)
    except HTTPError as error:
        if error.code == _NOTHING_LEFT:
            return
        raise
    if expected is not None and received != int(expected):
        msg = f"the server sent {received} of {expected} bytes"
        raise OSError(msg)


def _opened(url: str, headers: Mapping[str, str]) -> HTTPResponse:
    if not url.startswith(("https://", "http://127.0.0.1")):
        msg = f"{url}: only https downloads are allowed"
        raise InputError(msg)
    request = Request(url, headers={"User-Agent": "llrgeo", **headers})  # noqa: S310 (checked above)
    answer: HTTPResponse = urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310 (as above)
    return answer


def _copy(answer: BinaryIO, file: BinaryIO) -> int:
    received = 0
    while chunk := answer.read(_CHUNK):
        file.write(chunk)
        received += len(chunk)
    return received


def _check_md5(download: Download, part: Path) -> None:
    if not download.md5_url:
        return
    with _opened(download.md5_url, {}) as answer:
        stated = answer.read().decode("ascii").split()[0]
    if _digest(part, "md5") != stated:
        part.unlink()
        msg = f"{download.url}: the checksum differs from the publisher's; fetch it again"
        raise InputError(msg)


def _is_intact(target: Path) -> bool:
    note = _note(target)
    if not (target.exists() and note.exists()):
        return False
    return note.read_text(encoding="ascii").split()[0] == _digest(target, "sha256")


def _note(target: Path) -> Path:
    return target.with_name(f"{target.name}.sha256")


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
