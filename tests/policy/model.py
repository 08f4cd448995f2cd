"""The store's side of deciding, in memory and as plainly as it can be said: the model that the
policy is tried against, and that `monitor.ports.Store` promises."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.model.alert import Alert, AlertKind
from monitor.model.channel import Silence
from monitor.model.decision import (
    Candidate,
    Decision,
    Destination,
    GroupPast,
    History,
    Hold,
    NewAlert,
    Outcome,
    Plan,
    Reason,
    StoryFacts,
)
from monitor.model.rule import Level
from monitor.model.source import SourceState

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""Four weeks before Europe's clocks go forward."""
STIRRED_BY_STORY = frozenset({Reason.WAIT_CONFIRM, Reason.WAIT_REPEAT})
"""What is up by itself, or when its story has moved."""


def candidate(hit: int = 1, at: datetime = MONDAY, **given: object) -> Candidate:
    """A hit of rule `csto` with an ordinary value wherever none is given."""
    values: dict[str, object] = {
        "rule": "csto",
        "level": Level.MEDIUM,
        "tags": (),
        "source": "tass",
        "source_tags": (),
        "lang": "en",
        "story": None,
        "event_at": at,
    }
    return Candidate(hit=hit, at=at, **{**values, **given})  # type: ignore[arg-type]  # checked by use


@dataclass
class Sent:
    """An alert in the outbox."""

    id: str
    alert: NewAlert
    created: datetime


@dataclass
class Standing:
    """The newest decision of a hit at a destination."""

    decision: Decision
    at: datetime
    alert: str | None
    story_version: int


@dataclass
class Memory:
    """Hits, decisions, the outbox, stories and silences."""

    hits: dict[int, Candidate] = field(default_factory=dict)
    standing: dict[tuple[int, str, str], Standing] = field(default_factory=dict)
    outbox: list[Sent] = field(default_factory=list)
    stories: dict[int, StoryFacts] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    quieted: list[Silence] = field(default_factory=list)
    notices: list[Alert] = field(default_factory=list)

    # what happens

    def add(self, *hits: Candidate) -> None:
        for hit in hits:
            self.hits[hit.hit] = hit
            if hit.story is not None:
                known = self.stories.get(hit.story, StoryFacts(1))
                self.change_story(hit.story, known)

    def change_story(self, story: int, facts: StoryFacts) -> None:
        self.stories[story] = facts
        self.versions[story] = self.versions.get(story, 0) + 1

    # what the policy asks

    def candidates(self, now: datetime, limit: int = 10**6) -> list[Candidate]:
        decided = {hit for hit, _, _ in self.standing}
        new = [hit for hit in sorted(self.hits) if hit not in decided][:limit]
        holds = [it for it in self.standing.values() if it.decision.outcome is Outcome.HOLD]
        due = {
            _place(it.decision)
            for it in holds
            if until(it) <= now and it.decision.reason not in STIRRED_BY_STORY
        }
        up = {
            it.decision.hit
            for it in holds
            if _place(it.decision) in due
            or until(it) <= now
            or (
                it.decision.reason in STIRRED_BY_STORY
                and self._version(it.decision.hit) > it.story_version
            )
        }
        return [self._candidate(hit) for hit in [*new, *sorted(up)]]

    def history(
        self,
        candidates: Sequence[Candidate],
        destinations: Mapping[Destination, float],
        now: datetime,
    ) -> History:
        sent: dict[Destination, tuple[datetime, ...]] = {}
        digests: dict[Destination, datetime] = {}
        for place, seconds in destinations.items():
            here = [it for it in self.outbox if (it.alert.route, it.alert.channel) == place]
            since = now - timedelta(seconds=seconds)
            sent[place] = tuple(it.created for it in here if it.created >= since)
            made = [it.created for it in here if it.alert.kind is AlertKind.DIGEST]
            if made:
                digests[place] = max(made)
        asked = {f"story:{it.story}" for it in candidates} | {
            f"rule:{it.rule}" for it in candidates
        }
        return History(
            stories={it.story: self.stories[it.story] for it in candidates if it.story is not None},
            groups={key: past for key, past in self._groups().items() if key[1] in asked},
            sent=sent,
            digests=digests,
        )

    def commit_plan(self, plan: Plan, now: datetime) -> list[str]:
        ids = [f"a{len(self.outbox) + number}" for number in range(len(plan.alerts))]
        self.outbox += [Sent(id, alert, now) for id, alert in zip(ids, plan.alerts, strict=True)]
        for decision in plan.decisions:
            key = (decision.hit, decision.route, decision.channel)
            before = self.standing.get(key)
            assert before is None or before.decision.outcome is Outcome.HOLD, "decided for good"
            alert = decision.alert
            self.standing[key] = Standing(
                decision,
                now,
                ids[alert] if isinstance(alert, int) else alert,
                self._version(decision.hit),
            )
        return ids

    def next_hold(self) -> datetime | None:
        holds = [it for it in self.standing.values() if it.decision.outcome is Outcome.HOLD]
        return min((until(it) for it in holds), default=None)

    def silences(self, since: datetime) -> list[Silence]:
        covered: dict[int, set[int]] = {}
        for it in self.standing.values():
            if it.decision.silence is not None:
                covered.setdefault(it.decision.silence, set()).add(it.decision.hit)
        return [
            replace(silence, covered=len(covered.get(silence.id, ())))
            for silence in self.quieted
            if silence.end > since or not silence.announced
        ]

    def announce(self, silence: int, notice: Alert | None) -> None:
        self.notices += [notice] if notice is not None else []
        self.quieted = [
            replace(it, announced=True) if it.id == silence else it for it in self.quieted
        ]

    def source_states(self) -> Mapping[str, SourceState]:
        return {}

    # what tests ask

    def told(self, hit: int) -> list[Sent]:
        return [it for it in self.outbox if hit in it.alert.hits]

    def decisions(self, hit: int) -> list[Decision]:
        return [it.decision for (of, _, _), it in self.standing.items() if of == hit]

    def reasons(self, hit: int) -> list[Reason]:
        return [decision.reason for decision in self.decisions(hit)]

    # inside

    def _candidate(self, hit: int) -> Candidate:
        here = [it.decision for (of, _, _), it in self.standing.items() if of == hit]
        holds = tuple(
            Hold(channel=it.channel, route=it.route, reason=it.reason, until=it.until)
            for it in here
            if it.outcome is Outcome.HOLD and it.until is not None
        )
        settled = frozenset(
            it.channel
            for it in here
            if it.outcome is not Outcome.HOLD and it.reason is not Reason.REROUTED
        )
        return replace(self.hits[hit], holds=holds, settled=settled)

    def _version(self, hit: int) -> int:
        return self.versions.get(self.hits[hit].story or 0, 0)

    def _groups(self) -> dict[tuple[str, str], GroupPast]:
        telling: dict[tuple[str, str], list[Standing]] = {}
        for it in self.standing.values():
            if it.decision.outcome in {Outcome.ALERT, Outcome.DIGEST} and it.decision.group:
                telling.setdefault((it.decision.channel, it.decision.group), []).append(it)
        by_id = {it.id: it for it in self.outbox}
        found = {}
        for key, those in telling.items():
            order = {it.id: number for number, it in enumerate(self.outbox)}
            ids = sorted({it.alert for it in those if it.alert is not None}, key=order.__getitem__)
            firsts = [id for id in ids if by_id[id].alert.kind is AlertKind.HIT]
            found[key] = GroupPast(
                first_alert=firsts[-1] if firsts else ids[0],
                last_at=max(by_id[id].created for id in ids),
                rules=frozenset(self.hits[it.decision.hit].rule for it in those),
                level=max(self.hits[it.decision.hit].level for it in those),
                confirmed=max(by_id[id].alert.confirmed for id in ids),
            )
        return found


