"""What every part of the daemon works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.config.settings import Settings
from monitor.daemon.generation import Generation
from monitor.daemon.metrics import Metrics
from monitor.daemon.pulse import Pulse
from monitor.ports import Clock
from monitor.store.database import SqlStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The database, the clocks, what is in force, and where progress is noted."""

    store: SqlStore
    clock: Clock
    monotonic: Callable[[], float]
    """Seconds on a clock that never jumps."""
    generation: Callable[[], Generation]
    """Returns what is in force: to be asked anew for every piece of work."""
    metrics: Metrics
    pulse: Pulse

    @property
    def settings(self) -> Settings:
        """The configuration in force."""
        return self.generation().settings

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock.now()
