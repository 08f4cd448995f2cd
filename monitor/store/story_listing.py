"""Stories as people list them, part them and put them together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.model.listing import MostLike, StoryArticle, StoryEntry
from monitor.model.story import Joined, Parting, Story
from monitor.store.engine import Database
from monitor.store.parting import merge, split
from monitor.store.stories import queue_for_stories
from monitor.store.tables import alert_hits, alerts, articles, hits, stories, story_members
from monitor.store.term_counts import DOCUMENTS, TermCounts
from monitor.store.types import batches, storable_id
from monitor.stories.rarity import Rarity

_like = articles.alias("like_article")
_like_member = story_members.alias("like_member")


class StoryListing:
    """The part of `desk.Desk` about stories."""

    _database: Database
    _counts: TermCounts

    def stories(
        self,
        limit: int,
        *,
        since: datetime | None = None,
        before: tuple[datetime, int] | None = None,
        rule: str | None = None,
        without: str | None = None,
        shown: int = 5,
    ) -> Sequence[StoryEntry]:
        """See `Desk.stories`."""
        query = select(stories).order_by(stories.c.last.desc(), stories.c.id.desc()).limit(limit)
        if since is not None:
            query = query.where(stories.c.last >= since)
        if before is not None:
            last, id_ = before
            query = query.where(
                (stories.c.last < last) | ((stories.c.last == last) & (stories.c.id < id_))
            )
        if rule is not None:
            query = query.where(stories.c.id.in_(_hit_by(rule)))
        if without is not None:
            query = query.where(stories.c.id.not_in(_hit_by(without)))
        with self._database.reading() as connection:
            return _entries(connection, query, shown)

    def story(self, id: int, *, shown: int = 1_000) -> StoryEntry | None:
        """See `Desk.story`."""
        if not storable_id(id):
            return None
        with self._database.reading() as connection:
            found = _entries(connection, select(stories).where(stories.c.id == id), shown)
        return found[0] if found else None

    def rarity(self, terms: Collection[str]) -> Rarity:
        """See `Desk.rarity`."""
        with self._database.reading() as connection:
            # Counts in memory are those of the transaction that writes.
            counts = TermCounts().read(connection, [DOCUMENTS, *terms])
        return Rarity(counts.pop(DOCUMENTS), counts)

    def successors(self, story: int) -> Sequence[int]:
        """See `Desk.successors`."""
        told = (
            select(story_members.c.story)
            .distinct()
            .select_from(alerts)
            .join(alert_hits, alert_hits.c.alert == alerts.c.seq)
            .join(hits, hits.c.id == alert_hits.c.hit)
            .join(story_members, story_members.c.article == hits.c.article)
            .where(alerts.c.group == f"story:{story}")
            .order_by(story_members.c.story)
        )
        with self._database.reading() as connection:
            return list(connection.execute(told).scalars())

    def split_story(
        self, articles: Collection[int], now: datetime, *, alone: bool = False
    ) -> Parting:
        """See `Desk.split_story`."""
        with self._database.writing() as connection:
            queue_for_stories(self._database, connection)
            named = sorted(set(filter(storable_id, articles)))
            return split(connection, named, self._counts, now, alone=alone)

    def merge_stories(self, into: int, others: Collection[int], now: datetime) -> bool:
        """See `Desk.merge_stories`."""
        if not all(map(storable_id, [into, *others])):
            return False
        with self._database.writing() as connection:
            queue_for_stories(self._database, connection)
            return merge(connection, into, sorted(set(others) - {into}), now)


def _hit_by(rule: str) -> Select[int]:
    return (
        select(story_members.c.story)
        .join(hits, hits.c.article == story_members.c.article)
        .where(hits.c.rule == rule)
    )


def _entries(
    connection: Connection, query: Select[*tuple[Any, ...]], shown: int
) -> list[StoryEntry]:
    rows: Iterable[Any] = connection.execute(query).all()
    return [
        StoryEntry(
            story=Story(
                id=row.id,
                title=row.title,
                opened=row.opened,
                last=row.last,
                articles=row.articles,
                publishers=row.publishers,
                acknowledged=row.acknowledged,
            ),
            articles=tuple(read_members(connection, _newest(connection, row.id, shown))),
            rules=_rules(connection, row.id),
        )
        for row in rows
    ]


def _newest(connection: Connection, story: int, shown: int) -> list[int]:
    return list(
        connection.execute(
            select(story_members.c.article)
            .where(story_members.c.story == story)
            .order_by(story_members.c.at.desc(), story_members.c.article.desc())
            .limit(shown)
        ).scalars()
    )


def _rules(connection: Connection, story: int) -> dict[str, int]:
    rows = connection.execute(
        select(hits.c.rule, func.count())
        .join(story_members, story_members.c.article == hits.c.article)
        .where(story_members.c.story == story)
        .group_by(hits.c.rule)
        .order_by(hits.c.rule)
    )
    return {rule: number for rule, number in rows}  # noqa: C416 - rows are no pairs to mypy


def read_members(connection: Connection, ids: Sequence[int]) -> list[StoryArticle]:
    """Return articles as members of their stories, newest first."""
    found: list[StoryArticle] = []
    for some in batches(ids):
        rows: Any = connection.execute(
            select(
                story_members.c.article,
                story_members.c.story,
                articles.c.title,
                articles.c.source,
                articles.c.url,
                story_members.c.at,
                story_members.c.joined,
                story_members.c.score,
                story_members.c.detail,
                story_members.c.most_like,
                story_members.c.text,
                _like.c.title.label("like_title"),
                _like_member.c.story.label("like_story"),
            )
            .join(articles, articles.c.id == story_members.c.article)
            .outerjoin(_like, _like.c.id == story_members.c.most_like)
            .outerjoin(_like_member, _like_member.c.article == story_members.c.most_like)
            .where(story_members.c.article.in_(some))
        )
        found.extend(
            StoryArticle(
                article=row.article,
                story=row.story,
                title=row.title,
                source=row.source,
                url=row.url,
                at=row.at,
                joined=Joined(row.joined),
                score=row.score,
                detail=row.detail,
                most_like=_most_like(row),
                text=row.text,
            )
            for row in rows
        )
    return sorted(found, key=lambda one: (one.at, one.article), reverse=True)


def _most_like(row: Any) -> MostLike | None:
    """Return what the reason of a member compares it with; a move by hand has another reason."""
    if row.most_like is None or row.joined == Joined.BY_HAND:
        return None
    return MostLike(article=row.most_like, title=row.like_title, story=row.like_story)
