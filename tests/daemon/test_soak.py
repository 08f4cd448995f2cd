"""Thirty days in fake time: nothing lost, nothing doubled, nothing that grows.

500 sources with failures at random, reloads and kills; everything real but the clock, the servers
and the receivers. `MONITOR_SOAK=10` lets the sources be polled ten times as often.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from monitor.config.settings import Retention
from monitor.daemon.catching_up import CatchUp
from monitor.daemon.deciding import Deciding
from monitor.daemon.health import Health
from monitor.daemon.housekeeping import Housekeeping
from monitor.daemon.loading import make_generation
from monitor.daemon.operator import Operator
from monitor.daemon.polling import Patience, Polling
from monitor.errors import StoreBusy
from monitor.model.alert import AlertContent, AlertKind, Answer, DeliveryOutcome
from monitor.model.article import Article
from monitor.model.channel import Channel, GroupBy, Route, When
from monitor.model.source import Poll, PollItem, PollOutcome, Source, SourceState
from monitor.pipeline.deliver import deliver
from monitor.store import SqlStore, open_store
from tests.daemon.parts import NOW, Clock, Force, core, rule, settings, source, until

SCALE = float(os.environ.get("MONITOR_SOAK", "1"))
SOURCES = 500
STEP = timedelta(hours=6)
DAYS = 30
EVERY = timedelta(days=3) / SCALE
CHANNELS = (Channel(name="desk", url="json://desk"), Channel(name="hook", url="json://hook"))
PLACES = ("Almaty", "Astana", "Aktau", "Oral", "Taraz", "Semey", "Atyrau", "Kostanay")


class Killed(BaseException):
    """The process ends here, as by `kill -9`: nobody catches it, nothing is tidied up."""


@dataclass
class World:
    """Publishers and receivers: they outlive every kill."""

    chance: random.Random
    published: dict[str, list[Article]] = field(default_factory=dict)
    expected: set[str] = field(default_factory=set)
    received: dict[str, Counter[str]] = field(default_factory=dict)
    perhaps_twice: set[tuple[str, str]] = field(default_factory=set)
    calm: bool = False
    """Whether no failure happens any more."""
    notices: int = 0

    def publish(self, now: datetime) -> None:
        """Let some sources have something new, half of it worth an alert."""
        for number in range(SOURCES):
            if self.chance.random() > 0.02 * SCALE:
                continue
            name = f"s{number:03}"
            feed = self.published.setdefault(name, [])
            word = self.chance.choice(("troops", "weather"))
            place = self.chance.choice(PLACES)
            title = f"{word} in {place} {name} {len(feed)}"
            body = f"The {word} near {place} number {self.chance.randrange(10**6)} moved on."
            feed.append(
                Article(title=title, body=body, source=name, guid=title, published=now, lang="en")
            )
            if word == "troops":
                self.expected.add(title)

    # ports.SourceReader

    def poll(self, of: Source, state: SourceState, now: datetime) -> Poll:
        luck = 1.0 if self.calm else self.chance.random()
        if luck < 0.03:
            raise RuntimeError("a defect in a parser")
        if luck < 0.08:
            later = now + timedelta(hours=2)
            failed = replace(state, due=later, last_poll=now, failures=state.failures + 1)
            return Poll(outcome=PollOutcome.FAILED, items=iter(()), state=failed)
        new = replace(state, due=now + EVERY, last_poll=now, last_success=now, failures=0)
        items = self._items(self.published.get(of.id, [])[-5:], torn=luck < 0.10)
        return Poll(outcome=PollOutcome.READ, items=items, state=new)

    def _items(self, feed: list[Article], *, torn: bool) -> Iterator[PollItem]:
        yield from feed
        if torn:
            raise StoreBusy("the connection broke in the middle")

    def close(self) -> None:
        pass

    # ports.Notifier

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        del now
        luck = 1.0 if self.calm else self.chance.random()
        if luck < 0.10:
            return Answer(outcome=DeliveryOutcome.RETRY, detail="the server is busy")
        titles = [item.article.article.title for item in content.items]
        self.notices += content.alert.kind is AlertKind.NOTICE
        counts = self.received.setdefault(channel.name, Counter())
        counts.update(titles)
        if luck < 0.11:
            # Between the receiver's yes and its record: this one may come again.
            self.perhaps_twice |= {(channel.name, title) for title in titles}
            raise Killed
        return Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")

    def where(self, channel: Channel) -> str:
        return channel.name


class Machine:
    """One life of the daemon, from a start to the next kill."""

    def __init__(self, world: World, clock: Clock, database: str, edition: int) -> None:
        self.world = world
        self.clock = clock
        self.store: SqlStore = open_store(database)
        self.force = Force(self._generation(edition))
        self.core = core(self.store, self.force, clock)
        self.operator = Operator(self.core, woken=lambda _channel: None)
        self.polling = Polling(
            self.core,
            reader=lambda: world,
            on_hits=lambda: None,
            notify=self.operator.tell,
            patience=Patience(after_error=60.0, after_busy=60.0),
        )
        self.deciding = Deciding(self.core, woken=lambda _channels: None)
        self.past = CatchUp(self.core, default=timedelta(days=1))
        health = Health(self.core, states=self.polling.states)
        self.housekeeping = Housekeeping(self.core, health=health, operator=self.operator)
        self.past.take_over(self.force.present.rules)
        for channel in CHANNELS:
            self.store.release(channel.name)

    def _generation(self, edition: int):
        """Rules as edited so many times: one stays, others come, change and go."""
        others = [
            rule(f"r{number}", f"word{number + edition % 3}") for number in range(edition % 5)
        ]
        given = settings(
            sources=tuple(
                source(f"s{number:03}", every=EVERY, max_age=None) for number in range(SOURCES)
            ),
            channels=CHANNELS,
            routes=(Route(name="1", when=When(), to=("desk", "hook"), group_by=GroupBy.NONE),),
            operator="desk",
            retention=Retention(timedelta(days=14)),
            workers=2,
        )
        former = getattr(self, "force", None)
        return make_generation(
            given,
            [rule(), *others],
            self.clock.now(),
            former=former.present if former is not None else None,
        )

    def edit(self, edition: int) -> None:
        self.force.present = self._generation(edition)
        self.past.take_over(self.force.present.rules)
        self.polling.follow(())

    def work(self) -> None:
        """Do what there is to do at this moment."""
        self.polling.tick()
        until(lambda: self.polling.oldest() is None)
        self.past.turn()
        self.deciding.turn()
        for channel in CHANNELS:
            again: datetime | None = self.clock.now()
            while again is not None and again <= self.clock.now():
                done = deliver(self.store, self.world, channel, self.clock, worker="soak")
                again = done.again
        self.housekeeping.turn()

    def close(self) -> None:
        assert self.polling.stop(20) == ()
        self.store.close()


@pytest.mark.timeout(1800)
def test_thirty_days_lose_nothing_double_nothing_and_grow_nothing(
    empty_database: Path,
):
    # What pytest keeps of the log would be memory that grows.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    world = World(random.Random(20220106))
    clock = Clock(NOW)
    database = f"sqlite:///{empty_database}"
    edition = kills = 0
    used: list[tuple[float, int, int]] = []
    machine = Machine(world, clock, database, edition)
    with machine.store.writing() as writing:
        for number in range(SOURCES):
            due = NOW + EVERY * number / SOURCES
            writing.save_source(SourceState(source=f"s{number:03}", due=due))
    # Two more days in which nothing fails: what was held back arrives.
    for step in range(int((DAYS + 3) * (timedelta(days=1) / STEP))):
        day = step * STEP // timedelta(days=1)
        world.calm = day >= DAYS
        if not world.calm:
            world.publish(clock.now())
        if world.chance.random() < 0.05:
            edition += 1
            machine.edit(edition)
        try:
            machine.work()
        except Killed:
            kills += 1
            machine.close()
            machine = Machine(world, clock, database, edition)
        clock.go_on(STEP)
        if step * STEP % timedelta(days=7) == timedelta(0):
            # A restart, so that pools are as large as at every other measurement.
            machine.close()
            used.append(resources())
            machine = Machine(world, clock, database, edition)
    machine.close()

    assert kills >= 5
    assert len(world.expected) > 100
    for channel in ("desk", "hook"):
        counts = world.received[channel]
        assert set(counts) == world.expected
        doubled = {(channel, title) for title, count in counts.items() if count > 1}
        assert doubled <= world.perhaps_twice
    # [start, first, second, third, fourth week]
    memory, files, threads = zip(*used, strict=True)
    assert memory[-1] <= memory[2] * 1.05
    assert files[-1] == files[1]
    assert threads[-1] == threads[1]


def resources() -> tuple[float, int, int]:
    """Return resident memory in MB, open files, and threads."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    size = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return size, sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count()
