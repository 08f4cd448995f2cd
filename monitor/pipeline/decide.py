"""Decide: correlations fire, the policy turns hits into alerts or holds them, silences end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.model.alert import Alert, AlertKind
from monitor.model.channel import Route, Silence
from monitor.model.decision import Candidate, History, Outcome, Plan, Reason
from monitor.model.firing import Firing
from monitor.model.rule import Level, Rule
from monitor.pipeline.notice import notice
from monitor.policy.correlation import correlate_rule, periods, span, watched
from monitor.policy.coverage import coverage_line
from monitor.policy.decide import decide as decide_plan
from monitor.policy.decide import destinations
from monitor.policy.silence import ended, ended_notice
from monitor.ports import Store

# New hits a transaction: an article's hits and its story's are seldom parted, memory stays small.
BATCH = 1000

# Correlation rules may count each other's hits; a chain longer than this goes on with the next run.
CHAIN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decisions go by: the configuration as it is now."""

    routes: Sequence[Route]
    channels: Collection[str]
    rules: Mapping[str, Rule]
    sources: Collection[str] = ()
    """Ids of the configured sources: what a digest's coverage line counts."""
    operator: str | None = None
    """The channel that hears of silences that ended; None: nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a run decided."""

    alerts: tuple[str, ...] = ()
    """Ids of the new alerts, in order."""
    channels: frozenset[str] = frozenset()
    """Where they and the notices go: whose delivery is to be woken."""
    outcomes: Mapping[tuple[Outcome, Reason], int] = field(default_factory=dict)
    """How many decisions ended so."""
    firings: int = 0
    silences_ended: int = 0
    wake: datetime | None = None
    """When something that is held is due next; None when nothing is."""


def decide(store: Store, terms: Terms, now: datetime, *, batch: int = BATCH) -> Decided:
    """Decide every hit that is new or up, and commit what came of it, batch by batch.

    Each batch is one transaction; whatever ends the run in between, the next run goes on where it
    ended. Raises what the store raises.
    """
    alerts: list[str] = []
    channels: set[str] = set()
    outcomes: Counter[tuple[Outcome, Reason]] = Counter()
    fired = 0
    more = True
    while more:
        candidates, firings, more = _gather(store, terms.rules, now, batch)
        fired += firings
        if candidates:
            plan = _plan(store, candidates, terms, now)
            alerts += store.commit_plan(plan, now)
            channels |= {alert.channel for alert in plan.alerts}
            outcomes.update((it.outcome, it.reason) for it in plan.decisions)
    told = _announce_ended(store, terms.operator, now)
    if told and terms.operator is not None:
        channels.add(terms.operator)
    return Decided(
        alerts=tuple(alerts),
        channels=frozenset(channels),
        outcomes=dict(outcomes),
        firings=fired,
        silences_ended=told,
        wake=store.next_hold(),
    )


def _gather(
    store: Store, rules: Mapping[str, Rule], now: datetime, batch: int
) -> tuple[Sequence[Candidate], int, bool]:
    """Return what to decide, how many hits correlation rules gave, and whether there is more.

    The hits of firings are decided with the hits that caused them, so that one alert tells both.
    A crash before they are decided asks again, and what has fired does not fire twice.
    """
    fired = 0
    seen: set[int] = set()
    candidates = store.candidates(now, batch)
    for _ in range(CHAIN):
        fresh = [it for it in candidates if not it.holds and it.hit not in seen]
        seen.update(candidate.hit for candidate in fresh)
        gained = _fire(store, rules, fresh, now)
        if not gained:
            break
        fired += gained
        candidates = store.candidates(now, batch + fired)
    ready = [candidate for candidate in candidates if candidate.holds or candidate.hit in seen]
    return ready, fired, len(seen) >= batch or len(ready) < len(candidates)


def _fire(
    store: Store, rules: Mapping[str, Rule], fresh: Sequence[Candidate], now: datetime
) -> int:
    """Store what correlation rules fire for because of fresh hits; return how many hits it gave."""
    ids = {candidate.hit for candidate in fresh}
    found: list[Firing] = []
    for rule in rules.values():
        if rule.correlate is None or not rule.runs_on(now.date()):
            continue
        names = watched(rule, rules)
        before, after = span(rule.correlate)
        times = [candidate.event_at for candidate in fresh if candidate.rule in names]
        for since, until in periods(times, before, after):
            hits = store.hits_between(names, since, until)
            past = store.firings([rule.id], since)
            found += correlate_rule(rule, names, hits, past, fresh=ids)
    return len(store.add_firings(found, rules, now)) if found else 0


def _plan(store: Store, candidates: Sequence[Candidate], terms: Terms, now: datetime) -> Plan:
    history = store.history(candidates, destinations(terms.routes, terms.channels), now)
    plan = decide_plan(
        candidates,
        history,
        routes=terms.routes,
        channels=terms.channels,
        silences=store.silences(min(candidate.at for candidate in candidates)),
        now=now,
    )
    if not any(alert.kind is AlertKind.DIGEST for alert in plan.alerts):
        return plan
    return _with_coverage(plan, history, store, terms.sources, now)


def _with_coverage(
    plan: Plan, history: History, store: Store, sources: Collection[str], now: datetime
) -> Plan:
    """Let every digest end with what was read since the last one at its destination."""
    states = store.source_states()
    return replace(
        plan,
        alerts=tuple(
            replace(
                alert,
                text=coverage_line(
                    sources, states, history.digests.get((alert.route, alert.channel)), now
                ),
            )
            if alert.kind is AlertKind.DIGEST
            else alert
            for alert in plan.alerts
        ),
    )


def _announce_ended(store: Store, operator: str | None, now: datetime) -> int:
    """Tell the operator of every silence that has ended; return how many have."""
    over = ended(store.silences(now), now)
    for silence in over:
        store.announce(silence.id, None if operator is None else _notice(silence, operator, now))
    return len(over)


def _notice(silence: Silence, operator: str, now: datetime) -> Alert:
    subject, text = ended_notice(silence)
    key = f"silence:{silence.id}"
    return notice(operator, key=key, subject=subject, text=text, now=now, level=Level.LOW)
