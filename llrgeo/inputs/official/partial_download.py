"""The beginning of a download: how it goes on, and what an answer must state before it is taken."""

import json
import re
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import BinaryIO, Final, Literal

from llrgeo.errors import InputError
from llrgeo.inputs.official.cache import read_note
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.transport import ExchangeError

_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_WITH_AN_END: Final = (".zip", ".json", ".geojson", ".xlsx", ".pbf")


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a download: its size, what the server calls this edition, the whole size."""

    size: int
    validator: str
    total: int


def read_begun(part: Path, address: str) -> Begun | None:
    """Return a beginning that can go on: one whose edition and whole size the server stated."""
    note = read_note(validator_of(part))
    try:
        size = part.stat().st_size
        validator, total = str(note["validator"]), int(note["total"])
    except (OSError, KeyError, TypeError, ValueError):
        return None
    right = note.get("address") == address and 0 < size <= total
    return Begun(size, validator, total) if right else None


def validator_of(part: Path) -> Path:
    """Return where it is noted which edition a beginning is of."""
    return part.with_name(f"{part.name}.json")


def note_validator(answer: HTTPResponse, part: Path, address: str, total: int | None) -> None:
    """Note what the server calls this edition, so that a resume cannot go on with another."""
    etag = answer.headers.get("ETag", "")
    strong = "" if etag.startswith("W/") else etag
    validator = strong or answer.headers.get("Last-Modified", "")
    note = validator_of(part)
    if validator and total is not None:
        record = {"address": address, "validator": validator, "total": total}
        note.write_text(json.dumps(record), encoding="utf-8")
    else:
        note.unlink(missing_ok=True)


def resumed_total(answer: HTTPResponse, begun: Begun, part: Path) -> int:
    """Return the whole size, where an answer continues what was begun; else begin again."""
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    start, end, total = map(int, found.groups()) if found else (-1, -1, -1)
    if (start, end, total) == (begun.size, begun.total - 1, begun.total):
        return total
    part.unlink(missing_ok=True)
    msg = "the server did not go on where the download had stopped"
    raise ExchangeError(msg)


def stated_size(answer: HTTPResponse, query: Query) -> int | None:
    """Return the size that an answer states; None where it comes in chunks with an end mark.

    An answer that simply ends may have been cut: it is taken only where the publisher's checksum
    or a format with an end of its own shows that it is whole.
    """
    stated = answer.headers.get("Content-Length")
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        msg = f"{query.address}: the answer is packed in a way that was not asked for"
        raise InputError(msg)
    # Chunks end with a mark; other answers without a length end where the connection does.
    if stated is None:
        chunked = "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
        if chunked or query.md5 or query.md5_address or query.name.endswith(_WITH_AN_END):
            return None
        msg = f"{query.address}: the answer has no length, so that nobody can tell if it is whole"
        raise InputError(msg)
    if not stated.strip().isdecimal():
        msg = f"{query.address}: the server states a length of '{stated}'"
        raise InputError(msg)
    if int(stated) > query.source.max_bytes:
        msg = (
            f"{query.address}: {int(stated):,} bytes, over {query.source.max_bytes:,}; "
            "raise max_mb in the table of sources if that is right"
        )
        raise InputError(msg)
    return int(stated)


def refuse_web_page(answer: HTTPResponse, address: str) -> None:
    """Refuse a web page, such as a login or a notice, in place of data."""
    if "html" in answer.headers.get("Content-Type", "").lower():
        msg = f"{address}: the server answered with a web page (a login, a notice?), not with data"
        raise InputError(msg)


def opened(part: Path, mode: Literal["ab", "wb"]) -> BinaryIO:
    """Open a download to write to; what the disk refuses is an `InputError`."""
    try:
        return part.open(mode)
    except OSError as error:
        msg = f"{part}: cannot be written ({error.strerror})"
        raise InputError(msg) from error


def write(file: BinaryIO, chunk: bytes, part: Path) -> None:
    """Write to a download; what the disk refuses (it may be full) is an `InputError`."""
    try:
        file.write(chunk)
    except OSError as error:
        msg = f"{part}: cannot be written ({error.strerror})"
        raise InputError(msg) from error
