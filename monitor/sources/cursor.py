"""What a source's reader remembers between polls, beside what everybody may know of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from monitor.model.source import Source
from monitor.sources.hints import NO_HINTS, Hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The memory of one networked source; stored as text in `SourceState.cursor`."""

    configured: str = ""
    """A hash of what the source is configured as: with another one, the memory is void."""
    seen: frozenset[str] = frozenset()
    """Digests of the entries that the last answer held and that are done with."""
    again: Mapping[str, int] = field(default_factory=dict)
    """Digests of entries whose page could not be read yet, and how often it was tried."""
    hints: Hints = NO_HINTS
    moved_since: datetime | None = None
    """When the permanent redirect under observation was seen first."""
    deferred: int = 0
    """How often in a row the server asked to come back later."""


def identity_of(source: Source) -> str:
    """Return a hash of what makes a source the same one; the hash keeps secrets in URLs secret."""
    said = f"{source.kind}\0{source.url}\0{source.links}\0{source.full_text}"
    return blake2b(said.encode(), digest_size=8).hexdigest()


def load(text: str | None, source: Source) -> Cursor:
    """Return the memory stored for a source; a fresh one when it is missing, damaged or void."""
    fresh = Cursor(configured=identity_of(source))
    try:
        kept = json.loads(text or "null")
        if not isinstance(kept, dict) or kept["configured"] != fresh.configured:
            return fresh
        since = kept["moved_since"]
        return Cursor(
            configured=fresh.configured,
            seen=frozenset(map(str, kept["seen"])),
            again={str(key): int(value) for key, value in kept["again"].items()},
            hints=Hints(
                None if kept["ttl"] is None else int(kept["ttl"]),
                frozenset(map(int, kept["hours"])),
                frozenset(map(int, kept["days"])),
            ),
            moved_since=None if since is None else datetime.fromisoformat(since),
            deferred=int(kept["deferred"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return fresh


def dump(cursor: Cursor) -> str:
    """Return the memory as text."""
    since = cursor.moved_since
    return json.dumps(
        {
            "configured": cursor.configured,
            "seen": sorted(cursor.seen),
            "again": dict(cursor.again),
            "ttl": cursor.hints.ttl,
            "hours": sorted(cursor.hints.skip_hours),
            "days": sorted(cursor.hints.skip_days),
            "moved_since": None if since is None else since.isoformat(),
            "deferred": cursor.deferred,
        },
        separators=(",", ":"),
    )
