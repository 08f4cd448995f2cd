"""Articles, their way through the program, and the memory of rules and sources, for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, union

from monitor.model.article import StoredArticle
from monitor.model.decision import Outcome, Reason
from monitor.model.listing import (
    AlertEntry,
    ArticleSpan,
    ArticleWay,
    Decided,
    HitWay,
    Refused,
    RuleVersion,
    Sighting,
    SourceFigures,
)
from monitor.model.source import SourceState
from monitor.store.content import read_articles, read_fired
from monitor.store.deliveries import read_deliveries
from monitor.store.engine import Database
from monitor.store.outbox import alerts_of
from monitor.store.rows import HIT, STORED_ARTICLE, hit, stored_article
from monitor.store.story_listing import read_members
from monitor.store.tables import (
    alert_hits,
    alerts,
    article_keys,
    articles,
    decisions,
    hits,
    refusals,
    revisions,
    rule_versions,
    sightings,
    sources,
    story_members,
)
from monitor.store.types import batches, index_key, storable_id

_PAGE = 50
"""Articles in one statement; each may hold a megabyte."""
_RECENT = timedelta(days=7)
_LATELY = 20_000
"""Articles of all sources that are looked at to see who gives a publisher's."""


class Reading:
    """The part of `desk.Desk` that looks back."""

    _database: Database

    def find_articles(self, keys: Sequence[str]) -> Sequence[StoredArticle]:
        """See `Desk.find_articles`."""
        with self._database.reading() as connection:
            found: set[int] = set()
            for some in batches(index_key(key) for key in keys):
                found.update(
                    connection.execute(
                        select(article_keys.c.article).where(article_keys.c.key.in_(some))
                    ).scalars()
                )
            by_id = read_articles(connection, found)
            return [by_id[id_] for id_ in sorted(by_id)]

    def articles_of_file(
        self, path: str, sources: Collection[str], limit: int
    ) -> Sequence[StoredArticle]:
        """See `Desk.articles_of_file`."""
        named = union(
            select(articles.c.id).where(articles.c.source.in_(sources), articles.c.path == path),
            select(sightings.c.article).where(sightings.c.path == path),
        ).subquery()
        with self._database.reading() as connection:
            found = connection.execute(select(named.c.id).order_by(named.c.id).limit(limit))
            by_id = read_articles(connection, found.scalars().all())
            return [by_id[id_] for id_ in sorted(by_id)]

    def carriers(self, publisher: str) -> frozenset[str]:
        """See `Desk.carriers`."""
        with self._database.reading() as connection:
            newest = connection.execute(select(func.max(articles.c.id))).scalar() or 0
            theirs = connection.execute(
                select(story_members.c.article).where(
                    story_members.c.article > newest - _LATELY,
                    story_members.c.publisher == publisher,
                )
            ).scalars()
            found: set[str] = set()
            for some in batches(theirs):
                found.update(
                    connection.execute(
                        select(articles.c.source).where(articles.c.id.in_(some))
                    ).scalars()
                )
            return frozenset(found)

    def article_span(self, since: datetime | None = None) -> ArticleSpan | None:
        """See `Desk.article_span`."""
        query = select(func.min(articles.c.id), func.max(articles.c.id), func.count())
        if since is not None:
            query = query.where(articles.c.first_seen >= since)
        with self._database.reading() as connection:
            first, last, count = connection.execute(query).one()
        return ArticleSpan(first=first, last=last, count=count) if count else None

    def articles_between(
        self, first: int, last: int, since: datetime | None = None
    ) -> Iterator[StoredArticle]:
        """See `Desk.articles_between`."""
        query = (
            select(*STORED_ARTICLE)
            .outerjoin_from(articles, story_members, story_members.c.article == articles.c.id)
            .where(articles.c.id <= last, ~articles.c.pruned)
            .order_by(articles.c.id)
            .limit(_PAGE)
        )
        if since is not None:
            query = query.where(articles.c.first_seen >= since)
        after = first - 1
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query.where(articles.c.id > after)).all()
            for row in rows:
                yield (article := stored_article(row))
                after = article.id
            if len(rows) < _PAGE:
                return

    def way(self, article: int) -> ArticleWay | None:
        """See `Desk.way`."""
        if not storable_id(article):
            return None
        with self._database.reading() as connection:
            found = read_articles(connection, [article]).get(article)
            if found is None:
                return None
            rows = connection.execute(
                select(*HIT).where(hits.c.article == article).order_by(hits.c.id)
            ).all()
            of_article = [hit(row) for row in rows]
            fired = read_fired(connection, [one.id for one in of_article])
            return ArticleWay(
                article=found,
                keys=tuple(
                    connection.execute(
                        select(article_keys.c.key)
                        .where(article_keys.c.article == article)
                        .order_by(article_keys.c.key)
                    ).scalars()
                ),
                versions=_versions(connection, article),
                sightings=_sightings(connection, article),
                story=next(iter(read_members(connection, [article])), None),
                hits=tuple(
                    HitWay(
                        hit=one,
                        decisions=tuple(read_decisions(connection, one.id)),
                        alerts=_alerts_with(connection, one.id),
                        fired=fired.get(one.id),
                    )
                    for one in of_article
                ),
            )

    def decisions_of(self, hit: int) -> Sequence[Decided]:
        """See `Desk.decisions_of`."""
        with self._database.reading() as connection:
            return read_decisions(connection, hit)

    def rule_versions(self, rule: str) -> Sequence[RuleVersion]:
        """See `Desk.rule_versions`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(rule_versions)
                .where(rule_versions.c.rule == rule)
                .order_by(rule_versions.c.loaded, rule_versions.c.version)
            ).mappings()
            return [RuleVersion(**row) for row in rows]

    def current_versions(self) -> Mapping[str, str]:
        """See `Desk.current_versions`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(rule_versions.c.rule, rule_versions.c.version).where(rule_versions.c.current)
            )
            return {rule: version for rule, version in rows}  # noqa: C416 - rows are no pairs to mypy

    def refusals(self, source: str, limit: int) -> Sequence[Refused]:
        """See `Desk.refusals`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(refusals.c.source, refusals.c.at, refusals.c.where, refusals.c.reason)
                .where(refusals.c.source == source)
                .order_by(refusals.c.at.desc(), refusals.c.id.desc())
                .limit(limit)
            )
            return [
                Refused(source=of, at=at, where=where, reason=reason)
                for of, at, where, reason in rows
            ]

    def source_figures(self, now: datetime) -> Sequence[SourceFigures]:
        """See `Desk.source_figures`."""
        with self._database.reading() as connection:
            states = connection.execute(select(sources).order_by(sources.c.source)).mappings()
            recent: dict[str, int] = defaultdict(int)
            recent.update(
                connection.execute(
                    select(articles.c.source, func.count())
                    .where(articles.c.first_seen > now - _RECENT)
                    .group_by(articles.c.source)
                ).all()
            )
            last = (
                select(func.max(articles.c.first_seen))
                .where(articles.c.source == sources.c.source)
                .scalar_subquery()
            )
            newest = dict(connection.execute(select(sources.c.source, last)).all())
            stored: dict[str, int] = dict(
                connection.execute(
                    select(articles.c.source, func.count()).group_by(articles.c.source)
                ).all()
            )
            return [
                SourceFigures(
                    state=_counted(SourceState(**row), stored.get(row["source"], 0)),
                    articles_a_day=recent[row["source"]] / _RECENT.days,
                    last_article=newest[row["source"]],
                )
                for row in states
            ]


def _counted(state: SourceState, stored: int) -> SourceState:
    """Return a state that counts also what a poll stored that was cut short, by a crash say."""
    return replace(state, articles=max(state.articles, stored))


def read_decisions(connection: Connection, hit: int) -> list[Decided]:
    """Return every decision about a hit, in the order made."""
    rows: Any = connection.execute(
        select(decisions).where(decisions.c.hit == hit).order_by(decisions.c.id)
    )
    return [
        Decided(
            hit=row.hit,
            channel=row.channel,
            route=row.route,
            outcome=Outcome(row.outcome),
            reason=Reason(row.reason),
            detail=row.detail,
            until=row.until,
            alert=row.alert,
            silence=row.silence,
            group=row.group,
            at=row.at,
            current=row.current,
        )
        for row in rows
    ]


def _versions(connection: Connection, article: int) -> tuple[datetime, ...]:
    former = connection.execute(
        select(revisions.c.seen)
        .where(revisions.c.article == article)
        .order_by(revisions.c.revision)
    ).scalars()
    newest = connection.execute(
        select(articles.c.changed).where(articles.c.id == article)
    ).scalar_one()
    return (*former, newest)


def _sightings(connection: Connection, article: int) -> tuple[Sighting, ...]:
    rows = connection.execute(
        select(sightings.c.at, sightings.c.url, sightings.c.path, sightings.c.reason)
        .where(sightings.c.article == article)
        .order_by(sightings.c.id)
    )
    return tuple(Sighting(at=at, url=url, path=path, reason=why) for at, url, path, why in rows)


def _alerts_with(connection: Connection, hit: int) -> tuple[AlertEntry, ...]:
    """Return the alerts that carry a hit, and those that it joined, in the order made."""
    carrying = select(alert_hits.c.alert).where(alert_hits.c.hit == hit)
    joined = select(decisions.c.alert).where(decisions.c.hit == hit, decisions.c.alert.is_not(None))
    found = alerts_of(
        connection,
        select(alerts)
        .where(alerts.c.seq.in_(carrying) | alerts.c.id.in_(joined))
        .order_by(alerts.c.seq),
    )
    tried = read_deliveries(connection, [alert.id for alert in found])
    return tuple(AlertEntry(alert=one, deliveries=tuple(tried[one.id])) for one in found)
