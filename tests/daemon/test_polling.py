"""Polls: bounded, none of them trusted, and nothing lost when they raise, hang or are too many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.daemon.polling import Patience, Polling
from monitor.errors import StoreBusy
from monitor.model.listing import HitFilter
from monitor.model.source import (
    Poll,
    PollOutcome,
    Refusal,
    Source,
    SourceKind,
    SourceState,
)
from monitor.store import SqlStore
from tests.daemon.parts import (
    NOW,
    Clock,
    Force,
    Reader,
    article,
    core,
    generation,
    metric,
    seconds,
    source,
    until,
)

MINUTE = timedelta(minutes=1)


class Bench:
    """Polling with everything that it works with."""

    def __init__(self, store: SqlStore, clock: Clock, reader: Reader, **values: object) -> None:
        self.force = Force(generation(**values))  # type: ignore[arg-type] # fields of Settings
        self.core = core(store, self.force, clock)
        self.clock = clock
        self.reader = reader
        self.woken: list[int] = []
        self.notices: list[tuple[str, str]] = []
        self.polling = Polling(
            self.core,
            reader=lambda: reader,
            on_hits=lambda: self.woken.append(1),
            notify=lambda matter, text: self.notices.append((matter, text)),
            patience=Patience(network=100.0, corpus=1000.0, after_error=10.0, after_busy=10.0),
        )

    def tick(self) -> None:
        """Let what is due be polled, and wait until it has been."""
        self.polling.tick()
        self.settle()

    def settle(self) -> None:
        until(lambda: self.polling.oldest() is None)

    def use(self, **values: object) -> None:
        self.force.present = generation(**values)  # type: ignore[arg-type] # fields of Settings


@pytest.fixture
def bench(store: SqlStore, clock: Clock) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(reader: Reader | None = None, **values: object) -> Bench:
        made.append(Bench(store, clock, reader or Reader(), **values))
        return made[-1]

    yield make
    for one in made:
        assert one.polling.stop(20) == ()


def test_what_a_poll_gives_is_stored_matched_counted_and_woken_for(bench, store):
    reader = Reader(lambda *_: [article("troops arrive"), Refusal("item 2", "no text")])
    one = bench(reader)
    one.tick()
    assert one.woken == [1]
    assert [hit.title for hit in _hits(store)] == ["troops arrive"]
    counted = one.core.metrics
    assert metric(counted, "monitor_polls_total", source="wire", outcome="read") == 1
    assert metric(counted, "monitor_articles_total", source="wire", kind="new") == 1
    assert metric(counted, "monitor_articles_total", source="wire", kind="refused") == 1
    assert metric(counted, "monitor_hits_total", rule="troops") == 1
    assert store.source_states()["wire"].due == NOW + 15 * MINUTE


def test_a_source_is_polled_again_when_it_is_due_and_not_before(bench, clock):
    one = bench()
    one.tick()
    one.tick()
    assert one.reader.polled == ["wire"]
    clock.go_on(15 * MINUTE)
    one.tick()
    assert one.reader.polled == ["wire", "wire"]


def test_due_times_outlive_a_restart(bench, clock):
    bench().tick()
    clock.go_on(MINUTE)
    restarted = bench()
    restarted.tick()
    assert restarted.reader.polled == []


def test_at_most_so_many_polls_run_at_once_and_all_sources_get_their_turn(bench):
    gate, most, running = threading.Event(), [0], [0]
    lock = threading.Lock()

    def answer(*_):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(300)
        with lock:
            running[0] -= 1
        return ()

    ids = [f"s{number:02}" for number in range(20)]
    one = bench(Reader(answer), sources=tuple(source(id) for id in ids), workers=3)
    one.polling.tick()
    until(lambda: running[0] == 3)
    one.polling.tick()
    gate.set()
    while len(one.reader.polled) < 20:
        one.tick()
    assert sorted(one.reader.polled) == ids
    assert most[0] == 3


def test_the_lag_of_what_has_to_wait_is_shown(bench, clock):
    gate = threading.Event()
    one = bench(sources=(source("a"), source("b")), workers=1)
    while len(one.reader.polled) < 2:
        one.tick()
    clock.go_on(16 * MINUTE)
    one.reader.answer = lambda *_: gate.wait(300) and ()
    one.polling.tick()
    clock.go_on(MINUTE)
    one.polling.tick()
    assert metric(one.core.metrics, "monitor_poll_lag_seconds") == 120
    gate.set()
    one.settle()
    one.tick()
    one.polling.tick()
    assert metric(one.core.metrics, "monitor_poll_lag_seconds") == 0


@pytest.mark.parametrize("error", [StoreBusy("locked"), ZeroDivisionError()])
def test_a_poll_that_raises_is_counted_and_tried_again_soon(bench, clock, store, error):
    def answer(*_):
        raise error

    one = bench(Reader(answer), sources=(source("bad"),))
    one.tick()
    assert metric(one.core.metrics, "monitor_errors_total", stage="poll") == 1
    one.reader.answer = lambda *_: [article("troops", source="bad")]
    one.tick()
    assert one.reader.polled == ["bad"]
    clock.go_on(seconds(11))
    one.tick()
    assert len(_hits(store)) == 1


def test_a_poll_that_hangs_is_given_up_told_and_its_place_goes_to_others(bench, clock, store):
    hang = threading.Event()

    def answer(of: Source, *_):
        if of.id == "slow":
            hang.wait(300)
            return [article("troops too late", source="slow")]
        return ()

    one = bench(Reader(answer), sources=(source("slow"), source("well")), workers=1)
    # `slow` has waited longest.
    with store.writing() as writing:
        writing.save_source(SourceState(source="well", due=NOW - MINUTE))
        writing.save_source(SourceState(source="slow", due=NOW - 2 * MINUTE))
    one.polling.tick()
    until(lambda: one.reader.polled == ["slow"])
    one.polling.tick()
    assert one.reader.polled == ["slow"]
    clock.go_on(seconds(101))
    one.polling.tick()
    until(lambda: one.reader.polled == ["slow", "well"])
    one.settle()
    ((matter, text),) = one.notices
    assert matter == "source slow"
    assert text.startswith("A poll of slow has hung for 101 s and was given up")
    clock.go_on(60 * MINUTE)
    one.tick()
    assert metric(one.core.metrics, "monitor_polls_hanging") == 1
    # While it hangs it is not asked again beside itself.
    assert one.reader.polled == ["slow", "well", "well"]
    hang.set()
    until(lambda: _threads("poll") == 0)
    assert _hits(store) == []
    one.reader.answer = lambda *_: ()
    one.tick()
    assert "slow" in one.reader.polled[3:]
    assert metric(one.core.metrics, "monitor_polls_hanging") == 0


def test_a_corpus_may_take_longer_than_the_network(bench, clock):
    gate = threading.Event()
    one = bench(
        Reader(lambda *_: gate.wait(300) and ()),
        sources=(source("corpus", kind=SourceKind.CORPUS, path=Path("/nowhere")),),
    )
    one.polling.tick()
    clock.go_on(seconds(900))
    one.polling.tick()
    assert one.notices == []
    gate.set()


def test_stopping_starts_no_poll_waits_for_the_running_and_names_the_others(bench):
    gate = threading.Event()
    one = bench(Reader(lambda *_: gate.wait(300) and ()), sources=(source("slow"), source("b")))
    one.polling.tick()
    until(lambda: len(one.reader.polled) == 2)
    assert sorted(one.polling.stop(0.0)) == ["b", "slow"]
    one.polling.tick()
    gate.set()
    assert one.polling.stop(20) == ()
    assert len(one.reader.polled) == 2


def test_a_long_corpus_ends_between_two_batches_with_what_it_has_stored(bench, store):
    read, gate = [], threading.Event()

    def answer(of, *_):
        for number in range(1000):
            if number == 150:
                read.append(1)
                gate.wait(300)
            yield article(f"troops {number}", source=of.id)

    one = bench(
        Reader(answer),
        sources=(source("corpus", kind=SourceKind.CORPUS, path=Path("/nowhere")),),
    )
    one.polling.tick()
    until(lambda: read)
    assert one.polling.stop(0.0) == ("corpus",)
    gate.set()
    assert one.polling.stop(20) == ()
    assert store.article_span().count == 200
    # Its state is not stored: the next start reads the rest.
    assert store.source_states() == {}


def test_an_edited_source_is_polled_at_once(bench):
    one = bench(sources=(source("wire"), source("other")))
    one.tick()
    assert sorted(one.reader.polled) == ["other", "wire"]
    one.polling.follow(["wire"])
    one.tick()
    assert sorted(one.reader.polled) == ["other", "wire", "wire"]
    one.tick()
    assert len(one.reader.polled) == 3


def test_a_source_edited_while_it_is_polled_is_polled_again(bench):
    gate = threading.Event()
    one = bench(Reader(lambda *_: gate.wait(300) and ()))
    one.polling.tick()
    until(lambda: one.reader.polled)
    one.use(sources=(source("wire", url="https://new.example"),))
    one.polling.follow([])
    one.polling.tick()
    gate.set()
    one.settle()
    one.tick()
    assert one.reader.polled == ["wire", "wire"]


def test_sources_due_at_once_after_the_clock_was_set_back(bench, clock):
    one = bench()
    one.tick()
    clock.set(-timedelta(hours=3))
    one.tick()
    assert one.reader.polled == ["wire", "wire"]


def test_a_poll_s_notices_and_failures_are_told(bench):
    class Bad(Reader):
        def poll(self, source: Source, state: SourceState, now):
            del source
            return Poll(
                outcome=PollOutcome.FAILED,
                items=iter(()),
                state=replace(state, due=now + MINUTE, failures=3, last_error="refused"),
                notices=("Source wire cannot be read.",),
            )

    one = bench(Bad())
    one.tick()
    assert one.notices == [("source wire", "Source wire cannot be read.")]
    assert one.polling.states()["wire"].failures == 3


def test_5000_sources_due_at_once_are_all_read_and_none_twice(bench, store):
    """Overload: the places are few, what has to wait stays due, and nothing is dropped."""
    ids = [f"s{number:04}" for number in range(5000)]
    sources = tuple(source(id) for id in ids)
    one = bench(sources=sources, workers=20)
    with store.writing() as writing:
        for id in ids:
            writing.save_source(SourceState(source=id, due=NOW - MINUTE))
    one.polling.tick()
    until(lambda: len(one.reader.polled) == 5000)
    one.settle()
    one.tick()
    assert sorted(one.reader.polled) == ids
    assert metric(one.core.metrics, "monitor_poll_lag_seconds") == 0


def _hits(store: SqlStore):
    return store.hits(HitFilter(), 1000)


def _threads(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())
