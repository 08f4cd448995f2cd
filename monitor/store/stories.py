"""Stories while articles come in: what is kept of the next one, and what its story becomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from monitor.model.story import StoryLink
from monitor.store.engine import Database
from monitor.store.finding import FeatureMemory, Finding
from monitor.store.pending import Pending, ids
from monitor.store.tables import (
    stories,
    story_bands,
    story_members,
    story_publishers,
    story_terms,
)
from monitor.store.term_counts import DOCUMENTS, TermCounts
from monitor.store.types import Seconds, insert_into
from monitor.stories.linking import Known
from monitor.stories.publishing import publishers
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features

_MOST_PAIRS = 500
"""Of publisher and text, looked at to count a story's publishers."""
_STORIES_LOCK = 0x6D6F6E69746F7232  # "monitor2": one writer of stories at a time on PostgreSQL


def queue_for_stories(database: Database, connection: Connection) -> None:
    """Let nobody else change stories until this transaction ends, lest one event open two."""
    database.queue(connection, _STORIES_LOCK)


@dataclass(slots=True)
class _Growth:
    """What a story gains in one transaction."""

    title: str
    opened: datetime
    last: datetime
    new: bool = False
    articles: int = 0
    pairs: set[tuple[str, int]] = field(default_factory=set)
    """Who carried which text."""

    def add(self, publisher: str, text: int, at: datetime) -> None:
        self.opened = min(self.opened, at)
        self.last = max(self.last, at)
        self.articles += 1
        self.pairs.add((publisher, text))


class StoryWriting:
    """The part of `ports.Writing` that keeps stories, on an open transaction.

    Rows are kept until `flush`; `self._pending` has other parts' rows too.
    """

    def __init__(
        self,
        database: Database,
        connection: Connection,
        counts: TermCounts,
        memory: FeatureMemory,
    ) -> None:
        self._database = database
        self._connection = connection
        self._dialect = database.dialect
        self._counts = counts
        self._counted: Counter[str] = Counter()
        self._finding = Finding(database, connection, memory)
        self._locked = False
        self._growing: dict[int, _Growth] = {}
        self._story_ids = ids(database, connection, stories)
        self._pending = Pending(connection)
        self._declare()

    def _declare(self) -> None:
        """Declare what is written of stories, after the rows of articles."""
        self._pending.declare("stories", insert(stories))
        self._pending.declare("publishers", insert(story_publishers))
        self._pending.declare("members", insert(story_members))
        place = "?" if self._database.is_sqlite else "%s"
        for name, table, column in (("bands", story_bands, "key"), ("terms", story_terms, "term")):
            self._pending.declare_plain(
                name,
                f"INSERT INTO {table.name} ({column}, at, article) "  # noqa: S608 - names of ours
                f"VALUES ({place}, {place}, {place}) ON CONFLICT DO NOTHING",
            )

    def rarity(self, terms: Collection[str]) -> Rarity:
        """See `ports.Writing.rarity`."""
        self._lock()
        counts = self._counts.read(self._connection, [DOCUMENTS, *terms])
        return Rarity(counts.pop(DOCUMENTS), counts)

    def story_candidates(
        self, features: Features, keys: Sequence[str], at: datetime
    ) -> Sequence[Known]:
        """See `ports.Writing.story_candidates`."""
        self._lock()
        return self._finding.candidates(features.bands, keys, at)

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
        """See `ports.Writing.join_story`."""
        self._lock()
        copied = article if link.text is None else link.text
        joined = link.story is not None and self._grows(link.story)
        story = link.story if joined and link.story is not None else self._opens(title, at)
        self._growing[story].add(features.publisher, copied, at)
        self._pending.add(
            "members",
            {
                "article": article,
                "story": story,
                "at": at,
                "text": copied,
                "publisher": features.publisher,
                "joined": link.joined,
                "score": link.score,
                "detail": link.detail,
                "most_like": link.article,
                "founder": not joined,
                "features": features.to_bytes(),
            },
        )
        self._finding.note(
            Known(
                article=article,
                story=story,
                at=at,
                features=features,
                text=copied,
                founder=not joined,
            )
        )
        if link.keep_rows:
            self._keep_rows(article, features, keys, at)
            if not joined:
                self._count(features)
        return story

    def flush(self) -> None:
        """Write what was kept, so that the transaction sees it."""
        grown: list[tuple[int, _Growth]] = []
        for story, growth in self._growing.items():
            if not growth.articles:
                continue
            if growth.new:
                self._pending.add("stories", _new_story(story, growth))
                for publisher, text in sorted(growth.pairs):
                    row = {"story": story, "publisher": publisher, "text": text}
                    self._pending.add("publishers", row)
            else:
                grown.append((story, growth))
        self._pending.flush()
        if grown:
            self._connection.execute(
                _GROW,
                [
                    {
                        "of": story,
                        "more": growth.articles,
                        "opened": growth.opened,
                        "last": growth.last,
                    }
                    for story, growth in grown
                ],
            )
        for story, growth in grown:
            note_publishers(self._connection, story, sorted(growth.pairs))
        for growth in self._growing.values():
            growth.new, growth.articles, growth.pairs = False, 0, set()

    def finish(self) -> None:
        """Write all that was kept and counted; called once, before the transaction commits."""
        self.flush()
        self._counts.write(self._connection, self._counted)

    def _lock(self) -> None:
        if not self._locked:
            queue_for_stories(self._database, self._connection)
            self._locked = True

    def _keep_rows(
        self, article: int, features: Features, keys: Sequence[str], at: datetime
    ) -> None:
        """Let an article be found as a candidate."""
        told = Seconds.count(at)
        for name, found_by in (("bands", features.bands), ("terms", keys)):
            for key in found_by:
                self._pending.add(name, (key, told, article))
            self._finding.note_rows(found_by, (told, article))

    def _count(self, features: Features) -> None:
        """Count the terms of a story's first article.

        The others' would make an event's own terms the commoner the more it is reported, until
        nothing told its reports apart from anything.
        """
        counted = [DOCUMENTS, *features.terms]
        self._counted.update(counted)
        self._counts.add(counted)

    def _opens(self, title: str, at: datetime) -> int:
        story = next(self._story_ids)
        self._growing[story] = _Growth(title, at, at, new=True)
        return story

    def _grows(self, story: int) -> bool:
        """Make ready to add to a story; False when the story is there no more."""
        if story not in self._growing:
            row = self._connection.execute(_STORY, {"story": story}).one_or_none()
            if row is None:
                return False
            self._growing[story] = _Growth("", *row)
        return True


