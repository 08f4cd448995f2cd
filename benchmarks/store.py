"""What the database costs as it grows: adding articles, searching, and room on the disk.

Stores of two sizes are filled by bulk inserts (a year of news at one rate, so that the larger one
is not denser but longer), then the program's own calls are timed: batches of new articles with
their stories and hits, and `monitor hits --search` beside the same list by LIKE.

BENCH_STORE=10000,100000 chooses other sizes, BENCH_STORE_FOLDER another place.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from sqlalchemy import insert, or_, select

from benchmarks import report, timing
from monitor.model.article import Article
from monitor.model.hit import Evidence, Match
from monitor.model.listing import HitFilter
from monitor.model.rule import Level, Rule
from monitor.store import SqlStore, open_store, upgrade
from monitor.store.detection import hit_values
from monitor.store.engine import Database
from monitor.store.rows import HIT, version_values
from monitor.store.tables import (
    article_keys,
    articles,
    hits,
    stories,
    story_bands,
    story_members,
    story_publishers,
    story_terms,
    term_counts,
)
from monitor.stories.extraction import features
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW, keys, link, needed_terms
from monitor.stories.record import Features

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(days=365) / 1_000_000
"""From one article to the next."""
VOCABULARY = 200_000
BODY = 300
"""Words."""
BATCH = 100
BATCHES = 30
HIT_EVERY = 10
RULE = Rule(id="rule", version="1", title="Rule", level=Level.HIGH)
MATCH = Match("rule", "1", Level.HIGH, (), (Evidence("body", 0, 4, "word", "word*"),))
KNOWN_FEATURES = 2_000
"""Sets of features that the filled articles share in turn, with bands of their own."""


class Writer:
    """Makes articles of words as rare as those of a language."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        share = 1 / (np.arange(VOCABULARY) + 10.0)
        self._share = np.cumsum(share / share.sum())
        self._words = np.array([f"word{n:x}" for n in range(VOCABULARY)])

    def articles(self, first: int, count: int, last: datetime) -> Iterator[Article]:
        """Yield articles numbered from `first`, the newest at `last`."""
        for n in range(first, first + count):
            picked = np.searchsorted(self._share, self._random.random(BODY + 9))
            words = self._words[np.minimum(picked, VOCABULARY - 1)].tolist()
            words[9:] = [w.capitalize() if i % 9 == 0 else w for i, w in enumerate(words[9:])]
            yield Article(
                title=" ".join(words[:9]).capitalize(),
                body=". ".join(" ".join(words[i : i + 20]) for i in range(9, len(words), 20)),
                source=f"source{n % 500}",
                url=f"https://publisher{n % 300}.example/{n}",
                published=last - BETWEEN * (first + count - 1 - n),
                lang="en",
            )

    def bands(self) -> tuple[int, ...]:
        """Return keys that nobody else has."""
        return tuple(self._random.integers(-(2**62), 2**62, 16).tolist())


def fill(database: Database, size: int) -> None:
    """Put so many articles into an empty store, as a year of running would leave it."""
    writer = Writer(1)
    pool = [features(article) for article in writer.articles(0, KNOWN_FEATURES, NOW)]
    blobs = [found.to_bytes() for found in pool]
    counts: dict[str, int] = {"": size}
    for n in range(size):
        for term in pool[n % KNOWN_FEATURES].terms:
            counts[term] = counts.get(term, 0) + 1
    made = writer.articles(0, size, NOW)
    for start in range(0, size, 1_000):
        some = [next(made) for _ in range(min(1_000, size - start))]
        _fill_batch(database, start, some, pool, blobs, writer)
    with database.writing() as connection:
        rows = [{"term": term, "count": count} for term, count in counts.items()]
        connection.execute(insert(term_counts), rows)


def _fill_batch(
    database: Database,
    start: int,
    some: Sequence[Article],
    pool: Sequence[Features],
    blobs: Sequence[bytes],
    writer: Writer,
) -> None:
    numbered = [(start + n + 1, article) for n, article in enumerate(some)]
    times = {id: article.published or NOW for id, article in numbered}
    with database.writing() as connection:
        connection.execute(
            insert(articles),
            [
                {
                    "id": id,
                    **version_values(article),
                    "content_hash": f"{id:032x}",
                    "source": article.source,
                    "first_seen": times[id],
                    "changed": times[id],
                    "revision": 1,
                    "late": False,
                    "pruned": False,
                }
                for id, article in numbered
            ],
        )
        connection.execute(
            insert(article_keys),
            [
                {"key": key, "source": article.source, "article": id}
                for id, article in numbered
                for key in identity(id)
            ],
        )
        connection.execute(
            insert(stories),
            [
                {
                    "id": id,
                    "title": article.title,
                    "opened": times[id],
                    "last": times[id],
                    "articles": 1,
                    "publishers": 1,
                    "acknowledged": False,
                    "version": 1,
                }
                for id, article in numbered
            ],
        )
        connection.execute(
            insert(story_members),
            [
                {
                    "article": id,
                    "story": id,
                    "at": times[id],
                    "text": id,
                    "publisher": pool[id % KNOWN_FEATURES].publisher,
                    "joined": "opened",
                    "score": 0.0,
                    "detail": "nothing like it is known",
                    "founder": True,
                    "features": blobs[id % KNOWN_FEATURES],
                }
                for id, _ in numbered
            ],
        )
        connection.execute(
            insert(story_publishers),
            [{"story": id, "publisher": f"p{id % 300}", "text": id} for id, _ in numbered],
        )
        bands = [
            {"key": key, "at": times[id], "article": id}
            for id, _ in numbered
            if times[id] > NOW - COPY_WINDOW
            for key in writer.bands()
        ]
        terms = [
            {"term": term, "at": times[id], "article": id}
            for id, _ in numbered
            if times[id] > NOW - EVENT_WINDOW
            for term in pool[id % KNOWN_FEATURES].terms[:12]
        ]
        for table, rows in ((story_bands, bands), (story_terms, terms)):
            if rows:
                connection.execute(insert(table), rows)
        connection.execute(
            insert(hits),
            [
                hit_values(MATCH, RULE, now=times[id], edit=False)
                | {"article": id, "revision": 1, "happened": times[id], "state": "suppressed"}
                for id, _ in numbered
                if id % HIT_EVERY == 0
            ],
        )


