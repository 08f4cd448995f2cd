"""Attempts are recorded beside the sending, several together, and never many behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest

from monitor.errors import StoreError
from monitor.model.alert import AlertContent, AlertState, Answer, DeliveryOutcome, Settlement
from monitor.model.channel import Channel
from monitor.model.listing import AlertFilter
from monitor.pipeline.deliver import deliver
from monitor.pipeline.recording import UNRECORDED
from monitor.store import SqlStore, open_store
from tests.conformance.making import NOW, alert

DESK = Channel(name="desk", url="json://example.org")
LONGEST = 20.0
"""Seconds that a test waits for what should come at once."""


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


class Clock:
    def now(self) -> datetime:
        return NOW


class Taking:
    """A notifier that takes everything, and does something before each message."""

    def __init__(self, before: Callable[[int], object] = lambda _: None) -> None:
        self.sent = 0
        self._before = before

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        del channel, content, now
        self._before(self.sent)
        self.sent += 1
        return Answer(outcome=DeliveryOutcome.DELIVERED, detail="")

    def where(self, channel: Channel) -> str:
        return channel.name


class Recording:
    """A store that does something before it records a group."""

    def __init__(self, store: SqlStore, before: Callable[[Sequence[Settlement]], object]) -> None:
        self._store = store
        self._before = before
        self.groups: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def record_all(self, settlements: Sequence[Settlement]) -> None:
        self._before(settlements)
        self._store.record_all(settlements)
        self.groups.append(len(settlements))


def enqueue(store: SqlStore, number: int) -> list[str]:
    ids = [f"{one:032x}" for one in range(number)]
    for id in ids:
        store.enqueue(alert(id))
    return ids


def states(store: SqlStore) -> dict[str, AlertState]:
    return {entry.alert.id: entry.alert.state for entry in store.alerts(AlertFilter(), 1_000)}


def test_sending_goes_on_while_attempts_are_recorded_and_stops_at_the_bound(
    store: SqlStore,
) -> None:
    most = threading.Event()
    ahead: list[int] = []

    def before_message(sent: int) -> None:
        ahead.append(sent + 1 - sum(slow.groups))
        if ahead[-1] == UNRECORDED:
            most.set()

    def before_record(_: Sequence[Settlement]) -> None:
        assert most.wait(LONGEST), "nothing was sent while attempts were being recorded"

    slow = Recording(store, before_record)
    enqueue(store, UNRECORDED * 4)
    deliver(slow, Taking(before_message), DESK, Clock(), worker="w")  # type: ignore[arg-type]  # it has the rest by __getattr__
    assert max(ahead) == UNRECORDED
    assert sum(slow.groups) == UNRECORDED * 4
    assert max(slow.groups) > 1
    assert set(states(store).values()) == {AlertState.SENT}


def test_an_attempt_with_none_after_it_is_recorded_while_the_next_takes_its_time(
    store: SqlStore,
) -> None:
    first, _ = enqueue(store, 2)
    recorded = threading.Event()

    def before_message(sent: int) -> None:
        if sent == 1:
            assert recorded.wait(LONGEST), "the first waits for the second"
            assert states(store)[first] is AlertState.SENT

    class Telling(Recording):
        def record_all(self, settlements: Sequence[Settlement]) -> None:
            super().record_all(settlements)
            recorded.set()

    watched = Telling(store, lambda _: None)
    deliver(watched, Taking(before_message), DESK, Clock(), worker="w")  # type: ignore[arg-type]  # it has the rest by __getattr__
    assert watched.groups == [1, 1]


def test_an_attempt_that_cannot_be_recorded_keeps_no_other_from_it(store: SqlStore) -> None:
    ids = enqueue(store, UNRECORDED)
    refused = ids[UNRECORDED // 2]
    all_sent = threading.Event()

    def before_message(sent: int) -> None:
        if sent == UNRECORDED - 1:
            all_sent.set()

    def refuse(settlements: Sequence[Settlement]) -> None:
        assert all_sent.wait(LONGEST)  # so that several come together
        if refused in {one.delivery.alert for one in settlements}:
            raise StoreError("the statement was refused")

    with pytest.raises(StoreError, match="the statement was refused"):
        deliver(Recording(store, refuse), Taking(before_message), DESK, Clock(), worker="w")  # type: ignore[arg-type]  # it has the rest by __getattr__
    assert states(store) == {
        id: AlertState.PENDING if id == refused else AlertState.SENT for id in ids
    }


def test_attempts_that_are_refused_only_together_are_recorded_one_by_one(store: SqlStore) -> None:
    enqueue(store, UNRECORDED)
    all_sent = threading.Event()

    def before_message(sent: int) -> None:
        if sent == UNRECORDED - 1:
            all_sent.set()

    def refuse(settlements: Sequence[Settlement]) -> None:
        assert all_sent.wait(LONGEST)
        if len(settlements) > 1:
            raise StoreError("the statement was refused")

    alone = Recording(store, refuse)
    deliver(alone, Taking(before_message), DESK, Clock(), worker="w")  # type: ignore[arg-type]  # it has the rest by __getattr__
    assert alone.groups == [1] * UNRECORDED
    assert set(states(store).values()) == {AlertState.SENT}