def _new_story(story: int, growth: _Growth) -> dict[str, object]:
    return {
        "id": story,
        "title": growth.title,
        "opened": growth.opened,
        "last": growth.last,
        "articles": growth.articles,
        "publishers": publishers(growth.pairs),
        "acknowledged": False,
        "version": growth.articles,
    }


_STORY = (
    select(stories.c.opened, stories.c.last)
    .where(stories.c.id == bindparam("story"))
    .with_for_update()
)
_GROW = (
    update(stories)
    .where(stories.c.id == bindparam("of"))
    .values(
        articles=stories.c.articles + bindparam("more"),
        opened=bindparam("opened"),
        last=bindparam("last"),
        version=stories.c.version + bindparam("more"),
    )
)


def add_search_rows(
    connection: Connection, article: int, features: Features, keys: Sequence[str], at: datetime
) -> None:
    """Let an article be found as a candidate; what is there already stays."""
    dialect = connection.dialect.name
    bands = [{"key": key, "at": at, "article": article} for key in features.bands]
    terms = [{"term": term, "at": at, "article": article} for term in keys]
    if bands:
        connection.execute(insert_into(story_bands, dialect).on_conflict_do_nothing(), bands)
    if terms:
        connection.execute(insert_into(story_terms, dialect).on_conflict_do_nothing(), terms)


def note_publishers(connection: Connection, story: int, pairs: Collection[tuple[str, int]]) -> None:
    """Note who carried which texts of a story, and count its independent publishers anew.

    Of a story with more than `_MOST_PAIRS` such pairs only so many are counted: the figure is
    then at least so much.
    """
    adding = insert_into(story_publishers, connection.dialect.name)
    new = connection.execute(
        adding.on_conflict_do_nothing().returning(story_publishers.c.text),
        [{"story": story, "publisher": who, "text": what} for who, what in pairs],
    ).all()
    if not new:
        return
    rows = connection.execute(
        select(story_publishers.c.publisher, story_publishers.c.text)
        .where(story_publishers.c.story == story)
        .limit(_MOST_PAIRS)
    )
    number = publishers((who, what) for who, what in rows)
    connection.execute(
        update(stories)
        .where(stories.c.id == story, stories.c.publishers < number)
        .values(publishers=number)
    )
