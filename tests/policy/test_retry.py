"""Failed deliveries come back later and later over a day, and then somebody is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.policy.retry import STANDARD, Schedule, retry_at, steps_aside

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
alerts = st.text(min_size=1, max_size=32)


def test_the_standard_schedule_lasts_at_least_a_day() -> None:
    assert timedelta(hours=24) <= STANDARD.span < timedelta(hours=26)


@given(alerts)
def test_an_alert_is_tried_over_at_least_a_day_and_then_never_again(alert: str) -> None:
    moment, attempt = NOW, 1
    while (later := retry_at(alert, attempt, moment)) is not None:
        assert timedelta(0) < later - moment <= STANDARD.longest * (1 + STANDARD.jitter)
        moment, attempt = later, attempt + 1
    assert attempt == STANDARD.attempts
    assert moment - NOW >= timedelta(hours=24)


@given(alerts, st.integers(1, 32))
def test_each_wait_is_about_twice_the_one_before_up_to_an_hour(alert: str, attempt: int) -> None:
    later = retry_at(alert, attempt, NOW)
    assert later is not None
    plain = min(timedelta(seconds=10) * 2 ** (attempt - 1), timedelta(hours=1))
    assert plain <= later - NOW <= plain * 1.25


@given(alerts, st.integers(1, 32))
def test_deciding_twice_decides_the_same(alert: str, attempt: int) -> None:
    assert retry_at(alert, attempt, NOW) == retry_at(alert, attempt, NOW)


def test_alerts_that_failed_together_do_not_come_back_together() -> None:
    moments = {retry_at(f"{number:032x}", 9, NOW) for number in range(100)}
    assert len(moments) == 100


@given(st.floats(0, 86_400), st.integers(1, 32))
def test_what_the_receiver_asks_for_is_kept_to(seconds: float, attempt: int) -> None:
    later = retry_at("alert", attempt, NOW, retry_after=seconds)
    plain = retry_at("alert", attempt, NOW)
    assert later is not None
    assert plain is not None
    assert later == max(plain, NOW + timedelta(seconds=seconds))


def test_a_later_alert_is_not_tried_before_the_one_before_it() -> None:
    first = NOW + timedelta(minutes=5)
    assert retry_at("alert", 1, NOW, not_before=first) == first
    assert retry_at("alert", 9, NOW, not_before=NOW) == retry_at("alert", 9, NOW)


def test_any_number_of_attempts_has_a_wait() -> None:
    schedule = Schedule(attempts=100_000)
    assert schedule.wait(0) == schedule.first
    assert schedule.wait(99_999) == schedule.longest
    assert retry_at("alert", 99_999, NOW, schedule=schedule) is not None


@pytest.mark.parametrize(
    ("attempt", "failures", "goes_on"),
    [
        (1, 1, False),
        (2, 1, False),
        (3, 1, True),
        (3, 2, False),
        (6, 2, True),
        (6, 3, False),
        (1, 2, False),
    ],
)
def test_a_failure_holds_up_the_others_twice_and_then_one_more_is_tried(
    attempt: int, failures: int, *, goes_on: bool
) -> None:
    assert steps_aside(attempt, failures) is goes_on
