"""What the policy would have sent for hits of the past, without a database: for backtests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby

from monitor.model.alert import AlertKind
from monitor.model.channel import Route
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
from monitor.policy.decide import decide, destinations

_STIRRED_BY_STORY = frozenset({Reason.WAIT_CONFIRM, Reason.WAIT_REPEAT})


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An alert that would have been made, and when; its `follows` is another one's index."""

    at: datetime
    alert: NewAlert


def rehearse(
    hits: Iterable[Candidate], *, routes: Sequence[Route], channels: Collection[str]
) -> tuple[Rehearsed, ...]:
    """Decide new hits at the times at which they were detected, and on until nothing waits.

    Other than in a daemon's life, nothing is silenced or acknowledged, and a story has as many
    publishers as there are sources among its hits so far.
    """
    rehearsal = _Rehearsal(tuple(routes), frozenset(channels))
    ordered = sorted(hits, key=lambda hit: (hit.at, hit.hit))
    for at, arrived in groupby(ordered, key=lambda hit: hit.at):
        rehearsal.wait_until(at)
        rehearsal.arrive(tuple(arrived), at)
    rehearsal.wait_until(None)
    return tuple(rehearsal.made)


@dataclass(slots=True)
class _Rehearsal:
    """What a store would hold, as far as it matters for what comes."""

    routes: tuple[Route, ...]
    channels: frozenset[str]
    made: list[Rehearsed] = field(default_factory=list)
    waiting: dict[int, Candidate] = field(default_factory=dict)
    """The hits that have a hold."""
    due: list[datetime] = field(default_factory=list)
    """A heap of the times of all holds ever made."""
    stirred: dict[int, set[int]] = field(default_factory=dict)
    """By story: the hits that its next article may move."""
    sources: dict[int, set[str]] = field(default_factory=dict)
    groups: dict[tuple[str, str], GroupPast] = field(default_factory=dict)
    sent: dict[Destination, tuple[datetime, ...]] = field(default_factory=dict)
    digests: dict[Destination, datetime] = field(default_factory=dict)

    def arrive(self, hits: Sequence[Candidate], now: datetime) -> None:
        """Decide new hits, together with what waits for their stories."""
        moved: set[int] = set()
        for hit in hits:
            if hit.story is not None:
                self.sources.setdefault(hit.story, set()).add(hit.source)
                moved |= self.stirred.pop(hit.story, set())
        self._decide([*hits, *(self.waiting[hit] for hit in moved if hit in self.waiting)], now)

    def wait_until(self, until: datetime | None) -> None:
        """Decide what is due, whenever something is; None: until nothing waits."""
        while self.due and (until is None or self.due[0] <= until):
            now = self.due[0]
            while self.due and self.due[0] == now:
                heappop(self.due)
            holds = [hold for hit in self.waiting.values() for hold in hit.holds]
            keys = {_key(hold) for hold in holds if hold.until <= now}
            up = [hit for hit in self.waiting.values() if any(_key(it) in keys for it in hit.holds)]
            if up:
                self._decide(up, now)

    def _decide(self, hits: Sequence[Candidate], now: datetime) -> None:
        stories = {hit.story for hit in hits if hit.story is not None}
        history = History(
            stories={story: StoryFacts(len(self.sources[story])) for story in stories},
            groups=self.groups,
            sent=self.sent,
            digests=self.digests,
        )
        plan = decide(
            hits, history, routes=self.routes, channels=self.channels, silences=(), now=now
        )
        self._keep(plan, {hit.hit: hit for hit in hits}, now)

    def _keep(self, plan: Plan, hits: Mapping[int, Candidate], now: datetime) -> None:
        first = len(self.made)
        looked_back_on = destinations(self.routes, self.channels)
        for alert in plan.alerts:
            place = (alert.route, alert.channel)
            self.made.append(Rehearsed(now, alert))
            since = now - timedelta(seconds=looked_back_on.get(place, 0.0))
            recent = (at for at in self.sent.get(place, ()) if at > since)
            self.sent[place] = (*recent, now)
            if alert.kind is AlertKind.DIGEST:
                self.digests[place] = now
        for decision in plan.decisions:
            self._keep_hold(decision, self.waiting.pop(decision.hit, hits[decision.hit]))
            if isinstance(decision.alert, int) and decision.outcome is not Outcome.SUPPRESS:
                self._tell(decision, hits[decision.hit], first + decision.alert, now)

    def _keep_hold(self, decision: Decision, hit: Candidate) -> None:
        here = (decision.route, decision.channel)
        holds = [hold for hold in hit.holds if (hold.route, hold.channel) != here]
        if decision.until is not None:
            heappush(self.due, decision.until)
            holds.append(
                Hold(
                    channel=decision.channel,
                    route=decision.route,
                    reason=decision.reason,
                    until=decision.until,
                )
            )
            if decision.reason in _STIRRED_BY_STORY and hit.story is not None:
                self.stirred.setdefault(hit.story, set()).add(hit.hit)
        if holds:
            self.waiting[hit.hit] = replace(hit, holds=tuple(holds))

    def _tell(self, decision: Decision, hit: Candidate, index: int, now: datetime) -> None:
        if not decision.group:
            return
        alert = self.made[index].alert
        past = self.groups.get((decision.channel, decision.group))
        self.groups[decision.channel, decision.group] = GroupPast(
            first_alert=str(index)
            if past is None or alert.kind is AlertKind.HIT
            else past.first_alert,
            last_at=now,
            rules=frozenset({hit.rule}) if past is None else past.rules | {hit.rule},
            level=hit.level if past is None else max(past.level, hit.level),
            confirmed=max(alert.confirmed, 0 if past is None else past.confirmed),
        )


def _key(hold: Hold) -> tuple[str, str, Reason]:
    return (hold.route, hold.channel, hold.reason)
