"""A guard over all tests: connections to other machines are refused, and counted."""

import socket
from typing import Any

_OWN = ("", "localhost", "::1", "0.0.0.0", "::")  # noqa: S104 (names of this machine)
OUTSIDE: list[str] = []  # connections, and questions for an address, that left this machine


def _is_own(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    return name in _OWN or name.startswith("127.")


def guard_connections() -> None:
    """Refuse, and count, every connection to another machine, for all tests and fixtures."""
    getaddrinfo = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **named: Any) -> Any:
        if not _is_own(host):
            OUTSIDE.append(f"the address of {host}")
            raise socket.gaierror(socket.EAI_FAIL, f"no test asks for {host}")
        return getaddrinfo(host, *more, **named)

    def guarded(connect: Any) -> Any:
        def connected(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_own(address[0]):
                OUTSIDE.append(f"a connection to {address[0]}")
                msg = f"no test connects to {address[0]}"
                raise ConnectionRefusedError(msg)
            return connect(self, address)

        return connected

    socket.getaddrinfo = resolve
    socket.socket.connect = guarded(socket.socket.connect)
    socket.socket.connect_ex = guarded(socket.socket.connect_ex)
