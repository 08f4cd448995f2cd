"""The real store and the policy's model of one decide the same weeks alike."""

from __future__ import annotations

import shutil
from dataclasses import fields
from datetime import datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.alert import Alert
from monitor.model.article import Article
from monitor.model.decision import History, NewAlert, Outcome, StoryFacts
from monitor.model.hit import Match, Review
from monitor.model.listing import AlertFilter
from monitor.model.rule import OnEdit, Rule
from monitor.model.story import Joined, StoryLink
from monitor.pipeline.decide import Terms, decide
from monitor.store import SqlStore, open_store
from monitor.stories.extraction import features
from tests.policy.model import Memory, candidate
from tests.policy.worlds import (
    CHANNELS,
    LEVELS,
    MINUTE,
    STARTS,
    Acknowledge,
    Arrive,
    Event,
    Hush,
    Publish,
    Reload,
    configurations,
    reloads,
    steady,
    weeks,
)


class Twins:
    """Two stores to which the same happens."""

    def __init__(self, store: SqlStore, routes, now: datetime) -> None:
        self.store, self.memory = store, Memory()
        self.routes, self.channels, self.now = routes, CHANNELS, now
        self.stories: dict[int, int] = {}
        self.numbers = count(1)

    def live(self, week) -> None:
        for gap, down, event in week:
            until = self.now + gap
            while not down and (due := self.memory.next_hold()) is not None and due <= until:
                self.now = max(self.now, due)
                self.decide()
            self.now = until
            self.happen(event)
            self.decide()

    def happen(self, event: Event) -> None:
        match event:
            case Arrive(hits):
                for hit in hits:
                    self.arrive(*hit)
            case Publish(story):
                self.publish(story)
            case Acknowledge(story):
                known = [it.hit for it in self.memory.hits.values() if it.story == self.of(story)]
                self.store.review(
                    known if story in self.stories else [], Review.ACKNOWLEDGED, self.now
                )
            case Hush(glob, tags, length):
                start = self.now + MINUTE / 2
                self.store.add_silence(rule=glob, tags=tags, start=start, end=start + length)
                self.memory.quieted = list(self.store.all_silences())
            case Reload(routes, channels):
                self.routes, self.channels = routes, channels
        self.look_at_stories()

    def of(self, story: int | None) -> int | None:
        return None if story is None else self.stories.get(story)

    def publish(self, story: int | None, *, late: bool = False) -> int:
        number = next(self.numbers)
        article = Article(
            title=f"Number {number}",
            body=f"What happened the {number}th time.",
            source="tass",
            lang="en",
            url=f"https://paper{number}.example/{number}",
        )
        with self.store.writing() as writing:
            id = writing.add_article(article, [str(number)], str(number), now=self.now, late=late)
            if story is not None:
                known = self.of(story)
                link = StoryLink(
                    story=known,
                    joined=Joined.OPENED if known is None else Joined.SAME_EVENT,
                    score=1.0,
                    detail="by lot",
                )
                self.stories[story] = writing.join_story(
                    id, features(article), (), link, at=self.now, title=article.title
                )
        return id

    def arrive(self, name, story, late, ignored, notify) -> None:
        article = self.publish(story, late=late)
        rule = Rule(
            id=name,
            version="1",
            title=name,
            level=LEVELS[name],
            tags=("Energy",) if name == "blackout" else (),
            notify=notify,
            on_edit=OnEdit.IGNORE,
        )
        match = Match(name, "1", rule.level, rule.tags, ())
        with self.store.writing() as writing:
            writing.add_hits(article, 1, [match], {name: rule}, now=self.now, edit=ignored)
        self.memory.hits[len(self.memory.hits) + 1] = candidate(
            len(self.memory.hits) + 1,
            self.now,
            rule=name,
            level=rule.level,
            tags=rule.tags,
            story=self.of(story),
            late=late,
            edit_ignored=ignored,
            notify=notify,
        )

    def look_at_stories(self) -> None:
        """Let the model know of its stories what the store knows."""
        asked = [candidate(story=story) for story in self.stories.values()]
        found: History = self.store.history(asked, {}, self.now)
        for story, facts in found.stories.items():
            if self.memory.stories.get(story) != facts:
                self.memory.change_story(story, StoryFacts(facts.publishers, facts.acknowledged))

    def decide(self) -> None:
        terms = Terms(
            routes=self.routes, channels=self.channels, rules={}, sources=("tass",), operator="ops"
        )
        real, model = (decide(it, terms, self.now) for it in (self.store, self.memory))
        assert (real.outcomes, real.channels, real.wake, real.silences_ended) == (
            model.outcomes,
            model.channels,
            model.wake,
            model.silences_ended,
        )
        assert len(real.alerts) == len(model.alerts)

    def compare(self) -> None:
        """Both hold the same alerts and the same decisions at the end."""
        entries = self.store.alerts(AlertFilter(channels=CHANNELS), 10_000)
        made = [entry.alert for entry in reversed(entries)]
        names = {alert.id: f"a{number}" for number, alert in enumerate(made)}
        assert [_told(it, it.created, names.get(it.follows or "")) for it in made] == [
            _told(it.alert, it.created, it.alert.follows) for it in self.memory.outbox
        ]
        for hit in self.memory.hits:
            newest = {(it.route, it.channel): it for it in self.store.decisions_of(hit)}
            assert {
                key: (it.outcome, it.reason, it.detail, it.until) for key, it in newest.items()
            } == {
                (it.route, it.channel): (it.outcome, it.reason, it.detail, it.until)
                for it in self.memory.decisions(hit)
            }
        silences = {it.id: (it.covered, it.announced) for it in self.store.all_silences()}
        covered: dict[int, set[int]] = {}
        for it in self.memory.standing.values():
            if it.decision.silence is not None and it.decision.outcome is Outcome.SUPPRESS:
                covered.setdefault(it.decision.silence, set()).add(it.decision.hit)
        assert silences == {
            it.id: (len(covered.get(it.id, ())), it.announced) for it in self.memory.quieted
        }


def _told(alert: Alert | NewAlert, created: datetime, follows: str | None) -> dict[str, object]:
    names = [it.name for it in fields(NewAlert) if it.name != "follows"]
    return {name: getattr(alert, name) for name in names} | {"at": created, "follows": follows}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(configurations(), st.sampled_from(STARTS), weeks(steady | reloads))
def test_the_store_and_its_model_decide_alike(sqlite_url, tmp_path, routes, start, week):
    path = tmp_path / "twin.db"
    for old in tmp_path.glob("twin.db*"):
        old.unlink()
    shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), path)
    store = open_store(f"sqlite:///{path}")
    try:
        twins = Twins(store, routes, start)
        twins.live(week)
        twins.compare()
    finally:
        store.close()
