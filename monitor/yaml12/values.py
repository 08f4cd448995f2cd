"""Texts that stand for something: durations, dates, times of day."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"(?:\d{1,9}[smhdwy])+", re.ASCII)
_PART = re.compile(r"(\d+)([smhdwy])", re.ASCII)
_LONGEST = timedelta(days=100 * 365)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

DURATION_HINT = "write a number and its unit: 90s, 15m, 1h, 3d, 2w, 1y"


def parse_duration(text: str) -> timedelta | None:
    """Return the duration that `90s`, `15m`, `1h30m`, `3d`, `2w` or `1y` stands for, else None.

    A year has 365 days; more than 100 years is no duration.
    """
    if not _DURATION.fullmatch(text):
        return None
    parts = _PART.findall(text)
    seconds = sum(int(count) * _UNITS[unit] for count, unit in parts)
    if seconds > _LONGEST.total_seconds():
        return None
    return timedelta(seconds=seconds)


def write_duration(length: timedelta) -> str:
    """Return a duration as configuration writes it: `90m`, `24h`, `2d`; parts of a second go."""
    seconds = int(length.total_seconds())
    for size, unit, least in ((86400, "d", 2), (3600, "h", 1), (60, "m", 1)):
        if seconds >= least * size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def parse_date(text: str) -> date | None:
    """Return the date that `2027-01-31` stands for, else None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Return the time of day that `07:00` stands for (24 hours), else None."""
    found = _TIME.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None
