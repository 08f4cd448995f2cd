"""Recording: the store's part of a delivery run, done beside the sending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from monitor.errors import StoreBusy
from monitor.model.alert import Alert, AlertContent, Delivery
from monitor.ports import Store

PORTION = 20
"""Hits whose articles are held in memory at once, unless one alert has more."""
_RECORD_TRIES = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """One attempt and what became of its alert."""

    delivery: Delivery
    retry_at: datetime | None = None
    asked_to_wait: bool = False
    """Whether the receiver said how long."""
    dead: bool = False
    follow: tuple[Alert, ...] = ()


class Recorder:
    """Does the store's part beside the sending: in order, in a thread of its own.

    While one message is on its way, the attempt before it is recorded and the content of the next
    alerts is read, of several at once. An attempt is taken only when the one before it has been
    recorded: a crash leaves at most two unrecorded, the one just sent and the one on its way.
    """

    def __init__(self, store: Store, alerts: Sequence[Alert]) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._left = list(_portions(alerts))
        self._content: dict[str, AlertContent] = {}
        self._reading = self._read_on()
        self._recording: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._recorded()
        finally:
            self._thread.shutdown()

    def content(self, alert: Alert) -> AlertContent:
        """Return what an alert tells; to be asked in the order of the alerts."""
        if alert.id not in self._content:
            self._content.update(self._reading.result())
            self._reading = self._read_on()
        return self._content.pop(alert.id)

    def record(self, settled: Settled) -> None:
        """Begin to record an attempt, when the one before it has been; raises what that raised."""
        self._recorded()
        self._recording = self._thread.submit(_record, self._store, settled)

    def leave(self, channel: str, worker: str) -> None:
        """Give back what is leased and not settled."""
        self._recorded()
        self._store.release(channel, worker)

    def _read_on(self) -> Future[dict[str, AlertContent]]:
        alerts = self._left.pop(0) if self._left else ()
        return self._thread.submit(_contents, self._store, alerts)

    def _recorded(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.result()


def _portions(alerts: Sequence[Alert]) -> Iterator[Sequence[Alert]]:
    """Divide alerts so that the content of each portion is read at once: few hits, not many."""
    portion: list[Alert] = []
    hits = 0
    for alert in alerts:
        if portion and hits + len(alert.hits) > PORTION:
            yield portion
            portion, hits = [], 0
        portion.append(alert)
        hits += len(alert.hits)
    yield portion


def _contents(store: Store, alerts: Sequence[Alert]) -> dict[str, AlertContent]:
    """Return what each alert tells, by id, read as if they were one alert."""
    if len(alerts) < 2:
        return {alert.id: store.content(alert) for alert in alerts}
    hits = dict.fromkeys(hit for alert in alerts for hit in alert.hits)
    together = store.content(replace(alerts[0], hits=tuple(hits)))
    items = {item.hit.id: item for item in together.items}
    return {
        alert.id: AlertContent(alert, tuple(items[hit] for hit in alert.hits if hit in items))
        for alert in alerts
    }


def _record(store: Store, settled: Settled) -> None:
    """Record an attempt, again while the database is busy: the message has gone out."""
    tries = _RECORD_TRIES
    while True:
        try:
            store.record(
                settled.delivery,
                retry_at=settled.retry_at,
                dead=settled.dead,
                follow=settled.follow,
            )
        except StoreBusy:
            tries -= 1
            if not tries:
                raise
        else:
            return
