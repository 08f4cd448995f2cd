"""What years of polling come to: nothing missed, nothing twice, nobody bothered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.model.article import Article
from monitor.model.source import FullText, PollOutcome, Source, SourceKind, SourceState
from monitor.sources import Reader
from monitor.sources.fetching import Limits
from tests.articles.memory import Memory
from tests.sources.server import (
    Asked,
    FakeTime,
    Files,
    Reply,
    Server,
    fresh,
    packed,
    resolve_here,
)

START = datetime(2022, 1, 6, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def make_reader(time: FakeTime) -> Reader:
    return Reader(
        files=Files(),
        limits=Limits(spacing=0.0),
        monotonic=time.monotonic,
        wait=time.wait,
        resolve=resolve_here,
    )


@dataclass
class Publisher:
    """A site that publishes, edits and takes down stories, and fails as it likes."""

    name: str
    chance: random.Random
    failing: float
    now: datetime = START
    stories: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    """When each was published, and how often it was edited."""

    def publish(self, minutes: int) -> None:
        """Let a minute pass at the site."""
        self.now = START + timedelta(minutes=minutes)
        if self.chance.random() < 0.3:
            self.stories[f"{self.name} {minutes} reports on number {minutes * 7}"] = self.now, 0
        for title, (date, edits) in list(self.stories.items()):
            if self.chance.random() < 0.02:
                self.stories[title] = date, edits + 1

    def listed(self) -> list[str]:
        """Return the stories in the feed: those of the last 20 minutes, some now and then not."""
        return [
            title
            for title, (date, _) in self.stories.items()
            if self.now - date < timedelta(minutes=20) and self.chance.random() > 0.05
        ]

    def answer(self, _: Asked) -> Reply:
        """Return the feed, or one of the ways in which servers fail."""
        body = "".join(self._item(title) for title in self.listed())
        data = f'<rss version="2.0"><channel><title>x</title>{body}</channel></rss>'.encode()
        if self.chance.random() >= self.failing:
            return packed(data)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data) + 1}\r\n\r\n".encode()
        return self.chance.choice([
            Reply(b"<html><p>Please come back later", 200),
            Reply(b"", 500),
            Reply(b"", 503, {"Retry-After": "90"}),
            Reply(b"", 429),
            Reply(b"", 404),
            Reply(raw=[]),
            Reply(raw=[head, data]),
            Reply(raw=[head, data[: len(data) // 2]]),
            Reply(data, headers={"Content-Encoding": "gzip"}),
            Reply(b"", 302, {"Location": "/nowhere"}),
        ])  # fmt: skip

    def _item(self, title: str) -> str:
        date, edits = self.stories[title]
        slug = title.replace(" ", "-").lower()
        # The guid changes with every edit.
        return (
            f"<item><title>{title}</title><link>https://{self.name}.example/{slug}</link>"
            f"<guid>{slug}-{edits}</guid><pubDate>{date:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
            f"<description>{title}, as edited {edits} times. {'Words. ' * 90}</description></item>"
        )


@pytest.mark.parametrize("seed", range(3))
def test_an_hour_of_failures_loses_nothing_and_doubles_nothing(server: Server, seed: int):
    chance = random.Random(seed)
    publishers = [Publisher(name, chance, failing=0.35) for name in ("wire", "daily", "post")]
    memories = {publisher.name: Memory() for publisher in publishers}
    sources = {
        publisher.name: Source(
            id=publisher.name,
            kind=SourceKind.FEED,
            url=server.on(f"/{publisher.name}", publisher.answer),
            every=timedelta(minutes=1),
            lang="en",
        )
        for publisher in publishers
    }
    states = {name: fresh(source) for name, source in sources.items()}
    outcomes: Counter[PollOutcome] = Counter()
    time = FakeTime()
    reader = make_reader(time)
    for minute in range(90):
        for publisher in publishers:
            if minute < 60:
                publisher.publish(minute)
            else:
                publisher.now = START + timedelta(minutes=60)
        now = START + timedelta(minutes=minute)
        time.seconds += 60
        for name, source in sources.items():
            due = states[name].due
            if due is not None and due > now:
                continue
            poll = reader.poll(source, states[name], now)
            outcomes[poll.outcome] += 1
            for item in poll.items:
                assert isinstance(item, Article)
                memories[name].see(item)
            states[name] = poll.state
        if minute % 25 == 24:
            # A restart: what is not in the state is forgotten.
            reader.close()
            reader = make_reader(time)
    reader.close()
    assert min(outcomes[kind] for kind in (PollOutcome.READ, PollOutcome.FAILED)) > 20
    assert outcomes[PollOutcome.DEFERRED] > 5
    for publisher in publishers:
        assert sorted(memories[publisher.name].titles.values()) == sorted(publisher.stories)


def test_a_year_of_polling_is_regular_polite_and_survives_an_outage(server: Server):
    published: list[str] = []
    asked_at: list[datetime] = []
    answered: Counter[int] = Counter()
    now = START
    outage = (START + timedelta(days=100), START + timedelta(days=114))

    def answer(asked: Asked) -> Reply:
        asked_at.append(now)
        if outage[0] <= now < outage[1]:
            answered[500] += 1
            return Reply(status=500)
        etag = f'"{len(published)}"'
        if asked.headers.get("if-none-match") == etag:
            answered[304] += 1
            return Reply(status=304, headers={"ETag": etag})
        answered[200] += 1
        items = "".join(
            f"<item><title>{title}</title><link>https://wire.example/{title}</link></item>"
            for title in published[-30:]
        )
        return Reply(
            f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), headers={"ETag": etag}
        )

    source = Source(
        id="wire", kind=SourceKind.FEED, url=server.on("/feed", answer), every=timedelta(hours=6),
        full_text=FullText.NEVER, lang="en",
    )  # fmt: skip
    state: SourceState = fresh(source)
    seen: Counter[str] = Counter()
    notices: list[str] = []
    time = FakeTime()
    reader = make_reader(time)
    for hour in range(365 * 24):
        now = START + timedelta(hours=hour)
        time.seconds += 3600
        if hour % 24 == 5:
            published.append(f"story-of-the-day-{hour // 24}")
        if hour % 720 == 719:
            reader.close()
            reader = make_reader(time)
        if state.due is None or state.due <= now:
            poll = reader.poll(source, state, now)
            seen.update(item.title for item in poll.items if isinstance(item, Article))
            notices.extend(poll.notices)
            state = poll.state
    reader.close()
    assert seen == Counter(published)
    assert answered[200] == 1 + 365 - 14  # the first look, and a new story each day
    assert answered[500] < 14 + 10
    assert notices == [
        f"Source wire cannot be read, 3 times in a row: {source.url} answered 500: the server has "
        "an error. It is tried again, at least once a day.",
        "Source wire is well again.",
    ]
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    well = [
        gap
        for gap, at in zip(gaps, asked_at, strict=False)
        if not outage[0] - timedelta(days=1) < at < outage[1] + timedelta(days=1)
    ]
    assert set(well) == {timedelta(hours=6)}
    assert max(gaps) <= timedelta(days=1, hours=1)
