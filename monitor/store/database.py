"""The store as a whole: what `open_store` gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from monitor.model.article import KnownArticle, StoredArticle
from monitor.model.rule import Rule
from monitor.model.source import SourceState
from monitor.store.correlating import Correlating
from monitor.store.deciding import Deciding
from monitor.store.detection import SqlWriting, read_known
from monitor.store.engine import Database
from monitor.store.outbox import Outbox
from monitor.store.rows import STORED_ARTICLE, stored_article
from monitor.store.schema import require_current
from monitor.store.tables import articles, rule_versions, source_files, sources, story_members
from monitor.store.types import index_key, insert_into


class SqlStore(Deciding, Correlating, Outbox):
    """Implements `ports.Store` and `ports.FileMemory`. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def writing(self) -> Iterator[SqlWriting]:
        """See `ports.Store.writing`. Do not open one inside another."""
        with self._database.writing() as connection:
            yield SqlWriting(connection)

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
        rows = [
            {
                "rule": rule.id,
                "version": rule.version,
                "title": rule.title,
                "text": rule.text,
                "loaded": now,
            }
            for rule in rules
        ]
        if rows:
            with self._database.writing() as connection:
                connection.execute(
                    insert_into(rule_versions, self._database.dialect).on_conflict_do_nothing(),
                    rows,
                )

    def close(self) -> None:
        """Close every connection; the store is not used afterwards."""
        self._database.close()


def open_store(url: str) -> SqlStore:
    """Open a database that has this program's schema.

    Raises SchemaMismatch, with what to do, for any other; StoreBusy when it cannot be reached now.
    """
    database = Database(url)
    try:
        require_current(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)
