"""Lists, judgements and repairs: promises of `monitor.store.desk.Desk`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.model.alert import AlertState, DeliveryOutcome
from monitor.model.channel import Silence
from monitor.model.hit import HitState, Review
from monitor.model.listing import (
    AlertFilter,
    ArticleSpan,
    ChannelFigures,
    DayCount,
    HitFilter,
    Sighting,
)
from monitor.model.rule import Level
from monitor.model.source import SourceState
from monitor.store import SqlStore
from tests.conformance.making import (
    NOW,
    add_article,
    add_hit,
    alert,
    article,
    at,
    attempt,
    decision,
    hold,
    match,
    new_alert,
    plan,
    rule,
    told,
)


def ids(store: SqlStore, **wanted: object) -> list[int]:
    return [entry.hit.id for entry in store.hits(HitFilter(**wanted), 100)]  # type: ignore[arg-type] # a test names real fields


# --- hits


def test_hits_are_listed_newest_first_with_what_is_shown_of_their_articles(
    store: SqlStore,
) -> None:
    on = add_article(store, title="Ввод войск", url="http://x/1", lang="ru", published=at(-9))
    old, new = add_hit(store, rule("a", level=Level.LOW), on=on), add_hit(store, rule("b"))

    first, second = store.hits(HitFilter(), 10)

    assert (first.hit.id, second.hit.id) == (new, old)
    assert (second.title, second.source, second.url) == ("Ввод войск", "wire", "http://x/1")
    assert (second.lang, second.published, second.story) == ("ru", at(-9), None)
    assert (second.hit.rule, second.hit.level) == ("a", Level.LOW)


def test_hits_are_listed_page_by_page(store: SqlStore) -> None:
    made = [add_hit(store) for _ in range(5)]

    first = store.hits(HitFilter(), 2)
    second = store.hits(HitFilter(), 2, before=first[-1].hit.id)
    third = store.hits(HitFilter(), 2, before=second[-1].hit.id)

    assert [e.hit.id for page in (first, second, third) for e in page] == made[::-1]


def test_each_filter_narrows_and_all_must_fit(store: SqlStore) -> None:
    tass = add_article(store, source="tass")
    a = add_hit(store, rule("csto-a", level=Level.HIGH), on=tass, now=at(1))
    b = add_hit(store, rule("csto-b", level=Level.LOW), on=tass, now=at(2))
    c = add_hit(store, rule("other", level=Level.HIGH), now=at(3))
    store.commit_plan(plan(decision(b), hold(c, at(60))), at(4))
    store.review([c], Review.DISMISSED, at(5))

    assert ids(store, rules=("csto-*",)) == [b, a]
    assert ids(store, rules=("csto-?", "oth*")) == [c, b, a]
    assert ids(store, rules=("cst_-a",)) == []
    assert ids(store, rules=("cst_-*", "%")) == []
    assert ids(store, levels=(Level.HIGH,)) == [c, a]
    assert ids(store, sources=("tass",)) == [b, a]
    assert ids(store, since=at(2)) == [c, b]
    assert ids(store, until=at(2)) == [a]
    assert ids(store, states=(HitState.NEW, HitState.HELD)) == [c, a]
    assert ids(store, states=(HitState.SUPPRESSED,)) == [b]
    assert ids(store, reviews=(Review.OPEN,)) == [b, a]
    assert ids(store, article=tass) == [b, a]
    assert ids(store, story=1) == []
    assert ids(store, levels=(Level.HIGH,), sources=("tass",)) == [a]


SEARCHES = [
    ("blackout", True),
    ("BLACKOUT", True),
    ("internet blackout", True),
    ('"internet blackout"', True),
    ('"blackout internet"', False),
    ("blackout internet", True),
    ("blackout curfew", False),
    ("алматы", True),
    ("АЛМАТЫ миротворцы", True),
    ("nur-sultan", True),
    ("sultan", True),
    ("black", False),
    ("it's", True),
    ("o'reilly", False),
    ("NOT", False),
    ("blackout NOT", False),
    ('"unclosed blackout', False),
    ('"internet blackout', True),
    ("title:blackout", False),
    ("blackout*", True),
    ("(blackout", True),
    ("a^b", False),
    ("&|!", False),
    ("", True),
    ('""', False),
    ("example.org/news", True),
    ("_", False),
    ("\0blackout", True),
]


@pytest.mark.parametrize(("query", "found"), SEARCHES)
def test_search_finds_articles_that_hold_every_word(
    store: SqlStore, query: str, found: bool
) -> None:
    on = add_article(
        store,
        title="Internet blackout in Nur-Sultan",
        body="It's dark. Миротворцы в Алматы. See example.org/news for more.",
    )
    hit = add_hit(store, on=on)
    add_hit(store) if query else None

    assert ids(store, search=query) == ([hit] if found else [])


def test_search_follows_a_changed_article(store: SqlStore) -> None:
    id = add_article(store, title="Curfew", body="declared")
    hit = add_hit(store, on=id)
    with store.writing() as writing:
        writing.add_revision(id, article("Curfew", body="lifted"), [], "h2", now=NOW)

    assert ids(store, search="declared") == []
    assert ids(store, search="lifted curfew") == [hit]


def test_search_takes_an_article_as_long_as_they_come(store: SqlStore) -> None:
    words = " ".join(f"слово{n}" for n in range(80_000))
    hit = add_hit(store, on=add_article(store, title="Long", body=words))

    assert ids(store, search="слово42") == [hit]


def test_all_hits_come_oldest_first_however_many(store: SqlStore) -> None:
    rules = {f"r{n}": rule(f"r{n}") for n in range(1_001)}
    on = add_article(store)
    with store.writing() as writing:
        writing.add_hits(on, 1, [match(r) for r in rules.values()], rules, now=NOW, edit=False)

    found = [entry.hit.id for entry in store.all_hits(HitFilter())]
    assert len(found) == 1_001
    assert found == sorted(found)
    assert [e.hit.rule for e in store.all_hits(HitFilter(rules=("r1000",)))] == ["r1000"]


def test_articles_of_hits_come_as_they_were_hit_however_many(store: SqlStore) -> None:
    on = add_article(store)
    former = add_hit(store, on=on)
    with store.writing() as writing:
        writing.add_revision(on, article("Second"), [], "h2", now=at(5))
    rules = {f"r{n}": rule(f"r{n}") for n in range(120)}
    with store.writing() as writing:
        writing.add_hits(on, 2, [match(r) for r in rules.values()], rules, now=NOW, edit=False)
    made = [entry.hit.id for entry in store.all_hits(HitFilter())]

    found = dict(store.hit_articles([2**70, *made[::-1], 99_999]))
    assert list(found) == made[::-1]
    titles = {id: stored.article.title for id, stored in found.items()}
    assert titles.pop(former) == "Troops arrive"
    assert set(titles.values()) == {"Second"}


def test_people_judge_hits_and_note_why(store: SqlStore) -> None:
    first, second = add_hit(store), add_hit(store)

    assert store.review([second, first, 999], Review.DISMISSED, at(1)) == [first, second]
    assert store.review([first], Review.OPEN, at(2)) == [first]
    assert store.note(first, "a drill, not news")
    assert not store.note(999, "x")
    assert not store.note(2**70, "x")

    one, two = (item.hit for item in store.items([first, second]))
    assert (one.review, one.note) == (Review.OPEN, "a drill, not news")
    assert (two.review, two.note) == (Review.DISMISSED, "")


def test_hits_are_counted_by_day_and_rule(store: SqlStore) -> None:
    midnight = NOW.replace(hour=0)
    for of, moment in (
        ("a", midnight),
        ("a", midnight + timedelta(days=1, microseconds=-1)),
        ("b", midnight),
        ("a", midnight + timedelta(days=1)),
        ("a", midnight - timedelta(microseconds=1)),
    ):
        add_hit(store, rule(of), now=moment)
    since, until = midnight, midnight + timedelta(days=2)

    day = date(2026, 3, 1)
    counts = [
        DayCount(day=day, rule="a", hits=2),
        DayCount(day=day, rule="b", hits=1),
        DayCount(day=date(2026, 3, 2), rule="a", hits=1),
    ]
    assert store.hits_a_day(since, until) == counts
    assert store.hits_a_day(since, until, ["b*"]) == [counts[1]]
    assert store.hits_a_day(since, midnight + timedelta(days=1)) == counts[:2]


# --- articles


def test_articles_are_found_by_key_in_every_source(store: SqlStore) -> None:
    with store.writing() as writing:
        a = writing.add_article(article(), ["url:1", "x"], "h", now=NOW, late=False)
        b = writing.add_article(article(source="tass"), ["url:1"], "h", now=NOW, late=False)
        writing.add_article(article(), ["url:2"], "h", now=NOW, late=False)

    assert [found.id for found in store.find_articles(["x", "url:1"])] == [a, b]
    assert store.find_articles(["unknown"]) == []
    assert store.find_articles([]) == []


def test_articles_are_found_by_a_file_that_may_hold_many(store: SqlStore) -> None:
    a, b = (add_article(store, source="seeds", path="/s/1.jsonl") for _ in "ab")
    add_article(store, source="seeds", path="/s/2.jsonl")
    known = add_article(store, source="tass")
    add_article(store, source="other", path="/s/1.jsonl")
    with store.writing() as writing:
        came = article(path="/s/1.jsonl")
        writing.add_sighting(known, came, "same text", now=NOW)
        writing.add_sighting(a, came, "same link", now=NOW)

    assert [found.id for found in store.articles_of_file("/s/1.jsonl", ["seeds"], 9)] == [
        a, b, known,
    ]  # fmt: skip
    assert [found.id for found in store.articles_of_file("/s/1.jsonl", ["seeds"], 2)] == [a, b]
    assert store.articles_of_file("/s/3.jsonl", [], 9) == []


def test_the_other_places_of_an_article_are_kept_with_when_and_why(store: SqlStore) -> None:
    known = add_article(store, url="http://x/1")
    with store.writing() as writing:
        writing.add_sighting(known, article(url="http://y/1"), "same text", now=at(1))
        writing.add_sighting(known, article(path="/f/1.txt"), "same text", now=at(2))

    way = store.way(known)

    assert way is not None
    assert way.sightings == (
        Sighting(at=at(1), url="http://y/1", path=None, reason="same text"),
        Sighting(at=at(2), url=None, path="/f/1.txt", reason="same text"),
    )
    store.prune(at(9))
    pruned = store.way(known)
    assert pruned is not None
    assert pruned.sightings == ()


def test_an_articles_way_is_told_whole(store: SqlStore) -> None:
    with store.writing() as writing:
        id = writing.add_article(article(), ["url:1", "guid:1"], "h", now=NOW, late=False)
        writing.add_revision(id, article("New"), [], "h2", now=at(5))
    first, second = add_hit(store, rule("a"), on=id), add_hit(store, rule("b"), on=id)
    (made,) = store.commit_plan(plan(new_alert(first), told(first), told(second)), at(6))
    store.commit_plan(plan(told(second, made)), at(6))
    tried = attempt(made, at=at(7))
    store.record(tried, retry_at=None, dead=False)

    way = store.way(id)

    assert way is not None
    assert (way.article.id, way.article.article.title) == (id, "New")
    assert set(way.keys) == {"url:1", "guid:1"}
    assert way.versions == (NOW, at(5))
    assert way.story is None
    assert [hit.hit.id for hit in way.hits] == [first, second]
    assert [d.reason for d in way.hits[0].decisions] == ["routed"]
    for hit in way.hits:  # the second joined the first's alert
        (entry,) = hit.alerts
        assert (entry.alert.id, entry.alert.state) == (made, AlertState.SENT)
        assert entry.deliveries == (tried,)
    assert store.way(999) is None
    assert store.way(2**70) is None


def test_articles_are_read_in_pieces_by_id(store: SqlStore) -> None:
    assert store.article_span() is None
    with store.writing() as writing:
        made = [
            writing.add_article(article(f"T{n}"), [], "h", now=at(n), late=False)
            for n in range(250)
        ]

    assert store.article_span() == ArticleSpan(first=made[0], last=made[-1], count=250)
    assert store.article_span(at(240)) == ArticleSpan(first=made[240], last=made[-1], count=10)
    assert store.article_span(at(999)) is None
    assert [a.id for a in store.articles_between(made[0], made[-1])] == made
    assert [a.id for a in store.articles_between(made[3], made[204])] == made[3:205]
    assert [a.id for a in store.articles_between(0, 10**9, at(247))] == made[247:]


def test_the_version_of_a_rule_that_was_loaded_last_is_current(store: SqlStore) -> None:
    store.keep_rules([rule("a"), rule("b")], NOW)
    store.keep_rules([rule("a", version="v2")], at(1))
    assert store.current_versions() == {"a": "v2", "b": "v1"}

    store.keep_rules([rule("a"), rule("b")], at(2))
    assert store.current_versions() == {"a": "v1", "b": "v1"}
    assert [(v.version, v.loaded, v.current) for v in store.rule_versions("a")] == [
        ("v1", NOW, True),
        ("v2", at(1), False),
    ]
    assert store.rule_versions("unknown") == []


def test_sources_show_what_they_give(store: SqlStore) -> None:
    states = [SourceState(source="a", failures=2), SourceState(source="b")]
    with store.writing() as writing:
        for state in states:
            writing.save_source(state)
    for days in (0, 1, 6, 8):
        add_article(store, source="a", now=NOW - timedelta(days=days))

    busy, idle = store.source_figures(NOW)

    # Whatever the last poll that came to its end had counted: one before may have been cut short.
    counted = replace(states[0], articles=4)
    assert (busy.state, busy.articles_a_day, busy.last_article) == (counted, 3 / 7, NOW)
    assert (idle.state, idle.articles_a_day, idle.last_article) == (states[1], 0, None)


# --- alerts


def test_alerts_are_listed_newest_first_page_by_page_and_filtered(store: SqlStore) -> None:
    for id, channel in (("a1", "desk"), ("a2", "duty"), ("b1", "desk"), ("b%", "desk")):
        store.enqueue(alert(id, channel=channel))
    store.record(attempt("a1"), retry_at=None, dead=False)

    def found(limit: int = 9, before: str | None = None, **wanted: object) -> list[str]:
        asked = AlertFilter(**wanted)  # type: ignore[arg-type] # a test names real fields
        return [e.alert.id for e in store.alerts(asked, limit, before=before)]

    assert found() == ["b%", "b1", "a2", "a1"]
    assert found(2) == ["b%", "b1"]
    assert found(2, before="b1") == ["a2", "a1"]
    assert found(channels=("desk",)) == ["b%", "b1", "a1"]
    assert found(states=(AlertState.SENT,)) == ["a1"]
    assert found(ids=("a", "b1")) == ["b1", "a2", "a1"]
    assert found(ids=("b%",)) == ["b%"]


def test_dead_dropped_and_waiting_alerts_are_tried_again_now(store: SqlStore) -> None:
    for id in ("dead", "dropped", "later", "sent", "leased"):
        store.enqueue(alert(id, due=at(60) if id == "later" else NOW))
    rejected = attempt("dead", outcome=DeliveryOutcome.REJECTED)
    store.record(rejected, retry_at=None, dead=True)
    store.record(attempt("sent"), retry_at=None, dead=False)
    assert store.drop(["dropped", "unknown", "sent"], NOW) == ["dropped"]
    store.record(attempt("leased", outcome=DeliveryOutcome.RETRY), retry_at=NOW, dead=False)
    store.lease("desk", NOW, until=at(99), limit=9, worker="hung")

    asked = ["dead", "dropped", "later", "sent", "leased", "unknown"]
    assert store.retry(asked, at(5)) == ["dead", "dropped", "later", "leased"]

    again = store.lease("desk", at(5), until=at(9), limit=9, worker="w")
    assert [one.id for one in again] == ["dead", "dropped", "later", "leased"]
    assert [one.attempts for one in again] == [0, 0, 0, 1]


def test_what_is_tried_again_is_not_held_up_by_what_waits_before_it(store: SqlStore) -> None:
    """Else `Due now` would be untrue for as long as an hour."""
    for id, channel in (("waits", "desk"), ("dead", "desk"), ("elsewhere", "duty")):
        store.enqueue(alert(id, channel=channel))
    retry, rejected = DeliveryOutcome.RETRY, DeliveryOutcome.REJECTED
    store.record(attempt("waits", outcome=retry), retry_at=at(60), dead=False)
    elsewhere = replace(attempt("elsewhere", outcome=retry), channel="duty")
    store.record(elsewhere, retry_at=at(60), dead=False)
    store.record(attempt("dead", outcome=rejected), retry_at=None, dead=True)

    assert store.retry(["dead"], at(5)) == ["dead"]

    assert store.held_until("desk") == at(5)
    assert store.held_until("duty") == at(60)
    again = store.lease("desk", at(5), until=at(9), limit=9, worker="w")
    assert [(one.id, one.attempts) for one in again] == [("waits", 1), ("dead", 0)]


def test_a_dropped_alert_is_not_sent(store: SqlStore) -> None:
    store.enqueue(alert("a"))

    assert store.drop(["a"], NOW) == ["a"]
    assert store.drop(["a"], NOW) == []
    assert store.lease("desk", at(9), until=at(10), limit=9, worker="w") == []


def test_channels_show_what_is_in_the_outbox(store: SqlStore) -> None:
    assert store.channel_figures() == []
    for n, (id, channel) in enumerate(
        (("a", "desk"), ("b", "desk"), ("c", "desk"), ("d", "duty"), ("e", "desk"))
    ):
        store.enqueue(alert(id, channel=channel, created=at(n)))
    store.record(attempt("a", at=at(7)), retry_at=None, dead=False)
    failed = attempt("b", outcome=DeliveryOutcome.REJECTED)
    store.record(failed, retry_at=None, dead=True)

    assert store.channel_figures() == [
        ChannelFigures(channel="desk", pending=2, dead=1, oldest=at(2), last_sent=at(7)),
        ChannelFigures(channel="duty", pending=1, dead=0, oldest=at(3), last_sent=None),
    ]


# --- silences


def test_a_silence_is_listed_and_ended(store: SqlStore) -> None:
    id = store.add_silence(rule="csto*", tags=["x"], start=NOW, end=at(60), comment="drill")

    assert store.expire_silence(id, at(5))
    assert not store.expire_silence(id, at(6))
    assert not store.expire_silence(999, at(6))
    assert not store.expire_silence(2**70, at(6))
    assert store.all_silences() == [
        Silence(id=id, rule="csto*", tags=("x",), start=NOW, end=at(5), comment="drill")
    ]


# --- the operator


def test_the_operator_is_told_each_state_of_a_matter_once(store: SqlStore) -> None:
    assert store.tell("source:a", "bad", alert("n1"), NOW)
    assert not store.tell("source:a", "bad", alert("n2"), at(1))
    assert store.tell("source:b", "bad", None, at(1))
    assert store.tell("source:a", "well", alert("n3"), at(2))
    assert store.tell("source:a", "bad", alert("n4"), at(3))

    leased = store.lease("desk", at(9), until=at(10), limit=9, worker="w")
    assert [one.id for one in leased] == ["n1", "n3", "n4"]
    assert store.told() == {"source:a": "bad", "source:b": "bad"}


def test_items_of_unknown_hits_are_left_out(store: SqlStore) -> None:
    hit = add_hit(store)

    assert [item.hit.id for item in store.items([2**70, hit, 999, -1])] == [hit]
    assert replace(store.items([hit])[0].hit, id=0).id == 0
