"""A source's own document: asked for in its turn, and what it lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import SourceError
from monitor.model.source import Refusal, Source, SourceKind
from monitor.sources.cursor import Cursor
from monitor.sources.entries import Listing
from monitor.sources.feeds import read_feed
from monitor.sources.fetching import Fetcher, Limits, Request, Response, host_of, shown
from monitor.sources.listing_pages import read_listing
from monitor.sources.robots import Robots
from monitor.sources.sitemaps import Sitemap, read_sitemap
from monitor.sources.spacing import Spacing

MAX_CHILDREN = 10
"""Sitemaps of an index that one poll reads."""
_ACCEPT = {
    SourceKind.FEED: "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
    SourceKind.PAGE: "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
    SourceKind.SITEMAP: "application/xml, text/xml;q=0.9, */*;q=0.5",
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class Busy(Exception):
    """Too many requests wait for their turn at a host already; `seconds` is for how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when."""

    source: Source
    named: frozenset[str]
    """Hosts that the source's configuration names."""
    now: datetime
    first: bool
    """Whether the source was never read before."""


class Documents:
    """Fetches and reads the documents that sources consist of. Thread-safe."""

    def __init__(self, fetcher: Fetcher, spacing: Spacing, robots: Robots, limits: Limits) -> None:
        self._fetcher = fetcher
        self._spacing = spacing
        self._robots = robots
        self._limits = limits

    def fetch(self, asking: Asking, url: str, conditions: Mapping[str, str]) -> Response:
        """Return the answer for a document; listing pages only where robots.txt allows them.

        Raises `SourceError`, and `Busy` when the host's turn is too far away.
        """
        delay = 0.0
        kind = asking.source.kind
        if kind is SourceKind.PAGE:
            permission = self._robots.permission(url, asking.named, asking.now)
            if not permission.allowed:
                verb = "forbids reading it" if permission.certain else "cannot be read"
                raise SourceError(f"{shown(url)}: robots.txt of its host {verb}")
            delay = permission.delay
        busy = self._spacing.take_turn(host_of(url), at_least=delay, patience=self._limits.patience)
        if busy:
            raise Busy(busy)
        return self._fetcher.get(
            Request(
                url=url,
                limit=self._limits.document,
                accept=_ACCEPT[kind],
                headers=conditions,
                named=asking.named,
            )
        )

    def listing(self, asking: Asking, answer: Response, cursor: Cursor) -> tuple[Listing, Cursor]:
        """Return what a document lists, and the memory with the hints that it gives.

        Raises `SourceError` naming the document when it is not what its kind of source wants.
        """
        source = asking.source
        content_type = answer.headers.get("content-type", "")
        try:
            if source.kind is SourceKind.FEED:
                feed = read_feed(answer.body, answer.url, content_type)
                told = _left_out(answer.url, feed.left_out)
                return Listing(feed.entries, feed.lang, told), replace(cursor, hints=feed.hints)
            if source.kind is SourceKind.PAGE:
                declared = _CHARSET.search(content_type)
                charset = declared.group(1) if declared else None
                return read_listing(answer.body, answer.url, charset, source.links), cursor
            top = read_sitemap(answer.body, answer.url, self._limits.document)
        except SourceError as error:
            raise SourceError(f"{shown(answer.url)} {error}") from error
        return self._sitemaps(asking, top, answer.url), cursor

    def _sitemaps(self, asking: Asking, top: Sitemap, url: str) -> Listing:
        """Return what a sitemap lists; of an index, what the newest of its sitemaps list.

        Sitemaps that did not change within the source's `max_age` are passed over.
        """
        entries = list(top.entries)
        refusals = [*_left_out(url, top.left_out), *_damaged(url, top.damage)]
        oldest = asking.source.max_age
        recent = [
            address
            for address, changed in top.children
            if changed is None or oldest is None or asking.now - changed <= oldest
        ]
        for child in recent[:MAX_CHILDREN]:
            try:
                below = self._child(asking, child)
            except SourceError as error:
                refusals.append(Refusal(shown(child), str(error)))
                continue
            entries.extend(below.entries)
            refusals.extend(_damaged(child, below.damage))
            if below.children:
                refusals.append(Refusal(shown(child), "is an index in an index: not followed"))
        if len(recent) > MAX_CHILDREN and asking.first:
            left = f"{len(recent) - MAX_CHILDREN} further sitemaps of this index are not read"
            refusals.append(Refusal(shown(url), left))
        return Listing(entries, None, tuple(refusals))

    def _child(self, asking: Asking, url: str) -> Sitemap:
        answer = self.fetch(asking, url, {})
        if answer.status != 200:
            raise SourceError(f"answered {answer.status}")
        return read_sitemap(answer.body, answer.url, self._limits.document)


def _left_out(url: str, count: int) -> tuple[Refusal, ...]:
    return (Refusal(shown(url), f"{count:,} items beyond the limit are not read"),) if count else ()


def _damaged(url: str, damage: str) -> tuple[Refusal, ...]:
    return (Refusal(shown(url), f"is damaged, its rest is not read: {damage}"),) if damage else ()
