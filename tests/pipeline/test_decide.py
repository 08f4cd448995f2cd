"""Deciding over a real store: hits become alerts or wait, correlations fire, silences end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest

from monitor.errors import StoreBusy
from monitor.model.alert import Alert, AlertKind
from monitor.model.channel import Digest, GroupBy, Route, When
from monitor.model.decision import Outcome, Reason
from monitor.model.rule import Correlation, Distinct, Rule
from monitor.model.source import SourceState
from monitor.model.story import Joined, StoryLink
from monitor.pipeline.decide import CHAIN, Decided, Terms, decide
from monitor.store import SqlStore, open_store
from monitor.stories.extraction import features
from tests.conformance.making import NOW, add_article, add_hit, article, at, rule

DESK = Route(name="1", when=When(), to=("desk",), group_by=GroupBy.NONE)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def terms(*rules: Rule, routes=(DESK,), **given) -> Terms:
    return Terms(routes=routes, channels=("desk",), rules={it.id: it for it in rules}, **given)


def correlation(id: str, *rules: str, at_least: int = 2, **given) -> Rule:
    counted = Correlation(
        rules=rules, within=HOUR, distinct=Distinct.RULES, at_least=at_least, **given
    )
    return rule(id, correlate=counted)


def outbox(store: SqlStore, now=NOW, channel="desk") -> list[Alert]:
    return list(store.lease(channel, now, until=now, limit=100, worker="test"))


def rules_of(store: SqlStore, alerts: list[Alert]) -> list[list[str]]:
    return [[item.hit.rule for item in store.content(alert).items] for alert in alerts]


def test_a_hit_becomes_an_alert_and_the_outcome_says_whose_delivery_to_wake(store):
    add_hit(store)
    decided = decide(store, terms(rule()), NOW)
    (alert,) = outbox(store)
    assert decided == Decided(
        alerts=(alert.id,),
        channels=frozenset({"desk"}),
        outcomes={(Outcome.ALERT, Reason.ROUTED): 1},
    )


def test_deciding_again_does_nothing(store):
    add_hit(store)
    decide(store, terms(rule()), NOW)
    assert decide(store, terms(rule()), at(1)) == Decided()
    assert len(outbox(store, at(1))) == 1


def test_more_hits_than_a_batch_are_all_decided_in_one_run(store):
    for _ in range(5):
        add_hit(store)
    decided = decide(store, terms(rule()), NOW, batch=2)
    assert decided.outcomes == {(Outcome.ALERT, Reason.ROUTED): 5}
    assert len(outbox(store)) == 5


def test_what_waits_says_when_it_is_due_and_a_digest_ends_with_its_coverage(store):
    with store.writing() as writing:
        writing.save_source(SourceState(source="wire", last_success=at(30)))
    hourly = terms(
        rule(), routes=(replace(DESK, digest=Digest(every=HOUR)),), sources=("wire", "gone")
    )
    add_hit(store)
    decided = decide(store, hourly, NOW)
    assert decided.outcomes == {(Outcome.HOLD, Reason.WAIT_DIGEST): 1}
    assert decided.wake == at(60)
    assert decide(store, hourly, at(60)).wake is None
    add_hit(store, now=at(70))
    decide(store, hourly, at(70))
    decide(store, hourly, at(120))
    first, second = outbox(store, at(120))
    assert first.text == (
        "Coverage: 1 of 2 sources read until 2026-03-01 13:00 UTC. Not read: gone (never)."
    )
    assert second.text == (
        "Coverage: 0 of 2 sources read since 2026-03-01 13:00 UTC. "
        "Not read: gone (never), wire (not since 2026-03-01 12:30 UTC)."
    )


def test_a_digest_leaves_the_other_alerts_of_its_run_as_they_are(store):
    both = (
        replace(DESK, proceed=True),
        replace(DESK, name="2", digest=Digest(at=time(12, 30))),
    )
    add_hit(store)
    decide(store, terms(rule(), routes=both), NOW)
    add_hit(store, now=at(31))
    decide(store, terms(rule(), routes=both), at(31))
    kinds = {alert.kind: bool(alert.text) for alert in outbox(store, at(31))}
    assert kinds == {AlertKind.HIT: False, AlertKind.DIGEST: True}


# --- correlation ---------------------------------------------------------------------------------


def test_a_firing_is_a_hit_of_its_rule_that_names_its_evidence(store):
    both = correlation("both", "a", "b")
    known = terms(rule("a"), rule("b"), both)
    first = add_hit(store, rule("a"))
    decide(store, known, NOW)
    newest = add_article(store, now=at(10))
    second = add_hit(store, rule("b"), on=newest, now=at(10))
    decided = decide(store, known, at(10))
    assert decided.firings == 1
    alerts = outbox(store, at(10))
    assert rules_of(store, alerts) == [["a"], ["b"], ["both"]]
    (item,) = store.content(alerts[2]).items
    assert item.article.id == newest
    assert item.fired is not None
    assert [counted.hit for counted in item.fired.counted] == [first, second]


def test_a_firing_is_told_with_the_hit_that_caused_it_when_they_share_a_story(store):
    known = terms(
        rule("a"),
        correlation("one", "a", at_least=1),
        routes=(replace(DESK, group_by=GroupBy.STORY),),
    )
    given = article()
    on = add_article(store, given)
    opens = StoryLink(story=None, joined=Joined.OPENED, score=0.0, detail="first")
    with store.writing() as writing:
        writing.join_story(on, features(given), (), opens, at=NOW, title=given.title)
    add_hit(store, rule("a"), on=on)
    decided = decide(store, known, NOW, batch=1)
    assert decided.firings == 1
    assert rules_of(store, outbox(store)) == [["a", "one"]]


def test_only_windows_with_a_new_hit_are_counted(store):
    counted = correlation("three", "a", at_least=3)
    counted = replace(counted, correlate=replace(counted.correlate, distinct=Distinct.ARTICLES))
    old = [add_hit(store, rule("a"), now=at(minute)) for minute in (30, 40, 50)]
    assert decide(store, terms(rule("a")), at(50)).firings == 0
    new = add_hit(store, rule("a"), now=at(89))
    assert decide(store, terms(rule("a"), counted), at(89)).firings == 1
    (firing,) = store.firings(["three"], NOW)
    assert firing.hits == (*old, new)


def test_what_has_fired_does_not_fire_again(store):
    known = terms(rule("a"), rule("b"), correlation("both", "a", "b"))
    add_hit(store, rule("a"))
    add_hit(store, rule("b"))
    assert decide(store, known, NOW).firings == 1
    add_hit(store, rule("a"), now=at(1))
    add_hit(store, rule("b"), now=at(1))
    assert decide(store, known, at(1)).firings == 0
    add_hit(store, rule("a"), now=at(60))
    add_hit(store, rule("b"), now=at(60))
    assert decide(store, known, at(60)).firings == 1


def test_a_late_article_is_counted_at_its_own_time_and_its_firing_is_not_alerted_on(store):
    known = terms(rule("a"), rule("b"), correlation("both", "a", "b"))
    add_hit(store, rule("a"))
    decide(store, known, NOW)
    late = add_article(store, published=at(5), late=True, now=at(5000))
    add_hit(store, rule("b"), on=late, now=at(5000))
    decided = decide(store, known, at(5000))
    assert decided.firings == 1
    assert decided.outcomes == {(Outcome.SUPPRESS, Reason.LATE): 2}


def test_correlation_rules_may_count_each_others_firings(store):
    length = CHAIN + 3
    chain = [correlation(f"c{n}", f"c{n - 1}", at_least=1) for n in range(1, length + 1)]
    known = terms(rule("c0"), *chain)
    add_hit(store, rule("c0"))
    decided = decide(store, known, NOW)
    assert decided.firings == length
    told = [only for (only,) in rules_of(store, outbox(store))]
    assert sorted(told) == sorted(known.rules)


def test_rules_that_do_not_run_do_not_fire(store):
    off = replace(correlation("off", "a", at_least=1), enabled=False)
    add_hit(store, rule("a"))
    assert decide(store, terms(rule("a"), off), NOW).firings == 0


class Dying:
    """A store whose process dies before a plan is committed."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def commit_plan(self, plan, now):
        raise StoreBusy(f"killed with {len(plan.decisions)} decisions at {now}")


