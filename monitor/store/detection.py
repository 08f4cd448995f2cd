"""Writing what detection found: articles, their versions and keys, hits, and sources' states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from monitor.model.article import Article, KnownArticle
from monitor.model.firing import event_time
from monitor.model.hit import HitState, Match, Review
from monitor.model.rule import OnEdit, Rule
from monitor.model.source import Refusal, SourceState
from monitor.store.engine import Database
from monitor.store.finding import FeatureMemory
from monitor.store.pending import ids
from monitor.store.rows import evidence_values, version_values
from monitor.store.stories import StoryWriting
from monitor.store.tables import (
    article_keys,
    articles,
    hits,
    refusals,
    revisions,
    sightings,
    source_files,
    sources,
    story_members,
)
from monitor.store.term_counts import TermCounts
from monitor.store.types import batches, index_key, insert_into


class SqlWriting(StoryWriting):
    """Implements `ports.Writing` on an open transaction.

    What is added is written when the transaction ends, or earlier where something asks for it.
    """

    def __init__(
        self,
        database: Database,
        connection: Connection,
        counts: TermCounts,
        memory: FeatureMemory,
    ) -> None:
        super().__init__(database, connection, counts, memory)
        self._article_ids = ids(database, connection, articles)
        self._added: dict[int, tuple[datetime | None, datetime]] = {}
        """When the articles that this transaction added were published, and first seen."""
        self._hit: set[int] = set()
        """Of those, the ones with hits."""

    def _declare(self) -> None:
        """See `StoryWriting`."""
        self._pending.declare("articles", insert(articles))
        keys = insert_into(article_keys, self._dialect)
        self._pending.declare(
            "keys",
            keys.on_conflict_do_update(
                index_elements=["key", "source"], set_={"article": keys.excluded.article}
            ),
        )
        super()._declare()
        self._pending.declare("sightings", insert(sightings))
        adding = insert_into(hits, self._dialect)
        self._pending.declare("hits", adding.on_conflict_do_nothing())
        files = insert_into(source_files, self._dialect)
        self._pending.declare(
            "files",
            files.on_conflict_do_update(
                index_elements=["source", "path"], set_={"signature": files.excluded.signature}
            ),
        )

    def known(self, source: str, keys: Sequence[str]) -> Mapping[str, KnownArticle]:
        """See `ports.Writing.known`."""
        self.flush()
        return read_known(self._connection, source, keys)

    def add_article(
        self, article: Article, keys: Sequence[str], content_hash: str, *, now: datetime, late: bool
    ) -> int:
        """See `ports.Writing.add_article`."""
        if article.source is None:
            raise ValueError("an article without a source cannot be stored")
        new = next(self._article_ids)
        self._pending.add(
            "articles",
            {
                "id": new,
                **version_values(article),
                "content_hash": content_hash,
                "source": article.source,
                "first_seen": now,
                "changed": now,
                "revision": 1,
                "late": late,
                "pruned": False,
            },
        )
        self._added[new] = (article.published, now)
        self.add_keys(new, article.source, keys)
        return new

    def add_revision(
        self, id: int, article: Article, keys: Sequence[str], content_hash: str, *, now: datetime
    ) -> int:
        """See `ports.Writing.add_revision`."""
        self.flush()
        kept = [column.name for column in revisions.c if column.name not in {"article", "seen"}]
        self._connection.execute(
            insert(revisions).from_select(
                ["article", "seen", *kept],
                select(
                    articles.c.id, articles.c.changed, *(articles.c[name] for name in kept)
                ).where(articles.c.id == id),
            )
        )
        number = self._connection.execute(
            update(articles)
            .where(articles.c.id == id)
            .values(
                **version_values(article),
                content_hash=content_hash,
                changed=now,
                pruned=False,
                revision=articles.c.revision + 1,
            )
            .returning(articles.c.revision)
        ).scalar_one()
        self.add_keys(id, str(article.source), keys)
        return number

    def add_keys(self, id: int, source: str, keys: Sequence[str]) -> None:
        """See `ports.Writing.add_keys`."""
        for key in sorted({index_key(key) for key in keys}):
            self._pending.add("keys", {"key": key, "source": source, "article": id})

    def add_sighting(self, id: int, article: Article, reason: str, *, now: datetime) -> None:
        """See `ports.Writing.add_sighting`."""
        row = {"article": id, "at": now, "url": article.url, "path": article.path}
        self._pending.add("sightings", {**row, "reason": reason})

    def add_hits(
        self,
        article: int,
        revision: int,
        matches: Sequence[Match],
        rules: Mapping[str, Rule],
        *,
        now: datetime,
        edit: bool,
    ) -> Sequence[str]:
        """See `ports.Writing.add_hits`."""
        if not matches:
            return ()
        times = self._added.get(article)
        fresh = times is not None and article not in self._hit
        if times is None:
            published, seen = self._connection.execute(_TIMES, {"article": article}).one()
            times = (published, seen)
        happened = event_time(*times)
        rows = [
            hit_values(match, rules[match.rule], now=now, edit=edit)
            | {"article": article, "revision": revision, "happened": happened}
            for match in matches
        ]
        if fresh:
            self._hit.add(article)
            for row in rows:
                self._pending.add("hits", row)
            return sorted(row["rule"] for row in rows)
        self.flush()
        inserted = self._connection.execute(
            insert_into(hits, self._dialect).on_conflict_do_nothing().returning(hits.c.rule), rows
        )
        return sorted(inserted.scalars())

    def save_source(self, state: SourceState) -> None:
        """See `ports.Writing.save_source`."""
        values = asdict(state)
        self._connection.execute(
            insert_into(sources, self._dialect).on_conflict_do_update(
                index_elements=["source"],
                set_={name: value for name, value in values.items() if name != "source"},
            ),
            values,
        )

    def save_file(self, source: str, path: str, signature: str) -> None:
        """See `ports.Writing.save_file`."""
        row = {"source": source, "path": index_key(path), "signature": signature}
        self._pending.add("files", row)

    def add_refusals(self, source: str, items: Sequence[Refusal], now: datetime) -> None:
        """See `ports.Writing.add_refusals`."""
        if items:
            self._connection.execute(
                insert(refusals),
                [
                    {"source": source, "at": now, "where": item.where, "reason": item.reason}
                    for item in items
                ],
            )


_TIMES = select(articles.c.published, articles.c.first_seen).where(
    articles.c.id == bindparam("article")
)


def read_known(
    connection: Connection, source: str, keys: Sequence[str]
) -> Mapping[str, KnownArticle]:
    """Return the source's articles that carry any of these identity keys, by key."""
    stored = {index_key(key): key for key in keys}
    found: dict[str, KnownArticle] = {}
    for some in batches(stored):
        rows = connection.execute(
            select(
                article_keys.c.key,
                articles.c.id,
                articles.c.content_hash,
                articles.c.revision,
                articles.c.title,
                articles.c.url,
                articles.c.published,
                story_members.c.story,
                articles.c.late,
            )
            .join(articles, articles.c.id == article_keys.c.article)
            .outerjoin(story_members, story_members.c.article == articles.c.id)
            .where(article_keys.c.key.in_(some), article_keys.c.source == source)
        )
        found.update((stored[row[0]], KnownArticle(*row[1:])) for row in rows)
    return found


def hit_values(match: Match, rule: Rule, *, now: datetime, edit: bool) -> dict[str, Any]:
    """Return the columns of a new hit that do not depend on its article."""
    return {
        "rule": match.rule,
        "version": match.version,
        "title": rule.title,
        "level": int(match.level),
        "tags": list(match.tags),
        "notify": list(rule.notify),
        "evidence": evidence_values(match.evidence),
        "at": now,
        "edit_ignored": edit and rule.on_edit is OnEdit.IGNORE,
        "state": HitState.NEW,
        "review": Review.OPEN,
        "note": "",
    }
