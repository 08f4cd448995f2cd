"""An article: what a source published, as parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a source published, as parsed, before or after it is stored.

    `title` is one line. `body` is plain text, paragraphs divided by one blank line; offsets of
    evidence count characters in exactly these two strings. All times are aware and UTC.
    """

    title: str
    body: str
    source: str | None = None
    """Id of the source; None for text given on the command line."""
    source_tags: tuple[str, ...] = ()
    url: str | None = None
    """As the publisher gave it, absolute."""
    guid: str | None = None
    """The publisher's own identifier, whatever its quality."""
    published: datetime | None = None
    updated: datetime | None = None
    lang: str | None = None
    """ISO 639-1 code, lower case; declared or detected."""
    author: str = ""
    tags: tuple[str, ...] = ()
    path: str | None = None
    """The file that it was read from; None for what came over the network."""
    external_id: str | None = None
    """The `id` of a .json/.jsonl article, handed through to the output."""
    numbered: bool = field(default=False, compare=False)
    """Whether `external_id` was written as a number, and is handed through as one."""
    encoding: str | None = None
    """The encoding that its bytes were read with, when not plain UTF-8."""
    shared_link: bool = False
    """Whether its feed gives `url` to several items, so that it identifies none of them."""
    notes: tuple[str, ...] = ()
    """What was unusual about it, in words: `date in the future`, `shortened to 1 MB`."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with the identity that the store gave it."""

    id: int
    article: Article
    first_seen: datetime
    revision: int
    """1 for the article as first seen, one more for each changed version."""
    story: int | None
    late: bool = False
    """Older than its source's max_age when first seen: matched, never alerted on."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What detection needs of an article that is stored already."""

    id: int
    content_hash: str
    revision: int
    title: str
    url: str | None
    published: datetime | None
    story: int | None
    late: bool
