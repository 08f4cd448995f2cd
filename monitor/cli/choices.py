"""What options accept, read once for all commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.config import wording
from monitor.errors import UsageError
from monitor.model.hit import HitState, Review
from monitor.model.rule import Level
from monitor.yaml12 import parse_date, parse_duration

LEVELS = ", ".join(level.label for level in Level)
STATES = [state.value for kind in (HitState, Review) for state in kind]
"""What the policy made of a hit, and what a person said about it."""


def duration_of(text: str, option: str) -> timedelta:
    """Return the time that an option gives; UsageError with what is allowed for anything else."""
    value = parse_duration(text)
    if not value:
        raise UsageError(f"{option} cannot be {text!r}: write 90s, 15m, 1h, 3d, 2w or 1y")
    return value


def since_of(text: str | None, now: datetime, option: str = "--since") -> datetime | None:
    """Return the moment that an option names: so long ago, or the beginning of a day (UTC)."""
    if text is None:
        return None
    if back := parse_duration(text):
        return now - back
    if day := parse_date(text):
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    raise UsageError(f"{option} cannot be {text!r}: write 12h, 30d or a date such as 2026-01-31")


def levels_of(text: str | None) -> tuple[Level, ...]:
    """Return the levels of a range written `high` or `>=high`; none given is no condition."""
    if text is None:
        return ()
    try:
        wanted = wording.levels(text)
    except ValueError as error:
        raise UsageError(f"--level cannot be {text!r}: {error}") from None
    lowest = min(Level) if wanted.lowest is None else wanted.lowest
    highest = max(Level) if wanted.highest is None else wanted.highest
    return tuple(level for level in Level if lowest <= level <= highest)


def states_of(given: Iterable[str]) -> tuple[tuple[HitState, ...], tuple[Review, ...]]:
    """Return the policy's states and people's, of words that are in `STATES`."""
    words = set(given)
    return (
        tuple(state for state in HitState if state in words),
        tuple(review for review in Review if review in words),
    )
