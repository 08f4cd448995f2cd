"""Requests to one host are spaced, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Spacing:
    """Gives each request to a host its turn, `seconds` after the one before. Thread-safe."""

    def __init__(
        self, seconds: float, monotonic: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._wait = wait
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def take_turn(
        self, host: str, *, at_least: float = 0.0, patience: float | None = None
    ) -> float:
        """Wait for the host's next turn and return 0, or return the seconds that it would take.

        `at_least` is a longer spacing that the host asks for. With `patience`, nothing is waited
        for or taken when the turn is farther away than so many seconds.
        """
        now = self._monotonic()
        with self._lock:
            turn = max(now, self._next.get(host, now))
            delay = turn - now
            if patience is not None and delay > patience:
                return delay
            self._next[host] = turn + max(self._seconds, at_least)
            if len(self._next) > 10_000:
                self._next = {name: at for name, at in self._next.items() if at > now}
        if delay > 0:
            self._wait(delay)
        return 0.0
