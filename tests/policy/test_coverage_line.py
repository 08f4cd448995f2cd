"""The coverage line of a digest: how many sources were read, and which were not since when."""

from __future__ import annotations

from monitor.model.source import SourceState
from monitor.policy.coverage import coverage_line
from tests.policy.model import MONDAY
from tests.policy.worlds import HOUR


def read(source: str, at=None) -> tuple[str, SourceState]:
    return source, SourceState(source=source, last_success=at)


def test_sources_read_since_the_last_digest_are_counted_and_the_others_named():
    states = dict([read("a", MONDAY), read("b", MONDAY - HOUR), read("c"), read("old", MONDAY)])
    line = coverage_line(["d", "c", "b", "a"], states, MONDAY - HOUR, MONDAY)
    assert line == (
        "Coverage: 1 of 4 sources read since 2026-03-02 11:00 UTC. "
        "Not read: b (not since 2026-03-02 11:00 UTC), c (never), d (never)."
    )


def test_where_all_were_read_nothing_is_named():
    states = dict([read("a", MONDAY)])
    line = coverage_line(["a"], states, MONDAY - HOUR, MONDAY)
    assert line == "Coverage: 1 of 1 source read since 2026-03-02 11:00 UTC."


def test_before_the_first_digest_a_source_counts_that_was_ever_read():
    states = dict([read("a", MONDAY - 1000 * HOUR)])
    line = coverage_line(["a", "b"], states, None, MONDAY)
    assert line == "Coverage: 1 of 2 sources read until 2026-03-02 12:00 UTC. Not read: b (never)."


def test_of_many_missing_sources_twenty_are_named():
    line = coverage_line([f"s{number:02}" for number in range(25)], {}, None, MONDAY)
    assert line.startswith("Coverage: 0 of 25 sources read")
    assert line.endswith("s19 (never), and 5 more.")
