"""A daemon as a process of its own: the real command, real files, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.daemon.parts import until

CONFIG = """\
database: {database}
sources:
  - {{id: inbox, type: corpus, path: inbox/, every: 1s}}
channels:
  console: console://
operator: console
routes:
  - {{when: {{}}, to: [console], group_by: none}}
"""
RULES = """\
rules:
  - id: troops
    title: Troops
    match: troops
"""


def folder(place: Path, database: str = "sqlite:///state/monitor.db", more: str = "") -> Path:
    """Write a configuration, a rule and an empty inbox."""
    (place / "rules").mkdir()
    (place / "inbox").mkdir()
    (place / "rules" / "watch.yaml").write_text(RULES)
    (place / "monitor.yaml").write_text(CONFIG.format(database=database) + more)
    return place


def drop(place: Path, name: str, text: str) -> None:
    """Put an article into the inbox, whole at once as a polite program does."""
    partial = place / f".{name}.part"
    partial.write_text(text, encoding="utf-8")
    partial.rename(place / "inbox" / f"{name}.txt")


class Process:
    """`monitor run` in a folder; what it logs and prints is read as it comes."""

    def __init__(
        self,
        place: Path,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "monitor"),
    ) -> None:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("NOTIFY_", "WATCHDOG_", "MONITOR_", "CREDENTIALS_"))
        }
        self.process = subprocess.Popen(
            [*command, "run", *arguments],
            cwd=place,
            env={**inherited, "PYTHONUNBUFFERED": "1", **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._lock = threading.Lock()
        self._lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._threads = [
            threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._lines
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, name: str) -> None:
        stream = getattr(self.process, name)
        for line in stream:
            with self._lock:
                self._lines[name].append(line.rstrip("\n"))

    @property
    def printed(self) -> str:
        with self._lock:
            return "\n".join(self._lines["stdout"])

    @property
    def said(self) -> str:
        with self._lock:
            return "\n".join(self._lines["stderr"])

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """The log's lines so far, all or of one event."""
        with self._lock:
            lines = [json.loads(line) for line in self._lines["stderr"] if line.startswith("{")]
        return [line for line in lines if name in {"", line["event"]}]

    def await_event(self, name: str, count: int = 1) -> dict[str, Any]:
        """Wait for an event of the log, and return it."""

        def there() -> bool:
            assert self.process.poll() is None, f"it has ended: {self.said}"
            return len(self.events(name)) >= count

        until(there)
        return self.events(name)[count - 1]

    def await_print(self, text: str) -> None:
        until(lambda: text in self.printed)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(300)
        for thread in self._threads:
            thread.join(300)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