def until(standing: Standing) -> datetime:
    assert standing.decision.until is not None
    return standing.decision.until


def _place(decision: Decision) -> tuple[str, str, Reason]:
    return (decision.route, decision.channel, decision.reason)


def check_plan(plan: Plan, candidates: Collection[Candidate], now: datetime) -> None:
    """What holds of every plan, whatever the configuration."""
    hits = {it.hit: it for it in candidates}
    keys = [(it.hit, it.route, it.channel) for it in plan.decisions]
    assert len(keys) == len(set(keys)), "one decision a hit and destination"
    for decision in plan.decisions:
        assert decision.detail
        assert (decision.until is None) == (decision.outcome is not Outcome.HOLD)
        assert decision.until is None or decision.until > now
        if decision.outcome in {Outcome.ALERT, Outcome.DIGEST}:
            assert isinstance(decision.alert, int)
            alert = plan.alerts[decision.alert]
            assert decision.hit in alert.hits
            assert decision.channel == alert.channel
            of_many = alert.kind in {AlertKind.DIGEST, AlertKind.SUMMARY}
            assert of_many == (decision.outcome is Outcome.DIGEST)
    for index, alert in enumerate(plan.alerts):
        carried = [it.hit for it in plan.decisions if it.alert == index]
        assert sorted(alert.hits) == sorted(set(carried))
        assert alert.level == max(hits[hit].level for hit in alert.hits)
        followed = alert.kind in {AlertKind.FOLLOW_UP, AlertKind.REMINDER}
        assert followed == (alert.follows is not None)
        assert bool(alert.held_back) == (alert.kind is AlertKind.SUMMARY)
    for it in candidates:
        mine = [decision for decision in plan.decisions if decision.hit == it.hit]
        assert mine or it.holds, "a new hit is always decided"
