"""The store as a whole: what `open_store` gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select, update

from monitor.model.article import KnownArticle, StoredArticle
from monitor.model.rule import Rule
from monitor.model.source import SourceState
from monitor.store.correlating import Correlating
from monitor.store.deciding import Deciding
from monitor.store.deliveries import DeliveryListing
from monitor.store.detection import SqlWriting, read_known
from monitor.store.engine import BUSY_SECONDS, Database
from monitor.store.finding import FeatureMemory
from monitor.store.hits import HitListing
from monitor.store.outbox import Outbox
from monitor.store.presence import Presence
from monitor.store.reading import Reading
from monitor.store.renewing import Renewing
from monitor.store.retention import Retention
from monitor.store.rows import STORED_ARTICLE, stored_article
from monitor.store.schema import require_current
from monitor.store.silencing import Silencing
from monitor.store.story_listing import StoryListing
from monitor.store.tables import articles, rule_versions, source_files, sources, story_members
from monitor.store.term_counts import TermCounts
from monitor.store.types import batches, index_key, insert_into
from monitor.store.upkeep import Upkeep


class SqlStore(
    Deciding,
    Correlating,
    Outbox,
    HitListing,
    StoryListing,
    DeliveryListing,
    Silencing,
    Reading,
    Retention,
    Renewing,
    Upkeep,
    Presence,
):
    """Implements `ports.Store`, `desk.Desk` and `ports.FileMemory`. Safe to use from threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts = TermCounts()
        self._features = FeatureMemory()

    @contextmanager
    def writing(self) -> Iterator[SqlWriting]:
        """See `ports.Store.writing`. Do not open one inside another."""
        try:
            with self._database.writing() as connection:
                writing = SqlWriting(self._database, connection, self._counts, self._features)
                yield writing
                writing.finish()
        except BaseException:
            self._counts.forget()
            raise

    def source_states(self) -> Mapping[str, SourceState]:
        """See `ports.Store.source_states`."""
        with self._database.reading() as connection:
            rows = connection.execute(select(sources)).mappings()
            return {row["source"]: SourceState(**row) for row in rows}

    def signature(self, source: str, path: str) -> str | None:
        """See `ports.FileMemory.signature`."""
        with self._database.reading() as connection:
            return connection.execute(
                select(source_files.c.signature).where(
                    source_files.c.source == source, source_files.c.path == index_key(path)
                )
            ).scalar_one_or_none()

    def known(self, source: str, keys: Sequence[str]) -> Mapping[str, KnownArticle]:
        """See `ports.Store.known`."""
        with self._database.reading() as connection:
            return read_known(connection, source, keys)

    def article(self, id: int) -> StoredArticle | None:
        """See `ports.Store.article`."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(*STORED_ARTICLE)
                .outerjoin_from(articles, story_members, story_members.c.article == articles.c.id)
                .where(articles.c.id == id)
            ).one_or_none()
            return None if row is None else stored_article(row)

    def keep_rules(self, rules: Sequence[Rule], now: datetime) -> None:
        """See `ports.Store.keep_rules`."""
        before = self.current_versions()
        rows = [
            {
                "rule": rule.id,
                "version": rule.version,
                "title": rule.title,
                "text": rule.text,
                "loaded": now,
                "current": True,
            }
            for rule in rules
            if before.get(rule.id) != rule.version
        ]
        if not rows:
            return
        with self._database.writing() as connection:
            for some in batches([row["rule"] for row in rows]):
                connection.execute(
                    update(rule_versions)
                    .where(rule_versions.c.rule.in_(some))
                    .values(current=False)
                )
            connection.execute(
                insert_into(rule_versions, self._database.dialect).on_conflict_do_update(
                    index_elements=["rule", "version"], set_={"current": True}
                ),
                rows,
            )

    def close(self) -> None:
        """Close every connection; the store is not used afterwards."""
        self._database.close()


def open_store(url: str, *, busy_seconds: float = BUSY_SECONDS) -> SqlStore:
    """Open a database that has this program's schema.

    A call waits `busy_seconds` for somebody else's lock before it raises StoreBusy.
    Raises SchemaMismatch, with what to do, for any other; StoreBusy when it cannot be reached now.
    """
    database = Database(url, busy_seconds=busy_seconds)
    try:
        require_current(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)
