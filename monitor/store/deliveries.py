"""The outbox as people look at it: what waits, what failed, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, update

from monitor.model.alert import AlertState, Delivery, DeliveryOutcome
from monitor.model.listing import AlertEntry, AlertFilter, ChannelFigures
from monitor.store.engine import Database
from monitor.store.outbox import alerts_of
from monitor.store.tables import alerts, deliveries
from monitor.store.types import batches, inline


class DeliveryListing:
    """The part of `desk.Desk` about alerts and their deliveries."""

    _database: Database

    def alerts(
        self, wanted: AlertFilter, limit: int, *, before: str | None = None
    ) -> Sequence[AlertEntry]:
        """See `Desk.alerts`."""
        query = select(alerts).where(*_conditions(wanted)).order_by(alerts.c.seq.desc())
        if before is not None:
            last = select(alerts.c.seq).where(alerts.c.id == before).scalar_subquery()
            query = query.where(alerts.c.seq < last)
        with self._database.reading() as connection:
            found = alerts_of(connection, query.limit(limit))
            tried = read_deliveries(connection, [alert.id for alert in found])
            return [AlertEntry(alert=alert, deliveries=tuple(tried[alert.id])) for alert in found]

    def retry(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """See `Desk.retry`."""
        again = {
            "state": AlertState.PENDING,
            "due": now,
            "settled": None,
            "leased_until": None,
            "leased_by": None,
            # What was given up is tried for as long as a new alert.
            "attempts": case((alerts.c.state == AlertState.PENDING, alerts.c.attempts), else_=0),
        }
        states = (AlertState.DEAD, AlertState.DROPPED, AlertState.PENDING)
        with self._database.writing() as connection:
            changed = _change(connection, ids, states, again)
            for some in batches(changed):
                channels = select(alerts.c.channel).where(alerts.c.id.in_(some))
                connection.execute(
                    update(alerts)
                    .where(
                        alerts.c.state == inline(AlertState.PENDING),
                        alerts.c.channel.in_(channels),
                        alerts.c.attempts > 0,
                        alerts.c.due > now,
                    )
                    .values(due=now)
                )
        return changed

    def drop(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """See `Desk.drop`."""
        dropped = {"state": AlertState.DROPPED, "settled": now}
        with self._database.writing() as connection:
            return _change(connection, ids, (AlertState.PENDING, AlertState.DEAD), dropped)

    def channel_figures(self) -> Sequence[ChannelFigures]:
        """See `Desk.channel_figures`."""
        with self._database.reading() as connection:
            return [_figures(connection, channel) for channel in _channels(connection)]


def _change(
    connection: Connection,
    ids: Collection[str],
    states: Sequence[AlertState],
    values: dict[str, Any],
) -> list[str]:
    """Change those of the alerts that are in one of the states, and return their ids."""
    changed: list[str] = []
    for some in batches(sorted(set(ids))):
        changed.extend(
            connection.execute(
                update(alerts)
                .where(alerts.c.id.in_(some), alerts.c.state.in_(states))
                .values(**values)
                .returning(alerts.c.id)
            ).scalars()
        )
    return sorted(changed)


def _channels(connection: Connection) -> list[str]:
    """Return the channels that ever had an alert, by steps through the index."""
    found: list[str] = []
    query = select(func.min(alerts.c.channel))
    channel: str | None = connection.execute(query).scalar_one()
    while channel is not None:
        found.append(channel)
        channel = connection.execute(query.where(alerts.c.channel > channel)).scalar_one()
    return found


def _figures(connection: Connection, channel: str) -> ChannelFigures:
    in_state = {state: alerts.c.state == inline(state) for state in AlertState}
    here = alerts.c.channel == channel
    pending, oldest = connection.execute(
        select(func.count(), func.min(alerts.c.created)).where(here, in_state[AlertState.PENDING])
    ).one()
    dead = connection.execute(
        select(func.count()).where(here, in_state[AlertState.DEAD])
    ).scalar_one()
    last = connection.execute(
        select(alerts.c.settled)
        .where(here, in_state[AlertState.SENT])
        .order_by(alerts.c.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return ChannelFigures(
        channel=channel, pending=pending, dead=dead, oldest=oldest, last_sent=last
    )


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(alerts.c.state.in_(wanted.states))
    if wanted.channels:
        conditions.append(alerts.c.channel.in_(wanted.channels))
    if wanted.ids:
        conditions.append(or_(*(alerts.c.id.startswith(i, autoescape=True) for i in wanted.ids)))
    return conditions


def read_deliveries(connection: Connection, ids: Sequence[str]) -> dict[str, list[Delivery]]:
    """Return the attempts of each alert, oldest first."""
    found: dict[str, list[Delivery]] = defaultdict(list)
    for some in batches(ids):
        rows: Any = connection.execute(
            select(deliveries).where(deliveries.c.alert.in_(some)).order_by(deliveries.c.id)
        )
        for row in rows:
            found[row.alert].append(
                Delivery(
                    alert=row.alert,
                    channel=row.channel,
                    at=row.at,
                    where=row.where,
                    outcome=DeliveryOutcome(row.outcome),
                    detail=row.detail,
                    duration=row.duration,
                    attempt=row.attempt,
                )
            )
    return found
