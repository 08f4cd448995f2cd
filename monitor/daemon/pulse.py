"""Real progress: each stage beats when it has done a turn, and is stuck when it has not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stuck:
    """A stage that has not beaten for longer than it may."""

    stage: str
    silent: float
    """Seconds since its last beat."""
    allowed: float

    def __str__(self) -> str:
        return f"{self.stage} has made no progress for {self.silent:.0f} s"


class Pulse:
    """Collects the stages' beats; safe to use from several threads.

    `monotonic` gives seconds on a clock that never jumps, so that a change of the wall clock or a
    suspended machine looks like nothing or like one late beat.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._beats: dict[str, tuple[float, float]] = {}

    def beat(self, stage: str, allowed: float) -> None:
        """Say that a stage lives, and within how many seconds it will say so again."""
        with self._lock:
            self._beats[stage] = (self._monotonic(), allowed)

    def retire(self, stage: str) -> None:
        """Forget a stage that ended as it should."""
        with self._lock:
            self._beats.pop(stage, None)

    def stuck(self) -> tuple[Stuck, ...]:
        """Return the stages that are overdue, by name."""
        now = self._monotonic()
        with self._lock:
            beats = sorted(self._beats.items())
        return tuple(
            Stuck(stage, now - at, allowed) for stage, (at, allowed) in beats if now - at > allowed
        )
