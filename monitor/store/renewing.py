"""Features of another version of the program: worked out anew, lest what is known is forgotten.

An article whose features cannot be read is compared with nothing, and whatever copies it would be
news again. So they follow the program's version, as the schema does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Table,
    bindparam,
    delete,
    func,
    literal,
    select,
    union,
    update,
)

from monitor.model.article import Article
from monitor.model.listing import Renewed
from monitor.store.content import read_articles
from monitor.store.engine import Database
from monitor.store.finding import FeatureMemory
from monitor.store.presence import Presence
from monitor.store.retention import MARGIN
from monitor.store.rows import FORMER_VERSION, as_former
from monitor.store.stories import queue_for_stories
from monitor.store.tables import (
    articles,
    notices,
    revisions,
    story_bands,
    story_members,
    story_terms,
    term_counts,
)
from monitor.store.term_counts import DOCUMENTS, TermCounts
from monitor.store.types import batches, insert_into
from monitor.stories.extraction import features
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW, keys
from monitor.stories.rarity import Rarity
from monitor.stories.record import FORMAT, Features, stored_terms

_AT_ONCE = 100
"""Articles a transaction; the first ones of their stories come on top."""
_DONE = "store:features"
"""The notice that says of which form all features are."""


@dataclass(frozen=True, slots=True)
class _Made:
    """Features worked out anew, beside the row that they belong to."""

    article: int
    at: datetime
    founder: bool
    former: bytes
    features: Features


class Renewing(Presence):
    """The part of `desk.Desk` that brings stored features to this version of the program."""

    _database: Database
    _counts: TermCounts
    _features: FeatureMemory

    def has_renewed(self) -> bool:
        """See `Desk.has_renewed`."""
        with self._database.reading() as connection:
            stale = connection.execute(_NEWEST).scalar_one_or_none()
            if stale is None:
                return True
            form = connection.execute(
                select(notices.c.state).where(notices.c.key == _DONE)
            ).scalar_one_or_none()
            # A version of before may have been at work since then.
            return form == str(FORMAT) and not stale

    def stale(self, now: datetime) -> int:
        """See `Desk.stale`."""
        since = now - COPY_WINDOW - MARGIN
        with self._database.reading() as connection:
            return connection.execute(
                select(func.count())
                .select_from(story_members)
                .where(
                    story_members.c.article > _before_all(connection, since),
                    story_members.c.at >= since,
                    _STALE,
                )
            ).scalar_one()

    def renew(
        self,
        now: datetime,
        *,
        progress: Callable[[int], object] | None = None,
        stopping: Callable[[], bool] | None = None,
    ) -> Renewed:
        """See `Desk.renew`."""
        since = now - COPY_WINDOW - MARGIN
        done, without_text = 0, set[int]()
        with self._database.reading() as connection:
            last = _before_all(connection, since)
        while True:
            if stopping is not None and stopping():
                return Renewed(articles=done, without_text=len(without_text), whole=False)
            with self._database.reading() as connection:
                looked_at = _next(connection, last, since)
                rows = [*looked_at, *_beginnings(connection, looked_at)]
                texts = _texts(connection, [row.article for row in rows if not row.pruned])
            if not rows:
                break
            made = [
                _Made(row.article, row.at, row.founder, row.features, features(texts[row.article]))
                for row in rows
                if row.article in texts
            ]
            done += self._keep(made, now)
            without_text.update(row.article for row in rows if row.pruned)
            last = looked_at[-1].article
            if progress is not None:
                progress(len(looked_at))
        self.tell(_DONE, str(FORMAT), None, now)
        return Renewed(articles=done, without_text=len(without_text), whole=True)

    def _keep(self, made: Sequence[_Made], now: datetime) -> int:
        """Write features, with all that follows, in one transaction; return of how many."""
        if not made:
            return 0
        with self._database.writing() as connection:
            queue_for_stories(self._database, connection)
            ids = [one.article for one in made]
            stale = set(
                connection.execute(
                    select(story_members.c.article).where(story_members.c.article.in_(ids), _STALE)
                ).scalars()
            )
            kept = [one for one in made if one.article in stale]
            if kept:
                connection.execute(
                    _RENEW,
                    [{"of": one.article, "made": one.features.to_bytes()} for one in kept],
                )
                counts = TermCounts()
                _count(connection, kept, counts)
                _replace_rows(connection, kept, counts, now)
        self._counts.forget()
        self._features.forget(stale)
        return len(kept)


_STALE = func.substr(story_members.c.features, 1, 1, type_=LargeBinary) != literal(
    bytes([FORMAT]), LargeBinary
)
"""The form is the first byte."""
_NEWEST = select(_STALE).order_by(story_members.c.article.desc()).limit(1)
_RENEW = (
    update(story_members)
    .where(story_members.c.article == bindparam("of"))
    .values(features=bindparam("made"))
)
_ROW = (
    select(
        story_members.c.article,
        story_members.c.story,
        story_members.c.at,
        story_members.c.founder,
        story_members.c.features,
        articles.c.pruned,
    )
    .join(articles, articles.c.id == story_members.c.article)
    .where(_STALE)
    .order_by(story_members.c.article)
)


def _before_all(connection: Connection, since: datetime) -> int:
    """Return an id below those of all articles told since then: none was before it was seen."""
    first = connection.execute(
        select(articles.c.id).where(articles.c.first_seen >= since).order_by(articles.c.id).limit(1)
    ).scalar_one_or_none()
    if first is None:
        return connection.execute(select(func.max(articles.c.id))).scalar_one() or 0
    return first - 1


def _next(connection: Connection, after: int, since: datetime) -> Sequence[Any]:
    """Return the next few stale rows of articles told since then."""
    return connection.execute(
        _ROW.where(story_members.c.article > after, story_members.c.at >= since).limit(_AT_ONCE)
    ).all()


def _beginnings(connection: Connection, rows: Sequence[Any]) -> list[Any]:
    """Return the stale rows of the founders of these rows' stories that are not among them."""
    there = {row.article for row in rows}
    found: list[Any] = []
    for some in batches(sorted({row.story for row in rows})):
        founders = _ROW.where(story_members.c.story.in_(some), story_members.c.founder)
        found += [row for row in connection.execute(founders) if row.article not in there]
    return found


