"""The machine's clock, and when it is set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from monitor.ports import Clock

NOTICEABLE = timedelta(seconds=5)
"""A smaller difference is how clocks drift and are kept right."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)


class ClockWatch:
    """Compares the wall clock with one that never jumps (`monotonic`, in seconds)."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._wall = clock.now()
        self._steady = monotonic()

    def jump(self) -> timedelta | None:
        """Return by how much the wall clock was set since the last look; None if it was not.

        A machine that was suspended looks like a clock set forward.
        """
        wall, steady = self._clock.now(), self._monotonic()
        moved = (wall - self._wall) - timedelta(seconds=steady - self._steady)
        self._wall, self._steady = wall, steady
        return moved if abs(moved) >= NOTICEABLE else None
