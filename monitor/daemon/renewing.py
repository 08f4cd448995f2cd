"""After an upgrade: what another version stored of articles is worked out anew before polls begin.

Until then what comes in would be compared with nothing, and old news would be alerted on again.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from monitor.daemon.core import Core
from monitor.daemon.health import Health

log = structlog.get_logger(part="renewing")

_MATTER = "features"


def renew(
    core: Core,
    *,
    progress: Callable[[], object] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Bring stored story features to this version; False when it was told to stop before the end.

    Raises StoreError; what was done until then stays done.
    """
    store = core.store
    if store.has_renewed():
        return True
    now = core.now()
    stale = store.stale(now)
    if stale:
        log.info("recomputing-story-features", articles=stale)
    done = store.renew(now, progress=lambda _: progress(), stopping=stopping)
    if done.articles:
        log.info(
            "recomputed-story-features",
            articles=done.articles,
            without_text=done.without_text,
            whole=done.whole,
        )
    return done.whole


class Renewing:
    """A stage's work: once, after a start; sources are polled when it is `done`."""

    def __init__(self, core: Core, *, health: Health, on_done: Callable[[], None]) -> None:
        self._core = core
        self._health = health
        self._on_done = on_done
        self.progress: Callable[[], None] = lambda: None
        """Called after each batch."""
        self.stopping: Callable[[], bool] = lambda: False
        """Whether to end before the next batch."""
        self.done = False

    def begin(self) -> None:
        """See at the start whether there is anything to do. Raises StoreError."""
        self.done = self._core.store.has_renewed()
        if not self.done:
            self._health.doubt(
                _MATTER,
                "story features are being recomputed for this version: "
                "sources are polled when that is done",
            )

    def turn(self) -> float | None:
        """Do it, unless it is done."""
        if not self.done and renew(self._core, progress=self.progress, stopping=self.stopping):
            self.done = True
            self._health.doubt(_MATTER, "")
            self._on_done()
        return None
