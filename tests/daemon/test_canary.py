"""The canary goes the whole way to the operator, and its absence is an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.daemon.canary import LIMIT, NAME, RULE, Canary, own_rules, routes_of
from monitor.daemon.deciding import Deciding
from monitor.daemon.health import Health
from monitor.daemon.loading import make_generation
from monitor.daemon.operator import Operator
from monitor.errors import InvalidConfig, Location, StoreBusy
from monitor.matching import compile_rules
from monitor.model.alert import AlertKind, Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.model.condition import Everything
from monitor.model.listing import HitFilter
from monitor.pipeline.deliver import deliver
from tests.daemon.parts import (
    NOW,
    Force,
    Notifier,
    article,
    core,
    generation,
    locked,
    metric,
    rule,
    seconds,
    settings,
)

HOUR = timedelta(hours=1)
CHANNELS = (Channel(name="desk", url="json://desk"), Channel(name="ops", url="json://ops"))


class Aviary:
    """A canary with everything on its way; `carry` decides and delivers."""

    def __init__(self, store, clock, *rules, **values) -> None:
        given = {"canary": HOUR, "operator": "ops", "channels": CHANNELS, **values}
        self.force = Force(make_generation(settings(**given), rules or (rule(),), NOW))
        self.core = core(store, self.force, clock)
        self.notifier = Notifier()
        self.health = Health(self.core, states=dict)
        self.woken: list[int] = []
        self.canary = self.another()

    def another(self) -> Canary:
        """The canary of a daemon that has just started."""
        return Canary(
            self.core,
            health=self.health,
            operator=Operator(self.core, woken=lambda _channel: None),
            on_hits=lambda: self.woken.append(1),
        )

    def carry(self) -> None:
        Deciding(self.core, woken=lambda _channels: None).turn()
        for channel in CHANNELS:
            deliver(self.core.store, self.notifier, channel, self.core.clock, worker="test")

    def arrivals(self) -> list[tuple[str, str]]:
        return [
            (one.alert.channel, item.article.article.title)
            for one in self.notifier.sent
            for item in one.items
        ]


@pytest.fixture
def aviary(store, clock):
    return lambda *rules, **values: Aviary(store, clock, *rules, **values)


def test_it_arrives_at_the_operator_and_nowhere_else(aviary, clock):
    one = aviary()
    one.canary.turn()
    assert one.woken == [1]
    one.carry()
    clock.go_on(seconds(3))
    one.canary.turn()
    assert one.arrivals() == [("ops", "Canary of 2026-03-01 12:00:00 UTC")]
    assert metric(one.core.metrics, "monitor_canary_seconds") == clock.now().timestamp()
    assert one.health.doubts() == ()


def test_it_goes_at_its_interval_also_over_a_restart(aviary, clock, store):
    one = aviary()
    one.canary.turn()
    one.carry()
    one.canary.turn()
    assert one.canary.turn() == HOUR.total_seconds()
    clock.go_on(HOUR - seconds(1))
    restarted = one.another()
    assert restarted.turn() == 1.0
    clock.go_on(seconds(1))
    restarted.turn()
    assert len(store.hits(HitFilter(rules=(NAME,)), 10)) == 2


def test_what_people_watch_for_is_not_found_in_it(aviary, store):
    one = aviary(rule("all", match=Everything()), rule("bird", "canary"))
    one.canary.turn()
    assert {hit.hit.rule for hit in store.hits(HitFilter(), 10)} == {NAME}


def test_real_articles_are_not_found_by_its_rule():
    matcher = compile_rules([RULE])
    assert matcher.match(article("a canary sings"), NOW) == ()


def test_one_that_does_not_arrive_is_an_error_told_everywhere_once(aviary, clock, store):
    one = aviary()
    one.canary.turn()
    clock.go_on(LIMIT)
    one.canary.turn()
    assert one.health.doubts() == ()
    clock.go_on(seconds(1))
    one.canary.turn()
    text = "the canary of 2026-03-01 12:00 UTC has not arrived"
    assert one.health.doubts() == (text,)
    assert metric(one.core.metrics, "monitor_errors_total", stage="canary") == 1
    (notice,) = [a for a in outbox(store, clock) if a.kind is AlertKind.NOTICE]
    assert (notice.subject, text in notice.text) == ("canary", True)
    # The next one is away, too: counted, not told again.
    clock.go_on(HOUR)
    one.canary.turn()
    clock.go_on(LIMIT + seconds(1))
    one.canary.turn()
    assert metric(one.core.metrics, "monitor_errors_total", stage="canary") == 2
    assert len([a for a in outbox(store, clock) if a.kind is AlertKind.NOTICE]) == 1


def test_when_one_arrives_again_all_is_well(aviary, clock, store):
    one = aviary()
    one.canary.turn()
    clock.go_on(LIMIT + seconds(1))
    one.canary.turn()
    clock.go_on(HOUR)
    one.canary.turn()
    one.carry()
    one.canary.turn()
    assert one.health.doubts() == ()
    assert [a.text for a in outbox(store, clock)] == ["The canary arrives again."]


def test_a_channel_that_rejects_it_is_an_absence(aviary, clock):
    one = aviary()
    one.notifier.answer = lambda *_: Answer(outcome=DeliveryOutcome.REJECTED, detail="no")
    one.canary.turn()
    one.carry()
    clock.go_on(LIMIT + seconds(1))
    one.canary.turn()
    assert one.health.doubts()


def test_one_under_way_is_awaited_after_a_restart(aviary, clock, store):
    one = aviary()
    one.canary.turn()
    clock.go_on(seconds(60))
    restarted = one.another()
    restarted.turn()
    one.carry()
    restarted.turn()
    assert len(store.hits(HitFilter(rules=(NAME,)), 10)) == 1
    assert metric(one.core.metrics, "monitor_canary_seconds") > 0


def test_a_database_that_is_locked_is_tried_again_and_then_an_absence(aviary, clock, store):
    one = aviary()
    with locked(store), pytest.raises(StoreBusy):
        one.canary.turn()
    one.canary.turn()
    one.carry()
    one.canary.turn()
    assert one.arrivals()
    clock.go_on(HOUR)
    with locked(store):
        with pytest.raises(StoreBusy):
            one.canary.turn()
        clock.go_on(LIMIT + seconds(1))
        with pytest.raises(StoreBusy):
            one.canary.turn()
    assert one.health.doubts()


def test_a_matcher_that_does_not_find_it_is_an_absence(aviary, clock):
    one = aviary()
    one.force.present = replace(one.force.present, matcher=compile_rules([rule()]))
    with pytest.raises(Exception, match="matching does not work"):
        one.canary.turn()
    clock.go_on(LIMIT + seconds(1))
    one.canary.turn()
    assert one.health.doubts()


def test_a_silence_over_everything_keeps_it_quiet_without_an_alarm(aviary, clock, store):
    store.add_silence(start=NOW - HOUR, end=NOW + HOUR)
    one = aviary()
    one.canary.turn()
    one.carry()
    clock.go_on(seconds(1))
    one.canary.turn()
    clock.go_on(LIMIT)
    one.canary.turn()
    assert one.arrivals() == []
    assert one.health.doubts() == ()


def test_a_clock_set_back_does_not_delay_it(aviary, clock, store):
    one = aviary()
    one.canary.turn()
    one.carry()
    one.canary.turn()
    clock.set(-timedelta(days=1))
    one.canary.turn()
    assert len(store.hits(HitFilter(rules=(NAME,)), 10)) == 2


def test_without_one_nothing_is_sent_and_a_former_doubt_goes(aviary, clock):
    one = aviary()
    one.canary.turn()
    clock.go_on(LIMIT + seconds(1))
    one.canary.turn()
    one.force.present = generation()
    assert one.canary.turn() is None
    assert one.health.doubts() == ()


def test_a_canary_for_nobody_or_with_a_name_that_is_taken_is_refused():
    with pytest.raises(InvalidConfig, match="`canary` needs an `operator`") as refused:
        own_rules(settings(canary=HOUR, operator=None), {})
    assert refused.value.problems[0].location == Location("/nowhere/monitor.yaml")
    taken = rule(NAME, location=Location("rules/a.yaml", 3, 5))
    with pytest.raises(InvalidConfig, match="the id 'monitor-canary' is the canary's own"):
        own_rules(settings(canary=HOUR), {NAME: taken})
    assert own_rules(settings(), {}) == ()


def test_without_routes_everything_else_still_goes_everywhere():
    routes = routes_of(settings(canary=HOUR, operator="ops", routes=(), channels=CHANNELS))
    assert [(route.name, route.to) for route in routes] == [
        ("canary", ("ops",)),
        ("default", ("desk", "ops")),
    ]
    given = settings(path=Path("/x"))
    assert routes_of(given) == given.routes


def outbox(store, clock):
    return [
        alert
        for channel in ("desk", "ops")
        for alert in store.lease(channel, clock.now(), until=clock.now(), limit=100, worker="test")
    ]
