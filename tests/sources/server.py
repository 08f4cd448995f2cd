"""A real HTTP server on loopback that misbehaves on demand, and a clock that a test can push."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from monitor.model.source import PollItem, Source, SourceState
from monitor.sources.connections import resolve


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    host: str


@dataclass
class Reply:
    """What to answer. With `raw`, exactly these pieces are sent and the connection is closed."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: Iterable[bytes] | None = None
    close: bool = False
    """Close the connection afterwards without having said so."""
    reset: bool = False
    """Reset the connection instead of answering."""


Answer = Callable[[Asked], Reply]


def packed(body: bytes, **headers: str) -> Reply:
    """Return a gzip-packed reply."""
    return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip", **headers})


def forever(piece: bytes) -> Iterator[bytes]:
    """Yield a piece again and again, until the other side has had enough."""
    while True:
        yield piece


class Server:
    """Answers each path by its function; 404 for others. A context manager."""

    def __init__(
        self, *, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
    ) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.answers: dict[str, Answer] = {}
        self._context = context
        self._socket = socket.create_server((address, 0))
        self._open: set[socket.socket] = set()
        self._closing = False
        self.port = self._socket.getsockname()[1]
        self.host = f"{address}:{self.port}"
        self.url = f"{'https' if context else 'http'}://{self.host}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def on(self, path: str, *replies: Reply | Answer) -> str:
        """Answer a path with these in turn, the last one for ever; return the whole address."""
        todo = list(replies)

        def answer(asked: Asked) -> Reply:
            reply = todo.pop(0) if len(todo) > 1 else todo[0]
            return reply if isinstance(reply, Reply) else reply(asked)

        self.answers[path] = answer
        return self.url + path

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            # Each reply goes out in one piece: small writes must not wait for acknowledgements.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._open.add(connection)
            with connection, connection.makefile("rb") as lines:
                while self._one(connection, lines):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(connection)

    def _one(self, connection: socket.socket, lines: Iterable[bytes]) -> bool:
        head: list[str] = []
        for line in lines:
            text = line.decode("latin-1").rstrip("\r\n")
            if not text:
                break
            head.append(text)
        if not head:
            return False
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])
        }
        asked = Asked(head[0].split(" ")[1], headers, headers.get("host", ""))
        self.asked.append(asked)
        answer = self.answers.get(asked.path.partition("?")[0])
        reply = answer(asked) if answer is not None else Reply(b"no such page", 404)
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if reply.raw is not None:
            for piece in reply.raw:
                connection.sendall(piece)
            return False
        fields = {"Content-Length": str(len(reply.body)), **reply.headers}
        lines_out = [f"HTTP/1.1 {reply.status} Said"]
        lines_out += [f"{name}: {value}" for name, value in fields.items()]
        body = b"" if reply.status in {204, 304} else reply.body
        connection.sendall("\r\n".join([*lines_out, "", ""]).encode("latin-1") + body)
        return not reply.close


class FakeTime:
    """Seconds that pass only when somebody waits, and `step` of them at every look."""

    def __init__(self, step: float = 0.0) -> None:
        self.seconds = 1_000.0
        self.step = step
        self.waited: list[float] = []

    def monotonic(self) -> float:
        """Return the present second."""
        self.seconds += self.step
        return self.seconds

    def wait(self, seconds: float) -> None:
        """Let time pass at once."""
        self.waited.append(seconds)
        self.seconds += seconds


class Files:
    """What a corpus has read before, in memory."""

    def __init__(self) -> None:
        self.signatures: dict[tuple[str, str], str] = {}

    def signature(self, source: str, path: str) -> str | None:
        """Return the signature that a file was read with."""
        return self.signatures.get((source, path))


def fresh(source: Source) -> SourceState:
    """Return the state of a source never polled."""
    return SourceState(source=source.id)


def kinds(items: Iterable[PollItem]) -> list[str]:
    """Return the names of the items' kinds."""
    return [type(item).__name__ for item in items]


def resolve_here(host: str, port: int) -> Sequence[str]:
    """Resolve what needs no network: no test asks a name server."""
    if host == "localhost" or not host.rpartition(".")[2].isalpha():
        return resolve(host, port)
    raise socket.gaierror(-2, f"{host} would be asked for on the network")
