"""The operator: a person who hears of troubles once when they begin, and once when they end."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from monitor.daemon.generation import Generation
from monitor.errors import StoreError
from monitor.model.rule import Level
from monitor.pipeline.notice import notice
from monitor.ports import Clock
from monitor.store.database import SqlStore

log = structlog.get_logger("operator")

WELL = "well"


class Operator:
    """Puts notices into the outbox, each state of each matter once; safe from several threads."""

    def __init__(
        self,
        *,
        store: SqlStore,
        generation: Callable[[], Generation],
        clock: Clock,
        woken: Callable[[str], None],
    ) -> None:
        self._store = store
        self._generation = generation
        self._clock = clock
        self._woken = woken

    def tell(self, matter: str, text: str, *, level: Level = Level.MEDIUM) -> None:
        """Tell something that happened, whatever was told before."""
        self._put(matter, state=None, subject=matter, text=text, level=level)

    def trouble(self, matter: str, state: str, text: str, *, level: Level = Level.HIGH) -> None:
        """Tell that a matter is in a bad state, unless it was in the same one already."""
        self._put(matter, state=state, subject=matter, text=text, level=level)

    def well(self, matter: str, text: str) -> None:
        """Tell that a matter is well again, if it was told to be bad."""
        self._put(matter, state=WELL, subject=matter, text=text, level=Level.LOW)

    def _put(self, key: str, *, state: str | None, subject: str, text: str, level: Level) -> None:
        now = self._clock.now()
        channel = self._generation().settings.operator
        alert = None
        if channel is not None:
            alert = notice(channel, key=key, subject=subject, text=text, now=now, level=level)
        try:
            if state is None:
                new = alert is not None
                if alert is not None:
                    self._store.enqueue(alert)
            elif state == WELL and self._store.told().get(key, WELL) == WELL:
                new = False
            else:
                new = self._store.tell(key, state, alert, now)
        except StoreError as error:
            # The database itself is in trouble: the log is the only one left to tell.
            log.error("notice-not-stored", matter=key, text=text, error=str(error))
            return
        if new:
            log.warning("notice", matter=key, text=text)
            if channel is not None:
                self._woken(channel)
