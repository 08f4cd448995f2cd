"""Tables of what sources gave: their state, files, articles and what was refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Named,
    PrimaryKeyConstraint,
    Table,
    TypedColumns,
)

from monitor.store.metadata import metadata
from monitor.store.types import Id, Utc, Words


class _SourceCols(TypedColumns):
    source: Named[str] = Column(Words, primary_key=True)
    due: Named[datetime | None] = Column(Utc)
    etag: Named[str | None] = Column(Words)
    last_modified: Named[str | None] = Column(Words)
    url: Named[str | None] = Column(Words)
    moved_to: Named[str | None] = Column(Words)
    moved_seen: Named[int]
    gone: Named[bool]
    last_poll: Named[datetime | None] = Column(Utc)
    last_success: Named[datetime | None] = Column(Utc)
    last_error: Named[str | None] = Column(Words)
    last_error_at: Named[datetime | None] = Column(Utc)
    failures: Named[int]
    reported_bad: Named[bool]
    articles: Named[int]
    refused: Named[int]
    last_refused: Named[str | None] = Column(Words)
    cursor: Named[str | None] = Column(Words)


sources = Table("sources", metadata, _SourceCols)


class _FileCols(TypedColumns):
    source: Named[str] = Column(Words)
    path: Named[str] = Column(Words)
    signature: Named[str] = Column(Words)


source_files = Table("source_files", metadata, _FileCols, PrimaryKeyConstraint("source", "path"))


class _RefusalCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    source: Named[str] = Column(Words)
    at: Named[datetime] = Column(Utc)
    where: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)


refusals = Table("refusals", metadata, _RefusalCols, Index(None, "source", "at"))


class _VersionCols(TypedColumns):
    """What a source published, at one time; the body comes in the tables themselves."""

    title: Named[str] = Column(Words)
    url: Named[str | None] = Column(Words)
    guid: Named[str | None] = Column(Words)
    published: Named[datetime | None] = Column(Utc)
    updated: Named[datetime | None] = Column(Utc)
    lang: Named[str | None] = Column(Words)
    author: Named[str] = Column(Words)
    tags: Named[list[str]] = Column(JSON)
    source_tags: Named[list[str]] = Column(JSON)
    path: Named[str | None] = Column(Words)
    external_id: Named[str | None] = Column(Words)
    numbered: Named[bool]
    encoding: Named[str | None] = Column(Words)
    shared_link: Named[bool]
    notes: Named[list[str]] = Column(JSON)
    content_hash: Named[str] = Column(Words)


class _ArticleCols(_VersionCols):
    id: Named[int] = Column(Id, primary_key=True)
    source: Named[str] = Column(Words)
    first_seen: Named[datetime] = Column(Utc)
    changed: Named[datetime] = Column(Utc)
    revision: Named[int]
    late: Named[bool]
    pruned: Named[bool]
    """Only what it is recognised by is left of it."""
    body: Named[str] = Column(Words)
    """Last, because SQLite walks through what stands before a column to get to it."""


articles = Table(
    "articles",
    metadata,
    _ArticleCols,
    Index(None, "source", "first_seen"),
    Index(None, "first_seen"),
    sqlite_autoincrement=True,
)


class _KeyCols(TypedColumns):
    key: Named[str] = Column(Words)
    source: Named[str] = Column(Words)
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))


article_keys = Table(
    "article_keys",
    metadata,
    _KeyCols,
    PrimaryKeyConstraint("key", "source"),
    Index(None, "article"),
    sqlite_with_rowid=False,
)


class _SightingCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))
    at: Named[datetime] = Column(Utc)
    url: Named[str | None] = Column(Words)
    path: Named[str | None] = Column(Words)
    reason: Named[str] = Column(Words)


sightings = Table("sightings", metadata, _SightingCols, Index(None, "article"))
"""Other addresses and files that known articles came by, each when it came first."""


class _RevisionCols(_VersionCols):
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))
    revision: Named[int]
    seen: Named[datetime] = Column(Utc)
    body: Named[str] = Column(Words)


revisions = Table("revisions", metadata, _RevisionCols, PrimaryKeyConstraint("article", "revision"))
"""Former versions; the newest stands in `articles`."""
