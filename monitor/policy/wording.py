"""How reasons write times and durations."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.yaml12 import write_duration as duration

__all__ = ["count", "duration", "moment", "wall"]


def moment(at: datetime) -> str:
    """Return a moment as `2026-11-25 16:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def wall(at: datetime, timezone: str) -> str:
    """Return a moment on the wall clock of a time zone: `2026-11-25 07:00 Europe/Vienna`."""
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 alert`, `2 alerts`; `many` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
