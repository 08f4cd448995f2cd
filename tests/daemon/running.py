"""A whole daemon inside a test: real files, database and threads; sources and channels played."""

from __future__ import annotations

import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.daemon.footprint import footprint
from monitor.daemon.loading import load
from monitor.daemon.polling import Patience
from monitor.daemon.service import Outside, Service
from monitor.daemon.systemd import Notify
from monitor.store import SqlStore, open_store
from tests.daemon.parts import Answering, Notifier, Reader, article

CONFIG = """\
database: {database}
sources:
  - {{id: wire, type: feed, url: https://wire.example/feed, every: 1s}}
channels:
  desk: json://desk.example/
operator: desk
routes:
  - {{when: {{}}, to: [desk], group_by: none}}
"""
RULES = """\
rules:
  - id: troops
    title: Troops
    match: troops
"""


class SetClock:
    """The machine's clocks, which a test can set forward and back."""

    def __init__(self) -> None:
        self.wall = timedelta()
        self.steady = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.wall

    def monotonic(self) -> float:
        return time.monotonic() + self.steady


class Manager:
    """A service manager: hears what the daemon says on its socket."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()  # socket paths are short
        self.path = f"{self._folder.name}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._lock = threading.Lock()
        self._heard: list[dict[str, str]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while data := self._socket.recv(65536):
            lines = data.decode().split("\n")
            with self._lock:
                self._heard.append(dict(line.split("=", 1) for line in lines))

    @property
    def heard(self) -> list[dict[str, str]]:
        with self._lock:
            return list(self._heard)

    def all(self, name: str) -> list[str]:
        """Every value of one variable, in order."""
        return [message[name] for message in self.heard if name in message]

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(b"", self.path)
        self._thread.join(300)
        self._socket.close()
        self._folder.cleanup()


def once(*titles: str) -> Answering:
    """Let sources give the same articles, again and again."""
    given = [replace(article(title), published=None) for title in titles]
    return lambda *_: given


@dataclass
class Daemon:
    """A service with what it works on; `start` it, and it is stopped at the end of the block."""

    folder: Path
    database: str
    reader: Reader = field(default_factory=Reader)
    notifier: Notifier = field(default_factory=Notifier)
    clock: SetClock = field(default_factory=SetClock)
    environ: dict[str, str] = field(default_factory=dict)
    busy_seconds: float = 0.5

    def __post_init__(self) -> None:
        self.readers = [self.reader]
        self.config = self.folder / "monitor.yaml"
        self.rules = self.folder / "rules" / "watch.yaml"
        if not self.config.exists():
            self.rules.parent.mkdir()
            self.config.write_text(CONFIG.format(database=self.database))
            self.rules.write_text(RULES)
        self.store: SqlStore = open_store(self.database, busy_seconds=self.busy_seconds)
        read = footprint(self.config, self.rules.parent)
        self.service = Service(
            load(self.config, self.environ, self.clock.now()),
            Outside(
                store=self.store,
                reader=self._make_reader,
                notifier=self.notifier,
                clock=self.clock,
                monotonic=self.clock.monotonic,
                environ=self.environ,
                notify=Notify(self.environ),
                patience=Patience(network=300.0, corpus=300.0, after_error=0.1, after_busy=0.1),
                rest=0.2,
            ),
            path=self.config,
            read=read,
        )

    def _make_reader(self, _settings: object) -> Reader:
        self.readers.append(Reader(self.reader.answer))
        return self.readers[-1]

    @property
    def polled(self) -> list[str]:
        """The sources that were polled, in order."""
        return [source for reader in self.readers for source in reader.polled]

    def answer(self, answer) -> None:
        """Let all sources answer so."""
        self.reader.answer = answer
        for reader in self.readers:
            reader.answer = answer

    def start(self) -> Self:
        self.service.start()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.service.stop()
        self.store.close()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the write lock of an SQLite database, as some other program might."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
