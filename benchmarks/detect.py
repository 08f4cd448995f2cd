"""The whole of detect: articles a second through identity, matching, stories and the store."""

from __future__ import annotations

import gc
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import corpus, report, watchlist
from monitor.articles.identity import content_hash, identity_keys
from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline import detect as pipeline
from monitor.rules import load_rules
from monitor.store import schema
from monitor.store.database import open_store
from monitor.stories.extraction import features
from monitor.stories.linking import link

ARTICLES = 2_000
RULES = 1_000
START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(id="bench", kind=SourceKind.FEED, url="https://bench.example/feed", max_age=None)


def main() -> None:
    """Measure, and write the section."""
    articles = made()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules_folder = folder / "rules"
        rules_folder.mkdir()
        watchlist.write_yaml(watchlist.generated(RULES), rules_folder)
        rules = load_rules(rules_folder, sources=None, channels=None).rules
        by_id = {rule.id: rule for rule in rules}
        matcher = compile_rules(rules)
        for article in articles:
            matcher.match(article, START)
        alone = steps(articles, matcher.match)
        url = f"sqlite:///{folder / 'bench.db'}"
        schema.upgrade(url)
        store = open_store(url)
        inside: defaultdict[str, float] = defaultdict(float)
        linking: defaultdict[str, float] = defaultdict(float)
        pipeline.link = _timed(link, "linking", linking)
        gc.collect()
        began, worked = time.perf_counter(), time.process_time()
        hits = new = 0
        for start in range(0, len(articles), 50):
            poll = Poll(
                outcome=PollOutcome.READ,
                items=iter(articles[start : start + 50]),
                state=SourceState(source=SOURCE.id),
            )
            done = pipeline.detect(
                poll,
                SOURCE,
                store=Timed(store, inside),
                matcher=matcher,
                rules=by_id,
                now=START + timedelta(minutes=start // 5),
            )
            hits += done.hits
            new += done.new
        whole, worked = time.perf_counter() - began, time.process_time() - worked
        store.close()
    rows: list[list[object]] = []
    count = len(articles)
    for name, seconds in (alone | linking).items():
        rows.append([name, seconds / count * 1e3, f"{seconds / whole:.0%}"])
    for name, seconds in sorted(inside.items(), key=lambda entry: -entry[1]):
        rows.append([f"store: {name}", seconds / count * 1e3, f"{seconds / whole:.0%}"])
    rest = whole - sum((alone | linking | inside).values())
    rows.append(["the rest", rest / count * 1e3, f"{rest / whole:.0%}"])
    text = (
        f"{count:,} generated articles of 300-500 words in polls of 50, {RULES:,} rules, SQLite "
        f"synced to the disk; {new:,} were new, {hits:,} hits. {count / whole:,.0f} articles a "
        f"second, {whole / count * 1e3:.1f} ms an article (wall clock), "
        f"{worked / count * 1e3:.1f} ms of the processor. What is stored is written with the "
        "commit.\n\n"
    )
    report.write("detect", "Detect", text + report.table(("step", "ms an article", "share"), rows))


def made() -> list[Article]:
    """Return articles with addresses and dates of their own."""
    return [
        replace(
            article,
            source=SOURCE.id,
            url=f"https://bench.example/news/{number}-a-story",
            published=START + timedelta(seconds=12 * number),
            lang="en",
        )
        for number, article in enumerate(corpus.generated(ARTICLES).articles)
    ]


def steps(articles: list[Article], match: Callable[..., object]) -> dict[str, float]:
    """Return the seconds that the pure steps take alone."""

    def identify(article: Article) -> None:
        identity_keys(article)
        content_hash(article)

    works: dict[str, Callable[[Article], object]] = {
        "identity": identify,
        "matching": lambda article: match(article, START),
        "story features": features,
    }
    found = {}
    for name, work in works.items():
        gc.collect()
        began = time.perf_counter()
        for article in articles:
            work(article)
        found[name] = time.perf_counter() - began
    return found


class Timed:
    """A store whose calls are timed by name; a transaction's end is `write and commit`."""

    def __init__(self, store: Any, seconds: defaultdict[str, float]) -> None:
        self._store = store
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:
        return _timed(getattr(self._store, name), name, self._seconds)

    @contextmanager
    def writing(self) -> Any:
        """Time every call inside, and the commit."""
        manager = self._store.writing()
        writing = manager.__enter__()
        yield _Proxy(writing, self._seconds)
        began = time.perf_counter()
        manager.__exit__(None, None, None)
        self._seconds["write and commit"] += time.perf_counter() - began


class _Proxy:
    def __init__(self, writing: Any, seconds: defaultdict[str, float]) -> None:
        self._writing = writing
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:
        return _timed(getattr(self._writing, name), name, self._seconds)


def _timed(call: Callable[..., Any], name: str, seconds: defaultdict[str, float]) -> Any:
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            seconds[name.replace("_", " ")] += time.perf_counter() - began

    return timed
