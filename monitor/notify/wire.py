"""Watching one attempt on the wire: statuses, Retry-After, what apprise logs, and its sockets.

apprise answers yes or no. Why it was no stands in its log and in the HTTP response, which its
plugins keep to themselves. Both are seen here without touching apprise: its logger gets a filter,
and urllib3 (that requests, and so every plugin, stands on) a connection class of our own, as
`HTTPConnectionPool.ConnectionCls` is there for. What a call made is kept for the thread that runs
it, and goes nowhere else: neither logger passes anything on, because both write addresses with
their secrets.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Generator, Iterator
from contextvars import ContextVar
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

from monitor.notify.calls import Call, Response, shut

_LONGEST_BODY = 1_000_000
"""Bytes of a response that are read; what a receiver says beyond is not waited for."""
_QUIET = (
    "apprise",
    "requests",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.util.retry",
)


_current: ContextVar[Call | None] = ContextVar("call", default=None)


@contextlib.contextmanager
def watched(call: Call) -> Iterator[None]:
    """Collect what this thread's requests and apprise's log say in `call`."""
    _watch()
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


class _Records(logging.Filter):
    """Keeps records for the call that made them and lets none pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        call = _current.get()
        if call is not None:
            call.log(record)
        return False


class _BoundedResponse(HTTPResponse):
    """A response that is read only so far."""

    def stream(self, *args: Any, **kwargs: Any) -> Generator[bytes, None, None]:
        read = 0
        for chunk in super().stream(*args, **kwargs):
            read += len(chunk)
            if read > _LONGEST_BODY:
                shut(getattr(self._connection, "sock", None))
                return
            yield chunk


class _WatchedConnection(HTTPConnection):
    """A connection that tells the call of its socket and of each response's head."""

    def connect(self) -> None:
        super().connect()
        _tell_socket(self)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        return _tell_response(super().getresponse())


class _WatchedSecureConnection(HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        super().connect()
        _tell_socket(self)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        return _tell_response(super().getresponse())


def _tell_socket(connection: HTTPConnection) -> None:
    call, sock = _current.get(), connection.sock
    if call is not None and isinstance(sock, socket.socket):
        call.on_cut(lambda: shut(sock))


def _tell_response(response: HTTPResponse) -> HTTPResponse:
    call = _current.get()
    if call is not None:
        call.responses.append(Response(response.status, response.headers.get("Retry-After")))
        response.__class__ = _BoundedResponse
    return response


_records = _Records()


def _nowhere(*_: object, **__: object) -> tuple[str, int, str, None]:
    """Spare the search for the line that logs: nothing reads it, and it outlasts the rest."""
    return "", 0, "", None


def _watch() -> None:
    """Put the watchers in place; they stay."""
    if HTTPConnectionPool.ConnectionCls is _WatchedConnection:
        return
    HTTPConnectionPool.ConnectionCls = _WatchedConnection
    HTTPSConnectionPool.ConnectionCls = _WatchedSecureConnection
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.addFilter(_records)
        logger.findCaller = _nowhere  # type: ignore[method-assign]  # for these loggers alone
        logger.setLevel(logging.DEBUG if name == "apprise" else logging.WARNING)
