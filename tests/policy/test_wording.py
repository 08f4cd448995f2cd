"""How reasons write times, durations and counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.policy.wording import count, duration, moment, wall
from tests.policy.model import MONDAY


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=2), "2d"),
        (timedelta(days=1), "24h"),
        (timedelta(hours=36), "36h"),
        (timedelta(minutes=90), "90m"),
        (timedelta(seconds=90), "90s"),
        (timedelta(), "0s"),
    ],
)
def test_durations_are_written_as_in_the_configuration(length, text):
    assert duration(length) == text


def test_moments_are_in_utc_or_on_the_wall_of_a_zone():
    assert moment(MONDAY) == "2026-03-02 12:00 UTC"
    assert wall(MONDAY, "Europe/Vienna") == "2026-03-02 13:00 Europe/Vienna"


def test_counts_agree_with_their_noun():
    assert [count(1, "hit"), count(2, "hit"), count(2, "story", "stories")] == [
        "1 hit",
        "2 hits",
        "2 stories",
    ]
