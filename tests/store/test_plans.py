"""No call that a running daemon makes reads a whole table: SQLite's own plans say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from monitor.model.alert import AlertKind
from monitor.model.article import Article
from monitor.model.hit import Review
from monitor.model.listing import HitFilter
from monitor.model.source import SourceState
from monitor.model.story import Joined, StoryLink
from monitor.store import SqlStore, open_store
from monitor.store.search import articles_with
from monitor.stories.extraction import features
from tests.conformance.making import (
    NOW,
    add_article,
    add_hit,
    alert,
    at,
    attempt,
    hold,
    match,
    new_alert,
    plan,
    rule,
    told,
)

ARTICLE = Article(
    title="CSTO sends peacekeepers to Kazakhstan",
    body="Peacekeepers were sent to Almaty on Thursday, President Tokayev said in a speech.",
    source="wire",
)


def detect(store: SqlStore) -> None:
    found = features(ARTICLE)
    of = rule()
    with store.writing() as writing:
        writing.known("wire", ["a", "b"])
        id = writing.add_article(ARTICLE, ["a", "b"], "h", now=NOW, late=False)
        writing.rarity(found.terms)
        writing.story_candidates(found, found.terms[:12], NOW)
        link = StoryLink(story=1, joined=Joined.COPY, score=1, detail="", text=1)
        writing.join_story(id, found, found.terms[:12], link, at=NOW, title="x")
        writing.add_hits(id, 1, [match(of)], {of.id: of}, now=NOW, edit=False)
        writing.add_revision(id, ARTICLE, ["c"], "h2", now=NOW)
        writing.save_source(SourceState(source="wire"))
        writing.save_file("wire", "/a", "1")
        writing.add_refusals("wire", [], NOW)


def decide(store: SqlStore) -> None:
    candidates = store.candidates(at(99), 100)
    places = {("1", "desk"): 3_600.0}
    store.history(candidates, places, at(99))
    hits = [candidate.hit for candidate in candidates]
    parts = [new_alert(*hits, kind=AlertKind.DIGEST)]
    store.commit_plan(plan(*parts, *(told(hit, group="story:1") for hit in hits)), at(99))
    store.next_hold()
    store.hits_between(["csto"], NOW, at(9))
    store.firings(["csto"], NOW)


def deliver(store: SqlStore) -> None:
    for leased in store.lease("desk", at(99), until=at(100), limit=10, worker="w"):
        store.content(leased)
        store.record(attempt(leased.id), retry_at=None, dead=False)
    store.held_until("desk")
    store.release("desk", "w")
    store.enqueue(alert("b"))


def look(store: SqlStore) -> None:
    store.hits(HitFilter(), 50, before=10_000)
    store.hits(HitFilter(rules=("csto",), since=NOW), 50)
    store.hits(HitFilter(search="peacekeepers"), 50)
    store.hits_a_day(NOW, at(9))
    store.channel_figures()
    store.article_span(NOW)
    store.way(1)
    store.find_articles(["a"])
    store.carriers("paper.example")
    store.stories(5)
    store.story(1)
    store.signature("wire", "/a")
    store.known("wire", ["a"])
    list(store.articles_between(1, 2))


def correct(store: SqlStore) -> None:
    store.review([1], Review.ACKNOWLEDGED, NOW)
    store.split_story([1], NOW)
    store.merge_stories(1, [2], NOW)


def tidy_up(store: SqlStore) -> None:
    store.prune(at(100_000))


# Small by nature: read whole without harm.
SMALL = {
    "sources",
    "silences",
    "notices",
    "daemons",
    "rule_versions",
    "refusals",
    "firings",
    "story_apart",
    "sqlite_sequence",
}
# What waits, which is little; and lists in the order of an index, ended by their LIMIT.
ALLOWED = re.compile(
    r"SCAN (decisions USING INDEX ix_decisions_waiting|hits USING INDEX ix_hits_undecided)"
    r"|SCAN (stories|alerts) USING (COVERING )?INDEX \w+"
    r"|SCAN (anon_\d+|k\d+|found|\(subquery-\d+\)|CONSTANT ROW|articles_fts VIRTUAL TABLE)"
)


@contextmanager
def statements(store: SqlStore) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is executed, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, many: bool) -> None:
        seen.append((statement, given[0] if many else given))

    engines = (store._database._writer, store._database._reader)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def scans(store: SqlStore, statement: str, given: Any) -> list[str]:
    if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
        return []
    with store._database.writing() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    return [row.detail for row in rows if row.detail.startswith("SCAN")]


@pytest.mark.parametrize("calls", [detect, decide, deliver, look, correct, tidy_up])
def test_no_call_reads_a_whole_table(sqlite_url: str, calls: Callable[[SqlStore], None]) -> None:
    store = open_store(sqlite_url)
    detect(store)
    hit = add_hit(store, on=add_article(store))
    store.commit_plan(plan(hold(hit, at(1)), new_alert(hit)), NOW)
    store.enqueue(alert("a", hits=(hit,)))
    with statements(store) as seen:
        calls(store)

    found = {
        (scan, statement)
        for statement, given in seen
        for scan in scans(store, statement, given)
        if scan.split()[1] not in SMALL and not ALLOWED.match(scan)
    }
    store.close()
    assert {(scan, statement[-300:]) for scan, statement in found} == set()


def test_postgresql_searches_by_its_index(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    query = articles_with('"sends peacekeepers" csto', "postgresql")
    with store._database.writing() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        rows = connection.exec_driver_sql(f"EXPLAIN {compiled}").scalars().all()
    store.close()

    assert any("ix_articles_search" in row for row in rows), rows
