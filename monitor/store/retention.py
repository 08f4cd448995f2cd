"""Forgetting: what is old enough goes, in short transactions, but nothing that is still needed.

An article that is pruned leaves what it is recognised by (keys, title, address, hash), so that a
source that still lists it does not make it new again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, func, or_, select, update

from monitor.model.alert import AlertState
from monitor.model.decision import Outcome
from monitor.model.hit import HitState
from monitor.model.listing import Pruned
from monitor.store.engine import Database
from monitor.store.tables import (
    alert_hits,
    alerts,
    articles,
    decisions,
    firings,
    hits,
    refusals,
    revisions,
    sightings,
    silences,
    stories,
    story_apart,
    story_bands,
    story_members,
    story_terms,
    term_counts,
    told_groups,
)
from monitor.store.term_counts import DOCUMENTS
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW
from monitor.stories.rarity import RAREST

_AT_ONCE = 200
"""Articles or alerts in one transaction."""
_IDS_AT_ONCE = 2_000
_REFUSALS_A_SOURCE = 200
MARGIN = timedelta(days=1)
"""For how long rows stay beyond the time in which they are looked up."""


@dataclass(slots=True)
class _Tally:
    articles: int = 0
    revisions: int = 0
    hits: int = 0
    alerts: int = 0
    refusals: int = 0
    kept: int = 0


class Retention:
    """The part of `desk.Desk` that forgets."""

    _database: Database

    def prune(self, before: datetime) -> Pruned:
        """See `Desk.prune`."""
        tally = _Tally()
        last: int | None = 0
        while last is not None:
            with self._database.writing() as connection:
                last = _prune_articles(connection, before, last, tally)
        for table, old in (
            (alerts, alerts.c.settled < before),
            (refusals, refusals.c.at < before),
            (firings, firings.c.at < before),
            (silences, (silences.c.end < before) & silences.c.announced),
        ):
            for removed in self._removing(table, old):
                if table is alerts:
                    tally.alerts += removed
                elif table is refusals:
                    tally.refusals += removed
        return Pruned(**{field.name: getattr(tally, field.name) for field in fields(tally)})

    def tidy(self, now: datetime) -> None:
        """See `Desk.tidy`."""
        for table, window in ((story_terms, EVENT_WINDOW), (story_bands, COPY_WINDOW)):
            self._drop_search_rows(table, now - window - MARGIN)
        with self._database.reading() as connection:
            many = (
                connection.execute(
                    select(refusals.c.source)
                    .group_by(refusals.c.source)
                    .having(func.count() > _REFUSALS_A_SOURCE)
                )
                .scalars()
                .all()
            )
        for source in many:
            with self._database.writing() as connection:
                newest = (
                    select(refusals.c.id)
                    .where(refusals.c.source == source)
                    .order_by(refusals.c.at.desc(), refusals.c.id.desc())
                    .limit(_REFUSALS_A_SOURCE)
                )
                connection.execute(
                    delete(refusals).where(
                        refusals.c.source == source, refusals.c.id.not_in(newest)
                    )
                )
        with self._database.writing() as connection:
            documents = connection.execute(
                select(term_counts.c.count).where(term_counts.c.term == DOCUMENTS)
            ).scalar_one_or_none()
            # Far below RAREST all terms weigh the same, counted or not.
            few = (documents or 0) * RAREST / 20
            connection.execute(
                delete(term_counts).where(
                    term_counts.c.count < few, term_counts.c.term != DOCUMENTS
                )
            )

    def _removing(self, table: Table[Any], old: Any) -> Iterator[int]:
        """Delete old rows of a table, a transaction a batch; yield how many each removed."""
        (key,) = table.primary_key.columns
        while True:
            with self._database.writing() as connection:
                some = select(key).where(old).limit(_AT_ONCE)
                removed = connection.execute(delete(table).where(key.in_(some))).rowcount
            yield removed
            if removed < _AT_ONCE:
                return

    def _drop_search_rows(self, table: Table[Any], before: datetime) -> None:
        """Remove rows that no article can find any more, by ranges of article ids."""
        with self._database.reading() as connection:
            first = connection.execute(select(func.min(table.c.article))).scalar_one()
            last = connection.execute(
                select(func.max(articles.c.id)).where(articles.c.first_seen < before)
            ).scalar_one()
        if first is None or last is None:
            return
        for start in range(first, last + 1, _IDS_AT_ONCE):
            end = min(start + _IDS_AT_ONCE - 1, last)
            with self._database.writing() as connection:
                connection.execute(
                    delete(table).where(table.c.article.between(start, end), table.c.at < before)
                )


def _prune_articles(
    connection: Connection, before: datetime, after: int, tally: _Tally
) -> int | None:
    """Prune the next few old articles; return the last id looked at, None at the end."""
    ids = (
        connection.execute(
            select(articles.c.id)
            .where(articles.c.id > after, articles.c.first_seen < before, ~articles.c.pruned)
            .order_by(articles.c.id)
            .limit(_AT_ONCE)
        )
        .scalars()
        .all()
    )
    if not ids:
        return None
    needed = _needed(connection, ids, before)
    gone = [id_ for id_ in ids if id_ not in needed]
    tally.kept += len(needed)
    if not gone:
        return ids[-1]
    tally.articles += len(gone)
    tally.hits += connection.execute(delete(hits).where(hits.c.article.in_(gone))).rowcount
    tally.revisions += connection.execute(
        delete(revisions).where(revisions.c.article.in_(gone))
    ).rowcount
    connection.execute(delete(sightings).where(sightings.c.article.in_(gone)))
    _leave_stories(connection, gone)
    connection.execute(
        update(articles)
        .where(articles.c.id.in_(gone))
        .values(body="", author="", tags=[], notes=[], pruned=True)
    )
    return ids[-1]


def _needed(connection: Connection, ids: Sequence[int], before: datetime) -> set[int]:
    """Return those articles with a hit that is recent, undecided, waiting, or undelivered."""
    waiting = select(decisions.c.hit).where(
        decisions.c.current, decisions.c.outcome == Outcome.HOLD, decisions.c.hit == hits.c.id
    )
    undelivered = (
        select(alert_hits.c.hit)
        .join(alerts, alerts.c.seq == alert_hits.c.alert)
        .where(alert_hits.c.hit == hits.c.id, alerts.c.state == AlertState.PENDING)
    )
    return set(
        connection.execute(
            select(hits.c.article).where(
                hits.c.article.in_(ids),
                or_(
                    hits.c.at >= before,
                    hits.c.state == HitState.NEW,
                    waiting.exists(),
                    undelivered.exists(),
                ),
            )
        ).scalars()
    )


def _leave_stories(connection: Connection, gone: Sequence[int]) -> None:
    """Take articles out of their stories; a story without any is removed."""
    left = Counter(
        connection.execute(
            delete(story_members)
            .where(story_members.c.article.in_(gone))
            .returning(story_members.c.story)
        ).scalars()
    )
    for story, number in left.items():
        connection.execute(
            update(stories)
            .where(stories.c.id == story)
            .values(articles=stories.c.articles - number)
        )
    for table in (story_bands, story_terms, story_apart):
        connection.execute(delete(table).where(table.c.article.in_(gone)))
    empty = (
        connection.execute(
            delete(stories)
            .where(stories.c.id.in_(list(left)), stories.c.articles <= 0)
            .returning(stories.c.id)
        )
        .scalars()
        .all()
    )
    connection.execute(
        delete(told_groups).where(told_groups.c.group.in_([f"story:{story}" for story in empty]))
    )
