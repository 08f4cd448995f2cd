"""The operator hears once that a source went bad and once that it is well; moves are confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.source import FullText, Source, SourceKind, SourceState
from monitor.sources import cursor as memory
from monitor.sources import health
from monitor.sources.cursor import Cursor
from monitor.sources.fetching import Response
from monitor.sources.hints import Hints

NOW = datetime(2022, 1, 6, 12, 30, tzinfo=UTC)
SOURCE = Source(id="wire", kind=SourceKind.FEED, url="https://example.org/feed")
NEVER = SourceState(source="wire")
CURSOR = Cursor(configured=memory.identity_of(SOURCE))
HOUR = timedelta(hours=1)


def fail(state: SourceState, times: int) -> tuple[SourceState, list[str]]:
    told: list[str] = []
    for _ in range(times):
        ending = health.failed(SOURCE, state, CURSOR, NOW, "it is down")
        state = ending.state
        told.extend(ending.notices)
    return state, told


def test_three_failures_in_a_row_are_told_once_and_recovery_once():
    state, told = fail(NEVER, 2)
    assert (told, state.failures, state.reported_bad) == ([], 2, False)
    state, told = fail(state, 10)
    assert told == [
        "Source wire cannot be read, 3 times in a row: it is down. It is tried again, at least "
        "once a day."
    ]
    assert (state.failures, state.last_error, state.last_error_at) == (12, "it is down", NOW)
    assert state.due is not None
    assert NOW < state.due <= NOW + timedelta(days=1)
    well = health.succeeded(SOURCE, state, CURSOR, NOW)
    assert well.notices == ("Source wire is well again.",)
    assert well.state.failures == 0
    assert (well.state.last_error, well.state.reported_bad) == (None, False)
    assert well.state.last_success == NOW
    assert health.succeeded(SOURCE, well.state, CURSOR, NOW).notices == ()


def test_validators_are_kept_from_whole_answers_only():
    headers = {"etag": '"1"', "last-modified": "x"}
    state = health.succeeded(SOURCE, NEVER, CURSOR, NOW, headers=headers).state
    assert (state.etag, state.last_modified) == ('"1"', "x")
    same = health.succeeded(SOURCE, state, CURSOR, NOW, unchanged=True).state
    assert (same.etag, same.last_modified) == ('"1"', "x")
    new = {"etag": '"2"'}
    part = health.succeeded(SOURCE, state, CURSOR, NOW, headers=new, complete=False).state
    assert (part.etag, part.last_modified) == ('"1"', "x")
    whole = health.succeeded(SOURCE, state, CURSOR, NOW, headers=new).state
    assert (whole.etag, whole.last_modified) == ('"2"', None)
    assert health.succeeded(SOURCE, state, CURSOR, NOW, headers={"etag": ""}).state.etag is None


def test_what_is_left_to_read_is_read_in_time_whatever_the_server_calls_fresh():
    headers = {"cache-control": "max-age=7200"}
    whole = health.succeeded(SOURCE, NEVER, CURSOR, NOW, headers=headers).state
    part = health.succeeded(SOURCE, NEVER, CURSOR, NOW, headers=headers, complete=False).state
    assert whole.due == NOW + 2 * HOUR
    assert part.due == NOW + SOURCE.every


def answer(status: int, **headers: str) -> Response:
    return Response(status, headers, b"", "https://example.org/feed?key=secret")


def test_being_put_off_is_no_failure_until_it_lasts():
    state = replace(NEVER, last_success=NOW, failures=2)
    ending = health.deferred(SOURCE, state, CURSOR, NOW, answer(429, **{"retry-after": "7200"}))
    assert ending.state.due == NOW + 2 * HOUR
    assert (ending.state.failures, ending.notices) == (2, ())
    soon = health.deferred(SOURCE, state, CURSOR, NOW, answer(503, **{"retry-after": "1"}))
    assert soon.state.due == NOW + SOURCE.every
    told: list[str] = []
    state = replace(NEVER, last_success=NOW)
    for hour in range(48):
        now = NOW + hour * HOUR
        kept = memory.load(state.cursor, SOURCE)
        ending = health.deferred(SOURCE, state, kept, now, answer(503, **{"retry-after": "3600"}))
        state = ending.state
        told.extend(ending.notices)
    assert told == [
        "Source wire puts us off, 10 times in a row: https://example.org/feed?… answered 503: "
        "come back later."
    ]
    assert health.succeeded(SOURCE, state, CURSOR, now).notices == ("Source wire is well again.",)


def test_being_put_off_for_a_day_is_told_however_few_the_requests():
    state = replace(NEVER, last_success=NOW - timedelta(days=2))
    once = health.deferred(SOURCE, state, CURSOR, NOW, answer(503))
    assert once.notices == ()
    kept = memory.load(once.state.cursor, SOURCE)
    twice = health.deferred(SOURCE, once.state, kept, NOW, answer(503))
    assert len(twice.notices) == 1
    assert twice.state.due is not None
    assert twice.state.due > NOW


def test_a_source_that_is_gone_is_told_once():
    ending = health.gone(SOURCE, NEVER, CURSOR, NOW, SOURCE.url)
    assert ending.state.gone
    assert ending.notices == (
        "Source wire is gone: https://example.org/feed answered 410: gone for good. It is not "
        "asked again until its configuration changes.",
    )
    assert health.gone(SOURCE, ending.state, CURSOR, NOW, SOURCE.url).notices == ()


def move(source: Source, *moves: tuple[float, str | None]) -> tuple[SourceState, list[str]]:
    state, kept, told = NEVER, CURSOR, list[str]()
    for hours, target in moves:
        state, kept, notices = health.observed_move(source, state, kept, NOW + hours * HOUR, target)
        told.extend(notices)
    return state, told


NEW = "https://example.net/feed"


def test_a_move_is_kept_after_repeated_confirmation_over_a_day():
    state, told = move(SOURCE, *[(hour * 8, NEW) for hour in range(4)])
    assert (state.url, state.moved_to, state.moved_seen, told) == (None, NEW, 4, [])
    state, told = move(SOURCE, *[(hour * 8, NEW) for hour in range(6)])
    assert (state.url, state.moved_to, state.moved_seen) == (NEW, None, 0)
    assert told == [
        f"Source wire has moved for good to {NEW}, which is read from now on; please change its "
        "`url` in the configuration."
    ]
    state, told = move(SOURCE, *[(minute / 60, NEW) for minute in range(60)])
    assert (state.url, state.moved_seen, told) == (None, 60, [])


def test_a_move_that_is_taken_back_or_changed_is_observed_anew():
    state, _ = move(SOURCE, (0, NEW), (8, NEW), (16, None))
    assert (state.moved_to, state.moved_seen) == (None, 0)
    state, _ = move(SOURCE, (0, NEW), (8, NEW), (16, "https://example.com/"))
    assert (state.moved_to, state.moved_seen) == ("https://example.com/", 1)
    state, _ = move(SOURCE, (0, None))
    assert state == NEVER


def test_a_source_with_a_password_stays_where_it_is_configured():
    source = replace(SOURCE, url="https://user:secret@example.org/feed")
    state, told = move(source, *[(hour * 8, NEW) for hour in range(9)])
    assert (state.url, told) == (None, [])


def test_a_moved_source_that_goes_bad_is_asked_at_its_configured_address_again():
    state, _ = fail(replace(NEVER, url=NEW, etag="x"), 2)
    assert state.url == NEW
    state, _ = fail(state, 1)
    assert (state.url, state.etag) == (None, None)


def test_waiting_for_a_busy_host_changes_nothing_but_the_time():
    assert health.waiting(NEVER, NOW, 90).state == replace(NEVER, due=NOW + timedelta(seconds=90))


# --- the memory --------------------------------------------------------------------------------

FULL = Cursor(
    configured=CURSOR.configured,
    seen=frozenset({"a", "b"}),
    again={"c": 2},
    hints=Hints(60, frozenset({1}), frozenset({6})),
    moved_since=NOW,
    deferred=3,
)


def test_the_memory_comes_back_as_it_was():
    assert memory.load(memory.dump(FULL), SOURCE) == FULL
    assert memory.load(memory.dump(CURSOR), SOURCE) == CURSOR


@pytest.mark.parametrize(
    "changed",
    [
        replace(SOURCE, url="https://example.org/other"),
        replace(SOURCE, kind=SourceKind.SITEMAP),
        replace(SOURCE, full_text=FullText.NEVER),
        replace(SOURCE, links="a"),
    ],
)
def test_the_memory_is_void_when_the_source_is_configured_anew(changed: Source):
    assert memory.load(memory.dump(FULL), changed) == Cursor(configured=memory.identity_of(changed))


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "5", "{}", f'{{"configured": "{CURSOR.configured}"}}',
             f'{{"configured": "{CURSOR.configured}", "moved_since": "x"}}']
)  # fmt: skip
def test_damaged_memory_is_none(text: str | None):
    assert memory.load(text, SOURCE) == CURSOR


def test_the_memory_holds_no_secret_of_the_address():
    source = replace(SOURCE, url="https://user:secret@example.org/?token=secret")
    assert "secret" not in memory.dump(Cursor(configured=memory.identity_of(source)))
