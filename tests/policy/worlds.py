"""Made-up configurations and weeks for the policy to live through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from monitor.model.channel import (
    Confirm,
    Digest,
    GroupBy,
    Limit,
    Quiet,
    QuietThen,
    Route,
    Silence,
    When,
)
from monitor.model.decision import Candidate, Plan, StoryFacts
from monitor.model.rule import Level
from monitor.policy.decide import decide, destinations
from tests.policy.model import Memory, candidate, check_plan

CHANNELS = ("desk", "duty")
LEVELS = {"blackout": Level.LOW, "curfew": Level.HIGH, "csto": Level.CRITICAL}
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# Both of Europe's clock changes of 2026 lie some days ahead of these.
STARTS = (datetime(2026, 3, 27, 20, 0, tzinfo=UTC), datetime(2026, 10, 23, 20, 0, tzinfo=UTC))

quiets = st.builds(
    Quiet,
    start=st.sampled_from([time(22), time(1, 30), time(2, 30)]),
    end=st.sampled_from([time(7), time(2, 45)]),
    timezone=st.just("Europe/Vienna"),
    exempt=st.sampled_from([None, Level.CRITICAL]),
    then=st.sampled_from(QuietThen),
)
limits = st.builds(Limit, st.integers(1, 3), st.sampled_from([HOUR, 6 * HOUR]))
confirms = st.builds(Confirm, st.integers(2, 3), st.sampled_from([HOUR, 6 * HOUR]))
digests = st.sampled_from(
    [
        Digest(every=30 * MINUTE),
        Digest(at=time(7), timezone="Europe/Vienna"),
        Digest(at=time(2, 30), timezone="Europe/Vienna", weekdays=frozenset({0, 2, 6})),
    ]
)
whens = st.sampled_from(
    [
        When(),
        When(min_level=Level.HIGH),
        When(max_level=Level.HIGH),
        When(rule=("c*",)),
        When(tags=("energy",)),
    ]
)


def routes_named(name: str) -> st.SearchStrategy[Route]:
    """A route with everything that a route may have."""
    return st.builds(
        Route,
        name=st.just(name),
        when=whens,
        to=st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=2, unique=True).map(tuple),
        proceed=st.booleans(),
        group_by=st.sampled_from(GroupBy),
        repeat=st.sampled_from([None, 2 * HOUR]),
        limit=st.none() | limits,
        quiet=st.none() | quiets,
        confirm=st.none() | confirms,
        digest=st.none() | digests,
    )


@st.composite
def configurations(draw: st.DrawFn) -> tuple[Route, ...]:
    """Up to three routes, or none."""
    return tuple(
        draw(routes_named(str(number))) for number in range(1, draw(st.integers(0, 3)) + 1)
    )


@dataclass(frozen=True)
class Arrive:
    """Hits of one poll: (rule, story, late, edit ignored, notify)."""

    hits: tuple[tuple[str, int | None, bool, bool, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Publish:
    """One more publisher carries a story."""

    story: int


@dataclass(frozen=True)
class Acknowledge:
    """Somebody acknowledges a story."""

    story: int


@dataclass(frozen=True)
class Hush:
    """A silence begins."""

    glob: str
    tags: tuple[str, ...]
    length: timedelta


@dataclass(frozen=True)
class Reload:
    """The configuration changes."""

    routes: tuple[Route, ...]
    channels: tuple[str, ...]


Event = Arrive | Publish | Acknowledge | Hush | Reload

stories = st.integers(1, 3)
rare = st.integers(0, 9).map(lambda number: number == 9)
arrivals = st.builds(
    Arrive,
    st.lists(
        st.tuples(
            st.sampled_from(sorted(LEVELS)),
            st.none() | stories,
            rare,
            rare,
            st.sampled_from([(), (), (), ("duty",)]),
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
)
hushes = st.builds(
    Hush,
    st.sampled_from(["*", "c*", "csto"]),
    st.sampled_from([(), ("energy",)]),
    st.sampled_from([HOUR, 12 * HOUR]),
)
reloads = st.builds(Reload, configurations(), st.sampled_from([CHANNELS, ("desk",), ("duty",)]))
steady = (
    arrivals | arrivals | st.builds(Publish, stories) | st.builds(Acknowledge, stories) | hushes
)
gaps = st.sampled_from([0, 1, 7, 30, 59, 60, 240, 720, 1440]).map(lambda many: many * MINUTE)


def weeks(
    events: st.SearchStrategy[Event],
) -> st.SearchStrategy[list[tuple[timedelta, bool, Event]]]:
    """Events, each with the time before it and whether the daemon was down for that time."""
    return st.lists(st.tuples(gaps, rare, events), min_size=1, max_size=14)


@dataclass
class World:
    """A daemon's deciding in made-up time, over a store in memory."""

    routes: tuple[Route, ...]
    now: datetime
    channels: tuple[str, ...] = CHANNELS
    batch: int = 10**6
    memory: Memory = field(default_factory=Memory)
    plans: list[tuple[datetime, Plan]] = field(default_factory=list)

    def live(self, week: Sequence[tuple[timedelta, bool, Event]]) -> None:
        """Live through the events, and on until nothing waits."""
        for gap, down, event in week:
            until = self.now + gap
            if not down:
                self.wake_up_to(until)
            self.now = until
            self.happen(event)
            self.decide()
        self.wake_up_to(None)

    def arrive(self, *hits: dict[str, object], at: datetime | None = None) -> list[int]:
        """Let hits be detected together, and decide; return their ids."""
        if at is not None:
            self.wait_until(at)
        first = len(self.memory.hits) + 1
        found = [candidate(id, self.now, **given) for id, given in enumerate(hits or ({},), first)]
        self.memory.add(*found)
        self.decide()
        return [hit.hit for hit in found]

    def wait_until(self, at: datetime) -> None:
        """Let the daemon run until then."""
        self.wake_up_to(at)
        self.now = at

    def told(self) -> list[tuple[str, str, str, tuple[int, ...]]]:
        """Everything in the outbox: (`day hour:minute` in UTC, channel, kind, hits)."""
        return [
            (f"{it.created:%d %H:%M}", it.alert.channel, it.alert.kind.value, it.alert.hits)
            for it in self.memory.outbox
        ]

    def why(self, hit: int) -> list[tuple[str, str]]:
        """What became of a hit: (reason, detail) at each of its destinations."""
        return [(it.reason.value, it.detail) for it in self.memory.decisions(hit)]

    def wake_up_to(self, until: datetime | None) -> None:
        for _ in range(3000):
            due = self.memory.next_hold()
            if due is None or (until is not None and due > until):
                return
            self.now = max(self.now, due)
            self.decide()
        raise AssertionError("something waits for ever")

    def happen(self, event: Event) -> None:
        match event:
            case Arrive(hits):
                for rule, story, late, ignored, notify in hits:
                    self.memory.add(self._hit(rule, story, late, ignored, notify))
            case Publish(story):
                facts = self.memory.stories.get(story, StoryFacts(0))
                more = replace(facts, publishers=facts.publishers + 1)
                self.memory.change_story(story, more)
            case Acknowledge(story):
                facts = self.memory.stories.get(story, StoryFacts(0))
                self.memory.change_story(story, replace(facts, acknowledged=True))
            case Hush(glob, tags, length):
                number = len(self.memory.quieted) + 1
                start = self.now + MINUTE / 2
                silence = Silence(id=number, rule=glob, tags=tags, start=start, end=start + length)
                self.memory.quieted.append(silence)
            case Reload(routes, channels):
                self.routes, self.channels = routes, channels

    def _hit(
        self, rule: str, story: int | None, late: bool, ignored: bool, notify: tuple[str, ...]
    ) -> Candidate:
        return candidate(
            len(self.memory.hits) + 1,
            self.now,
            rule=rule,
            level=LEVELS[rule],
            tags=("Energy",) if rule == "blackout" else (),
            story=story,
            late=late,
            edit_ignored=ignored,
            notify=notify,
        )

    def decide(self) -> None:
        """Decide all that is up, and see that deciding again changes nothing."""
        while self._round():
            pass
        before = {key: it.decision for key, it in self.memory.standing.items()}
        assert not self._round(), "deciding again made an alert"
        assert {key: it.decision for key, it in self.memory.standing.items()} == before

    def _round(self) -> bool:
        hits = self.memory.candidates(self.now, self.batch)
        history = self.memory.history(hits, destinations(self.routes, self.channels), self.now)
        since = min((hit.at for hit in hits), default=self.now)
        plan = decide(
            hits,
            history,
            routes=self.routes,
            channels=self.channels,
            silences=self.memory.silences(since),
            now=self.now,
        )
        check_plan(plan, hits, self.now)
        self.memory.commit_plan(plan, self.now)
        self.plans.append((self.now, plan))
        return bool(plan.alerts) or any(not hit.holds for hit in hits)
