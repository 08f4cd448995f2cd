"""The operator: a person who hears of troubles once when they begin, and once when they end."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from monitor.daemon.core import Core
from monitor.errors import StoreError
from monitor.model.rule import Level
from monitor.pipeline.notice import notice

log = structlog.get_logger(part="operator")

WELL = "well"


class Operator:
    """Puts notices into the outbox, each state of each matter once; safe from several threads.

    Without an operator's channel, the log is told alone.
    """

    def __init__(self, core: Core, *, woken: Callable[[str], None]) -> None:
        self._core = core
        self._store = core.store
        self._woken = woken

    def tell(self, matter: str, text: str, *, level: Level = Level.MEDIUM) -> None:
        """Tell something that happened, whatever was told before."""
        self._put(matter, state=None, text=text, level=level)

    def trouble(self, matter: str, state: str, text: str, *, level: Level = Level.HIGH) -> None:
        """Tell that a matter is in a bad state, unless it was in the same one already."""
        self._put(matter, state=state, text=text, level=level)

    def well(self, matter: str, text: str) -> None:
        """Tell that a matter is well again, if it was told to be bad."""
        self._put(matter, state=WELL, text=text, level=Level.LOW)

    def _put(self, matter: str, *, state: str | None, text: str, level: Level) -> None:
        now = self._core.now()
        channel = self._core.settings.operator
        alert = None
        if channel is not None:
            alert = notice(channel, key=matter, subject=matter, text=text, now=now, level=level)
        try:
            if state is None:
                new = True
                if alert is not None:
                    self._store.enqueue(alert)
            elif state == WELL and self._store.told().get(matter, WELL) == WELL:
                new = False
            else:
                new = self._store.tell(matter, state, alert, now)
        except StoreError as error:
            # The database itself is in trouble: the log is the only one left to tell.
            log.error("notice-not-stored", matter=matter, text=text, error=str(error))
            return
        if new:
            log.warning("notice", matter=matter, text=text)
            if channel is not None:
                self._woken(channel)
