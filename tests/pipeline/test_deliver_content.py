"""Each alert tells its own hits, however many are read together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from monitor.model.alert import Alert, AlertContent, AlertItem, Answer, DeliveryOutcome
from monitor.model.channel import Channel
from monitor.pipeline.deliver import deliver
from monitor.pipeline.recording import PORTION
from monitor.store import SqlStore, open_store
from tests.conformance.making import NOW, add_hit, alert

DESK = Channel(name="desk", url="json://example.org")


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


class Clock:
    def now(self) -> datetime:
        return NOW


@dataclass
class Reader:
    """A notifier that keeps what it was given to tell."""

    told: list[tuple[Alert, tuple[AlertItem, ...]]] = field(default_factory=list)

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        del channel, now
        self.told.append((content.alert, content.items))
        return Answer(outcome=DeliveryOutcome.DELIVERED, detail="")

    def where(self, channel: Channel) -> str:
        return channel.name


def enqueue(store: SqlStore, hits: Sequence[Sequence[int]]) -> list[Alert]:
    for number, some in enumerate(hits):
        store.enqueue(alert(f"{number:032x}", hits=tuple(some)))
    leased = store.lease("desk", NOW, until=NOW + timedelta(0), limit=1_000, worker="look")
    return list(leased)


@pytest.mark.parametrize(
    "shape",
    [
        [[0]],
        [[0], [1], [2]],
        [[0, 1], [1, 2], [2, 0]],
        [[0, 1, 2], [], [3]],
        [list(range(PORTION + 5)), [0], list(range(3))],
        [[number] for number in range(PORTION * 2 + 3)],
    ],
    ids=["one", "several", "shared", "none", "more than a portion", "portions"],
)
def test_what_is_told_is_what_the_store_says_of_each_alert(
    store: SqlStore, shape: list[list[int]]
) -> None:
    known = [add_hit(store) for _ in range(1 + max(max(some, default=0) for some in shape))]
    hits = [[known[one] for one in some] for some in shape]
    stored = enqueue(store, hits)
    wanted = [(one, store.content(one).items) for one in stored]
    reader = Reader()
    while deliver(store, reader, DESK, Clock(), worker="w").again is not None:
        pass
    assert reader.told == wanted
    assert [[item.hit.id for item in items] for _, items in reader.told] == hits
