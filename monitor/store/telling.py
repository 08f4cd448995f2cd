"""What each channel has been told of a story or rule: sums over the decisions that told it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.model.alert import AlertKind
from monitor.store.tables import alerts, hits, told_groups
from monitor.store.types import batches, insert_into


@dataclass(frozen=True, slots=True)
class Telling:
    """A decision that told a channel of a hit under a group."""

    channel: str
    group: str
    alert: str
    seq: int
    is_hit: bool
    created: datetime
    confirmed: int
    rule: str
    level: int


def read_tellings(
    connection: Connection, telling: Sequence[tuple[str, str, int, str]]
) -> list[Telling]:
    """Complete (channel, group, hit, alert) with what is known of the hit and the alert."""
    of_hits: dict[int, Any] = {}
    of_alerts: dict[str, Any] = {}
    for some in batches(sorted({hit for _, _, hit, _ in telling})):
        rows = connection.execute(
            select(hits.c.id, hits.c.rule, hits.c.level).where(hits.c.id.in_(some))
        )
        of_hits.update((row.id, row) for row in rows)
    for named in batches(sorted({alert for *_, alert in telling})):
        found = connection.execute(
            select(
                alerts.c.id, alerts.c.seq, alerts.c.kind, alerts.c.created, alerts.c.confirmed
            ).where(alerts.c.id.in_(named))
        )
        of_alerts.update((row.id, row) for row in found)
    return [
        Telling(
            channel=channel,
            group=group,
            alert=alert,
            seq=of_alerts[alert].seq,
            is_hit=of_alerts[alert].kind == AlertKind.HIT,
            created=of_alerts[alert].created,
            confirmed=of_alerts[alert].confirmed,
            rule=of_hits[hit].rule,
            level=of_hits[hit].level,
        )
        for channel, group, hit, alert in telling
        if alert in of_alerts and hit in of_hits
    ]


def tell(connection: Connection, tellings: Sequence[Telling]) -> None:
    """Add tellings to the sums that `told_groups` keeps."""
    by_group: dict[tuple[str, str], list[Telling]] = defaultdict(list)
    for telling in tellings:
        by_group[telling.channel, telling.group].append(telling)
    for (channel, group), some in by_group.items():
        row: Any = connection.execute(
            select(told_groups).where(
                told_groups.c.channel == channel, told_groups.c.group == group
            )
        ).one_or_none()
        firsts = [(t.is_hit, t.seq, t.alert) for t in some]
        if row is not None:
            firsts.append((row.first_is_hit, row.first_seq, row.first_alert))
        of_hits = [first for first in firsts if first[0]]
        is_hit, seq, alert = max(of_hits) if of_hits else min(firsts)
        values = {
            "first_alert": alert,
            "first_seq": seq,
            "first_is_hit": is_hit,
            "last_at": max([t.created for t in some] + ([row.last_at] if row else [])),
            "rules": sorted({t.rule for t in some} | set(row.rules if row else ())),
            "level": max([t.level for t in some] + ([row.level] if row else [])),
            "confirmed": max([t.confirmed for t in some] + ([row.confirmed] if row else [])),
        }
        connection.execute(
            insert_into(told_groups, connection.dialect.name).on_conflict_do_update(
                index_elements=["group", "channel"], set_=values
            ),
            {"channel": channel, "group": group, **values},
        )
