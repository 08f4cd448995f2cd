"""One attempt to send: what it did, within what time, and how it is ended from outside."""

from __future__ import annotations

import contextlib
import logging
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.model.alert import Answer, DeliveryOutcome

_MOST_RECORDS = 200
_GRACE = 1.0
"""Seconds that an attempt gets to come back after its sockets were shut."""


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an HTTP response."""

    status: int
    retry_after: str | None


class Call:
    """What one attempt did. Written by the thread that runs it, ended by the one that waits."""

    def __init__(self) -> None:
        self.responses: list[Response] = []
        self.records: list[logging.LogRecord] = []
        self._closers: list[Callable[[], object]] = []
        self._lock = threading.Lock()
        self._cut = False

    def on_cut(self, closer: Callable[[], object]) -> None:
        """Have something closed when the attempt is given up; at once if it was already."""
        with self._lock:
            cut = self._cut
            self._closers.append(closer)
        if cut:
            closer()

    def log(self, record: logging.LogRecord) -> None:
        """Keep what was logged, up to a bound."""
        if len(self.records) < _MOST_RECORDS:
            self.records.append(record)

    def cut(self) -> None:
        """Close what is open, so that the thread that waits on it comes back."""
        with self._lock:
            self._cut = True
            closers = tuple(self._closers)
        for closer in closers:
            closer()

    def messages(self) -> Iterator[tuple[str, bytes | None]]:
        """Return what was logged: each message, and the bytes among its arguments if any."""
        for record in self.records:
            arguments = record.args if isinstance(record.args, tuple) else ()
            raw = next((value for value in arguments if isinstance(value, bytes)), None)
            yield record.getMessage(), raw

    def complaints(self) -> list[str]:
        """Return the warnings and errors among what was logged."""
        return [rec.getMessage() for rec in self.records if rec.levelno >= logging.WARNING]


def shut(sock: socket.socket | None) -> None:
    """End a connection under whoever reads from it; one that is closed stays so."""
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


class Worker:
    """A thread that makes attempts, one after another, until it is told to end.

    It is started by the first, and ends when the one it is at has come back. To be used by one
    caller at a time.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True, name="delivery")

    def take(self, work: Callable[[], object]) -> None:
        """Do something when what was given before is done."""
        self._work.put(work)
        if self._thread.ident is None:
            self._thread.start()

    def end(self) -> None:
        """Let the thread end; it is not waited for."""
        self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


class Attempt:
    """Work that may hang, done by a thread that can be left behind with it."""

    def __init__(self, work: Callable[[Call], Answer]) -> None:
        self._work = work
        self._call = Call()
        self._answer: Answer | None = None
        self._late: Callable[[Answer], None] | None = None
        self._lock = threading.Lock()
        self._back = threading.Event()

    @property
    def runs(self) -> bool:
        """Whether it has not come back yet."""
        return not self._back.is_set()

    def within(self, limit: float, worker: Worker) -> Answer | None:
        """Have it done and return the answer; None when there was none within `limit` seconds.

        Then its sockets are shut. A yes that comes all the same within a second counts.
        """
        worker.take(self._run)
        if self._back.wait(limit):
            return self._answer
        self._call.cut()
        self._back.wait(min(limit, _GRACE))
        with self._lock:
            answer = self._answer
        return answer if answer and answer.outcome is DeliveryOutcome.DELIVERED else None

    def when_late(self, keep: Callable[[Answer], None]) -> None:
        """Have the answer handed over when it comes; at once if it has come meanwhile."""
        with self._lock:
            self._late = keep
            answer = self._answer
        if answer is not None:
            keep(answer)

    def _run(self) -> None:
        try:
            answer = self._work(self._call)
            with self._lock:
                self._answer = answer
                late = self._late
            if late is not None:
                late(answer)
        finally:
            self._back.set()
