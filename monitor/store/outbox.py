"""The outbox: alerts waiting for delivery, leased, settled, and the log of attempts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Insert, Select, bindparam, func, insert, or_, select, update

from monitor.model.alert import (
    Alert,
    AlertContent,
    AlertKind,
    AlertState,
    Delivery,
    DeliveryOutcome,
    Settlement,
)
from monitor.model.rule import Level
from monitor.store.content import read_items
from monitor.store.engine import Database
from monitor.store.tables import alert_hits, alerts, deliveries
from monitor.store.types import batches, inline, insert_into

_PENDING = alerts.c.state == inline(AlertState.PENDING)
"""As the partial index says it, so that both databases use it."""
_DELIVERY = tuple(field.name for field in fields(Delivery))


class Outbox:
    """The part of `ports.Store` that serves delivery."""

    _database: Database

    def enqueue(self, alert: Alert) -> None:
        """See `ports.Store.enqueue`. An alert that is there already stays as it is."""
        with self._database.writing() as connection:
            insert_alerts(connection, [alert])

    def lease(
        self, channel: str, now: datetime, *, until: datetime, limit: int, worker: str
    ) -> Sequence[Alert]:
        """See `ports.Store.lease`."""
        with self._database.writing() as connection:
            taken = (
                connection.execute(
                    select(alerts.c.seq)
                    .where(
                        _PENDING,
                        alerts.c.channel == channel,
                        alerts.c.due <= now,
                        or_(alerts.c.leased_until.is_(None), alerts.c.leased_until <= now),
                    )
                    .order_by(alerts.c.seq)
                    .limit(limit)
                    .with_for_update(skip_locked=True)
                )
                .scalars()
                .all()
            )
            for some in batches(taken):
                connection.execute(
                    update(alerts)
                    .where(alerts.c.seq.in_(some))
                    .values(leased_until=until, leased_by=worker)
                )
            return read_alerts(connection, taken)

    def release(self, channel: str, worker: str | None = None) -> None:
        """See `ports.Store.release`."""
        theirs = alerts.c.leased_by.is_not(None) if worker is None else alerts.c.leased_by == worker
        with self._database.writing() as connection:
            connection.execute(
                update(alerts)
                .where(_PENDING, alerts.c.channel == channel, theirs)
                .values(leased_until=None, leased_by=None)
            )

    def held_until(self, channel: str) -> datetime | None:
        """See `ports.Store.held_until`."""
        last_sent = (
            select(func.coalesce(func.max(alerts.c.seq), 0))
            .where(alerts.c.channel == channel, alerts.c.state == inline(AlertState.SENT))
            .scalar_subquery()
        )
        with self._database.reading() as connection:
            return connection.execute(
                select(func.min(alerts.c.due)).where(
                    _PENDING,
                    alerts.c.channel == channel,
                    alerts.c.attempts > 0,
                    alerts.c.seq > last_sent,
                )
            ).scalar_one()

    def content(self, alert: Alert) -> AlertContent:
        """See `ports.Store.content`."""
        with self._database.reading() as connection:
            return AlertContent(alert, read_items(connection, alert.hits))

    def record(
        self,
        delivery: Delivery,
        *,
        retry_at: datetime | None,
        dead: bool,
        follow: Sequence[Alert] = (),
    ) -> None:
        """See `ports.Store.record`. The same delivery recorded twice counts once."""
        self.record_all(
            [Settlement(delivery=delivery, retry_at=retry_at, dead=dead, follow=tuple(follow))]
        )

    def record_all(self, settlements: Sequence[Settlement]) -> None:
        """See `ports.Store.record_all`."""
        if not settlements:
            return
        with self._database.writing() as connection:
            connection.execute(
                _attempts(self._database.dialect),
                [_row(one.delivery) for one in settlements],
            )
            for delivered, some in groupby(settlements, key=_is_delivered):
                if delivered:
                    _settle_delivered(connection, [one.delivery for one in some])
                else:
                    for one in some:
                        _settle_failed(connection, one)
            insert_alerts(connection, [alert for one in settlements for alert in one.follow])


@cache
def _attempts(dialect: str) -> Insert:
    """Return the statement that logs attempts, made once: that takes longer than its answer."""
    statement: Insert = insert_into(deliveries, dialect).on_conflict_do_nothing()
    return statement


def _row(delivery: Delivery) -> dict[str, Any]:
    # What `asdict` gives, without its deep copies.
    return {name: getattr(delivery, name) for name in _DELIVERY}


def _is_delivered(settlement: Settlement) -> bool:
    return settlement.delivery.outcome is DeliveryOutcome.DELIVERED


_SENT = (
    update(alerts)
    .where(alerts.c.id == bindparam("of"))
    .values(
        state=AlertState.SENT,
        settled=bindparam("when"),
        attempts=bindparam("number"),
        leased_until=None,
        leased_by=None,
    )
)
"""True even of one that a person dropped, or another worker gave up, meanwhile."""


def _settle_delivered(connection: Connection, done: Sequence[Delivery]) -> None:
    connection.execute(
        _SENT, [{"of": one.alert, "when": one.at, "number": one.attempt} for one in done]
    )


def _settle_failed(connection: Connection, settlement: Settlement) -> None:
    delivery = settlement.delivery
    values: dict[str, Any] = {
        "attempts": delivery.attempt,
        "leased_until": None,
        "leased_by": None,
    }
    if settlement.dead:
        values |= {"state": AlertState.DEAD, "settled": delivery.at}
    elif settlement.retry_at is not None:
        values |= {"due": settlement.retry_at}
    connection.execute(
        update(alerts).where(alerts.c.id == delivery.alert, _PENDING).values(**values)
    )


def insert_alerts(connection: Connection, new: Sequence[Alert]) -> None:
    """Put alerts with their hits into the outbox; one whose id is there already is left out."""
    for alert in new:
        values = asdict(alert)
        of_it = values.pop("hits")
        seq = connection.execute(
            insert_into(alerts, connection.dialect.name)
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(alerts.c.seq),
            values | {"level": int(alert.level)},
        ).scalar_one_or_none()
        if seq is not None and of_it:
            connection.execute(
                insert(alert_hits),
                [{"alert": seq, "position": n, "hit": hit} for n, hit in enumerate(of_it)],
            )


def read_alerts(connection: Connection, seqs: Iterable[int]) -> list[Alert]:
    """Return alerts in the order in which they were made."""
    found: list[Alert] = []
    for some in batches(sorted(seqs)):
        found.extend(
            alerts_of(
                connection, select(alerts).where(alerts.c.seq.in_(some)).order_by(alerts.c.seq)
            )
        )
    return found


def alerts_of(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[Alert]:
    """Return the alerts of a query for whole rows of `alerts`, in its order."""
    rows = connection.execute(query).all()
    of_each: dict[int, list[int]] = defaultdict(list)
    for some in batches([row.seq for row in rows]):
        for seq, hit in connection.execute(
            select(alert_hits.c.alert, alert_hits.c.hit)
            .where(alert_hits.c.alert.in_(some))
            .order_by(alert_hits.c.alert, alert_hits.c.position)
        ):
            of_each[seq].append(hit)
    return [_alert(row, of_each[row.seq]) for row in rows]


def _alert(row: Any, of_it: Sequence[int]) -> Alert:
    return Alert(
        id=row.id,
        channel=row.channel,
        kind=AlertKind(row.kind),
        level=Level(row.level),
        hits=tuple(of_it),
        created=row.created,
        due=row.due,
        state=AlertState(row.state),
        attempts=row.attempts,
        route=row.route,
        group=row.group,
        follows=row.follows,
        stands_in_for=row.stands_in_for,
        subject=row.subject,
        text=row.text,
        held_back=row.held_back,
        confirmed=row.confirmed,
    )
