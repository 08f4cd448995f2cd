"""What the policy is given to decide, and what becomes of its decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, literal, or_, select, tuple_, update

from monitor.model.alert import Alert, AlertKind
from monitor.model.channel import Silence
from monitor.model.decision import (
    Candidate,
    Destination,
    GroupPast,
    History,
    Hold,
    Outcome,
    Plan,
    Reason,
    StoryFacts,
)
from monitor.model.hit import HitState
from monitor.model.rule import Level
from monitor.store.commitment import Commitment
from monitor.store.engine import Database
from monitor.store.outbox import insert_alerts
from monitor.store.tables import (
    alerts,
    articles,
    decisions,
    hits,
    silences,
    stories,
    story_members,
    told_groups,
)
from monitor.store.types import batches, inline

WAITING = (decisions.c.current, decisions.c.outcome == inline(Outcome.HOLD))
"""As the partial index says it, so that both databases use it."""

_STIRRED_BY_STORY = (Reason.WAIT_CONFIRM, Reason.WAIT_REPEAT)
"""What waits for its own story or rule, and is not up because that of others is due."""


class Deciding:
    """The part of `ports.Store` that serves the policy."""

    _database: Database
    _story_versions: Mapping[int, int] = {}
    """By hit, as `candidates` last read them: a story that changes between reading and committing
    must not count as decided."""

    def candidates(self, now: datetime, limit: int) -> Sequence[Candidate]:
        """See `ports.Store.candidates`."""
        with self._database.reading() as connection:
            new = connection.execute(
                select(hits.c.id)
                .where(hits.c.state == inline(HitState.NEW))
                .order_by(hits.c.id)
                .limit(limit)
            ).scalars()
            ids = [*new, *sorted(_up(connection, now))]
            found, self._story_versions = _candidates(connection, ids)
            return [found[hit] for hit in ids if hit in found]

    def history(
        self,
        candidates: Sequence[Candidate],
        destinations: Mapping[Destination, float],
        now: datetime,
    ) -> History:
        """See `ports.Store.history`."""
        of_stories = {c.story for c in candidates if c.story is not None}
        groups = {f"story:{story}" for story in of_stories} | {f"rule:{c.rule}" for c in candidates}
        with self._database.reading() as connection:
            return History(
                stories=_story_facts(connection, of_stories),
                groups=_group_pasts(connection, groups),
                sent={
                    place: times
                    for place, seconds in destinations.items()
                    if (times := _sent(connection, place, now - timedelta(seconds=seconds)))
                },
                digests=_last_digests(connection, destinations),
            )

    def commit_plan(self, plan: Plan, now: datetime) -> Sequence[str]:
        """See `ports.Store.commit_plan`.

        What has been settled meanwhile stays: committing the same plan twice changes nothing.
        """
        with self._database.writing() as connection:
            return Commitment(connection, plan, self._story_versions, now).run()

    def next_hold(self) -> datetime | None:
        """See `ports.Store.next_hold`."""
        with self._database.reading() as connection:
            return connection.execute(
                select(func.min(decisions.c.until)).where(*WAITING)
            ).scalar_one()

    def silences(self, since: datetime) -> Sequence[Silence]:
        """See `ports.Store.silences`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(silences)
                .where(or_(silences.c.end > since, ~silences.c.announced))
                .order_by(silences.c.id)
            ).mappings()
            return [Silence(**{**row, "tags": tuple(row["tags"])}) for row in rows]

    def announce(self, silence: int, notice: Alert | None) -> None:
        """See `ports.Store.announce`."""
        with self._database.writing() as connection:
            marked = connection.execute(
                update(silences)
                .where(silences.c.id == silence, ~silences.c.announced)
                .values(announced=True)
            )
            if marked.rowcount and notice is not None:
                insert_alerts(connection, [notice])


def _up(connection: Connection, now: datetime) -> set[int]:
    """Return the hits with a hold that is up: see `ports.Store.candidates`."""
    place = (decisions.c.route, decisions.c.channel, decisions.c.reason)
    due = (*WAITING, decisions.c.until <= now)
    by_itself = decisions.c.reason.in_(_STIRRED_BY_STORY)
    found = set(connection.execute(select(decisions.c.hit).where(*due, by_itself)).scalars())
    whole = connection.execute(select(*place).where(*due, ~by_itself).distinct()).all()
    if whole:
        found.update(
            connection.execute(
                select(decisions.c.hit).where(*WAITING, tuple_(*place).in_(whole))
            ).scalars()
        )
    found.update(
        connection.execute(
            select(decisions.c.hit)
            .join(hits, hits.c.id == decisions.c.hit)
            .join(story_members, story_members.c.article == hits.c.article)
            .join(stories, stories.c.id == story_members.c.story)
            .where(
                *WAITING,
                by_itself,
                stories.c.version > decisions.c.story_version,
            )
        ).scalars()
    )
    return found


