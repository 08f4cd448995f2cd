"""How many alerts may still leave, and when the next may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.channel import Limit


@dataclass(frozen=True, slots=True)
class Room:
    """What a limit leaves."""

    free: int | None
    """How many alerts may leave now; None is any number."""
    until: datetime
    """When the next may leave, after `free` have left now; now where any number may."""


def room(limit: Limit | None, sent: Sequence[datetime], now: datetime) -> Room:
    """Return what a limit leaves after the alerts that were made at these times.

    A window includes its last moment and not its first: ten at 10:00 leave room again at 11:00
    with `10 per 1h`. Times after `now` (a clock put back) count as now.
    """
    if limit is None:
        return Room(None, now)
    recent = sorted(min(at, now) for at in sent if at > now - limit.per)
    free = max(0, limit.count - len(recent))
    used = recent + [now] * free
    return Room(free, used[-limit.count] + limit.per)
