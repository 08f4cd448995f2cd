"""What the pipeline asks of the outside: sources, the store, channels, the clock.

Every promise here is kept by each implementation and checked by `tests/conformance/`. All times
are aware and UTC. Any method may raise `StoreBusy` (try again later) or `StoreError`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from monitor.model.alert import Alert, AlertContent, Answer, Delivery, Settlement
from monitor.model.article import Article, KnownArticle, StoredArticle
from monitor.model.channel import Channel, Silence
from monitor.model.decision import Candidate, Destination, History, Plan
from monitor.model.firing import Firing, HitFacts
from monitor.model.hit import Match
from monitor.model.listing import ArticleSpan
from monitor.model.rule import Rule
from monitor.model.source import Poll, Refusal, Source, SourceState
from monitor.model.story import StoryLink
from monitor.stories.linking import Known
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features


class Clock(Protocol):
    """The time, aware and UTC."""

    def now(self) -> datetime:
        """Return the present moment."""


class FileMemory(Protocol):
    """What a corpus has read before."""

    def signature(self, source: str, path: str) -> str | None:
        """Return the signature that the file had when it was last read whole; None if never."""


class SourceReader(Protocol):
    """Reads one source; safe to call from several threads for different sources."""

    def poll(self, source: Source, state: SourceState, now: datetime) -> Poll:
        """Ask the source for what is new since `state`; failures are an outcome, never raised."""


class Writing(Protocol):
    """One short write transaction: all of it is stored, or nothing."""

    def known(self, source: str, keys: Sequence[str]) -> Mapping[str, KnownArticle]:
        """Return the source's articles that carry any of these identity keys, by key."""

    def add_article(
        self, article: Article, keys: Sequence[str], content_hash: str, *, now: datetime, late: bool
    ) -> int:
        """Store a new article of its source and return its id."""

    def add_revision(
        self, id: int, article: Article, keys: Sequence[str], content_hash: str, *, now: datetime
    ) -> int:
        """Store a changed version, keep the former one, and return the revision's number."""

    def add_keys(self, id: int, source: str, keys: Sequence[str]) -> None:
        """Let an article be found by further identity keys, also by ones that led to another."""

    def add_sighting(self, id: int, article: Article, reason: str, *, now: datetime) -> None:
        """Remember by which other address or file a known article came, and why it is that one."""

    def add_hits(
        self,
        article: int,
        revision: int,
        matches: Sequence[Match],
        rules: Mapping[str, Rule],
        *,
        now: datetime,
        edit: bool,
    ) -> Sequence[str]:
        """Store the hits that the article does not have yet; return the rules of the new ones.

        `edit` says that the article was known before: rules with `on_edit: ignore` keep quiet.
        """

    def rarity(self, terms: Collection[str]) -> Rarity:
        """Return the document frequencies of these terms."""

    def story_candidates(
        self, features: Features, keys: Sequence[str], at: datetime
    ) -> Sequence[Known]:
        """Return the articles that one told at `at` may share a story with.

        Bounded however large stories are; the founders of the candidates' stories are among them.
        `keys` are its own, see `monitor.stories.linking.keys`.
        """

    def join_story(
        self,
        article: int,
        features: Features,
        keys: Sequence[str],
        link: StoryLink,
        *,
        at: datetime,
        title: str,
    ) -> int:
        """Put an article into its story, or into a new one with this title; return the story's id.

        Its rows are kept for those to come, and the terms of a story's first article counted.
        """

    def save_source(self, state: SourceState) -> None:
        """Keep a source's state."""

    def save_file(self, source: str, path: str, signature: str) -> None:
        """Remember that a file of a corpus was read whole."""

    def add_refusals(self, source: str, items: Sequence[Refusal], now: datetime) -> None:
        """Keep what a poll saw and could not use, for `monitor why` and `monitor sources`."""


