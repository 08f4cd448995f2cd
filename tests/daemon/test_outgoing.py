"""Deliveries: a stage a channel, none in the way of another, and nothing sent twice by a reload."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from monitor.daemon.outgoing import Outgoing
from monitor.model.alert import Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.pipeline.notice import notice
from tests.daemon.parts import Clock, Force, Notifier, core, generation, metric, seconds, until

DESK = Channel(name="desk", url="json://desk")
DUTY = Channel(name="duty", url="json://duty")


class Bench:
    def __init__(self, store, *channels: Channel) -> None:
        self.store = store
        self.clock = Clock(datetime.now(UTC))
        self.force = Force(generation(channels=channels, operator="desk"))
        self.core = core(store, self.force, self.clock)
        self.notifier = Notifier()
        self.outgoing = Outgoing(self.core, notifier=self.notifier, worker="test")

    def use(self, *channels: Channel) -> None:
        self.force.present = generation(channels=channels, operator="desk")

    def put(self, subject: str, channel: str = "desk") -> None:
        made = notice(channel, key=subject, subject=subject, text="t", now=self.clock.now())
        self.store.enqueue(made)
        self.outgoing.wake([channel])


@pytest.fixture
def bench(store) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*channels: Channel) -> Bench:
        made.append(Bench(store, *(channels or (DESK, DUTY))))
        made[-1].outgoing.follow()
        return made[-1]

    yield make
    for one in made:
        one.outgoing.stop()
        assert all(stage.join(300) for stage in one.outgoing.stages())


def test_an_alert_is_sent_when_its_channel_is_woken_and_counted(bench):
    one = bench()
    one.put("hello")
    until(lambda: one.notifier.subjects() == ["hello"])
    until(
        lambda: metric(
            one.core.metrics, "monitor_deliveries_total", channel="desk", outcome="delivered"
        )
    )


def test_a_channel_that_hangs_delays_no_other(bench):
    hang = threading.Event()
    one = bench()

    def answer(channel: Channel, _content) -> Answer:
        if channel.name == "duty":
            hang.wait(300)
        return Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")

    one.notifier.answer = answer
    one.put("slow", "duty")
    one.put("quick")
    until(lambda: one.notifier.subjects() == ["quick"])
    hang.set()
    until(lambda: len(one.notifier.subjects()) == 2)


def test_what_a_failure_causes_is_woken_for(bench):
    one = bench(DESK, Channel(name="duty", url="json://duty", fallback="desk"))

    def answer(channel: Channel, _content) -> Answer:
        outcome = DeliveryOutcome.REJECTED if channel.name == "duty" else DeliveryOutcome.DELIVERED
        return Answer(outcome=outcome, detail="said so")

    one.notifier.answer = answer
    one.put("lost", "duty")
    until(lambda: "lost" in one.notifier.subjects())


def test_alerts_that_a_crashed_daemon_had_leased_are_sent_at_once(bench, store):
    first = bench(DUTY)
    first.put("left", "desk")
    later = first.clock.now() + seconds(600)
    assert len(store.lease("desk", first.clock.now(), until=later, limit=9, worker="dead")) == 1
    first.use(DESK)
    first.outgoing.follow()
    until(lambda: first.notifier.subjects() == ["left"])


def test_a_channel_that_is_gone_ends_and_a_new_one_begins(bench):
    one = bench(DESK)
    one.put("waits", "duty")
    one.use(DUTY)
    one.outgoing.follow()
    until(lambda: one.notifier.subjects() == ["waits"])

    def only_duty() -> bool:
        one.outgoing.follow()
        return [stage.name for stage in one.outgoing.stages()] == ["deliver duty"]

    until(only_duty)


def test_a_channel_that_is_back_while_it_still_sends_sends_nothing_twice(bench):
    """Its former stage holds the lease: a second one would give that back, and send again."""
    hang, began = threading.Event(), threading.Event()
    one = bench(DESK)

    def answer(*_) -> Answer:
        began.set()
        hang.wait(300)
        return Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")

    one.notifier.answer = answer
    one.put("once")
    assert began.wait(300)
    one.use(DUTY)
    one.outgoing.follow()
    one.use(DESK, DUTY)
    one.outgoing.follow()
    one.put("second")
    hang.set()
    until(lambda: one.notifier.subjects() == ["once"])
    until(lambda: one.outgoing.follow() or len(one.notifier.subjects()) == 2)
    assert one.notifier.subjects() == ["once", "second"]


def test_nothing_starts_after_the_end_was_asked_for(bench):
    one = bench(DESK)
    one.outgoing.stop()
    one.use(DESK, DUTY)
    one.outgoing.follow()
    assert [stage.name for stage in one.outgoing.stages()] == ["deliver desk"]


def test_a_batch_ends_at_the_next_alert_when_an_end_is_asked_for(bench, store):
    hang, began = threading.Event(), threading.Event()
    one = bench(DUTY)

    def answer(*_) -> Answer:
        began.set()
        hang.wait(300)
        return Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")

    one.notifier.answer = answer
    for number in range(5):
        one.put(f"alert {number}")
    one.use(DESK)
    one.outgoing.follow()
    assert began.wait(300)
    one.outgoing.stop()
    hang.set()
    assert all(stage.join(300) for stage in one.outgoing.stages())
    assert one.notifier.subjects() == ["alert 0"]
    now = one.clock.now()
    assert len(store.lease("desk", now, until=now, limit=9, worker="next")) == 4


def test_a_wake_for_all_reaches_every_channel(bench):
    one = bench()
    made = notice("duty", key="k", subject="s", text="t", now=one.clock.now())
    one.store.enqueue(made)
    one.outgoing.wake()
    until(lambda: one.notifier.subjects() == ["s"])
