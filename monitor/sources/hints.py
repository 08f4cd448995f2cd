"""What a feed itself says about when to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TTL = re.compile(rb"\s*(\d{1,6})\s*$")
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([a-z]{3})", re.IGNORECASE)
_DAYS = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")


@dataclass(frozen=True, slots=True)
class Hints:
    """When a feed asks to be left alone: RSS `ttl` (minutes), `skipHours` (UTC), `skipDays`."""

    ttl: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """0 is Monday."""


NO_HINTS = Hints()


def hints_in(data: bytes) -> Hints:
    """Return the hints in an RSS document; empty ones where it gives none."""
    ttl = _TTL.match(_between(data, b"<ttl>", b"</ttl>"))
    hours = _between(data, b"<skipHours>", b"</skipHours>")
    days = _between(data, b"<skipDays>", b"</skipDays>")
    return Hints(
        ttl=int(ttl.group(1)) if ttl else None,
        # Some count hours from 1 to 24.
        skip_hours=frozenset(int(hour) % 24 for hour in _HOUR.findall(hours)),
        skip_days=frozenset(
            _DAYS.index(day.lower()) for day in _DAY.findall(days) if day.lower() in _DAYS
        ),
    )


def _between(data: bytes, start: bytes, end: bytes) -> bytes:
    at = data.find(start)
    return data[at + len(start) : at + 5_000].partition(end)[0] if at >= 0 else b""
