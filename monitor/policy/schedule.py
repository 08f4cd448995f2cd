"""Digest times and quiet hours: wall clocks of time zones against moments in UTC.

A wall-clock time stands for exactly one moment a date (PEP 495, `fold=0`): the first one where the
clock shows it twice, and, where it skips it, the moment that clocks not yet put forward would show
it, as cron and Quartz do: 02:30 becomes 03:30. So a schedule fires once on both days.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model.channel import Digest, Quiet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def instant(day: date, at: time, timezone: str) -> datetime:
    """Return the one moment, in UTC, that stands for a wall-clock time on a date."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def next_point(digest: Digest, after: datetime) -> datetime:
    """Return the first moment later than `after` at which the digest is due."""
    if digest.every is not None:
        return _last_multiple(digest.every, after) + digest.every
    return min(point for point in _points(digest, after) if point > after)


def last_point(digest: Digest, until: datetime) -> datetime:
    """Return the last moment not later than `until` at which the digest was due."""
    if digest.every is not None:
        return _last_multiple(digest.every, until)
    return max(point for point in _points(digest, until) if point <= until)


def quiet_until(quiet: Quiet, now: datetime) -> datetime | None:
    """Return when the quiet hours end that `now` lies in; None outside of them.

    The first moment is quiet, the last is not. Where both ends are the same there are none.
    """
    today = now.astimezone(ZoneInfo(quiet.timezone)).date()
    for day in (today - _DAY, today):
        start = instant(day, quiet.start, quiet.timezone)
        last = day + _DAY if quiet.end < quiet.start else day
        end = instant(last, quiet.end, quiet.timezone)
        if start <= now < end:
            return end
    return None


def _last_multiple(every: timedelta, until: datetime) -> datetime:
    return _EPOCH + (until - _EPOCH) // every * every


def _points(digest: Digest, around: datetime) -> list[datetime]:
    """Return the moments of the dates from nine days before to nine days after."""
    at = digest.at or time()
    today = around.astimezone(ZoneInfo(digest.timezone)).date()
    days = (today + timedelta(days=offset) for offset in range(-9, 10))
    return [instant(day, at, digest.timezone) for day in days if day.weekday() in digest.weekdays]
