"""A stage that runs for years: a turn at a time, woken by work, ended by no error."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from monitor.daemon.metrics import Metrics
from monitor.daemon.pulse import Pulse
from monitor.errors import MonitorError

log = structlog.get_logger(part="stage")

# Seconds.
LONGEST_REST = 30.0
_FIRST_RETRY = 1.0
_LONGEST_RETRY = 60.0
TURN_LIMIT = 300.0
"""How long one turn may take before the stage counts as stuck."""

Turn = Callable[[], float | None]


class Stage:
    """Runs `turn` in a thread of its own, again when woken, and after the rest it asks for.

    `turn` returns how many seconds it can rest at most (None: until woken). A turn that raises is
    logged and counted, and tried again after 1 s, 2 s, 4 s … up to a minute. `limit` is how many
    seconds a turn may go on without `progress` before the stage counts as stuck.
    """

    def __init__(
        self, name: str, turn: Turn, *, pulse: Pulse, metrics: Metrics, limit: float = TURN_LIMIT
    ) -> None:
        self.name = name
        self._turn = turn
        self._pulse = pulse
        self._metrics = metrics
        self._limit = limit
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is work; the present turn is followed by another at once."""
        self._awake.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to end: a long turn looks now and then."""
        return self._stopping.is_set()

    def progress(self) -> None:
        """Say that the present turn gets on."""
        self._pulse.beat(self.name, self._limit)

    def stop(self) -> None:
        """Ask it to end after the present turn."""
        self._stopping.set()
        self._awake.set()

    def join(self, within: float) -> bool:
        """Wait for its end, at most so many seconds; return whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(max(within, 0.0))
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._awake.clear()
                self.progress()
                rest = self._one_turn()
                self._pulse.beat(self.name, rest + self._limit)
                self._awake.wait(rest)
        finally:
            self._pulse.retire(self.name)

    def _one_turn(self) -> float:
        try:
            rest = self._turn()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next turn is tried
            return self._failed(error)
        if self._failures:
            log.info("turn-works-again", stage=self.name, failures=self._failures)
        self._failures = 0
        return LONGEST_REST if rest is None else min(max(rest, 0.0), LONGEST_REST)

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        self._metrics.errors.labels(self.name.partition(" ")[0]).inc()
        log.error(
            "turn-failed",
            stage=self.name,
            error=str(error) or type(error).__name__,
            failures=self._failures,
            exc_info=not isinstance(error, MonitorError),
        )
        return min(_FIRST_RETRY * 2.0 ** min(self._failures - 1, 10), _LONGEST_RETRY)
