"""Writing what detection found: promises of `ports.Writing` and the reads beside it."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.model.article import Article
from monitor.model.hit import Evidence, HitState
from monitor.model.rule import Level, OnEdit
from monitor.model.source import Refusal, SourceState
from monitor.store import SqlStore
from tests.conformance.making import NOW, add_article, add_hit, article, at, match, rule

WHOLE = Article(
    title="Миротворцы ОДКБ",
    body="Ввод войск.\n\nВторой абзац 👍",
    source="tass",
    source_tags=("wire", "ru"),
    url="https://tass.example/1?a=б",
    guid="tag:1",
    published=datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC),
    updated=datetime(2026, 3, 1, tzinfo=UTC),
    lang="ru",
    author="А. Б.",
    tags=("security", "csto"),
    path="/corpus/1.txt",
    external_id="x-1",
    numbered=True,
    encoding="koi8-r",
    shared_link=True,
    notes=("date in the future",),
)


def test_an_article_comes_back_with_every_field_as_it_went_in(store: SqlStore) -> None:
    unset = Article(title="", body="")
    assert [
        f.name for f in fields(Article) if getattr(WHOLE, f.name) == getattr(unset, f.name)
    ] == []

    stored = store.article(add_article(store, WHOLE, now=NOW, late=True))

    assert stored is not None
    assert asdict(stored.article) == asdict(WHOLE)
    assert (stored.first_seen, stored.revision, stored.story, stored.late) == (NOW, 1, None, True)


def test_times_of_other_zones_come_back_as_the_same_moment_in_utc(store: SqlStore) -> None:
    vienna = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))

    stored = store.article(add_article(store, published=vienna))

    assert stored is not None
    assert stored.article.published == vienna
    assert stored.article.published.tzinfo is UTC


def test_a_time_without_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(Exception, match="without its zone"):
        add_article(store, published=datetime(2026, 3, 1))  # noqa: DTZ001 - the mistake tested


def test_characters_that_no_database_takes_are_replaced_one_for_one(store: SqlStore) -> None:
    stored = store.article(add_article(store, title="a\0b", body="x\ud800y\0z", author="\udfff"))

    assert stored is not None
    assert stored.article.title == "a\ufffdb"
    assert stored.article.body == "x\ufffdy\ufffdz"
    assert stored.article.author == "\ufffd"


def test_an_unknown_article_is_none(store: SqlStore) -> None:
    assert store.article(12345) is None


def test_an_article_without_source_is_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="without a source"):
        add_article(store, source=None)


def test_articles_are_known_by_each_of_their_keys_within_their_source(store: SqlStore) -> None:
    with store.writing() as writing:
        id = writing.add_article(
            article(url="http://x/1"), ["url:1", "guid:1"], "h1", now=NOW, late=True
        )
        writing.add_keys(id, "wire", ["title:1"])
        known = writing.known("wire", ["url:1", "guid:1", "title:1", "other"])

    assert set(known) == {"url:1", "guid:1", "title:1"}
    one = known["url:1"]
    assert (one.id, one.content_hash, one.revision, one.title) == (id, "h1", 1, "Troops arrive")
    assert (one.url, one.published, one.story, one.late) == ("http://x/1", None, None, True)
    assert store.known("wire", ["url:1", "other"]) == {"url:1": one}
    assert store.known("other", ["url:1"]) == {}
    assert store.known("wire", []) == {}


def test_a_key_used_anew_leads_to_the_newer_article(store: SqlStore) -> None:
    with store.writing() as writing:
        writing.add_article(article("Old"), ["url:1"], "h1", now=NOW, late=False)
        new = writing.add_article(article("New"), ["url:1"], "h2", now=NOW, late=False)

    assert store.known("wire", ["url:1"])["url:1"].id == new


@pytest.mark.parametrize("key", ["k" * 100_000, "url:\0\ud800", "ключ" * 200])
def test_keys_of_any_length_and_letters_are_found_again(store: SqlStore, key: str) -> None:
    with store.writing() as writing:
        id = writing.add_article(article(), [key, key], "h", now=NOW, late=False)

    assert store.known("wire", [key])[key].id == id
    assert store.known("wire", [key + "x"]) == {}


def test_thousands_of_keys_are_looked_up_at_once(store: SqlStore) -> None:
    keys = [f"k{n}" for n in range(2_000)]
    with store.writing() as writing:
        writing.add_article(article(), keys, "h", now=NOW, late=False)
        assert set(writing.known("wire", keys)) == set(keys)


def test_a_revision_replaces_the_article_and_keeps_its_first_time_and_story(
    store: SqlStore,
) -> None:
    id = add_article(store)
    with store.writing() as writing:
        assert writing.add_revision(id, replace(WHOLE, source="wire"), ["k"], "h2", now=at(5)) == 2
        assert writing.add_revision(id, article("Third"), [], "h3", now=at(6)) == 3

    stored = store.article(id)
    assert stored is not None
    assert (stored.article.title, stored.revision, stored.first_seen) == ("Third", 3, NOW)
    assert store.known("wire", ["k"])["k"].content_hash == "h3"


def test_a_rule_hits_an_article_at_most_once(store: SqlStore) -> None:
    first, second = rule("a"), rule("b")
    rules = {"a": first, "b": second}
    id = add_article(store)
    with store.writing() as writing:
        assert writing.add_hits(id, 1, [match(first)], rules, now=NOW, edit=False) == ["a"]
        both = [match(first), match(second)]
        assert writing.add_hits(id, 2, both, rules, now=NOW, edit=True) == ["b"]
        assert writing.add_hits(id, 2, both, rules, now=NOW, edit=True) == []
        assert writing.add_hits(id, 2, [], rules, now=NOW, edit=True) == ()


def test_a_hit_keeps_what_its_rule_said(store: SqlStore) -> None:
    of = rule(level=Level.CRITICAL, tags=("security",), notify=("duty",))
    passage = Evidence("body", 0, 12, "Миротворцы \ud800", "миротворц*")
    id = add_article(store)
    with store.writing() as writing:
        writing.add_hits(id, 1, [match(of, passage)], {of.id: of}, now=NOW, edit=False)

    (candidate,) = store.candidates(NOW, 10)
    assert candidate.notify == ("duty",)
    (item,) = store.items([candidate.hit])
    hit = item.hit
    assert (hit.article, hit.rule, hit.version, hit.title) == (id, of.id, of.version, of.title)
    assert (hit.level, hit.tags, hit.evidence) == (Level.CRITICAL, ("security",), (passage,))
    assert (hit.revision, hit.at, hit.state) == (1, NOW, HitState.NEW)


@pytest.mark.parametrize(
    ("on_edit", "edit", "ignored"),
    [
        (OnEdit.IGNORE, True, True),
        (OnEdit.IGNORE, False, False),
        (OnEdit.ALERT, True, False),
    ],
)
def test_a_hit_on_an_edit_is_marked_where_its_rule_ignores_edits(
    store: SqlStore, on_edit: OnEdit, edit: bool, ignored: bool
) -> None:
    add_hit(store, rule(on_edit=on_edit), edit=edit)

    assert [c.edit_ignored for c in store.candidates(NOW, 10)] == [ignored]


def test_nothing_of_a_failed_transaction_is_stored(store: SqlStore) -> None:
    def fail() -> None:
        with store.writing() as writing:
            writing.add_article(article(), ["k"], "h", now=NOW, late=False)
            writing.save_source(SourceState(source="wire"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert store.known("wire", ["k"]) == {}
    assert store.source_states() == {}


def test_a_sources_state_comes_back_with_every_field(store: SqlStore) -> None:
    state = SourceState(
        source="wire",
        due=at(1),
        etag='W/"é\x01"',
        last_modified="Sun, 01 Mar 2026 12:00:00 GMT",
        url="https://new",
        moved_to="https://newer",
        moved_seen=2,
        gone=True,
        last_poll=at(2),
        last_success=at(3),
        last_error="timeout",
        last_error_at=at(4),
        failures=3,
        reported_bad=True,
        articles=4,
        refused=5,
        last_refused="item 3: no text",
        cursor='{"page": 2}',
    )
    unset = SourceState(source="")
    assert [f.name for f in fields(state) if getattr(state, f.name) == getattr(unset, f.name)] == []
    with store.writing() as writing:
        writing.save_source(SourceState(source="wire"))
        writing.save_source(state)
        writing.save_source(SourceState(source="other"))

    assert store.source_states() == {"wire": state, "other": SourceState(source="other")}


def test_files_are_remembered_by_source_with_their_last_signature(store: SqlStore) -> None:
    long = "/" + "d/" * 3_000
    with store.writing() as writing:
        writing.save_file("seeds", "/a.txt", "1")
        writing.save_file("seeds", "/a.txt", "2")
        writing.save_file("seeds", long, "3")

    assert store.signature("seeds", "/a.txt") == "2"
    assert store.signature("seeds", long) == "3"
    assert store.signature("other", "/a.txt") is None
    assert store.signature("seeds", "/b.txt") is None


def test_rule_versions_keep_their_first_text_and_time(store: SqlStore) -> None:
    store.keep_rules([rule(text="id: csto"), rule("b", text="id: b")], NOW)
    store.keep_rules([rule(text="other"), rule(version="v2", text="id: csto # 2")], at(5))
    store.keep_rules([], at(6))

    assert [(v.version, v.text, v.loaded) for v in store.rule_versions("csto")] == [
        ("v1", "id: csto", NOW),
        ("v2", "id: csto # 2", at(5)),
    ]


def test_refusals_are_kept_with_time_and_reason(store: SqlStore) -> None:
    with store.writing() as writing:
        writing.add_refusals("wire", [Refusal("item 3", "no text"), Refusal("x", "y")], NOW)
        writing.add_refusals("wire", [], NOW)

    assert [(r.where, r.reason, r.at) for r in store.refusals("wire", 10)] == [
        ("x", "y", NOW),
        ("item 3", "no text", NOW),
    ]