class Store(Protocol):
    """The database. Safe to use from several threads."""

    def writing(self) -> AbstractContextManager[Writing]:
        """Open a write transaction; it commits at the end of the block, and rolls back on error."""

    def source_states(self) -> Mapping[str, SourceState]:
        """Return what is known of every source ever polled, by id."""

    def known(self, source: str, keys: Sequence[str]) -> Mapping[str, KnownArticle]:
        """Return what `Writing.known` returns, without holding up other writers."""

    def article(self, id: int) -> StoredArticle | None:
        """Return one article in its newest revision."""

    def keep_rules(self, rules: Sequence[Rule], now: datetime) -> None:
        """Remember the text of every rule version not yet known, with the time."""

    # decide

    def candidates(self, now: datetime, limit: int) -> Sequence[Candidate]:
        """Return the hits to decide: new ones, oldest first, at most `limit`, and what is up.

        New is a hit without any decision.
        A hold is up when it is due, and when another hold with its route, channel and reason is (a
        digest leaves whole). If it waits for a confirmation or a repeat, that of others does not
        matter, but it is up, too, when its story has gained an article or was acknowledged since
        it was last decided. `limit` does not cut the waiting ones.
        """

    def history(
        self,
        candidates: Sequence[Candidate],
        destinations: Mapping[Destination, float],
        now: datetime,
    ) -> History:
        """Return the past that matters.

        `destinations` names the places to look at, with the seconds of `sent` to look back.
        """

    def commit_plan(self, plan: Plan, now: datetime) -> Sequence[str]:
        """Store decisions and outbox rows together; return the ids of the new alerts, in order.

        A decision replaces the hold of its hit, route and channel; `Silence.covered` grows by the
        hits that were decided under it, each counted once.
        """

    def next_hold(self) -> datetime | None:
        """Return when the hold that is due first is due; None when nothing waits."""

    def silences(self, since: datetime) -> Sequence[Silence]:
        """Return the silences that end after `since`, and those whose end is not announced."""

    def announce(self, silence: int, notice: Alert | None) -> None:
        """Mark the end of a silence as announced, and put the notice into the outbox, together."""

    # correlate

    def hits_between(
        self, rules: Collection[str], since: datetime, until: datetime
    ) -> Sequence[HitFacts]:
        """Return the hits of these rules whose event time lies in [since, until], in its order.

        Dismissed ones are left out.
        """

    def firings(self, rules: Collection[str], since: datetime) -> Sequence[Firing]:
        """Return what these correlation rules fired for at event times from `since` on."""

    def add_firings(
        self, firings: Sequence[Firing], rules: Mapping[str, Rule], now: datetime
    ) -> Sequence[int]:
        """Store firings, each with a hit of its rule (see `Firing.articles`), together.

        Return the ids of the new hits. A firing with the same rule, group and hits as a stored one
        is left out.
        """

    # deliver

    def enqueue(self, alert: Alert) -> None:
        """Put an alert that does not come from hits (notice, test, fallback) into the outbox.

        One whose id is there already is left out.
        """

    def lease(
        self, channel: str, now: datetime, *, until: datetime, limit: int, worker: str
    ) -> Sequence[Alert]:
        """Take due alerts of a channel, oldest first; nobody else gets them before `until`."""

    def release(self, channel: str, worker: str | None = None) -> None:
        """Give back a worker's leased, unsettled alerts: due as before, as if never leased.

        Without `worker`, everybody's: a daemon that starts after a crash is alone.
        """

    def held_until(self, channel: str) -> datetime | None:
        """Return when the first retry is due that holds up the alerts behind it; None if none does.

        A pending alert that was tried holds its channel up, unless an alert made later has been
        sent there meanwhile: then the channel works, and the alert alone is refused.
        """

    def content(self, alert: Alert) -> AlertContent:
        """Return what the alert tells."""

    def record(
        self,
        delivery: Delivery,
        *,
        retry_at: datetime | None,
        dead: bool,
        follow: Sequence[Alert] = (),
    ) -> None:
        """Log an attempt and settle its alert, with the alerts (`follow`) that this causes.

        Of `follow`, one whose id is there already is left out.
        """

    def record_all(self, settlements: Sequence[Settlement]) -> None:
        """Record several attempts together, in their order; see `record`."""


class Past(Protocol):
    """The stored articles, for rules that are applied to them after the fact."""

    def writing(self) -> AbstractContextManager[Writing]:
        """See `Store.writing`."""

    def article_span(self, since: datetime | None = None) -> ArticleSpan | None:
        """Return which articles were first seen since then; None when none was."""

    def articles_between(
        self, first: int, last: int, since: datetime | None = None
    ) -> Iterator[StoredArticle]:
        """Return articles by id, without holding them in memory or a transaction open."""


class Notifier(Protocol):
    """Sends one message to one channel; an answer for everything, never an exception."""

    def send(self, channel: Channel, content: AlertContent, now: datetime) -> Answer:
        """Render and send; blocks at most as long as the notifier's own time limit."""

    def where(self, channel: Channel) -> str:
        """Return the channel's address without its secrets."""
