"""Notices: what the operator hears of the program itself, once when bad and once when well."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from monitor.model.alert import Alert, AlertKind
from monitor.model.rule import Level


def notice(
    channel: str, *, key: str, subject: str, text: str, now: datetime, level: Level = Level.MEDIUM
) -> Alert:
    """Return a notice for the outbox; the same `key` at the same moment is the same alert."""
    return Alert(
        id=uuid5(NAMESPACE_URL, f"monitor:{key}:{now.isoformat()}").hex,
        channel=channel,
        kind=AlertKind.NOTICE,
        level=level,
        hits=(),
        created=now,
        due=now,
        subject=subject,
        text=text,
    )
