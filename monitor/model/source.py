"""Sources: what is configured, what is known about each, and what a poll gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from monitor.errors import Location
from monitor.model.article import Article
from monitor.model.condition import NOWHERE


class SourceKind(StrEnum):
    """How a source is read."""

    CORPUS = "corpus"
    FEED = "feed"
    PAGE = "page"
    SITEMAP = "sitemap"


class FullText(StrEnum):
    """When the article's own page is fetched for its text."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured source."""

    id: str
    kind: SourceKind
    every: timedelta = timedelta(minutes=15)
    max_age: timedelta | None = timedelta(days=2)
    """None: articles are alerted on however old they are."""
    url: str = ""
    path: Path | None = None
    """The folder (or single file) of a corpus."""
    links: str = ""
    """The CSS selector of a page's article links."""
    lang: str | None = None
    tags: tuple[str, ...] = ()
    full_text: FullText = FullText.AUTO
    title: str = ""
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known about a source between polls; kept over restarts."""

    source: str
    due: datetime | None = None
    """Not polled before; None is "never polled": due at once."""
    etag: str | None = None
    last_modified: str | None = None
    """Validators byte for byte as the server sent them."""
    url: str | None = None
    """Where the source moved for good, after repeated confirmation; None: as configured."""
    moved_to: str | None = None
    moved_seen: int = 0
    """A permanent redirect under observation, and how often it was confirmed."""
    gone: bool = False
    """The server said 410: not polled until configured anew."""
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None
    failures: int = 0
    """Consecutive; 0 when well."""
    reported_bad: bool = False
    """Whether the operator has been told that it went bad."""
    articles: int = 0
    """New articles ever."""
    refused: int = 0
    """Items ever refused (too large, no text, unparsable)."""
    last_refused: str | None = None
    cursor: str | None = None
    """A kind's own memory between polls, opaque to others."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that a poll saw and could not use: named, counted, shown; never silent."""

    where: str
    """File or URL, with a line or item number where there is one."""
    reason: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file of a corpus has been read to its end; comes after its articles.

    `signature` changes whenever the file may have (size, modification time, inode).
    """

    path: str
    signature: str


PollItem = Article | Refusal | FileRead


class PollOutcome(StrEnum):
    """How a poll ended."""

    READ = "read"
    UNCHANGED = "unchanged"  # 304, or nothing new in the folder: a success
    DEFERRED = "deferred"  # 429 or 503: not the source's failure
    FAILED = "failed"
    GONE = "gone"  # 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of one source gave: articles and refusals in order, and the state to keep.

    `items` may be lazy, and is to be read once, to its end; `state` is the source's state to be
    committed together with the last of the articles. Counting new articles and refusals into it
    is left to the pipeline. `notices` are sentences for the operator.
    """

    outcome: PollOutcome
    items: Iterator[PollItem]
    state: SourceState
    notices: tuple[str, ...] = ()
    duration: float = 0.0
    """Seconds."""
