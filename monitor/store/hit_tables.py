"""Tables of rules, hits and what the policy decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Named,
    PrimaryKeyConstraint,
    Table,
    TypedColumns,
    UniqueConstraint,
    text,
)

from monitor.store.metadata import metadata
from monitor.store.types import Id, Utc, Words


class _RuleCols(TypedColumns):
    rule: Named[str] = Column(Words)
    version: Named[str] = Column(Words)
    title: Named[str] = Column(Words)
    text: Named[str] = Column(Words)
    loaded: Named[datetime] = Column(Utc)
    current: Named[bool]
    """Whether this is the version that was loaded last."""


rule_versions = Table("rule_versions", metadata, _RuleCols, PrimaryKeyConstraint("rule", "version"))


class _HitCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    article: Named[int] = Column(Id, ForeignKey("articles.id", ondelete="CASCADE"))
    revision: Named[int]
    rule: Named[str] = Column(Words)
    version: Named[str] = Column(Words)
    title: Named[str] = Column(Words)
    level: Named[int]
    tags: Named[list[str]] = Column(JSON)
    notify: Named[list[str]] = Column(JSON)
    evidence: Named[list[list[Any]]] = Column(JSON)
    at: Named[datetime] = Column(Utc)
    happened: Named[datetime] = Column(Utc)
    """Event time of the article, what correlations count by."""
    edit_ignored: Named[bool]
    state: Named[str] = Column(Words)
    review: Named[str] = Column(Words)
    note: Named[str] = Column(Words)
    reviewed: Named[datetime | None] = Column(Utc)


hits = Table(
    "hits",
    metadata,
    _HitCols,
    UniqueConstraint("article", "rule"),
    Index(None, "rule", "at"),
    Index(None, "at", "id"),
    Index(None, "rule", "happened"),
    Index(
        "ix_hits_undecided",
        "id",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
    sqlite_autoincrement=True,
)


class _DecisionCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    hit: Named[int] = Column(Id, ForeignKey("hits.id", ondelete="CASCADE"))
    channel: Named[str] = Column(Words)
    route: Named[str] = Column(Words)
    outcome: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)
    detail: Named[str] = Column(Words)
    until: Named[datetime | None] = Column(Utc)
    alert: Named[str | None] = Column(Words)
    silence: Named[int | None] = Column(Id)
    group: Named[str] = Column(Words)
    at: Named[datetime] = Column(Utc)
    current: Named[bool]
    """False for what a later decision at the same destination replaced: kept for `why`."""
    story_version: Named[int]
    """Of the story as the decision knew it, see `stories.version`."""


decisions = Table(
    "decisions",
    metadata,
    _DecisionCols,
    Index(None, "hit"),
    Index(
        "uq_decisions_current",
        "hit",
        "route",
        "channel",
        unique=True,
        sqlite_where=text("current = 1"),
        postgresql_where=text("current"),
    ),
    Index(
        "ix_decisions_waiting",
        "until",
        sqlite_where=text("current = 1 AND outcome = 'hold'"),
        postgresql_where=text("current AND outcome = 'hold'"),
    ),
    Index(
        "ix_decisions_group",
        "group",
        sqlite_where=text("\"group\" <> ''"),
        postgresql_where=text("\"group\" <> ''"),
    ),
)


class _FiringCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    rule: Named[str] = Column(Words)
    group: Named[str] = Column(Words)
    evidence_key: Named[str] = Column(Words, unique=True)
    """A digest of rule, group and hits."""
    at: Named[datetime] = Column(Utc)
    things: Named[list[str]] = Column(JSON)
    hits: Named[list[int]] = Column(JSON)
    articles: Named[list[int]] = Column(JSON)
    detail: Named[str] = Column(Words)
    hit: Named[int | None] = Column(Id, ForeignKey("hits.id", ondelete="SET NULL"))


firings = Table("firings", metadata, _FiringCols, Index(None, "rule", "at"), Index(None, "hit"))


class _SilenceCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    rule: Named[str] = Column(Words)
    tags: Named[list[str]] = Column(JSON)
    start: Named[datetime] = Column(Utc)
    end: Named[datetime] = Column(Utc)
    comment: Named[str] = Column(Words)
    covered: Named[int]
    announced: Named[bool]


silences = Table("silences", metadata, _SilenceCols, sqlite_autoincrement=True)
