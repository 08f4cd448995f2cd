"""Connections: resolved, checked and watched by the clock, below the HTTP library.

httpcore's time limits hold for one read each; a server that sends a byte now and then would keep
a request for days. Every stream here asks a deadline of its request instead, and every connection
goes to an address that was checked after the name was resolved.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from monitor.errors import SourceError
from monitor.sources.addresses import forbidden

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host; raises OSError."""

_MOST_ADDRESSES = 4


class ForbiddenAddress(SourceError):
    """A host is at an address that no request may go to unless the configuration names the host."""


class Deadlines(threading.local):
    """The moment by which the request of the present thread must be done."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.at: float | None = None

    def remaining(self, limit: float | None) -> float:
        """Return the seconds that the next operation may take: at most `limit`.

        Raises `httpcore.ReadTimeout` when the request's time is over.
        """
        left = 60.0 if limit is None else limit
        if self.at is not None:
            left = min(left, self.at - self.clock())
        if left <= 0:
            raise httpcore.ReadTimeout("the whole request took too long")
        return left


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host by the system's resolver, in its order, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Backend(httpcore.NetworkBackend):
    """Connects to resolved and, if `guarded`, checked addresses, under the thread's deadline."""

    def __init__(self, deadlines: Deadlines, resolve: Resolve, *, guarded: bool) -> None:
        self._deadlines = deadlines
        self._resolve = resolve
        self._guarded = guarded
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers.

        Raises `ForbiddenAddress` when the host has none that is allowed.
        """
        addresses = self._resolved(host, port, timeout)
        if self._guarded:
            reasons = [forbidden(address) for address in addresses]
            allowed = [address for address, why in zip(addresses, reasons, strict=True) if not why]
            if not allowed:
                raise ForbiddenAddress(
                    f"{host} is at {addresses[0]}, {reasons[0]}: only a host that the "
                    "configuration names as a source may be there"
                )
            addresses = allowed
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._deadlines.remaining(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadlines)
        raise failure

    def _resolved(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        """Return the host's addresses; a resolver that hangs is left behind at the deadline."""
        with suppress(ValueError):
            return [str(ip_address(host))]
        answer: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answer.put(error if isinstance(error, OSError) else OSError(str(error)))

        # The system's resolver cannot be interrupted; the thread ends with it.
        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            found = answer.get(timeout=self._deadlines.remaining(timeout))
        except Empty:
            raise httpcore.ConnectTimeout(
                f"the name {host} could not be resolved in time"
            ) from None
        if isinstance(found, OSError):
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {_said(found)}")
        return found


def _said(error: OSError) -> str:
    return error.strerror or str(error)


class _Stream(httpcore.NetworkStream):
    """A connection whose every operation asks the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadlines: Deadlines) -> None:
        self._stream = stream
        self._deadlines = deadlines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadlines.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadlines.remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(
            ssl_context, server_hostname, self._deadlines.remaining(timeout)
        )
        return _Stream(stream, self._deadlines)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
