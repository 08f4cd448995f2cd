"""The short sentences of routes mean what they say, and say what is allowed."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from monitor.config import wording
from monitor.config.secrets import HIDDEN, redact, secrets_in_url
from monitor.model.channel import Confirm, Digest, Limit
from monitor.model.rule import Level
from monitor.yaml12 import parse_duration


def duration(text: str) -> timedelta:
    found = parse_duration(text)
    if found is None:
        raise ValueError(text)
    return found


@pytest.mark.parametrize(
    ("text", "lowest", "highest"),
    [
        ("high", Level.HIGH, Level.HIGH),
        ("=low", Level.LOW, Level.LOW),
        (">=medium", Level.MEDIUM, None),
        (">= Medium", Level.MEDIUM, None),
        (">high", Level.CRITICAL, None),
        ("<=low", None, Level.LOW),
        ("<high", None, Level.MEDIUM),
    ],
)
def test_a_level_is_a_range(text: str, lowest: Level | None, highest: Level | None) -> None:
    assert wording.levels(text) == wording.Levels(lowest, highest)


@pytest.mark.parametrize("text", ["", "loud", ">critical", "<informational", "high low"])
def test_a_level_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="level"):
        wording.levels(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", {0, 1, 2, 3, 4, 5, 6}),
        ("mon", {0}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat, sun", {5, 6}),
        ("fri-mon", {4, 5, 6, 0}),
        ("monday-tuesday,sat", {0, 1, 5}),
    ],
)
def test_weekdays_are_lists_and_ranges(text: str, days: set[int]) -> None:
    assert wording.weekdays(text) == days


def test_a_digest_is_an_interval_or_a_time_of_day() -> None:
    assert wording.digest("immediate", duration, "UTC") is None
    assert wording.digest("every 30m", duration, "UTC") == Digest(every=timedelta(minutes=30))
    assert wording.digest("daily at 7:05", duration, "UTC") == Digest(at=time(7, 5))
    assert wording.digest("Sat,Sun at 10:00", duration, "Asia/Almaty") == Digest(
        at=time(10), weekdays=frozenset({5, 6}), timezone="Asia/Almaty"
    )


@pytest.mark.parametrize("text", ["hourly", "daily at 25:00", "xyz at 10:00", "mon-xyz at 10:00"])
def test_a_schedule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"digest is|HH:MM|days are"):
        wording.digest(text, duration, "UTC")


def test_limits_and_confirmations() -> None:
    assert wording.limit("10 per 1h", duration) == Limit(10, timedelta(hours=1))
    assert wording.limit("1 alert / 5m", duration) == Limit(1, timedelta(minutes=5))
    assert wording.confirm("2 publishers within 6h", duration) == Confirm(2, timedelta(hours=6))
    for text in ("0 per 1h", "ten per hour"):
        with pytest.raises(ValueError, match="10 per 1h"):
            wording.limit(text, duration)
    for text in ("1 publisher within 6h", "3 sources within 6h"):
        with pytest.raises(ValueError, match="3 publishers within 6h"):
            wording.confirm(text, duration)


def test_redaction_hides_every_secret_the_longest_first() -> None:
    secrets = frozenset({"word", "password", "abc"})
    assert redact("the password is a word, abc", secrets) == f"the {HIDDEN} is a {HIDDEN}, abc"


def test_the_password_of_a_url_is_a_secret_in_both_spellings() -> None:
    assert secrets_in_url("mailto://u:a%40bcd@h") == {"a%40bcd", "a@bcd"}
    assert secrets_in_url("https://h/x") == frozenset()
    assert secrets_in_url("https://[broken") == frozenset()