def test_a_crash_between_a_firing_and_its_decision_neither_loses_nor_doubles_it(store):
    known = terms(rule("a"), correlation("one", "a", at_least=1))
    add_hit(store, rule("a"))
    with pytest.raises(StoreBusy, match="2 decisions"):
        decide(Dying(store), known, NOW)
    assert outbox(store) == []
    decided = decide(store, known, at(1))
    assert decided.firings == 0
    assert sorted(rules_of(store, outbox(store, at(1)))) == [["a"], ["one"]]


# --- silences ------------------------------------------------------------------------------------


def test_the_operator_hears_once_of_a_silence_that_ended_with_what_it_covered(store):
    silence = store.add_silence(rule="csto", tags=(), start=NOW, end=at(60), comment="exercise")
    add_hit(store, now=at(10))
    operated = terms(rule(), operator="ops")
    decided = decide(store, operated, at(10))
    assert decided.outcomes == {(Outcome.SUPPRESS, Reason.SILENCED): 1}
    assert (decided.silences_ended, decided.channels) == (0, frozenset())
    decided = decide(store, operated, at(60))
    assert (decided.silences_ended, decided.channels) == (1, frozenset({"ops"}))
    (notice,) = outbox(store, at(60), "ops")
    assert (notice.kind, notice.subject) == (
        AlertKind.NOTICE,
        f"Silence {silence} has ended: 1 hit suppressed",
    )
    assert decide(store, operated, at(61)) == Decided()
    assert outbox(store, at(61)) == []


def test_without_an_operator_an_ended_silence_is_only_marked(store):
    store.add_silence(rule="*", tags=(), start=NOW, end=at(60), comment="")
    assert decide(store, terms(rule()), at(60)) == Decided(silences_ended=1)
    assert decide(store, terms(rule()), at(61)) == Decided()
