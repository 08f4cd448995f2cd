"""The heartbeat: an address that is asked while polls and deliveries work, and else is not.

Whoever listens there (healthchecks.io, say) raises the alarm when nobody asks any more: also when
the machine, the network or this program is gone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog

from monitor.config.secrets import redact
from monitor.config.settings import Heartbeat as Settings
from monitor.daemon.core import Core
from monitor.daemon.health import Health
from monitor.errors import SourceError
from monitor.sources.fetching import Fetcher, Limits, Request, host_of

log = structlog.get_logger(part="heartbeat")

_LARGEST = 100_000
_DEADLINE = 20.0


class Heartbeat:
    """Asks the address at its interval, only while there is nothing to doubt.

    Redirects to private addresses are not followed, unless to the configured host itself.
    """

    def __init__(self, core: Core, *, health: Health) -> None:
        self._core = core
        self._health = health
        self._metrics = core.metrics
        self._fetcher: Fetcher | None = None
        self._last: tuple[Settings, float] | None = None
        self._doubted = False

    def turn(self) -> float | None:
        """Ask if it is time and all is well; return the seconds until the next time."""
        wanted = self._core.settings.heartbeat
        if wanted is None:
            return None
        now = self._core.monotonic()
        if self._last is not None and self._last[0] == wanted:
            left = self._last[1] + wanted.every.total_seconds() - now
            if left > 0:
                return left
        self._last = (wanted, now)
        doubts = self._health.doubts()
        if bool(doubts) != self._doubted:
            self._doubted = bool(doubts)
            tell = log.warning if doubts else log.info
            tell("heartbeat-withheld" if doubts else "heartbeat-goes-on", doubts=list(doubts))
        if doubts:
            self._metrics.heartbeats.labels("withheld").inc()
        else:
            self._ask(wanted)
        return wanted.every.total_seconds()

    def close(self) -> None:
        """Close its connections."""
        if self._fetcher is not None:
            self._fetcher.close()

    def _ask(self, wanted: Settings) -> None:
        if self._fetcher is None:
            self._fetcher = Fetcher(
                limits=Limits(deadline=_DEADLINE), monotonic=self._core.monotonic
            )
        host = host_of(wanted.url)
        try:
            answer = self._fetcher.get(
                Request(url=wanted.url, limit=_LARGEST, named=frozenset({host}))
            )
        except SourceError as error:
            self._failed(wanted, str(error))
            return
        if answer.status >= 400:
            self._failed(wanted, f"{host} answered {answer.status}")
            return
        self._metrics.heartbeats.labels("answered").inc()
        self._metrics.heartbeat.set(self._core.now().timestamp())

    def _failed(self, wanted: Settings, why: str) -> None:
        self._metrics.heartbeats.labels("failed").inc()
        # Whoever knows the path can keep the alarm quiet.
        secret = urlsplit(wanted.url).path.strip("/")
        log.warning("heartbeat-failed", error=redact(why, frozenset({secret})))
