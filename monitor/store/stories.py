"""Stories while articles come in: candidates for the next one, and what is kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, insert, select, text, update

from monitor.model.story import StoryLink
from monitor.store.engine import Database
from monitor.store.tables import (
    stories,
    story_apart,
    story_bands,
    story_members,
    story_publishers,
    story_terms,
    term_counts,
)
from monitor.store.term_counts import DOCUMENTS, TermCounts
from monitor.store.types import Seconds, batches, insert_into
from monitor.stories.linking import (
    COPY_WINDOW,
    EVENT_WINDOW,
    MAX_CANDIDATES,
    ROWS_A_KEY,
    Known,
)
from monitor.stories.publishing import publishers
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features, StaleFeatures

_MOST_PAIRS = 500
"""Of publisher and text, looked at to count a story's publishers."""
_STORIES_LOCK = 0x6D6F6E69746F7232  # "monitor2": one writer of stories at a time on PostgreSQL


class StoryWriting:
    """The part of `ports.Writing` that keeps stories, on an open transaction."""

    def __init__(self, database: Database, connection: Connection, counts: TermCounts) -> None:
        self._database = database
        self._connection = connection
        self._dialect = database.dialect
        self._counts = counts
        self._counted: Counter[str] = Counter()
        self._locked = False

    def rarity(self, terms: Collection[str]) -> Rarity:
        """See `ports.Writing.rarity`."""
        self._lock()
        counts = self._counts.read(self._connection, [DOCUMENTS, *terms])
        return Rarity(counts.pop(DOCUMENTS), counts)

    def story_candidates(
        self, features: Features, keys: Sequence[str], at: datetime
    ) -> Sequence[Known]:
        """See `ports.Writing.story_candidates`."""
        self._lock()
        by_band = self._found("story_bands", "key", features.bands, at, COPY_WINDOW)
        by_term = self._found("story_terms", "term", keys, at, EVENT_WINDOW)
        wanted = list(dict.fromkeys([*by_band, *by_term]))[:MAX_CANDIDATES]
        return read_known_members(self._connection, wanted)

    def join_story(
        self,
        article: int,
        features: Features,
        keys: Sequence[str],
        link: StoryLink,
        *,
        at: datetime,
        title: str,
    ) -> int:
        """See `ports.Writing.join_story`."""
        self._lock()
        copied = article if link.text is None else link.text
        joined = link.story is not None and self._grow(link.story, features, copied, at)
        story = link.story if joined and link.story is not None else None
        if story is None:
            story = self._open(title, features.publisher, copied, at)
        self._connection.execute(
            insert(story_members),
            {
                "article": article,
                "story": story,
                "at": at,
                "text": copied,
                "publisher": features.publisher,
                "joined": link.joined,
                "score": link.score,
                "detail": link.detail,
                "most_like": link.article,
                "founder": not joined,
                "features": features.to_bytes(),
            },
        )
        if link.keep_rows:
            add_search_rows(self._connection, article, features, keys, at)
            counted = [DOCUMENTS, *features.terms]
            self._counted.update(counted)
            self._counts.add(counted)
        return story

    def finish(self) -> None:
        """Write what was counted; called once, before the transaction commits."""
        rows = [{"term": term, "count": count} for term, count in sorted(self._counted.items())]
        if rows:
            adding = insert_into(term_counts, self._dialect)
            self._connection.execute(
                adding.on_conflict_do_update(
                    index_elements=["term"],
                    set_={"count": term_counts.c.count + adding.excluded.count},
                ),
                rows,
            )

    def _lock(self) -> None:
        """Let nobody else look for a story meanwhile, lest one event open two."""
        if not self._locked:
            self._database.queue(self._connection, _STORIES_LOCK)
            self._locked = True

    def _found(
        self, table: str, column: str, keys: Sequence[Any], at: datetime, window: timedelta
    ) -> list[int]:
        """Return articles with rows of these keys near this time: most shared, then newest."""
        if not keys:
            return []
        bounds = {
            "low": Seconds.count(at - window),
            "high": Seconds.count(at + window),
            "rows": ROWS_A_KEY,
            "most": MAX_CANDIDATES,
        }
        rows = self._connection.execute(
            _sharing(table, column, len(keys)),
            bounds | {f"key{n}": key for n, key in enumerate(keys)},
        )
        return [article for (article,) in rows]

    def _open(self, title: str, publisher: str, copied: int, at: datetime) -> int:
        story = self._connection.execute(
            insert(stories).returning(stories.c.id),
            {
                "title": title,
                "opened": at,
                "last": at,
                "articles": 1,
                "publishers": publishers([(publisher, copied)]),
                "acknowledged": False,
                "version": 1,
            },
        ).scalar_one()
        self._connection.execute(
            insert(story_publishers), {"story": story, "publisher": publisher, "text": copied}
        )
        return story

    def _grow(self, story: int, features: Features, copied: int, at: datetime) -> bool:
        """Add an article to a story; False when the story is there no more."""
        row = self._connection.execute(
            select(stories.c.opened, stories.c.last).where(stories.c.id == story).with_for_update()
        ).one_or_none()
        if row is None:
            return False
        opened, last = row
        self._connection.execute(
            update(stories)
            .where(stories.c.id == story)
            .values(
                articles=stories.c.articles + 1,
                opened=min(opened, at),
                last=max(last, at),
                version=stories.c.version + 1,
            )
        )
        note_publishers(self._connection, story, [(features.publisher, copied)])
        return True


