"""Hits as people list, judge, export and count them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select, tuple_, update

from monitor.model.alert import AlertItem
from monitor.model.article import StoredArticle
from monitor.model.firing import Fired
from monitor.model.hit import Hit, Review
from monitor.model.listing import DayCount, HitEntry, HitFilter
from monitor.store.content import read_fired, read_hit_articles, read_items
from monitor.store.engine import Database
from monitor.store.rows import HIT, hit
from monitor.store.search import articles_with
from monitor.store.tables import articles, hits, stories, story_members
from monitor.store.types import Utc, batches, storable_id

_PAGE = 500
_TEXTS = 50
"""Articles in one statement; each may hold a megabyte."""


class HitListing:
    """The part of `desk.Desk` about hits."""

    _database: Database

    def hits(
        self, wanted: HitFilter, limit: int, *, before: int | None = None
    ) -> Sequence[HitEntry]:
        """See `Desk.hits`."""
        query = self._query(wanted).order_by(hits.c.at.desc(), hits.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(_moment < _moment_of(before))
        with self._database.reading() as connection:
            return _entries(connection, connection.execute(query).all())

    def all_hits(self, wanted: HitFilter) -> Iterator[HitEntry]:
        """See `Desk.all_hits`."""
        query = self._query(wanted).order_by(hits.c.at, hits.c.id).limit(_PAGE)
        page = query
        while True:
            with self._database.reading() as connection:
                entries = _entries(connection, connection.execute(page).all())
            yield from entries
            if len(entries) < _PAGE:
                return
            last = entries[-1].hit
            page = query.where(_moment > tuple_(literal(last.at, Utc()), literal(last.id)))

    def items(self, ids: Sequence[int]) -> Sequence[AlertItem]:
        """See `Desk.items`."""
        with self._database.reading() as connection:
            return read_items(connection, [id_ for id_ in ids if storable_id(id_)])

    def hit_articles(self, ids: Sequence[int]) -> Iterator[tuple[int, StoredArticle]]:
        """See `Desk.hit_articles`."""
        known = [id_ for id_ in ids if storable_id(id_)]
        for start in range(0, len(known), _TEXTS):
            with self._database.reading() as connection:
                found = read_hit_articles(connection, known[start : start + _TEXTS])
            yield from found.items()

    def review(self, ids: Collection[int], review: Review, now: datetime) -> Sequence[int]:
        """See `Desk.review`."""
        found: list[int] = []
        with self._database.writing() as connection:
            for some in batches(sorted(filter(storable_id, ids))):
                changed = connection.execute(
                    update(hits)
                    .where(hits.c.id.in_(some))
                    .values(review=review, reviewed=now)
                    .returning(hits.c.id)
                )
                found.extend(changed.scalars())
                if review is Review.ACKNOWLEDGED:
                    connection.execute(
                        update(stories)
                        .where(
                            ~stories.c.acknowledged,
                            stories.c.id.in_(
                                select(story_members.c.story)
                                .join(hits, hits.c.article == story_members.c.article)
                                .where(hits.c.id.in_(some))
                            ),
                        )
                        .values(acknowledged=True, version=stories.c.version + 1)
                    )
        return sorted(found)

    def note(self, id: int, text: str) -> bool:
        """See `Desk.note`."""
        if not storable_id(id):
            return False
        with self._database.writing() as connection:
            changed = connection.execute(update(hits).where(hits.c.id == id).values(note=text))
            return changed.rowcount > 0

    def hits_a_day(
        self, since: datetime, until: datetime, rules: Sequence[str] = ()
    ) -> Sequence[DayCount]:
        """See `Desk.hits_a_day`."""
        day: ColumnElement[Any] = func.date(hits.c.at)
        query = (
            select(day, hits.c.rule, func.count())
            .where(hits.c.at >= since, hits.c.at < until, _globs(rules))
            .group_by(day, hits.c.rule)
            .order_by(day, hits.c.rule)
        )
        with self._database.reading() as connection:
            return [
                DayCount(
                    day=on if isinstance(on, date) else date.fromisoformat(on),
                    rule=rule,
                    hits=number,
                )
                for on, rule, number in connection.execute(query)
            ]

    def _query(self, wanted: HitFilter) -> Select[*tuple[Any, ...]]:
        conditions: list[ColumnElement[bool]] = []
        if wanted.rules:
            conditions.append(_globs(wanted.rules))
        if wanted.without:
            conditions.append(hits.c.rule.not_in(wanted.without))
        for column, values in (
            (hits.c.level, [int(level) for level in wanted.levels]),
            (hits.c.state, wanted.states),
            (hits.c.review, wanted.reviews),
            (articles.c.source, wanted.sources),
            (story_members.c.story, () if wanted.story is None else (wanted.story,)),
            (hits.c.article, () if wanted.article is None else (wanted.article,)),
        ):
            if values:
                conditions.append(column.in_(values))
        if wanted.since is not None:
            conditions.append(hits.c.at >= wanted.since)
        if wanted.until is not None:
            conditions.append(hits.c.at < wanted.until)
        if wanted.search:
            conditions.append(
                hits.c.article.in_(articles_with(wanted.search, self._database.dialect))
            )
        return (
            select(
                *HIT,
                articles.c.title,
                articles.c.source,
                articles.c.url,
                articles.c.lang,
                articles.c.published,
                story_members.c.story,
            )
            .join(articles, articles.c.id == hits.c.article)
            .outerjoin(story_members, story_members.c.article == articles.c.id)
            .where(*conditions)
        )


_moment = tuple_(hits.c.at, hits.c.id)
"""The order in which hits are listed: that of their detection."""


def _moment_of(hit: int) -> Any:
    return select(hits.c.at, hits.c.id).where(hits.c.id == hit).scalar_subquery()


def _globs(rules: Sequence[str]) -> ColumnElement[bool]:
    """Return a condition that any of the globs fits a hit's rule; without any, that every does."""
    if rules and not any("*" in glob or "?" in glob for glob in rules):
        return hits.c.rule.in_(rules)
    wild = str.maketrans({"*": "%", "?": "_", "%": r"\%", "_": r"\_", "\\": r"\\"})
    return or_(*(hits.c.rule.like(glob.translate(wild), escape="\\") for glob in rules or ("*",)))


def _entries(connection: Connection, rows: Sequence[Any]) -> list[HitEntry]:
    found = {row.id: hit(row) for row in rows}
    # What a text satisfied has evidence, but for `*`: few are looked up in vain.
    fired = read_fired(connection, [one.id for one in found.values() if not one.evidence])
    return [_entry(row, found[row.id], fired.get(row.id)) for row in rows]


def _entry(row: Any, of: Hit, fired: Fired | None) -> HitEntry:
    title, source, url, lang, published, story = row[len(HIT) :]
    return HitEntry(
        hit=of,
        title=title,
        source=source,
        url=url,
        lang=lang,
        published=published,
        story=story,
        fired=fired,
    )
