"""Digest times and quiet hours: a wall-clock time is once a date, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.channel import Digest, Quiet
from monitor.policy.schedule import instant, last_point, next_point, quiet_until

VIENNA = "Europe/Vienna"
ZONES = [
    "UTC",
    VIENNA,
    "America/New_York",
    "America/St_Johns",
    "Asia/Almaty",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # its clocks move by half an hour
    "Pacific/Apia",  # had no 30 December 2011
    "Africa/Casablanca",
]
WORKDAYS = frozenset(range(5))

moments = st.integers(946_684_800, 2_051_222_400).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def points(digest: Digest, after: datetime, until: datetime) -> list[str]:
    found = []
    while (after := next_point(digest, after)) <= until:
        found.append(f"{after:%m-%d %H:%M}")
    return found


def test_a_time_that_the_clock_skips_fires_once_as_if_it_had_not_been_put_forward():
    digest = Digest(at=time(2, 30), timezone=VIENNA)
    found = points(digest, utc("2026-03-27T12:00"), utc("2026-03-31T12:00"))
    assert found == ["03-28 01:30", "03-29 01:30", "03-30 00:30", "03-31 00:30"]


def test_a_time_that_the_clock_shows_twice_fires_once_the_first_time():
    digest = Digest(at=time(2, 30), timezone=VIENNA)
    found = points(digest, utc("2026-10-23T12:00"), utc("2026-10-27T12:00"))
    assert found == ["10-24 00:30", "10-25 00:30", "10-26 01:30", "10-27 01:30"]


def test_workdays_pass_over_the_weekend():
    digest = Digest(at=time(7), weekdays=WORKDAYS, timezone=VIENNA)
    found = points(digest, utc("2026-03-05T12:00"), utc("2026-03-10T12:00"))
    assert found == ["03-06 06:00", "03-09 06:00", "03-10 06:00"]


def test_a_single_weekday_comes_once_a_week():
    digest = Digest(at=time(7), weekdays=frozenset({2}))
    assert points(digest, utc("2026-03-04T07:00"), utc("2026-03-18T07:00")) == [
        "03-11 07:00",
        "03-18 07:00",
    ]


def test_every_counts_from_the_epoch_so_that_a_restart_does_not_move_it():
    digest = Digest(every=timedelta(minutes=30))
    assert next_point(digest, utc("2026-03-05T12:07")) == utc("2026-03-05T12:30")
    assert next_point(digest, utc("2026-03-05T12:30")) == utc("2026-03-05T13:00")
    assert last_point(digest, utc("2026-03-05T12:30")) == utc("2026-03-05T12:30")
    assert last_point(digest, utc("2026-03-05T12:29")) == utc("2026-03-05T12:00")


def test_a_date_that_a_zone_left_out_does_not_fire_twice():
    digest = Digest(at=time(7), timezone="Pacific/Apia")
    found = points(digest, utc("2011-12-28T00:00"), utc("2012-01-01T12:00"))
    assert found == ["12-28 17:00", "12-29 17:00", "12-30 17:00", "12-31 17:00"]


@given(
    st.sampled_from(ZONES),
    st.times().map(lambda at: at.replace(microsecond=0, tzinfo=None)),
    moments,
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_last_and_next_point_enclose_every_moment_with_none_between(zone, at, now, weekdays):
    digest = Digest(at=at, timezone=zone, weekdays=weekdays)
    last, coming = last_point(digest, now), next_point(digest, now)
    assert last <= now < coming
    assert next_point(digest, last) == coming
    assert last_point(digest, coming) == coming


@given(
    st.sampled_from([zone for zone in ZONES if zone != "Pacific/Apia"]),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.dates(date(2000, 1, 1), date(2035, 1, 1)),
)
def test_daily_fires_exactly_once_on_every_date_of_two_months(zone, at, first):
    digest = Digest(at=at, timezone=zone)
    point = instant(first, at, zone) - timedelta(seconds=1)
    dates = []
    for _ in range(60):
        point = next_point(digest, point)
        # A time in a gap is shown an hour later, which may be past midnight.
        shown = point.astimezone(ZoneInfo(zone))
        dates.append((shown - timedelta(hours=1) if shown.time() < at else shown).date())
    assert dates == [first + timedelta(days=number) for number in range(60)]


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-05T20:59", None),
        ("2026-03-05T21:00", "2026-03-06T06:00"),
        ("2026-03-06T05:59", "2026-03-06T06:00"),
        ("2026-03-06T06:00", None),
    ],
)
def test_quiet_hours_pass_midnight_and_end_sharp(now, end):
    quiet = Quiet(time(22), time(7), VIENNA)
    assert quiet_until(quiet, utc(now)) == (end and utc(end))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-05T11:59", None),
        ("2026-03-05T12:00", "2026-03-05T14:00"),
        ("2026-03-05T14:00", None),
    ],
)
def test_quiet_hours_may_lie_within_a_day(now, end):
    assert quiet_until(Quiet(time(12), time(14)), utc(now)) == (end and utc(end))


def test_quiet_hours_follow_the_clock_on_the_nights_of_both_changes():
    quiet = Quiet(time(22), time(7), VIENNA)
    assert quiet_until(quiet, utc("2026-03-28T21:00")) == utc("2026-03-29T05:00")
    assert quiet_until(quiet, utc("2026-10-24T20:00")) == utc("2026-10-25T06:00")


def test_quiet_hours_that_begin_where_they_end_are_none():
    quiet = Quiet(time(22), time(22))
    assert quiet_until(quiet, utc("2026-03-05T22:00")) is None
    assert quiet_until(quiet, utc("2026-03-05T21:00")) is None


@given(
    st.sampled_from(ZONES),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.times().map(lambda at: at.replace(microsecond=0)),
    moments,
)
def test_quiet_hours_end_within_a_day_or_so_whatever_the_clocks_do(zone, start, end, now):
    over = quiet_until(Quiet(start, end, zone), now)
    assert over is None or now < over <= now + timedelta(hours=49)
