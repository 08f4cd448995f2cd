"""One round: everything once, each failure named, and what could not be sent not forgotten."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.daemon.once import Round, decide_all, deliver_all, poll_all
from monitor.errors import StoreBusy
from monitor.model.alert import Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.model.rule import Correlation, Distinct
from monitor.model.source import Poll, PollOutcome, Refusal
from monitor.pipeline.notice import notice
from tests.daemon.parts import (
    Clock,
    Notifier,
    Reader,
    article,
    core,
    generation,
    rule,
    seconds,
    source,
)

DUTY = Channel(name="duty", url="json://duty", fallback="desk")
DESK = Channel(name="desk", url="json://desk")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


def round_of(parts, reader, notifier=None) -> Round:
    done = Round()
    poll_all(parts, reader, done=done, advance=lambda _count: None)
    decide_all(parts, done=done)
    deliver_all(parts, notifier or Notifier(), done=done)
    return done


def test_a_round_reads_matches_and_delivers_and_a_second_one_has_nothing_new(store, clock):
    parts = core(store, generation(), clock)
    given = [article("troops arrive", now=clock.now()), Refusal("item 2", "no text")]
    reader = Reader(lambda *_: given)
    notifier = Notifier()
    first = round_of(parts, reader, notifier)
    assert notifier.titles() == ["troops arrive"]
    assert (first.sources, first.new, first.hits, first.alerts) == (1, 1, 1, 1)
    assert (first.refused, first.refusals) == (1, ["wire: item 2: no text"])
    of_itself = round_of(parts, Reader(lambda *_: [Refusal("wire", "cut short")]), notifier)
    assert of_itself.refusals == ["wire: cut short"]
    many = [Refusal(f"item {number}", "no text") for number in range(130)]
    told = round_of(parts, Reader(lambda *_: many), notifier).refusals
    assert told[:2] == ["wire: item 0: no text", "wire: item 1: no text"]
    assert told[20:] == ["wire: and 110 more"]
    second = round_of(parts, reader, notifier)
    assert (second.new, second.known, second.hits, second.alerts) == (0, 1, 0, 0)


def test_every_source_is_read_once_several_at_a_time(store, clock):
    ids = [f"s{number:02}" for number in range(12)]
    together = threading.Barrier(4, timeout=300)

    def answer(*_):
        together.wait()
        return ()

    sources = tuple(source(id) for id in ids)
    reader = Reader(answer)
    done = round_of(core(store, generation(sources=sources, workers=4), clock), reader)
    assert sorted(reader.polled) == ids
    assert done.sources == 12


def test_without_sources_a_round_ends(store, clock):
    assert round_of(core(store, generation(sources=()), clock), Reader()).sources == 0


def test_a_source_that_fails_is_named_and_the_others_are_read(store, clock, capsys):
    class Some(Reader):
        def poll(self, source, state, now):
            if source.id == "busy":
                raise StoreBusy("the database is locked")
            if source.id == "odd":
                raise ZeroDivisionError
            poll = super().poll(source, state, now)
            if source.id == "bad":
                failed = replace(poll.state, last_error="refused", failures=1)
                return Poll(outcome=PollOutcome.FAILED, items=iter(()), state=failed)
            return poll

    sources = tuple(source(id) for id in ("busy", "odd", "bad", "well"))
    done = round_of(core(store, generation(sources=sources), clock), Some())
    assert sorted(done.failed) == [
        "bad: refused",
        "busy: the database is locked",
        "odd: ZeroDivisionError",
    ]
    assert done.sources == 4
    assert "Traceback" in capsys.readouterr().out


def test_hits_of_correlations_count(store, clock):
    counted = Correlation(
        rules=("troops",), within=seconds(3600), distinct=Distinct.ARTICLES, at_least=1
    )
    rules = (rule(), rule("many", match=None, correlate=counted))
    reader = Reader(lambda *_: [article("troops arrive", now=clock.now())])
    assert round_of(core(store, generation(*rules), clock), reader).hits == 2


def test_a_fallback_gets_its_turn_in_the_same_round(store, clock):
    parts = core(store, generation(channels=(DESK, DUTY)), clock)
    store.enqueue(notice("duty", key="k", subject="lost", text="t", now=clock.now()))
    notifier = Notifier()

    def answer(channel, _content) -> Answer:
        no = channel.name == "duty"
        outcome = DeliveryOutcome.REJECTED if no else DeliveryOutcome.DELIVERED
        return Answer(outcome=outcome, detail="no such room" if no else "yes")

    notifier.answer = answer
    done = round_of(parts, Reader(), notifier)
    assert "lost" in notifier.subjects()
    assert done.undelivered == ["duty (duty://): no such room"]


def test_what_has_to_wait_is_named_in_every_round(store, clock):
    """The second round tries nothing, and must not look as if all were well."""
    parts = core(store, generation(), clock)
    reader = Reader(lambda *_: [article("troops arrive", now=clock.now())])
    notifier = Notifier()
    notifier.answer = lambda *_: Answer(outcome=DeliveryOutcome.RETRY, detail="busy")
    first = round_of(parts, reader, notifier)
    assert first.undelivered == ["desk (desk://): busy", "1 wait for desk"]
    assert round_of(parts, reader, notifier).undelivered == ["1 wait for desk"]


def test_alerts_for_a_channel_that_is_gone_are_named(store, clock):
    store.enqueue(notice("former", key="k", subject="s", text="t", now=clock.now()))
    done = round_of(core(store, generation(), clock), Reader())
    assert done.undelivered == ["1 wait for former, which is not configured"]


def test_more_than_a_batch_is_delivered_and_leases_of_the_dead_are_taken_back(store, clock):
    now = clock.now()
    for number in range(45):
        store.enqueue(notice("desk", key=f"{number}", subject=f"{number}", text="t", now=now))
    store.lease("desk", now, until=now + seconds(600), limit=10, worker="dead")
    notifier = Notifier()
    done = round_of(core(store, generation(sources=()), clock), Reader(), notifier)
    assert notifier.subjects() == [f"{number}" for number in range(45)]
    assert (done.alerts, done.undelivered) == (45, [])
