"""One exchange with a server: allowed hosts alone, each redirect looked at, time bounded.

Python's own client is used, not `requests` or `httpx`: it takes proxies and certificates from the
system, as the machines of the NHS have them, and adds no dependency. What it lacks is here: a
redirect is followed only to an allowed host, and an answer that drips is given up in time.
"""

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from ssl import SSLCertVerificationError, SSLError
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from llrgeo.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

logger: logging.Logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
USER_AGENT: Final = "llrgeo (service planning; one request at a time)"

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5
_TUNNEL: Final = re.compile(r"Tunnel connection failed: [34]\d\d")
_NO_TLS: Final = re.compile(r"WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|HTTP_REQUEST")
_BY_THE_CLOCK: Final = re.compile(r"expired|not yet valid")


class ExchangeError(InputError):
    """An exchange that went wrong and may go right if it is tried again.

    Attributes
    ----------
    status
        The status of the answer; 0 if there was none.
    wait_s
        How long the server asks to wait; None if it does not say.
    """

    def __init__(self, message: str, *, status: int = 0, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Transport:
    """Opens addresses of allowed hosts.

    Attributes
    ----------
    hosts
        The hosts that may be asked, exactly as written in an address.
    clock
        Returns seconds, such as `time.monotonic`.
    idle_s
        Seconds without a byte after which a connection is given up.
    total_s
        Seconds that one answer may take in all.
    """

    hosts: frozenset[str]
    clock: Callable[[], float]
    idle_s: float = 60.0
    total_s: float = 3_600.0

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
        """Open an address; the answer has status 200, 206 or 416.

        Raises
        ------
        InputError
            If the address or a redirect is not allowed.
        ExchangeError
            If the server cannot be reached or answers with another status.
        """
        deadline = self.clock() + self.total_s
        answer = self._followed(url, headers, deadline)
        try:
            yield answer
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, InputError):
                raise
            msg = f"{url}: the answer broke off ({_line(error)})"
            raise ExchangeError(msg) from error
        finally:
            answer.close()

    def _followed(self, url: str, headers: Mapping[str, str], deadline: float) -> HTTPResponse:
        """Open an address and those it redirects to, each an allowed one."""
        address = url
        for _ in range(_MOST_REDIRECTS + 1):
            # A redirect may lead anywhere: each address is checked before it is asked.
            check_address(address, self.hosts)
            answer = self._request(address, headers, deadline)
            target = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not target:
                return _expected(answer, address)
            answer.close()
            address = urljoin(address, target)
            logger.info("redirected to %s", address)
        msg = f"{url}: redirected more than {_MOST_REDIRECTS} times"
        raise ExchangeError(msg)

    def _request(self, url: str, headers: Mapping[str, str], deadline: float) -> HTTPResponse:
        common = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        request = Request(url, headers={**common, **headers})  # noqa: S310 (checked by the caller)
        try:
            opener = _opener(url, self.clock, deadline)
            answer: HTTPResponse = opener.open(request, timeout=self.idle_s)
        except HTTPError as error:  # an answer of another status; it is looked at by the caller
            return error  # type: ignore[return-value]  # it has an answer's status, headers, close
        except (URLError, OSError, HTTPException, ValueError) as error:
            _refuse_for_good(error, url)
            hint = ", or a proxy stands in the way" if "SSL" in str(error) else ""
            msg = f"{url}: the server could not be asked{hint} ({_line(error)})"
            raise ExchangeError(msg) from error
        return answer