def identity(id: int) -> tuple[str, ...]:
    """Return keys as random as digests are."""
    spread = (id * 0x9E3779B97F4A7C15) % 2**64
    return tuple(
        f"{kind}:{spread:016x}{id:08x}" for kind in ("guid", "url", "path", "head", "text")
    )


def adding(store: SqlStore, size: int) -> Iterator[tuple[float, float]]:
    """Add batches as detection does; yield the seconds of each: passed, and worked."""
    made = Writer(2).articles(size, BATCH * BATCHES, NOW + BETWEEN * BATCH * BATCHES)
    rules = {RULE.id: RULE}
    number = size
    for _ in range(BATCHES):
        batch = [(article, features(article)) for article in islice(made, BATCH)]
        start, worked = time.perf_counter(), time.process_time()
        with store.writing() as writing:
            every = [key for n in range(number, number + BATCH) for key in identity(n + 1)]
            writing.known("source0", every)
            for article, found in batch:
                number += 1
                at = article.published or NOW
                id = writing.add_article(
                    article, identity(number), f"{number:032x}", now=at, late=False
                )
                rarity = writing.rarity(found.terms)
                rare = keys(found, rarity)
                candidates = writing.story_candidates(found, rare, at)
                weights = writing.rarity(needed_terms(found, candidates))
                joined = link(found, at, candidates, weights)
                writing.join_story(id, found, rare, joined, at=at, title=article.title)
                if number % HIT_EVERY == 0:
                    writing.add_hits(id, 1, [MATCH], rules, now=at, edit=False)
        yield time.perf_counter() - start, time.process_time() - worked


def search(store: SqlStore, database: Database, word: str) -> tuple[int, float, float]:
    """Return how many hits a search finds, its seconds, and those of the same list by LIKE."""
    wanted = HitFilter(search=word)
    query = (
        select(*HIT, articles.c.title)
        .join(articles, articles.c.id == hits.c.article)
        .where(or_(articles.c.title.like(f"%{word}%"), articles.c.body.like(f"%{word}%")))
        .order_by(hits.c.id.desc())
    )

    def by_like() -> None:
        with database.reading() as connection:
            connection.execute(query).all()

    found = store.hits(wanted, 1_000_000)
    # The shortest of several: what the first one reads is in memory for the others, for both.
    return (
        len(found),
        timing.best(lambda: store.hits(wanted, 1_000_000), rounds=3),
        timing.best(by_like, rounds=3),
    )


def filled(folder: Path, size: int) -> tuple[SqlStore, Database, float]:
    """Make a store of so many articles; return it with the bytes that each takes."""
    path = folder / f"{size}.db"
    upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    start = time.perf_counter()
    fill(database, size)
    print(f"filled with {size:,} articles in {time.perf_counter() - start:,.0f} s", flush=True)
    return open_store(f"sqlite:///{path}"), database, path.stat().st_size / size


def main() -> None:
    """Measure, and write the section."""
    sizes = [int(size) for size in os.environ.get("BENCH_STORE", "10000,1000000").split(",")]
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_STORE_FOLDER")) as folder:
        made = {size: filled(Path(folder), size) for size in sizes}
        # In turn, so that whatever else the machine does meets both alike.
        batches = list(zip(*(adding(made[size][0], size) for size in sizes), strict=True))
        searches = {
            (size, kind): search(made[size][0], made[size][1], word)
            for size in sizes
            for kind, word in (("rare", "word2ffff"), ("common", "word400"))
        }
        for store, database, _ in made.values():
            store.close()
            database.close()
    wall = [statistics.median(turn[n][0] for turn in batches) for n in range(len(sizes))]
    worked = [statistics.median(turn[n][1] for turn in batches) for n in range(len(sizes))]
    costs = report.table(
        ("articles stored", "ms a batch", "times", "ms of the processor", "times", "KB an article"),
        [
            (
                f"{size:,}",
                wall[n] * 1e3,
                wall[n] / wall[0],
                worked[n] * 1e3,
                worked[n] / worked[0],
                made[size][2] / 1e3,
            )
            for n, size in enumerate(sizes)
        ],
    )
    finds = report.table(
        ("articles stored, word", "hits found", "ms by FTS5", "ms by LIKE", "times faster"),
        [
            (f"{size:,}, {kind}", count, index * 1e3, like * 1e3, like / index)
            for (size, kind), (count, index, like) in searches.items()
        ],
    )
    text = (
        "SQLite. A batch is one transaction as detection makes it, synced to the disk: keys looked "
        f"up, {BATCH} new articles of {BODY} words stored and indexed for search, each with its "
        "story looked for among its candidates, decided and stored, and every tenth with a hit; "
        f"features were extracted before. Medians of {BATCHES} batches, those of both sizes in "
        "turn; `times` is beside the first row. Articles come at one rate, a million a year; rows "
        "of stories older than what can be looked up are tidied away, as the daemon does daily.\n\n"
        f"{costs}\n\n`monitor hits --search` beside the same list by LIKE; every tenth article "
        f"has a hit.\n\n{finds}"
    )
    print(text)
    if len(sizes) > 1:
        report.write("store", "The database as it grows", text)
