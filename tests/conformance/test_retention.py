"""Forgetting: promises of `Desk.prune` and `Desk.tidy`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, insert

from monitor.model.alert import DeliveryOutcome
from monitor.model.article import Article
from monitor.model.firing import Firing
from monitor.model.listing import AlertFilter, HitFilter, Pruned
from monitor.model.source import Refusal
from monitor.model.story import Joined, StoryLink
from monitor.store import SqlStore
from monitor.store.tables import term_counts
from monitor.stories.extraction import features
from monitor.stories.linking import COPY_WINDOW, EVENT_WINDOW
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
    new_alert,
    plan,
    rule,
    told,
)

OLD = NOW - timedelta(days=400)
CUT = NOW - timedelta(days=365)
NOTHING = Pruned(articles=0, revisions=0, hits=0, alerts=0, refusals=0, kept=0)


def old_hit(store: SqlStore, *, now: datetime = OLD, of: str = "csto") -> tuple[int, int]:
    id = add_article(store, now=OLD)
    return id, add_hit(store, rule(of), on=id, now=now)


def body_of(store: SqlStore, id: int) -> str:
    stored = store.article(id)
    assert stored is not None
    return stored.article.body


def test_an_empty_database_has_nothing_to_prune(store: SqlStore) -> None:
    assert store.prune(NOW) == NOTHING


def test_what_is_old_goes_and_what_is_younger_stays(store: SqlStore) -> None:
    old, hit = old_hit(store)
    store.commit_plan(plan(decision(hit)), OLD)
    with store.writing() as writing:
        writing.add_revision(old, article("Changed"), [], "h2", now=OLD)
    young = add_article(store, now=CUT)
    kept = add_hit(store, on=young, now=CUT)

    assert store.prune(CUT) == Pruned(articles=1, revisions=1, hits=1, alerts=0, refusals=0, kept=0)

    assert body_of(store, old) == ""
    assert body_of(store, young) == "Peacekeepers came."
    assert [entry.hit.id for entry in store.hits(HitFilter(), 9)] == [kept]
    assert store.decisions_of(hit) == []
    assert [a.id for a in store.articles_between(0, 10**6)] == [young]
    assert store.prune(CUT) == NOTHING


def test_a_pruned_article_is_recognised_when_it_is_seen_again(store: SqlStore) -> None:
    with store.writing() as writing:
        id = writing.add_article(
            article(url="http://x", published=OLD), ["url:1"], "h", now=OLD, late=False
        )
    before = store.known("wire", ["url:1"])

    store.prune(NOW)

    assert store.known("wire", ["url:1"]) == before
    with store.writing() as writing:
        assert writing.add_revision(id, article("Again"), [], "h2", now=NOW) == 2
    assert [a.id for a in store.articles_between(0, 10**6)] == [id]


def test_a_pruned_article_is_found_by_its_words_no_more(store: SqlStore) -> None:
    id = add_article(store, now=OLD, title="Curfew", body="declared")

    store.prune(NOW)

    hit = add_hit(store, on=id)
    assert store.hits(HitFilter(search="declared"), 9) == []
    assert [e.hit.id for e in store.hits(HitFilter(search="curfew"), 9)] == [hit]


def undecided(store: SqlStore) -> int:
    return old_hit(store)[0]


def held(store: SqlStore) -> int:
    id, hit = old_hit(store)
    store.commit_plan(plan(hold(hit, at(9))), OLD)
    return id


def undelivered(store: SqlStore) -> int:
    id, hit = old_hit(store)
    store.commit_plan(plan(new_alert(hit), told(hit)), OLD)
    return id


def hit_lately(store: SqlStore) -> int:
    id, hit = old_hit(store, now=CUT)
    store.commit_plan(plan(decision(hit)), CUT)
    return id


@pytest.mark.parametrize("needed", [undecided, held, undelivered, hit_lately])
def test_what_is_still_needed_is_kept_however_old(store: SqlStore, needed: object) -> None:
    id = needed(store)  # type: ignore[operator] # one of the functions above
    add_article(store, now=OLD)

    pruned = store.prune(CUT)

    assert (pruned.articles, pruned.hits, pruned.kept) == (1, 0, 1)
    assert body_of(store, id) == "Peacekeepers came."


def test_settled_alerts_go_with_their_log_and_waiting_ones_stay(store: SqlStore) -> None:
    for id in ("sent", "dead", "pending", "young"):
        store.enqueue(alert(id, created=OLD, due=OLD))
    store.record(attempt("sent", at=OLD), retry_at=None, dead=False)
    store.record(
        attempt("dead", at=OLD, outcome=DeliveryOutcome.REJECTED), retry_at=None, dead=True
    )
    store.record(attempt("young"), retry_at=None, dead=False)

    assert store.prune(CUT).alerts == 2

    assert [e.alert.id for e in store.alerts(AlertFilter(), 9)] == ["young", "pending"]


def test_old_silences_firings_and_refusals_go(store: SqlStore) -> None:
    announced = store.add_silence(start=OLD, end=OLD)
    store.announce(announced, None)
    unannounced = store.add_silence(start=OLD, end=OLD)
    running = store.add_silence(start=OLD, end=at(9))
    fired = [
        Firing(rule="r", group="", at=when, things=(), hits=(n,), articles=(), detail="")
        for n, when in enumerate((OLD, NOW))
    ]
    store.add_firings(fired, {"r": rule("r")}, NOW)
    with store.writing() as writing:
        writing.add_refusals("wire", [Refusal("old", "x")], OLD)
        writing.add_refusals("wire", [Refusal("new", "x")], NOW)

    assert store.prune(CUT).refusals == 1

    assert [s.id for s in store.all_silences()] == [unannounced, running]
    assert store.firings(["r"], OLD) == [fired[1]]
    assert [r.where for r in store.refusals("wire", 9)] == ["new"]


def test_pruning_goes_on_over_many_batches(store: SqlStore) -> None:
    with store.writing() as writing:
        ids = [writing.add_article(article(), [], "h", now=OLD, late=False) for _ in range(450)]
    kept = add_hit(store, on=ids[0], now=OLD)
    for n in range(250):
        store.enqueue(alert(f"a{n}"))
    store.drop([f"a{n}" for n in range(250)], OLD)

    pruned = store.prune(CUT)

    assert (pruned.articles, pruned.alerts, pruned.kept) == (449, 250, 1)
    assert [entry.hit.id for entry in store.hits(HitFilter(), 9)] == [kept]


# --- stories


def in_story(
    store: SqlStore, when: datetime, story: int | None = None, title: str = "T"
) -> tuple[int, int]:
    given = Article(title=title, body="Tokayev spoke in Almaty on Thursday.", source="wire")
    found = features(given)
    link = StoryLink(story=story, joined=Joined.OPENED, score=0, detail="")
    with store.writing() as writing:
        id = writing.add_article(given, [], "h", now=when, late=False)
        return id, writing.join_story(id, found, ("tokayev",), link, at=when, title=title)


def test_a_story_goes_with_its_last_article(store: SqlStore) -> None:
    first, story = in_story(store, OLD)
    second, _ = in_story(store, NOW, story)
    hit = add_hit(store, on=second)
    group = f"story:{story}"
    store.commit_plan(plan(new_alert(hit, group=group), told(hit, group=group)), NOW)
    store.drop([e.alert.id for e in store.alerts(AlertFilter(), 9)], NOW)

    store.prune(CUT)
    entry = store.story(story)
    assert entry is not None
    assert (entry.story.articles, [m.article for m in entry.articles]) == (1, [second])
    stored = store.article(first)
    assert stored is not None
    assert stored.story is None

    store.prune(at(9))
    assert store.story(story) is None


def test_rows_that_nobody_can_find_any_more_are_tidied_away(store: SqlStore) -> None:
    long_ago = NOW - COPY_WINDOW - timedelta(days=2)
    lately = NOW - EVENT_WINDOW - timedelta(days=2)
    for when in (NOW, long_ago, lately):  # the clock was set back: younger ids are older
        in_story(store, when)
    of = features(Article(title="T", body="Tokayev spoke in Almaty on Thursday.", source="wire"))
    other = features(Article(title="U", body="The weather in Vienna stays fine.", source="wire"))

    def found() -> tuple[int, int, int, int]:
        with store.writing() as writing:
            return (
                len(writing.story_candidates(of, (), long_ago)),
                len(writing.story_candidates(of, (), lately)),
                len(writing.story_candidates(other, ("tokayev",), lately)),
                len(writing.story_candidates(other, ("tokayev",), NOW)),
            )

    before = found()
    store.tidy(NOW)

    assert before == (2, 3, 1, 1)
    assert found() == (1, 2, 0, 1)
    store.tidy(NOW)
    assert found() == (1, 2, 0, 1)


def test_the_newest_refusals_of_a_source_are_kept(store: SqlStore) -> None:
    with store.writing() as writing:
        writing.add_refusals("loud", [Refusal(str(n), "x") for n in range(250)], NOW)
        writing.add_refusals("calm", [Refusal("1", "x")], NOW)

    store.tidy(NOW)

    kept = [int(r.where) for r in store.refusals("loud", 999)]
    assert kept == list(range(249, 49, -1))
    assert len(store.refusals("calm", 9)) == 1


def test_words_far_rarer_than_what_tells_are_not_counted_for_ever(
    store: SqlStore, database_url: str
) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            insert(term_counts),
            [
                {"term": "", "count": 10_000},
                {"term": "rare", "count": 1},
                {"term": "common", "count": 2},
            ],
        )
    engine.dispose()

    store.tidy(NOW)

    with store.writing() as writing:
        rarity = writing.rarity(["rare", "common"])
    assert (rarity.documents, rarity.counts) == (10_000, {"rare": 0, "common": 2})
