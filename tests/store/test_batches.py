"""Many articles in one transaction are stored as they would be one by one, in few statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.condition import Exact, Phrase
from monitor.model.listing import HitFilter
from monitor.model.rule import Rule
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline.detect import BATCH, detect
from monitor.store import SqlStore, open_store, upgrade
from monitor.store.finding import FeatureMemory
from tests.stories.archive import week

NOW = datetime(2030, 1, 1, tzinfo=UTC)
RULE = Rule(id="many", version="1", title="Many", match=Phrase((Exact("the"),), source="the"))
SOURCE = Source(id="wire", kind=SourceKind.FEED, url="https://wire.example/feed", max_age=None)


def told() -> list[Article]:
    """The week with its copies, and some articles once more, unchanged and changed."""
    articles = [replace(one.article, source="wire") for one in week("week")]
    return [
        *articles,
        *articles[5:9],
        *(replace(one, body=f"{one.body} The end.") for one in articles[10:14]),
    ]


def store_all(store: SqlStore, articles: list[Article], size: int) -> None:
    matcher = compile_rules([RULE])
    for start in range(0, len(articles), size):
        some = articles[start : start + size]
        poll = Poll(outcome=PollOutcome.READ, items=iter(some), state=SourceState(source="wire"))
        detect(poll, SOURCE, store=store, matcher=matcher, rules={RULE.id: RULE}, now=NOW)


def everything(store: SqlStore) -> dict[str, list[Any]]:
    tables = {
        "articles": "id, title, body, revision, content_hash",
        "article_keys": "key, source, article",
        "stories": "id, title, opened, last, articles, publishers, version",
        "story_members": "article, story, text, joined, score, detail, most_like, founder",
        "story_publishers": "story, publisher, text",
        "story_bands": "key, at, article",
        "story_terms": "term, at, article",
        "term_counts": "term, count",
        "hits": "id, article, revision, rule, happened",
    }
    with store._database.reading() as connection:
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT {columns} FROM {table}"))))
            for table, columns in tables.items()
        }


@contextmanager
def statements(store: SqlStore) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(store._database._writer, "before_cursor_execute", note)
    yield seen
    event.remove(store._database._writer, "before_cursor_execute", note)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Iterator[SqlStore]]:
    opened: list[SqlStore] = []

    def make() -> Iterator[SqlStore]:
        for number in count():
            url = f"sqlite:///{tmp_path / f'{number}.db'}"
            upgrade(url)
            opened.append(open_store(url))
            yield opened[-1]

    yield make()
    for store in opened:
        store.close()


def test_one_transaction_stores_what_one_for_each_article_stores(stores):
    """Articles see those before them in their own transaction: stories, copies, revisions."""
    alone, together = next(stores), next(stores)
    store_all(alone, told(), 1)
    store_all(together, told(), BATCH)

    one_by_one, at_once = everything(alone), everything(together)
    assert any(member[3] != "opened" for member in one_by_one["story_members"])
    for table, rows in one_by_one.items():
        assert at_once[table] == rows, table


def test_what_an_article_costs_in_statements_does_not_grow_with_its_rows(stores):
    store = next(stores)
    articles = told()[:60]
    with statements(store) as seen:
        store_all(store, articles, BATCH)
    assert len(list(store.all_hits(HitFilter()))) > 20
    # Two to find candidates, one or two to read them; the rest is shared by the batch.
    assert len(seen) < 5 * len(articles)


def test_a_poll_of_one_batch_is_one_transaction_with_its_state(stores):
    store = next(stores)
    with statements(store) as seen:
        store_all(store, told()[:10], BATCH)
    assert sum(statement.startswith("BEGIN") for statement in seen) == 1
    assert store.source_states()["wire"].articles == 10


@pytest.mark.parametrize("number", [BATCH, BATCH + 1, 2 * BATCH])
def test_the_state_comes_with_the_last_batch_however_many_there_are(stores, number):
    store = next(stores)
    articles = [
        Article(title=f"Report {n}", body=f"Word{n} {n}.", source="wire", guid=f"{n}")
        for n in range(number)
    ]
    store_all(store, articles, number)
    assert store.source_states()["wire"].articles == number


def test_ids_of_articles_and_stories_are_never_used_twice(stores):
    store = next(stores)
    different = [
        replace(told()[0], title=f"{w} {w}x {w}y {w}z", body=w, guid=w, url=None) for w in "abcde"
    ]
    store_all(store, different[:4], 4)
    with store._database.writing() as connection:
        connection.execute(text("DELETE FROM articles WHERE id > 2"))
        connection.execute(text("DELETE FROM stories WHERE id > 2"))
    store_all(store, different[4:], 1)
    found = everything(store)
    assert [row[0] for row in found["articles"]] == [1, 2, 5]
    assert [row[0] for row in found["stories"]] == [1, 2, 5]


def test_ids_follow_the_largest_where_sqlite_has_not_counted(stores):
    """As after a table was copied by other tools."""
    store = next(stores)
    store_all(store, told()[:2], 2)
    with store._database.writing() as connection:
        connection.execute(text("DELETE FROM sqlite_sequence"))
    store_all(store, told()[20:22], 2)
    assert [row[0] for row in everything(store)["articles"]] == [1, 2, 3, 4]


def test_a_failed_batch_leaves_nothing_and_the_next_finds_its_way(stores, monkeypatch):
    store, clean = next(stores), next(stores)
    monkeypatch.setattr(FeatureMemory, "read", _fail)
    store_all(store, told()[:1], 1)
    with pytest.raises(RuntimeError, match="out of memory"):
        store_all(store, told()[1:40], BATCH)
    monkeypatch.undo()
    store_all(store, told()[1:], BATCH)
    store_all(clean, told()[:1], 1)
    store_all(clean, told()[1:], BATCH)
    assert everything(store) == everything(clean)


def _fail(*_given: object) -> None:
    raise RuntimeError("out of memory")


def test_features_in_memory_are_bounded_and_those_used_last_stay(stores, monkeypatch):
    monkeypatch.setattr("monitor.store.finding._REMEMBERED", 3)
    store = next(stores)
    store_all(store, told()[:6], 6)
    memory = FeatureMemory()
    with store._database.reading() as connection:
        for articles in ([1, 2, 3], [1], [4], [1, 5]):
            found = memory.read(connection, articles)
            assert all(found[article] is not None for article in articles)
    assert sorted(memory._held) == [1, 4, 5]


def test_an_article_told_days_apart_finds_no_row_of_its_own_transaction(stores):
    """Windows hold for what is on the way to the database too."""
    store = next(stores)
    one = told()[0]
    later = replace(one, guid="later", url=None, published=one.published + timedelta(days=60))
    store_all(store, [one, later], 2)
    assert {member[3] for member in everything(store)["story_members"]} == {"opened"}


def test_a_closed_store_can_be_opened_again_and_goes_on(tmp_path):
    url = f"sqlite:///{tmp_path / 'again.db'}"
    upgrade(url)
    for some in (told()[:30], told()[30:]):
        with closing(open_store(url)) as store:
            store_all(store, some, BATCH)
            stored = len(everything(store)["articles"])
    assert stored == len(week("week"))


def test_an_event_that_everybody_reports_is_still_told_by_its_terms(stores):
    """Its own reports must not make its words common: copies stay copies of one agency's text."""
    store = next(stores)
    text = (
        "SHEBOL - Seventeen miners died in an explosion at the Severnaya coal mine on Monday, the "
        "ministry said. Eight are missing. {} Sixty-three people were brought to the surface by "
        "noon, twelve of them with burns, and ventilation has been restored in the galleries."
    )
    reports = [
        Article(
            title=f"Explosion kills 17 in mine, paper {n}",
            body=text.format(f"Paper{n} reporter{n % 50} tells it."),
            url=f"https://p{n}.example/news/{n}-blast",
            source="wire",
            published=NOW - timedelta(minutes=n),
            lang="en",
        )
        for n in range(400)
    ]
    store_all(store, reports, BATCH)
    found = everything(store)
    assert {member[3] for member in found["story_members"][1:]} == {"copy"}
    assert [story[4:6] for story in found["stories"]] == [(400, 1)]
