"""The text of an article from its own page, fetched politely and within a poll's budget."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.articles.encoding import decode, html_encoding
from monitor.articles.html import read_page
from monitor.sources.connections import ForbiddenAddress
from monitor.sources.entries import FullText
from monitor.sources.fetching import Fetcher, Limits, Request, Unreachable, Unusable, host_of
from monitor.sources.robots import Robots
from monitor.sources.spacing import Spacing

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_PAGES = ("text/html", "application/xhtml+xml", "")


@dataclass(frozen=True, slots=True)
class NoPage:
    """Why a page gave no text."""

    why: str
    again: bool
    """Whether it may work later."""


class Budget:
    """How many pages one poll may still fetch, and until when."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._left = limits.pages
        self._until = monotonic() + limits.poll
        self._monotonic = monotonic

    def spend(self) -> bool:
        """Take one page off the budget; False when nothing is left of it."""
        if self._left <= 0 or self._monotonic() >= self._until:
            return False
        self._left -= 1
        return True


class Pages:
    """Reads article pages. Thread-safe."""

    def __init__(self, fetcher: Fetcher, spacing: Spacing, robots: Robots, limits: Limits) -> None:
        self._fetcher = fetcher
        self._spacing = spacing
        self._robots = robots
        self._limits = limits

    def read(self, url: str, named: frozenset[str], now: datetime) -> FullText | NoPage:
        """Return what the page at `url` holds, or why it cannot be had."""
        try:
            permission = self._robots.permission(url, named, now)
            if not permission.allowed:
                why = "robots.txt of its host forbids it"
                if not permission.certain:
                    why = "robots.txt of its host cannot be read"
                return NoPage(why, again=not permission.certain)
            self._spacing.take_turn(host_of(url), at_least=permission.delay)
            answer = self._fetcher.get(
                Request(url=url, limit=self._limits.page, accept=_ACCEPT, named=named)
            )
        except Unreachable as error:
            return NoPage(str(error), again=True)
        except (Unusable, ForbiddenAddress) as error:
            return NoPage(str(error), again=False)
        if answer.status != 200:
            later = answer.status in {408, 425, 429} or answer.status >= 500
            return NoPage(f"the server answered {answer.status}", again=later)
        content_type = answer.headers.get("content-type", "")
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in _PAGES:
            return NoPage(f"it is no web page but {kind[:60]}", again=False)
        declared = _CHARSET.search(content_type)
        return _text_of(answer.body, declared.group(1) if declared else None, answer.url)


def _text_of(body: bytes, charset: str | None, url: str) -> FullText | NoPage:
    decoded = decode(body, charset or html_encoding(body))
    if decoded is None:
        return NoPage("it is not text", again=False)
    page = read_page(decoded.text, url)
    if not page.paragraphs:
        return NoPage("it holds no text", again=False)
    return FullText(
        title=page.title,
        paragraphs=page.paragraphs,
        published=page.published,
        lang=page.lang,
        author=page.author,
        tags=page.tags,
        encoding=decoded.encoding,
    )
