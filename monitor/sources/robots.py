"""robots.txt: asked once a day for each host that pages are read from (RFC 9309)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.articles.encoding import decode
from monitor.errors import SourceError
from monitor.sources.fetching import Fetcher, Request, host_of
from monitor.sources.spacing import Spacing

_LIMIT = 512_000  # bytes; RFC 9309, section 2.5 asks for 500 KiB
_FRESH = timedelta(days=1)
_RETRY = timedelta(hours=1)
_MOST_HOSTS = 2_000
_LONGEST_DELAY = 10.0


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one host asks of robots; `rules` None forbids everything (it could not be asked)."""

    rules: Protego | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a page may be fetched, and the spacing (seconds) that its host asks for."""

    allowed: bool
    delay: float = 0.0
    certain: bool = True
    """Whether the host said so; False when its robots.txt could not be read, which may change."""


class Robots:
    """Remembers the robots.txt of hosts. Thread-safe."""

    def __init__(self, fetcher: Fetcher, spacing: Spacing) -> None:
        self._fetcher = fetcher
        self._spacing = spacing
        self._known: dict[str, _Rules] = {}
        self._lock = threading.Lock()

    def permission(self, url: str, named: frozenset[str], now: datetime) -> Permission:
        """Return whether this program may fetch a page.

        A host without robots.txt (4xx) allows everything; one whose robots.txt cannot be reached
        allows nothing until it can (RFC 9309, section 2.3.1).
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            known = self._known.get(origin)
        if known is None or known.until <= now:
            known = self._asked(origin, host_of(url), named, now)
            with self._lock:
                if len(self._known) >= _MOST_HOSTS:
                    self._known.clear()
                self._known[origin] = known
        if known.rules is None:
            return Permission(allowed=False, certain=False)
        agent = self._fetcher.user_agent
        delay = min(float(known.rules.crawl_delay(agent) or 0.0), _LONGEST_DELAY)
        return Permission(allowed=bool(known.rules.can_fetch(url, agent)), delay=delay)

    def _asked(self, origin: str, host: str, named: frozenset[str], now: datetime) -> _Rules:
        self._spacing.take_turn(host)
        try:
            answer = self._fetcher.get(
                Request(url=f"{origin}/robots.txt", limit=_LIMIT, accept="text/plain", named=named)
            )
        except SourceError:
            return _Rules(None, now + _RETRY)
        if answer.status == 429 or answer.status >= 500:
            return _Rules(None, now + _RETRY)
        decoded = decode(answer.body) if answer.status == 200 else None
        return _Rules(Protego.parse(decoded.text if decoded is not None else ""), now + _FRESH)
