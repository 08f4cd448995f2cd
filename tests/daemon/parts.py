"""Parts for tests of the daemon: a clock to be set, sources and channels that do as told."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config.settings import Settings
from monitor.daemon.core import Core
from monitor.daemon.generation import Generation
from monitor.daemon.loading import make_generation
from monitor.daemon.metrics import Metrics
from monitor.daemon.pulse import Pulse
from monitor.model.alert import AlertContent, Answer, DeliveryOutcome
from monitor.model.article import Article
from monitor.model.channel import Channel, GroupBy, Route, When
from monitor.model.condition import Exact, Phrase
from monitor.model.rule import Level, Rule
from monitor.model.source import Poll, PollItem, PollOutcome, Source, SourceKind, SourceState
from monitor.store import SqlStore

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEADLINE = 300.0
"""Seconds after which a test gives up waiting for what should have happened long ago."""


def until(condition: Callable[[], object], seconds: float = DEADLINE) -> None:
    """Wait until something is so; fail when it takes too long."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        pause.wait(0.005)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


class Clock:
    """Both clocks of a machine; the wall can be set, the steady one only goes on."""

    def __init__(self, now: datetime = NOW) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._steady = 1000.0

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        with self._lock:
            return self._steady

    def go_on(self, by: timedelta) -> None:
        """Let time pass."""
        with self._lock:
            self._now += by
            self._steady += by.total_seconds()

    def set(self, by: timedelta) -> None:
        """Set the wall clock alone."""
        with self._lock:
            self._now += by


Answering = Callable[[Source, SourceState, datetime], Iterable[PollItem]]


class Reader:
    """A source reader: every source gives what `answer` says, and is due again after `every`."""

    def __init__(self, answer: Answering = lambda _source, _state, _now: ()) -> None:
        self.answer = answer
        self.polled: list[str] = []
        self.closed = False
        self._lock = threading.Lock()

    def poll(self, source: Source, state: SourceState, now: datetime) -> Poll:
        with self._lock:
            self.polled.append(source.id)
        items = iter(self.answer(source, state, now))
        new = replace(state, due=now + source.every, last_poll=now, last_success=now, failures=0)
        return Poll(outcome=PollOutcome.READ, items=items, state=new)

    def close(self) -> None:
        self.closed = True


class Notifier:
    """A notifier that keeps what it is given, and answers as `answer` says."""

    def __init__(self) -> None:
        self.sent: list[AlertContent] = []
        self.answer: Callable[[Channel, AlertContent], Answer] = _delivered
        self._lock = threading.Lock()

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        del now
        answer = self.answer(channel, content)
        if answer.outcome is DeliveryOutcome.DELIVERED:
            with self._lock:
                self.sent.append(content)
        return answer

    def where(self, channel: Channel) -> str:
        return f"{channel.name}://"

    def subjects(self) -> list[str]:
        """The subjects of the notices that arrived."""
        with self._lock:
            return [content.alert.subject for content in self.sent]

    def titles(self) -> list[str]:
        """The titles of the articles that were told, alert by alert."""
        with self._lock:
            return [item.article.article.title for one in self.sent for item in one.items]


def _delivered(_channel: Channel, _content: AlertContent) -> Answer:
    return Answer(outcome=DeliveryOutcome.DELIVERED, detail="yes")


def rule(id: str = "troops", word: str = "troops", **values: object) -> Rule:
    """A rule for one word."""
    made = Rule(
        id=id,
        version=f"{id} {word}",
        title=f"About {word}",
        level=Level.HIGH,
        match=Phrase((Exact(word),), source=word),
        text=f"id: {id}\nmatch: {word}\n",
    )
    return replace(made, **values)  # type: ignore[arg-type] # a test names real fields


def source(id: str = "wire", **values: object) -> Source:
    made = Source(id=id, kind=SourceKind.FEED, url=f"https://{id}.example/feed")
    return replace(made, **values)  # type: ignore[arg-type] # a test names real fields


def article(text: str, *, source: str = "wire", now: datetime = NOW) -> Article:
    return Article(
        title=text,
        body=f"{text}. More is not known yet.",
        source=source,
        guid=f"{source} {text}",
        published=now,
        lang="en",
    )


def settings(**values: object) -> Settings:
    made = Settings(
        path=Path("/nowhere/monitor.yaml"),
        database="sqlite:////nowhere/monitor.db",
        rules=Path("/nowhere/rules"),
        sources=(source(),),
        channels=(Channel(name="desk", url="json://desk"),),
        routes=(Route(name="1", when=When(), to=("desk",), group_by=GroupBy.NONE),),
        operator="desk",
    )
    return replace(made, **values)  # type: ignore[arg-type] # a test names real fields


def generation(*rules: Rule, now: datetime = NOW, **values: object) -> Generation:
    return make_generation(settings(**values), rules or (rule(),), now)


class Force:
    """What is in force; a test replaces it."""

    def __init__(self, present: Generation) -> None:
        self.present = present

    def __call__(self) -> Generation:
        return self.present


def core(store: SqlStore, force: Generation | Force, clock: Clock) -> Core:
    generation = force if isinstance(force, Force) else Force(force)
    return Core(
        store=store,
        clock=clock,
        monotonic=clock.monotonic,
        generation=generation,
        metrics=Metrics(),
        pulse=Pulse(clock.monotonic),
    )


@contextmanager
def locked(store: SqlStore) -> Iterator[None]:
    """Hold the write lock of an SQLite database, as some other program might."""
    path = store._database.path
    with closing(sqlite3.connect(str(path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def metric(of: Metrics, name: str, **labels: str) -> float:
    """Return a metric's value, 0 if it was never set."""
    return of.registry.get_sample_value(name, labels) or 0.0
