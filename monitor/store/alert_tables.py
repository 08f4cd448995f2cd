"""Tables of the outbox, of deliveries, and of the daemon and its operator."""

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
    UniqueConstraint,
    text,
)

from monitor.store.metadata import metadata
from monitor.store.types import Id, Utc, Words


class _AlertCols(TypedColumns):
    seq: Named[int] = Column(Id, primary_key=True)
    """The order in which alerts were made."""
    id: Named[str] = Column(Words, unique=True)
    channel: Named[str] = Column(Words)
    kind: Named[str] = Column(Words)
    level: Named[int]
    created: Named[datetime] = Column(Utc)
    due: Named[datetime] = Column(Utc)
    state: Named[str] = Column(Words)
    attempts: Named[int]
    route: Named[str] = Column(Words)
    group: Named[str] = Column(Words)
    follows: Named[str | None] = Column(Words)
    stands_in_for: Named[str | None] = Column(Words)
    subject: Named[str] = Column(Words)
    text: Named[str] = Column(Words)
    held_back: Named[int]
    confirmed: Named[int]
    leased_until: Named[datetime | None] = Column(Utc)
    leased_by: Named[str | None] = Column(Words)
    settled: Named[datetime | None] = Column(Utc)


alerts = Table(
    "alerts",
    metadata,
    _AlertCols,
    Index(None, "channel", "route", "created"),
    Index(
        "ix_alerts_pending",
        "channel",
        "seq",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_alerts_sent",
        "channel",
        "seq",
        sqlite_where=text("state = 'sent'"),
        postgresql_where=text("state = 'sent'"),
    ),
    Index(
        "ix_alerts_dead",
        "channel",
        sqlite_where=text("state = 'dead'"),
        postgresql_where=text("state = 'dead'"),
    ),
    Index(None, "settled"),
    sqlite_autoincrement=True,
)


class _AlertHitCols(TypedColumns):
    alert: Named[int] = Column(Id, ForeignKey("alerts.seq", ondelete="CASCADE"))
    position: Named[int]
    hit: Named[int] = Column(Id, ForeignKey("hits.id", ondelete="CASCADE"))


alert_hits = Table(
    "alert_hits",
    metadata,
    _AlertHitCols,
    PrimaryKeyConstraint("alert", "position"),
    Index(None, "hit"),
    sqlite_with_rowid=False,
)


class _GroupCols(TypedColumns):
    channel: Named[str] = Column(Words)
    group: Named[str] = Column(Words)
    first_alert: Named[str] = Column(Words)
    first_seq: Named[int] = Column(Id)
    first_is_hit: Named[bool]
    last_at: Named[datetime] = Column(Utc)
    rules: Named[list[str]] = Column(JSON)
    level: Named[int]
    confirmed: Named[int]


told_groups = Table("told_groups", metadata, _GroupCols, PrimaryKeyConstraint("group", "channel"))
"""What each channel has been told of a story or rule: the sum of the telling decisions."""


class _DeliveryCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    alert: Named[str] = Column(Words, ForeignKey("alerts.id", ondelete="CASCADE"))
    channel: Named[str] = Column(Words)
    at: Named[datetime] = Column(Utc)
    where: Named[str] = Column(Words)
    outcome: Named[str] = Column(Words)
    detail: Named[str] = Column(Words)
    duration: Named[float]
    attempt: Named[int]


deliveries = Table(
    "deliveries",
    metadata,
    _DeliveryCols,
    UniqueConstraint("alert", "attempt", "at"),
    Index(None, "channel", "at"),
    Index(None, "at"),
)


class _NoticeCols(TypedColumns):
    key: Named[str] = Column(Words, primary_key=True)
    state: Named[str] = Column(Words)
    at: Named[datetime] = Column(Utc)


notices = Table("notices", metadata, _NoticeCols)
"""What the operator has been told and not yet told to be well again."""


class _DaemonCols(TypedColumns):
    id: Named[int] = Column(Id, primary_key=True)
    host: Named[str] = Column(Words)
    pid: Named[int]
    started: Named[datetime] = Column(Utc)
    seen: Named[datetime] = Column(Utc)
    report: Named[str] = Column(Words)


daemons = Table("daemons", metadata, _DaemonCols)
"""One row: who works on this database, for `monitor status` and for the message to a second."""
