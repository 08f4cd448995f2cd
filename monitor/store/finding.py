"""Candidates for an article's story: who shares its keys, in the database or on the way there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, select

from monitor.store.engine import Database
from monitor.store.tables import story_apart, story_members
from monitor.store.types import Seconds, batches
from monitor.stories.linking import (
    COPY_WINDOW,
    EVENT_WINDOW,
    MAX_CANDIDATES,
    ROWS_A_KEY,
    Known,
)
from monitor.stories.record import Features, StaleFeatures

_REMEMBERED = 3_000
"""Articles whose features stay in memory, some 12 KB each: those of the hour are candidates again
and again."""
_Row = tuple[int, int]
"""When an article was told, in seconds, and its id."""


class FeatureMemory:
    """Features of stored articles by article id. Safe to use from threads.

    They never change, but once for another version of the program: then `forget` them.
    """

    def __init__(self) -> None:
        self._held: dict[int, Features | None] = {}
        self._lock = Lock()

    def read(self, connection: Connection, articles: Iterable[int]) -> dict[int, Features | None]:
        """Return the features of articles in stories; None for those of another version."""
        found: dict[int, Features | None] = {}
        missing = []
        with self._lock:
            for article in articles:
                if article in self._held:
                    found[article] = self._held[article] = self._held.pop(article)
                else:
                    missing.append(article)
        read: dict[int, Features | None] = {}
        for some in batches(missing):
            rows = connection.execute(_FEATURES, {"articles": some})
            read.update((article, _features(data)) for article, data in rows)
        with self._lock:
            self._held |= read
            while len(self._held) > _REMEMBERED:
                del self._held[next(iter(self._held))]
        return found | read

    def forget(self, articles: Iterable[int]) -> None:
        """Read these anew: their features were worked out by this version."""
        with self._lock:
            for article in articles:
                self._held.pop(article, None)


def _features(data: bytes) -> Features | None:
    try:
        return Features.from_bytes(data)
    except StaleFeatures:
        return None  # of another version of the program: nothing can be compared with it


class Finding:
    """Finds candidates on one transaction, also among the articles that it has yet to write.

    What was read once is not read again: nobody else changes stories meanwhile.
    """

    def __init__(self, database: Database, connection: Connection, memory: FeatureMemory) -> None:
        self._connection = connection
        self._place = "?" if database.is_sqlite else "%s"
        self._memory = memory
        self._known: dict[int, Known | None] = {}
        self._founders: defaultdict[int, dict[int, None]] = defaultdict(dict)
        self._written: defaultdict[int | str, list[_Row]] = defaultdict(list)
        self._any_apart: bool | None = None

    def note(self, known: Known) -> None:
        """Let an article be a candidate that this transaction is going to write."""
        self._known[known.article] = known
        if known.founder:
            self._founders[known.story][known.article] = None

    def note_rows(self, keys: Iterable[int | str], row: _Row) -> None:
        """Let an article be found by keys that this transaction is going to write."""
        for key in keys:
            self._written[key].append(row)

    def candidates(self, bands: Sequence[int], terms: Sequence[str], at: datetime) -> list[Known]:
        """Return those that share keys, at most MAX_CANDIDATES, and the founders of their stories.

        Those that share bands first; of each kind those that share most keys, then the newest.
        """
        found = self._sharing(bands, terms, at)
        wanted = list(dict.fromkeys([*_most(found[: len(bands)]), *_most(found[len(bands) :])]))
        del wanted[MAX_CANDIDATES:]
        self._load(wanted)
        members = [known for id in wanted if (known := self._known[id]) is not None]
        founders = {id: None for known in members for id in self._founders[known.story]}
        more = [id for id in founders if id not in wanted]
        return members + [known for id in more if (known := self._known[id]) is not None]

    def _sharing(
        self, bands: Sequence[int], terms: Sequence[str], at: datetime
    ) -> list[list[_Row]]:
        """Return the newest rows of each band, then of each term, near this time."""
        time = Seconds.count(at)
        windows: list[tuple[int | str, int]] = [
            (key, int(COPY_WINDOW.total_seconds())) for key in bands
        ]
        windows += [(key, int(EVENT_WINDOW.total_seconds())) for key in terms]
        found: list[list[_Row]] = [[] for _ in windows]
        if not windows:
            return found
        given = [value for key, window in windows for value in (key, time - window, time + window)]
        statement = _newest_rows(len(bands), len(terms), self._place)
        for number, told, article in self._connection.exec_driver_sql(statement, tuple(given)):
            found[number].append((told, article))
        for number, (key, window) in enumerate(windows):
            if key in self._written:
                near = [row for row in self._written[key] if abs(row[0] - time) <= window]
                found[number] = sorted({*found[number], *near}, reverse=True)[:ROWS_A_KEY]
        return found

    def _load(self, articles: Iterable[int]) -> None:
        """Read what is not known yet of these articles, and of the founders of their stories."""
        missing = [id for id in articles if id not in self._known]
        if not missing:
            return
        rows: dict[int, Any] = {}
        found: Iterable[Any] = self._connection.execute(_MEMBERS, {"articles": missing})
        for article, story, at, text, founder, founded, founder_text in found:
            rows[article] = (story, at, text)
            if founder is not None:
                self._founders[story][founder] = None
                if founder not in self._known:
                    rows[founder] = (story, founded, founder_text)
        features = self._memory.read(self._connection, rows)
        apart = self._apart(rows)
        self._known.update(dict.fromkeys([*missing, *rows]))
        for id, (story, at, text) in rows.items():
            if (of := features.get(id)) is not None:
                self._known[id] = Known(
                    article=id,
                    story=story,
                    at=at,
                    features=of,
                    text=text,
                    apart=frozenset(apart.get(id, ())),
                    founder=id in self._founders[story],
                )

    def _apart(self, articles: Collection[int]) -> dict[int, set[int]]:
        """Return the stories that people parted these articles from; mostly there are none."""
        if self._any_apart is None:
            self._any_apart = bool(self._connection.execute(_ANY_APART).scalar())
        found: dict[int, set[int]] = defaultdict(set)
        if self._any_apart:
            for some in batches(articles):
                for article, story in self._connection.execute(_APART, {"articles": some}):
                    found[article].add(story)
        return found


def _most(found: Iterable[Sequence[_Row]]) -> list[int]:
    """Return the articles with the most rows, of equals the newest."""
    shared = Counter(row for rows in found for row in rows)
    ordered = sorted(shared, key=lambda row: (shared[row], row), reverse=True)
    return [article for _, article in ordered[:MAX_CANDIDATES]]


_founder = story_members.alias("founder")
_MEMBERS = (
    select(
        story_members.c.article,
        story_members.c.story,
        story_members.c.at,
        story_members.c.text,
        _founder.c.article,
        _founder.c.at,
        _founder.c.text,
    )
    .outerjoin_from(
        story_members,
        _founder,
        and_(_founder.c.story == story_members.c.story, _founder.c.founder),
    )
    .where(story_members.c.article.in_(bindparam("articles", expanding=True)))
)
_FEATURES = select(story_members.c.article, story_members.c.features).where(
    story_members.c.article.in_(bindparam("articles", expanding=True))
)
_APART = select(story_apart.c.article, story_apart.c.story).where(
    story_apart.c.article.in_(bindparam("articles", expanding=True))
)
_ANY_APART = select(exists().select_from(story_apart))


@cache
def _newest_rows(bands: int, terms: int, place: str) -> str:
    """Return one statement for the newest rows of each of so many keys, with the key's number."""
    keys = [("story_bands", "key")] * bands + [("story_terms", "term")] * terms
    return " UNION ALL ".join(
        f"SELECT {n}, at, article FROM (SELECT at, article FROM {table} "  # noqa: S608 - ours
        f"WHERE {column} = {place} AND at BETWEEN {place} AND {place} "
        f"ORDER BY at DESC, article DESC LIMIT {ROWS_A_KEY}) AS k{n}"
        for n, (table, column) in enumerate(keys)
    )
