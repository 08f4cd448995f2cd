"""The reader of sources: a new one when what it was made with changes, the former one closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from monitor.config.settings import Settings
from monitor.ports import SourceReader


class ClosingReader(SourceReader, Protocol):
    """A reader that holds connections."""

    def close(self) -> None:
        """Close them."""


class Readers:
    """Keeps the reader in force. `monotonic` is the clock of the polls' beginnings."""

    def __init__(
        self,
        make: Callable[[Settings], ClosingReader],
        settings: Settings,
        monotonic: Callable[[], float],
    ) -> None:
        self._make = make
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._made_of = _parts(settings)
        self._reader = make(settings)
        self._former: list[tuple[float, ClosingReader]] = []

    def current(self) -> SourceReader:
        """Return the reader for a poll that begins now."""
        with self._lock:
            return self._reader

    def follow(self, settings: Settings) -> None:
        """Make a new reader if the configuration asks for another."""
        parts = _parts(settings)
        with self._lock:
            if parts != self._made_of:
                self._former.append((self._monotonic(), self._reader))
                self._reader = self._make(settings)
                self._made_of = parts

    def close_former(self, oldest_poll: float | None) -> None:
        """Close the readers that no poll uses any more, by when the oldest one began."""
        with self._lock:
            idle = [
                (since, reader)
                for since, reader in self._former
                if oldest_poll is None or oldest_poll > since
            ]
            self._former = [entry for entry in self._former if entry not in idle]
        for _, reader in idle:
            reader.close()

    def close(self) -> None:
        """Close all."""
        self.close_former(None)
        self._reader.close()


def _parts(settings: Settings) -> tuple[str, frozenset[str]]:
    return settings.contact, frozenset(source.url for source in settings.sources)
