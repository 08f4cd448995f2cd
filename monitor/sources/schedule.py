"""When a source is polled next: as often as configured, never sooner than its server asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.articles.dates import parse_date
from monitor.sources.hints import Hints

LONGEST = timedelta(days=1)
"""No server is waited for longer, whatever it asks, and no failing source is left alone longer."""
_FIRST_RETRY = timedelta(minutes=15)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[,\s])no-(?:cache|store)(?:$|[,\s])", re.IGNORECASE)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long an answer stays fresh (RFC 9111, section 4.2), at most a day.

    `Cache-Control: max-age` less `Age`, else `Expires` less `Date`; zero where neither is given.
    """
    control = headers.get("cache-control", "")
    if _UNCACHED.search(control):
        return timedelta(0)
    declared = _MAX_AGE.search(control)
    if declared is not None:
        age = headers.get("age", "").strip()
        spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
        seconds = int(declared.group(1)) - spent
    else:
        expires = parse_date(headers.get("expires", ""))
        sent = parse_date(headers.get("date", "")) or now
        seconds = int((expires - sent).total_seconds()) if expires is not None else 0
    return min(timedelta(seconds=max(0, seconds)), LONGEST)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long `Retry-After` asks to wait, in seconds or until a date; at most a day."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return min(timedelta(seconds=int(written[:9])), LONGEST)
    moment = parse_date(written)
    return None if moment is None else min(max(moment - now, timedelta(0)), LONGEST)


def next_due(now: datetime, every: timedelta, fresh: timedelta, hints: Hints) -> datetime:
    """Return when a source that was read is due again.

    After its interval, after what its answer stays fresh for, and after the feed's own `ttl`,
    whichever is latest; then past the hours and days that the feed says to skip.
    """
    ttl = min(timedelta(minutes=hints.ttl or 0), LONGEST)
    due = now + max(every, fresh, ttl)
    if len(hints.skip_hours) < 24 and len(hints.skip_days) < 7:
        # At most six days and 23 hours lie ahead.
        while due.hour in hints.skip_hours or due.weekday() in hints.skip_days:
            due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due


def backoff(source: str, failures: int, every: timedelta) -> timedelta:
    """Return how long to leave a source alone after so many failures in a row (1 or more).

    It doubles from the source's own interval, or a quarter of an hour if that is shorter, up to a
    day; a quarter more or less, by source and count, keeps many from coming back at once.
    """
    doubled: int = 2 ** min(failures - 1, 20)
    whole = min(min(every, _FIRST_RETRY) * doubled, LONGEST)
    seed = blake2b(f"{source} {failures}".encode(), digest_size=4).digest()
    jitter = 0.75 + 0.5 * int.from_bytes(seed, "big") / 2**32
    return min(whole * jitter, LONGEST)