def _texts(connection: Connection, ids: Collection[int]) -> dict[int, Article]:
    """Return articles in their first version, which their features are of."""
    newest = read_articles(connection, ids)
    found = {id_: stored.article for id_, stored in newest.items()}
    for some in batches(sorted(id_ for id_, stored in newest.items() if stored.revision > 1)):
        rows = connection.execute(
            select(*FORMER_VERSION, revisions.c.article).where(
                revisions.c.article.in_(some), revisions.c.revision == 1
            )
        )
        for row in rows:
            found[row.article] = as_former(newest[row.article], row).article
    return found


def _count(connection: Connection, made: Iterable[_Made], counts: TermCounts) -> None:
    """Count the terms that first articles have now, and those that they had no more.

    Where the former ones cannot be read, counts stay as they are.
    """
    changes: Counter[str] = Counter()
    for one in made:
        former = stored_terms(one.former) if one.founder else None
        if former is not None:
            changes.update(one.features.term_set - former)
            changes.subtract(former - one.features.term_set)
    counts.write(connection, {term: change for term, change in changes.items() if change})
    for some in batches(sorted(term for term, change in changes.items() if change < 0)):
        # Of a story parted by hand the first article was never counted.
        connection.execute(
            delete(term_counts).where(term_counts.c.term.in_(some), term_counts.c.count <= 0)
        )


def _replace_rows(
    connection: Connection, made: Sequence[_Made], counts: TermCounts, now: datetime
) -> None:
    """Let articles be found by what they have now; those that had no rows need none."""
    ids = [one.article for one in made]
    findable = {one.article for one in made if one.founder}
    for some in batches(ids):
        rows = union(*(_with_rows(table, some) for table in (story_bands, story_terms)))
        findable.update(connection.execute(rows).scalars())
    near = [one for one in made if one.article in findable and one.at >= now - COPY_WINDOW - MARGIN]
    _replace(connection, story_bands, story_bands.c.key, near, {
        one.article: one.features.bands for one in near
    })  # fmt: skip
    nearer = [one for one in near if one.at >= now - EVENT_WINDOW - MARGIN]
    terms = {term for one in nearer for term in one.features.terms}
    found = counts.read(connection, [DOCUMENTS, *terms])
    rarity = Rarity(found.pop(DOCUMENTS), found)
    _replace(connection, story_terms, story_terms.c.term, nearer, {
        one.article: keys(one.features, rarity) for one in nearer
    })  # fmt: skip


def _with_rows(table: Table[Any], ids: Sequence[int]) -> Any:
    return select(table.c.article).where(table.c.article.in_(ids))


def _replace(
    connection: Connection,
    table: Table[Any],
    column: Column[Any],
    made: Sequence[_Made],
    wanted: Mapping[int, Sequence[int | str]],
) -> None:
    """Give a table these rows of articles, and no others."""
    there: dict[int, set[int | str]] = {one.article: set() for one in made}
    for some in batches(there):
        rows = connection.execute(select(table.c.article, column).where(table.c.article.in_(some)))
        for article, key in rows:
            there[article].add(key)
    changed = [one for one in made if there[one.article] != set(wanted[one.article])]
    for some in batches([one.article for one in changed]):
        connection.execute(delete(table).where(table.c.article.in_(some)))
    rows_now = [
        {column.name: key, "at": one.at, "article": one.article}
        for one in changed
        for key in dict.fromkeys(wanted[one.article])
    ]
    if rows_now:
        adding = insert_into(table, connection.dialect.name)
        connection.execute(adding.on_conflict_do_nothing(), rows_now)
