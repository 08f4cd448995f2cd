"""The short sentences of `routes`: `10 per 1h`, `mon-fri at 07:00`, `>=high`.

Each function returns the value, or raises ValueError with what is allowed; the caller knows where
the text stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

from monitor.model.channel import Confirm, Digest, Limit
from monitor.model.rule import Level

Duration = Callable[[str], timedelta]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_LIMIT = re.compile(r"(?P<count>\d+)\s*(?:alerts?\s+)?(?:per|/)\s*(?P<per>\S+)")
_CONFIRM = re.compile(r"(?P<count>\d+)\s+publishers?\s+within\s+(?P<within>\S+)")
_EVERY = re.compile(r"every\s+(?P<every>\S+)")
_AT = re.compile(r"(?P<days>daily|[a-z][a-z,\s-]*?)\s+at\s+(?P<clock>\S+)")
_LEVEL = re.compile(r"(?P<operator>>=|<=|>|<|=)?\s*(?P<name>[a-z]+)")


def clock(text: str) -> time:
    """Return a wall-clock time written `HH:MM`."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match["hour"]) > 23 or int(match["minute"]) > 59:
        raise ValueError("a time of day is written HH:MM, 00:00 to 23:59")
    return time(int(match["hour"]), int(match["minute"]))


def limit(text: str, duration: Duration) -> Limit:
    """Return a limit written `10 per 1h`."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None or int(match["count"]) < 1:
        raise ValueError("a limit is written `10 per 1h`, with at least 1")
    return Limit(int(match["count"]), duration(match["per"]))


def confirm(text: str, duration: Duration) -> Confirm:
    """Return a confirmation written `3 publishers within 6h`."""
    match = _CONFIRM.fullmatch(text.strip())
    if match is None or int(match["count"]) < 2:
        raise ValueError("a confirmation is written `3 publishers within 6h`, with at least 2")
    return Confirm(int(match["count"]), duration(match["within"]))


def digest(text: str, duration: Duration, timezone: str) -> Digest | None:
    """Return a digest's schedule; None for `immediate`."""
    wording = text.strip().lower()
    if wording == "immediate":
        return None
    if match := _EVERY.fullmatch(wording):
        return Digest(every=duration(match["every"]), timezone=timezone)
    match = _AT.fullmatch(wording)
    if match is None:
        raise ValueError(
            "a digest is `immediate`, `every 30m`, `daily at 07:00` or `mon-fri at 07:00`"
        )
    return Digest(at=clock(match["clock"]), weekdays=weekdays(match["days"]), timezone=timezone)


def weekdays(text: str) -> frozenset[int]:
    """Return days written `daily`, `mon`, `mon-fri`, `sat,sun`; Monday is 0."""
    if text.strip() == "daily":
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first[:3] not in DAYS or (dash and last[:3] not in DAYS):
            raise ValueError("days are `daily`, or of " + ", ".join(DAYS) + ": mon-fri, sat,sun")
        start = DAYS.index(first[:3])
        end = DAYS.index(last[:3]) if dash else start
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


@dataclass(frozen=True, slots=True)
class Levels:
    """A range of levels, both ends included; None is open."""

    lowest: Level | None = None
    highest: Level | None = None


def levels(text: str) -> Levels:
    """Return a range written `high` (just that), `>=high`, `<medium`."""
    match = _LEVEL.fullmatch(text.strip().lower())
    names = {level.label: level for level in Level}
    if match is None or match["name"] not in names:
        allowed = ", ".join(names)
        raise ValueError(f"a level is `>=high`, `<=low` or one of {allowed}")
    level = names[match["name"]]
    match match["operator"]:
        case ">=":
            return Levels(lowest=level)
        case "<=":
            return Levels(highest=level)
        case ">" if level < max(Level):
            return Levels(lowest=Level(level + 1))
        case "<" if level > min(Level):
            return Levels(highest=Level(level - 1))
        case ">" | "<":
            raise ValueError(f"no level is {match['operator']}{level.label}")
    return Levels(level, level)
