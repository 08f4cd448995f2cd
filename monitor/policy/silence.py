"""Silences: which one covers a hit, and what is said when one has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from monitor.model.channel import Silence
from monitor.model.decision import Candidate
from monitor.policy.wording import count, moment


def covering(silences: Iterable[Silence], candidate: Candidate, at: datetime) -> Silence | None:
    """Return the oldest silence that fits a hit and is active at a moment.

    Active is from its start until before its end. A hit is covered for good by one that is active
    when it is detected, or when it would leave.
    """
    found = [
        silence
        for silence in silences
        if silence.start <= at < silence.end and _fits(silence, candidate)
    ]
    return min(found, key=lambda silence: silence.id, default=None)


def silenced_detail(silence: Silence) -> str:
    """Return the reason of a suppression in words."""
    comment = f" ({silence.comment})" if silence.comment else ""
    return f"silence {silence.id}{comment} until {moment(silence.end)}"


def ended(silences: Iterable[Silence], now: datetime) -> tuple[Silence, ...]:
    """Return the silences that are over and not announced, in the order in which they ended."""
    over = [silence for silence in silences if silence.end <= now and not silence.announced]
    return tuple(sorted(over, key=lambda silence: (silence.end, silence.id)))


def ended_notice(silence: Silence) -> tuple[str, str]:
    """Return the subject and the text that tell the operator that a silence has ended."""
    tags = f" with a tag of {', '.join(silence.tags)}" if silence.tags else ""
    hits = count(silence.covered, "hit")
    lines = [
        f"Silence {silence.id} over rules {silence.rule}{tags} ended at {moment(silence.end)}.",
        f"It suppressed {hits}; they stay suppressed, and `monitor hits` lists them.",
    ]
    if silence.comment:
        lines.insert(1, f"Its comment: {silence.comment}")
    return f"Silence {silence.id} has ended: {hits} suppressed", "\n".join(lines)


def _fits(silence: Silence, candidate: Candidate) -> bool:
    tags = {tag.casefold() for tag in silence.tags}
    return fnmatchcase(candidate.rule, silence.rule) and (
        not tags or not tags.isdisjoint(tag.casefold() for tag in candidate.tags)
    )