def read_known_members(connection: Connection, ids: Sequence[int]) -> list[Known]:
    """Return articles as `link` compares them, with the founders of their stories."""
    rows: dict[int, Any] = {}
    for some in batches(ids):
        found: Iterable[Any] = connection.execute(
            select(story_members).where(story_members.c.article.in_(some))
        )
        rows.update((row.article, row) for row in found)
    for some in batches(sorted({row.story for row in rows.values()})):
        founders: Iterable[Any] = connection.execute(
            select(story_members).where(story_members.c.founder, story_members.c.story.in_(some))
        )
        rows.update((row.article, row) for row in founders)
    apart: dict[int, set[int]] = {}
    for some in batches(sorted(rows)):
        for article, story in connection.execute(
            select(story_apart.c.article, story_apart.c.story).where(
                story_apart.c.article.in_(some)
            )
        ):
            apart.setdefault(article, set()).add(story)
    return [
        Known(
            article=row.article,
            story=row.story,
            at=row.at,
            features=features,
            text=row.text,
            apart=frozenset(apart.get(row.article, ())),
            founder=row.founder,
        )
        for row in rows.values()
        if (features := _features(row.features)) is not None
    ]


@lru_cache(maxsize=1_024)  # the articles of the hour are candidates again and again
def _features(data: bytes) -> Features | None:
    try:
        return Features.from_bytes(data)
    except StaleFeatures:
        return None  # of another version of the program: nothing can be compared with it


def add_search_rows(
    connection: Connection, article: int, features: Features, keys: Sequence[str], at: datetime
) -> None:
    """Let an article be found as a candidate; what is there already stays."""
    dialect = connection.dialect.name
    bands = [{"key": key, "at": at, "article": article} for key in features.bands]
    terms = [{"term": term, "at": at, "article": article} for term in keys]
    if bands:
        connection.execute(insert_into(story_bands, dialect).on_conflict_do_nothing(), bands)
    if terms:
        connection.execute(insert_into(story_terms, dialect).on_conflict_do_nothing(), terms)


def note_publishers(connection: Connection, story: int, pairs: Collection[tuple[str, int]]) -> None:
    """Note who carried which texts of a story, and count its independent publishers anew.

    Of a story with more than `_MOST_PAIRS` such pairs only so many are counted: the figure is
    then at least so much.
    """
    adding = insert_into(story_publishers, connection.dialect.name)
    new = connection.execute(
        adding.on_conflict_do_nothing().returning(story_publishers.c.text),
        [{"story": story, "publisher": who, "text": what} for who, what in pairs],
    ).all()
    if not new:
        return
    rows = connection.execute(
        select(story_publishers.c.publisher, story_publishers.c.text)
        .where(story_publishers.c.story == story)
        .limit(_MOST_PAIRS)
    )
    number = publishers((who, what) for who, what in rows)
    connection.execute(
        update(stories)
        .where(stories.c.id == story, stories.c.publishers < number)
        .values(publishers=number)
    )


@cache
def _sharing(table: str, column: str, keys: int) -> TextClause:
    """Return one statement for the articles among the newest rows of each of so many keys."""
    newest = " UNION ALL ".join(
        f"SELECT article, at FROM (SELECT article, at FROM {table} "  # noqa: S608 - names of ours
        f"WHERE {column} = :key{n} AND at BETWEEN :low AND :high "
        f"ORDER BY at DESC, article DESC LIMIT :rows) AS k{n}"
        for n in range(keys)
    )
    return text(
        f"SELECT article FROM ({newest}) AS found GROUP BY article "  # noqa: S608 - as above
        "ORDER BY count(*) DESC, max(at) DESC, article DESC LIMIT :most"
    )