def _candidates(
    connection: Connection, ids: Sequence[int]
) -> tuple[dict[int, Candidate], dict[int, int]]:
    found: dict[int, Candidate] = {}
    versions: dict[int, int] = {}
    for some in batches(ids):
        holds, settled = _standing(connection, some)
        rows = connection.execute(
            select(
                hits.c.id,
                hits.c.rule,
                hits.c.level,
                hits.c.tags,
                hits.c.at,
                hits.c.happened,
                hits.c.edit_ignored,
                hits.c.notify,
                articles.c.source,
                articles.c.source_tags,
                articles.c.lang,
                articles.c.late,
                story_members.c.story,
                func.coalesce(stories.c.version, literal(0)),
            )
            .join(articles, articles.c.id == hits.c.article)
            .outerjoin(story_members, story_members.c.article == articles.c.id)
            .outerjoin(stories, stories.c.id == story_members.c.story)
            .where(hits.c.id.in_(some))
        )
        for row in rows:
            hit, rule, level, tags, at, happened, edit_ignored, notify, *of_article, version = row
            source, source_tags, lang, late, story = of_article
            versions[hit] = version
            found[hit] = Candidate(
                hit=hit,
                rule=rule,
                level=Level(level),
                tags=tuple(tags),
                source=source,
                source_tags=tuple(source_tags),
                lang=lang,
                story=story,
                at=at,
                event_at=happened,
                late=late,
                edit_ignored=edit_ignored,
                notify=tuple(notify),
                holds=tuple(holds[hit]),
                settled=frozenset(settled[hit]),
            )
    return found, versions


def _standing(
    connection: Connection, ids: Sequence[int]
) -> tuple[Mapping[int, list[Hold]], Mapping[int, set[str]]]:
    holds: dict[int, list[Hold]] = defaultdict(list)
    settled: dict[int, set[str]] = defaultdict(set)
    rows = connection.execute(
        select(
            decisions.c.hit,
            decisions.c.channel,
            decisions.c.route,
            decisions.c.outcome,
            decisions.c.reason,
            decisions.c.until,
        )
        .where(decisions.c.current, decisions.c.hit.in_(ids))
        .order_by(decisions.c.id)
    )
    for hit, channel, route, outcome, reason, until in rows:
        if outcome == Outcome.HOLD and until is not None:
            holds[hit].append(
                Hold(channel=channel, route=route, reason=Reason(reason), until=until)
            )
        elif reason != Reason.REROUTED:
            settled[hit].add(channel)
    return holds, settled


def _story_facts(connection: Connection, ids: Collection[int]) -> dict[int, StoryFacts]:
    found: dict[int, StoryFacts] = {}
    for some in batches(ids):
        rows = connection.execute(
            select(stories.c.id, stories.c.publishers, stories.c.acknowledged).where(
                stories.c.id.in_(some)
            )
        )
        found.update((id_, StoryFacts(publishers, told)) for id_, publishers, told in rows)
    return found


def _group_pasts(
    connection: Connection, groups: Collection[str]
) -> dict[tuple[str, str], GroupPast]:
    found: dict[tuple[str, str], GroupPast] = {}
    for some in batches(sorted(groups)):
        rows: Iterable[Any] = connection.execute(
            select(told_groups).where(told_groups.c.group.in_(some))
        )
        for row in rows:
            found[row.channel, row.group] = GroupPast(
                first_alert=row.first_alert,
                last_at=row.last_at,
                rules=frozenset(row.rules),
                level=Level(row.level),
                confirmed=row.confirmed,
            )
    return found


def _sent(connection: Connection, place: Destination, since: datetime) -> tuple[datetime, ...]:
    route, channel = place
    return tuple(
        connection.execute(
            select(alerts.c.created)
            .where(alerts.c.channel == channel, alerts.c.route == route, alerts.c.created >= since)
            .order_by(alerts.c.created)
        ).scalars()
    )


def _last_digests(
    connection: Connection, destinations: Collection[Destination]
) -> dict[Destination, datetime]:
    last: dict[Destination, datetime] = {}
    for route, channel in destinations:
        made = connection.execute(
            select(alerts.c.created)
            .where(
                alerts.c.channel == channel,
                alerts.c.route == route,
                alerts.c.kind == AlertKind.DIGEST,
            )
            .order_by(alerts.c.created.desc())
            .limit(1)
        ).scalar_one_or_none()
        if made is not None:
            last[route, channel] = made
    return last
