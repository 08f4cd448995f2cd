"""Each article is stored once with its story and hits; a crash loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.articles.identity import identity_keys
from monitor.matching import compile_rules
from monitor.model.article import Article
from monitor.model.condition import Exact, Phrase
from monitor.model.listing import HitFilter
from monitor.model.rule import OnEdit, Rule
from monitor.model.source import (
    FileRead,
    Poll,
    PollItem,
    PollOutcome,
    Refusal,
    Source,
    SourceKind,
    SourceState,
)
from monitor.pipeline.detect import BATCH, Detected, detect
from monitor.store import SqlStore, open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = Source(id="wire", kind=SourceKind.FEED, url="https://wire.example/feed")


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def rule(id: str, word: str, on_edit: OnEdit = OnEdit.ALERT) -> Rule:
    return Rule(
        id=id, version="1", title=id, match=Phrase((Exact(word),), source=word), on_edit=on_edit
    )


def article(number: int, text: str = "Troops arrive in the town", **facts: object) -> Article:
    made = Article(
        title=f"{text} {number}",
        body=f"{text}. Report number {number} of the day.",
        source="wire",
        url=f"https://wire.example/news/{number}-troops-arrive-in-town",
        guid=f"wire-{number}",
        published=NOW - HOUR,
        lang="en",
    )
    return replace(made, **facts)


def run(
    store: SqlStore,
    items: Iterable[PollItem],
    *rules: Rule,
    source: Source = SOURCE,
    now: datetime = NOW,
    state: SourceState | None = None,
) -> Detected:
    chosen = {it.id: it for it in rules or (rule("troops", "troops"),)}
    poll = Poll(
        outcome=PollOutcome.READ,
        items=iter(items),
        state=state or SourceState(source=source.id, last_poll=now),
    )
    return detect(
        poll,
        source,
        store=store,
        matcher=compile_rules(chosen.values()),
        rules=chosen,
        now=now,
    )


def hits(store: SqlStore) -> list[tuple[str, int, int]]:
    return [
        (entry.hit.rule, entry.hit.article, entry.hit.revision)
        for entry in store.all_hits(HitFilter())
    ]


def test_new_articles_are_stored_with_story_hits_and_state(store):
    done = run(store, [article(1), article(2, "Rain falls on the hills")])
    assert (done.new, done.known, done.changed, done.late) == (2, 0, 0, 0)
    assert (done.hits, done.by_rule) == (1, {"troops": 1})
    assert hits(store) == [("troops", 1, 1)]
    stored = store.article(1)
    assert stored is not None
    assert stored.story is not None
    assert stored.article.title == "Troops arrive in the town 1"
    assert store.source_states()["wire"] == done.state
    assert done.state.articles == 2


def test_what_is_known_and_unchanged_is_left_alone(store):
    run(store, [article(1)])
    done = run(store, [article(1)], now=NOW + HOUR)
    assert (done.new, done.known, done.hits) == (0, 1, 0)
    assert done.by_rule == {}
    assert hits(store) == [("troops", 1, 1)]


def test_a_known_article_under_a_further_name_is_found_by_it_afterwards(store):
    run(store, [article(1)])
    moved = article(1, guid="other-guid")
    assert run(store, [moved, moved], now=NOW + HOUR).known == 2
    found = store.known("wire", [key for key in _keys(moved) if key.startswith("guid:")])
    assert [known.id for known in found.values()] == [1]


def _keys(given: Article) -> tuple[str, ...]:

    return identity_keys(given)


def test_a_changed_article_is_a_revision_and_matched_again(store):
    rules = (
        rule("troops", "troops"),
        rule("curfew", "curfew"),
        rule("quiet", "curfew", OnEdit.IGNORE),
    )
    run(store, [article(1)], *rules)
    edited = article(1, body="Troops arrive in the town. A curfew holds.")
    done = run(store, [edited], *rules, now=NOW + HOUR)
    assert (done.new, done.changed, done.known) == (0, 1, 0)
    assert hits(store) == [("troops", 1, 1), ("curfew", 1, 2), ("quiet", 1, 2)]
    ignored = {
        candidate.rule: candidate.edit_ignored for candidate in store.candidates(NOW + HOUR, 10)
    }
    assert ignored == {"troops": False, "curfew": False, "quiet": True}


def test_an_article_and_its_edits_in_one_poll_are_one_article(store):
    edited = article(1, body="Troops arrive in the town. A curfew holds.")
    done = run(store, [article(1), edited, article(1)])
    assert (done.new, done.changed, done.known) == (1, 2, 0)
    assert hits(store) == [("troops", 1, 1)]


def test_a_version_that_comes_back_is_matched_though_it_looked_known(store):
    """Before the transaction it was the stored one; within, the edit before it has changed that."""
    run(store, [article(1)], rule("curfew", "curfew"))
    edited = article(1, body="Troops arrive in the town. A curfew holds.")
    done = run(store, [edited, article(1)], rule("troops", "troops"), now=NOW + HOUR)
    assert (done.changed, done.known) == (2, 0)
    assert hits(store) == [("troops", 1, 2)]


def test_the_same_item_twice_in_a_poll_is_one_article(store):
    done = run(store, [article(1), article(1)])
    assert (done.new, done.known) == (1, 1)


def test_an_identifier_used_anew_is_another_article(store):
    run(store, [article(1)])
    other = article(
        1,
        title="Flood in the delta",
        body="Rivers rose overnight. Villages were left.",
        url="https://wire.example/news/77-flood-in-the-delta",
        published=NOW,
    )
    done = run(store, [other], now=NOW + HOUR)
    assert (done.new, done.changed) == (1, 0)
    again = run(store, [other], now=NOW + 2 * HOUR)
    assert (again.new, again.known) == (0, 1)


@pytest.mark.parametrize(
    ("published", "max_age", "late"),
    [
        (NOW - 49 * HOUR, timedelta(days=2), True),
        (NOW - 47 * HOUR, timedelta(days=2), False),
        (NOW - 900 * HOUR, None, False),
        (None, timedelta(days=2), False),
    ],
)
def test_articles_beyond_max_age_are_stored_and_matched_but_late(store, published, max_age, late):
    source = replace(SOURCE, max_age=max_age)
    done = run(store, [article(1, published=published)], source=source)
    assert (done.new, done.late, done.hits) == (1, int(late), 1)
    (candidate,) = store.candidates(NOW, 10)
    assert candidate.late is late


def test_a_date_in_the_future_is_clamped_and_noted(store):
    run(store, [article(1, published=NOW + 48 * HOUR)])
    stored = store.article(1)
    assert stored is not None
    assert stored.article.published == NOW
    assert "future" in stored.article.notes[0]


def test_refusals_are_counted_and_kept_and_stop_nothing(store):
    items = [Refusal("a.txt", "is too large"), article(1), Refusal("b.txt:3", "has no text")]
    done = run(store, items, state=SourceState(source="wire", refused=5))
    assert (done.new, done.refused) == (1, 2)
    assert done.state.refused == 7
    assert done.state.last_refused == "b.txt:3: has no text"
    assert [(it.where, it.reason) for it in store.refusals("wire", 10)] == [
        ("b.txt:3", "has no text"),
        ("a.txt", "is too large"),
    ]
    assert run(store, [], state=done.state).state.last_refused == "b.txt:3: has no text"


def test_a_file_counts_as_read_with_its_articles(store):
    run(store, [article(1), FileRead("/in/a.txt", "1:2:3")])
    assert store.signature("wire", "/in/a.txt") == "1:2:3"


def test_copies_of_one_text_join_one_story(store):
    text = (
        "Troops of the alliance arrived in the capital on Wednesday after the president asked for "
        "help against protests that had turned violent in several cities of the country. " * 3
    )
    run(store, [article(1, body=text), article(2, body=text, title="Other words on top")])
    first, second = store.article(1), store.article(2)
    assert first is not None
    assert second is not None
    assert first.story == second.story


def test_progress_hears_of_every_item(store):
    heard: list[int] = []
    poll = Poll(
        outcome=PollOutcome.READ,
        items=iter([article(number) for number in range(BATCH + 5)]),
        state=SourceState(source="wire"),
    )
    matcher = compile_rules([])
    detect(poll, SOURCE, store=store, matcher=matcher, rules={}, now=NOW, advance=heard.append)
    assert heard == [BATCH, 5]


class _Killed(Exception):
    pass


def test_a_crash_between_batches_polls_again_and_doubles_nothing(store):
    items = [article(number) for number in range(BATCH + 20)]

    def cut_off() -> Iterator[PollItem]:
        yield from items[: BATCH + 3]
        raise _Killed

    with pytest.raises(_Killed):
        run(store, cut_off())
    assert "wire" not in store.source_states()
    assert len(hits(store)) == BATCH
    done = run(store, items)
    assert (done.new, done.known) == (20, BATCH)
    assert len(hits(store)) == len({hit[1] for hit in hits(store)}) == BATCH + 20


# known by another address


def seen_elsewhere(store: SqlStore) -> list[tuple[str | None, str]]:
    way = store.way(1)
    assert way is not None
    return [(seen.url, seen.reason) for seen in way.sightings]


def test_the_other_address_of_a_known_text_is_remembered_once(store: SqlStore) -> None:
    long = "Troops arrive in the town, " * 20
    run(store, [article(1, body=long)])
    twin = article(1, body=long, url="https://mirror.example/troops-arrive-here", guid=None)
    assert run(store, [twin], now=NOW + HOUR).known == 1
    assert run(store, [twin], now=NOW + 2 * HOUR).known == 1
    assert seen_elsewhere(store) == [("https://mirror.example/troops-arrive-here", "same text")]


def test_a_known_article_at_its_own_address_is_nothing_to_remember(store: SqlStore) -> None:
    run(store, [article(1)])
    assert run(store, [article(1), article(1, guid="another")]).known == 2
    assert seen_elsewhere(store) == []