def check_address(url: str, hosts: frozenset[str]) -> None:
    """Refuse an address that is not https, or not of an allowed host.

    Plain http is allowed to this machine alone (127.0.0.1), for tests.

    Raises
    ------
    InputError
        Naming the address and the hosts that are allowed.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # a port that is no number is an error
    except ValueError as error:
        msg = f"{url}: not an address ({error})"
        raise InputError(msg) from error
    plain = parts.scheme == "http" and host == LOOPBACK
    if not (plain or parts.scheme == "https") or parts.username is not None:
        msg = f"{url}: only https downloads are allowed"
        raise InputError(msg)
    if host not in hosts:
        msg = f"{url}: host '{host}' is not one of those allowed ({', '.join(sorted(hosts))})"
        raise InputError(msg)


class _Timed(io.RawIOBase):
    """A connection's bytes, until the answer has taken too long in all."""

    def __init__(self, raw: io.RawIOBase, clock: Callable[[], float], deadline: float) -> None:
        super().__init__()
        self._raw, self._clock, self._deadline = raw, clock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        if self._clock() > self._deadline:
            msg = "it took too long in all"
            raise TimeoutError(msg)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """An answer whose every read looks at the clock, the headers' too."""

    def __init__(
        self,
        clock: Callable[[], float],
        deadline: float,
        sock: socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_Timed(raw, clock, deadline))


def _opener(url: str, clock: Callable[[], float], deadline: float) -> OpenerDirector:
    """Return what opens https (http on this machine) but no files or ftp, and follows nothing."""

    def timed(kind: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401 - of http
        connection = kind(*args, **options)
        connection.response_class = partial(_TimedResponse, clock, deadline)
        return connection

    class _Plain(HTTPHandler):
        def http_open(self, request: Request) -> HTTPResponse:
            return self.do_open(partial(timed, HTTPConnection), request)

    class _Secure(HTTPSHandler):
        def https_open(self, request: Request) -> HTTPResponse:
            return self.do_open(partial(timed, HTTPSConnection), request)

    # Handlers are named one by one: `build_opener` would add those for files, ftp and data, and
    # follow redirects unchecked.
    opener = OpenerDirector()
    proxies = ProxyHandler({}) if urlsplit(url).hostname == LOOPBACK else ProxyHandler()
    for handler in (
        *(proxies, _Plain(), _Secure()),
        *(HTTPDefaultErrorHandler(), HTTPErrorProcessor()),
    ):
        opener.add_handler(handler)
    return opener


def _expected(answer: HTTPResponse, url: str) -> HTTPResponse:
    """Return an answer that can be used; refuse any other status in the server's words."""
    if answer.status in {200, 206, 416}:
        return answer
    answer.close()
    msg = f"{url}: the server answered {answer.status} {answer.reason}"
    raise ExchangeError(msg, status=answer.status, wait_s=_wait_s(answer.headers))


def _refuse_for_good(error: Exception, url: str) -> None:
    """Refuse what a network's own settings stand in the way of: asking again would not help.

    Raises
    ------
    InputError
        If the certificate is not trusted, or a proxy lets nothing through.
    """
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, SSLCertVerificationError):
        clock = " Is this machine's clock right?" if _BY_THE_CLOCK.search(str(reason)) else ""
        msg = (
            f"{url}: this machine does not trust the server's certificate ({_line(error)}).{clock} "
            "Where a network looks into what passes, set SSL_CERT_FILE to its own certificates"
        )
        raise InputError(msg) from error
    if isinstance(reason, SSLError) and _NO_TLS.search(str(reason)):
        msg = (
            f"{url}: what answered does not speak https ({_line(error)}): a proxy or a login page "
            "of this network? Sign in there, or set HTTPS_PROXY to http://user:password@proxy:port"
        )
        raise InputError(msg) from error
    if _TUNNEL.search(str(reason)):
        msg = (
            f"{url}: the proxy does not let this through ({_line(error)}). Set HTTPS_PROXY to "
            "http://user:password@proxy:port, or ask for the host to be allowed"
        )
        raise InputError(msg) from error


def _wait_s(headers: Message) -> float | None:
    """Return the seconds of Retry-After; a date counts from the answer's own Date."""
    retry_after = (headers.get("Retry-After") or "").strip()
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        dates = retry_after, headers.get("Date") or ""
        until, now = (parsedate_to_datetime(text) for text in dates)
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError, IndexError):
        return None


def _line(error: Exception) -> str:
    """Return an error in few words, on one line."""
    reason = error.reason if isinstance(error, URLError) else error
    return " ".join((str(reason) or type(reason).__name__).split())[:200]
