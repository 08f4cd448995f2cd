"""Which sources are due: the longest waiting first, and never put off by a clock that was wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model.source import Source, SourceKind, SourceState
from monitor.pipeline.poll import Due, due, due_time

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def source(id: str, **values) -> Source:
    return replace(Source(id=id, kind=SourceKind.FEED), **values)


def state(id: str, minutes: float, **values) -> SourceState:
    return replace(SourceState(source=id, due=NOW + minutes * MINUTE), **values)


def test_what_is_due_comes_with_the_longest_waiting_first_and_then_by_id():
    sources = [source(id) for id in ("d", "c", "b", "a", "later")]
    states = {
        "a": state("a", -1),
        "b": state("b", -1),
        "c": state("c", -30),
        "d": state("d", 0),
        "later": state("later", 5),
    }
    found = due(sources, states, (), NOW)
    assert [one.id for one in found.sources] == ["c", "a", "b", "d"]
    assert found.next == NOW + 5 * MINUTE


def test_a_source_never_polled_is_due_and_one_that_runs_is_not():
    sources = [source("new"), source("asked"), source("runs")]
    states = {"asked": SourceState(source="asked")}
    assert [one.id for one in due(sources, states, {"runs"}, NOW).sources] == ["asked", "new"]


def test_without_sources_nothing_is_due():
    assert due([], {}, (), NOW) == Due((), None)


def test_a_source_that_is_gone_is_due_as_planned_its_reader_knows_whether_it_was_redefined():
    gone = state("a", 60, gone=True)
    assert due_time(source("a"), gone, NOW) == NOW + 60 * MINUTE


def test_a_last_poll_in_the_future_says_that_the_clock_was_set_back():
    set_back = state("a", 70, last_poll=NOW + 55 * MINUTE)
    assert due_time(source("a"), set_back, NOW) == NOW


def test_small_steps_of_the_clock_do_not_make_a_source_due():
    stepped = state("a", 15, last_poll=NOW + MINUTE)
    assert due_time(source("a"), stepped, NOW) == NOW + 15 * MINUTE


def test_a_due_time_beyond_all_waits_does_not_count_but_a_rare_source_s_own_does():
    far = state("a", 9 * 24 * 60)
    assert due_time(source("a"), far, NOW) == NOW
    assert due_time(source("a", every=timedelta(days=5)), far, NOW) == far.due
