"""The database as people work with it: what the command line and the daemon's reports ask for.

All times are aware and UTC. Any method may raise `StoreBusy` (try again later) or `StoreError`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from monitor.model.alert import Alert, AlertItem
from monitor.model.article import StoredArticle
from monitor.model.channel import Silence
from monitor.model.hit import Review
from monitor.model.listing import (
    AlertEntry,
    AlertFilter,
    ArticleSpan,
    ArticleWay,
    ChannelFigures,
    DaemonReport,
    DayCount,
    Decided,
    HitEntry,
    HitFilter,
    Pruned,
    Refused,
    Renewed,
    RuleVersion,
    SourceFigures,
    StoryEntry,
)
from monitor.model.story import Parting
from monitor.stories.rarity import Rarity


class Desk(Protocol):
    """The database as people work with it: lists, judgements, repairs. Safe to use from threads."""

    # hits

    def hits(
        self, wanted: HitFilter, limit: int, *, before: int | None = None
    ) -> Sequence[HitEntry]:
        """Return hits, newest first; `before` is the id of the last one of the page before."""

    def all_hits(self, wanted: HitFilter) -> Iterator[HitEntry]:
        """Return all hits, oldest first, without holding them in memory or a transaction open."""

    def items(self, ids: Sequence[int]) -> Sequence[AlertItem]:
        """Return hits with their articles as they were hit, for showing the passages."""

    def hit_articles(self, ids: Sequence[int]) -> Iterator[tuple[int, StoredArticle]]:
        """Return hits' articles as they were hit, without holding them in memory; none pruned."""

    def review(self, ids: Collection[int], review: Review, now: datetime) -> Sequence[int]:
        """Set what a person says about hits; return the ids of those that exist.

        Acknowledging a hit acknowledges its article's story: that ends the story's repeats.
        """

    def note(self, id: int, text: str) -> bool:
        """Replace a hit's note; False when there is no such hit."""

    def hits_a_day(
        self, since: datetime, until: datetime, rules: Sequence[str] = ()
    ) -> Sequence[DayCount]:
        """Count hits in [since, until) by day and rule, without the zeros; `rules` are globs."""

    # articles

    def find_articles(self, keys: Sequence[str]) -> Sequence[StoredArticle]:
        """Return the articles of all sources with any of these identity keys, oldest first."""

    def articles_of_file(
        self, path: str, sources: Collection[str], limit: int
    ) -> Sequence[StoredArticle]:
        """Return the articles of these sources that were read from a file, oldest first.

        Also those of any source that were known already when they came from it.
        """

    def carriers(self, publisher: str) -> frozenset[str]:
        """Return the sources that lately gave articles of a publisher (`Features.publisher`)."""

    def way(self, article: int) -> ArticleWay | None:
        """Return what became of an article; None when there is no such one."""

    def decisions_of(self, hit: int) -> Sequence[Decided]:
        """Return every decision about a hit, also replaced ones, in the order made."""

    def article_span(self, since: datetime | None = None) -> ArticleSpan | None:
        """Return which articles were first seen since then; None when none was."""

    def articles_between(
        self, first: int, last: int, since: datetime | None = None
    ) -> Iterator[StoredArticle]:
        """Return articles by id, without holding them in memory or a transaction open."""

    def rule_versions(self, rule: str) -> Sequence[RuleVersion]:
        """Return the versions of a rule that were ever loaded, by the time of their first load."""

    def current_versions(self) -> Mapping[str, str]:
        """Return the version of each rule that was loaded last, by rule id."""

    def refusals(self, source: str, limit: int) -> Sequence[Refused]:
        """Return what polls of a source could not use, newest first."""

    def source_figures(self, now: datetime) -> Sequence[SourceFigures]:
        """Return what is known about every source ever polled, by id."""

    # stories

    def stories(
        self,
        limit: int,
        *,
        since: datetime | None = None,
        before: tuple[datetime, int] | None = None,
        rule: str | None = None,
        without: str | None = None,
        shown: int = 5,
    ) -> Sequence[StoryEntry]:
        """Return stories, the latest news first, with the newest `shown` articles of each.

        `since` bounds their last article's time; `rule` wants one of their articles hit by it, and
        `without` none hit by that one;
        `before` is (last, id) of the last story of the page before.
        """

    def story(self, id: int, *, shown: int = 1000) -> StoryEntry | None:
        """Return one story."""

    def rarity(self, terms: Collection[str]) -> Rarity:
        """Return the document frequencies of these terms, without holding up writers."""

    def successors(self, story: int) -> Sequence[int]:
        """Return the stories that articles are in now which were told as this one, by number.

        For a story that is there no more, because it was put into another.
        """

    def split_story(
        self, articles: Collection[int], now: datetime, *, alone: bool = False
    ) -> Parting:
        """Move articles to a new story, and with them, unless `alone`, the copies of their texts.

        They stay out of the stories that they were in, and so does what resembles them more. Of a
        text that the story began with, those copies go along that are at least as like the article
        as like that beginning. Nothing is moved where nothing would stay in any of the stories, or
        where copies that went along would leave one empty.
        """

    def merge_stories(self, into: int, others: Collection[int], now: datetime) -> bool:
        """Make one story of several; False when one of them does not exist.

        What channels were told of any of them they were told of the one. It is acknowledged only
        if all were.
        """

    # alerts

    def alerts(
        self, wanted: AlertFilter, limit: int, *, before: str | None = None
    ) -> Sequence[AlertEntry]:
        """Return alerts, newest first; `before` is the id of the last one of the page before."""

    def retry(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """Make dead, dropped or waiting alerts due now; return the ids of those that are.

        What was given up is tried for as long as a new alert. What else of their channels waits
        for a retry is due, too: it would hold them up.
        """

    def drop(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """Give up alerts not sent yet; return the ids of those given up."""

    def channel_figures(self) -> Sequence[ChannelFigures]:
        """Return what is in the outbox of every channel that ever had an alert."""

    # silences

    def add_silence(
        self,
        *,
        rule: str = "*",
        tags: Sequence[str] = (),
        start: datetime,
        end: datetime,
        comment: str = "",
    ) -> int:
        """Store a silence and return its id."""

    def all_silences(self) -> Sequence[Silence]:
        """Return every silence, past ones too, by id."""

    def expire_silence(self, id: int, now: datetime) -> bool:
        """End a silence now; False when it does not exist or has ended."""

    # the database and its daemon

    def prune(self, before: datetime) -> Pruned:
        """Forget what is older, in short transactions, but nothing that is still needed.

        Needed are articles with a hit that is younger, undecided, held, or in an undelivered
        alert. Of a pruned article stays what it is recognised by, so that it is not new again.
        """

    def tidy(self, now: datetime) -> None:
        """Drop what nothing looks up any more; to be called daily."""

    def has_renewed(self) -> bool:
        """Tell at once whether `renew` has nothing to do: no story yet, or done in this version."""

    def stale(self, now: datetime) -> int:
        """Count the articles that may still be compared with but have another version's features.

        It reads the features of a month.
        """

    def renew(
        self,
        now: datetime,
        *,
        progress: Callable[[int], object] | None = None,
        stopping: Callable[[], bool] | None = None,
    ) -> Renewed:
        """Work the features of `stale` articles out anew, from the text that they came with.

        Of the stories that are looked at, also the first articles, whatever their age. What finds
        them and how often their terms are counted follows. A transaction a batch: what is done is
        done when it is killed. `progress` hears how many were looked at, and `stopping` is asked
        before each batch. No articles are to come in meanwhile: they would open stories anew.
        """

    def backup(self, target: Path) -> None:
        """Copy the database to a new file while it is in use; raises StoreError if it exists.

        PostgreSQL has its own tool, which the error names.
        """

    def check(self) -> tuple[str, ...]:
        """Return what is damaged in the database file; reads all of it."""

    def claim(self, host: str, pid: int, now: datetime) -> DaemonReport | None:
        """Become the daemon of this database; raises AlreadyRunning when there is one.

        The claim ends with the process, however that ends. Returns the report of the daemon
        before when that did not leave in order, else None.
        """

    def beat(self, now: datetime, report: str) -> None:
        """Renew the claim and keep the daemon's report of itself.

        Raises AlreadyRunning when another has taken over, StoreBusy when the database is away.
        """

    def leave(self) -> None:
        """Give the claim up in order; nothing happens without one."""

    def daemon(self) -> DaemonReport | None:
        """Return the last report of the daemon; None when the last one left in order."""

    def is_running(self) -> bool:
        """Tell whether a daemon works on this database now."""

    def tell(self, key: str, state: str, alert: Alert | None, now: datetime) -> bool:
        """Note what the operator is told of a matter; False when that is what was told last.

        Else the state is kept and the alert put into the outbox, together.
        """

    def told(self) -> Mapping[str, str]:
        """Return what the operator was told last of each matter."""
