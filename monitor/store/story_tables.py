"""Tables of stories: who belongs to which, and what finds the candidates for the next article."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Named,
    PrimaryKeyConstraint,
    Table,
    TypedColumns,
    text,
)

from monitor.store.metadata import metadata
from monitor.store.types import Id, Seconds, Utc, Words


class _StoryCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    title: Named[str] = Column(Words)
    opened: Named[datetime] = Column(Utc)
    last: Named[datetime] = Column(Utc)
    articles: Named[int]
    publishers: Named[int]
    acknowledged: Named[bool]
    version: Named[int]
    """Rises whenever something changes that a waiting hit may be waiting for."""


stories = Table("stories", metadata, _StoryCols, Index(None, "last"), sqlite_autoincrement=True)


class _MemberCols(TypedColumns):
    article: Named[int] = Column(
        Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    story: Named[int] = Column(Id, ForeignKey("stories.id", ondelete="CASCADE"))
    at: Named[datetime] = Column(Utc)
    text: Named[int] = Column(Id)
    """The article whose text it copies; its own id if it copies none."""
    publisher: Named[str] = Column(Words)
    joined: Named[str] = Column(Words)
    score: Named[float]
    detail: Named[str] = Column(Words)
    most_like: Named[int | None] = Column(Id)
    founder: Named[bool]
    features: Named[bytes] = Column(LargeBinary)


story_members = Table(
    "story_members",
    metadata,
    _MemberCols,
    Index(None, "story", "at"),
    Index(
        "ix_story_members_founder",
        "story",
        sqlite_where=text("founder = 1"),
        postgresql_where=text("founder"),
    ),
)


class _PublishedCols(TypedColumns):
    story: Named[int] = Column(Id, ForeignKey("stories.id", ondelete="CASCADE"))
    publisher: Named[str] = Column(Words)
    text: Named[int] = Column(Id)


story_publishers = Table(
    "story_publishers",
    metadata,
    _PublishedCols,
    PrimaryKeyConstraint("story", "publisher", "text"),
    sqlite_with_rowid=False,
)
"""Which publishers carried which texts of a story, each pair once."""


class _ApartCols(TypedColumns):
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))
    story: Named[int] = Column(Id, ForeignKey("stories.id", ondelete="CASCADE"))


story_apart = Table(
    "story_apart",
    metadata,
    _ApartCols,
    PrimaryKeyConstraint("article", "story"),
    Index(None, "story"),
    sqlite_with_rowid=False,
)
"""Parted by hand: this article never again belongs to that story."""


class _BandCols(TypedColumns):
    key: Named[int] = Column(BigInteger)
    at: Named[datetime] = Column(Seconds)
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))


story_bands = Table(
    "story_bands",
    metadata,
    _BandCols,
    PrimaryKeyConstraint("key", "at", "article"),
    Index(None, "article"),
    sqlite_with_rowid=False,
)


class _TermCols(TypedColumns):
    term: Named[str] = Column(Words)
    at: Named[datetime] = Column(Seconds)
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))


story_terms = Table(
    "story_terms",
    metadata,
    _TermCols,
    PrimaryKeyConstraint("term", "at", "article"),
    Index(None, "article"),
    sqlite_with_rowid=False,
)


class _CountCols(TypedColumns):
    term: Named[str] = Column(Words, primary_key=True)
    count: Named[int]


term_counts = Table("term_counts", metadata, _CountCols, sqlite_with_rowid=False)
"""In how many stories' first articles a term stands; the empty term counts the stories."""
