"""Deliver: a channel's due alerts are leased, sent in order with no transaction open, recorded.

At least once: a crash between the receiver's yes and its record sends the alert again, with the
same Message-ID, when the lease has run out or was given back; `recording.UNRECORDED` bounds how
many that may be. Whoever calls this sees to it that a channel has one caller at a time; channels
do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from monitor.model.alert import (
    Alert,
    AlertKind,
    AlertState,
    Answer,
    Delivery,
    DeliveryOutcome,
    Settlement,
)
from monitor.model.channel import Channel
from monitor.model.rule import Level
from monitor.pipeline.notice import notice
from monitor.pipeline.recording import Recorder
from monitor.policy.retry import STANDARD, Schedule, retry_at, steps_aside
from monitor.ports import Clock, Notifier, Store

BATCH = 100
"""Alerts leased together: one transaction for all of them."""
LEASE = timedelta(minutes=10)
SEND_LIMIT = timedelta(seconds=90)
"""A lease with less time left is not sent from: longer than the notifier's own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What deliveries go by: the configuration as it is now."""

    operator: str | None = None
    """The channel that hears of alerts that could not be delivered; None: nobody."""
    schedule: Schedule = STANDARD
    batch: int = BATCH
    lease: timedelta = LEASE
    send_limit: timedelta = SEND_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a run did."""

    deliveries: tuple[Delivery, ...] = ()
    dead: tuple[str, ...] = ()
    """Ids of the alerts that were given up."""
    channels: frozenset[str] = frozenset()
    """Where stand-ins and notices went: whose delivery is to be woken."""
    again: datetime | None = None
    """When to come again: now if more is due, a retry's time, None if nothing is known of."""


