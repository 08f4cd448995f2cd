"""A source is polled as often as configured, and never sooner than its server asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.hints import Hints, hints_in
from monitor.sources.schedule import LONGEST, backoff, fresh_for, next_due, retry_after

NOW = datetime(2022, 1, 6, 12, 30, tzinfo=UTC)  # a Thursday
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
ZERO = timedelta(0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, Max-Age = \"600\""}, 600),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=600", "age": "soon"}, 600),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=600, no-store"}, 0),
        ({"cache-control": "max-age=99999999"}, 86_400),
        ({"expires": "Thu, 06 Jan 2022 13:00:00 GMT"}, 1_800),
        ({"expires": "Thu, 06 Jan 2022 13:00:00 GMT", "date": "06 Jan 2022 12:00:00 GMT"}, 3_600),
        ({"expires": "0"}, 0),
        ({"expires": "Wed, 05 Jan 2022 13:00:00 GMT"}, 0),
        ({"cache-control": "max-age=60", "expires": "Thu, 06 Jan 2022 13:00:00 GMT"}, 60),
    ],
)  # fmt: skip
def test_an_answer_is_fresh_for_as_long_as_it_says(headers: dict[str, str], seconds: int):
    assert fresh_for(headers, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", ZERO),
        ("99999999999999999999", LONGEST),
        ("Thu, 06 Jan 2022 13:30:00 GMT", HOUR),
        ("Wed, 05 Jan 2022 13:30:00 GMT", ZERO),
        ("Fri, 06 Jan 2023 13:30:00 GMT", LONGEST),
        ("later", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(written: str, wait: timedelta | None):
    assert retry_after({"retry-after": written}, NOW) == wait
    assert retry_after({}, NOW) is None


def test_the_longest_of_interval_freshness_and_ttl_counts():
    assert next_due(NOW, QUARTER, ZERO, Hints()) == NOW + QUARTER
    assert next_due(NOW, QUARTER, HOUR, Hints()) == NOW + HOUR
    assert next_due(NOW, QUARTER, HOUR, Hints(ttl=120)) == NOW + 2 * HOUR
    assert next_due(NOW, QUARTER, ZERO, Hints(ttl=999_999)) == NOW + LONGEST


def test_skipped_hours_and_days_are_skipped():
    hours = Hints(skip_hours=frozenset({12, 13, 14}))
    assert next_due(NOW, QUARTER, ZERO, hours) == NOW.replace(hour=15, minute=0)
    days = Hints(skip_days=frozenset({3, 4}))
    assert next_due(NOW, QUARTER, ZERO, days) == datetime(2022, 1, 8, tzinfo=UTC)
    assert next_due(NOW, QUARTER, ZERO, Hints(skip_days=frozenset({5}))) == NOW + QUARTER


def test_a_feed_that_asks_never_to_be_read_is_read_all_the_same():
    for hints in (Hints(skip_hours=frozenset(range(24))), Hints(skip_days=frozenset(range(7)))):
        assert next_due(NOW, QUARTER, ZERO, hints) == NOW + QUARTER


@given(st.frozensets(st.integers(0, 23)), st.frozensets(st.integers(0, 6)), st.integers(0, 2_000))
def test_the_next_poll_is_never_early_and_within_nine_days(
    hours: frozenset[int], days: frozenset[int], ttl: int
):
    due = next_due(NOW, QUARTER, ZERO, Hints(ttl, hours, days))
    assert NOW + QUARTER <= due <= NOW + timedelta(days=9)


def test_failures_are_tried_again_ever_more_seldom_up_to_a_day():
    waits = [backoff("a", count, QUARTER) for count in range(1, 40)]
    for count, wait in enumerate(waits):
        whole = min(QUARTER * 2 ** min(count, 9), LONGEST)
        assert 0.75 * whole <= wait <= min(1.25 * whole, LONGEST)
    assert backoff("a", 1, timedelta(days=1)) <= 1.25 * QUARTER
    assert backoff("a", 1, timedelta(minutes=1)) <= timedelta(seconds=75)


def test_many_sources_that_fail_together_do_not_come_back_together():
    waits = {backoff(f"source-{number}", 3, QUARTER) for number in range(100)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > 0.4 * 4 * QUARTER


def test_hints_are_read_from_the_feed():
    feed = (
        b"<rss><channel><ttl> 60 </ttl><skipHours><hour>0</hour><hour>24</hour><hour>7</hour>"
        b"</skipHours><skipDays><day>Saturday</day><day>SUN</day><day>someday</day></skipDays>"
    )
    assert hints_in(feed) == Hints(60, frozenset({0, 7}), frozenset({5, 6}))
    assert hints_in(b"<rss><channel/></rss>") == Hints()
    assert hints_in(b"<skipHours>" * 9_999) == Hints()
