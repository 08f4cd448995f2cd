"""How reasons write times and durations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def moment(at: datetime) -> str:
    """Return a moment as `2026-11-25 16:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def wall(at: datetime, timezone: str) -> str:
    """Return a moment on the wall clock of a time zone: `2026-11-25 07:00 Europe/Vienna`."""
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"


def duration(length: timedelta) -> str:
    """Return a duration as configuration writes it: `90m`, `24h`, `2d`."""
    seconds = int(length.total_seconds())
    for size, unit, least in ((86400, "d", 2), (3600, "h", 1), (60, "m", 1)):
        if seconds >= least * size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 alert`, `2 alerts`; `many` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