def deliver(
    store: Store,
    notifier: Notifier,
    channel: Channel,
    clock: Clock,
    *,
    worker: str,
    terms: Terms | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send what is due on a channel, oldest first, until something has to wait.

    While an alert that failed waits for its retry, what was made after it waits too; see
    `policy.retry.steps_aside` for when it does not. `stopping` is asked before each alert.
    Raises StoreError; then what was leased and not settled is sent by a later run.
    """
    terms = terms or Terms()
    now = clock.now()
    held = store.held_until(channel.name)
    if held is not None and held > now:
        return Delivered(again=held)
    until = now + terms.lease
    leased = store.lease(channel.name, now, until=until, limit=terms.batch, worker=worker)
    if not leased:
        return Delivered()
    with Recorder(store, leased) as recorder:
        run = _Run(recorder, notifier, channel, clock, terms)
        for alert in leased:
            if stopping() or clock.now() + terms.send_limit > until or not run.goes_on:
                recorder.leave(channel.name, worker)
                break
            run.attempt(alert)
    return run.summary(more=len(leased) >= terms.batch and run.goes_on)


class _Run:
    """One run over a channel: what was settled so far, and whether to go on."""

    def __init__(
        self, recorder: Recorder, notifier: Notifier, channel: Channel, clock: Clock, terms: Terms
    ) -> None:
        self._recorder = recorder
        self._notifier = notifier
        self._channel = channel
        self._clock = clock
        self._terms = terms
        self._where: str | None = None
        self._settled: list[Settlement] = []
        self._failed: list[Settlement] = []
        self._asked_to_wait = False
        """Whether the last that failed was told for how long."""

    @property
    def goes_on(self) -> bool:
        """Whether the next alert is tried, after those that failed for now."""
        if not self._failed:
            return True
        attempt = self._failed[-1].delivery.attempt
        return not self._asked_to_wait and steps_aside(attempt, len(self._failed))

    def attempt(self, alert: Alert) -> None:
        """Send one alert and have recorded what came of it."""
        content = self._recorder.content(alert)
        start = self._clock.now()
        answer = self._notifier.send(self._channel, content, start)
        end = self._clock.now()
        delivery = Delivery(
            alert=alert.id,
            channel=self._channel.name,
            at=start,
            where=self._address(),
            outcome=answer.outcome,
            detail=answer.detail,
            duration=max(0.0, (end - start).total_seconds()),
            attempt=alert.attempts + 1,
        )
        settled = self._settle(alert, delivery, answer, end)
        self._recorder.record(settled)
        self._settled.append(settled)
        if settled.retry_at is not None:
            self._failed.append(settled)
            self._asked_to_wait = answer.retry_after is not None

    def _address(self) -> str:
        if self._where is None:
            self._where = self._notifier.where(self._channel)
        return self._where

    def summary(self, *, more: bool) -> Delivered:
        """Return what was done; `more` says that there may be further alerts that are due."""
        retries = [one.retry_at for one in self._settled if one.retry_at is not None]
        return Delivered(
            deliveries=tuple(one.delivery for one in self._settled),
            dead=tuple(one.delivery.alert for one in self._settled if one.dead),
            channels=frozenset(alert.channel for one in self._settled for alert in one.follow),
            again=self._clock.now() if more else min(retries, default=None),
        )

    def _settle(
        self, alert: Alert, delivery: Delivery, answer: Answer, now: datetime
    ) -> Settlement:
        """Return what becomes of an alert after an attempt."""
        if answer.outcome is DeliveryOutcome.DELIVERED:
            return Settlement(delivery=delivery)
        if answer.outcome is DeliveryOutcome.RETRY:
            moment = retry_at(
                alert.id,
                delivery.attempt,
                now,
                retry_after=answer.retry_after,
                not_before=max(
                    (one.retry_at for one in self._failed if one.retry_at), default=None
                ),
                schedule=self._terms.schedule,
            )
            if moment is not None:
                return Settlement(delivery=delivery, retry_at=moment)
            given_up = f"{delivery.detail}; given up after {delivery.attempt} attempts"
            delivery = replace(delivery, detail=given_up)
        follow = _consequences(alert, self._channel, delivery, self._terms.operator, now)
        return Settlement(delivery=delivery, dead=True, follow=follow)


def _consequences(
    alert: Alert, channel: Channel, delivery: Delivery, operator: str | None, now: datetime
) -> tuple[Alert, ...]:
    """Return who takes over from a dead alert: the fallback, and the operator is told once a day.

    A stand-in has no stand-in, and a notice that dies is told nobody: there is no way round.
    """
    if alert.kind is AlertKind.TEST:
        return ()
    follow: list[Alert] = []
    instead = ""
    if channel.fallback is not None and alert.stands_in_for is None:
        follow.append(_stand_in(alert, channel.fallback, now))
        instead = f" It went to {channel.fallback} instead."
    if operator not in {None, channel.name} and alert.kind is not AlertKind.NOTICE:
        follow.append(_told(channel, delivery, operator, instead, now))
    return tuple(follow)


def _stand_in(alert: Alert, fallback: str, now: datetime) -> Alert:
    return replace(
        alert,
        id=uuid5(NAMESPACE_URL, f"monitor:stand-in:{alert.id}:{fallback}").hex,
        channel=fallback,
        created=now,
        due=now,
        state=AlertState.PENDING,
        attempts=0,
        follows=None,
        stands_in_for=alert.id,
    )


def _told(
    channel: Channel, delivery: Delivery, operator: str, instead: str, now: datetime
) -> Alert:
    text = (
        f"An alert could not be delivered to {delivery.where}: {delivery.detail}.{instead}\n"
        "See all of them: monitor deliveries. Once the channel works, send them again: "
        "monitor deliveries retry --dead. More of this channel today is not told here."
    )
    key = f"undeliverable:{channel.name}:{now:%Y-%m-%d}"
    made = notice(
        operator,
        key=key,
        subject=f"channel {channel.name} does not deliver",
        text=text,
        now=now,
        level=Level.HIGH,
    )
    return replace(made, id=uuid5(NAMESPACE_URL, f"monitor:{key}").hex)
