"""Fetch answers of official servers: cached, resumed, retried, checked, whole or not at all."""

import datetime as dt
import hashlib
import logging
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from http.client import HTTPResponse
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import refuse_page
from llrgeo.inputs.official.cache import Cache, CachedAnswer, part_of
from llrgeo.inputs.official.lock import locked
from llrgeo.inputs.official.partial_download import (
    note_validator,
    opened,
    read_begun,
    refuse_web_page,
    resumed_total,
    stated_size,
    validator_of,
    write,
)
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.transport import ExchangeError, Transport
from llrgeo.schema import Track

Asked = ParamSpec("Asked")
Found = TypeVar("Found")

logger: logging.Logger = logging.getLogger(__name__)

_CHUNK: Final = 1 << 16
_SHOWN_FROM: Final = 4_000_000  # bytes from which on a download shows its progress
_TRY_AGAIN: Final = frozenset({0, 408, 425, 429, 500, 502, 503, 504})
_PARTIAL, _BEYOND_END = 206, 416
_MD5_BYTES: Final = 1_024
_MD5: Final = re.compile(r"\s*(?:MD5 ?\(.*\) ?= ?)?([0-9a-fA-F]{32})(?![0-9a-fA-F])")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try: waits double from the first to the longest, with jitter."""

    sleep: Callable[[float], None]
    tries: int = 5
    first_s: float = 1.0
    longest_s: float = 120.0
    seed: int = 0

    def wait(self, attempt: int, asked_s: float | None) -> float:
        """Return the seconds to wait after an attempt, counted from 1: as asked, or longer."""
        # "Equal jitter": half of the doubled wait is certain, half by chance, so that many users
        # whom one outage stopped do not all come back at the same moment.
        most = min(self.first_s * 2 ** (attempt - 1), self.longest_s)
        drawn = random.Random(f"{self.seed} {attempt}").uniform(most / 2, most)  # noqa: S311 - no secret
        return max(drawn, asked_s or 0.0)


@dataclass(slots=True)
class ExchangeCounts:
    """Numbers of requests, bytes received, and answers from the cache."""

    requests: int = 0
    received_bytes: int = 0
    from_cache: int = 0

    @property
    def summary(self) -> str:
        """The numbers in one line."""
        return (
            f"{self.requests:,} requests, {self.received_bytes / 1e6:,.1f} MB received, "
            f"{self.from_cache:,} answers were there already"
        )


class FetchError(InputError):
    """An answer is unavailable, or fails its check."""


class NotFetchedError(FetchError):
    """An answer is not in the cache, and requests are not allowed."""


@dataclass(frozen=True, slots=True)
class Downloader:
    """Returns answers from a cache, or fetches them.

    Attributes
    ----------
    cache
        Where answers are stored.
    transport
        What opens addresses.
    patience
        How often to try, and how to wait.
    today
        The date that fetched answers are kept under.
    max_age_days
        How old a cached answer may be before it is fetched again; official tables have a vintage
        in their name, so that an old answer is as good as a new one.
    offline
        If true, nothing is asked: what is not in the cache is an error.
    track
        Shows the progress of large downloads.
    tally
        Counts what is done.
    given
        The records of all answers given, in order, one for each time.
    """

    cache: Cache
    transport: Transport
    patience: Patience
    today: dt.date
    max_age_days: int = 90
    offline: bool = False
    track: Track = iter
    tally: ExchangeCounts = field(default_factory=ExchangeCounts)
    given: list[CachedAnswer] = field(default_factory=list)

    @property
    def answers(self) -> list[CachedAnswer]:
        """The records of the answers given, each once."""
        return list(dict.fromkeys(self.given))

    def get(self, query: Query, *, fresh: bool = False) -> Path:
        """Return the file of an answer, from the cache if it is there and not to be `fresh`.

        Raises
        ------
        NotFetchedError
            If it is not in the cache, and the downloader is offline.
        FetchError
            If it cannot be had or is not what it must be; nothing is stored then but the beginning
            of a download that can go on.
        """
        cached = None if fresh else self.find(query)
        if cached:
            self.tally.from_cache += 1
        elif self.offline:
            asked = query.source.id, query.address, query.name
            state = "damaged" if self.cache.has_damaged(*asked) else "not"
            msg = (
                f"{query.address}: {state} in {self.cache.folder} and offline; "
                "fetch it once without --offline"
            )
            raise NotFetchedError(msg)
        else:
            cached = self._fetched(query, fresh=fresh)
        self.given.append(cached)
        return cached.path

    @contextmanager
    def together(self) -> Iterator[None]:
        """Forget all answers given in a block that finds them wrong when it puts them together.

        A page may be right by itself and yet rows be missing: stored, it would be refused again
        until it is too old. Answers that came before a server failed stay.
        """
        before = len(self.given)
        try:
            yield
        except FetchError:
            raise
        except InputError:
            for cached in self.given[before:]:
                self.cache.forget(cached)
            del self.given[before:]
            raise

    def find(self, query: Query) -> CachedAnswer | None:
        """Return the record of an answer that is in the cache and not too old."""
        asked = query.source.id, query.address, query.name
        if self.offline:
            return self.cache.find(*asked, since=dt.date.min)
        # An answer of a day to come was fetched by a wrong clock: it would never grow too old.
        oldest = self.today - dt.timedelta(self.max_age_days)
        return self.cache.find(*asked, since=oldest, until=self.today)

    def _fetched(self, query: Query, *, fresh: bool) -> CachedAnswer:
        """Fetch an answer, unless another command has while this one waited for its turn."""
        try:
            path = self.cache.place(query.source.id, query.address, query.name, self.today)
            with locked(path.parent):
                cached = None if fresh else self.find(query)
                if cached:
                    self.tally.from_cache += 1
                return cached or self._fetch(query, path)
        except InputError as error:
            raise FetchError(str(error)) from error

    def _fetch(self, query: Query, path: Path) -> CachedAnswer:
        """Try until an answer is whole and right, or trying is no use."""
        source, part = query.source.id, part_of(path)
        # What has come stays in `part`: the next attempt, or the next run, asks for the rest alone.
        for attempt in range(1, self.patience.tries + 1):
            try:
                self._receive(query, part)
                self._check(query, part)
            except ExchangeError as error:
                self._wait(error, attempt)
            else:
                return self.cache.store(part, path, source, query.address)
            finally:
                # A beginning can go on only beside the note of its edition: neither stays alone.
                if not (part.exists() and validator_of(part).exists()):
                    validator_of(part).unlink(missing_ok=True)
                    part.unlink(missing_ok=True)
        raise AssertionError  # the last attempt's error is raised by _wait

    def _wait(self, error: ExchangeError, attempt: int) -> None:
        """Wait before the next attempt; raise the error where there is to be none."""
        wait_s = self.patience.wait(attempt, error.wait_s)
        # Only faults that may pass are tried again; a missing page is missing next time too.
        if error.status not in _TRY_AGAIN:
            raise error
        if attempt == self.patience.tries:
            msg = f"{error}; tried {attempt} times, run the command again to go on"
            raise InputError(msg) from error
        if wait_s > self.patience.longest_s:
            msg = f"{error}; the server asks to wait {wait_s:,.0f} s: run the command again then"
            raise InputError(msg) from error
        logger.info("%s; trying again in %.1f s", error, wait_s)
        self.patience.sleep(wait_s)

    def _receive(self, query: Query, part: Path) -> None:
        """Append what is missing of an answer to its beginning, or begin again."""
        begun = read_begun(part, query.address)
        total: int | None
        if begun and begun.size == begun.total:  # whole already; only its check was not reached
            return
        headers = {"Range": f"bytes={begun.size}-", "If-Range": begun.validator} if begun else {}
        self.tally.requests += 1
        with self.transport.open(query.address, headers) as answer:
            if begun and answer.status == _PARTIAL:
                total = resumed_total(answer, begun, part)
                self._copy(answer, part, query, offset=begun.size)
            elif answer.status in {_PARTIAL, _BEYOND_END}:
                part.unlink(missing_ok=True)
                msg = f"{query.address}: the server sent a part that was not asked for"
                raise ExchangeError(msg)
            else:
                total = stated_size(answer, query)
                refuse_web_page(answer, query.address)
                note_validator(answer, part, query.address, total)
                self._copy(answer, part, query, offset=0)
        # More than was announced is another file: nothing of it can be used.
        received = part.stat().st_size
        if total is not None and received != total:
            if received > total:
                part.unlink()
            msg = f"{query.address}: the server sent {received:,} of {total:,} bytes"
            raise ExchangeError(msg)

    def _copy(self, answer: HTTPResponse, part: Path, query: Query, *, offset: int) -> None:
        """Write an answer to a file from an offset on, and stop where it grows too large."""
        size = int(answer.headers.get("Content-Length") or 0)
        chunks = range(1 + size // _CHUNK) if size >= _SHOWN_FROM else range(1)
        written = offset
        with opened(part, "ab" if offset else "wb") as file:
            for chunk_number in (self.track if size >= _SHOWN_FROM else iter)(chunks):
                last = chunk_number == chunks[-1]
                # Reads give as many bytes as have come; a tick of the bar is a chunk's worth.
                due = offset + (chunk_number + 1) * _CHUNK
                while (last or written < due) and (chunk := answer.read1(_CHUNK)):
                    written += len(chunk)
                    self.tally.received_bytes += len(chunk)
                    if written > query.source.max_bytes:
                        file.close()
                        part.unlink()
                        msg = f"{query.address}: over {query.source.max_bytes:,} bytes, given up"
                        raise InputError(msg)
                    write(file, chunk, part)

    def _check(self, query: Query, part: Path) -> None:
        """Compare a complete download with its checksum, and look at what it holds."""
        try:
            _compare_md5(part, query.md5 or self._stated_md5(query), query.address)
            refuse_page(part)  # whatever is asked for
            query.check(part)
        except InputError as error:
            # A checksum that cannot be asked for now says nothing about the download.
            if not (isinstance(error, ExchangeError) and str(error).startswith("md5 ")):
                part.unlink(missing_ok=True)
            # Who reads of it knows the file by the name that it was to have.
            error.args = (str(error).replace(part.name, part.name.removesuffix(".part")),)
            raise

    def _stated_md5(self, query: Query) -> str:
        """Ask the publisher for the checksum of a file; empty if none is stated."""
        if not query.md5_address:
            return ""
        self.tally.requests += 1
        try:
            with self.transport.open(query.md5_address, {}) as answer:
                text = answer.read(_MD5_BYTES).decode("utf-8-sig", errors="replace")
        except ExchangeError as error:
            msg = f"md5 of {query.address}: {error}"
            raise ExchangeError(msg, status=error.status, wait_s=error.wait_s) from error
        self.tally.received_bytes += len(text)
        found = _MD5.match(text)
        if not found:
            msg = f"{query.md5_address}: not an MD5 checksum ({text[:40]!r})"
            raise InputError(msg)
        return found[1]


def _md5(path: Path) -> str:
    """Return a file's MD5, which publishers state; it tells damage, not forgery."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _compare_md5(part: Path, stated: str, address: str) -> None:
    if stated and _md5(part) != stated.lower():
        msg = f"{address}: the checksum differs from the publisher's; fetch it again"
        raise InputError(msg)


def all_or_none(
    read: Callable[Concatenate[Downloader, Asked], Found],
) -> Callable[Concatenate[Downloader, Asked], Found]:
    """Decorate what reads several answers, so that wrong ones are forgotten (`together`)."""

    @wraps(read)
    def whole(downloader: Downloader, /, *args: Asked.args, **options: Asked.kwargs) -> Found:
        with downloader.together():
            return read(downloader, *args, **options)

    return whole
