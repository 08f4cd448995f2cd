"""Committing a plan: decisions, outbox rows and what follows from them, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from monitor.model.alert import Alert
from monitor.model.decision import Decision, Outcome, Plan
from monitor.model.hit import HitState
from monitor.store.outbox import insert_alerts
from monitor.store.tables import decisions, hits, silences, stories, story_members
from monitor.store.telling import Telling, read_tellings, tell
from monitor.store.types import batches

_TELLING = frozenset({Outcome.ALERT, Outcome.DIGEST})
_STATES = (
    (Outcome.ALERT, HitState.ALERTED),
    (Outcome.DIGEST, HitState.DIGESTED),
    (Outcome.HOLD, HitState.HELD),
    (Outcome.SUPPRESS, HitState.SUPPRESSED),
)
"""The first outcome that a hit has at any destination gives its state."""

_Place = tuple[int, str, str]
"""Hit, route, channel."""


class Commitment:
    """One plan on its way into the database."""

    def __init__(
        self,
        connection: Connection,
        plan: Plan,
        story_versions: Mapping[int, int],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._plan = plan
        self._story_versions = story_versions
        self._now = now
        self._hits = sorted({decision.hit for decision in plan.decisions})
        self._undecided = self._lock_hits()
        self._standing = self._read_standing()

    def run(self) -> Sequence[str]:
        """Store everything of the plan that is still open; return the ids of the new alerts."""
        waiting = {place[0] for place, row in self._standing.items() if row.outcome == Outcome.HOLD}
        open_ = [d for d in self._plan.decisions if self._is_open(d, waiting)]
        made = self._make_alerts(open_)
        self._count_silenced(open_)
        self._store(open_, made)
        tell(self._connection, self._tellings(open_, made))
        update_states(self._connection, self._hits)
        return list(made.values())

    def _lock_hits(self) -> dict[int, bool]:
        found: dict[int, bool] = {}
        for some in batches(self._hits):
            rows = self._connection.execute(
                select(hits.c.id, hits.c.state)
                .where(hits.c.id.in_(some))
                .order_by(hits.c.id)
                .with_for_update()
            )
            found.update((hit, state == HitState.NEW) for hit, state in rows)
        return found

    def _read_standing(self) -> dict[_Place, Any]:
        found: dict[_Place, Any] = {}
        for some in batches(self._hits):
            rows = self._connection.execute(
                select(decisions).where(decisions.c.current, decisions.c.hit.in_(some))
            )
            found.update(((row.hit, row.route, row.channel), row) for row in rows)
        return found

    def _is_open(self, decision: Decision, waiting: set[int]) -> bool:
        if decision.hit not in self._undecided:
            return False  # pruned meanwhile
        if self._undecided[decision.hit]:
            return True
        row = self._standing.get((decision.hit, decision.route, decision.channel))
        return decision.hit in waiting and (row is None or row.outcome == Outcome.HOLD)

    def _make_alerts(self, open_: Sequence[Decision]) -> dict[int, str]:
        """Put the alerts that an open decision names, or none at all does, into the outbox."""
        named = {d.alert for d in self._plan.decisions}
        wanted = {d.alert for d in open_}
        made: dict[int, str] = {}
        rows: list[Alert] = []
        for index, new in enumerate(self._plan.alerts):
            if index in named and index not in wanted:
                continue
            made[index] = uuid4().hex
            rows.append(
                Alert(
                    id=made[index],
                    channel=new.channel,
                    kind=new.kind,
                    level=new.level,
                    hits=tuple(hit for hit in new.hits if hit in self._undecided),
                    created=self._now,
                    due=self._now,
                    route=new.route,
                    group=new.group,
                    follows=new.follows,
                    text=new.text,
                    held_back=new.held_back,
                    confirmed=new.confirmed,
                )
            )
        insert_alerts(self._connection, rows)
        return made

    def _count_silenced(self, open_: Sequence[Decision]) -> None:
        covered: dict[int, set[int]] = defaultdict(set)
        for decision in open_:
            if decision.silence is not None:
                covered[decision.silence].add(decision.hit)
        for silence, by_it in covered.items():
            before: set[int] = set()
            for some in batches(sorted(by_it)):
                before.update(
                    self._connection.execute(
                        select(decisions.c.hit).where(
                            decisions.c.silence == silence, decisions.c.hit.in_(some)
                        )
                    ).scalars()
                )
            self._connection.execute(
                update(silences)
                .where(silences.c.id == silence)
                .values(covered=silences.c.covered + len(by_it - before))
            )

    def _store(self, open_: Sequence[Decision], made: Mapping[int, str]) -> None:
        versions = self._versions([d.hit for d in open_])
        replaced: list[int] = []
        refreshed: dict[int, list[int]] = defaultdict(list)
        rows: list[dict[str, Any]] = []
        for decision in open_:
            values = {
                "hit": decision.hit,
                "channel": decision.channel,
                "route": decision.route,
                "outcome": decision.outcome,
                "reason": decision.reason,
                "detail": decision.detail,
                "until": decision.until,
                "alert": _alert_id(decision, made),
                "silence": decision.silence,
                "group": decision.group,
            }
            row = self._standing.get((decision.hit, decision.route, decision.channel))
            version = versions.get(decision.hit, 0)
            if row is not None and all(getattr(row, name) == v for name, v in values.items()):
                if row.story_version != version:
                    refreshed[version].append(row.id)
                continue
            if row is not None:
                replaced.append(row.id)
            rows.append(values | {"at": self._now, "current": True, "story_version": version})
        for some in batches(replaced):
            self._connection.execute(
                update(decisions).where(decisions.c.id.in_(some)).values(current=False)
            )
        for version, same in refreshed.items():
            for some in batches(same):
                self._connection.execute(
                    update(decisions).where(decisions.c.id.in_(some)).values(story_version=version)
                )
        if rows:
            self._connection.execute(insert(decisions), rows)

    def _versions(self, ids: Sequence[int]) -> dict[int, int]:
        """Return the version of each hit's story that its decision knew."""
        found: dict[int, int] = {}
        for some in batches(sorted(set(ids))):
            rows = self._connection.execute(
                select(hits.c.id, stories.c.version)
                .join(story_members, story_members.c.article == hits.c.article)
                .join(stories, stories.c.id == story_members.c.story)
                .where(hits.c.id.in_(some))
            )
            found.update(
                (hit, min(version, self._story_versions.get(hit, version))) for hit, version in rows
            )
        return found

    def _tellings(self, open_: Sequence[Decision], made: Mapping[int, str]) -> list[Telling]:
        telling = [
            (d.channel, d.group, d.hit, alert)
            for d in open_
            if d.outcome in _TELLING and d.group and (alert := _alert_id(d, made)) is not None
        ]
        return read_tellings(self._connection, telling)


def _alert_id(decision: Decision, made: Mapping[int, str]) -> str | None:
    return made[decision.alert] if isinstance(decision.alert, int) else decision.alert


def update_states(connection: Connection, ids: Iterable[int]) -> None:
    """Derive the states of hits from what was decided about them at each destination."""
    for some in batches(ids):
        outcomes: dict[int, set[str]] = defaultdict(set)
        rows = connection.execute(
            select(decisions.c.hit, decisions.c.outcome)
            .where(decisions.c.current, decisions.c.hit.in_(some))
            .distinct()
        )
        for hit, outcome in rows:
            outcomes[hit].add(outcome)
        by_state: dict[HitState, list[int]] = defaultdict(list)
        for hit, had in outcomes.items():
            by_state[next(state for outcome, state in _STATES if outcome in had)].append(hit)
        for state, which in by_state.items():
            connection.execute(
                update(hits).where(hits.c.id.in_(which), hits.c.state != state).values(state=state)
            )
