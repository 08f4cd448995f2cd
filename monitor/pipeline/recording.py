"""Recording: the store's part of a delivery run, done beside the sending."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Self

from monitor.errors import StoreBusy, StoreError
from monitor.model.alert import Alert, AlertContent, Settlement
from monitor.ports import Store

PORTION = 40
"""Hits whose articles are held in memory at once, unless one alert has more."""
UNRECORDED = 16
"""Attempts of one channel that may be without a record at any moment, the one on its way counted:
so many at most does a crash repeat."""
GATHER = 0.05
"""Seconds that an attempt waits at most for others to be recorded with."""
_TOGETHER = UNRECORDED // 2
"""Attempts recorded in one transaction, while as many more are made."""
_RECORD_TRIES = 3


class Recorder:
    """Does the store's part beside the sending: reads ahead, and records what was sent, in order.

    While messages are on their way, the content of the next alerts is read, of several at once,
    and the attempts before them are recorded, several in one transaction: a synced commit takes as
    long as sending to a quick receiver. An attempt that is alone is recorded after `GATHER`; and
    no more than `UNRECORDED` are ever without a record.
    """

    def __init__(self, store: Store, alerts: Sequence[Alert]) -> None:
        self._store = store
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead")
        self._left = list(_portions(alerts))
        self._content: dict[str, AlertContent] = {}
        self._reading = self._read_on()
        self._changed = threading.Condition()
        self._gathered: list[Settlement] = []
        self._unrecorded = 0
        self._ended = False
        self._error: Exception | None = None
        self._recording = threading.Thread(target=self._record, name="record", daemon=True)

    def __enter__(self) -> Self:
        self._recording.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._finish()
        finally:
            self._reader.shutdown()

    def content(self, alert: Alert) -> AlertContent:
        """Return what an alert tells; to be asked in the order of the alerts."""
        if alert.id not in self._content:
            self._content.update(self._reading.result())
            self._reading = self._read_on()
        return self._content.pop(alert.id)

    def record(self, settlement: Settlement) -> None:
        """Have an attempt recorded soon; waits until another may be made.

        Raises what recording it, or an attempt before it, raised.
        """
        with self._changed:
            self._gathered.append(settlement)
            self._unrecorded += 1
            if len(self._gathered) in {1, _TOGETHER}:
                self._changed.notify_all()
            self._changed.wait_for(lambda: self._unrecorded < UNRECORDED or self._error)
        self._raise()

    def leave(self, channel: str, worker: str) -> None:
        """Give back what is leased and not settled; nothing is recorded after it."""
        self._finish()
        self._store.release(channel, worker)

    def _finish(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._recording.join()
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _record(self) -> None:
        while group := self._next():
            refused = False
            try:
                _record(self._store, group)
            except Exception as error:  # noqa: BLE001 - it is raised where the attempts are made
                self._error = error
                refused = isinstance(error, StoreError) and not isinstance(error, StoreBusy)
            with self._changed:
                self._unrecorded -= len(group)
                self._changed.notify_all()
            if self._error is not None and not refused:
                return  # the database is away: what else was sent waits for it in vain

    def _next(self) -> list[Settlement]:
        """Wait for attempts and return them; nothing when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._gathered or self._ended)
            self._changed.wait_for(
                lambda: len(self._gathered) >= _TOGETHER or self._ended, timeout=GATHER
            )
            group, self._gathered = self._gathered, []
            return group

    def _read_on(self) -> Future[dict[str, AlertContent]]:
        alerts = self._left.pop(0) if self._left else ()
        return self._reader.submit(_contents, self._store, alerts)


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


def _record(store: Store, group: Sequence[Settlement]) -> None:
    """Record attempts, again while the database is busy: the messages have gone out.

    When it refuses them together, each is recorded by itself, so that one that cannot be recorded
    does not have the others sent again.
    """
    tries = _RECORD_TRIES
    while True:
        try:
            return store.record_all(group)
        except StoreBusy:
            tries -= 1
            if not tries:
                raise
        except StoreError:
            if len(group) < 2:
                raise
            break
    refused: StoreError | None = None
    for one in group:
        try:
            _record(store, [one])
        except StoreError as error:
            refused = error
    if refused is not None:
        raise refused
    return None
